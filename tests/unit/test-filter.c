/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "model/audit.h"
#include "model/call_column.h"
#include "model/column.h"
#include "model/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One with values, and one of which next to nothing is known. */
static struct row rows[2];

static int rows_make(void **state)
{
	struct row *row = &rows[0];

	(void)state;
	row->t.pid = row->t.tid = 42;
	row->t.ppid = 1;
	row->t.start_ns = 5000000000;
	row->t.total.calls = 1000;
	row->t.total.range = 3 << 20;
	row->t.delta = (struct counts){.calls = 250, .range = 64 << 10};
	row->t.total.timed = 1;
	row->t.total.errors = 3;
	row->t.p99_ns = 1500000;
	row->t.last_ns = 1;
	row->t.total.kinds[__builtin_ctz(kind_find("w>x"))] = 4;
	row->interval_s = 1;
	row->idle_s = 90;
	row->share = 12.5;
	row->facts = UINT32_MAX;
	strcpy(row->comm, "Node js (x)");
	strcpy(row->user, "alice");
	strcpy(row->errname, "EACCES");
	row->unit = "nginx.service";
	rows[1].facts = fact_mask("asked");
	rows[1].t.pid = rows[1].t.tid = rows[1].t.ppid = rows[1].t.uid = EVENT_NO_ID;
	return 0;
}

static bool holds(const char *text, const struct row *row)
{
	struct fault fault = {0};
	struct filter *filter = filter_parse(text, &fault);
	bool got;

	if (!filter)
		fail_msg("%s: %s; %s", text, fault.what, fault.remedy);
	got = filter_takes(filter, row);
	filter_free(filter);
	return got;
}

/* Each with what it is of the row with values; of the other all are false but where told. */
static const struct {
	const char *text;
	bool holds, of_unknown;
} cases[] = {
	{"pid = 42", true, false},
	{"PID=42", true, false},
	{"pid eq 42", true, false},
	{"pid!=42", false, false},
	{"pid ne 42", false, false},
	{"pid != 7", true, false},
	{"pid<43", true, false},
	{"pid lt 42", false, false},
	{"pid<=42", true, false},
	{"pid le 41", false, false},
	{"pid>41", true, false},
	{"pid gt 42", false, false},
	{"pid>=42", true, false},
	{"pid GE 43", false, false},
	{"calls_per_s gt 100 and not user eq root", true, false},
	{"CALLS/s > 249.5", true, false},
	{"calls/S > 250", false, false},
	{"range = 3M", true, false},
	{"range = 3145728", true, false},
	{"range_per_s >= 64k", true, false},
	{"RANGE/s > 64KiB", false, false},
	{"p99_ns > 1ms", true, false},
	{"p99 = 1500000", true, false},
	{"p99 < 1.5ms", false, false},
	{"p99_ns le 1500us", true, false},
	{"idle_s = 90", true, false},
	{"idle_s > 1m", true, false},
	{"IDLE lt 1.5m", false, false},
	{"pct = 12.5", true, false},
	{"%CALL>12%", true, false},
	{"start_ns = 5s", true, false},
	{"W>X>3", true, false},
	{"W>X = 4", true, false},
	{"w_to_x=5", false, false},
	{"W+X = 0", true, false},
	{"+X = 0", true, false},
	{"P NONE=0", true, true},
	{"ASK X eq 0", true, true},
	{"MMAP! = 0", true, false},
	{"comm = 'Node js (x)'", true, false},
	{"comm eq \"Node js (x)\"", true, false},
	{"comm = node", false, false},
	{"comm ~ node", true, false},
	{"comm has 'JS (X)'", true, false},
	{"COMMAND ~ java", false, false},
	{"user lt bob", true, false},
	{"user > alice", false, false},
	{"unit = nginx.service", true, false},
	{"container = x", false, false},
	{"container != x", false, false},
	{"not container = x", true, true},
	{"! container = x", true, true},
	{"!container=x", true, true},
	{"not not pid=42", true, false},
	{"pid=1 | pid=42", true, false},
	{"pid=1 or pid=2 or pid=42", true, false},
	{"pid=42 & user=alice", true, false},
	{"pid=42 && user=bob", false, false},
	{"pid=1 || user=alice", true, false},
	/* and before or */
	{"pid=42 or pid=42 and user=bob", true, false},
	{"(pid=42 or pid=42) and user=bob", false, false},
	{"user=bob and pid=42 or pid=42", true, false},
	{"not pid=1 and user=alice", true, false},
	{"not (pid=1 or user=alice)", false, true},
	{"((pid=42))", true, false},
	{" ( pid = 42 ) ", true, false},
	{"errname=EACCES&errors>2", true, false},
	{"user=''", false, false},
	{"calls ge 0", true, true},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (int unknown = 0; unknown < 2; unknown++) {
			bool want = unknown ? cases[i].of_unknown : cases[i].holds;

			if (holds(cases[i].text, &rows[unknown]) != want)
				fail_msg("%s, of row %d", cases[i].text, unknown);
		}
}

/* What it says of the word, its place, and what to do. */
static const struct {
	const char *text, *what, *remedy;
} wrong[] = {
	{"", "the end", "calls"},
	{"  ", "the end", "calls"},
	{"calls", "'calls' at character 1", "quote it"},
	{"  calls", "'calls' at character 3", "quote it"},
	{"calls 100", "'calls' at character 1", "quote it"},
	{"calls and pid=1", "'calls' at character 1", "quote it"},
	{"pid=1 and calls", "'calls' at character 11", "quote it"},
	{"(calls)", "'calls' at character 2", "quote it"},
	{"calls >", "the end", "gt 100"},
	{"calls > )", "')' at character 9", "gt 100"},
	{"cals > 3", "no such column 'cals' at character 1", "'calls'"},
	{"pid=1 and usr=root", "no such column 'usr' at character 11", "'user'"},
	{"> 3", "'>' at character 1", "calls_per_s"},
	{"pid=1 and", "the end", "calls_per_s"},
	{"pid=1 pid=2", "'pid' at character 7", "quote"},
	{"pid=1)", "')' at character 6", "quote"},
	{"(pid=1", "the end", "add a )"},
	{"pid=x", "'x' at character 5", "whole number"},
	{"pid=-1", "'-1' at character 5", "whole number"},
	{"calls=1.5", "'1' at character 7", "whole number"},
	{"range > 3x", "'3x' at character 9", "64k"},
	{"p99 > 1.5", "'1' at character 7", "unit"},
	{"p99 > 5q", "'5q' at character 7", "500us"},
	{"calls_per_s > 5s", "'5s' at character 15", "a number"},
	{"pct > 5%%", "'5' at character 7", "5%"},
	{"idle_s > soon", "'soon' at character 10", "a time"},
	{"pid ~ 4", "'~' at character 5", "use ="},
	{"pid has 4", "'has' at character 5", "use ="},
	{"history > 4", "'history' at character 1", "another column"},
	{"comm = 'x", "a quote is not closed", "close it"},
	{"comm @ x", "'@' at character 6", "quote it"},
	{"not", "the end", "calls_per_s"},
	{"\033[2J", "'?[2J' at character 1", "calls_per_s"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct fault fault = {0};
		struct filter *filter = filter_parse(wrong[i].text, &fault);

		if (filter || !strstr(fault.what, wrong[i].what) ||
			!strstr(fault.remedy, wrong[i].remedy))
			fail_msg("%s: %s; %s", wrong[i].text, fault.what, fault.remedy);
	}
	assert_null(filter_parse("calls", NULL));
}

static void test_deep(void **state)
{
	char text[1024] = "";
	struct fault fault = {0};

	(void)state;
	for (int i = 0; i < FILTER_DEEP - 1; i++)
		strcat(text, "pid=1|(");
	strcat(text, "pid=42");
	for (int i = 0; i < FILTER_DEEP - 1; i++)
		strcat(text, ")");
	assert_true(holds(text, &rows[0]));
	memset(text, '!', FILTER_DEEP);
	strcpy(text + FILTER_DEEP, "pid=1");
	assert_null(filter_parse(text, &fault));
	assert_non_null(strstr(fault.what, "at character"));
}

static void test_facts(void **state)
{
	struct filter *filter = filter_parse("p99 > 1 and (unit ~ x or not errors = 0)", NULL);

	(void)state;
	assert_int_equal(filter_facts(filter), fact_masks("duration,cgroup,ret"));
	assert_string_equal(filter_text(filter), "p99 > 1 and (unit ~ x or not errors = 0)");
	filter_free(filter);
	assert_int_equal(filter_facts(NULL), 0);
	filter_free(NULL);
}

/* By each column, in each of its spellings. */
static void test_columns(void **state)
{
	char text[128];

	(void)state;
	for (const struct column *c = columns; c->id; c++) {
		const char *names[] = {c->id, c->header};

		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			struct filter *filter;

			snprintf(text, sizeof(text), "%s=1 and %s != 2", names[i], names[i]);
			filter = filter_parse(text, NULL);
			assert_int_equal(filter != NULL, c->type->parse != NULL);
			filter_free(filter);
		}
	}
}

/* Of an audit: without one, nothing is known. */
static void test_verdicts(void **state)
{
	static const struct audit audit = {.of = {[AUDIT_MDWE] = {.result = AUDIT_BREAK},
						   [AUDIT_SECCOMP] = {.result = AUDIT_UNKNOWN},
						   [AUDIT_SELINUX] = {.result = AUDIT_PASS}},
		.applies = AUDIT_SECCOMP};
	struct row row = rows[0];
	struct fault fault = {0};
	struct filter *filter;

	(void)state;
	assert_false(holds("verdict.mdwe = break", &row));
	assert_false(holds("verdict.mdwe != break", &row));
	row.audit = &audit;
	assert_true(holds("verdict.mdwe = break & verdict.selinux eq PASS", &row));
	assert_true(holds("verdict.applies = unknown", &row));
	assert_true(holds("verdict.seccomp gt pass and verdict.seccomp lt refused", &row));
	assert_true(holds("calls gt 10 and not verdict.seccomp = break", &row));
	assert_false(holds("verdict.mdwe ne break", &row));
	filter = filter_parse("verdict.seccomp = break | verdict.applies = break", &fault);
	assert_int_equal(filter_verdicts(filter), 0xa);
	filter_free(filter);
	filter = filter_parse("calls gt 10", &fault);
	assert_int_equal(filter_verdicts(filter), 0);
	filter_free(filter);
	assert_int_equal(filter_verdicts(NULL), 0);
	assert_null(filter_parse("verdict.mdwe = broken", &fault));
	assert_non_null(strstr(fault.remedy, "refused"));
	assert_null(filter_parse("verdict.mdwes = break", &fault));
	assert_non_null(strstr(fault.remedy, "verdict.applies"));
}

/* Of calls: by their keys, and by nothing else. */
static void test_calls(void **state)
{
	static const struct {
		const char *text;
		bool holds;
	} asked[] = {
		{"pid eq 42 and tid eq 43 and cpu eq 1", true},
		{"comm eq jit & syscall eq mprotect & compat eq false", true},
		{"addr ge 0x7f0000001000 and addr lt 0x7f0000001001", true},
		{"len eq 8k", true},
		{"prot eq r-x and prot_bits eq 5", true},
		{"pkey ge -1", false},
		{"ok eq no and ret eq -13 and errname eq EACCES", true},
		{"duration_ns gt 1us and duration_ns lt 2us", true},
		{"site has libjit", false},
		{"kinds has w>x", false},
		{"not kinds has w>x", true},
	};
	static const char *const refused[] = {
		"calls gt 1", "verdict.mdwe = break", "addr eq -1", "ok eq maybe", "ret eq x", ""};
	const struct journal_entry entry = {.pid = 42,
		.comm = "jit",
		.call = {.tid = 43,
			.cpu = 1,
			.addr = 0x7f0000001000,
			.len = 8192,
			.prot = 5,
			.ret = -13,
			.duration_ns = 1500,
			.known = CALL_ASKED | CALL_RETURNED | CALL_TIMED}};
	const struct call_names names = {0};
	struct call_row call;
	const struct row row = {.call = &call};
	struct fault fault = {0};

	(void)state;
	call_row_fill(&call, &entry, &names, "x86_64");
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		struct filter *filter = filter_parse_calls(asked[i].text, &fault);

		assert_non_null(filter);
		assert_int_equal(filter_takes(filter, &row), asked[i].holds);
		filter_free(filter);
	}
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_null(filter_parse_calls(refused[i], &fault));
	assert_null(filter_parse("prot eq r-x", &fault));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_calls),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, rows_make, NULL);
}
