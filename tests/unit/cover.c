/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cover.h"
#include "base/mem.h"
#include "pagegen.h"

#include <stdlib.h>

#define NOT_YET UINT32_MAX /* a choice that was not made */

void cover_begin(struct cover *cover, unsigned int of, unsigned int nr, const unsigned int *sizes)
{
	size_t all;

	*cover = (struct cover){.nr = nr, .of = of, .random = 1};
	for (unsigned int i = 0; i < nr; i++) {
		cover->size[i] = sizes[i];
		cover->first[i + 1] = cover->first[i] + sizes[i];
	}
	all = cover->first[nr];
	cover->met = mem_new(all * all, of == 3 ? all : 1);
	cover->hides = mem_new(all, sizeof(*cover->hides));
}

void cover_hides(struct cover *cover, unsigned int choice, unsigned int value)
{
	cover->hides[cover->first[choice] + value] = true;
}

void cover_done(struct cover *cover)
{
	free(cover->met);
	free(cover->hides);
	*cover = (struct cover){0};
}

static unsigned int pick(struct cover *cover, unsigned int nr)
{
	return pagegen_random(&cover->random) % nr;
}

void cover_random(struct cover *cover, unsigned int *row)
{
	for (unsigned int i = 0; i < cover->nr; i++) {
		row[i] = pick(cover, cover->size[i]);
		if (cover->hides[cover->first[i] + row[i]])
			row[i] = pick(cover, cover->size[i]);
		if (cover->hides[cover->first[i] + row[i]])
			row[i] = pick(cover, cover->size[i]);
	}
}

static unsigned int choice_of(const struct cover *cover, unsigned int value)
{
	unsigned int choice = 0;

	while (cover->first[choice + 1] <= value)
		choice++;
	return choice;
}

/* Of values in any order; of pairs the third is not looked at. */
static uint8_t *met(const struct cover *cover, unsigned int a, unsigned int b, unsigned int c)
{
	size_t all = cover->first[cover->nr];
	unsigned int low, high;

	if (cover->of == 2)
		return &cover->met[a < b ? a * all + b : b * all + a];
	low = a < b ? a : b;
	low = low < c ? low : c;
	high = a > b ? a : b;
	high = high > c ? high : c;
	return &cover->met[(low * all + (a ^ b ^ c ^ low ^ high)) * all + high];
}

/* How many a value of a choice would meet for the first time. */
static unsigned int meets(
	const struct cover *cover, const unsigned int *row, unsigned int choice, unsigned int value)
{
	unsigned int nr = 0, self = cover->first[choice] + value;

	for (unsigned int i = 0; i < cover->nr; i++) {
		if (i == choice || row[i] == NOT_YET)
			continue;
		if (cover->of == 2)
			nr += !*met(cover, self, cover->first[i] + row[i], 0);
		for (unsigned int k = i + 1; cover->of == 3 && k < cover->nr; k++)
			if (k != choice && row[k] != NOT_YET)
				nr += !*met(cover, self, cover->first[i] + row[i],
					cover->first[k] + row[k]);
	}
	return nr;
}

/* What stands in a row has met, but for what a value of it hides. */
static void mark(const struct cover *cover, const unsigned int *row)
{
	bool hidden = false;

	for (unsigned int i = 0; i < cover->nr; i++)
		hidden |= cover->hides[cover->first[i] + row[i]];
	for (unsigned int i = 0; i < cover->nr; i++)
		for (unsigned int j = i + 1; j < cover->nr; j++)
			for (unsigned int k = cover->of == 3 ? j + 1 : cover->nr - 1; k < cover->nr;
				k++) {
				unsigned int a = cover->first[i] + row[i];
				unsigned int b = cover->first[j] + row[j];
				unsigned int c = cover->of == 3 ? cover->first[k] + row[k] : b;

				if (!hidden || cover->hides[a] || cover->hides[b] ||
					cover->hides[c])
					*met(cover, a, b, c) = 1;
			}
}

/* Goes on to values of different choices that have not met; false: there are none. */
static bool find(struct cover *cover)
{
	unsigned int all = cover->first[cover->nr], *at = cover->at;

	for (; at[0] < all; at[0]++, at[1] = 0) {
		for (; at[1] < all; at[1]++, at[2] = 0) {
			if (choice_of(cover, at[1]) <= choice_of(cover, at[0]))
				continue;
			for (; at[2] < (cover->of == 3 ? all : 1); at[2]++)
				if ((cover->of == 2 ||
					    choice_of(cover, at[2]) > choice_of(cover, at[1])) &&
					!*met(cover, at[0], at[1], at[2]))
					return true;
		}
	}
	return false;
}

static void set(const struct cover *cover, unsigned int *row, unsigned int value)
{
	unsigned int choice = choice_of(cover, value);

	row[choice] = value - cover->first[choice];
}

static unsigned int best_of(struct cover *cover, const unsigned int *row, unsigned int choice)
{
	unsigned int size = cover->size[choice], from = pick(cover, size), best = NOT_YET, most = 0;

	for (unsigned int v = 0; v < size; v++) {
		unsigned int value = (from + v) % size, nr;

		if (cover->hides[cover->first[choice] + value])
			continue;
		nr = meets(cover, row, choice, value);
		if (best == NOT_YET || nr > most) {
			most = nr;
			best = value;
		}
	}
	return best;
}

bool cover_next(struct cover *cover, unsigned int *row)
{
	unsigned int start = pick(cover, cover->nr);

	if (!find(cover))
		return false;
	for (unsigned int i = 0; i < cover->nr; i++)
		row[i] = NOT_YET;
	for (unsigned int i = 0; i < cover->of; i++)
		set(cover, row, cover->at[i]);
	for (unsigned int i = 0; i < cover->nr; i++) {
		unsigned int choice = (start + i) % cover->nr;

		if (row[choice] == NOT_YET)
			row[choice] = best_of(cover, row, choice);
	}
	mark(cover, row);
	return true;
}
