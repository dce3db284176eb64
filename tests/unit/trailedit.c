/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trailedit.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define WORD          10 /* "options  " and "flyrecord", with the NUL */
#define ORDER_AT      12
#define OPTION_HEAD   6
#define OPTION_BUFFER 3
#define OPTION_CPUS   8
#define OPTION_TRAIL  0x6d70
#define BUFFERS       64

uint64_t trailedit_get(const struct trailedit *edit, const uint8_t *at, unsigned int size)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < size; i++)
		value = value << 8 | at[edit->big_endian ? i : size - 1 - i];
	return value;
}

void trailedit_put(const struct trailedit *edit, uint8_t *at, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * (edit->big_endian ? size - 1 - i : i));
}

/* Steps behind the head of the option at *at; false: there is none. */
static bool next_option(const struct trailedit *edit, size_t *at, uint16_t *id, size_t *len)
{
	if (*at > edit->len || edit->len - *at < OPTION_HEAD)
		return false;
	*id = (uint16_t)trailedit_get(edit, edit->file + *at, 2);
	*len = (size_t)trailedit_get(edit, edit->file + *at + 2, 4);
	if (!*id || *len > edit->len - *at - OPTION_HEAD)
		return false;
	*at += OPTION_HEAD;
	return true;
}

void trailedit_insert(struct trailedit *edit, size_t n, struct trailedit_record record)
{
	if (edit->nr == edit->cap) {
		edit->cap = edit->cap ? 2 * edit->cap : 1024;
		edit->records = mem_resize(edit->records, edit->cap, sizeof(*edit->records));
	}
	memmove(edit->records + n + 1, edit->records + n, (edit->nr - n) * sizeof(*edit->records));
	edit->records[n] = record;
	edit->nr++;
}

void trailedit_drop(struct trailedit *edit, size_t n)
{
	edit->nr--;
	memmove(edit->records + n, edit->records + n + 1, (edit->nr - n) * sizeof(*edit->records));
}

static void take_records(struct trailedit *edit, const uint8_t *at, size_t len)
{
	while (len >= TRAILEDIT_HEAD) {
		size_t size = TRAILEDIT_HEAD + (size_t)trailedit_get(edit, at + 4, 4);

		if (size > len)
			return;
		trailedit_insert(edit, edit->nr, (struct trailedit_record){at, size});
		at += size;
		len -= size;
	}
}

bool trailedit_load(struct trailedit *edit, const void *file, size_t len)
{
	const uint8_t *word = len > ORDER_AT ? memmem(file, len, "options  ", WORD) : NULL;
	uint16_t id;
	size_t at, size;

	*edit = (struct trailedit){.file = file, .len = len};
	if (!word)
		return false;
	edit->big_endian = edit->file[ORDER_AT];
	edit->options = at = (size_t)(word - edit->file) + WORD;
	while (next_option(edit, &at, &id, &size)) {
		if (id == OPTION_TRAIL && !edit->first)
			edit->first = at - OPTION_HEAD;
		if (id == OPTION_TRAIL)
			take_records(edit, edit->file + at, size);
		at += size;
	}
	return edit->nr > 0;
}

void trailedit_done(struct trailedit *edit)
{
	free(edit->records);
	*edit = (struct trailedit){0};
}

uint16_t trailedit_kind(const struct trailedit *edit, size_t n)
{
	return (uint16_t)trailedit_get(edit, edit->records[n].data, 2);
}

static void put_option(const struct trailedit *edit, struct buf *out, uint16_t id, size_t len)
{
	uint8_t head[OPTION_HEAD];

	trailedit_put(edit, head, 2, id);
	trailedit_put(edit, head + 2, 4, len);
	buf_add(out, head, sizeof(head));
}

static void put_records(const struct trailedit *edit, struct buf *out)
{
	size_t sum = 0;

	for (size_t i = 0; i < edit->nr; i++)
		sum += edit->records[i].len;
	put_option(edit, out, OPTION_TRAIL, sum);
	for (size_t i = 0; i < edit->nr; i++)
		buf_add(out, edit->records[i].data, edit->records[i].len);
}

/* A place in the file, as it is told at at, is further behind by so much. */
static void shift(const struct trailedit *edit, struct buf *out, size_t at, int64_t by)
{
	uint8_t *where = (uint8_t *)out->data + at;

	if (at <= out->len && out->len - at >= 8)
		trailedit_put(edit, where, 8, trailedit_get(edit, where, 8) + (uint64_t)by);
}

/* The table of a buffer, where its word stands. */
static void shift_table(
	const struct trailedit *edit, struct buf *out, size_t at, uint32_t cpus, int64_t by)
{
	if (at > out->len || out->len - at < WORD || memcmp(out->data + at, "flyrecord", WORD) != 0)
		return;
	for (uint32_t i = 0; i < cpus && at + WORD + 16 * ((size_t)i + 1) <= out->len; i++)
		shift(edit, out, at + WORD + 16 * (size_t)i, by);
}

/* What the options say of the buffers: how many CPUs each has, and where their tables are told. */
struct places {
	uint32_t cpus;
	size_t tables[BUFFERS], nr;
};

/* The file up to the end of its options, which are at *at in the old one. */
static void put_options(
	const struct trailedit *edit, struct buf *out, size_t *at, struct places *places)
{
	uint16_t id;
	size_t size;

	while (next_option(edit, at, &id, &size)) {
		if (id == OPTION_BUFFER && size >= 8 && places->nr < BUFFERS)
			places->tables[places->nr++] = out->len + OPTION_HEAD;
		if (id == OPTION_CPUS && size == 4)
			places->cpus = (uint32_t)trailedit_get(edit, edit->file + *at, 4);
		if (id != OPTION_TRAIL) {
			put_option(edit, out, id, size);
			buf_add(out, edit->file + *at, size);
		} else if (*at == edit->first + OPTION_HEAD) {
			put_records(edit, out);
		}
		*at += size;
	}
}

void trailedit_make(const struct trailedit *edit, struct buf *out)
{
	struct places places = {
		.cpus = (uint32_t)trailedit_get(edit, edit->file + edit->options - WORD - 4, 4)};
	size_t at = edit->options, end;
	struct buf body = {0};
	int64_t by;

	buf_add(&body, edit->file, edit->options);
	put_options(edit, &body, &at, &places);
	end = body.len;
	by = (int64_t)end - (int64_t)at;
	buf_add(&body, edit->file + at, edit->len - at);
	/* behind the id that ends the options */
	shift_table(edit, &body, end + 2, places.cpus, by);
	for (size_t i = 0; i < places.nr; i++) {
		shift(edit, &body, places.tables[i], by);
		shift_table(edit, &body,
			(size_t)trailedit_get(edit, (uint8_t *)body.data + places.tables[i], 8),
			places.cpus, by);
	}
	buf_add(out, body.data, body.len);
	buf_done(&body);
}
