/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What counts a call is several pointers away from its tid. With many processes none of them is in
 * a cache: each is fetched by the time that the one before it has come. */
#include "model/table_state.h"
#include "base/mem.h"

#define STEP      3
#define SOON_ROWS 1024 /* fewer of them stay near by themselves */

static void fetch_row(const struct task *task)
{
	mem_fetch(task->proc, sizeof(*task->proc));
	if (task->tally)
		mem_fetch(task->tally, offsetof(struct tally, at));
}

static void fetch_counters(const struct tally *tally)
{
	mem_fetch(tally->sheet.cells, tally->sheet.nr * sizeof(*tally->sheet.cells));
	if (tally->outcome)
		mem_fetch(tally->outcome, sizeof(*tally->outcome));
}

static void fetch_times(const struct tally *tally)
{
	const struct hist_body *body = tally->outcome ? tally->outcome->times.body : NULL;

	if (body)
		mem_fetch(body, sizeof(*body) + HIST_CHUNK * sizeof(*body->low));
}

/* Who came so many before the last. */
static uint32_t soon_before(const struct table *table, unsigned int nr)
{
	return table->soon[(table->nr_soon - nr) % TABLE_SOON];
}

/* Streams of two CPUs may tell of theirs at once: a step is some of them, to be long enough. */
bool table_soon(uint32_t tid, void *arg)
{
	struct table *table = arg;
	const struct task_map *map = &table->who.map;
	const struct task *task;

	if (table->nr < SOON_ROWS)
		return false;
	table->soon[++table->nr_soon % TABLE_SOON] = tid;
	task_fetch(map, tid);
	if ((task = task_find(map, soon_before(table, STEP))))
		mem_fetch(task, sizeof(*task));
	if ((task = task_find(map, soon_before(table, 2 * STEP))))
		fetch_row(task);
	if ((task = task_find(map, soon_before(table, 3 * STEP))) && task->tally)
		fetch_counters(task->tally);
	if ((task = task_find(map, soon_before(table, 4 * STEP))) && task->tally)
		fetch_times(task->tally);
	return true;
}
