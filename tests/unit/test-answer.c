/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the monitor can have of the tracer, and that nothing it does holds the tracer up. */
#include "base/mem.h"
#include "base/msg.h"
#include "model/event.h"
#include "tracer/answer.h"
#include "tracer/setup.h"
#include "tracer/tracer.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define S          UINT64_C(1000000000)
#define HANGS_S    200 /* SIGALRM ends the test then */
#define SETTLES_MS 500
#define SLOW_S     4
#define ROUNDS     100 /* of a monitor that asks without end, until the tracer is busy with it */

static struct msg got; /* larger than a stack likes */
static int pair[2];
static volatile int *begun; /* shared: a monitor does what it is to do */

static int open_pair(void **state)
{
	(void)state;
	alarm(HANGS_S);
	return msg_pair(pair);
}

static int close_pair(void **state)
{
	(void)state;
	alarm(0);
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static void expect_maps(struct answerer *a, uint32_t pid, uint64_t now_ns)
{
	char c;

	answer_maps(a, pair[0], pid, now_ns);
	assert_int_equal(msg_recv(pair[1], &got, false), 1);
	assert_int_equal(got.kind, MSG_MAPS_OF);
	assert_int_equal(got.u.maps.pid, pid);
	assert_int_equal(read(got.fds[0], &c, 1), 1);
	msg_done(&got);
}

static void expect_none(struct answerer *a, uint32_t pid, uint64_t now_ns, int err)
{
	answer_maps(a, pair[0], pid, now_ns);
	assert_int_equal(msg_recv(pair[1], &got, false), 1);
	assert_int_equal(got.kind, MSG_NO_MAPS);
	assert_int_equal(got.u.no_maps.pid, pid);
	assert_int_equal(got.u.no_maps.err, err);
	assert_int_equal(got.nr_fds, 0);
}

static void test_reasons(void **state)
{
	struct answerer a = {0};
	uint32_t pid = (uint32_t)getpid();

	(void)state;
	expect_maps(&a, pid, S);
	expect_none(&a, INT32_MAX, S, ENOENT);
	for (unsigned int i = 2; i < ANSWER_BURST; i++)
		expect_maps(&a, pid, S);
	expect_none(&a, pid, S, EBUSY);
	expect_maps(&a, pid, 2 * S);
}

/* Of another user's process, without the capability. */
static void test_refused(void **state)
{
	struct answerer a = {0};
	int status = -1;
	pid_t pid;

	(void)state;
	if (geteuid()) {
		print_message("# needs root\n");
		return;
	}
	pid = fork();
	if (pid == 0) {
		if (setuid(65534))
			_exit(1);
		answer_maps(&a, pair[0], 1, S);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(msg_recv(pair[1], &got, false), 1);
	assert_int_equal(got.kind, MSG_NO_MAPS);
	assert_int_equal(got.u.no_maps.err, EACCES);
}

/* A peer that does not read: answers are lost, and nobody waits. */
static void test_deaf(void **state)
{
	struct answerer a = {0};
	uint32_t pid = (uint32_t)getpid();
	unsigned int nr = 0;

	(void)state;
	for (uint64_t i = 1; i < 20000; i++)
		answer_maps(&a, pair[0], pid, i * S);
	assert_int_equal(msg_try_send(pair[0], MSG_READY, NULL, 0, NULL, 0), -EAGAIN);
	while (msg_recv(pair[1], &got, false) == 1) {
		assert_int_equal(got.kind, MSG_MAPS_OF);
		msg_done(&got);
		nr++;
	}
	assert_in_range(nr, 16, 19998);
	assert_int_equal(msg_try_send(pair[0], MSG_READY, NULL, 0, NULL, 0), 0);
}

/* How mprotect_fixup is found failed once: it is not tried again. */
static void test_no_fixup(void **state)
{
	struct setup setup = {.source = "kprobe", .no_fixup = {.what = "tried"}};
	struct fault fault = {0};
	struct tracing tracing;

	(void)state;
	if (geteuid() || tracing_open(&tracing, &fault) ||
		!tracing_exists(&tracing, "kprobe_events")) {
		print_message("# needs root and kprobes\n");
		return;
	}
	assert_int_equal(setup_more(&setup, &tracing, fact_mask("old"), &fault), 0);
	assert_true(setup.nr_events > 0);
	for (unsigned int i = 0; i < setup.nr_events; i++)
		assert_int_not_equal(setup.events[i].probe->kind, PROBE_FIXUP);
	assert_null(setup.fixup.how);
	assert_string_equal(setup.no_fixup.what, "tried");
	assert_int_equal(tracing_undo(&tracing, &fault), 0);
}

/* A monitor that asks without end, reads nothing, and heeds no signal. */
static int hijacked(int sock, void *arg, struct fault *fault)
{
	int err = 0;

	struct msg_maps maps = {1};
	struct msg_want want = {0};

	(void)arg;
	(void)fault;
	signal(SIGTERM, SIG_IGN);
	while (msg_recv(sock, &got, true) == 1 && got.kind != MSG_READY)
		msg_done(&got);
	msg_send(sock, MSG_ARMED, NULL, 0, NULL, 0);
	for (; !err; want.facts++) {
		*begun = want.facts >= ROUNDS;
		msg_send(sock, MSG_MAPS, &maps, sizeof(maps), NULL, 0);
		msg_send(sock, MSG_WANT, &want, sizeof(want), NULL, 0);
		err = msg_send(sock, MSG_ARM, NULL, 0, NULL, 0);
	}
	return err;
}

/* One that somebody stops who is not the shell. */
static int halted(int sock, void *arg, struct fault *fault)
{
	(void)arg;
	(void)fault;
	while (msg_recv(sock, &got, true) == 1 && got.kind != MSG_READY)
		msg_done(&got);
	*begun = 1;
	raise(SIGSTOP);
	return 0;
}

/* One that sends what is no message, and goes on. */
static int garbled(int sock, void *arg, struct fault *fault)
{
	(void)arg;
	(void)fault;
	signal(SIGTERM, SIG_IGN);
	while (msg_recv(sock, &got, true) == 1 && got.kind != MSG_READY)
		msg_done(&got);
	*begun = 1;
	if (write(sock, "?", 1) == 1)
		for (;;)
			pause();
	return 0;
}

/* One that has much to read and to print when it is told to end. */
static int slow(int sock, void *arg, struct fault *fault)
{
	sigset_t set;
	int signo;

	(void)arg;
	(void)fault;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (msg_recv(sock, &got, true) == 1 && got.kind != MSG_READY)
		msg_done(&got);
	*begun = 1;
	sigwait(&set, &signo);
	nanosleep(&(struct timespec){SLOW_S, 0}, NULL);
	return 0;
}

/* A tracer with that monitor, which has begun; 0: not possible here. */
static pid_t traces(int (*monitor)(int sock, void *arg, struct fault *fault))
{
	const struct tracer_config config = {.probe = "tracepoint",
		.buffer_kb = 64,
		.ever = UINT32_MAX,
		.keep_fd = -1,
		.read_fd = -1,
		.metrics_fd = -1,
		.settings_fd = -1,
		.monitor = monitor};
	struct fault fault = {0};
	struct tracing tracing;
	int status = -1;
	pid_t pid;

	if (geteuid() || tracing_open(&tracing, &fault) ||
		!tracing_exists(&tracing, "events/syscalls/sys_enter_mprotect")) {
		print_message("# needs root and syscall tracepoints\n");
		return 0;
	}
	begun = mmap(
		NULL, sizeof(*begun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(begun != MAP_FAILED);
	pid = fork();
	if (pid == 0)
		_exit(tracer_run(&config, &fault));
	while (!*begun && !waitpid(pid, &status, WNOHANG))
		nanosleep(&(struct timespec){0, 10000000}, NULL);
	return pid;
}

/* Waits for a tracer to end with that status. */
static void has_ended(pid_t pid, int wanted)
{
	int status = -1;

	for (unsigned int i = 0; i < 600 && !waitpid(pid, &status, WNOHANG); i++)
		nanosleep(&(struct timespec){0, 100000000}, NULL);
	if (!WIFEXITED(status))
		kill(pid, SIGKILL);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
}

/* The tracer is not held up by its monitor: it ends when it is told to. */
static void ends_with(int (*monitor)(int sock, void *arg, struct fault *fault), int wanted)
{
	pid_t pid = traces(monitor);
	int status;

	if (!pid)
		return;
	/* long enough to see what a monitor that stopped does to the tracer */
	nanosleep(&(struct timespec){SETTLES_MS / 1000, SETTLES_MS % 1000 * 1000000}, NULL);
	assert_int_equal(waitpid(pid, &status, WNOHANG | WUNTRACED), 0);
	kill(pid, SIGTERM);
	has_ended(pid, wanted);
}

static void test_hijacked(void **state)
{
	(void)state;
	ends_with(hijacked, 1);
}

static void test_halted(void **state)
{
	(void)state;
	ends_with(halted, 1);
}

/* Nobody has to tell it to end. */
static void test_garbled(void **state)
{
	pid_t pid = traces(garbled);

	(void)state;
	if (pid)
		has_ended(pid, 1);
}

static void test_slow(void **state)
{
	(void)state;
	ends_with(slow, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pair, close_pair)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reasons),
		TEST(test_refused),
		TEST(test_deaf),
		TEST(test_no_fixup),
		TEST(test_hijacked),
		TEST(test_halted),
		TEST(test_garbled),
		TEST(test_slow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
