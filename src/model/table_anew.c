/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changes a table as a whole. */
#include "model/table_state.h"

#include <string.h>

void table_drop_all(struct table *table)
{
	for (unsigned int threads = 2; threads--;)
		for (size_t i = table->nr; i--;)
			if (!threads == !table->rows[i]->up)
				table_drop(table, table->rows[i]);
}

/* As if nobody had called yet. */
static void tasks_zero(struct who *who)
{
	for (size_t i = 0; i < (size_t)1 << who->map.bits; i++) {
		struct task *task = who->map.slots[i].task;

		if (!task)
			continue;
		task->flags &= (uint8_t)~TASK_CALLED;
		task->proc->flags &= ~(PROC_CALLED | PROC_BROKE);
	}
	who->nr_callers = 0;
}

void table_zero(struct table *table)
{
	const struct table_totals old = table->totals;

	table_drop_all(table);
	for (unsigned int i = 0; i < 2; i++) {
		tally_done(&table->other[i]);
		table->other[i] = (struct tally){.seq = (uint32_t)table->seq};
	}
	table->other[1].up = &table->other[0];
	gone_done(&table->gone);
	table->gone = (struct gone){.seq = table->seq};
	memset(table->errors, 0, sizeof(table->errors));
	tasks_zero(&table->who);
	table->totals = (struct table_totals){.own_calls = old.own_calls,
		.late = old.late,
		.lost = old.lost,
		.lost_side = old.lost_side,
		.closed_ns = old.closed_ns,
		.interval_ns = old.interval_ns};
}

void table_threads(struct table *table, uint64_t now_ns)
{
	struct task_map *map = &table->who.map;

	if (table->threads)
		return;
	table->threads = true;
	table->totals.threads_ns = now_ns;
	for (size_t i = 0; i < (size_t)1 << map->bits; i++) {
		struct task *task = map->slots[i].task;

		if (!task || !task->tally)
			continue;
		table_room(table, false);
		/* its process may be folded by now */
		if (task->tally)
			table_attach_thread(table, task);
	}
}
