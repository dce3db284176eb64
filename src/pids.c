/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "monitor.h"

#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int monitor_pid_digits(void)
{
	FILE *f = fopen("/proc/sys/kernel/pid_max", "re");
	int most = 4194304, digits = 0;

	if (f && fscanf(f, "%d", &most) != 1)
		most = 4194304;
	if (f)
		fclose(f);
	for (most--; most > 0; most /= 10)
		digits++;
	return digits;
}

static int pid_open(uint32_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	errno = ENOSYS;
	return -1;
#endif
}

/* A thread's number is not a process: say whose it is. */
static void tell_gone(struct monitor *m, uint32_t pid)
{
	struct notice notice = {.cause = "pid_gone", .text = "no such process"};
	struct event ident[2];
	int nr = proc_identify(m->proc, pid, monitor_now_ns(m), ident);

	snprintf(notice.object, sizeof(notice.object), "pid %u", pid);
	snprintf(notice.remedy, sizeof(notice.remedy), "the others are watched");
	if (nr == 2) {
		snprintf(notice.text, sizeof(notice.text), "that is a thread, not a process");
		snprintf(notice.remedy, sizeof(notice.remedy), "use its process, %u",
			ident[0].u.ident.tid);
	}
	monitor_notice(m, &notice);
}

bool monitor_is_there(struct monitor *m, uint32_t pid)
{
	struct event ident[2];

	return proc_identify(m->proc, pid, 0, ident) == 1;
}

int monitor_watch_pids(struct monitor *m, struct fault *fault)
{
	const struct options *o = m->config->options;
	char text[64];

	m->watched = mem_new(o->nr_pids, sizeof(*m->watched));
	m->polled = mem_new(o->nr_pids + LOOP_FDS + source_streams(m->source), sizeof(*m->polled));
	m->nr_watched = o->nr_pids;
	for (unsigned int i = 0; i < o->nr_pids; i++) {
		struct watched *w = &m->watched[i];

		*w = (struct watched){o->pids[i], pid_open(o->pids[i]), false};
		w->gone = w->fd < 0 && !monitor_is_there(m, w->pid);
		m->nr_alive += !w->gone;
	}
	if (o->nr_pids && !m->nr_alive) {
		snprintf(text, sizeof(text), "%u%s", o->pids[0], o->nr_pids > 1 ? ", …" : "");
		return fault_set(fault, ESRCH, text, "name a process that runs (ps -e)",
			"no process of --pid is there");
	}
	return 0;
}

void monitor_tell_pids(struct monitor *m)
{
	for (unsigned int i = 0; i < m->nr_watched; i++)
		if (m->watched[i].gone)
			tell_gone(m, m->watched[i].pid);
}
