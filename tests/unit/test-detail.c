/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The detail of a process, and the callers over all, taken from a table. */
#include "feed.h"
#include "base/mem.h"
#include "model/callers.h"
#include "model/detail.h"
#include "model/locate.h"
#include "model/snapshot.h"
#include "model/column.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KNOWN (CALL_ASKED | CALL_RETURNED | CALL_TIMED | CALL_CHANGED)
#define MIB   UINT64_C(0x100000)
#define START (FEED_BEGIN - FEED_SECOND)

struct rig {
	struct feed feed;
	struct snapshot snap;
	struct run_info info;
	struct view view;
};

static int rig_open(void **state)
{
	struct rig *rig = mem_new(1, sizeof(*rig));

	rig->feed = feed_of(&feed_small, false);
	rig->snap.info = &rig->info;
	rig->view = (struct view){.sort = column_find("calls"),
		.facts = UINT32_MAX,
		.want = VIEW_DETAIL | VIEW_CALLERS | VIEW_TIMES,
		.detail = {.pid = 7, .tid = 7, .start_ns = START}};
	table_why(rig->feed.table);
	feed_ident(&rig->feed, 7, 7, 1000, START, "jit");
	feed_ident(&rig->feed, 8, 8, 1000, START, "calm");
	*state = rig;
	return 0;
}

static int rig_close(void **state)
{
	struct rig *rig = *state;

	snapshot_done(&rig->snap);
	table_free(rig->feed.table);
	free(rig);
	return 0;
}

static void take(struct rig *rig)
{
	feed_close(&rig->feed, FEED_SECOND);
	snapshot_take(&rig->snap, rig->feed.table, &rig->view, FEED_BEGIN, NULL, NULL);
}

static void turn(struct rig *rig, uint32_t tid, uint64_t start, uint32_t before, uint32_t after,
	uint64_t site)
{
	const struct change change = {
		.start = start, .end = start + 4096, .before = before, .after = after};
	const struct call call = {.addr = start,
		.len = 4096,
		.prot = after,
		.site = site,
		.duration_ns = 1000,
		.tid = tid,
		.known = KNOWN,
		.nr_changes = 1,
		.changes = &change};

	feed_joined(&rig->feed, &call);
}

static void test_counts(void **state)
{
	struct rig *rig = *state;
	const struct detail *d = &rig->snap.detail;

	for (int i = 0; i < 5; i++)
		turn(rig, 7, 0x40000000, 3, 5, 0);
	turn(rig, 7, 0x40000000 + 0x5000, 5, 3, 0);
	feed_new(&rig->feed, 7, 9, true, "worker");
	turn(rig, 9, 0x80000000, 0, 3, 0);
	turn(rig, 8, 0x90000000, 1, 3, 0);
	take(rig);
	assert_true(d->found && d->there && d->why && d->studied);
	assert_int_equal(d->row->t.total.calls, 7);
	assert_int_equal(d->study.matrix[3][5], 5);
	assert_int_equal(d->study.matrix[5][3], 1);
	assert_int_equal(d->study.matrix[0][3], 1);
	assert_int_equal(d->study.matrix[1][3], 0);
	assert_int_equal(d->study.changes, 7);
	assert_int_equal(d->study.regions[0].nr, 6);
	assert_int_equal(d->study.regions[0].start, 0x40000000);
	assert_int_equal(d->study.regions[0].end, 0x40006000);
	assert_int_equal(d->study.threads[0].nr, 6);
	assert_int_equal(d->study.threads[1].tid, 9);
	assert_string_equal(d->threads[1], "worker");
	assert_int_equal(d->times.nr, 7);
	assert_int_equal(rig->snap.times.nr, 8);
	assert_int_equal(d->reasons[0], 6); /* jit */
}

/* What was seen last stays, once the process and its row are gone. */
static void test_gone(void **state)
{
	struct rig *rig = *state;
	const struct detail *d = &rig->snap.detail;

	turn(rig, 7, 0x40000000, 3, 5, 0);
	feed_told(&rig->feed, 7, TOLD_CMDLINE, "jit --fast");
	take(rig);
	assert_string_equal(d->row->cmdline, "jit --fast");
	feed_exit(&rig->feed, 7);
	for (int i = 0; i < 4; i++)
		take(rig);
	assert_true(d->found && !d->there);
	assert_string_equal(d->row->cmdline, "jit --fast");
	assert_int_equal(d->study.matrix[3][5], 1);
	assert_int_equal(d->times.nr, 1);
	/* another one has nothing of it */
	rig->view.detail = (struct detail_id){8, 8, START};
	take(rig);
	assert_true(d->there);
	assert_int_equal(d->study.changes, 0);
	assert_int_equal(d->times.nr, 0);
	/* one that never was */
	rig->view.detail = (struct detail_id){99, 99, 0};
	take(rig);
	assert_false(d->found);
	assert_null(d->row);
}

/* A call of it is all that is known of whose it is. */
static void test_any_start(void **state)
{
	struct rig *rig = *state;

	rig->view.detail = (struct detail_id){8, 8, DETAIL_ANY};
	take(rig);
	assert_true(rig->snap.detail.found); /* it never called */
	assert_string_equal(rig->snap.detail.row->comm, "calm");
}

static const char *told_place(const struct call *call, const struct change *change, void *arg)
{
	static char text[64];
	const bool *know = arg;

	if (!*know)
		return NULL;
	snprintf(text, sizeof(text), "lib%u+%llx", call->tid, (unsigned long long)change->start);
	return text;
}

static void test_names(void **state)
{
	struct rig *rig = *state;
	struct detail *d = &rig->snap.detail;
	bool know = true;
	const struct call_names names = {.place = told_place, .arg = &know};

	turn(rig, 7, 0x40000000, 3, 5, 0);
	take(rig);
	detail_name(d, &names);
	assert_string_equal(d->regions[0], "lib7+40000000");
	/* nobody knows any more: the name stays, at whatever place the region is */
	know = false;
	turn(rig, 7, 0x40000000, 5, 3, 0);
	take(rig);
	detail_name(d, &names);
	assert_string_equal(d->regions[0], "lib7+40000000");
	/* but not with another program */
	feed_exec(&rig->feed, 7, 7);
	turn(rig, 7, 0x40000000, 5, 3, 0);
	take(rig);
	assert_int_equal(d->study.regions[0].nr, 1);
	assert_string_equal(d->regions[0], "");
}

/* Of more than there is room for, the frequent stay. */
static void test_bound(void **state)
{
	struct rig *rig = *state;
	const struct study *study = &rig->snap.detail.study;
	uint64_t most = 0;

	for (unsigned int i = 0; i < 200; i++) {
		turn(rig, 7, 0x40000000 + i * MIB, 3, 1, 0);
		turn(rig, 7, 0x10000000, 3, 1, 0);
	}
	take(rig);
	for (unsigned int i = 0; i < STUDY_REGIONS; i++)
		if (study->regions[i].start == 0x10000000)
			most = study->regions[i].nr;
	assert_true(most >= 200);
	assert_int_equal(study->matrix[3][1], 400);
}

/* Where only what was asked is known. */
static void test_asked(void **state)
{
	struct rig *rig = *state;
	const struct study *study = &rig->snap.detail.study;
	struct call call = {.addr = 0x50000000,
		.len = 8192,
		.prot = 3,
		.tid = 7,
		.known = CALL_ASKED | CALL_RETURNED};

	feed_joined(&rig->feed, &call);
	call.ret = -12;
	feed_joined(&rig->feed, &call);
	take(rig);
	assert_int_equal(study->changes, 0);
	assert_int_equal(study->regions[0].nr, 1);
	assert_false(study->regions[0].told);
	assert_int_equal(study->threads[0].nr, 2);
}

static void test_callers(void **state)
{
	struct rig *rig = *state;
	const struct callers *c = &rig->snap.callers;
	const struct mapping maps[] = {{.start = 0x1000,
		.end = 0x9000,
		.ino = 5,
		.exec = true,
		.name = "/lib/libjit.so",
		.name_len = 14}};
	struct locator *locator = table_locator(rig->feed.table);
	uint32_t ids[LOCATE_ASKS];

	for (int i = 0; i < 3; i++)
		turn(rig, 7, 0x40000000, 3, 5, 0x1100);
	turn(rig, 8, 0x40000000, 3, 5, 0x1100);
	turn(rig, 8, 0x40000000, 3, 5, 0x1200);
	turn(rig, 8, 0x40000000, 3, 5, 0xfffff000);
	assert_int_equal(locate_wants(locator, rig->feed.now_ns, rig->feed.now_ns, ids, 2), 2);
	for (int i = 0; i < 2; i++)
		locate_take(locator, ids[i], maps, 1, rig->feed.now_ns);
	locate_wants(locator, rig->feed.now_ns + 1, rig->feed.now_ns + 1, ids, 0);
	take(rig);
	assert_int_equal(c->nr, 3);
	assert_int_equal(c->calls, 6);
	assert_string_equal(c->list[0].text, "libjit.so+0x100");
	assert_int_equal(c->list[0].nr, 4);
	assert_int_equal(c->list[0].processes, 2);
	assert_string_equal(c->list[0].comm, "jit");
	assert_int_equal(c->list[1].nr, 1);
	/* what is not known comes last */
	assert_null(c->list[2].name);
	assert_int_equal(rig->snap.detail.nr_sites, 1);
	assert_string_equal(rig->snap.detail.sites[0].text, "libjit.so+0x100");
}

/* As many as there are rows. */
static void test_callers_many(void **state)
{
	struct names names = {0};
	struct callers callers = {0};
	struct sites sites = {.nr = 1};
	struct table_row row = {.sites = &sites, .comm = "x"};
	char text[32];

	(void)state;
	callers_reset(&callers);
	callers_sort(&callers);
	sites.list[0].name = name_get(&names, "lib", 3);
	for (unsigned int i = 0; i < 5000; i++) {
		sites.list[0].offset = i % 2500;
		sites.list[0].nr = i % 2500 == 77 ? 9 : 1;
		callers_add(&callers, &row);
	}
	callers_sort(&callers);
	assert_int_equal(callers.nr, 2500);
	assert_int_equal(callers.list[0].nr, 18);
	assert_int_equal(callers.list[0].processes, 2);
	snprintf(text, sizeof(text), "lib+0x%x", 77);
	assert_string_equal(callers.list[0].text, text);
	callers_done(&callers);
	name_put(sites.list[0].name);
	names_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counts, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_gone, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_any_start, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_names, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_bound, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_asked, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(test_callers, rig_open, rig_close),
		cmocka_unit_test(test_callers_many),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
