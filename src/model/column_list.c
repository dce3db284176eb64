/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/column.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COLUMN_NAME_MAX 32

static unsigned int min_u(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance, row by row; names longer than any column's are cut. */
static unsigned int column_distance(const char *a, const char *b)
{
	unsigned int row[COLUMN_NAME_MAX + 1], nr_b = strnlen(b, COLUMN_NAME_MAX), i, j;

	for (j = 0; j <= nr_b; j++)
		row[j] = j;
	for (i = 0; i < COLUMN_NAME_MAX && a[i]; i++) {
		unsigned int corner = row[0];

		row[0] = i + 1;
		for (j = 1; j <= nr_b; j++) {
			unsigned int same = corner + !!strncasecmp(a + i, b + j - 1, 1);

			corner = row[j];
			row[j] = min_u(same, 1 + min_u(row[j], row[j - 1]));
		}
	}
	return row[nr_b];
}

static const struct column *column_nearest(const char *name)
{
	const struct column *nearest = columns;
	unsigned int best = ~0u;

	for (const struct column *c = columns; c->id; c++) {
		unsigned int id = column_distance(name, c->id);
		unsigned int near = min_u(id, column_distance(name, c->header));

		if (near >= best)
			continue;
		best = near;
		nearest = c;
	}
	return nearest;
}

static int column_unlike(const char *word, struct fault *fault)
{
	char remedy[sizeof(fault->remedy)];

	snprintf(remedy, sizeof(remedy), "the nearest is '%s'; --list-columns names all",
		column_nearest(word)->id);
	return fault_set(fault, 0, word, remedy, "no such column");
}

static int column_unknown(const char *word, struct fault *fault)
{
	int ret;

	if (!word[0])
		ret = fault_set(
			fault, 0, word, "--list-columns names all", "a column without a name");
	else if (word[0] == '-')
		ret = fault_set(fault, 0, word, "name those to show; -NAME is for the live view",
			"no such column");
	else
		ret = column_unlike(word, fault);
	if (fault)
		fault->status = 2;
	return ret;
}

static int column_add(const struct column *column, const struct column **out, int nr, int max)
{
	for (int i = 0; i < nr; i++)
		if (out[i] == column)
			return nr;
	assert(nr < max);
	out[nr] = column;
	return nr + 1;
}

int column_list(const char *list, const struct column *const *base, int nr_base,
	const struct column **out, int max, struct fault *fault)
{
	char word[COLUMN_NAME_MAX + 1];
	const struct column *column;
	int nr = 0;

	for (int i = 0; list[0] == '+' && i < nr_base; i++)
		nr = column_add(base[i], out, nr, max);
	for (;; list++) {
		size_t len = strcspn(list, ","), plus = list[0] == '+';

		memset(word, 0, sizeof(word));
		memcpy(word, list, len < COLUMN_NAME_MAX ? len : COLUMN_NAME_MAX);
		column = len <= COLUMN_NAME_MAX ? column_find(word + plus) : NULL;
		/* a header may begin with it */
		if (!column && plus)
			column = column_find(word);
		if (!column)
			return column_unknown(word + plus, fault);
		nr = column_add(column, out, nr, max);
		list += len;
		if (!*list)
			return nr;
	}
}

int column_machine(bool threads, const struct column **out, int max)
{
	int nr = 0;

	for (const struct column *c = columns; c->id; c++)
		if (c->machine && (threads || !c->threads))
			nr = column_add(c, out, nr, max);
	return nr;
}

int column_screen(bool threads, bool wide, const struct column **out, int max)
{
	int least = wide ? 1 : COLUMN_WIDE, nr = 0;

	for (unsigned int rest = 0; rest < 2; rest++)
		for (const struct column *c = columns; c->id; c++)
			if (c->weight >= least && rest == !c->width && (threads || !c->threads))
				nr = column_add(c, out, nr, max);
	return nr;
}

int column_known(const struct column **list, int nr, uint32_t given)
{
	const struct column *stand_in = column_find("ask_x");
	int kept = 0;
	bool has = false;

	for (int i = 0; i < nr; i++)
		has |= list[i] == stand_in;
	for (int i = 0; i < nr; i++) {
		const struct column *column = list[i];

		if (fact_masks(column->facts) & ~given) {
			if (has)
				continue;
			has = true;
			column = stand_in;
		}
		list[kept++] = column;
	}
	return kept;
}

uint32_t column_facts(const struct column *const *list, int nr)
{
	uint32_t mask = 0;

	for (int i = 0; i < nr; i++)
		mask |= fact_masks(list[i]->facts);
	return mask;
}

void column_names(const struct column **list, int nr, bool cmdline)
{
	const struct column *from = column_find(cmdline ? "comm" : "cmdline");
	const struct column *to = column_find(cmdline ? "cmdline" : "comm");
	int at = nr;

	for (int i = 0; i < nr; i++) {
		if (list[i] == to)
			return;
		if (list[i] == from)
			at = i;
	}
	if (at < nr)
		list[at] = to;
}

int column_drop(const struct column **list, int nr, const char *id)
{
	int kept = 0;

	for (int i = 0; i < nr; i++)
		if (strcmp(list[i]->id, id) != 0)
			list[kept++] = list[i];
	return kept;
}
