/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same, linked to a fixed address without a library. */
#define SITES_STATIC
#include "sites.c"
