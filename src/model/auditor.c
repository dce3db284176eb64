/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/auditor.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A process that is kept. */
struct ward {
	struct proc *proc;
	struct link link;
	struct audit audit;
	bool observed, called, compat; /* of its program, as in struct audit_ground */
	bool active;                   /* it called itself */
};

struct auditor {
	const struct task_map *map;
	size_t limit, nr, nr_calls, nr_unnamed;
	uint64_t begin_ns, left_out;
	struct link wards;
	struct audit_call *calls; /* all that wards refer to, the newest first */
	bool stray;
};

struct auditor *auditor_new(const struct task_map *map, size_t limit)
{
	struct auditor *a = mem_new(1, sizeof(*a));

	*a = (struct auditor){.map = map, .limit = limit, .begin_ns = UINT64_MAX};
	link_init(&a->wards);
	return a;
}

static void ward_free(struct auditor *a, struct ward *ward)
{
	link_remove(&ward->link);
	ward->proc->ward = NULL;
	proc_put(ward->proc);
	free(ward);
	a->nr--;
}

void auditor_free(struct auditor *a)
{
	struct audit_call *next;

	if (!a)
		return;
	while (!link_empty(&a->wards))
		ward_free(a, link_of(a->wards.next, struct ward, link));
	for (struct audit_call *c = a->calls; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

void auditor_begin(struct auditor *a, uint64_t begin_ns)
{
	a->begin_ns = begin_ns;
}

/* NULL: there is no room. */
static struct ward *ward_of(struct auditor *a, struct proc *proc)
{
	struct ward *ward = proc->ward;

	if (ward)
		return ward;
	if (a->nr == a->limit) {
		a->left_out++;
		return NULL;
	}
	ward = mem_new(1, sizeof(*ward));
	*ward = (struct ward){.proc = proc};
	proc->ward = ward;
	proc->nr_held++;
	a->nr++;
	link_append(&a->wards, &ward->link);
	return ward;
}

static bool is_told(const struct ward *ward)
{
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if (ward->audit.of[i].reason)
			return true;
	return ward->observed || ward->active;
}

static void on_new(struct auditor *a, const struct event *e)
{
	const struct task *maker = task_find(a->map, e->tid);
	const struct task *task = task_find(a->map, e->u.new.tid);
	const struct ward *from = maker ? maker->proc->ward : NULL;
	struct ward *ward;

	if (e->u.new.thread || !task || !task_leads(task) || task->proc->start_ns != e->ts_ns)
		return;
	ward = ward_of(a, task->proc);
	if (!ward || !from || from == ward)
		return;
	ward->audit = from->audit;
	ward->observed = from->observed;
	ward->called = from->called;
	ward->compat = from->compat;
}

/* The call is its own, not of a process that it was forked from. */
static bool is_own(const struct ward *ward, const struct audit_finding *f)
{
	return f->reason && (!f->call || f->call->pid == ward->proc->pid);
}

static void on_exec(struct auditor *a, const struct event *e)
{
	const struct task *task = task_find(a->map, e->tid);
	struct ward *ward;

	if (!task || !task_leads(task) || e->ts_ns < task->from_ns)
		return;
	ward = ward_of(a, task->proc);
	if (!ward)
		return;
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if (!is_own(ward, &ward->audit.of[i]))
			ward->audit.of[i] = (struct audit_finding){0};
	ward->observed = e->ts_ns >= a->begin_ns;
	ward->called = ward->compat = false;
}

/* One that was merely there, and is no more, says nothing. */
static void on_end(struct auditor *a, const struct event *e)
{
	const struct task *task = task_find(a->map, e->tid);
	struct ward *ward = task ? task->proc->ward : NULL;

	if (ward && !ward->proc->nr_live && !is_told(ward))
		ward_free(a, ward);
}

void auditor_feed(struct auditor *a, const struct event *e)
{
	if (e->kind == EVENT_NEW)
		on_new(a, e);
	else if (e->kind == EVENT_EXEC)
		on_exec(a, e);
	else if (e->kind == EVENT_EXIT)
		on_end(a, e);
}

static struct audit_call *keep_call(struct auditor *a, const struct call *call,
	const struct change *change, const struct proc *proc)
{
	struct audit_call *kept;

	if (a->nr_calls == a->limit)
		return NULL;
	a->nr_calls++;
	a->nr_unnamed++;
	kept = mem_new(1, sizeof(*kept));
	*kept = (struct audit_call){.call = *call, .pid = proc->pid, .next = a->calls};
	memcpy(kept->comm, proc->comm, sizeof(kept->comm));
	a->calls = kept;
	kept->call.nr_changes = change != NULL;
	kept->call.changes = &kept->change;
	if (change)
		kept->change = *change;
	return kept;
}

static void judge(struct auditor *a, struct ward *ward, const struct call *call)
{
	struct audit_call *kept = NULL;

	for (unsigned int i = 0; i < AUDIT_POLICIES; i++) {
		struct audit_answer one = audit_judge(&policies[i], call);
		struct audit_finding *f = &ward->audit.of[i];

		if (one.result <= f->result)
			continue;
		if (!kept)
			kept = keep_call(a, call, one.change, ward->proc);
		/* another policy may have found no change to name */
		if (kept && one.change && !kept->call.nr_changes) {
			kept->change = *one.change;
			kept->call.nr_changes = 1;
		}
		*f = (struct audit_finding){one.result, one.reason, kept};
	}
}

void auditor_call(struct auditor *a, struct proc *proc, const struct call *call)
{
	struct ward *ward;

	if (proc && proc->flags & PROC_OWN)
		return;
	if (!proc || proc->pid == EVENT_NO_ID) {
		a->stray |= audit_matters(call);
		return;
	}
	ward = ward_of(a, proc);
	if (!ward)
		return;
	ward->active = true;
	if (call->flags & EVENT_COMPAT)
		ward->compat = true;
	else
		ward->called = true;
	judge(a, ward, call);
}

static void name_call(struct auditor *a, struct audit_call *c, const struct call_names *names)
{
	const char *text = call_site(names, &c->call);

	if (text)
		snprintf(c->site, sizeof(c->site), "%.63s", text);
	text = c->call.nr_changes ? call_backing(names, &c->call, &c->change) : NULL;
	if (text)
		snprintf(c->backing, sizeof(c->backing), "%.63s", text);
	c->named = true;
	a->nr_unnamed--;
}

void auditor_names(
	struct auditor *a, const struct call_names *names, uint64_t now_ns, uint32_t last)
{
	size_t left = a->nr_unnamed;

	/* new ones stand in front */
	for (struct audit_call *c = a->calls; c && left; c = c->next) {
		bool end = last == AUDITOR_ALL || c->pid == last ||
			   now_ns > c->call.ts_ns + AUDITOR_NAMES_NS;

		if (c->named)
			continue;
		left--;
		if (!names->ready || names->ready(&c->call, names->arg) || end)
			name_call(a, c, names);
	}
}

static void ward_visit(const struct auditor *a, const struct ward *ward,
	const struct audit_ground *run, void (*visit)(const struct auditor_row *row, void *arg),
	void *arg)
{
	struct auditor_row row = {ward->proc, ward->audit, is_told(ward), ward->compat};
	struct audit_ground ground = *run;

	ground.stray |= a->stray;
	ground.observed = ward->observed;
	ground.called = ward->called;
	ground.compat = ward->compat;
	ground.runs = ward->proc->nr_live;
	ground.outlives = run->outlives && ward->proc->flags & PROC_COMMAND;
	audit_conclude(&row.audit, &ground);
	visit(&row, arg);
}

void auditor_each(const struct auditor *a, const struct audit_ground *run,
	void (*visit)(const struct auditor_row *row, void *arg), void *arg)
{
	for (const struct link *l = a->wards.next; l != &a->wards; l = l->next) {
		const struct ward *ward = link_of(l, struct ward, link);

		if (!(ward->proc->flags & PROC_OWN))
			ward_visit(a, ward, run, visit, arg);
	}
	for (size_t i = 0; i < (size_t)1 << a->map->bits; i++) {
		const struct task *task = a->map->slots[i].task;
		const struct ward ward = {.proc = task ? task->proc : NULL};

		if (task && task_leads(task) && task->proc->nr_live && !task->proc->ward &&
			!(task->proc->flags & PROC_OWN))
			ward_visit(a, &ward, run, visit, arg);
	}
}

uint64_t auditor_left_out(const struct auditor *a)
{
	return a->left_out;
}
