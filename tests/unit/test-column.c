/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"
#include "base/mem.h"
#include "model/column.h"
#include "model/verdict.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

static void test_table(void **state)
{
	(void)state;
	for (const struct column *a = columns; a->id; a++) {
		assert_true(a->header[0] && a->help[0]);
		assert_true(a->type && a->get);
		assert_true(strlen(a->help) < 60);
		assert_true(!a->width || strlen(a->header) <= (size_t)a->width);
		fact_masks(a->facts);
		assert_ptr_equal(column_find(a->id), a);
		assert_true(column_find(a->header) == a || !strcmp(a->header, "COMMAND"));
		for (const struct column *b = a + 1; b->id; b++) {
			assert_int_not_equal(strcasecmp(a->id, b->id), 0);
			/* what a process is called, in three ways */
			assert_true(
				strcasecmp(a->header, b->header) || !strcmp(a->header, "COMMAND"));
			assert_int_not_equal(strcasecmp(a->id, b->header), 0);
			assert_int_not_equal(strcasecmp(a->header, b->id), 0);
			assert_true(!a->weight || a->weight != b->weight);
		}
	}
	assert_null(column_find("nonsense"));
	assert_ptr_equal(column_find("COMMAND"), column_find("comm"));
	assert_ptr_equal(column_find("CALLS/S"), column_find("Calls_Per_S"));
}

/* A row of nobody, one of everything, and some between. */
static void rows_make(struct row rows[5])
{
	memset(rows, 0, 5 * sizeof(*rows));
	rows[0].t.pid = rows[0].t.tid = rows[0].t.ppid = rows[0].t.uid = EVENT_NO_ID;
	rows[0].t.flags = ROW_OTHER;
	for (unsigned int i = 1; i < 5; i++) {
		struct table_row *t = &rows[i].t;

		rows[i].interval_s = i;
		rows[i].share = rows[i].mean_per_s = rows[i].idle_s = t->peak_per_s = 4.5 - i;
		t->pid = t->tid = i;
		t->start_ns = i == 1 ? 0 : 10 - i;
		t->total.calls = t->total.range = t->total.ask_x = t->total.mapped = i;
		t->total.maps = t->total.kinds[i - 1] = i * i;
		t->last_ns = i / 2;
		t->total.errors = t->total.x_refused = t->total.timed = t->total.time_ns = 4 - i;
		t->p50_ns = t->p99_ns = t->max_ns = 1000 * i;
		t->delta = t->total;
		rows[i].facts = i == 1 ? 0 : UINT32_MAX;
		for (unsigned int p = 0; p < PROT_NR_CLASSES; p++)
			t->total.prot[p] = i == p % 4;
		t->history[TABLE_HISTORY - i] = i / 2;
		t->flags = i & ROW_EXITED;
		strcpy(rows[i].comm, i == 2 ? "" : "comm");
		strcpy(rows[i].errname, i == 4 ? "" : "EACCES");
		strcpy(rows[i].user, i == 3 ? "" : "user");
	}
	rows[4].t.ppid = EVENT_NO_ID;
}

static void column_check(const struct column *c, const struct row rows[5])
{
	struct value v[5] = {0};

	for (unsigned int i = 0; i < 5; i++)
		c->get(&rows[i], &v[i]);
	for (unsigned int i = 0; i < 5; i++)
		for (unsigned int j = 0; j < 5; j++) {
			int order = type_compare(c->type, &v[i], &v[j]);

			assert_int_equal(order > 0, type_compare(c->type, &v[j], &v[i]) < 0);
			assert_true(v[i].known || !v[j].known || order > 0);
			for (unsigned int k = 0; k < 5; k++)
				if (order <= 0 && type_compare(c->type, &v[j], &v[k]) <= 0)
					assert_true(type_compare(c->type, &v[i], &v[k]) <= 0);
		}
}

static void test_values(void **state)
{
	struct row rows[5];
	struct buf buf = {0};

	(void)state;
	rows_make(rows);
	for (const struct column *c = columns; c->id; c++) {
		column_check(c, rows);
		for (unsigned int i = 0; i < 5; i++) {
			struct value value = {0};

			c->get(&rows[i], &value);
			type_cell(c->type, &value, i & 1, &buf);
			type_json(c->type, &value, &buf);
			type_csv(c->type, &value, &buf);
		}
	}
	buf_done(&buf);
}

static struct value value_of(const char *id, const struct row *row)
{
	struct value value = {0};

	column_find(id)->get(row, &value);
	return value;
}

/* What the source does not tell is unknown, and nought is known. */
static void test_facts(void **state)
{
	static const char *const outcome[] = {"errors", "errname", "x_refused"};
	static const char *const time[] = {"p50_ns", "p99_ns", "max_ns", "time_pct"};
	struct row row = {.interval_s = 2};

	(void)state;
	row.t.total.calls = row.t.delta.calls = 7;
	for (size_t i = 0; i < ARRAY_SIZE(outcome); i++) {
		const struct column *c = column_find(outcome[i]);

		assert_int_equal(
			column_facts(&c, 1), i < 2 ? fact_mask("ret") : fact_masks("asked,ret"));
		assert_false(value_of(outcome[i], &row).known);
	}
	for (size_t i = 0; i < ARRAY_SIZE(time); i++) {
		const struct column *c = column_find(time[i]);

		assert_int_equal(column_facts(&c, 1), fact_mask("duration"));
		assert_false(value_of(time[i], &row).known);
	}
	row.facts = fact_masks("ret,duration");
	assert_false(value_of("x_refused", &row).known);
	row.facts |= fact_mask("asked");
	assert_true(value_of("errors", &row).known && value_of("x_refused", &row).known);
	assert_false(value_of("errname", &row).known || value_of("p50_ns", &row).known);
	assert_true(value_of("time_pct", &row).known);
	assert_true(value_of("time_pct", &row).d == 0);
	row.t.total.timed = row.t.total.errors = 1;
	row.t.delta.time_ns = 3000000000;
	row.t.p50_ns = 11;
	row.t.p99_ns = 22;
	row.t.max_ns = 33;
	strcpy(row.errname, "EACCES");
	assert_int_equal(value_of("p50_ns", &row).u, 11);
	assert_int_equal(value_of("p99_ns", &row).u, 22);
	assert_int_equal(value_of("max_ns", &row).u, 33);
	assert_true(value_of("p50_ns", &row).known);
	assert_true(value_of("time_pct", &row).d == 150);
	assert_string_equal(value_of("errname", &row).text, "EACCES");
	row.facts = 0;
	for (size_t i = 0; i < ARRAY_SIZE(time); i++)
		assert_false(value_of(time[i], &row).known);
	assert_false(value_of("errname", &row).known);
}

/* Of calls of which an old protection is told, and the return that ends them. */
static void test_facts_kinds(void **state)
{
	static const struct {
		const char *id, *kind;
	} ids[] = {{"x_new", "+x"}, {"w_to_x", "w>x"}, {"x_to_w", "x>w"}, {"wx", "w+x"}};
	struct row row = {.interval_s = 2};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct column *c = column_find(ids[i].id);

		assert_int_equal(column_facts(&c, 1), fact_masks("old,ret"));
		row.facts = ~fact_mask("old");
		assert_false(value_of(ids[i].id, &row).known);
		row.facts = fact_masks("old,ret");
		assert_true(value_of(ids[i].id, &row).known);
		assert_int_equal(value_of(ids[i].id, &row).u, 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		row.t.total.kinds[__builtin_ctz(kind_find(ids[i].kind))] = 5 + i;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		assert_int_equal(value_of(ids[i].id, &row).u, 5 + i);
	/* of no call it is known what it touched */
	row.t.total.calls = 9;
	assert_false(value_of("maps_per_call", &row).known);
	row.t.total.mapped = 8;
	row.t.total.maps = 12;
	assert_true(value_of("maps_per_call", &row).known);
	assert_true(value_of("maps_per_call", &row).d == 1.5);
	row.facts = ~fact_mask("old");
	assert_false(value_of("maps_per_call", &row).known);
}

static void test_idle(void **state)
{
	struct row row = {.idle_s = 7};

	(void)state;
	assert_false(value_of("idle_s", &row).known);
	row.t.last_ns = 1;
	assert_true(value_of("idle_s", &row).d == 7);
}

static void test_facts_union(void **state)
{
	const struct column *list[] = {column_find("pid"), column_find("errors"),
		column_find("range"), column_find("p99_ns")};

	(void)state;
	assert_int_equal(column_facts(list, 0), 0);
	assert_int_equal(column_facts(list, 1), 0);
	assert_int_equal(column_facts(list, 3), fact_masks("asked,ret"));
	assert_int_equal(column_facts(list, 4), fact_masks("asked,ret,duration"));
}

static void list_text(const struct column **list, int nr, char *text)
{
	text[0] = '\0';
	for (int i = 0; i < nr; i++) {
		strcat(text, i ? " " : "");
		strcat(text, list[i]->id);
	}
}

#define OUTCOME "x_new w_to_x x_to_w wx x_refused errors errname"

static void test_sets(void **state)
{
	const struct column *out[COLUMN_MAX];
	char text[512];

	(void)state;
	list_text(out, column_machine(false, out, COLUMN_MAX), text);
	assert_string_equal(text,
		"pid start_ns state user comm calls_per_s calls range_per_s range "
		"p_none p_r p_w p_x p_rw p_rx p_wx p_rwx p_other ask_x " OUTCOME);
	list_text(out, column_machine(true, out, COLUMN_MAX), text);
	assert_string_equal(text,
		"pid tid start_ns state user comm calls_per_s calls range_per_s "
		"range p_none p_r p_w p_x p_rw p_rx p_wx p_rwx p_other ask_x " OUTCOME);
	list_text(out, column_screen(false, false, out, COLUMN_MAX), text);
	assert_string_equal(
		text, "pid user calls_per_s calls range_per_s w_to_x wx errors history comm");
	list_text(out, column_screen(true, false, out, COLUMN_MAX), text);
	assert_string_equal(
		text, "pid tid user calls_per_s calls range_per_s w_to_x wx errors history comm");
	list_text(out, column_screen(false, true, out, COLUMN_MAX), text);
	assert_string_equal(text, "pid user calls_per_s calls range_per_s ask_x w_to_x wx errors "
				  "pct peak_per_s history comm");
}

static const struct {
	const char *list, *facts, *ids;
} known[] = {
	{"pid,calls,w_to_x,comm", "asked,ret,duration,old", "pid calls w_to_x comm"},
	{"pid,calls,w_to_x,comm", "asked,ret,duration", "pid calls ask_x comm"},
	{"pid,w_to_x,wx,errors,comm", "asked,ret", "pid ask_x errors comm"},
	{"pid,w_to_x,wx,errors,comm", "asked", "pid ask_x comm"},
	{"pid,w_to_x,wx,ask_x,comm", "asked", "pid ask_x comm"},
	{"ask_x,wx,comm", "asked", "ask_x comm"},
	{"wx", "asked", "ask_x"},
	{"pid,calls", "", "pid calls"},
};

static void test_known(void **state)
{
	const struct column *out[COLUMN_MAX];
	char text[512];
	int nr;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		nr = column_list(known[i].list, NULL, 0, out, COLUMN_MAX, NULL);
		list_text(out, column_known(out, nr, fact_masks(known[i].facts)), text);
		assert_string_equal(text, known[i].ids);
	}
	nr = column_screen(false, false, out, COLUMN_MAX);
	list_text(out, column_known(out, nr, fact_masks("asked,ret,duration")), text);
	assert_string_equal(
		text, "pid user calls_per_s calls range_per_s ask_x errors history comm");
	nr = column_screen(false, true, out, COLUMN_MAX);
	list_text(out, column_known(out, nr, fact_masks("asked,ret,duration")), text);
	assert_string_equal(text, "pid user calls_per_s calls range_per_s ask_x errors pct "
				  "peak_per_s history comm");
	nr = column_screen(false, false, out, COLUMN_MAX);
	list_text(out, column_known(out, nr, fact_masks("asked")), text);
	assert_string_equal(text, "pid user calls_per_s calls range_per_s ask_x history comm");
	assert_int_equal(column_known(out, 0, 0), 0);
}

static const struct {
	const char *list, *ids; /* NULL: refused */
} lists[] = {
	{"pid,comm,calls", "pid comm calls"},
	{"CALLS/s", "calls_per_s"},
	{"pid,PID,pid", "pid"},
	{"+ppid", "user pid ppid"},
	{"+ppid,+idle_s", "user pid ppid idle_s"},
	{"+ppid,idle_s", "user pid ppid idle_s"},
	{"+pid", "user pid"},
	{"comm,+ppid", "comm ppid"},
	{"", NULL},
	{"pid,", NULL},
	{",pid", NULL},
	{"+", NULL},
	{"++pid", NULL},
	{"pid comm", NULL},
	{"a-name-that-is-much-longer-than-that-of-any-column", NULL},
};

static void test_lists(void **state)
{
	const struct column *base[] = {column_find("user"), column_find("pid")};
	const struct column *out[COLUMN_MAX];
	struct fault fault;
	char text[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		int nr = column_list(lists[i].list, base, 2, out, COLUMN_MAX, &fault);

		if (!lists[i].ids) {
			assert_int_equal(nr, -EINVAL);
			assert_int_equal(fault.status, 2);
			continue;
		}
		list_text(out, nr, text);
		assert_string_equal(text, lists[i].ids);
	}
}

static void test_nearest(void **state)
{
	static const char *const words[][2] = {{"cals", "'calls'"}, {"p_rwxx", "'p_rwx'"},
		{"callspers", "'calls_per_s'"}, {"usr", "'user'"}, {"COMAND", "'comm'"}};
	const struct column *out[COLUMN_MAX];
	struct fault fault;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		assert_int_equal(
			column_list(words[i][0], NULL, 0, out, COLUMN_MAX, &fault), -EINVAL);
		assert_string_equal(fault.object, words[i][0]);
		assert_non_null(strstr(fault.remedy, words[i][1]));
	}
	assert_int_equal(column_list("x", NULL, 0, out, COLUMN_MAX, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_facts_kinds),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_facts_union),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_nearest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
