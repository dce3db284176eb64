/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing piece of text. data is always terminated once something was added; len does not count
 * the terminator. Embedded: a zeroed struct is empty, buf_done() frees.
 */
#ifndef MPROTTOP_BUF_H
#define MPROTTOP_BUF_H

#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_reset(struct buf *buf); /* empties, keeps the memory */
void buf_done(struct buf *buf);

#endif
