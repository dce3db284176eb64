/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows folded: nothing is lost, and what many have not in common is not known. */
#include "feed.h"
#include "base/mem.h"
#include "model/audit.h"
#include "model/column.h"
#include "model/filter.h"
#include "model/gone.h"
#include "model/group.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

static struct view view;
static struct snapshot snap;

static void user_name(const void *arg, uint32_t uid, char *text, size_t size)
{
	(void)arg;
	snprintf(text, size, "u%u", uid);
}

static const struct group_kind *kind_of(const char *name)
{
	const struct group_kind *kind = group_kinds;

	while (strcmp(kind->name, name) != 0)
		kind++;
	return kind->key ? kind : NULL;
}

static void take(const struct feed *f, const char *kind)
{
	view.sort = column_find("calls");
	view.group = kind_of(kind);
	view.facts = UINT32_MAX;
	snapshot_take(&snap, f->table, &view, FEED_BEGIN, user_name, NULL);
}

/* The row called so, NULL for the one without a name. */
static const struct row *row_of(const char *name)
{
	const struct row *found = NULL;

	for (size_t i = 0; i < snap.nr_rows; i++) {
		const struct row *row = &snap.rows[i];

		if (name ? row->name && !strcmp(row->name, name) : !row->name) {
			assert_null(found);
			found = row;
		}
	}
	if (!found)
		fail_msg("no row %s", name ? name : "without a name");
	return found;
}

static struct value value_of(const char *id, const struct row *row)
{
	struct value value = {0};

	column_find(id)->get(row, &value);
	return value;
}

static void process(struct feed *f, uint32_t pid, uint32_t uid, const char *comm, const char *exe,
	const char *cgroup)
{
	feed_ident(f, pid, pid, uid, 50 * FEED_SECOND, comm);
	if (exe)
		feed_told(f, pid, TOLD_EXE, exe);
	if (cgroup)
		feed_told(f, pid, TOLD_CGROUP, cgroup);
}

#define NGINX "0::/system.slice/nginx.service\n"
#define CRON  "0::/system.slice/cron.service\n"

static struct feed scene(void)
{
	struct feed f = feed_of(&table_limits_default, false);

	process(&f, 10, 0, "nginx", "/bin/nginx", NGINX);
	process(&f, 11, 33, "worker", "/bin/nginx", NGINX);
	process(&f, 20, 0, "cron", "/bin/cron", CRON);
	process(&f, 30, 0, "sh", NULL, NULL);
	process(&f, 31, 5, "sh", NULL,
		"0::/docker/0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef\n");
	for (int i = 0; i < 99; i++)
		feed_result(&f, 10, PROT_READ, i < 5 ? -EACCES : 0, 1000);
	feed_result(&f, 11, PROT_READ, -ENOMEM, 5000000);
	feed_calls(&f, 20, 7);
	feed_calls(&f, 30, 3);
	feed_calls(&f, 31, 2);
	feed_calls(&f, 99, 1); /* nobody knows whose */
	return f;
}

/* The rows add up to all that was counted, whatever a row is. */
static void check_sums(const struct feed *f)
{
	for (const struct group_kind *kind = group_kinds + 1; kind->name; kind++) {
		struct counts total = {0}, delta = {0};
		bool idle = view.idle;

		view.idle = true;
		take(f, kind->name);
		for (size_t i = 0; i < snap.nr_rows; i++) {
			counts_add(&total, &snap.rows[i].t.total);
			counts_add(&delta, &snap.rows[i].t.delta);
		}
		feed_counts_equal(&total, &snap.totals.total);
		feed_counts_equal(&delta, &snap.totals.delta);
		feed_counts_equal(&snap.shown, &delta);
		view.idle = idle;
	}
}

static void test_kinds(void **state)
{
	struct feed f = scene();
	const struct row *row;

	(void)state;
	feed_close(&f, 0);
	check_sums(&f);
	take(&f, "program");
	assert_int_equal(snap.nr_rows, 4);
	row = row_of("/bin/nginx");
	assert_int_equal(row->t.total.calls, 100);
	assert_string_equal(value_of("exe", row).text, "/bin/nginx");
	assert_string_equal(value_of("comm", row).text, "/bin/nginx");
	assert_string_equal(value_of("unit", row).text, "nginx.service");
	assert_false(value_of("user", row).known);
	assert_int_equal(row_of("sh")->t.total.calls, 5);
	assert_false(value_of("exe", row_of("sh")).known);
	assert_int_equal(row_of(NULL)->t.total.calls, 1);
	assert_false(value_of("comm", row_of(NULL)).known);
	take(&f, "user");
	assert_int_equal(row_of("u0")->t.total.calls, 99 + 7 + 3);
	assert_string_equal(value_of("user", row_of("u0")).text, "u0");
	assert_false(value_of("unit", row_of("u0")).known);
	assert_int_equal(row_of(NULL)->t.total.calls, 1);
	take(&f, "unit");
	assert_int_equal(row_of("nginx.service")->t.total.calls, 100);
	assert_int_equal(row_of("cron.service")->t.total.calls, 7);
	assert_int_equal(row_of(NULL)->t.total.calls, 6);
	take(&f, "container");
	assert_int_equal(row_of("docker:0123456789ab")->t.total.calls, 2);
	assert_int_equal(row_of(NULL)->t.total.calls, 111);
	assert_string_equal(snap.group->name, "container");
	snapshot_done(&snap);
	table_free(f.table);
}

/* What a group cannot have; times of all calls, not the mean of processes. */
static void test_figures(void **state)
{
	static const char *const none[] = {
		"pid", "tid", "ppid", "start_ns", "peak_per_s", "cmdline", "site"};
	struct feed f = scene();
	const struct row *row;

	(void)state;
	feed_close(&f, 0);
	take(&f, "unit");
	row = row_of("nginx.service");
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_false(value_of(none[i], row).known);
	assert_in_range(value_of("p50_ns", row).u, 980, 1020);
	assert_in_range(value_of("p99_ns", row).u, 980, 1020);
	assert_int_equal(value_of("max_ns", row).u, 5000000);
	assert_int_equal(value_of("errors", row).u, 6);
	assert_string_equal(value_of("errname", row).text, "EACCES");
	assert_int_equal(value_of("threads", row).u, 2);
	assert_string_equal(value_of("state", row).text, "live");
	assert_int_equal(row->t.history[TABLE_HISTORY - 1], 100);
	assert_true(value_of("calls_per_s", row).d > 99 && value_of("avg_per_s", row).d > 99);
	assert_true(value_of("pct", row).d > 88 && value_of("pct", row).d < 89);
	view.cmdline = true;
	take(&f, "unit");
	assert_string_equal(value_of("cmdline", row_of("cron.service")).text, "cron.service");
	view.cmdline = false;
	snapshot_done(&snap);
	table_free(f.table);
}

/* A process that is gone stays in its group, also in one that is asked for later. */
static void test_gone(void **state)
{
	struct feed f = scene();
	const struct row *row;

	(void)state;
	feed_exit(&f, 10);
	feed_exit(&f, 11);
	feed_close(&f, 0);
	feed_close(&f, 0);
	feed_close(&f, 0);
	feed_calls(&f, 20, 1);
	feed_close(&f, 0);
	assert_int_equal(table_totals(f.table)->gone[0].calls, 100);
	check_sums(&f);
	view.idle = true;
	take(&f, "unit");
	row = row_of("nginx.service");
	assert_int_equal(row->t.total.calls, 100);
	assert_int_equal(row->t.delta.calls, 0);
	assert_string_equal(value_of("state", row).text, "exited");
	assert_int_equal(value_of("max_ns", row).u, 5000000);
	assert_string_equal(value_of("errname", row).text, "EACCES");
	assert_int_equal(row->t.history[TABLE_HISTORY - 4], 100);
	take(&f, "program");
	assert_int_equal(row_of("/bin/nginx")->t.total.calls, 100);
	view.idle = false;
	take(&f, "unit");
	assert_int_equal(snap.nr_rows, 1);
	snapshot_done(&snap);
	table_free(f.table);
}

/* More kinds of processes than are kept, each gone at once: the rest is nobody's. */
static void test_many(void **state)
{
	struct feed f = feed_of(&table_limits_default, false);
	uint64_t calls = 0;

	(void)state;
	for (uint32_t i = 0; i < GONE_MOST + 100; i++) {
		uint32_t pid = 1000 + i;

		process(&f, pid, i, "p", NULL, NULL);
		feed_calls(&f, pid, 1);
		feed_exit(&f, pid);
		if (i % 500 == 0)
			feed_close(&f, 0);
	}
	for (int i = 0; i < 3; i++)
		feed_close(&f, 0);
	check_sums(&f);
	view.idle = true;
	take(&f, "user");
	assert_int_equal(snap.nr_rows, GONE_MOST + 1);
	calls = row_of(NULL)->t.total.calls;
	assert_int_equal(calls, 100);
	view.idle = false;
	snapshot_done(&snap);
	table_free(f.table);
}

/* The user and processes are chosen before, text and expression after. */
static void test_choice(void **state)
{
	struct filter *filter = filter_parse("calls gt 10", NULL);
	struct feed f = scene();

	(void)state;
	feed_close(&f, 0);
	view.where = filter;
	take(&f, "unit");
	assert_int_equal(snap.nr_rows, 1);
	assert_int_equal(row_of("nginx.service")->t.total.calls, 100);
	view.user = true;
	view.uid = 0;
	take(&f, "unit");
	assert_int_equal(row_of("nginx.service")->t.total.calls, 99);
	view.where = NULL;
	view.text = "CRON";
	take(&f, "unit");
	assert_int_equal(snap.nr_rows, 1);
	assert_int_equal(snap.shown.calls, 7);
	view = (struct view){0};
	filter_free(filter);
	snapshot_done(&snap);
	table_free(f.table);
}

static void add_audit(
	struct groups *groups, struct pool *pool, const char *unit, int mdwe, bool listed)
{
	static const struct audit_reason why = {"a", "b"};
	const struct audit audit = {
		.of = {{mdwe, &why, NULL}, {AUDIT_PASS, &why, NULL}, {AUDIT_PASS, &why, NULL}}};
	const struct row row = {.unit = unit, .audit = &audit, .listed = listed};

	groups_add(groups, kind_of("unit"), &row, pool);
}

/* One that breaks makes its unit break; one of no known unit makes no unit pass. */
static void test_audits(void **state)
{
	const struct audit breaks = {.of = {{.result = AUDIT_BREAK}}};
	struct groups groups = {0};
	struct pool pool = {0};
	uint64_t begin_ns;
	struct row row;

	(void)state;
	assert_null(groups_audit(&groups, "a.service"));
	add_audit(&groups, &pool, "a.service", AUDIT_PASS, false);
	add_audit(&groups, &pool, "b.service", AUDIT_PASS, true);
	add_audit(&groups, &pool, "a.service", AUDIT_BREAK, false);
	add_audit(&groups, &pool, "b.service", AUDIT_PASS, false);
	add_audit(&groups, &pool, NULL, AUDIT_PASS, false);
	assert_int_equal(groups_audit(&groups, "a.service")->of[0].result, AUDIT_BREAK);
	assert_int_equal(groups_audit(&groups, "b.service")->of[0].result, AUDIT_PASS);
	assert_null(groups_audit(&groups, "c.service"));
	groups_row(&groups, 1, &row, &begin_ns);
	assert_true(row.listed && row.audit && row.audit->of[0].result == AUDIT_PASS);
	groups_row(&groups, 0, &row, &begin_ns);
	assert_false(row.listed);
	assert_true(groups_once(&groups, "b.service"));
	assert_false(groups_once(&groups, "b.service"));
	assert_false(groups_once(&groups, "c.service"));
	groups_doubt(&groups, &breaks);
	assert_int_equal(groups_audit(&groups, "b.service")->of[0].result, AUDIT_UNKNOWN);
	assert_int_equal(groups_audit(&groups, "b.service")->of[1].result, AUDIT_PASS);
	assert_int_equal(groups_audit(&groups, "a.service")->of[0].result, AUDIT_BREAK);
	/* those that are known to be of none are not in question */
	assert_int_equal(groups_audit(&groups, "")->of[0].result, AUDIT_PASS);
	groups_doubt(&groups, NULL);
	assert_int_equal(groups_audit(&groups, "b.service")->of[1].result, AUDIT_UNKNOWN);
	groups_done(&groups);
	pool_done(&pool);
}

/* A name that a process gave itself is no proof of the program: what broke a policy under one makes
 * no program pass that is known by its file, and leaves alone what is named in the same way. */
static void test_programs(void **state)
{
	static const struct audit_reason why = {"a", "b"};
	const struct audit passes = {.of = {{AUDIT_PASS, &why, NULL}}};
	const struct audit breaks = {.of = {{AUDIT_BREAK, &why, NULL}}};
	const struct row known = {.exe = "/usr/bin/jit", .comm = "jit", .audit = &passes};
	const struct row named = {.comm = "true", .audit = &passes};
	const struct group_kind *kind = kind_of("program");
	struct groups groups = {0};
	struct pool pool = {0};

	(void)state;
	assert_string_equal(kind->sure(&known), "/usr/bin/jit");
	assert_null(kind->sure(&named));
	groups_add(&groups, kind, &known, &pool);
	groups_add(&groups, kind, &named, &pool);
	groups_doubt(&groups, &breaks);
	assert_int_equal(groups_audit(&groups, "/usr/bin/jit")->of[0].result, AUDIT_UNKNOWN);
	assert_int_equal(groups_audit(&groups, "true")->of[0].result, AUDIT_PASS);
	groups_doubt(&groups, NULL);
	assert_int_equal(groups_audit(&groups, "true")->of[0].result, AUDIT_UNKNOWN);
	groups_done(&groups);
	pool_done(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_audits),
		cmocka_unit_test(test_programs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
