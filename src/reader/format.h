/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of an event's "format" file: its name, its id, and where its fields lie. The text may be
 * any bytes of any length, as it may come out of a file; nothing is read behind its end. Pure: what
 * is found points into the text; a look-up that finds nothing says so, and nothing else fails.
 *
 * Kernel source: kernel/trace/trace_events.c (f_show).
 */
#ifndef MPROTTOP_FORMAT_H
#define MPROTTOP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct format_text {
	const char *text;
	size_t len;
};

struct format_head {
	const char *name;
	size_t name_len;
	uint32_t id;
};

struct format_field {
	uint32_t offset, size;
	bool array;
};

/* "name: sys_enter_mprotect" and "ID: 705", both there and in range. */
bool format_head(const struct format_text *format, struct format_head *out);

/* The field of that name, common ones too. */
bool format_field(const struct format_text *format, const char *name, struct format_field *out);

#endif
