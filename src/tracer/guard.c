/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/guard.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "tracer/cleanup.h"
#include "tracer/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GUARD_NAME    "mptop-guard" /* killall mprottop spares it */
#define MONITOR_TRIES 15            /* times the wait */
#define HOLDER_TRIES  30            /* between two looks for what holds an instance */
#define CLEAN_TRIES   1200
#define CLEAN_WAIT_NS 50000000L
#define AGAIN_MS      1000

/* Nothing of the caller's may stay open: a pipe to it would keep its reader waiting. */
static void leave_all(int sock, const struct kprobes *kprobes)
{
	const int keep[] = {sock, kprobes->list, kprobes->change};
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	fd_close_others(keep, ARRAY_SIZE(keep));
	if (chdir("/"))
		return;
}

/* What the monitor does when it can: it may be blocked in a write. */
static void stop_recording(const char *dir, const char *run)
{
	for (int side = 0; side < 2; side++) {
		char path[512];
		int fd;

		snprintf(path, sizeof(path), "%s/instances/%s%s/tracing_on", dir, run,
			side ? "_side" : "");
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		/* gone already: as it should be */
		if (write(fd, "0", 1) < 0 && errno == EBADF)
			break;
		close(fd);
	}
}

/* The monitor ends by itself; one that does not holds descriptors, and nothing can be removed. */
static void guard_clean(const struct tracing *tracing, pid_t monitor, const char *name)
{
	const struct timespec wait = {0, CLEAN_WAIT_NS};
	const char *dir = tracing->dir, *run = tracing->run;
	char now[64];

	stop_recording(dir, run);
	for (int i = 0; i < CLEAN_TRIES && cleanup_left(dir, &tracing->kprobes, run); i++) {
		if (i == MONITOR_TRIES && monitor > 0 &&
			!tracing_run_name(monitor, now, sizeof(now)) && !strcmp(now, name))
			kill(monitor, SIGKILL);
		if (i % HOLDER_TRIES == HOLDER_TRIES - 1)
			cleanup_end_holders(dir, run);
		cleanup_with(dir, &tracing->kprobes, run, NULL);
		nanosleep(&wait, NULL);
	}
}

static void guard_main(int sock, const struct tracing *tracing)
{
	char name[64] = "";
	pid_t monitor = 0, word;
	sigset_t all;
	ssize_t n;

	setsid();
	prctl(PR_SET_NAME, GUARD_NAME);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	leave_all(sock, &tracing->kprobes);
	if (write(sock, "r", 1) != 1)
		_exit(1);
	while ((n = read(sock, &word, sizeof(word))) == sizeof(word) || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		monitor = word;
		if (tracing_run_name(monitor, name, sizeof(name)))
			monitor = 0;
	}
	/* one byte: all is done; the end of the file: the tracer is gone */
	if (n != 1)
		guard_clean(tracing, monitor, name);
	_exit(0);
}

int guard_start(struct guard *guard, const struct tracing *tracing, struct fault *fault)
{
	int pair[2], err = msg_pair(pair);
	pid_t between;

	*guard = (struct guard){.sock = -1};
	if (err)
		return fault_set(fault, -err, "socketpair", "raise the limit of open files",
			"cannot start the guard");
	between = fork();
	if (between == 0) {
		pid_t pid = fork();

		if (pid == 0) {
			close(pair[0]);
			guard_main(pair[1], tracing);
		}
		if (write(pair[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		_exit(0);
	}
	close(pair[1]);
	if (between > 0)
		waitpid(between, NULL, 0);
	guard->sock = pair[0];
	/* two packets, in whichever order: the pid, and the guard's word that it is ready */
	for (int i = 0; i < 2 && between > 0; i++) {
		char packet[8];
		ssize_t n = read(pair[0], packet, sizeof(packet));

		if (n == sizeof(pid_t))
			memcpy(&guard->pid, packet, sizeof(guard->pid));
		else if (n != 1)
			break;
	}
	if (guard->pid > 0)
		return 0;
	close(pair[0]);
	guard->sock = -1;
	return fault_set(
		fault, EAGAIN, "fork", "raise the limit of processes", "cannot start the guard");
}

void guard_monitor(struct guard *guard, pid_t monitor)
{
	guard->monitor = monitor;
	/* a guard that is gone is no reason to end */
	if (guard->sock >= 0)
		send(guard->sock, &monitor, sizeof(monitor), MSG_NOSIGNAL);
}

void guard_again(struct guard *guard, const struct tracing *tracing, int64_t now_ms)
{
	struct guard next;

	if (guard->sock >= 0)
		close(guard->sock);
	guard->sock = -1;
	if (now_ms < guard->again_ms)
		return;
	guard_start(&next, tracing, NULL);
	guard_monitor(&next, guard->monitor);
	*guard = next;
	guard->again_ms = now_ms + AGAIN_MS;
}

int64_t guard_due_ms(const struct guard *guard, int64_t now_ms)
{
	if (guard->sock >= 0 || !guard->again_ms)
		return -1;
	return now_ms < guard->again_ms ? guard->again_ms - now_ms : 0;
}

void guard_stop(struct guard *guard)
{
	char word;

	if (guard->sock < 0)
		return;
	if (write(guard->sock, "d", 1) == 1)
		while (read(guard->sock, &word, 1) < 0 && errno == EINTR)
			;
	close(guard->sock);
	guard->sock = -1;
}
