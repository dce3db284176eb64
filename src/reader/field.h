/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a number or an array lies in a record, and how a number is loaded at the cost of a word:
 * the eight bytes that end where it does, of which what lies before it is shifted out. A number
 * ends behind the first eight bytes. Plain values.
 */
#ifndef MPROTTOP_FIELD_H
#define MPROTTOP_FIELD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define FIELD_WORD 8

struct field {
	uint16_t offset, size;
	uint16_t word;       /* offset of the eight bytes */
	bool plain;          /* they are the number, else: */
	uint8_t left, right; /* what they are shifted by */
};

static inline uint64_t field_word(const uint8_t *data)
{
	uint64_t word;

	memcpy(&word, data, sizeof(word));
	return word;
}

/* foreign: of the other byte order than ours. */
static inline uint64_t field_load(const struct field *f, bool foreign, const uint8_t *data)
{
	uint64_t value = field_word(data + f->word);

	if (__builtin_expect(f->plain, 1))
		return value;
	if (foreign)
		value = __builtin_bswap64(value);
	return value << f->left >> f->right;
}

#endif
