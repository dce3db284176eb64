/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "convert.h"
#include "base/fd.h"
#include "base/mem.h"
#include "reader/otherdat.h"
#include "spool.h"
#include "tracer/box.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#define MEMORY_MOST RLIM_INFINITY /* its shadow is larger than any machine */
#else
#define MEMORY_MOST (2ull << 30)
#endif
#define CPU_S_MOST 600
#define FD_MOST    32 /* the library keeps none for a CPU: it takes their pages apart in memory */

#define STATUS_NO_BOX 2

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

static void shut_in(pid_t parent)
{
	struct fault fault = {0};

	limit(RLIMIT_AS, MEMORY_MOST);
	limit(RLIMIT_CPU, CPU_S_MOST);
	limit(RLIMIT_FSIZE, SPOOL_MOST);
	limit(RLIMIT_NOFILE, FD_MOST);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || box_enter(BOX_CONVERT, -1, 0, &fault))
		_exit(STATUS_NO_BOX);
}

static void child(const struct convert *c, int from, int go, int alive, pid_t parent)
{
	const int keep[] = {from, c->to, go, alive};
	int null = open("/dev/null", O_RDWR);
	sigset_t none;
	char byte;

	for (int i = 0; i < 3 && null >= 0; i++)
		dup2(null, i);
	fd_close_others(keep, ARRAY_SIZE(keep));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	shut_in(parent);
	if (read(go, &byte, 1) != 1)
		_exit(0);
	lseek(from, 0, SEEK_SET);
	_exit(otherdat_copy(from, c->to) ? 1 : 0);
}

static int told(int status, const char *name, struct fault *fault)
{
	char object[256];

	snprintf(object, sizeof(object), "%.200s, byte 0", name);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NO_BOX)
		return fault_set(fault, 0, object, "convert it with trace-cmd",
			"the process that converts the recording cannot be shut in");
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

/* Until the process has ended, or the end was asked for: then it ends with this one. */
static int await(const struct convert *c, int stop, const char *name, struct fault *fault)
{
	struct pollfd fds[] = {{c->alive, POLLIN, 0}, {stop, POLLIN, 0}};
	int status = 0;

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	if (!fds[0].revents)
		return fault_set(fault, EINTR, name, "", "cannot read the recording");
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	return told(status, name, fault);
}

static int start_child(struct convert *c, int from, struct fault *fault)
{
	int go[2], alive[2];
	pid_t parent = getpid();

	c->to = spool_open(fault);
	if (c->to < 0)
		return c->to;
	if (pipe2(go, O_CLOEXEC) || pipe2(alive, O_CLOEXEC))
		return fault_set(fault, errno, "pipe", "raise the limit of open files",
			"cannot convert the recording");
	c->pid = fork();
	if (!c->pid)
		child(c, from, go[0], alive[1], parent);
	close(go[0]);
	close(alive[1]);
	c->go = go[1];
	c->alive = alive[0];
	if (c->pid > 0)
		return 0;
	c->pid = 0;
	return fault_set(fault, errno, "fork", "raise the limit of processes",
		"cannot convert the recording");
}

int convert_prepare(struct convert *c, int fd, struct fault *fault)
{
	struct stat st;

	*c = (struct convert){
		.piped = !fstat(fd, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)};
	if (c->piped && (c->spool = spool_open(fault)) < 0)
		return c->spool;
	/* what comes through a pipe is not known yet */
	if (c->piped ? !otherdat_can() : !convert_needed(fd))
		return 0;
	return start_child(c, c->piped ? c->spool : fd, fault);
}

static int convert(const struct convert *c, int fd, int stop, const char *name, struct fault *fault)
{
	if (!convert_needed(fd))
		return 0;
	/* EPIPE: it has ended, and its status says why */
	if (write(c->go, "g", 1) != 1 && errno != EPIPE)
		return fault_set(fault, errno, name, "", "cannot convert the recording");
	return await(c, stop, name, fault);
}

static int converted(struct convert *c, int fd, int stop, const char *name, struct fault *fault)
{
	bool needed = convert_needed(fd);
	int err = convert(c, fd, stop, name, fault);

	if (!err && needed)
		dup2(c->to, fd);
	/* what is not needed ends by that */
	close(c->go);
	close(c->alive);
	close(c->to);
	if (!needed)
		waitpid(c->pid, NULL, 0);
	c->pid = 0;
	return err;
}

int convert_open(struct convert *c, int fd, int stop, const char *name, struct fault *fault)
{
	int err;

	if (c->piped) {
		err = spool_read(fd, c->spool, stop, name, fault);
		if (err)
			return err;
		dup2(c->spool, fd);
		close(c->spool);
		c->piped = false;
	}
	return c->pid ? converted(c, fd, stop, name, fault) : 0;
}
