/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/sieve.h"
#include "base/mem.h"
#include "model/call_column.h"

#include <assert.h>
#include <stdlib.h>

#define FIRST_ROOM 1024

static uint64_t oldest_of(const struct log *log)
{
	return log_seen(log) - log_nr(log);
}

static uint64_t *place(const struct sieve *sieve, size_t i)
{
	return &sieve->list[(sieve->first + i) % sieve->cap];
}

static void put(struct sieve *sieve, uint64_t number)
{
	if (sieve->nr == sieve->cap) {
		size_t cap = sieve->cap ? 2 * sieve->cap : FIRST_ROOM;
		uint64_t *list = mem_new(cap, sizeof(*list));

		for (size_t i = 0; i < sieve->nr; i++)
			list[i] = *place(sieve, i);
		free(sieve->list);
		sieve->list = list;
		sieve->cap = cap;
		sieve->first = 0;
	}
	*place(sieve, sieve->nr++) = number;
}

static bool passes(const struct log_entry *entry, const struct view *view, const char *machine)
{
	struct call_row call;

	if (entry->kind != LOG_CALL)
		return true;
	call_row_kept(&call, entry, machine);
	return view_takes_call(view, entry->uid, &call);
}

static void drop_gone(struct sieve *sieve)
{
	while (sieve->nr && *place(sieve, 0) < sieve->oldest) {
		sieve->first = (sieve->first + 1) % sieve->cap;
		sieve->nr--;
	}
}

static bool is_other(const struct sieve *sieve, const struct log *log, const struct view *view)
{
	return log != sieve->log || view->choice != sieve->choice || log_seen(log) < sieve->seen;
}

void sieve_update(
	struct sieve *sieve, const struct log *log, const struct view *view, const char *machine)
{
	uint64_t from;

	if (!log) {
		sieve_done(sieve);
		return;
	}
	if (is_other(sieve, log, view)) {
		sieve->nr = 0;
		sieve->seen = 0;
	}
	from = sieve->seen > oldest_of(log) ? sieve->seen : oldest_of(log);
	sieve->log = log;
	sieve->choice = view->choice;
	sieve->all = view_all_calls(view);
	sieve->oldest = oldest_of(log);
	sieve->seen = log_seen(log);
	drop_gone(sieve);
	for (; !sieve->all && from < sieve->seen; from++)
		if (passes(log_at(log, from - sieve->oldest), view, machine))
			put(sieve, from);
}

size_t sieve_nr(const struct sieve *sieve)
{
	return sieve->all ? sieve->seen - sieve->oldest : sieve->nr;
}

uint64_t sieve_number(const struct sieve *sieve, size_t i)
{
	if (i >= sieve_nr(sieve))
		return sieve->seen;
	return sieve->all ? sieve->oldest + i : *place(sieve, i);
}

size_t sieve_find(const struct sieve *sieve, uint64_t number)
{
	size_t low = 0, high = sieve_nr(sieve);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sieve_number(sieve, middle) < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct log_entry *sieve_at(const struct sieve *sieve, size_t i)
{
	uint64_t number = sieve_number(sieve, i);

	if (i >= sieve_nr(sieve) || number < oldest_of(sieve->log) ||
		number >= log_seen(sieve->log))
		return NULL;
	return log_at(sieve->log, number - oldest_of(sieve->log));
}

void sieve_done(struct sieve *sieve)
{
	free(sieve->list);
	*sieve = (struct sieve){0};
}
