/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same, linked to a fixed address. */
#include "sites.c"
