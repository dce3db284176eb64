/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* O_PATH */
#endif
#include "reader/proc.h"
#include "base/mem.h"
#include "base/num.h"
#include "reader/proc_text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC UINT64_C(1000000000)
#define TEXT_SIZE    4096

/* A directory that is read in small steps. */
struct walk {
	int fd; /* -1: none */
	size_t pos, len;
	_Alignas(8) char entries[1024];
};

struct proc_reader {
	int root;
	uint64_t tick_ns;
	struct suspend suspend;
	uint64_t told_ns; /* of suspend.ahead_ns, by proc_suspended() */
	struct walk procs, tasks;
	struct event leader; /* of the process whose tasks are walked */
	uint32_t wants;
	uint64_t text_ns; /* when the texts were read */
	uint32_t text_pid;
	uint64_t text_start_ns;
	struct text {
		size_t len;
		char bytes[TEXT_SIZE];
	} texts[TOLD_NR];
};

/* What the kernel gives for SYS_getdents64, linux/dirent.h. */
struct entry {
	uint64_t ino;
	int64_t off;
	uint16_t len;
	uint8_t type;
	char name[];
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts = {0};

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

struct proc_reader *proc_open(const char *root, struct fault *fault)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct proc_reader *proc;
	long ticks = sysconf(_SC_CLK_TCK);

	if (fd < 0) {
		fault_set(fault, errno, root, "mount it", "cannot open the process list");
		return NULL;
	}
	proc = mem_new(1, sizeof(*proc));
	proc->root = fd;
	proc->procs.fd = proc->tasks.fd = -1;
	proc->tick_ns = NSEC_PER_SEC / (ticks > 0 ? ticks : 100);
	proc_clock(proc, clock_gettime);
	return proc;
}

static void walk_end(struct walk *walk)
{
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = -1;
	walk->pos = walk->len = 0;
}

void proc_close(struct proc_reader *proc)
{
	if (!proc)
		return;
	walk_end(&proc->procs);
	walk_end(&proc->tasks);
	close(proc->root);
	suspend_done(&proc->suspend);
	free(proc);
}

void proc_clock(struct proc_reader *proc, suspend_clock clock)
{
	suspend_begin(&proc->suspend, clock);
	proc->told_ns = proc->suspend.ahead_ns;
}

uint64_t proc_suspended(struct proc_reader *proc)
{
	uint64_t told_ns = proc->told_ns;

	suspend_look(&proc->suspend);
	proc->told_ns = proc->suspend.ahead_ns;
	return proc->told_ns - told_ns;
}

/* Reads the beginning of a file; terminates it. Returns its length, 0 where it cannot be read. */
static size_t proc_read(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	size_t len = 0;
	ssize_t got = 0;

	if (fd < 0)
		return 0;
	while (len < size - 1 && (got = read(fd, text + len, size - 1 - len)) > 0)
		len += got;
	close(fd);
	text[len] = '\0';
	return got < 0 ? 0 : len;
}

static bool proc_read_stat(int dir, const char *name, struct proc_stat *line)
{
	char text[1024];
	size_t len = proc_read(dir, name, text, sizeof(text));

	return len && proc_stat_parse(text, len, line);
}

static bool proc_read_status(int dir, uint32_t *tgid, uint32_t *uid)
{
	char text[1024];

	return proc_read(dir, "status", text, sizeof(text)) && proc_status_parse(text, tgid, uid);
}

static uint64_t proc_start_ns(struct proc_reader *proc, uint64_t ticks)
{
	uint64_t ns;

	if (__builtin_mul_overflow(ticks, proc->tick_ns, &ns))
		return 0;
	/* one that has just begun may have done so after a suspend */
	suspend_look(&proc->suspend);
	return suspend_monotonic(&proc->suspend, ns);
}

static int proc_dir(const struct proc_reader *proc, uint32_t tid)
{
	char name[16];

	snprintf(name, sizeof(name), "%" PRIu32, tid);
	return openat(proc->root, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static void proc_read_texts(
	struct proc_reader *proc, int dir, uint32_t pid, const struct event *event)
{
	struct text *text = proc->texts;

	proc->text_pid = pid;
	proc->text_start_ns = event->u.ident.start_ns;
	proc->text_ns = clock_ns(CLOCK_MONOTONIC);
	text[TOLD_CMDLINE].len = text[TOLD_CGROUP].len = 0;
	if (proc->wants & fact_mask("cmdline")) {
		char *bytes = text[TOLD_CMDLINE].bytes;

		text[TOLD_CMDLINE].len =
			proc_words_join(bytes, proc_read(dir, "cmdline", bytes, TEXT_SIZE));
	}
	if (proc->wants & fact_mask("cgroup"))
		text[TOLD_CGROUP].len =
			proc_read(dir, "cgroup", text[TOLD_CGROUP].bytes, TEXT_SIZE);
}

/* The whole through one directory, so that it is of one task even if its id is reused. */
static bool proc_read_task(struct proc_reader *proc, int dir, uint32_t tid, uint64_t now_ns,
	struct event *event, struct proc_stat *line)
{
	uint32_t tgid, uid;

	if (!proc_read_stat(dir, "stat", line) || !proc_read_status(dir, &tgid, &uid))
		return false;
	*event = (struct event){.ts_ns = now_ns, .tid = tid, .kind = EVENT_IDENT};
	event->u.ident.tid = tid;
	event->u.ident.tgid = tgid;
	event->u.ident.ppid = line->ppid;
	event->u.ident.uid = uid;
	event->u.ident.start_ns = proc_start_ns(proc, line->start_ticks);
	memcpy(event->u.ident.comm, line->comm, sizeof(line->comm));
	if (proc->wants && tgid == tid)
		proc_read_texts(proc, dir, tid, event);
	return true;
}

static bool proc_read_id(
	struct proc_reader *proc, uint32_t tid, uint64_t now_ns, struct event *event)
{
	int dir = proc_dir(proc, tid);
	struct proc_stat line;
	bool good;

	if (dir < 0)
		return false;
	good = proc_read_task(proc, dir, tid, now_ns, event, &line);
	close(dir);
	return good;
}

/* A thread's event tells of its process but for the name. */
static void proc_thread(const struct event *leader, uint32_t tid, const char comm[EVENT_COMM_LEN],
	struct event *event)
{
	*event = *leader;
	event->tid = tid;
	event->u.ident.tid = tid;
	memcpy(event->u.ident.comm, comm, EVENT_COMM_LEN);
}

void proc_want(struct proc_reader *proc, uint32_t wants)
{
	proc->wants = wants & (fact_told() & ~fact_mask("exe"));
}

int proc_texts(const struct proc_reader *proc, struct told out[TOLD_NR])
{
	int nr = 0;

	for (unsigned int i = 0; i < TOLD_NR; i++)
		if (proc->texts[i].len)
			out[nr++] = (struct told){proc->text_ns, proc->text_start_ns,
				proc->text_pid, i, proc->texts[i].bytes, proc->texts[i].len};
	return nr;
}

uint64_t proc_start(struct proc_reader *proc, uint32_t pid)
{
	struct proc_stat line;
	int dir = proc_dir(proc, pid);
	bool good;

	if (dir < 0)
		return 0;
	good = proc_read_stat(dir, "stat", &line);
	close(dir);
	return good ? proc_start_ns(proc, line.start_ticks) : 0;
}

int proc_identify(struct proc_reader *proc, uint32_t tid, uint64_t now_ns, struct event out[2])
{
	struct event task;

	if (!proc_read_id(proc, tid, now_ns, &task))
		return 0;
	out[0] = task;
	if (task.u.ident.tgid == tid)
		return 1;
	if (!proc_read_id(proc, task.u.ident.tgid, now_ns, &out[0]) ||
		out[0].u.ident.tgid != task.u.ident.tgid)
		return 0;
	proc_thread(&out[0], tid, task.u.ident.comm, &out[1]);
	return 2;
}

/* The next entry that is a number; 0: no more. */
static uint32_t walk_next(struct walk *walk)
{
	for (;;) {
		const struct entry *entry = (const void *)(walk->entries + walk->pos);
		uint64_t id;

		if (walk->pos >= walk->len) {
			long len = syscall(
				SYS_getdents64, walk->fd, walk->entries, sizeof(walk->entries));

			walk->pos = 0;
			walk->len = len > 0 ? len : 0;
			if (len <= 0)
				return 0;
			continue;
		}
		walk->pos += entry->len;
		if (!num_u64(entry->name, 1, INT32_MAX, &id))
			return id;
	}
}

static void walk_task(struct proc_reader *proc, uint32_t tid,
	void (*feed)(const struct event *event, void *arg), void *arg)
{
	struct proc_stat line;
	struct event event;
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	char name[24];

	if (tid == proc->leader.u.ident.tgid)
		return;
	snprintf(name, sizeof(name), "%" PRIu32 "/stat", tid);
	if (!proc_read_stat(proc->tasks.fd, name, &line) || line.ended)
		return;
	proc_thread(&proc->leader, tid, line.comm, &event);
	event.ts_ns = now_ns;
	feed(&event, arg);
}

static void walk_process(struct proc_reader *proc, uint32_t pid,
	void (*feed)(const struct event *event, void *arg), void *arg)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	int dir = proc_dir(proc, pid);
	struct proc_stat line;

	if (dir < 0)
		return;
	/* of what has ended nobody would tell the end: that was before */
	if (proc_read_task(proc, dir, pid, now_ns, &proc->leader, &line) &&
		proc->leader.u.ident.tgid == pid && !(line.ended && line.nr_threads <= 1)) {
		feed(&proc->leader, arg);
		if (line.nr_threads > 1)
			proc->tasks.fd = openat(
				dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	}
	close(dir);
}

int proc_scan(struct proc_reader *proc, unsigned int budget,
	void (*feed)(const struct event *event, void *arg), void *arg)
{
	uint32_t id;

	if (proc->procs.fd < 0)
		proc->procs.fd = openat(proc->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc->procs.fd < 0)
		return 0;
	while (budget--) {
		if (proc->tasks.fd >= 0) {
			id = walk_next(&proc->tasks);
			if (id)
				walk_task(proc, id, feed, arg);
			else
				walk_end(&proc->tasks);
			continue;
		}
		id = walk_next(&proc->procs);
		if (!id) {
			walk_end(&proc->procs);
			return 0;
		}
		walk_process(proc, id, feed, arg);
	}
	return 1;
}
