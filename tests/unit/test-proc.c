/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "reader/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW UINT64_C(123456789)

static char root[64];

static int root_make(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "/tmp/test-proc-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int root_remove(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void file_make(const char *name, const char *text, size_t len)
{
	char path[256], *slash = path;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void stat_make(const char *dir, unsigned int tid, const char *comm, unsigned int threads,
	const char *start)
{
	char name[64], text[512];
	int len = snprintf(text, sizeof(text),
		"%u (%s) S 7 0 0 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 %u 0 %s 1 2 3\n", tid, comm,
		threads, start);

	snprintf(name, sizeof(name), "%s/stat", dir);
	file_make(name, text, len);
}

static void status_make(const char *dir, unsigned int tgid, unsigned int uid)
{
	char name[64], text[512];
	int len = snprintf(text, sizeof(text),
		"Name:\tx\\nTgid:\t1\nUmask:\t0022\nState:\tS\nTgid:\t%u\nNgid:\t0\nPid:\t9\n"
		"PPid:\t7\nTracerPid:\t0\nUid:\t1\t%u\t3\t4\n",
		tgid, uid);

	snprintf(name, sizeof(name), "%s/status", dir);
	file_make(name, text, len);
}

static struct proc_reader *open_root(void)
{
	struct fault fault = {0};
	struct proc_reader *proc = proc_open(root, &fault);

	assert_non_null(proc);
	return proc;
}

static const struct {
	const char *comm, *told; /* 16 bytes of it */
} names[] = {
	{"a) R 1 (b\n\x1b[31m", "a) R 1 (b\n\x1b[31m"},
	{"", ""},
	{")", ")"},
	{"(((", "((("},
	{") S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", ") S 1 2 3 4 5 6 "},
	{"\xff\xfe\x80", "\xff\xfe\x80"},
	{"exactly-16-bytes", "exactly-16-bytes"},
};

static void test_hostile(void **state)
{
	struct proc_reader *proc = open_root();
	struct event out[2];

	(void)state;
	status_make("50", 50, 1000);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		stat_make("50", 50, names[i].comm, 1, "100");
		assert_int_equal(proc_identify(proc, 50, NOW, out), 1);
		assert_int_equal(strncmp(out[0].u.ident.comm, names[i].told, 16), 0);
		assert_int_equal(out[0].kind, EVENT_IDENT);
		assert_int_equal(out[0].ts_ns, NOW);
		assert_int_equal(out[0].u.ident.tid, 50);
		assert_int_equal(out[0].u.ident.tgid, 50);
		assert_int_equal(out[0].u.ident.ppid, 7);
		assert_int_equal(out[0].u.ident.uid, 1000);
	}
	proc_close(proc);
}

static void test_thread(void **state)
{
	struct proc_reader *proc = open_root();
	struct event out[2];

	(void)state;
	stat_make("60", 60, "leader", 2, "5000");
	status_make("60", 60, 12);
	stat_make("61", 61, "worker", 2, "6000");
	status_make("61", 60, 13);
	assert_int_equal(proc_identify(proc, 61, NOW, out), 2);
	assert_int_equal(out[0].u.ident.tid, 60);
	assert_string_equal(out[0].u.ident.comm, "leader");
	assert_int_equal(out[1].u.ident.tid, 61);
	assert_int_equal(out[1].u.ident.tgid, 60);
	assert_int_equal(out[1].u.ident.uid, 12);
	assert_int_equal(out[1].u.ident.start_ns, out[0].u.ident.start_ns);
	assert_string_equal(out[1].u.ident.comm, "worker");
	/* its leader is not there, or is no leader */
	status_make("61", 65, 13);
	assert_int_equal(proc_identify(proc, 61, NOW, out), 0);
	status_make("61", 50, 13);
	status_make("50", 60, 13);
	assert_int_equal(proc_identify(proc, 61, NOW, out), 0);
	proc_close(proc);
}

static void test_broken(void **state)
{
	static const char *const stats[] = {"", "70", "70 (x", "70 (x)", "70 (x) ", "70 (x) S",
		"70 )x( S 1 2 3", "70 (x) S 7 0 0 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0",
		"70 (x) S 7 0 0 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 -5 1",
		"70 (x) S 7 0 0 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 99999999999999999999 1",
		"70 (x) S 99999999999999 0 0 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9 1"};
	static const char *const statuses[] = {"", "\n", "\nTgid:", "\nTgid:\t70\n", "\nTgid:\tx\n",
		"\nTgid:\t70\nUid:\t5\n", "\nTgid:\t70\nUid:\t5\t99999999999\n",
		"Tgid:\t70\nUid:\t5\t5\n"};
	struct proc_reader *proc = open_root();
	struct event out[2];

	(void)state;
	assert_int_equal(proc_identify(proc, 70, NOW, out), 0);
	status_make("70", 70, 1);
	assert_int_equal(proc_identify(proc, 70, NOW, out), 0);
	for (size_t i = 0; i < ARRAY_SIZE(stats); i++) {
		file_make("70/stat", stats[i], strlen(stats[i]));
		assert_int_equal(proc_identify(proc, 70, NOW, out), 0);
	}
	stat_make("70", 70, "x", 1, "9");
	assert_int_equal(proc_identify(proc, 70, NOW, out), 1);
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		file_make("70/status", statuses[i], strlen(statuses[i]));
		assert_int_equal(proc_identify(proc, 70, NOW, out), 0);
	}
	proc_close(proc);
}

struct seen {
	unsigned int nr, leaders;
	uint32_t own_pid, own_tid;
	bool zombie, left, pid_seen, tid_seen;
	uint64_t last_ns;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

static void seen_feed(const struct event *event, void *arg)
{
	struct seen *seen = arg;

	assert_int_equal(event->kind, EVENT_IDENT);
	/* each at its own time, not at that of the whole walk */
	assert_true(event->ts_ns > seen->last_ns && event->ts_ns <= now_ns());
	seen->last_ns = event->ts_ns;
	seen->nr++;
	seen->leaders += event->u.ident.tid == event->u.ident.tgid;
	seen->pid_seen |= event->u.ident.tid == seen->own_pid;
	seen->zombie |= event->u.ident.tid == 92;
	seen->zombie |= event->u.ident.tid == 94;
	seen->left |= event->u.ident.tid == 93;
	seen->tid_seen |=
		event->u.ident.tid == seen->own_tid && event->u.ident.tgid == seen->own_pid;
}

static void test_scan(void **state)
{
	struct proc_reader *proc = open_root();
	struct seen seen = {.own_pid = 80, .own_tid = 82, .last_ns = now_ns()};
	static const char zombie[] =
		"92 (z) Z 7 0 0 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 1 1 2 3\n";
	static const char ending[] =
		"94 (e) R 7 0 0 0 -1 4194564 1 2 3 4 5 6 7 8 20 0 1 0 1 1 2 3\n";
	static const char left[] = "93 (l) Z 7 0 0 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 2 0 1 1 2 3\n";
	unsigned int steps = 1;

	(void)state;
	for (unsigned int pid = 100; pid < 300; pid++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", pid);
		stat_make(name, pid, "p", 1, "1");
		status_make(name, pid, 0);
	}
	stat_make("80", 80, "threaded", 3, "1");
	status_make("80", 80, 0);
	stat_make("80/task/80", 80, "threaded", 3, "1");
	stat_make("80/task/81", 81, "t", 3, "1");
	stat_make("80/task/82", 82, "t", 3, "1");
	/* one that ended and is not waited for, and a leader that left a thread */
	file_make("92/stat", zombie, strlen(zombie));
	status_make("92", 92, 0);
	file_make("93/stat", left, strlen(left));
	/* and one that is about to end */
	file_make("94/stat", ending, strlen(ending));
	status_make("94", 94, 0);
	status_make("93", 93, 0);
	file_make("sys/x", "", 0);
	file_make("90", "no directory", 12);
	file_make("91/nothing", "", 0);
	while (proc_scan(proc, 3, seen_feed, &seen))
		steps++;
	assert_true(seen.pid_seen && seen.tid_seen && seen.left && !seen.zombie);
	assert_true(seen.leaders >= 201);
	assert_true(steps >= seen.nr / 3);
	/* and once more from the start */
	steps = seen.nr;
	while (proc_scan(proc, 1000, seen_feed, &seen))
		;
	assert_int_equal(seen.nr, 2 * steps);
	proc_close(proc);
}

static void *thread_run(void *arg)
{
	int *pipes = arg;
	pid_t tid = syscall(SYS_gettid);
	char c;

	prctl(PR_SET_NAME, "a) R 1 (b\n");
	assert_int_equal(write(pipes[1], &tid, sizeof(tid)), sizeof(tid));
	while (read(pipes[2], &c, 1) < 0)
		;
	return NULL;
}

static void check_self(struct proc_reader *proc, uint32_t tid)
{
	struct event out[2];
	struct timespec ts;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
	assert_int_equal(proc_identify(proc, tid, now, out), 2);
	assert_int_equal(out[0].u.ident.tid, getpid());
	assert_int_equal(out[0].u.ident.tgid, getpid());
	assert_int_equal(out[0].u.ident.ppid, getppid());
	assert_int_equal(out[0].u.ident.uid, geteuid());
	assert_true(out[0].u.ident.start_ns <= now);
	assert_true(now - out[0].u.ident.start_ns < 600 * UINT64_C(1000000000));
	assert_int_equal(out[1].u.ident.tid, tid);
	assert_string_equal(out[1].u.ident.comm, "a) R 1 (b\n");
}

static void test_self(void **state)
{
	struct proc_reader *proc = proc_open("/proc", NULL);
	struct seen seen = {.own_pid = getpid(), .last_ns = now_ns()};
	pthread_t thread;
	int pipes[4];
	pid_t tid;

	(void)state;
	assert_non_null(proc);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(pipe(pipes + 2), 0);
	assert_int_equal(pthread_create(&thread, NULL, thread_run, pipes), 0);
	assert_int_equal(read(pipes[0], &tid, sizeof(tid)), sizeof(tid));
	check_self(proc, tid);
	seen.own_tid = tid;
	while (proc_scan(proc, 16, seen_feed, &seen))
		;
	assert_true(seen.pid_seen && seen.tid_seen);
	close(pipes[3]);
	pthread_join(thread, NULL);
	for (unsigned int i = 0; i < 3; i++)
		close(pipes[i]);
	proc_close(proc);
}

static const struct told *told_of(const struct told *told, int nr, enum told_what what)
{
	for (int i = 0; i < nr; i++)
		if (told[i].what == what)
			return &told[i];
	return NULL;
}

static void expect_text(const struct told *told, const char *text)
{
	assert_non_null(told);
	assert_int_equal(told->len, strlen(text));
	assert_memory_equal(told->text, text, told->len);
}

/* Only what is wanted, of the process, and none that is left of another. */
static void test_texts(void **state)
{
	static const char words[] = "/bin/sh\0-c\0a b\0\0\0", groups[] = "0::/a.slice/b.service\n";
	struct proc_reader *proc = open_root();
	struct told told[TOLD_NR];
	struct event out[2];
	static char many[3000];
	int nr;

	(void)state;
	stat_make("70", 70, "sh", 2, "5000");
	status_make("70", 70, 12);
	file_make("70/cmdline", words, sizeof(words) - 1);
	file_make("70/cgroup", groups, strlen(groups));
	stat_make("71", 71, "thread", 2, "6000");
	status_make("71", 70, 12);
	stat_make("80", 80, "kthread", 1, "5000");
	status_make("80", 80, 0);
	file_make("80/cmdline", "", 0);
	assert_int_equal(proc_identify(proc, 70, NOW, out), 1);
	assert_int_equal(proc_texts(proc, told), 0);
	proc_want(proc, fact_mask("cgroup"));
	assert_int_equal(proc_identify(proc, 70, NOW, out), 1);
	assert_int_equal(proc_texts(proc, told), 1);
	expect_text(told_of(told, 1, TOLD_CGROUP), groups);
	proc_want(proc, fact_told());
	assert_int_equal(proc_identify(proc, 71, NOW, out), 2);
	nr = proc_texts(proc, told);
	assert_int_equal(nr, 2);
	expect_text(told_of(told, nr, TOLD_CGROUP), groups);
	expect_text(told_of(told, nr, TOLD_CMDLINE), "/bin/sh -c a b");
	assert_int_equal(told[0].pid, 70);
	assert_int_equal(told[0].start_ns, out[0].u.ident.start_ns);
	assert_int_equal(proc_start(proc, 70), out[0].u.ident.start_ns);
	assert_true(told[0].ts_ns > 0);
	assert_int_equal(proc_identify(proc, 80, NOW, out), 1);
	assert_int_equal(proc_texts(proc, told), 0);
	assert_int_equal(proc_start(proc, 81), 0);
	memset(many, 'x', sizeof(many));
	file_make("80/cmdline", many, sizeof(many));
	assert_int_equal(proc_identify(proc, 80, NOW, out), 1);
	assert_int_equal(proc_texts(proc, told), 1);
	assert_int_equal(told[0].len, 1024);
	proc_close(proc);
}

/* The clocks of a machine that is suspended when a test says so. */
static uint64_t awake_ns, asleep_ns;

static int clocks(clockid_t id, struct timespec *ts)
{
	uint64_t ns = awake_ns;

	if (id == CLOCK_BOOTTIME)
		ns += asleep_ns;
	*ts = (struct timespec){
		.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000)};
	return 0;
}

#define SEC UINT64_C(1000000000)

static uint64_t start_of(struct proc_reader *proc, uint32_t pid)
{
	struct event out[2];

	assert_int_equal(proc_identify(proc, pid, NOW, out), 1);
	assert_int_equal(proc_start(proc, pid), out[0].u.ident.start_ns);
	return out[0].u.ident.start_ns;
}

/* /proc tells start times of CLOCK_BOOTTIME, events those of CLOCK_MONOTONIC: whoever began before
 * a suspend has the same start time after it, and whoever began after it has the right one. */
static void test_suspend(void **state)
{
	struct proc_reader *proc = open_root();
	char ticks[32];
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);

	(void)state;
	awake_ns = 1000 * SEC;
	asleep_ns = 50 * SEC; /* before the start */
	proc_clock(proc, clocks);
	assert_int_equal(proc_suspended(proc), 0);
	snprintf(ticks, sizeof(ticks), "%" PRIu64, 950 * hz);
	stat_make("95", 95, "before", 1, ticks);
	status_make("95", 95, 0);
	assert_int_equal(start_of(proc, 95), 900 * SEC);
	/* no suspend: this process stood still between two readings of clocks */
	awake_ns += SEC;
	asleep_ns += 1000;
	assert_int_equal(proc_suspended(proc), 0);
	awake_ns += SEC;
	asleep_ns += 3600 * SEC;
	assert_int_equal(start_of(proc, 95), 900 * SEC);
	assert_int_equal(proc_suspended(proc), 3600 * SEC + 1000);
	assert_int_equal(proc_suspended(proc), 0);
	awake_ns += 8 * SEC;
	snprintf(ticks, sizeof(ticks), "%" PRIu64, (1005 + 3650) * hz);
	stat_make("96", 96, "after", 1, ticks);
	status_make("96", 96, 0);
	assert_int_equal(start_of(proc, 96), 1005 * SEC - 1000);
	proc_suspended(proc);
	awake_ns += SEC;
	asleep_ns += 5 * SEC;
	assert_int_equal(proc_suspended(proc), 5 * SEC);
	assert_int_equal(start_of(proc, 95), 900 * SEC);
	assert_int_equal(start_of(proc, 96), 1005 * SEC - 1000);
	proc_close(proc);
}

static void test_no_root(void **state)
{
	struct fault fault = {0};

	(void)state;
	assert_null(proc_open("/nowhere/at/all", &fault));
	assert_int_equal(fault.err, ENOENT);
	assert_string_equal(fault.object, "/nowhere/at/all");
	proc_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_thread),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_suspend),
		cmocka_unit_test(test_no_root),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, root_make, root_remove);
}
