/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/tally.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const struct table_limits table_limits_default = {.rows = 65536, .tasks = 131072};

void tally_done(struct tally *tally)
{
	if (tally->outcome)
		hist_done(&tally->outcome->times);
	free(tally->outcome);
	tally->outcome = NULL;
	if (tally->sites)
		sites_done(tally->sites);
	free(tally->sites);
	tally->sites = NULL;
	free(tally->reasons);
	tally->reasons = NULL;
	free(tally->study);
	tally->study = NULL;
}

void tally_other(struct tally *tally)
{
	struct table_row *t = &tally->t;

	link_init(&tally->kids);
	t->pid = t->tid = t->ppid = t->uid = EVENT_NO_ID;
	t->flags = ROW_OTHER;
	strcpy(t->comm, "(other)");
}

struct outcome *tally_outcome(struct tally *tally)
{
	if (!tally->outcome)
		tally->outcome = mem_new(1, sizeof(*tally->outcome));
	return tally->outcome;
}

void tally_why(struct tally *tally)
{
	if (!tally->reasons)
		tally->reasons = mem_new(1, sizeof(*tally->reasons));
}

void tally_thread(const struct task *task, uint64_t ts_ns)
{
	for (struct tally *tally = task ? task->tally : NULL; tally; tally = tally->up)
		if (tally->reasons)
			reasons_thread(tally->reasons, task->tid, ts_ns);
}

static void tally_reason(struct tally *tally, const struct call *call)
{
	const struct proc *proc = tally->proc;
	unsigned int reason;

	reason =
		reasons_count(tally->reasons, call, proc->exec_ns ? proc->exec_ns : proc->start_ns);
	if (tally->up)
		return;
	if (!tally->study)
		tally->study = mem_new(1, sizeof(*tally->study));
	study_count(tally->study, call, proc->exec_ns, reason);
}

/* The newcomer inherits the count of the rarest, so that a frequent one stays (space-saving). */
void errors_add(struct error_count errors[TABLE_ERRORS], uint32_t error, uint64_t nr)
{
	unsigned int rarest = 0;

	for (unsigned int i = 0; i < TABLE_ERRORS; i++) {
		if (errors[i].error == error || !errors[i].error) {
			rarest = i;
			break;
		}
		if (errors[i].nr < errors[rarest].nr)
			rarest = i;
	}
	errors[rarest].error = error;
	errors[rarest].nr += nr;
}

/* The smaller errno where two are as frequent, so that the order of calls does not matter. */
static uint32_t errors_top(const struct outcome *outcome)
{
	unsigned int top = 0;

	for (unsigned int i = 1; i < TABLE_ERRORS && outcome->errors[i].error; i++)
		if (outcome->errors[i].nr > outcome->errors[top].nr ||
			(outcome->errors[i].nr == outcome->errors[top].nr &&
				outcome->errors[i].error < outcome->errors[top].error))
			top = i;
	return outcome->errors[top].error;
}

static void tally_failed(struct tally *tally, const struct call *call)
{
	uint64_t error = -(uint64_t)call->ret;
	bool asked_x = call->known & CALL_ASKED && call->prot & PROT_EXEC;

	tally->now.errors++;
	/* the rest was not allowed nor forbidden: it made no sense, or there was no room */
	tally->now.x_refused += asked_x && (error == EACCES || error == EPERM);
	errors_add(tally_outcome(tally)->errors, (uint32_t)error, 1);
}

bool tally_count(struct tally *tally, const struct call *call)
{
	struct counts *now = &tally->now;

	if (call->flags & EVENT_RELATED) {
		now->mmap_wx += call_maps_wx(call);
		return false;
	}
	if (call->known & CALL_REFUSED) {
		now->refused++;
		now->x_refused++; /* perhaps: what it asked is not known */
		return false;
	}
	now->calls++;
	if (tally->reasons)
		tally_reason(tally, call);
	if (call->known & CALL_ASKED) {
		now->range = counts_sum(now->range, call->len);
		now->ask_x += !!(call->prot & PROT_EXEC);
		now->prot[prot_class(call->prot)]++;
	} else {
		now->unasked++;
	}
	if (call->known & CALL_RETURNED) {
		now->returned++;
		if (call->ret < 0)
			tally_failed(tally, call);
	} else {
		now->unreturned++;
	}
	if (call->known & CALL_TIMED) {
		now->timed++;
		now->time_ns += call->duration_ns;
		hist_add(&tally_outcome(tally)->times, call->duration_ns);
	}
	if (call->known & CALL_CHANGED) {
		now->mapped++;
		now->maps += call->maps;
	}
	/* true also where others of the call's changes were lost */
	for (unsigned int i = 0; i < VERDICT_NR_KINDS; i++)
		now->kinds[i] += call->kinds >> i & 1;
	return call->known & CALL_RETURNED && call->ret < 0;
}

void tally_count_many(struct tally *tally, const struct event *event)
{
	struct counts *now = &tally->now;

	now->calls += event->u.calls.nr;
	now->unreturned += event->u.calls.nr;
	now->unasked += event->flags & EVENT_BARE ? event->u.calls.nr : 0;
	now->range = counts_sum(now->range, event->u.calls.range);
	now->ask_x += event->u.calls.ask_x;
	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		now->prot[i] += event->u.calls.prot[i];
}

void outcome_tell(const struct outcome *outcome, struct table_row *t)
{
	t->error = errors_top(outcome);
	t->p50_ns = hist_percentile(&outcome->times, 50);
	t->p99_ns = hist_percentile(&outcome->times, 99);
	t->max_ns = outcome->times.max;
}

void outcome_absorb(struct outcome *to, const struct outcome *from)
{
	hist_merge(&to->times, &from->times);
	for (unsigned int i = 0; i < TABLE_ERRORS && from->errors[i].error; i++)
		errors_add(to->errors, from->errors[i].error, from->errors[i].nr);
}

void history_push(uint32_t history[TABLE_HISTORY], uint64_t calls)
{
	memmove(history, history + 1, (TABLE_HISTORY - 1) * sizeof(*history));
	history[TABLE_HISTORY - 1] = calls < UINT32_MAX ? calls : UINT32_MAX;
}

void tally_freshen(struct tally *tally, uint64_t seq)
{
	uint64_t behind = seq - tally->seq;
	uint32_t *h = tally->t.history;

	if (!behind)
		return;
	tally->seq = seq;
	memset(&tally->t.delta, 0, sizeof(tally->t.delta));
	if (behind > TABLE_HISTORY)
		behind = TABLE_HISTORY;
	memmove(h, h + behind, (TABLE_HISTORY - behind) * sizeof(*h));
	memset(h + TABLE_HISTORY - behind, 0, behind * sizeof(*h));
}

void tally_close(struct tally *tally, uint64_t seq, uint64_t ns, bool peak)
{
	struct table_row *t = &tally->t;

	/* the interval before, as the push below makes room for this one */
	tally_freshen(tally, seq - 1);
	history_push(t->history, tally->now.calls);
	tally->seq = seq;
	counts_add(&t->total, &tally->now);
	t->delta = tally->now;
	memset(&tally->now, 0, sizeof(tally->now));
	if (ns && peak && t->peak_per_s < t->delta.calls * 1e9 / ns)
		t->peak_per_s = t->delta.calls * 1e9 / ns;
	tally->active_at = 0;
	t->outcome = tally->outcome;
	t->reasons = tally->reasons;
	if (tally->outcome)
		outcome_tell(tally->outcome, t);
}

bool tally_broke(struct tally *tally)
{
	if (!tally->t.delta.kinds[VERDICT_WX] || tally->proc->flags & PROC_BROKE)
		return false;
	tally->proc->flags |= PROC_BROKE;
	return true;
}

void tally_absorb(struct tally *to, const struct tally *from)
{
	uint32_t *h = to->t.history;

	counts_add(&to->t.total, &from->t.total);
	counts_add(&to->t.delta, &from->t.delta);
	counts_add(&to->now, &from->now);
	if (from->outcome)
		outcome_absorb(tally_outcome(to), from->outcome);
	for (unsigned int i = 0; i < TABLE_HISTORY; i++)
		if (__builtin_add_overflow(h[i], from->t.history[i], &h[i]))
			h[i] = UINT32_MAX;
	if (to->t.last_ns < from->t.last_ns)
		to->t.last_ns = from->t.last_ns;
}

void row_tell(struct table_row *t, const struct proc *proc, bool exited)
{
	t->pid = proc->pid;
	t->ppid = proc->ppid;
	t->uid = proc->uid;
	t->start_ns = proc->start_ns;
	memcpy(t->texts, proc->texts, sizeof(t->texts));
	t->flags = (exited ? ROW_EXITED : 0) | (proc->pid == EVENT_NO_ID ? ROW_UNRESOLVED : 0) |
		   (proc->flags & PROC_UID_GUESS ? ROW_UID_GUESS : 0) |
		   (proc->flags & PROC_COMMAND ? ROW_COMMAND : 0);
}

void row_who(struct table_row *t, uint32_t tid, const struct task *task, bool thread)
{
	*t = (struct table_row){.pid = EVENT_NO_ID, .uid = EVENT_NO_ID, .tid = tid};
	if (!task)
		return;
	t->pid = task->proc->pid;
	t->uid = task->proc->uid;
	t->flags = task->proc->flags & PROC_COMMAND ? ROW_COMMAND : 0;
	memcpy(t->comm, thread ? task->comm : task->proc->comm, sizeof(t->comm));
}

void tasks_each_silent(const struct task_map *map, bool threads,
	void (*visit)(const struct table_row *row, void *arg), void *arg)
{
	struct table_row row = {0};

	for (size_t i = 0; i < (size_t)1 << map->bits; i++) {
		const struct task *task = map->slots[i].task;

		if (!task || !task_silent(task, threads))
			continue;
		row_tell(&row, task->proc, false);
		row.tid = task->tid;
		memcpy(row.comm, threads ? task->comm : task->proc->comm, sizeof(row.comm));
		visit(&row, arg);
	}
}

void tally_tell(struct tally *tally, const struct task *task)
{
	const struct proc *proc = tally->proc;
	struct table_row *t = &tally->t;
	bool exited = proc->flags & PROC_EXITED;
	const struct site *site = tally->sites ? sites_top(tally->sites) : NULL;

	t->sites = tally->sites;
	t->study = tally->study;
	t->site = site ? site->name : NULL;
	t->site_offset = site ? site->offset : 0;
	t->exit_ns = proc->exit_ns;
	if (tally->up) {
		exited = tally->dead.next && !(task && task_live(task));
		t->exit_ns = exited ? tally->dead_ns : 0;
	}
	if (!tally->up)
		memcpy(t->comm, proc->comm, sizeof(t->comm));
	else if (task)
		memcpy(t->comm, task->comm, sizeof(t->comm));
	row_tell(t, proc, exited);
}

void row_of_proc(struct table_row *t, const struct proc *proc)
{
	if (proc->tally) {
		tally_tell(proc->tally, NULL);
		*t = proc->tally->t;
		return;
	}
	*t = (struct table_row){.tid = proc->pid};
	row_tell(t, proc, !proc->nr_live);
	memcpy(t->comm, proc->comm, sizeof(t->comm));
}

static void tally_swap(struct tally **a, struct tally **b)
{
	struct tally *c = *a;

	*a = *b;
	*b = c;
}

/* Hoare's selection. */
void tally_select(struct tally **tallies, size_t nr, size_t k)
{
	size_t low = 0, high = nr - 1;

	while (low < high) {
		uint64_t pivot = tallies[low + (high - low) / 2]->t.last_ns;
		size_t i = low, j = high;

		while (i <= j) {
			while (tallies[i]->t.last_ns < pivot)
				i++;
			while (tallies[j]->t.last_ns > pivot)
				j--;
			if (i > j)
				break;
			tally_swap(&tallies[i++], &tallies[j]);
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
