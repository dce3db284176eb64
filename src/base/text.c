/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* wcwidth */
#endif

#include "base/text.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>
#include <wchar.h>

/* Well-formed UTF-8 by its first byte: Unicode 15, table 3-7. */
static const struct lead {
	uint8_t first, last; /* first bytes */
	uint8_t len;
	uint8_t low, high; /* of the second byte: no overlong form, no surrogate */
} leads[] = {
	{0x00, 0x7f, 1, 0, 0},
	{0xc2, 0xdf, 2, 0x80, 0xbf},
	{0xe0, 0xe0, 3, 0xa0, 0xbf},
	{0xe1, 0xec, 3, 0x80, 0xbf},
	{0xed, 0xed, 3, 0x80, 0x9f},
	{0xee, 0xef, 3, 0x80, 0xbf},
	{0xf0, 0xf0, 4, 0x90, 0xbf},
	{0xf1, 0xf3, 4, 0x80, 0xbf},
	{0xf4, 0xf4, 4, 0x80, 0x8f},
};

/* What must not reach a terminal: it acts, hides, reorders or breaks lines. Sorted. */
static const struct range {
	uint32_t first, last;
} hidden[] = {
	{0x0000, 0x001f},   /* C0 */
	{0x007f, 0x009f},   /* DEL, C1 */
	{0x00ad, 0x00ad},   /* soft hyphen */
	{0x034f, 0x034f},   /* grapheme joiner */
	{0x061c, 0x061c},   /* Arabic letter mark */
	{0x115f, 0x1160},   /* Hangul fillers */
	{0x17b4, 0x17b5},   /* Khmer inherent vowels */
	{0x180b, 0x180f},   /* Mongolian selectors */
	{0x200b, 0x200f},   /* zero width, marks of direction */
	{0x2028, 0x202e},   /* line breaks, embeddings */
	{0x2060, 0x206f},   /* word joiner, isolates, deprecated */
	{0x3164, 0x3164},   /* Hangul filler */
	{0xfdd0, 0xfdef},   /* not characters */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xffa0, 0xffa0},   /* Hangul filler */
	{0xfff0, 0xfffb},   /* unassigned, annotations */
	{0xfffe, 0xffff},   /* not characters */
	{0xe0000, 0xe0fff}, /* tags, selectors */
};

static const struct lead *text_lead(uint8_t byte)
{
	for (size_t i = 0; i < ARRAY_SIZE(leads); i++)
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	return NULL;
}

size_t text_decode(const void *text, size_t len, uint32_t *c)
{
	const uint8_t *byte = text;
	const struct lead *lead = len ? text_lead(byte[0]) : NULL;
	uint32_t sum;

	if (!lead || lead->len > len)
		return 0;
	if (lead->len == 1) {
		*c = byte[0];
		return 1;
	}
	if (byte[1] < lead->low || byte[1] > lead->high)
		return 0;
	sum = byte[0] & (0x7f >> lead->len);
	for (size_t i = 1; i < lead->len; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		sum = sum << 6 | (byte[i] & 0x3f);
	}
	*c = sum;
	return lead->len;
}

bool text_printable(uint32_t c)
{
	if (c >= 0x10000 && (c & 0xfffe) == 0xfffe)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(hidden) && c >= hidden[i].first; i++)
		if (c <= hidden[i].last)
			return false;
	return c <= 0x10ffff;
}

static size_t text_copy(char *out, size_t size, const void *bytes, size_t len, uint32_t last)
{
	const char *in = bytes;
	size_t at = 0;

	assert(size);
	for (size_t i = 0, step; i < len && in[i]; i += step) {
		uint32_t c = 0;
		size_t got;

		/* as most is */
		if (in[i] >= ' ' && in[i] < 0x7f && at + 1 < size) {
			out[at++] = in[i];
			step = 1;
			continue;
		}
		got = text_decode(in + i, len - i, &c);
		step = got ? got : 1;
		if (!got || c > last || !text_printable(c))
			got = 0;
		if (at + (got ? got : 1) >= size)
			break;
		memmove(out + at, got ? in + i : "?", got ? got : 1);
		at += got ? got : 1;
	}
	out[at] = '\0';
	return at;
}

size_t text_clean(char *out, size_t size, const void *bytes, size_t len)
{
	return text_copy(out, size, bytes, len, 0x10ffff);
}

size_t text_ascii(char *out, size_t size, const void *bytes, size_t len)
{
	return text_copy(out, size, bytes, len, 0x7e);
}

int text_cells(uint32_t c)
{
	int cells = c < 0x7f ? 1 : wcwidth((wchar_t)c);

	return cells < 0 ? 1 : cells;
}

size_t text_fit(const char *text, int cells, int *used)
{
	size_t len = strlen(text), at = 0;
	int sum = 0;

	while (at < len) {
		uint32_t c = '?';
		size_t step = text_decode(text + at, len - at, &c);
		int more = text_cells(c);

		if (more > cells - sum)
			break;
		sum += more;
		at += step ? step : 1;
	}
	if (used)
		*used = sum;
	return at;
}

int text_width(const char *text)
{
	int used;

	text_fit(text, INT32_MAX, &used);
	return used;
}
