/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/gone.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_SLOTS 64

struct gone_entry {
	struct gone_entry *next;
	struct name *texts[TOLD_NR]; /* held */
	struct tally tally;          /* who it was is in its row */
};

/* Who it was, as far as a group asks. */
struct key {
	struct name *texts[TOLD_NR];
	uint32_t uid, flags;
	char comm[EVENT_COMM_LEN + 1];
};

static struct key key_of(const struct tally *tally)
{
	const struct proc *proc = tally->proc;
	struct key key = {.uid = proc->uid, .flags = tally->t.flags & ROW_COMMAND};

	key.texts[TOLD_EXE] = proc->texts[TOLD_EXE];
	key.texts[TOLD_CGROUP] = proc->texts[TOLD_CGROUP];
	/* a program has many names */
	if (!key.texts[TOLD_EXE])
		strcpy(key.comm, tally->t.comm);
	return key;
}

static bool entry_is(const struct gone_entry *entry, const struct key *key)
{
	return !memcmp(entry->texts, key->texts, sizeof(key->texts)) &&
	       entry->tally.t.uid == key->uid &&
	       (entry->tally.t.flags & ROW_COMMAND) == key->flags &&
	       !strcmp(entry->tally.t.comm, key->comm);
}

static uint32_t hash_of(struct name *const *texts, uint32_t uid, const char *comm)
{
	uint32_t hash = uid * UINT32_C(0x9e3779b9);

	for (unsigned int i = 0; i < TOLD_NR; i++)
		hash = (hash ^ (texts[i] ? texts[i]->hash : 0)) * UINT32_C(0x9e3779b9);
	while (*comm)
		hash = (hash ^ (unsigned char)*comm++) * UINT32_C(0x9e3779b9);
	return hash ^ hash >> 16;
}

static struct gone_entry **slot_of(const struct gone *gone, uint32_t hash)
{
	return &gone->slots[hash & (gone->cap - 1)];
}

static void gone_grow(struct gone *gone)
{
	struct gone old = *gone;

	gone->cap = old.cap ? 2 * old.cap : LEAST_SLOTS;
	gone->slots = mem_new(gone->cap, sizeof(*gone->slots));
	for (size_t i = 0; i < old.cap; i++)
		while (old.slots[i]) {
			struct gone_entry *entry = old.slots[i], **slot;
			const struct table_row *t = &entry->tally.t;

			slot = slot_of(gone, hash_of(entry->texts, t->uid, t->comm));
			old.slots[i] = entry->next;
			entry->next = *slot;
			*slot = entry;
		}
	free(old.slots);
}

static struct gone_entry *entry_new(const struct gone *gone, const struct key *key)
{
	struct gone_entry *entry = mem_new(1, sizeof(*entry));
	struct table_row *t = &entry->tally.t;

	entry->tally.seq = gone->seq;
	t->pid = t->tid = t->ppid = EVENT_NO_ID;
	t->uid = key->uid;
	t->start_ns = UINT64_MAX;
	t->flags = ROW_EXITED | key->flags;
	strcpy(t->comm, key->comm);
	for (unsigned int i = 0; i < TOLD_NR; i++)
		if (key->texts[i])
			t->texts[i] = entry->texts[i] = name_hold(key->texts[i]);
	return entry;
}

static struct gone_entry *entry_of(struct gone *gone, const struct key *key)
{
	struct gone_entry **slot, *entry;
	uint32_t hash = hash_of(key->texts, key->uid, key->comm);

	if (gone->nr >= gone->cap)
		gone_grow(gone);
	slot = slot_of(gone, hash);
	for (entry = *slot; entry; entry = entry->next)
		if (entry_is(entry, key))
			return entry;
	if (gone->nr == GONE_MOST) {
		if (!gone->nobody)
			gone->nobody = entry_new(
				gone, &(struct key){.uid = EVENT_NO_ID, .flags = key->flags});
		return gone->nobody;
	}
	entry = entry_new(gone, key);
	entry->next = *slot;
	*slot = entry;
	gone->nr++;
	return entry;
}

void gone_add(struct gone *gone, struct tally *tally)
{
	struct key key;
	struct tally *to;

	tally_tell(tally, NULL);
	tally_freshen(tally, gone->seq);
	key = key_of(tally);
	to = &entry_of(gone, &key)->tally;
	tally_freshen(to, gone->seq);
	tally_absorb(to, tally);
	to->t.nr_threads += tally->t.nr_threads;
	if (to->t.start_ns > tally->t.start_ns)
		to->t.start_ns = tally->t.start_ns;
	if (to->t.exit_ns < tally->t.exit_ns)
		to->t.exit_ns = tally->t.exit_ns;
}

static void entry_visit(const struct gone *gone, struct gone_entry *entry,
	void (*visit)(const struct table_row *row, void *arg), void *arg)
{
	tally_freshen(&entry->tally, gone->seq);
	entry->tally.t.outcome = entry->tally.outcome;
	visit(&entry->tally.t, arg);
}

void gone_each(
	const struct gone *gone, void (*visit)(const struct table_row *row, void *arg), void *arg)
{
	for (size_t i = 0; i < gone->cap; i++)
		for (struct gone_entry *entry = gone->slots[i]; entry; entry = entry->next)
			entry_visit(gone, entry, visit, arg);
	if (gone->nobody)
		entry_visit(gone, gone->nobody, visit, arg);
}

static void entry_free(struct gone_entry *entry)
{
	for (unsigned int i = 0; entry && i < TOLD_NR; i++)
		name_put(entry->texts[i]);
	if (entry)
		tally_done(&entry->tally);
	free(entry);
}

void gone_done(struct gone *gone)
{
	for (size_t i = 0; i < gone->cap; i++)
		while (gone->slots[i]) {
			struct gone_entry *entry = gone->slots[i];

			gone->slots[i] = entry->next;
			entry_free(entry);
		}
	entry_free(gone->nobody);
	free(gone->slots);
	*gone = (struct gone){0};
}
