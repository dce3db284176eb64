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

/* A process of ours holds it: it is named and, as it has not what the monitor's have, spared. */
static void test_found(void **state)
{
	char dir[] = "/tmp/mprottop-test.XXXXXX", instances[64], path[96], file[128];
	struct holder holder = {0};
	char remedy[160], want[32];
	int ready[2];
	pid_t pid;
	char c;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(instances, sizeof(instances), "%s/instances", dir);
	snprintf(path, sizeof(path), "%s/mprottop_1_1", instances);
	snprintf(file, sizeof(file), "%s/trace", path);
	assert_int_equal(mkdir(instances, 0700) + mkdir(path, 0700), 0);
	assert_int_equal(close(open(file, O_CREAT | O_RDWR, 0600)), 0);
	assert_false(holder_find(path, true, &holder));
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (open(file, O_RDONLY) >= 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_found),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
