/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a replay is asked for while it starts, at many moments: it ends at once. The two
 * processes of it give up the rights of root one after the other; between that, one may not send a
 * signal to the other.
 */
#include "datgen.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TRIES   200
#define STEP_NS 50000 /* of the moment, from the start on */

static void child(const char *path)
{
	const char *program = getenv("MPROTTOP");
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execl(program ? program : "./mprottop", "mprottop", "-r", path, "-f", "json",
		"--speed=0.01", (char *)NULL);
	_exit(127);
}

static void test_early_end(void **state)
{
	char path[] = "/tmp/test-early-end.XXXXXX";
	int fd = mkstemp(path), bad = 0;
	struct buf file = {0};

	(void)state;
	datgen_make(&(struct datgen){.long_size = 8, .page_size = 4096}, &file);
	assert_int_equal(write(fd, file.data, file.len), file.len);
	close(fd);
	buf_done(&file);
	for (long i = 0; i < TRIES && !bad; i++) {
		struct timespec moment = {0, i * STEP_NS};
		int status;
		pid_t pid = fork();

		if (!pid)
			child(path);
		nanosleep(&moment, NULL);
		kill(pid, SIGTERM);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		/* before it listens it may be killed by that */
		bad = status && status != SIGTERM ? status : 0;
	}
	unlink(path);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_early_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
