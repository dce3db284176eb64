/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/guard.h"
#include "base/fd.h"
#include "base/msg.h"
#include "tracer/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GUARD_NAME    "mptop-guard" /* killall mprottop spares it */
#define CLEAN_TRIES   1200          /* a minute, should a monitor hang */
#define CLEAN_WAIT_NS 50000000L

/* Nothing of the caller's may stay open: a pipe to it would keep its reader waiting. */
static void leave_all(int keep)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	fd_close_others(&keep, 1);
	if (chdir("/"))
		return;
}

static void guard_clean(const char *dir, const char *run)
{
	const struct timespec wait = {0, CLEAN_WAIT_NS};

	/* the monitor ends by itself, and until then holds the lock and descriptors */
	for (int i = 0; i < CLEAN_TRIES && cleanup_left(dir, run); i++) {
		cleanup_run(dir, run, NULL);
		nanosleep(&wait, NULL);
	}
}

static void guard_main(int sock, const char *dir, const char *run)
{
	sigset_t all;
	char word = 0;
	ssize_t n;

	setsid();
	prctl(PR_SET_NAME, GUARD_NAME);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	leave_all(sock);
	if (write(sock, "r", 1) != 1)
		_exit(1);
	do
		n = read(sock, &word, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		guard_clean(dir, run);
	_exit(0);
}

int guard_start(struct guard *guard, const char *dir, const char *run, struct fault *fault)
{
	int pair[2], err = msg_pair(pair);
	pid_t between;

	*guard = (struct guard){-1, 0};
	if (err)
		return fault_set(fault, -err, "socketpair", "raise the limit of open files",
			"cannot start the guard");
	between = fork();
	if (between == 0) {
		pid_t pid = fork();

		if (pid == 0) {
			close(pair[0]);
			guard_main(pair[1], dir, run);
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
			guard->pid = *(pid_t *)(void *)packet;
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
