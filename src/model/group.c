/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/group.h"
#include "base/errname.h"
#include "base/mem.h"
#include "model/audit.h"
#include "model/tally.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_SLOTS 64

struct group {
	struct group *next;
	uint64_t hash;
	uint64_t begin_ns;
	struct row row;
	struct outcome outcome;
	struct reasons reasons;
	struct audit audit;
	bool sure;  /* of one of it that it is of it */
	bool asked; /* by groups_once() */
};

static const char *key_program(const struct row *row)
{
	return row->exe && row->exe[0] ? row->exe : row->comm;
}

static const char *sure_program(const struct row *row)
{
	return row->exe;
}

static const char *key_user(const struct row *row)
{
	return row->user;
}

static const char *key_unit(const struct row *row)
{
	return row->unit;
}

static const char *key_container(const struct row *row)
{
	return row->container;
}

const struct group_kind group_kinds[] = {
	{"process", "", NULL, NULL},
	{"program", "exe", key_program, sure_program},
	{"user", "", key_user, key_user},
	{"unit", "cgroup", key_unit, key_unit},
	{"container", "cgroup", key_container, key_container},
	{NULL, NULL, NULL, NULL},
};

/* FNV-1a; of a group without a name as of an empty one. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	while (*text)
		hash = (hash ^ (unsigned char)*text++) * UINT64_C(1099511628211);
	return hash;
}

static void groups_grow(struct groups *groups)
{
	groups->cap = groups->cap ? 2 * groups->cap : LEAST_SLOTS;
	groups->list = mem_resize(groups->list, groups->cap, sizeof(*groups->list));
	free(groups->slots);
	groups->slots = mem_new(groups->cap, sizeof(*groups->slots));
	for (size_t i = 0; i < groups->nr; i++) {
		struct group *group = groups->list[i];
		struct group **slot = &groups->slots[group->hash & (groups->cap - 1)];

		group->next = *slot;
		*slot = group;
	}
}

/* Where two differ, neither is told. */
static void text_fold(const char **to, const char *from)
{
	if (*to && (!from || strcmp(*to, from) != 0))
		*to = NULL;
}

static void group_texts(struct row *to, const struct row *from)
{
	text_fold(&to->exe, from->exe);
	text_fold(&to->cgroup, from->cgroup);
	text_fold(&to->unit, from->unit);
	text_fold(&to->container, from->container);
	if (strcmp(to->user, from->user) != 0)
		to->user[0] = '\0';
	if (to->t.uid != from->t.uid)
		to->t.uid = EVENT_NO_ID;
}

static void group_counts(struct group *group, const struct table_row *from)
{
	struct table_row *to = &group->row.t;
	uint32_t kept = ROW_OTHER | ROW_UID_GUESS;

	counts_add(&to->total, &from->total);
	counts_add(&to->delta, &from->delta);
	for (unsigned int i = 0; i < TABLE_HISTORY; i++)
		if (__builtin_add_overflow(to->history[i], from->history[i], &to->history[i]))
			to->history[i] = UINT32_MAX;
	to->nr_threads += from->nr_threads;
	to->flags |= from->flags & kept;
	if (!(from->flags & ROW_EXITED))
		to->flags &= ~ROW_EXITED;
	if (to->last_ns < from->last_ns)
		to->last_ns = from->last_ns;
	if (to->exit_ns < from->exit_ns)
		to->exit_ns = from->exit_ns;
	if (group->begin_ns > from->start_ns)
		group->begin_ns = from->start_ns;
	if (from->reasons)
		reasons_absorb(&group->reasons, from->reasons);
	if (from->outcome)
		outcome_absorb(&group->outcome, from->outcome);
}

static struct group *group_new(
	const struct row *first, const char *name, uint64_t hash, struct pool *pool)
{
	struct group *group = mem_new(1, sizeof(*group));
	struct row *row = &group->row;

	*row = *first;
	row->name = NULL;
	if (name[0])
		row->name = strcpy(pool_room(pool, strlen(name) + 1), name);
	row->comm[0] = row->site[0] = '\0';
	row->cmdline = NULL;
	row->t = (struct table_row){.pid = EVENT_NO_ID,
		.tid = EVENT_NO_ID,
		.ppid = EVENT_NO_ID,
		.uid = first->t.uid,
		.start_ns = hash,
		.flags = ROW_GROUP | ROW_EXITED | (first->t.flags & ROW_COMMAND)};
	group->hash = hash;
	group->begin_ns = UINT64_MAX;
	return group;
}

static struct group *group_find(const struct groups *groups, const char *name, uint64_t hash)
{
	struct group *group = groups->cap ? groups->slots[hash & (groups->cap - 1)] : NULL;

	while (group &&
		(group->hash != hash || strcmp(group->row.name ? group->row.name : "", name) != 0))
		group = group->next;
	return group;
}

void groups_add(struct groups *groups, const struct group_kind *kind, const struct row *row,
	struct pool *pool)
{
	const char *key = kind->key(row), *name = key ? key : "";
	uint64_t hash = hash_of(name);
	struct group *group, **slot;

	if (groups->nr >= groups->cap)
		groups_grow(groups);
	group = group_find(groups, name, hash);
	if (group) {
		group_texts(&group->row, row);
	} else {
		group = group_new(row, name, hash, pool);
		slot = &groups->slots[hash & (groups->cap - 1)];
		group->next = *slot;
		*slot = group;
		groups->list[groups->nr++] = group;
	}
	if (row->audit)
		audit_fold(&group->audit, row->audit);
	group->row.listed |= row->listed;
	group->sure |= kind->sure(row) && *kind->sure(row);
	group_counts(group, &row->t);
}

void groups_row(const struct groups *groups, size_t i, struct row *row, uint64_t *begin_ns)
{
	struct group *group = groups->list[i];

	outcome_close(&group->outcome);
	outcome_tell(&group->outcome, &group->row.t);
	*row = group->row;
	row->why = reasons_top(&group->reasons);
	row->audit = group->audit.of[0].reason ? &group->audit : NULL;
	row->errname[0] = '\0';
	if (row->t.total.errors)
		errname_text(row->errname, row->t.error);
	*begin_ns = group->begin_ns;
}

const struct audit *groups_audit(const struct groups *groups, const char *name)
{
	const struct group *group = group_find(groups, name, hash_of(name));

	return group && group->audit.of[0].reason ? &group->audit : NULL;
}

bool groups_once(const struct groups *groups, const char *name)
{
	struct group *group = group_find(groups, name, hash_of(name));
	bool once = group && !group->asked;

	if (group)
		group->asked = true;
	return once;
}

void groups_doubt(struct groups *groups, const struct audit *missing)
{
	for (size_t i = 0; i < groups->nr; i++) {
		struct group *group = groups->list[i];

		if (group->row.name && (group->sure || !missing) && group->audit.of[0].reason)
			audit_doubt(&group->audit, missing);
	}
}

void groups_done(struct groups *groups)
{
	for (size_t i = 0; i < groups->nr; i++) {
		outcome_done(&groups->list[i]->outcome);
		free(groups->list[i]);
	}
	free(groups->list);
	free(groups->slots);
	*groups = (struct groups){0};
}
