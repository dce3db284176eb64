/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random forests, with circles, against a reference that knows no short way. */
#include "feed.h"
#include "model/column.h"
#include "model/snapshot.h"
#include "model/task.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WOOD 200 /* rows, and as many processes without one */

/* A forest of rows and of processes that have none, with circles and reused ids. */
struct wood {
	struct row rows[WOOD];
	struct table_row other[WOOD]; /* without a row; by pid - 1, pid 0: there is none */
	struct task_map map;
};

static uint64_t wood_start(unsigned int most)
{
	/* a tick apart, so that they are told apart; often the same */
	return FEED_SECOND * (1 + (uint64_t)random() % most);
}

static void wood_grow(struct wood *wood, uint32_t nr)
{
	unsigned int pids = 1 + random() % (2 * nr), starts = 1 + random() % (2 * nr);

	task_map_init(&wood->map);
	for (uint32_t i = 0; i < nr; i++)
		wood->rows[i] = (struct row){.t = {.pid = 1 + random() % pids,
						     .tid = 1 + i,
						     .ppid = random() % (pids + 1),
						     .start_ns = wood_start(starts),
						     .total.calls = 1 + random() % 5,
						     .nr_threads = 1}};
	memset(wood->other, 0, sizeof(wood->other));
	for (uint32_t i = 0; i < nr; i++) {
		struct proc *proc;

		if (random() % 2)
			continue;
		proc = proc_new(1 + i);
		proc->ppid = random() % (pids + 1);
		proc->start_ns = wood_start(starts);
		task_add(&wood->map, 1 + i, proc);
		wood->other[i] = (struct table_row){
			.pid = 1 + i, .ppid = proc->ppid, .start_ns = proc->start_ns};
	}
}

static uint32_t naive_up(const struct wood *wood, uint32_t nr, uint32_t at)
{
	uint32_t pid = wood->rows[at].t.ppid;
	uint64_t start_ns = wood->rows[at].t.start_ns;

	for (uint32_t hop = 0; hop < 2 * WOOD && pid; hop++) {
		uint32_t found = TREE_NONE;

		/* of those that began at once the first stands for all */
		for (uint32_t i = nr; i--;)
			if (wood->rows[i].t.pid == pid && wood->rows[i].t.start_ns <= start_ns &&
				(found == TREE_NONE ||
					wood->rows[i].t.start_ns > wood->rows[found].t.start_ns))
				found = i;
		if (found != TREE_NONE)
			return found == at ? TREE_NONE : found;
		if (pid > nr || !wood->other[pid - 1].pid ||
			wood->other[pid - 1].start_ns > start_ns)
			return TREE_NONE;
		start_ns = wood->other[pid - 1].start_ns;
		pid = wood->other[pid - 1].ppid;
	}
	return TREE_NONE;
}

static void naive_cut(uint32_t *up, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t at = up[i];

		for (uint32_t hop = 0; at != TREE_NONE && at != i && hop < nr; hop++)
			at = up[at];
		if (at == i)
			up[i] = TREE_NONE;
	}
}

/* Each kept row once, below its parent, with all that is folded into it. */
static void wood_check(const struct wood *wood, uint32_t nr, const bool *folds)
{
	struct row rows[WOOD];
	struct row_id folded[WOOD];
	struct snapshot snap = {.rows = rows, .nr_rows = nr};
	struct view view = {.sort = column_find("pid"), .tree = true, .live = true};
	uint32_t up[WOOD], line[WOOD + 1], kept = 0;
	uint64_t calls[WOOD] = {0};

	memcpy(rows, wood->rows, sizeof(rows));
	view.folded = folded;
	for (uint32_t i = 0; i < nr; i++) {
		up[i] = naive_up(wood, nr, i);
		if (folds[i])
			folded[view.nr_folded++] = row_id_of(&rows[i]);
	}
	naive_cut(up, nr);
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t into = i;

		for (uint32_t at = up[i]; at != TREE_NONE; at = up[at])
			if (folds[at])
				into = at;
		kept += into == i;
		calls[into] += rows[i].t.total.calls;
	}
	tree_link(&snap, &wood->map, &view);
	assert_int_equal(snap.nr_rows, kept);
	snapshot_sort(&snap, &view);
	for (size_t i = 0; i < snap.nr_rows; i++) {
		const struct row *row = &rows[i];
		uint32_t id = row->t.tid - 1;

		assert_int_equal(row->t.total.calls, calls[id]);
		calls[id] = 0; /* and not once more */
		assert_int_equal(row->leaf.depth > 0, up[id] != TREE_NONE);
		line[row->leaf.depth] = id;
		if (row->leaf.depth)
			assert_int_equal(line[row->leaf.depth - 1], up[id]);
	}
}

static void test_forests(void **state)
{
	static struct wood wood;

	(void)state;
	srandom(1);
	for (unsigned int round = 0; round < 3000; round++) {
		uint32_t nr = 1 + random() % (round % 8 ? 24 : WOOD);
		bool folds[WOOD];

		for (uint32_t i = 0; i < nr; i++)
			folds[i] = random() % 4 == 0;
		wood_grow(&wood, nr);
		wood_check(&wood, nr, folds);
		task_map_done(&wood.map);
	}
}

/* A circle of more than a few, with a tail: the first of it is at the top, all are below it. */
static void test_wide_circle(void **state)
{
	static struct wood wood;
	bool folds[WOOD] = {false};

	(void)state;
	task_map_init(&wood.map);
	for (uint32_t i = 0; i < WOOD; i++)
		wood.rows[i].t = (struct table_row){.pid = 1 + i,
			.tid = 1 + i,
			.ppid = i < WOOD - 20 ? 1 + (i + 1) % (WOOD - 20) : i,
			.total.calls = 1};
	wood_check(&wood, WOOD, folds);
	folds[0] = folds[WOOD / 2] = true;
	wood_check(&wood, WOOD, folds);
	task_map_done(&wood.map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forests),
		cmocka_unit_test(test_wide_circle),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
