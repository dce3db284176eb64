/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/json.h"
#include "base/buf.h"
#include "base/fmt.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void json_comma(struct buf *out)
{
	char last = out->len ? out->data[out->len - 1] : '\n';

	if (last != '{' && last != '[' && last != ':' && last != '\n')
		buf_putc(out, ',');
}

static void json_quote(struct buf *out, const char *text)
{
	size_t len = strlen(text), plain = 0;

	while (text[plain] >= ' ' && text[plain] < 0x7f && text[plain] != '"' &&
		text[plain] != '\\')
		plain++;
	buf_putc(out, '"');
	buf_add(out, text, plain);
	for (size_t i = plain, step; i < len; i += step) {
		uint32_t c = 0;

		step = text_decode(text + i, len - i, &c);
		if (!step || !text_printable(c))
			buf_putc(out, '?');
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", (char)c);
		else
			buf_add(out, text + i, step);
		step += !step;
	}
	buf_putc(out, '"');
}

void json_key(struct buf *out, const char *key)
{
	json_comma(out);
	json_quote(out, key);
	buf_putc(out, ':');
}

void json_text(struct buf *out, const char *text)
{
	json_comma(out);
	if (text)
		json_quote(out, text);
	else
		buf_puts(out, "null");
}

void json_u64(struct buf *out, uint64_t n)
{
	char text[20], *at = text + sizeof(text);

	json_comma(out);
	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

void json_i64(struct buf *out, int64_t n)
{
	json_comma(out);
	buf_printf(out, "%" PRId64, n);
}

void json_double(struct buf *out, double d)
{
	char text[FMT_SIZE];
	size_t len;

	json_comma(out);
	if (!isfinite(d) || fabs(d) >= (double)UINT64_MAX) {
		buf_puts(out, "null");
		return;
	}
	len = strlen(fmt_fixed(text, d, 6));
	while (text[len - 1] == '0' && text[len - 2] != '.')
		len--;
	buf_add(out, text, len);
}

void json_bool(struct buf *out, bool b)
{
	json_comma(out);
	buf_puts(out, b ? "true" : "false");
}

void json_null(struct buf *out)
{
	json_text(out, NULL);
}

void json_open(struct buf *out, char bracket)
{
	json_comma(out);
	buf_putc(out, bracket);
}

void json_close(struct buf *out, char bracket)
{
	buf_putc(out, bracket);
}
