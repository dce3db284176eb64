/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A shared library with one place that calls mprotect. */
#include "sites.h"

SITE(site_library)
