/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/table.h"
#include "model/table_state.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void tally_die(struct table *table, struct tally *tally, uint64_t ts_ns)
{
	if (tally->dead.next)
		return;
	tally->dead_ns = ts_ns;
	link_append(&table->dead, &tally->dead);
}

static void table_ended(void *arg, struct proc *proc, struct task *task, uint64_t ts_ns)
{
	struct table *table = arg;
	struct tally *tally = proc->tally;

	if (task && task->tally && task->tally->up)
		tally_die(table, task->tally, ts_ns);
	if (proc->nr_live)
		return;
	if (task && proc->flags & PROC_CALLED)
		table->totals.exited++;
	if (!tally)
		return;
	for (struct link *l = tally->kids.next; l != &tally->kids; l = l->next)
		tally_die(table, link_of(l, struct tally, sibling), ts_ns);
	tally_die(table, tally, ts_ns);
}

struct table *table_new(const struct table_limits *limits, bool threads, uint64_t begin_ns)
{
	struct table *table = mem_new(1, sizeof(*table));
	size_t tasks = 2 * limits->rows;

	/* leaders that called are never evicted */
	if (tasks < limits->tasks)
		tasks = limits->tasks;
	who_init(&table->who, tasks, table_ended, table);
	table->threads = threads;
	table->limit = limits->rows > 2 ? limits->rows : 2;
	table->size_limit = limits->bytes ? limits->bytes : SIZE_MAX;
	table->newest_ns = table->totals.closed_ns = begin_ns;
	table->keep = mem_new(1, sizeof(*table->keep));
	table->keep->turn = 1; /* a row begins with none */
	link_init(&table->dead);
	locate_init(&table->locator, &table->who.map);
	table->other[1].up = &table->other[0];
	return table;
}

void table_why(struct table *table)
{
	table->why = true;
	for (size_t i = 0; i < table->nr; i++)
		tally_why(table->rows[i]);
}

void table_begin(struct table *table, uint64_t begin_ns)
{
	table->totals.closed_ns = begin_ns;
}

static struct tally *tally_new(struct table *table, struct proc *proc, struct tally *up)
{
	struct tally *tally = mem_new(1, sizeof(*tally));

	if (table->nr == table->cap) {
		table->cap = table->cap ? 2 * table->cap : 64;
		table->rows = mem_resize(table->rows, table->cap, sizeof(*table->rows));
		table->active = mem_resize(table->active, table->cap, sizeof(*table->active));
	}
	tally->at = (uint32_t)table->nr;
	table->rows[table->nr++] = tally;
	tally->size = TALLY_SIZE;
	table->size += tally->size;
	tally->seq = (uint32_t)table->seq;
	tally->proc = proc;
	if (table->why)
		tally_why(tally);
	proc->nr_held++;
	tally->up = up;
	if (up) {
		link_append(&up->kids, &tally->sibling);
	} else {
		link_init(&tally->kids);
		proc->tally = tally;
	}
	return tally;
}

static void tally_unlink(struct table *table, struct tally *tally)
{
	struct tally *last = table->rows[--table->nr];

	table->rows[tally->at] = last;
	last->at = tally->at;
	if (tally->active_at) {
		last = table->active[--table->nr_active];
		table->active[tally->active_at - 1] = last;
		last->active_at = tally->active_at;
	}
	link_remove(&tally->dead);
	if (tally->up)
		link_remove(&tally->sibling);
	table->size -= tally->size;
}

struct task *table_task(const struct table *table, const struct tally *tally)
{
	struct task *task = tally->up ? task_find(&table->who.map, tally->tid) : NULL;

	return task && task->tally == tally ? task : NULL;
}

/* Its counts must be elsewhere by now, its threads' rows too. */
void table_drop(struct table *table, struct tally *tally)
{
	struct proc *proc = tally->proc;
	struct task *task = table_task(table, tally);

	assert(!tally_kid(tally));
	tally_unlink(table, tally);
	if (task)
		task->tally = NULL;
	if (!tally->up) {
		for (struct link *l = proc->tasks.next; l != &proc->tasks; l = l->next)
			link_of(l, struct task, sibling)->tally = NULL;
		proc->tally = NULL;
		locate_forget(&table->locator, proc);
	}
	table_lose(table, tally);
}

void table_free(struct table *table)
{
	if (!table)
		return;
	table_drop_all(table);
	table_let_go(table);
	table_tidy(table, SIZE_MAX);
	free(table->keep);
	for (unsigned int i = 0; i < 2; i++)
		tally_done(&table->other[i]);
	locate_done(&table->locator);
	gone_done(&table->gone);
	who_done(&table->who);
	free(table->rows);
	free(table->active);
	free(table);
}

void table_attach_thread(struct table *table, struct task *task)
{
	task->tally = tally_new(table, task->proc, task->tally);
	task->tally->tid = task->tid;
	task->tally->nr_threads = 1;
	if (!task_live(task))
		tally_die(table, task->tally, task->until_ns);
}

/* Gives a task that calls the row that counts it, where there is one to give. */
static void table_attach(struct table *table, struct task *task)
{
	struct proc *proc = task->proc;
	struct tally *tally;

	if (!table_room(table, proc->flags & PROC_CALLED && !proc->tally))
		return;
	tally = proc->tally;
	if (!tally) {
		tally = tally_new(table, proc, NULL);
		tally->tid = proc->pid == EVENT_NO_ID ? task->tid : proc->pid;
	}
	if (!(proc->flags & PROC_CALLED)) {
		table->totals.processes++;
		table->totals.exited += !proc->nr_live;
	}
	proc->flags |= PROC_CALLED;
	if (!proc->nr_live)
		tally_die(table, tally, proc->exit_ns);
	tally->nr_threads++;
	task->tally = tally;
	if (table->threads)
		table_attach_thread(table, task);
}

static inline void tally_called(struct table *table, struct tally *tally, uint64_t ts_ns)
{
	if (!tally->active_at && tally->proc) {
		table->active[table->nr_active++] = tally;
		tally->active_at = (uint32_t)table->nr_active;
		tally_ready(tally);
	}
	if (tally->last_ns < ts_ns)
		tally->last_ns = ts_ns;
}

static __attribute__((noinline)) struct tally *tally_of_unknown(
	struct table *table, uint32_t tid, uint64_t ts_ns)
{
	struct task *task = who_called(&table->who, tid, ts_ns);

	if (!task)
		return &table->other[1];
	if (task->proc->flags & PROC_OWN)
		return NULL;
	if (!task->tally)
		table_attach(table, task);
	return task->tally ? task->tally : &table->other[1];
}

/* What counts the calls of tid, with those above it; NULL: own calls. */
static inline struct tally *tally_of(struct table *table, uint32_t tid, uint64_t ts_ns)
{
	struct task *task = who_find(&table->who, tid);

	if (!task || !task->tally || ts_ns < task->from_ns || ts_ns > task->until_ns ||
		task->doubt != table->who.doubt)
		return tally_of_unknown(table, tid, ts_ns);
	task->turn = table->who.turn;
	return task->tally;
}

const char *table_call(struct table *table, const struct call *call)
{
	const struct reasons *why = NULL;
	struct tally *tally;

	/* of related calls no others count */
	if (call_is_nothing(call))
		return NULL;
	tally = tally_of(table, call->tid, call->ts_ns);
	table->totals.own_calls += !tally && !(call->flags & EVENT_RELATED);
	for (; tally; tally = tally->up) {
		tally_called(table, tally, call->ts_ns);
		if (call->site && tally->proc && !(call->flags & EVENT_RELATED))
			locate_call(&table->locator, tally, call);
		if (tally_count(tally, call) && !tally->up)
			errors_add(table->errors, call_error(call), 1);
		why = tally->reasons;
	}
	if (call->flags & EVENT_RELATED || call->known & CALL_REFUSED)
		return NULL;
	return why ? why->latest : NULL;
}

void table_calls(struct table *table, const struct event *event)
{
	struct tally *tally = tally_of(table, event->tid, event->ts_ns);

	table->totals.own_calls += tally ? 0 : event->u.calls.nr;
	for (; tally; tally = tally->up) {
		tally_called(table, tally, event->ts_ns);
		tally_count_many(tally, event);
	}
}

static struct task *task_of(struct table *table, const struct call *call)
{
	struct task *task = who_find(&table->who, call->tid);

	if (task && call->ts_ns >= task->from_ns && call->ts_ns <= task->until_ns &&
		task->turn == table->who.turn && task->doubt == table->who.doubt)
		return task;
	return who_task(&table->who, call->tid, call->ts_ns);
}

bool table_who(struct table *table, const struct call *call, struct table_row *out)
{
	const struct task *task = task_of(table, call);

	row_who(out, call->tid, task, table->threads);
	return !task || !(task->proc->flags & PROC_OWN);
}

uint64_t table_feed(struct table *table, const struct event *event)
{
	uint64_t stack_ns = 0;

	assert(event->kind > EVENT_FAILED);
	/* what /proc tells has the time at which it was read */
	if (event->kind != EVENT_IDENT) {
		table->totals.late += event->ts_ns < table->newest_ns;
		if (event->ts_ns > table->newest_ns)
			table->newest_ns = event->ts_ns;
	}
	if (event->kind == EVENT_NEW && event->u.new.thread)
		stack_ns = tally_thread(task_find(&table->who.map, event->tid), event->ts_ns);
	if (event->kind == EVENT_EXEC)
		locate_exec(&table->locator, event);
	if (event->kind != EVENT_LOST)
		who_feed(&table->who, event);
	else
		*(event->u.lost.side ? &table->totals.lost_side : &table->totals.lost) +=
			event->u.lost.count;
	if (event->kind == EVENT_LOST && event->u.lost.side)
		who_doubt(&table->who);
	return stack_ns;
}

void table_tell(struct table *table, const struct told *told)
{
	who_tell(&table->who, told);
}

void table_own(struct table *table, uint32_t pid)
{
	who_mark(&table->who, pid, PROC_OWN);
}

void table_command(struct table *table, uint32_t pid)
{
	who_mark(&table->who, pid, PROC_COMMAND);
}

bool table_knows(struct table *table, uint32_t tid)
{
	return who_knows(&table->who, tid);
}

static bool tally_lives(const struct table *table, const struct tally *tally)
{
	const struct task *task = table_task(table, tally);

	return tally->up ? task && task_live(task) : tally->proc->nr_live;
}

static void tally_remove(struct table *table, struct tally *tally)
{
	struct tally *kid;

	while ((kid = tally_kid(tally)))
		tally_remove(table, kid);
	assert(!tally->active_at);
	sheet_tell_more(&tally->sheet, SHEET_ALL, &table->totals.gone[!!tally->up]);
	if (!tally->up)
		gone_add(&table->gone, tally);
	table_drop(table, tally);
}

static void table_bury(struct table *table, uint64_t now_ns, uint64_t keep_ns)
{
	while (!link_empty(&table->dead)) {
		struct tally *tally = link_of(table->dead.next, struct tally, dead);

		if (tally_lives(table, tally)) {
			link_remove(&tally->dead);
			continue;
		}
		if (tally->active_at) { /* by a call read late */
			link_remove(&tally->dead);
			tally_die(table, tally, now_ns);
		}
		/* time stands still, or goes back, where somebody made it up */
		if (tally->active_at || tally->dead_ns > table->totals.closed_ns ||
			now_ns < tally->dead_ns || now_ns - tally->dead_ns < keep_ns)
			break;
		tally_remove(table, tally);
	}
}

static void table_close_totals(struct table *table)
{
	struct table_totals *totals = &table->totals;
	uint64_t ns = totals->interval_ns;
	/* a short last interval would show a peak that never was */
	bool peak = 2 * ns >= table->interval_before_ns;

	memset(&totals->delta, 0, sizeof(totals->delta));
	totals->active = 0;
	for (size_t i = 0; i < table->nr_active; i++) {
		struct tally *tally = table->active[i];

		if (i + TABLE_AHEAD < table->nr_active)
			mem_fetch(table->active[i + TABLE_AHEAD], sizeof(*tally));
		tally_close(tally, (uint32_t)table->seq, ns, peak);
		table->size -= tally->size;
		tally->size = tally_size(tally);
		table->size += tally->size;
		if (tally->up)
			continue;
		totals->active++;
		sheet_tell_more(&tally->sheet, SHEET_LAST, &totals->delta);
		totals->broke += tally_broke(tally);
	}
	table->nr_active = 0;
	for (unsigned int i = 0; i < 2; i++)
		tally_close(&table->other[i], (uint32_t)table->seq, ns, peak);
	sheet_tell_more(&table->other[0].sheet, SHEET_LAST, &totals->delta);
	counts_add(&totals->total, &totals->delta);
	memcpy(totals->errors, table->errors, sizeof(totals->errors));
	history_push(totals->history, totals->delta.calls);
	totals->threads = table->who.nr_callers;
}

void table_close(struct table *table, uint64_t now_ns, uint64_t keep_ns)
{
	struct table_totals *totals = &table->totals;
	uint64_t before_ns = totals->closed_ns;

	table_bury(table, now_ns, keep_ns);
	table->gone.seq = ++table->seq;
	table->interval_before_ns = totals->interval_ns;
	totals->interval_ns = now_ns > before_ns ? now_ns - before_ns : 0;
	totals->closed_ns = before_ns + totals->interval_ns;
	table_close_totals(table);
	who_turn(&table->who, before_ns);
}

struct proc *table_proc(struct table *table, const struct call *call)
{
	const struct task *task = task_of(table, call);

	return task ? task->proc : NULL;
}

const struct task_map *table_map(const struct table *table)
{
	return &table->who.map;
}

struct locator *table_locator(struct table *table)
{
	return &table->locator;
}

const struct gone *table_gone(const struct table *table)
{
	return &table->gone;
}

const struct table_totals *table_totals(const struct table *table)
{
	return &table->totals;
}
