/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "convert.h"
#include "base/fd.h"
#include "base/mem.h"
#include "reader/otherdat.h"
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define MEMORY_MOST RLIM_INFINITY /* its shadow is larger than any machine */
#else
#define MEMORY_MOST (2ull << 30)
#endif
#define CPU_S_MOST 600
#define FD_MOST    32

static const char start[] = "\x17\x08\x44tracing";

bool convert_needed(int fd)
{
	char bytes[sizeof(start) + 1];

	/* the version stands behind the magic */
	return otherdat_can() && pread(fd, bytes, sizeof(bytes), 0) == sizeof(bytes) &&
	       !memcmp(bytes, start, sizeof(start) - 1) &&
	       memcmp(bytes + sizeof(start) - 1, "6", 2);
}

static void limit(int resource, rlim_t most)
{
	struct rlimit now, l = {most, most};

	if (!getrlimit(resource, &now) && now.rlim_max < most)
		l.rlim_max = l.rlim_cur = now.rlim_max;
	setrlimit(resource, &l);
}

static void child(int from, int to, int alive)
{
	const int keep[] = {from, to, alive};
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < 3 && null >= 0; i++)
		dup2(null, i);
	fd_close_others(keep, ARRAY_SIZE(keep));
	limit(RLIMIT_AS, MEMORY_MOST);
	limit(RLIMIT_CPU, CPU_S_MOST);
	limit(RLIMIT_FSIZE, SPOOL_MOST);
	limit(RLIMIT_NOFILE, FD_MOST);
	limit(RLIMIT_CORE, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	lseek(from, 0, SEEK_SET);
	_exit(otherdat_copy(from, to) ? 1 : 0);
}

static int told(int status, const char *name, struct fault *fault)
{
	char object[256];

	snprintf(object, sizeof(object), "%.200s, byte 0", name);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return fault_set(fault, 0, object, "record less, or with --file-version 6",
			"the recording takes too long to be converted");
	if (WIFSIGNALED(status))
		return fault_set(fault, 0, object, "record or copy it again",
			"the recording is damaged: what converts it ended by signal %d",
			WTERMSIG(status));
	return fault_set(fault, 0, object, "record or copy it again",
		"the recording is damaged: it cannot be converted from its version");
}

/* Until the process has ended, or the end was asked for. */
static int await(pid_t pid, int alive, int stop, const char *name, struct fault *fault)
{
	struct pollfd fds[] = {{alive, POLLIN, 0}, {stop, POLLIN, 0}};
	int status = 0;

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (!fds[0].revents)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!fds[0].revents)
		return fault_set(fault, EINTR, name, "", "cannot read the recording");
	return told(status, name, fault);
}

int convert_file(int fd, int stop, const char *name, struct fault *fault)
{
	int to = spool_open(fault), pair[2], err;
	pid_t pid;

	if (to < 0)
		return to;
	if (pipe2(pair, O_CLOEXEC)) {
		close(to);
		return fault_set(fault, errno, name, "", "cannot convert the recording");
	}
	pid = fork();
	if (!pid)
		child(fd, to, pair[1]);
	close(pair[1]);
	if (pid < 0)
		err = fault_set(fault, errno, name, "raise the limit of processes",
			"cannot convert the recording");
	else
		err = await(pid, pair[0], stop, name, fault);
	close(pair[0]);
	if (!err)
		return to;
	close(to);
	return err;
}
