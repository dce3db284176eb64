/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trailmutate.h"
#include "base/mem.h"
#include "../unit/trailedit.h"

#include <stdlib.h>
#include <string.h>

#define LEN_AT  4 /* in the head of a record */
#define TIME_AT 8

#ifdef FUZZ_LIBFUZZER
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
#else
static size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max)
{
	(void)data;
	return size < max ? size : max;
}
#endif

struct dice {
	uint64_t state;
};

/* 0 to most - 1. */
static uint32_t dice(struct dice *d, size_t most)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((d->state >> 33) % (most ? most : 1));
}

/* Numbers at the edges of what fields can hold; the last are halves of infinite and tiny doubles.
 */
static uint64_t odd(struct dice *d)
{
	static const uint64_t numbers[] = {0, 1, 2, 3, 0x7f, 0xff, 0xffff, 0x10000, 0x7fffffff,
		0x80000000, 0xfffffffe, 0xffffffff, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX,
		0x7ff00000, 0xfff00000, 0x7ff8000000000000, 0x7ff0000000000000, 0xfff0000000000000,
		0x7fefffffffffffff, 0x43e0000000000000, 0xc3e0000000000000};

	return numbers[dice(d, ARRAY_SIZE(numbers))];
}

/* A record that may be written to: its old bytes are of the input. */
static uint8_t *own(struct trailedit *edit, size_t n, struct buf *bytes)
{
	struct trailedit_record *record = &edit->records[n];
	uint8_t *copy = mem_new(record->len, 1);

	memcpy(copy, record->data, record->len);
	record->data = copy;
	buf_add(bytes, &copy, sizeof(copy));
	return copy;
}

static void change_words(struct trailedit *edit, struct dice *d, size_t n, struct buf *bytes)
{
	uint8_t *at = own(edit, n, bytes);
	size_t len = edit->records[n].len - TRAILEDIT_HEAD;

	for (uint32_t nr = 1 + dice(d, 3); nr && len >= 4; nr--) {
		unsigned int size = len >= 8 && dice(d, 2) ? 8 : 4;
		size_t words = len / 4 - size / 4 + 1;

		trailedit_put(edit, at + TRAILEDIT_HEAD + 4 * (size_t)dice(d, words), size,
			dice(d, 3) ? odd(d) : dice(d, UINT32_MAX));
	}
}

static void change_head(struct trailedit *edit, struct dice *d, size_t n, struct buf *bytes)
{
	uint8_t *at = own(edit, n, bytes);
	const uint8_t *other = edit->records[dice(d, edit->nr)].data;

	switch (dice(d, 8)) {
	case 0:
		trailedit_put(edit, at, 2, dice(d, 33));
		break;
	case 1:
		trailedit_put(edit, at + 2, 2, dice(d, 256));
		break;
	case 2:
		trailedit_put(edit, at + TIME_AT, 8, odd(d));
		break;
	case 3:
		trailedit_put(edit, at + LEN_AT, 4, odd(d));
		break;
	default:
		trailedit_put(edit, at + TIME_AT, 8,
			trailedit_get(edit, other + TIME_AT, 8) + dice(d, 3) - 1);
	}
}

static void change_order(struct trailedit *edit, struct dice *d, size_t a, size_t b)
{
	struct trailedit_record record = edit->records[a];

	switch (dice(d, 9)) {
	case 0:
	case 1:
		edit->records[a] = edit->records[b];
		edit->records[b] = record;
		break;
	case 2:
	case 3:
		trailedit_drop(edit, a);
		break;
	case 4:
	case 5:
		trailedit_insert(edit, b, record);
		break;
	case 6:
		trailedit_drop(edit, a);
		trailedit_insert(edit, b < edit->nr ? b : edit->nr, record);
		break;
	case 7:
		edit->nr = a + 1;
		break;
	default:
		for (uint32_t nr = dice(d, 20); nr; nr--)
			trailedit_insert(edit, a, record);
	}
}

static void change(struct trailedit *edit, struct dice *d, struct buf *bytes)
{
	for (uint32_t nr = 1 + dice(d, 5); nr && edit->nr; nr--) {
		size_t a = dice(d, edit->nr), b = dice(d, edit->nr);

		switch (dice(d, 3)) {
		case 0:
			change_words(edit, d, a, bytes);
			break;
		case 1:
			change_head(edit, d, a, bytes);
			break;
		default:
			change_order(edit, d, a, b);
		}
	}
}

size_t trailmutate(uint8_t *data, size_t size, size_t max, unsigned int seed, size_t head)
{
	struct dice d = {seed};
	struct buf bytes = {0}, out = {0};
	struct trailedit edit;

	if (size <= head || dice(&d, 8) == 0)
		return LLVMFuzzerMutate(data, size, max);
	if (dice(&d, 8) == 0)
		data[dice(&d, head)] = (uint8_t)dice(&d, 256);
	if (!trailedit_load(&edit, data + head, size - head)) {
		trailedit_done(&edit);
		return LLVMFuzzerMutate(data, size, max);
	}
	change(&edit, &d, &bytes);
	trailedit_make(&edit, &out);
	if (head + out.len <= max) {
		memcpy(data + head, out.data, out.len);
		size = head + out.len;
	}
	for (size_t i = 0; i < bytes.len; i += sizeof(uint8_t *)) {
		uint8_t *copy;

		memcpy(&copy, bytes.data + i, sizeof(copy));
		free(copy);
	}
	trailedit_done(&edit);
	buf_done(&bytes);
	buf_done(&out);
	return size;
}
