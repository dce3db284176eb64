/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/journal.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct held {
	struct journal_entry entry;
	uint64_t came_ns;
	struct change changes[];
};

/* Its order is kept beside it: a comparison need not touch it. */
struct slot {
	uint64_t ts_ns, nr;
	struct held *held;
};

struct journal {
	const struct call_names *names;
	journal_emit emit;
	void *arg;
	struct slot *heap; /* the oldest first */
	size_t nr, cap;
	size_t weight, limit;
	uint64_t next, newest_ns, late;
};

struct journal *journal_new(
	size_t limit, const struct call_names *names, journal_emit emit, void *arg)
{
	struct journal *j = mem_new(1, sizeof(*j));

	*j = (struct journal){.names = names, .emit = emit, .arg = arg, .limit = limit};
	return j;
}

void journal_free(struct journal *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->nr; i++)
		free(j->heap[i].held);
	free(j->heap);
	free(j);
}

static bool before(const struct slot *a, const struct slot *b)
{
	return a->ts_ns != b->ts_ns ? a->ts_ns < b->ts_ns : a->nr < b->nr;
}

static void push(struct journal *j, const struct slot *slot)
{
	size_t at = j->nr++;

	if (j->nr > j->cap) {
		j->cap = j->cap ? 2 * j->cap : 256;
		j->heap = mem_resize(j->heap, j->cap, sizeof(*j->heap));
	}
	while (at && before(slot, &j->heap[(at - 1) / 2])) {
		j->heap[at] = j->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	j->heap[at] = *slot;
}

static struct held *pop(struct journal *j)
{
	struct held *oldest = j->heap[0].held;
	const struct slot last = j->heap[--j->nr];
	size_t at = 0;

	for (;;) {
		size_t kid = 2 * at + 1;

		if (kid >= j->nr)
			break;
		if (kid + 1 < j->nr && before(&j->heap[kid + 1], &j->heap[kid]))
			kid++;
		if (!before(&j->heap[kid], &last))
			break;
		j->heap[at] = j->heap[kid];
		at = kid;
	}
	j->heap[at] = last;
	return oldest;
}

static void hand_on(struct journal *j)
{
	struct held *held = pop(j);
	uint64_t ts_ns = held->entry.call.ts_ns;

	j->weight -= 1 + held->entry.call.nr_changes;
	j->late += ts_ns < j->newest_ns;
	if (ts_ns > j->newest_ns)
		j->newest_ns = ts_ns;
	j->emit(&held->entry, j->arg);
	free(held);
}

static bool is_ready(const struct journal *j, const struct journal_entry *entry)
{
	return entry->lost || !j->names || !j->names->ready ||
	       j->names->ready(&entry->call, j->names->arg);
}

void journal_add(struct journal *j, const struct journal_entry *entry, uint64_t now_ns)
{
	size_t nr = entry->lost ? 0 : entry->call.nr_changes;
	struct held *held = mem_new(1, sizeof(*held) + nr * sizeof(held->changes[0]));

	held->entry = *entry;
	held->came_ns = now_ns;
	if (nr)
		memcpy(held->changes, entry->call.changes, nr * sizeof(held->changes[0]));
	held->entry.call.changes = held->changes;
	held->entry.call.nr_changes = (uint32_t)nr;
	push(j, &(struct slot){entry->call.ts_ns, j->next++, held});
	j->weight += 1 + nr;
	is_ready(j, &held->entry);
	while (j->nr && j->weight > j->limit)
		hand_on(j);
}

/* From the end, as those that came last are mostly there. */
void journal_retell(struct journal *j, uint32_t tid, uint64_t ts_ns, const char *why)
{
	for (size_t i = j->nr; i--;) {
		struct journal_entry *entry = &j->heap[i].held->entry;

		if (j->heap[i].ts_ns == ts_ns && !entry->lost && entry->call.tid == tid) {
			entry->why = why;
			return;
		}
	}
}

void journal_release(struct journal *j, uint64_t safe_ns, uint64_t now_ns)
{
	while (j->nr && j->heap[0].ts_ns < safe_ns) {
		const struct held *held = j->heap[0].held;

		if (now_ns < held->came_ns + JOURNAL_NAMES_NS && !is_ready(j, &held->entry))
			break;
		hand_on(j);
	}
}

void journal_flush(struct journal *j)
{
	while (j->nr)
		hand_on(j);
}

uint64_t journal_late(const struct journal *j)
{
	return j->late;
}

const char *call_site(const struct call_names *names, const struct call *call)
{
	return names && names->site ? names->site(call, names->arg) : NULL;
}

const char *call_backing(
	const struct call_names *names, const struct call *call, const struct change *change)
{
	const char *text =
		names && names->backing ? names->backing(call, change, names->arg) : NULL;

	if (text)
		return text;
	return change->file ? "file" : "anonymous";
}
