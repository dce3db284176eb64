/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/gone.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_SLOTS 64

struct gone_entry {
	struct gone_entry *next;
	struct name *texts[TOLD_NR]; /* held */
	uint32_t uid, flags;
	char comm[EVENT_COMM_LEN + 1];
	uint64_t start_ns, exit_ns;
	struct tally tally;
};

/* Who it was, as far as a group asks. */
struct key {
	struct name *texts[TOLD_NR];
	uint32_t uid, flags;
	char comm[EVENT_COMM_LEN + 1];
};

static struct key key_of(const struct proc *proc)
{
	struct key key = {.uid = proc->uid, .flags = proc->flags & PROC_COMMAND ? ROW_COMMAND : 0};

	key.texts[TOLD_EXE] = proc->texts[TOLD_EXE];
	key.texts[TOLD_CGROUP] = proc->texts[TOLD_CGROUP];
	/* a program has many names */
	if (!key.texts[TOLD_EXE])
		strcpy(key.comm, proc->comm);
	return key;
}

static bool entry_is(const struct gone_entry *entry, const struct key *key)
{
	return !memcmp(entry->texts, key->texts, sizeof(key->texts)) && entry->uid == key->uid &&
	       entry->flags == key->flags && !strcmp(entry->comm, key->comm);
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

			slot = slot_of(gone, hash_of(entry->texts, entry->uid, entry->comm));
			old.slots[i] = entry->next;
			entry->next = *slot;
			*slot = entry;
		}
	free(old.slots);
}

static struct gone_entry *entry_new(const struct gone *gone, const struct key *key)
{
	struct gone_entry *entry = mem_new(1, sizeof(*entry));

	entry->tally.seq = (uint32_t)gone->seq;
	entry->uid = key->uid;
	entry->start_ns = UINT64_MAX;
	entry->flags = key->flags;
	strcpy(entry->comm, key->comm);
	for (unsigned int i = 0; i < TOLD_NR; i++)
		if (key->texts[i])
			entry->texts[i] = name_hold(key->texts[i]);
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

void gone_add(struct gone *gone, const struct tally *tally)
{
	const struct proc *proc = tally->proc;
	const struct key key = key_of(proc);
	struct gone_entry *to = entry_of(gone, &key);

	tally_absorb(&to->tally, tally, (uint32_t)gone->seq);
	to->tally.nr_threads += tally->nr_threads;
	if (to->start_ns > proc->start_ns)
		to->start_ns = proc->start_ns;
	if (to->exit_ns < proc->exit_ns)
		to->exit_ns = proc->exit_ns;
}

static void entry_visit(const struct gone *gone, const struct gone_entry *entry,
	void (*visit)(const struct table_row *row, void *arg), void *arg)
{
	struct table_row row = {0};

	tally_figures(&entry->tally, (uint32_t)gone->seq, &row);
	row.pid = row.tid = row.ppid = EVENT_NO_ID;
	row.uid = entry->uid;
	row.start_ns = entry->start_ns;
	row.exit_ns = entry->exit_ns;
	row.flags = ROW_EXITED | entry->flags;
	strcpy(row.comm, entry->comm);
	for (unsigned int i = 0; i < TOLD_NR; i++)
		row.texts[i] = entry->texts[i];
	visit(&row, arg);
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
