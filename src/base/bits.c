/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bits.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define WORD 64

void bits_done(struct bits *bits)
{
	free(bits->words);
	*bits = (struct bits){0};
}

void bits_set(struct bits *bits, size_t number)
{
	size_t word = number / WORD;

	if (word >= bits->nr) {
		size_t more = 2 * word + 1;

		bits->words = mem_resize(bits->words, more, sizeof(*bits->words));
		memset(bits->words + bits->nr, 0, (more - bits->nr) * sizeof(*bits->words));
		bits->nr = more;
	}
	bits->words[word] |= UINT64_C(1) << number % WORD;
}

void bits_clear(struct bits *bits, size_t number)
{
	if (number / WORD < bits->nr)
		bits->words[number / WORD] &= ~(UINT64_C(1) << number % WORD);
}

size_t bits_next(const struct bits *bits, size_t number)
{
	size_t word = number / WORD;
	uint64_t left;

	if (word >= bits->nr)
		return BITS_NONE;
	left = bits->words[word] & UINT64_MAX << number % WORD;
	while (!left) {
		if (++word == bits->nr)
			return BITS_NONE;
		left = bits->words[word];
	}
	return word * WORD + (size_t)__builtin_ctzll(left);
}
