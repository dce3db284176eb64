/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/tally.h"
#include "base/mem.h"
#include "model/part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HISTORY_FIRST 6
#define TALLY_HEAP    12 /* bytes that a piece of the heap costs more, about */

const struct table_limits table_limits_default = {
	.rows = 65536, .tasks = 131072, .bytes = 56 << 20};

/* what a detail tells of each process is most of it there */
const struct table_limits table_limits_live = {.rows = 65536, .tasks = 131072, .bytes = 192 << 20};

void outcome_done(struct outcome *outcome)
{
	hist_done(&outcome->times);
	free(outcome->errors);
	outcome->errors = NULL;
}

void tally_done(struct tally *tally)
{
	sheet_done(&tally->sheet);
	free(tally->history);
	if (tally->outcome)
		outcome_done(tally->outcome);
	free(tally->outcome);
	if (tally->sites)
		sites_done(tally->sites);
	free(tally->sites);
	free(tally->reasons);
	free(tally->study);
}

struct outcome *tally_outcome(struct tally *tally)
{
	if (!tally->outcome)
		tally->outcome = mem_new(1, sizeof(*tally->outcome));
	return tally->outcome;
}

static void outcome_failed(struct outcome *outcome, uint32_t error, uint64_t nr)
{
	if (!outcome->errors)
		outcome->errors = mem_new(TABLE_ERRORS, sizeof(*outcome->errors));
	errors_add(outcome->errors, error, nr);
}

void tally_why(struct tally *tally)
{
	if (!tally->reasons)
		tally->reasons = mem_new(1, sizeof(*tally->reasons));
}

uint64_t tally_thread(const struct task *task, uint64_t ts_ns)
{
	uint64_t stack_ns = 0;

	for (struct tally *tally = task ? task->tally : NULL; tally; tally = tally->up)
		if (tally->reasons)
			stack_ns = reasons_thread(tally->reasons, task->tid, ts_ns);
	return stack_ns;
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
static uint32_t errors_top(const struct error_count *errors)
{
	unsigned int top = 0;

	for (unsigned int i = 1; i < TABLE_ERRORS && errors[i].error; i++)
		if (errors[i].nr > errors[top].nr ||
			(errors[i].nr == errors[top].nr && errors[i].error < errors[top].error))
			top = i;
	return errors[top].error;
}

static void tally_failed(struct tally *tally, const struct call *call)
{
	uint32_t error = call_error(call);
	bool asked_x = call->known & CALL_ASKED && call->prot & PROT_EXEC;

	sheet_count(&tally->sheet, SHEET_AT(errors), 1);
	/* the rest was not allowed nor forbidden: it made no sense, or there was no room */
	sheet_count(
		&tally->sheet, SHEET_AT(x_refused), asked_x && (error == EACCES || error == EPERM));
	outcome_failed(tally_outcome(tally), error, 1);
}

static inline void sheet_range(struct sheet *sheet, uint64_t len)
{
	uint64_t *range = sheet_now(sheet, SHEET_AT(range));

	*range = counts_sum(*range, len);
}

static void tally_asked(struct sheet *sheet, const struct call *call)
{
	if (!(call->known & CALL_ASKED)) {
		sheet_count(sheet, SHEET_AT(unasked), 1);
		return;
	}
	sheet_range(sheet, call->len);
	sheet_count(sheet, SHEET_AT(ask_x), !!(call->prot & PROT_EXEC));
	sheet_count(sheet, SHEET_AT(prot) + prot_class(call->prot), 1);
}

bool tally_count(struct tally *tally, const struct call *call)
{
	struct sheet *sheet = &tally->sheet;

	if (call->flags & EVENT_RELATED) {
		sheet_count(sheet, SHEET_AT(mmap_wx), call_maps_wx(call));
		return false;
	}
	if (call->known & CALL_REFUSED) {
		sheet_count(sheet, SHEET_AT(refused), 1);
		sheet_count(
			sheet, SHEET_AT(x_refused), 1); /* perhaps: what it asked is not known */
		return false;
	}
	sheet_count(sheet, SHEET_AT(calls), 1);
	if (tally->reasons)
		tally_reason(tally, call);
	tally_asked(sheet, call);
	sheet_count(
		sheet, call->known & CALL_RETURNED ? SHEET_AT(returned) : SHEET_AT(unreturned), 1);
	if (call->known & CALL_RETURNED && call->ret < 0)
		tally_failed(tally, call);
	if (call->known & CALL_TIMED) {
		sheet_count(sheet, SHEET_AT(timed), 1);
		sheet_count(sheet, SHEET_AT(time_ns), call->duration_ns);
		hist_add(&tally_outcome(tally)->times, call->duration_ns);
	}
	if (call->known & CALL_CHANGED) {
		sheet_count(sheet, SHEET_AT(mapped), 1);
		sheet_count(sheet, SHEET_AT(maps), call->maps);
	}
	sheet_count(sheet, SHEET_AT(made_wx), call_leaves_wx(call));
	/* true also where others of the call's changes were lost */
	for (unsigned int i = 0; i < VERDICT_NR_KINDS && call->kinds >> i; i++)
		sheet_count(sheet, SHEET_AT(kinds) + i, call->kinds >> i & 1);
	return call->known & CALL_RETURNED && call->ret < 0;
}

void tally_count_many(struct tally *tally, const struct event *event)
{
	struct sheet *sheet = &tally->sheet;

	sheet_count(sheet, SHEET_AT(calls), event->u.calls.nr);
	sheet_count(sheet, SHEET_AT(unreturned), event->u.calls.nr);
	sheet_count(sheet, SHEET_AT(unasked), event->flags & EVENT_BARE ? event->u.calls.nr : 0);
	sheet_range(sheet, event->u.calls.range);
	sheet_count(sheet, SHEET_AT(ask_x), event->u.calls.ask_x);
	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		sheet_count(sheet, SHEET_AT(prot) + i, event->u.calls.prot[i]);
}

void outcome_close(struct outcome *outcome)
{
	static const unsigned int percents[] = {50, 99};
	uint64_t ns[2];

	outcome->error = outcome->errors ? errors_top(outcome->errors) : 0;
	hist_percentiles(&outcome->times, percents, 2, ns);
	outcome->p50_ns = ns[0];
	outcome->p99_ns = ns[1];
	outcome->max_ns = outcome->times.max;
}

void outcome_tell(const struct outcome *outcome, struct table_row *t)
{
	t->error = outcome->error;
	t->p50_ns = outcome->p50_ns;
	t->p99_ns = outcome->p99_ns;
	t->max_ns = outcome->max_ns;
}

void outcome_absorb(struct outcome *to, const struct outcome *from)
{
	hist_merge(&to->times, &from->times);
	for (unsigned int i = 0; from->errors && i < TABLE_ERRORS && from->errors[i].error; i++)
		outcome_failed(to, from->errors[i].error, from->errors[i].nr);
}

void history_push(uint32_t history[TABLE_HISTORY], uint64_t calls)
{
	memmove(history, history + 1, (TABLE_HISTORY - 1) * sizeof(*history));
	history[TABLE_HISTORY - 1] = calls < UINT32_MAX ? calls : UINT32_MAX;
}

/* Its history at the end of the interval seq, the newest last. */
static void history_tell(const struct tally *tally, uint32_t seq, uint32_t out[TABLE_HISTORY])
{
	uint32_t behind = seq - tally->seq, nr = tally->nr_history;

	memset(out, 0, TABLE_HISTORY * sizeof(*out));
	if (behind >= TABLE_HISTORY)
		return;
	if (nr > TABLE_HISTORY - behind)
		nr = TABLE_HISTORY - behind;
	if (nr)
		memcpy(out + TABLE_HISTORY - behind - nr, tally->history + tally->nr_history - nr,
			nr * sizeof(*out));
}

/* Room for nr; about twice as much as before, so that it seldom grows: pieces of the heap have
 * 24, 56, 120 bytes. */
static void history_room(struct tally *tally, unsigned int nr)
{
	unsigned int room = tally->room_history ? tally->room_history : HISTORY_FIRST;

	while (room < nr)
		room = 2 * room + 2;
	if (room > TABLE_HISTORY)
		room = TABLE_HISTORY;
	if (room == tally->room_history)
		return;
	tally->history = mem_resize(tally->history, room, sizeof(*tally->history));
	tally->room_history = (uint8_t)room;
}

/* Pushes those of the interval seq, with noughts for what lies between. */
static void tally_history(struct tally *tally, uint32_t seq, uint64_t calls)
{
	uint32_t gap = seq - tally->seq, kept = tally->nr_history, nr;

	if (gap >= TABLE_HISTORY)
		kept = 0;
	else if (kept + gap > TABLE_HISTORY)
		kept = TABLE_HISTORY - gap;
	nr = kept ? kept + gap : 1;
	history_room(tally, nr);
	if (kept)
		memmove(tally->history, tally->history + tally->nr_history - kept,
			kept * sizeof(*tally->history));
	memset(tally->history + kept, 0, (nr - kept) * sizeof(*tally->history));
	tally->history[nr - 1] = calls < UINT32_MAX ? (uint32_t)calls : UINT32_MAX;
	tally->nr_history = (uint8_t)nr;
}

void tally_ready(struct tally *tally)
{
	if (tally->nr_history < TABLE_HISTORY)
		history_room(tally, tally->nr_history + 1U);
}

void tally_close(struct tally *tally, uint32_t seq, uint64_t ns, bool peak)
{
	uint64_t calls = sheet_get(&tally->sheet, SHEET_NOW, SHEET_AT(calls));

	tally_history(tally, seq, calls);
	tally->seq = seq;
	sheet_close(&tally->sheet);
	if (ns && peak && tally->peak_per_s < calls * 1e9 / ns)
		tally->peak_per_s = calls * 1e9 / ns;
	tally->active_at = 0;
	if (tally->outcome)
		outcome_close(tally->outcome);
}

bool tally_broke(struct tally *tally)
{
	struct counts last;

	if (tally->proc->flags & PROC_BROKE)
		return false;
	sheet_tell(&tally->sheet, SHEET_LAST, &last);
	if (!counts_wx(&last))
		return false;
	tally->proc->flags |= PROC_BROKE;
	return true;
}

void tally_absorb(struct tally *to, const struct tally *from, uint32_t seq)
{
	uint32_t sum[TABLE_HISTORY], more[TABLE_HISTORY];

	history_tell(to, seq, sum);
	history_tell(from, seq, more);
	for (unsigned int i = 0; i < TABLE_HISTORY; i++)
		if (__builtin_add_overflow(sum[i], more[i], &sum[i]))
			sum[i] = UINT32_MAX;
	history_room(to, TABLE_HISTORY);
	memcpy(to->history, sum, sizeof(sum));
	to->nr_history = TABLE_HISTORY;
	if (to->seq != seq)
		sheet_clear_last(&to->sheet);
	to->seq = seq;
	sheet_add(&to->sheet, &from->sheet, from->seq == seq);
	if (from->outcome)
		outcome_absorb(tally_outcome(to), from->outcome);
	if (to->last_ns < from->last_ns)
		to->last_ns = from->last_ns;
}

uint32_t tally_size(const struct tally *tally)
{
	size_t size = TALLY_HEAP * 3 + sizeof(*tally) + sheet_size(&tally->sheet) +
		      tally->room_history * sizeof(*tally->history);

	if (tally->outcome)
		size += TALLY_HEAP + sizeof(*tally->outcome) + hist_size(&tally->outcome->times);
	if (tally->outcome && tally->outcome->errors)
		size += TALLY_HEAP + TABLE_ERRORS * sizeof(*tally->outcome->errors);
	if (tally->sites)
		size += TALLY_HEAP + sizeof(*tally->sites);
	if (tally->reasons)
		size += TALLY_HEAP + sizeof(*tally->reasons);
	if (tally->study)
		size += TALLY_HEAP + sizeof(*tally->study);
	return (uint32_t)size;
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

static void tally_outcomes(const struct tally *tally, struct table_row *t)
{
	const struct site *site = tally->sites ? sites_top(tally->sites) : NULL;

	t->peak_per_s = tally->peak_per_s;
	t->outcome = tally_closed_outcome(tally);
	if (t->outcome)
		outcome_tell(t->outcome, t);
	else
		outcome_tell(&(struct outcome){0}, t);
	t->reasons = tally->reasons;
	t->sites = tally->sites;
	t->study = tally->study;
	t->site = site ? site->name : NULL;
	t->site_offset = site ? site->offset : 0;
}

void tally_parts(const struct tally *tally, uint32_t seq, unsigned int parts, struct table_row *t)
{
	bool fresh = tally->seq == seq;

	if (parts & PART_TOTAL)
		sheet_tell(&tally->sheet, SHEET_ALL, &t->total);
	if (parts & PART_CALLS)
		t->delta.calls = fresh ? sheet_get(&tally->sheet, SHEET_LAST, SHEET_AT(calls)) : 0;
	if (parts & PART_DELTA && fresh)
		sheet_tell(&tally->sheet, SHEET_LAST, &t->delta);
	else if (parts & PART_DELTA)
		memset(&t->delta, 0, sizeof(t->delta));
	if (parts & PART_HISTORY)
		history_tell(tally, seq, t->history);
	if (parts & PART_OUTCOME)
		tally_outcomes(tally, t);
}

static bool sheet_quiet(const struct sheet *sheet)
{
	return !sheet_get(sheet, SHEET_LAST, SHEET_AT(calls)) &&
	       !sheet_get(sheet, SHEET_LAST, SHEET_AT(refused)) &&
	       !sheet_get(sheet, SHEET_LAST, SHEET_AT(mmap_wx));
}

bool tally_quiet(const struct tally *tally, uint32_t seq, bool live)
{
	uint32_t history[TABLE_HISTORY];

	if (tally->seq == seq && !sheet_quiet(&tally->sheet))
		return false;
	if (!live || seq - tally->seq >= TABLE_HISTORY)
		return true;
	history_tell(tally, seq, history);
	for (unsigned int i = 0; i < TABLE_HISTORY; i++)
		if (history[i])
			return false;
	return true;
}

void tally_figures(const struct tally *tally, uint32_t seq, struct table_row *t)
{
	t->tid = tally->tid;
	t->last_ns = tally->last_ns;
	t->nr_threads = tally->nr_threads;
	tally_parts(tally, seq, PART_ALL, t);
}

void tally_other(const struct tally *tally, uint32_t seq, struct table_row *t)
{
	*t = (struct table_row){.flags = ROW_OTHER, .comm = "(other)"};
	tally_figures(tally, seq, t);
	t->pid = t->tid = t->ppid = t->uid = EVENT_NO_ID;
}

void tally_who(struct tally *tally, const struct task *task, struct table_row *t)
{
	const struct proc *proc = tally->proc;
	bool exited = proc->flags & PROC_EXITED;

	t->tid = tally->tid;
	t->last_ns = tally->last_ns;
	t->nr_threads = tally->nr_threads;
	t->exit_ns = proc->exit_ns;
	if (tally->up) {
		exited = tally->dead.next && !(task && task_live(task));
		t->exit_ns = exited ? tally->dead_ns : 0;
	}
	if (task)
		memcpy(tally->comm, task->comm, sizeof(tally->comm));
	memcpy(t->comm, tally->up ? tally->comm : proc->comm, sizeof(t->comm));
	row_tell(t, proc, exited);
}

void tally_row(struct tally *tally, const struct task *task, uint32_t seq, struct table_row *t)
{
	tally_who(tally, task, t);
	tally_parts(tally, seq, PART_ALL, t);
}

void row_of_proc(struct table_row *t, const struct proc *proc)
{
	if (proc->tally) {
		tally_row(proc->tally, NULL, proc->tally->seq, t);
		return;
	}
	*t = (struct table_row){.tid = proc->pid};
	row_tell(t, proc, !proc->nr_live);
	memcpy(t->comm, proc->comm, sizeof(t->comm));
}
