/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gives way where there are more processes than rows. */
#include "model/table_state.h"
#include "base/mem.h"

#include <stdlib.h>

/* One that may be folded. */
struct tally_age {
	uint64_t last_ns;
	struct tally *tally;
};

static void age_swap(struct tally_age *a, struct tally_age *b)
{
	struct tally_age c = *a;

	*a = *b;
	*b = c;
}

/* Moves the k of nr with the oldest calls to the front: Hoare's selection. */
static void tally_select(struct tally_age *ages, size_t nr, size_t k)
{
	size_t low = 0, high = nr - 1;

	while (low < high) {
		uint64_t pivot = ages[low + (high - low) / 2].last_ns;
		size_t i = low, j = high;

		while (i <= j) {
			while (ages[i].last_ns < pivot)
				i++;
			while (ages[j].last_ns > pivot)
				j--;
			if (i > j)
				break;
			age_swap(&ages[i++], &ages[j]);
			if (!j--)
				break;
		}
		if (j != SIZE_MAX && k <= j + 1 && j < high)
			high = j;
		else if (k > i)
			low = i;
		else
			return;
	}
}

static void tally_fold(struct table *table, struct tally *tally)
{
	struct tally *other = &table->other[!!tally->up], *kid;

	while ((kid = tally_kid(tally)))
		tally_fold(table, kid);
	tally_absorb(other, tally, (uint32_t)table->seq);
	table->totals.folded++;
	table_drop(table, tally);
}

static bool table_full(const struct table *table)
{
	size_t need = table->threads ? 2 : 1;

	return table->nr + need > table->limit ||
	       table->size + need * TALLY_SIZE + task_map_size(&table->who.map) > table->size_limit;
}

/* Neither in the open interval nor in the one before. */
static bool tally_idle(const struct table *table, const struct tally *tally)
{
	return !tally->active_at && tally->seq != (uint32_t)table->seq;
}

/* Those that may go; returns how many. */
static size_t table_ages(const struct table *table, bool idle, struct tally_age *ages)
{
	size_t nr = 0;

	for (size_t i = 0; i < table->nr; i++) {
		struct tally *tally = table->rows[i];

		if (i + TABLE_AHEAD < table->nr)
			mem_fetch(table->rows[i + TABLE_AHEAD], sizeof(*tally));
		if (!idle || tally_idle(table, tally))
			ages[nr++] = (struct tally_age){tally->last_ns, tally};
	}
	return nr;
}

/* Threads first, as a process takes its threads' rows along. */
static void table_fold(struct table *table, struct tally_age *ages, size_t nr)
{
	for (unsigned int threads = 2; threads--;)
		for (size_t i = 0; i < nr; i++)
			if (ages[i].tally && !ages[i].tally->up == !threads) {
				tally_fold(table, ages[i].tally);
				ages[i].tally = NULL;
			}
}

/* Folds the oldest sixteenth, as to look for one alone costs as much. */
bool table_room(struct table *table, bool idle)
{
	size_t need = table->threads ? 2 : 1;
	size_t k = (table->nr + need - 1) / 16, nr;
	struct tally_age *ages;

	if (!table_full(table) || !table->nr)
		return true;
	if (idle && table->full_seq > table->seq)
		return false;
	if (k < need)
		k = need;
	ages = mem_new(table->nr, sizeof(*ages));
	nr = table_ages(table, idle, ages);
	if (k >= nr) {
		k = nr;
		table->full_seq = table->seq + 1; /* nothing is left then */
	} else {
		tally_select(ages, nr, k);
	}
	table_fold(table, ages, k);
	free(ages);
	return k >= need;
}
