/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PRINTF_MOSTLY 64 /* bytes that one call adds */

static void buf_room(struct buf *buf, size_t more)
{
	size_t need = buf->len + more + 1;

	if (need <= buf->cap)
		return;
	buf->cap = need < 128 ? 128 : need + need / 2;
	buf->data = mem_resize(buf->data, buf->cap, 1);
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	buf_room(buf, len);
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list ap, again;
	size_t room;
	int len;

	buf_room(buf, PRINTF_MOSTLY);
	room = buf->cap - buf->len;
	va_start(ap, format);
	va_copy(again, ap);
	len = vsnprintf(buf->data + buf->len, room, format, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len >= room) {
		buf_room(buf, (size_t)len);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
	}
	if (len > 0)
		buf->len += (size_t)len;
	buf->data[buf->len] = '\0';
	va_end(again);
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

void buf_done(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf){0};
}
