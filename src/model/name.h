/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that are kept once, however many hold them. name_get() gives a hold, name_put() takes it
 * back and frees the last; struct names is embedded and must outlive them. Nothing fails.
 */
#ifndef MPROTTOP_NAME_H
#define MPROTTOP_NAME_H

#include <stddef.h>
#include <stdint.h>

struct name {
	struct name *next;
	struct names *home;
	uint32_t hash, nr_held;
	char text[]; /* bytes of a stranger */
};

struct names {
	struct name **slots;
	size_t nr, cap;
};

void names_done(struct names *names);

struct name *name_get(struct names *names, const char *text, size_t len);
struct name *name_hold(struct name *name);
void name_put(struct name *name); /* NULL: nothing */

#endif
