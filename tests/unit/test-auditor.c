/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/auditor.h"
#include "model/who.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN   1000
#define X_ONLY  5
#define HARMING 7

static const struct audit_ground fine = {.mapped = true, .visible = true};

/* A world of tasks with an auditor; now grows with each event. */
struct world {
	struct who who;
	struct auditor *auditor;
	uint64_t now;
	struct auditor_row rows[16];
	unsigned int nr;
};

static void on_end(void *arg, struct proc *proc, struct task *task, uint64_t ts_ns)
{
	(void)arg;
	(void)proc;
	(void)task;
	(void)ts_ns;
}

static void world_init(struct world *w, size_t limit)
{
	memset(w, 0, sizeof(*w));
	who_init(&w->who, 1000, on_end, NULL);
	w->auditor = auditor_new(&w->who.map, limit);
	auditor_begin(w->auditor, BEGIN);
	w->now = BEGIN;
}

static void world_done(struct world *w)
{
	auditor_free(w->auditor);
	who_done(&w->who);
}

static void feed(struct world *w, struct event e)
{
	e.ts_ns = ++w->now;
	who_feed(&w->who, &e);
	auditor_feed(w->auditor, &e);
}

static void make(struct world *w, uint32_t maker, uint32_t pid, bool thread)
{
	feed(w, (struct event){.kind = EVENT_NEW, .tid = maker, .u.new = {pid, thread, "made"}});
}

static void run(struct world *w, uint32_t pid)
{
	feed(w, (struct event){.kind = EVENT_EXEC, .tid = pid, .u.exec.old_tid = pid});
}

static void end(struct world *w, uint32_t tid)
{
	feed(w, (struct event){.kind = EVENT_EXIT, .tid = tid});
}

static void call_as(struct world *w, uint32_t tid, uint64_t prot, uint8_t flags)
{
	struct call call = {.ts_ns = ++w->now,
		.tid = tid,
		.len = 4096,
		.prot = prot,
		.flags = flags,
		.known = CALL_ASKED | CALL_RETURNED};
	struct task *task = who_called(&w->who, tid, call.ts_ns);

	auditor_call(w->auditor, task ? task->proc : NULL, &call);
}

static void keep(const struct auditor_row *row, void *arg)
{
	struct world *w = arg;

	w->rows[w->nr++] = *row;
}

/* The result under seccomp, of a pid that has one row. */
static enum audit_result result(struct world *w, uint32_t pid, const struct audit_ground *run_of)
{
	const struct auditor_row *found = NULL;

	w->nr = 0;
	auditor_each(w->auditor, run_of, keep, w);
	for (unsigned int i = 0; i < w->nr; i++) {
		if (w->rows[i].proc->pid != pid)
			continue;
		assert_null(found);
		found = &w->rows[i];
	}
	assert_non_null(found);
	return found->audit.of[AUDIT_SECCOMP].result;
}

static void test_exec(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 100);
	make(&w, 1, 10, false);
	assert_int_equal(result(&w, 10, &fine), AUDIT_UNKNOWN);
	assert_false(w.rows[0].told);
	run(&w, 10);
	assert_int_equal(result(&w, 10, &fine), AUDIT_PASS);
	assert_true(w.rows[0].told);
	call_as(&w, 10, 1, 0);
	assert_int_equal(result(&w, 10, &fine), AUDIT_PASS);
	call_as(&w, 10, HARMING, 0);
	assert_int_equal(result(&w, 10, &fine), AUDIT_BREAK);
	/* what it did stays, through an exec and after its end */
	run(&w, 10);
	assert_int_equal(result(&w, 10, &fine), AUDIT_BREAK);
	end(&w, 10);
	who_turn(&w.who, w.now + 1);
	who_turn(&w.who, w.now + 1);
	assert_int_equal(result(&w, 10, &fine), AUDIT_BREAK);
	world_done(&w);
}

/* Before all was armed, it is as if nobody had seen it. */
static void test_early(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 100);
	auditor_begin(w.auditor, BEGIN + 100);
	make(&w, 1, 10, false);
	run(&w, 10);
	w.now = BEGIN + 200;
	assert_int_equal(result(&w, 10, &fine), AUDIT_UNKNOWN);
	run(&w, 10);
	assert_int_equal(result(&w, 10, &fine), AUDIT_PASS);
	world_done(&w);
}

static void test_fork(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 100);
	make(&w, 1, 10, false);
	run(&w, 10);
	make(&w, 10, 11, false);
	call_as(&w, 10, HARMING, 0);
	make(&w, 10, 12, false);
	assert_int_equal(result(&w, 11, &fine), AUDIT_PASS);
	assert_int_equal(result(&w, 12, &fine), AUDIT_BREAK);
	/* another program is not to blame */
	run(&w, 12);
	assert_int_equal(result(&w, 12, &fine), AUDIT_PASS);
	/* a child of what was not observed is not, either */
	make(&w, 1, 20, false);
	make(&w, 20, 21, false);
	assert_int_equal(result(&w, 21, &fine), AUDIT_UNKNOWN);
	run(&w, 21);
	assert_int_equal(result(&w, 21, &fine), AUDIT_PASS);
	assert_int_equal(result(&w, 20, &fine), AUDIT_UNKNOWN);
	world_done(&w);
}

/* Threads share; a number that is another's later is another's. */
static void test_threads(void **state)
{
	struct world w;
	unsigned int broke = 0;

	(void)state;
	world_init(&w, 100);
	make(&w, 1, 10, false);
	run(&w, 10);
	make(&w, 10, 11, true);
	call_as(&w, 11, HARMING, 0);
	assert_int_equal(result(&w, 10, &fine), AUDIT_BREAK);
	end(&w, 11);
	end(&w, 10);
	make(&w, 1, 10, false);
	run(&w, 10);
	w.nr = 0;
	auditor_each(w.auditor, &fine, keep, &w);
	for (unsigned int i = 0; i < w.nr; i++)
		if (w.rows[i].proc->pid == 10)
			broke += w.rows[i].audit.of[AUDIT_SECCOMP].result == AUDIT_BREAK;
	assert_int_equal(broke, 1);
	world_done(&w);
}

static void test_worse(void **state)
{
	struct call refused = {
		.ts_ns = BEGIN + 50, .tid = 10, .ret = -EPERM, .known = CALL_RETURNED};
	struct task *task;
	struct world w;

	(void)state;
	world_init(&w, 100);
	make(&w, 1, 10, false);
	run(&w, 10);
	task = task_find(&w.who.map, 10);
	refused.known |= CALL_REFUSED;
	auditor_call(w.auditor, task->proc, &refused);
	assert_int_equal(result(&w, 10, &fine), AUDIT_REFUSED);
	call_as(&w, 10, X_ONLY, 0);
	assert_int_equal(result(&w, 10, &fine), AUDIT_BREAK);
	/* without what was before, mdwe is not broken by that: the refusal stands */
	assert_int_equal(w.rows[0].audit.of[AUDIT_MDWE].result, AUDIT_REFUSED);
	call_as(&w, 10, HARMING, 0);
	assert_int_equal(result(&w, 10, &fine), AUDIT_BREAK);
	/* the first that broke it is told */
	assert_int_equal(w.rows[0].audit.of[AUDIT_SECCOMP].call->call.prot, X_ONLY);
	assert_int_equal(w.rows[0].audit.of[AUDIT_MDWE].call->call.prot, HARMING);
	world_done(&w);
}

static void test_doubts(void **state)
{
	struct audit_ground blind = fine, lost = fine;
	struct world w;

	(void)state;
	blind.visible = false;
	lost.lost = true;
	world_init(&w, 100);
	make(&w, 1, 10, false);
	run(&w, 10);
	assert_int_equal(result(&w, 10, &lost), AUDIT_UNKNOWN);
	assert_int_equal(result(&w, 10, &blind), AUDIT_UNKNOWN);
	call_as(&w, 10, 1, 0);
	assert_int_equal(result(&w, 10, &blind), AUDIT_PASS);
	/* of another program, that says nothing */
	run(&w, 10);
	assert_int_equal(result(&w, 10, &blind), AUDIT_UNKNOWN);
	assert_false(w.rows[0].compat);
	call_as(&w, 10, 1, EVENT_COMPAT);
	assert_int_equal(result(&w, 10, &fine), AUDIT_UNKNOWN);
	assert_true(w.rows[0].compat);
	make(&w, 1, 11, false);
	run(&w, 11);
	/* nobody knows whose: it might be anybody's */
	call_as(&w, 999, 1, 0);
	assert_int_equal(result(&w, 11, &fine), AUDIT_PASS);
	call_as(&w, 999, X_ONLY, 0);
	assert_int_equal(result(&w, 11, &fine), AUDIT_UNKNOWN);
	world_done(&w);
}

/* What lives at the end may go on: a daemon of COMMAND's above all. */
static void test_daemon(void **state)
{
	struct audit_ground command = fine;
	struct world w;

	(void)state;
	command.outlives = true;
	world_init(&w, 100);
	make(&w, 1, 10, false);
	who_mark(&w.who, 10, PROC_COMMAND);
	run(&w, 10);
	make(&w, 10, 11, false);
	make(&w, 1, 20, false);
	run(&w, 20);
	end(&w, 10);
	assert_int_equal(result(&w, 10, &command), AUDIT_PASS);
	assert_false(audit_runs(&w.rows[0].audit));
	assert_int_equal(result(&w, 11, &command), AUDIT_UNKNOWN);
	assert_true(audit_runs(&w.rows[1].audit));
	/* what is none of COMMAND's passes, for now */
	assert_int_equal(result(&w, 20, &command), AUDIT_PASS);
	assert_true(audit_runs(&w.rows[2].audit));
	assert_int_equal(result(&w, 11, &fine), AUDIT_PASS);
	assert_true(audit_runs(&w.rows[1].audit));
	end(&w, 11);
	assert_int_equal(result(&w, 11, &command), AUDIT_PASS);
	assert_false(audit_runs(&w.rows[1].audit));
	world_done(&w);
}

/* Those without room are counted; those that were merely there make room. */
static void test_limit(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 4);
	for (uint32_t pid = 10; pid < 14; pid++)
		make(&w, 1, pid, false);
	make(&w, 1, 14, false);
	assert_int_equal(auditor_left_out(w.auditor), 1);
	end(&w, 10);
	make(&w, 1, 15, false);
	assert_int_equal(auditor_left_out(w.auditor), 1);
	run(&w, 15);
	call_as(&w, 15, HARMING, 0);
	end(&w, 15);
	make(&w, 1, 16, false);
	assert_int_equal(auditor_left_out(w.auditor), 2);
	assert_int_equal(result(&w, 15, &fine), AUDIT_BREAK);
	/* one that lives and has no room is not observed */
	assert_int_equal(result(&w, 14, &fine), AUDIT_UNKNOWN);
	world_done(&w);
}

static const char *site_of(const struct call *call, void *arg)
{
	(void)arg;
	return call->tid == 10 ? "libjit.so+0x12" : NULL;
}

static bool is_ready(const struct call *call, void *arg)
{
	(void)call;
	return *(bool *)arg;
}

static void test_names(void **state)
{
	bool ready = false;
	const struct call_names names = {is_ready, site_of, NULL, &ready, NULL};
	const struct audit_call *call;
	struct world w;

	(void)state;
	world_init(&w, 100);
	for (uint32_t pid = 10; pid < 12; pid++) {
		make(&w, 1, pid, false);
		run(&w, pid);
		call_as(&w, pid, HARMING, 0);
	}
	auditor_names(w.auditor, &names, w.now, AUDITOR_NONE);
	result(&w, 10, &fine);
	call = w.rows[0].audit.of[AUDIT_MDWE].call;
	assert_string_equal(call->site, "");
	/* the other one ends */
	auditor_names(w.auditor, &names, w.now, 11);
	assert_false(call->named);
	ready = true;
	auditor_names(w.auditor, &names, w.now, AUDITOR_NONE);
	assert_true(call->named);
	assert_string_equal(call->site, "libjit.so+0x12");
	call = w.rows[1].audit.of[AUDIT_MDWE].call;
	assert_true(call->named);
	assert_string_equal(call->site, "");
	/* none are waited for any more */
	auditor_names(w.auditor, &names, w.now + 2 * AUDITOR_NAMES_NS, AUDITOR_ALL);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_worse),
		cmocka_unit_test(test_doubts),
		cmocka_unit_test(test_daemon),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
