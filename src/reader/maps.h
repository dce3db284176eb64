/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/PID/maps → a list of mappings. The text is a stranger's as far as names go: it is bounded,
 * and a line that is none is left out. struct maps owns text and list, maps_done() frees; names
 * point into the text.
 *
 * Kernel source: fs/proc/task_mmu.c (show_map_vma); a newline in a name is written as \012.
 */
#ifndef MPROTTOP_MAPS_H
#define MPROTTOP_MAPS_H

#include "base/buf.h"
#include "base/mapping.h"

#define MAPS_MOST      131072 /* mappings; the kernel's limit is 65530 by default */
#define MAPS_TEXT_MOST (16 * 1024 * 1024)

struct maps {
	struct buf text;
	struct mapping *list;
	size_t nr, cap;
};

/* Reads fd to its end; 0 or -errno. A process without an address space has no mapping. */
int maps_read(struct maps *maps, int fd);

/* Makes the list of len bytes, which must stay as they are. */
void maps_parse(struct maps *maps, const char *text, size_t len);

void maps_done(struct maps *maps);

#endif
