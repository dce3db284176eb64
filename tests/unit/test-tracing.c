/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "tracer/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tracefs.h>
#include <unistd.h>

#include <cmocka.h>

/* The start time, read by other means than the code under test: ")" ends the name in stat. */
static unsigned long long start_of(pid_t pid)
{
	char path[64], line[1024], *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	at = line + fread(line, 1, sizeof(line) - 1, f);
	*at = '\0';
	fclose(f);
	at = strrchr(line, ')');
	assert_non_null(at);
	/* field 22, and the name is the second */
	for (int field = 2; field < 22; field++) {
		at = strchr(at + 1, ' ');
		assert_non_null(at);
	}
	return strtoull(at, NULL, 10);
}

/* A child that waits to be killed, whose name is what it is given. */
static pid_t child_start(const char *name)
{
	pid_t pid;
	int pair[2];
	char c;

	assert_int_equal(pipe(pair), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, name);
		if (write(pair[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_true(pid > 0);
	assert_int_equal(read(pair[0], &c, 1), 1);
	close(pair[0]);
	close(pair[1]);
	return pid;
}

/* Dead, and not yet waited for. */
static void child_kill(pid_t pid)
{
	siginfo_t info;

	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void child_reap(pid_t pid)
{
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_name(void **state)
{
	char name[48], want[64];

	(void)state;
	assert_int_equal(tracing_run_name(getpid(), name, sizeof(name)), 0);
	snprintf(want, sizeof(want), "mprottop_%d_%llu", getpid(), start_of(getpid()));
	assert_string_equal(name, want);
	assert_int_equal(tracing_run_name(1, name, sizeof(name)), 0);
	assert_int_equal(strncmp(name, "mprottop_1_", 11), 0);
}

/* A process may call itself what it likes. */
static void test_odd_names(void **state)
{
	static const char *const odd[] = {") Z 1 1 1", "a) b", "))))", "(", "\n", "", "x\x1b)\n S"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		pid_t pid = child_start(odd[i]);
		char name[48], want[64];

		assert_int_equal(tracing_run_name(pid, name, sizeof(name)), 0);
		snprintf(want, sizeof(want), "mprottop_%d_%llu", pid, start_of(pid));
		assert_string_equal(name, want);
		assert_false(tracing_run_dead(name));
		child_kill(pid);
		child_reap(pid);
	}
}

/* A zombie holds nothing any more, and has a start time all the same. */
static void test_zombie(void **state)
{
	pid_t pid = child_start("zombie");
	char name[48], again[48];

	(void)state;
	assert_int_equal(tracing_run_name(pid, name, sizeof(name)), 0);
	assert_false(tracing_run_dead(name));
	child_kill(pid);
	assert_int_equal(tracing_run_name(pid, again, sizeof(again)), -ESRCH);
	assert_true(tracing_run_dead(name));
	child_reap(pid);
	assert_int_equal(tracing_run_name(pid, again, sizeof(again)), -ENOENT);
	assert_true(tracing_run_dead(name));
	assert_true(tracing_run_name(0, again, sizeof(again)) < 0);
	assert_true(tracing_run_name(-1, again, sizeof(again)) < 0);
}

static void test_own(void **state)
{
	char own[48], name[80];

	(void)state;
	assert_int_equal(tracing_run_name(getpid(), own, sizeof(own)), 0);
	assert_false(tracing_run_dead(own));
	snprintf(name, sizeof(name), "%s_side", own);
	assert_false(tracing_run_dead(name));
}

/* The pid lives, but it is another process's by now. */
static void test_other_start(void **state)
{
	const unsigned long long start = start_of(getpid());
	const unsigned long long others[] = {
		start + 1, start - 1, start * 10, start * 10 + 7, start / 10, 0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		char name[80];

		snprintf(name, sizeof(name), "mprottop_%d_%llu", getpid(), others[i]);
		assert_true(tracing_run_dead(name));
		snprintf(name, sizeof(name), "mprottop_%d_%llu_side", getpid(), others[i]);
		assert_true(tracing_run_dead(name));
	}
}

static void test_gone(void **state)
{
	char name[48], side[64];
	pid_t pid = child_start("gone");

	(void)state;
	assert_int_equal(tracing_run_name(pid, name, sizeof(name)), 0);
	snprintf(side, sizeof(side), "%s_side", name);
	assert_false(tracing_run_dead(side));
	child_kill(pid);
	child_reap(pid);
	assert_true(tracing_run_dead(name));
	assert_true(tracing_run_dead(side));
}

/* What no run of ours made is nobody's to remove. */
static void test_garbage(void **state)
{
	static const char *const garbage[] = {"", "x", "mprottop", "mprottop_", "mprottop_x",
		"mprottop__1", "mprottop_x_1", "mprottop_-5_1", "mprottop_0_1", "Mprottop_5_1",
		" mprottop_4194304_1", "xmprottop_4194304_1", "mprottop-4194304-1", "foo_4194304_1",
		"mprottop_\xff\xfe", "mprottop_4194304", "mprottop_4194304_", "mprottop_4194304x",
		"mprottop_4194304_x", "mprottop_4194304_12x", "mprottop_ 4194304_1",
		"mprottop_+4194304_1", "mprottop_4194304_+1", "mprottop_4194304_ 1",
		"mprottop_4294967297_1", "mprottop_99999999999_1",
		"mprottop_4194304_999999999999999999999", "mprottop_4194304_1_mine",
		"mprottop_4194304_1_side2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++)
		assert_false(tracing_run_dead(garbage[i]));
}

static int vanishing, made;

/* The library's too: of instances, the first ones are removed again before it returns. */
int mkdir(const char *path, mode_t mode)
{
	char file[256];

	if (mkdirat(AT_FDCWD, path, mode))
		return -1;
	if (!strstr(path, "/instances/mprottop_"))
		return 0;
	made++;
	if (vanishing-- > 0)
		return rmdir(path);
	snprintf(file, sizeof(file), "%s/" TRACING_LOCK, path);
	return close(open(file, O_CREAT | O_RDWR, 0600));
}

/* A directory in the place of tracefs; what is told about an instance that vanishes so many times
 * when it has been made. */
static void make(int times, struct fault *fault)
{
	struct tracing tracing = TRACING_NONE;
	char dir[] = "/tmp/mprottop-test.XXXXXX", path[200];
	size_t kb;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/instances", dir);
	assert_int_equal(mkdirat(AT_FDCWD, path, 0700), 0);
	assert_int_equal(tracefs_set_tracing_dir(dir), 0);
	snprintf(tracing.dir, sizeof(tracing.dir), "%s", dir);
	assert_int_equal(tracing_run_name(getpid(), tracing.run, sizeof(tracing.run)), 0);
	made = 0;
	vanishing = times;
	assert_true(tracing_instance(&tracing, TRACING_COUNTED, 64, &kb, fault) < 0);
	snprintf(path, sizeof(path), "%s/instances/%s/" TRACING_LOCK, dir, tracing.run);
	unlink(path);
	assert_int_equal(tracing_undo(&tracing, NULL), 0);
	snprintf(path, sizeof(path), "%s/instances", dir);
	assert_int_equal(rmdir(path) + rmdir(dir), 0);
}

/* Removed by a clean-up to which it looked dead, before its lock was taken: it is made again. */
static void test_vanishing(void **state)
{
	struct fault fault = {0};

	(void)state;
	/* what comes after the lock is what such a directory lacks */
	make(0, &fault);
	assert_int_equal(made, 1);
	assert_non_null(strstr(fault.object, "/trace_clock"));
	make(1, &fault);
	assert_int_equal(made, 2);
	assert_non_null(strstr(fault.object, "/trace_clock"));
	/* not for ever */
	make(99, &fault);
	assert_int_equal(made, 3);
	assert_non_null(strstr(fault.what, "cannot lock"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_odd_names),
		cmocka_unit_test(test_zombie),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_other_start),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_vanishing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
