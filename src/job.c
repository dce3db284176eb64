/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "job.h"
#include "base/mem.h"

#include <signal.h>
#include <unistd.h>

#define FRONT_TRIES 1000 /* an orphaned job is not stopped: it goes on, as it is */

void job_stop(int signo)
{
	struct sigaction act = {.sa_handler = SIG_DFL}, old;
	sigset_t set, mask;

	sigemptyset(&set);
	sigaddset(&set, signo);
	sigaction(signo, &act, &old);
	raise(signo);
	sigprocmask(SIG_UNBLOCK, &set, &mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(signo, &old, NULL);
}

static bool in_background(void)
{
	pid_t job = tcgetpgrp(STDOUT_FILENO);

	return job >= 0 && job != getpgrp();
}

bool job_end_pending(void)
{
	static const int ends[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
	sigset_t set;

	sigpending(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (sigismember(&set, ends[i]))
			return true;
	return false;
}

void job_wait_foreground(void)
{
	for (int i = 0; i < FRONT_TRIES && in_background() && !job_end_pending(); i++)
		job_stop(SIGTTOU);
}
