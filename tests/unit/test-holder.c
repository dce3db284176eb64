/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/holder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RUN "/sys/kernel/tracing/instances/mprottop_12_345"

static void test_links(void **state)
{
	(void)state;
	assert_true(holder_is_of(RUN "/tracing_on", RUN));
	assert_true(holder_is_of(RUN, RUN));
	assert_true(holder_is_of(RUN "/per_cpu/cpu0/trace_pipe_raw", RUN));
	assert_true(holder_is_of(
		"/sys/kernel/debug/tracing/instances/mprottop_12_345/trace (deleted)", RUN));
	assert_false(holder_is_of(RUN "_side/tracing_on", RUN));
	assert_false(holder_is_of(RUN "6/tracing_on", RUN));
	assert_false(holder_is_of("/sys/kernel/tracing/instances/mprottop_12_34/trace", RUN));
	assert_false(holder_is_of("/sys/kernel/tracing/trace", RUN));
	assert_false(holder_is_of("socket:[12]", RUN));
	assert_false(holder_is_of(RUN "/trace", "/elsewhere"));
}

/* A process that holds a file open. */
static pid_t hold(const char *file)
{
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (open(file, O_RDONLY) >= 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* A process of ours holds it: it is named and, as it has not what the monitor's have, spared. */
static void test_found(void **state)
{
	char dir[] = "/tmp/mprottop-test.XXXXXX", instances[64], path[96], file[128];
	struct holder holder = {0};
	char remedy[160], want[32];
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(instances, sizeof(instances), "%s/instances", dir);
	snprintf(path, sizeof(path), "%s/mprottop_1_1", instances);
	snprintf(file, sizeof(file), "%s/trace", path);
	assert_int_equal(mkdir(instances, 0700) + mkdir(path, 0700), 0);
	assert_int_equal(close(open(file, O_CREAT | O_RDWR, 0600)), 0);
	assert_false(holder_find(path, true, &holder));
	pid = hold(file);
	assert_true(holder_find(path, true, &holder));
	assert_int_equal(holder.pid, pid);
	assert_string_equal(holder.name, "test-holder");
	holder_remedy(path, " now", remedy, sizeof(remedy));
	snprintf(want, sizeof(want), "process %d (test-holder)", pid);
	assert_non_null(strstr(remedy, want));
	assert_non_null(strstr(remedy, " now"));
	/* still there: killed by us alone */
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(holder_find(path, false, &holder));
	unlink(file);
	rmdir(path);
	rmdir(instances);
	rmdir(dir);
}

static void make_instance(const char *top, char *path, size_t size)
{
	char instances[96];
	int fd;

	snprintf(instances, sizeof(instances), "%s/instances", top);
	snprintf(path, size, "%s/mprottop_1_2", instances);
	assert_int_equal(mkdir(instances, 0700) + mkdir(path, 0700), 0);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	assert_int_equal(close(openat(fd, "trace", O_CREAT | O_RDWR, 0600)), 0);
	close(fd);
}

static void remove_instance(const char *top, const char *path)
{
	char text[128];

	snprintf(text, sizeof(text), "%s/trace", path);
	unlink(text);
	rmdir(path);
	snprintf(text, sizeof(text), "%s/instances", top);
	rmdir(text);
	rmdir(top);
}

/* Whoever knows the name of a run can give it to directories of his own, elsewhere. */
static void test_pretended(void **state)
{
	char here[] = "/tmp/mprottop-test.XXXXXX", there[] = "/dev/shm/mprottop-test.XXXXXX";
	char path[128], other[128], file[160];
	struct holder holder = {0};
	struct stat st[2];
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(here));
	if (!mkdtemp(there) || stat(here, &st[0]) || stat(there, &st[1]) ||
		st[0].st_dev == st[1].st_dev) {
		print_message("# /dev/shm is no file system of its own here\n");
		rmdir(there);
		rmdir(here);
		return;
	}
	make_instance(here, path, sizeof(path));
	make_instance(there, other, sizeof(other));
	snprintf(file, sizeof(file), "%s/trace", other);
	assert_true(holder_is_of(file, path));
	pid = hold(file);
	assert_false(holder_find(path, true, &holder));
	assert_true(holder_find(other, false, &holder));
	assert_int_equal(holder.pid, pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	remove_instance(there, other);
	remove_instance(here, path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_pretended),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
