/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fd.h"
#include "base/mem.h"
#include "tracer/command.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WAIT_MS 60000

struct bench {
	struct command command;
	struct fault fault;
	unsigned int nr_open;
	int status; /* as of waitpid */
	char *out;  /* what command_print() wrote */
	size_t out_len;
};

static unsigned int count_fds(void)
{
	DIR *list = opendir("/proc/self/fd");
	unsigned int nr = 0;

	assert_non_null(list);
	while (readdir(list))
		nr++;
	closedir(list);
	return nr;
}

static int bench_open(void **state)
{
	struct bench *b = mem_new(1, sizeof(*b));

	b->nr_open = count_fds();
	b->command.pipe = -1;
	sigprocmask(SIG_SETMASK, NULL, &b->command.mask);
	getrlimit(RLIMIT_NOFILE, &b->command.files);
	*state = b;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *b = *state;

	command_done(&b->command);
	command_done(&b->command);
	assert_int_equal(count_fds(), b->nr_open);
	free(b->out);
	free(b);
	return 0;
}

static int start(struct bench *b, char *const *argv)
{
	b->command.argv = argv;
	return command_start(&b->command, &b->fault);
}

static void reap(struct bench *b)
{
	assert_true(b->command.pid > 0);
	assert_int_equal(waitpid(b->command.pid, &b->status, 0), b->command.pid);
}

/* With its output captured, to its end. */
static void run_argv(struct bench *b, char *const *argv)
{
	b->command.captured = true;
	assert_int_equal(start(b, argv), 0);
	while (command_drain(&b->command)) {
		struct pollfd p = {b->command.pipe, POLLIN, 0};

		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	}
	assert_int_equal(b->command.pipe, -1);
	reap(b);
}

static void run_captured(struct bench *b, const char *text)
{
	char *argv[] = {"sh", "-c", (char *)text, NULL};

	run_argv(b, argv);
}

static void print(struct bench *b)
{
	FILE *f = tmpfile();
	struct stat st;

	assert_non_null(f);
	command_print(&b->command, fileno(f));
	assert_int_equal(fstat(fileno(f), &st), 0);
	free(b->out);
	b->out_len = (size_t)st.st_size;
	b->out = mem_new(b->out_len + 1, 1);
	assert_int_equal(pread(fileno(f), b->out, b->out_len, 0), b->out_len);
	fclose(f);
}

static void test_status(void **state)
{
	static const struct {
		const char *text;
		int exit, signal;
	} runs[] = {{"exit 0", 0, 0}, {"exit 7", 7, 0}, {"exit 127", 127, 0},
		{"kill -TERM $$", 0, SIGTERM}};

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		struct bench *b = *state;
		char *argv[] = {"sh", "-c", (char *)runs[i].text, NULL};

		assert_int_equal(start(b, argv), 0);
		reap(b);
		if (runs[i].signal) {
			assert_true(WIFSIGNALED(b->status));
			assert_int_equal(WTERMSIG(b->status), runs[i].signal);
		} else {
			assert_true(WIFEXITED(b->status));
			assert_int_equal(WEXITSTATUS(b->status), runs[i].exit);
		}
		assert_string_equal(b->fault.what, "");
	}
}

static void expect_failed(struct bench *b, char *name, int err, int status)
{
	char *argv[] = {name, "x", NULL};

	assert_int_equal(start(b, argv), -err);
	assert_int_equal(b->fault.err, err);
	assert_int_equal(b->fault.status, status);
	assert_string_equal(b->fault.object, name);
	assert_true(b->fault.what[0] && b->fault.remedy[0]);
	/* and nothing of it is left but a child to wait for */
	reap(b);
	assert_true(WIFEXITED(b->status));
	command_done(&b->command);
	assert_int_equal(count_fds(), b->nr_open);
}

/* As of env(1): 127 where it is not found, 126 where it is, and may not run. */
static void test_not_run(void **state)
{
	struct bench *b = *state;
	char dir[] = "/tmp/test-command-XXXXXX", plain[64];
	int fd;

	/* a directory of PATH that is closed to us would make it another error */
	assert_int_equal(setenv("PATH", "/usr/bin:/bin", 1), 0);
	assert_non_null(mkdtemp(dir));
	snprintf(plain, sizeof(plain), "%s/plain", dir);
	fd = open(plain, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	for (int captured = 0; captured < 2; captured++) {
		b->command.captured = captured;
		expect_failed(b, "no-such-command-at-all", ENOENT, 127);
		expect_failed(b, "/no/such/directory/command", ENOENT, 127);
		expect_failed(b, plain, EACCES, 126);
		expect_failed(b, dir, EACCES, 126);
		strcat(plain, "/x");
		expect_failed(b, plain, ENOTDIR, 126);
		*strrchr(plain, '/') = '\0';
	}
	unlink(plain);
	rmdir(dir);
}

/* Both streams come through, and the input is empty. */
static void test_captured(void **state)
{
	struct bench *b = *state;

	int input[2], stdin_was = dup(0);

	assert_int_equal(pipe(input), 0);
	assert_int_equal(write(input[1], "not for you\n", 12), 12);
	assert_int_equal(dup2(input[0], 0), 0);
	close(input[0]);
	close(input[1]);
	print(b);
	assert_int_equal(b->out_len, 0);
	run_captured(b, "echo one; echo two >&2; cat; echo three; exit 3");
	if (stdin_was >= 0) {
		dup2(stdin_was, 0);
		close(stdin_was);
	} else {
		close(0);
	}
	assert_int_equal(WEXITSTATUS(b->status), 3);
	print(b);
	assert_string_equal(b->out, "one\ntwo\nthree\n");
	/* printing takes nothing away */
	print(b);
	assert_string_equal(b->out, "one\ntwo\nthree\n");
	assert_int_equal(b->command.tail_total, 14);
}

/* The last 64 KiB, in order: lines of eight bytes, numbered. */
static void test_tail(void **state)
{
	static const unsigned int lines[] = {1, 100, 8191, 8192, 8193, 9000, 16384, 20001, 100000};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct bench *b = *state;
		unsigned int kept = lines[i] < COMMAND_TAIL / 8 ? lines[i] : COMMAND_TAIL / 8;
		char text[80];

		b->command.tail_total = 0;
		snprintf(text, sizeof(text), "seq -f %%07.0f 1 %u", lines[i]);
		run_captured(b, text);
		assert_int_equal(b->command.tail_total, 8 * lines[i]);
		print(b);
		assert_int_equal(b->out_len, 8 * kept);
		for (unsigned int n = 0; n < kept; n++)
			assert_int_equal(
				strtoul(b->out + 8 * (size_t)n, NULL, 10), lines[i] - kept + 1 + n);
		command_done(&b->command);
	}
}

/* Draining never waits, and tells an open pipe from a closed one. */
static void test_drain(void **state)
{
	struct bench *b = *state;
	char *argv[] = {"sleep", "1000", NULL};

	b->command.captured = true;
	assert_int_equal(start(b, argv), 0);
	assert_true(fcntl(b->command.pipe, F_GETFD) & FD_CLOEXEC);
	for (int i = 0; i < 10; i++)
		assert_true(command_drain(&b->command));
	assert_int_equal(b->command.tail_total, 0);
	kill(b->command.pid, SIGKILL);
	reap(b);
	assert_false(command_drain(&b->command));
	assert_int_equal(b->command.pipe, -1);
}

/* One that prints without end leaves the tracer its turn. */
static void test_storm(void **state)
{
	struct bench *b = *state;
	char *argv[] = {"cat", "/dev/zero", NULL};

	b->command.captured = true;
	assert_int_equal(start(b, argv), 0);
	for (int i = 0; i < 50; i++) {
		size_t before = b->command.tail_total;

		assert_true(command_drain(&b->command));
		assert_true(b->command.tail_total - before <= 1 << 20);
		usleep(1000);
	}
	kill(b->command.pid, SIGKILL);
	reap(b);
}

/* Whether the line of /proc/PID/status has the signal. */
static bool has_signal(const char *status, const char *line, int signo)
{
	const char *at = strstr(status, line);

	assert_non_null(at);
	return strtoull(at + strlen(line), NULL, 16) & 1ull << (signo - 1);
}

/* The caller's mask and dispositions, not the tracer's own. */
static void check_signals(struct bench *b, void (*chld)(int), void (*ttou)(int))
{
	/* no shell: it might change them */
	char *argv[] = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status", NULL};
	struct sigaction ours = {.sa_handler = ttou == SIG_IGN ? SIG_DFL : SIG_IGN}, was;
	sigset_t all, before;

	b->command.chld.sa_handler = chld;
	b->command.ttou.sa_handler = ttou;
	sigemptyset(&b->command.mask);
	sigaddset(&b->command.mask, SIGUSR2);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	sigaction(SIGTTOU, &ours, &was);
	run_argv(b, argv);
	sigaction(SIGTTOU, &was, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	print(b);
	for (int signo = 1; signo < 32; signo++)
		assert_int_equal(has_signal(b->out, "SigBlk:\t", signo), signo == SIGUSR2);
	assert_int_equal(has_signal(b->out, "SigIgn:\t", SIGCHLD), chld == SIG_IGN);
	assert_int_equal(has_signal(b->out, "SigIgn:\t", SIGTTOU), ttou == SIG_IGN);
	command_done(&b->command);
	b->command.tail_total = 0;
}

static void test_signals(void **state)
{
	check_signals(*state, SIG_DFL, SIG_DFL);
	check_signals(*state, SIG_IGN, SIG_DFL);
	check_signals(*state, SIG_DFL, SIG_IGN);
}

static void test_limits(void **state)
{
	struct bench *b = *state;
	struct rlimit now = b->command.files;

	b->command.files.rlim_cur = 77;
	run_captured(b, "ulimit -Sn");
	print(b);
	assert_string_equal(b->out, "77\n");
	getrlimit(RLIMIT_NOFILE, &b->command.files);
	assert_true(b->command.files.rlim_cur == now.rlim_cur);
}

/* Nothing of ours is open in it: else its end would not be seen. */
static void test_descriptors(void **state)
{
	struct bench *b = *state;

	/* what the caller left open is COMMAND's too */
	fd_close_others(NULL, 0);
	b->nr_open = count_fds();
	run_captured(b, "for i in 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$i ] || "
			"echo $i; done");
	print(b);
	assert_string_equal(b->out, "");
}

static void test_user(void **state)
{
	struct bench *b = *state;
	struct priv_user nobody = {.uid = 65534, .gid = 65533};

	if (geteuid()) {
		print_message("# needs root\n");
		return;
	}
	b->command.user = &nobody;
	run_captured(b, "id -u; id -g; id -G");
	print(b);
	assert_string_equal(b->out, "65534\n65533\n65533\n");
}

/* Who may not become another gets no COMMAND as himself in its place. */
static void test_user_refused(void **state)
{
	struct bench *b = *state;
	struct priv_user other = {.uid = 12345, .gid = 12345, .name = "other"};
	char *argv[] = {"true", NULL};
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (!geteuid() &&
			(setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)))
			_exit(101);
		b->command.user = &other;
		if (start(b, argv) != -EPERM)
			_exit(1);
		_exit(b->fault.status != 125 || strcmp(b->fault.object, "other") ? 2 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_status),
		TEST(test_not_run),
		TEST(test_captured),
		TEST(test_tail),
		TEST(test_drain),
		TEST(test_storm),
		TEST(test_signals),
		TEST(test_limits),
		TEST(test_descriptors),
		TEST(test_user),
		TEST(test_user_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
