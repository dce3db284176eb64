/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/audit.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PAGE 4096

static const struct audit_policy *policy_find(const char *name)
{
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if (!strcmp(policies[i].name, name))
			return &policies[i];
	fail();
	return NULL;
}

static struct call call_of(uint64_t prot, int64_t ret, const struct change *changes, uint32_t nr)
{
	return (struct call){.addr = 0x10000,
		.len = PAGE,
		.prot = prot,
		.ret = ret,
		.maps = nr,
		.nr_changes = nr,
		.changes = changes,
		.known = CALL_ASKED | CALL_RETURNED | (changes ? CALL_CHANGED : 0)};
}

static char letter(const char *policy, const struct call *call)
{
	return ".URB"[audit_judge(policy_find(policy), call).result];
}

/* What READ_IMPLIES_EXEC makes of a call that asks for less: no argument says so. */
static void test_made(void **state)
{
	struct call call = call_of(7, 0x7f0000000000, NULL, 0);

	(void)state;
	call.known |= CALL_MAP | CALL_MADE;
	for (int inner = 0; inner < 2; inner++) {
		call.flags = EVENT_MMAP | (inner ? EVENT_INNER : 0);
		call.map = MAP_PRIVATE | MAP_ANONYMOUS;
		assert_int_equal(letter("mdwe", &call), 'B');
		assert_int_equal(letter("seccomp", &call), '.');
		assert_int_equal(letter("selinux", &call), 'B');
		call.map = MAP_SHARED;
		assert_int_equal(letter("selinux", &call), 'U');
	}
}

/* What still runs passes for now, and of COMMAND that ended not at all. */
static void test_runs(void **state)
{
	struct audit_ground g = {
		.mapped = true, .visible = true, .observed = true, .runs = true, .called = true};
	struct audit audit = {0}, ended = {0}, all = {0};

	(void)state;
	audit_conclude(&audit, &g);
	assert_int_equal(audit.of[AUDIT_MDWE].result, AUDIT_PASS);
	assert_true(audit_runs(&audit));
	assert_true(audit_undecided(&audit, 1));
	assert_non_null(strstr(audit.of[AUDIT_MDWE].reason->text, "still runs"));
	g.runs = false;
	audit_conclude(&ended, &g);
	assert_false(audit_runs(&ended));
	assert_false(audit_undecided(&ended, 0xf));
	/* a group of both still runs, in either order */
	audit_fold(&all, &ended);
	audit_fold(&all, &audit);
	audit_fold(&all, &ended);
	assert_true(audit_runs(&all));
	g.runs = g.outlives = true;
	audit = (struct audit){.of = {{.result = AUDIT_BREAK}}};
	audit_conclude(&audit, &g);
	assert_int_equal(audit.of[AUDIT_MDWE].result, AUDIT_BREAK);
	assert_int_equal(audit.of[AUDIT_SECCOMP].result, AUDIT_UNKNOWN);
	assert_true(audit_runs(&audit));
	/* it had ended before COMMAND did */
	g.runs = false;
	ended = (struct audit){0};
	audit_conclude(&ended, &g);
	assert_int_equal(ended.of[AUDIT_MDWE].result, AUDIT_PASS);
	assert_false(audit_runs(&ended));
}

/* What to do depends on where the events come from: nothing about this kernel is told of a
 * recording, and what kprobes told is not to be had by kprobes. */
static void test_remedies(void **state)
{
	static const struct {
		struct audit_ground ground;
		const char *live, *recorded;
	} rows[] = {
		{{.observed = true}, "--check",
			"record again with --audit (it traces mmap and shmat too)"},
		{{.mapped = true}, "restart", "record again"},
		{{.observed = true, .lost = true}, "--buffer-size", "record again with a larger"},
		{{.observed = true, .impaired = true}, "run the audit again", "record again"},
		{{.observed = true, .stray = true}, "run the audit again", "record again"},
		{{.observed = true, .mapped = true, .runs = true, .outlives = true}, "COMMAND",
			"record again"},
		{{.observed = true, .mapped = true}, "kprobes", "record again where"},
	};
	struct call call = call_of(5, 0, NULL, 0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (int source = AUDIT_KPROBES; source <= AUDIT_RECORDED_TRACEPOINTS; source++) {
			bool live = source <= AUDIT_TRACEPOINTS;
			struct audit_ground g = rows[i].ground;
			struct audit audit = {0};

			g.source = (enum audit_source)source;
			audit_conclude(&audit, &g);
			assert_int_equal(audit.of[0].result, AUDIT_UNKNOWN);
			assert_non_null(strstr(
				audit_remedy(&audit), live ? rows[i].live : rows[i].recorded));
		}
	}
	for (int source = AUDIT_KPROBES; source <= AUDIT_RECORDED_TRACEPOINTS; source++) {
		static const char *const want[] = {"see --check for", "trace where the kernel has",
			"record again with --audit", "record again where the kernel has"};
		struct audit_ground g = {.source = (enum audit_source)source};
		struct audit_answer one = audit_judge(policy_find("mdwe"), &call);
		struct audit audit = {.of = {{one.result, one.reason, NULL}}};

		audit_conclude(&audit, &g);
		assert_memory_equal(audit_remedy(&audit), want[source], strlen(want[source]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_remedies),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
