/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/log.h"
#include "base/mem.h"
#include "model/verdict.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

struct log {
	size_t limit, cap, nr;
	uint64_t seen;
	struct log_entry *ring;
	size_t first;
	struct names names;
	bool gap;
	uint64_t skipped; /* in the gap, as far as they were counted */
	bool uncounted;
};

struct log *log_new(size_t limit)
{
	struct log *log = mem_new(1, sizeof(*log));

	assert(limit >= 2);
	log->limit = limit;
	return log;
}

static void entry_done(struct log_entry *entry)
{
	name_put(entry->site);
	name_put(entry->backing);
}

void log_free(struct log *log)
{
	if (!log)
		return;
	for (size_t i = 0; i < log->nr; i++)
		entry_done(&log->ring[(log->first + i) % log->cap]);
	names_done(&log->names);
	free(log->ring);
	free(log);
}

/* The place of a new entry. Until the ring is full, it begins at 0. */
static struct log_entry *entry_new(struct log *log)
{
	struct log_entry *entry;

	log->seen++;
	if (log->nr == log->cap && log->cap < log->limit) {
		log->cap = log->cap ? 2 * log->cap : FIRST_ROOM;
		if (log->cap > log->limit)
			log->cap = log->limit;
		log->ring = mem_resize(log->ring, log->cap, sizeof(*log->ring));
	}
	if (log->nr < log->cap)
		return &log->ring[log->nr++];
	entry = &log->ring[log->first];
	entry_done(entry);
	log->first = (log->first + 1) % log->cap;
	return entry;
}

static struct name *keep(struct log *log, const char *text)
{
	return text ? name_get(&log->names, text, strlen(text)) : NULL;
}

static const struct change *telling(const struct call *call)
{
	for (uint32_t i = 0; i < call->nr_changes; i++) {
		const struct change *change = &call->changes[i];

		if (!change->failed && kind_mask(change->before, change->after))
			return change;
	}
	return call->nr_changes ? call->changes : NULL;
}

static void gap_add(struct log *log, double time)
{
	*entry_new(log) = (struct log_entry){
		.kind = LOG_GAP, .count = log->uncounted ? 0 : log->skipped, .time = time};
	log->gap = log->uncounted = false;
	log->skipped = 0;
}

void log_add(struct log *log, const struct journal_entry *from, double time,
	const struct call_names *names)
{
	const struct change *change = from->lost ? NULL : telling(&from->call);
	struct log_entry *entry;

	if (log->gap)
		gap_add(log, time);
	entry = entry_new(log);
	*entry = (struct log_entry){.call = from->call,
		.count = from->lost,
		.time = time,
		.pid = from->pid,
		.uid = from->uid,
		.kind = from->lost ? LOG_LOST : LOG_CALL,
		.nowhere = from->nowhere,
		.why = from->why};
	memcpy(entry->comm, from->comm, sizeof(entry->comm));
	entry->call.changes = NULL;
	if (from->lost)
		return;
	if (change) {
		entry->change = *change;
		entry->backing = keep(log, call_backing(names, &from->call, change));
	}
	if (from->call.site)
		entry->site = keep(log, call_site(names, &from->call));
}

void log_skip(struct log *log, bool known)
{
	if (!log->nr)
		return;
	log->gap = true;
	log->skipped += known;
	log->uncounted |= !known;
}

void log_cut(struct log *log, double time)
{
	*entry_new(log) = (struct log_entry){.kind = LOG_CUT, .time = time};
}

bool log_full(const struct log *log)
{
	return log->nr == log->limit;
}

uint64_t log_seen(const struct log *log)
{
	return log->seen;
}

size_t log_nr(const struct log *log)
{
	return log->nr;
}

const struct log_entry *log_at(const struct log *log, size_t i)
{
	assert(i < log->nr);
	return &log->ring[(log->first + i) % log->cap];
}
