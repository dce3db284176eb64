/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/tracing.h"
#include "base/mem.h"
#include "tracer/holder.h"
#include "tracer/refusal.h"
#include "tracer/why.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#define BUSY_TRIES   200
#define BUSY_WAIT_NS 10000000L
#define END_TRIES    20 /* of them before what holds an instance is ended */
#define MAKE_TRIES   3
#define LOCK_TRIES   100

static void undo_push(struct tracing *tracing, int (*step)(struct tracing *, const struct undo *),
	const char *name, int fd, unsigned int which)
{
	size_t n = tracing->nr_undos++;

	tracing->undos = mem_resize(tracing->undos, tracing->nr_undos, sizeof(*tracing->undos));
	tracing->undos[n] = (struct undo){step, mem_strdup(name), fd, which, NULL};
}

int tracing_run_name(pid_t pid, char *text, size_t size)
{
	char path[64], stat[1024], *end;
	unsigned long long start;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[len > 0 ? len : 0] = '\0';
	/* the name may hold ')': the last one ends it */
	end = strrchr(stat, ')');
	if (!end || sscanf(end + 1,
			    "%*s %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
			    "%*d %*d %*d %*d %llu",
			    &start) != 1)
		return -ESRCH;
	/* a zombie holds nothing any more */
	if (end[2] == 'Z' || end[2] == 'X')
		return -ESRCH;
	snprintf(text, size, TRACING_PREFIX "%d_%llu", pid, start);
	return 0;
}

static const char *const suffixes[TRACING_NR] = {
	[TRACING_COUNTED] = "", [TRACING_SIDE] = "_side", [TRACING_CAL] = "_cal"};

const char *tracing_suffix(unsigned int which)
{
	assert(which < TRACING_NR);
	return suffixes[which];
}

static bool is_suffix(const char *text)
{
	for (unsigned int i = 0; i < TRACING_NR; i++)
		if (suffixes[i] && !strcmp(text, suffixes[i]))
			return true;
	return false;
}

bool tracing_run_dead(const char *name)
{
	char now[48], pid[11];
	int err, end = 0;
	size_t len;

	/* no name but those that we give: no blank, no sign, nothing that wraps */
	if (sscanf(name, TRACING_PREFIX "%10[0-9]_%*20[0-9]%n", pid, &end) != 1 || !end ||
		!is_suffix(name + end) || strtoul(pid, NULL, 10) - 1 >= INT_MAX)
		return false;
	err = tracing_run_name((pid_t)strtoul(pid, NULL, 10), now, sizeof(now));
	if (err)
		return err == -ESRCH || err == -ENOENT;
	len = strlen(now);
	return strncmp(name, now, len) || (name[len] && name[len] != '_');
}

int tracing_open(struct tracing *tracing, struct fault *fault)
{
	int err;

	*tracing = (struct tracing)TRACING_NONE;
	err = why_tracefs(tracing->dir, sizeof(tracing->dir), fault);
	if (err)
		return err;
	/* else the library would mount tracefs itself */
	if (tracefs_set_tracing_dir(tracing->dir))
		return fault_set(fault, ENOMEM, tracing->dir, "", "cannot use tracefs");
	err = tracing_run_name(getpid(), tracing->run, sizeof(tracing->run));
	if (err)
		return fault_set(fault, -err, "/proc/self/stat", "mount /proc",
			"cannot read the own start time");
	kprobes_open(&tracing->kprobes, tracing->dir);
	return 0;
}

static struct tracefs_instance *instance_of(const struct tracing *tracing, unsigned int which)
{
	return which == TRACING_TOP ? NULL : tracing->instances[which];
}

int tracing_file(const struct tracing *tracing, unsigned int which, const char *file, int flags)
{
	int fd = tracefs_instance_file_open(instance_of(tracing, which), file, flags | O_CLOEXEC);

	if (fd < 0)
		return errno ? -errno : -EIO;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

ssize_t tracing_text(const struct tracing *tracing, unsigned int which, const char *file,
	char *text, size_t size)
{
	int fd = tracing_file(tracing, which, file, O_RDONLY);
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		return fd;
	while (len < size - 1 && (n = read(fd, text + len, size - 1 - len)) > 0)
		len += n;
	n = n < 0 ? -errno : (ssize_t)len;
	close(fd);
	text[len] = '\0';
	return n;
}

bool tracing_exists(const struct tracing *tracing, const char *file)
{
	char path[512];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", tracing->dir, file);
	return !stat(path, &st);
}

static void busy_wait(void)
{
	nanosleep(&(const struct timespec){0, BUSY_WAIT_NS}, NULL);
}

/* The lock goes with it: until then other runs see that this one lives. */
static void release(struct tracing *tracing, unsigned int which)
{
	if (!tracing->instances[which])
		return;
	if (tracing->locks[which] >= 0)
		close(tracing->locks[which]);
	tracing->locks[which] = -1;
	tracefs_instance_free(tracing->instances[which]);
	tracing->instances[which] = NULL;
}

/* Descriptors of a process that just died may still be closing: wait for them, bounded. */
static int undo_instance(struct tracing *tracing, const struct undo *undo)
{
	struct holder holder;
	int err = 0;

	release(tracing, undo->which);
	for (int i = 0; i < BUSY_TRIES; i++) {
		err = rmdir(undo->name) ? errno : 0;
		if (err != EBUSY)
			break;
		if (i == END_TRIES)
			holder_find(undo->name, true, &holder);
		busy_wait();
	}
	return err && err != ENOENT ? -err : 0;
}

static int undo_kprobe(struct tracing *tracing, const struct undo *undo)
{
	int err = 0;

	for (int i = 0; i < BUSY_TRIES; i++) {
		err = kprobes_remove(&tracing->kprobes, undo->name);
		if (err != -EBUSY)
			break;
		busy_wait();
	}
	return err == -ENOENT ? 0 : err;
}

static int undo_enable(struct tracing *tracing, const struct undo *undo)
{
	int err = write(undo->fd, "0", 1) < 0 ? -errno : 0;

	(void)tracing;
	/* or the kernel does not remove the instance */
	close(undo->fd);
	return err == -ENODEV || err == -EBADF ? 0 : err;
}

int tracing_set(struct tracing *tracing, unsigned int which, const char *file, const char *value,
	const char *expect, struct fault *fault)
{
	char path[400], text[1024];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/instances/%s%s/%s", tracing->dir, tracing->run,
		tracing_suffix(which), file);
	if (tracefs_instance_file_write(tracing->instances[which], file, value) < 0)
		return fault_set(fault, errno, path, "see the kernel log", "cannot set %s", value);
	len = tracing_text(tracing, which, file, text, sizeof(text));
	if (len < 0 || !strstr(text, expect))
		return fault_set(fault, len < 0 ? -len : EINVAL, path,
			"another program may have changed it; try again",
			"the kernel did not keep the setting %s", value);
	return 0;
}

static int get_buffer(struct tracing *tracing, unsigned int which, size_t *kb)
{
	char text[64] = "";
	ssize_t len = tracing_text(tracing, which, "buffer_size_kb", text, sizeof(text));

	/* "X" where CPUs differ */
	return len < 0 ? (int)len : sscanf(text, "%zu", kb) == 1 ? 0 : -EINVAL;
}

static int set_buffer(
	struct tracing *tracing, unsigned int which, size_t kb, size_t *got_kb, struct fault *fault)
{
	char value[32];
	int err;

	/* each new size makes the kernel wait for all of its readers: 15 ms */
	if (which != TRACING_COUNTED && !get_buffer(tracing, which, got_kb) && *got_kb >= kb &&
		*got_kb <= 2 * kb)
		return 0;
	snprintf(value, sizeof(value), "%zu", kb);
	if (tracefs_instance_file_write(tracing->instances[which], "buffer_size_kb", value) < 0)
		return fault_set(fault, errno, "buffer_size_kb", "take a smaller --buffer-size",
			"cannot have a buffer of %zu KiB per CPU", kb);
	err = get_buffer(tracing, which, got_kb);
	/* the kernel rounds up to whole sub-buffers */
	if (err || *got_kb < kb)
		return fault_set(fault, err ? -err : EINVAL, "buffer_size_kb",
			"take a smaller --buffer-size",
			"the kernel did not keep the buffer size %zu KiB", kb);
	return 0;
}

static int set_knobs(struct tracing *tracing, unsigned int which, size_t buffer_kb, size_t *got_kb,
	struct fault *fault)
{
	static const struct {
		const char *file, *value, *expect;
		bool needed;
		bool counted; /* in that instance alone */
	} knobs[] = {
		{"trace_clock", "mono", "[mono]", true, false},
		{"options/overwrite", "1", "1", true, false},
		/* since 6.8: fewer reads for the same events; 15 ms to set */
		{"buffer_subbuf_size_kb", "64", "64", false, true},
		/* what a new instance takes over from the top level and nobody reads; not each
		   kernel has options/record-cmd in an instance */
		{"trace_options", "norecord-cmd", "norecord-cmd", false, false},
		{"trace_options", "norecord-tgid", "norecord-tgid", false, false},
		/* who waits at an empty buffer waits for its first event */
		{"buffer_percent", "0", "0\n", false, false},
		{"options/disable_on_free", "1", "1", false, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(knobs); i++) {
		int err;

		if (knobs[i].counted && which != TRACING_COUNTED)
			continue;
		err = tracing_set(tracing, which, knobs[i].file, knobs[i].value, knobs[i].expect,
			knobs[i].needed ? fault : NULL);
		if (err && knobs[i].needed)
			return err;
	}
	return set_buffer(tracing, which, buffer_kb, got_kb, fault);
}

/* Another run's clean-up locks it for a moment, to see whether it is free. */
static int lock_instance(int fd)
{
	int err = 0;

	for (int i = 0; i < LOCK_TRIES; i++) {
		err = flock(fd, LOCK_EX | LOCK_NB) ? errno : 0;
		if (err != EWOULDBLOCK)
			break;
		busy_wait();
	}
	return -err;
}

/* Before its lock is taken nothing tells a clean-up in another pid namespace that we live, and it
 * may remove what was just made; once a file of it is open, it cannot. */
static int make_instance(
	struct tracing *tracing, unsigned int which, const char *path, struct fault *fault)
{
	const char *name = strrchr(path, '/') + 1;
	int err = -ENOENT;

	for (int i = 0; i < MAKE_TRIES && err == -ENOENT; i++) {
		release(tracing, which);
		errno = 0;
		tracing->instances[which] = tracefs_instance_create(name);
		if (!tracing->instances[which])
			return fault_set(fault, errno ? errno : EIO, path,
				errno == ENOMEM ? "free memory" : TRACING_REMEDY,
				"cannot make a tracing instance");
		if (!tracefs_instance_is_new(tracing->instances[which]))
			return fault_set(fault, EEXIST, path, "run mprottop --cleanup",
				"the tracing instance was there already");
		err = tracing_file(tracing, which, TRACING_LOCK, O_RDWR);
	}
	if (err >= 0) {
		tracing->locks[which] = err;
		err = lock_instance(err);
	}
	return err ? fault_set(fault, -err, path, "try again", "cannot lock the instance") : 0;
}

int tracing_instance(struct tracing *tracing, unsigned int which, size_t buffer_kb, size_t *got_kb,
	struct fault *fault)
{
	char path[400];
	int err;

	snprintf(path, sizeof(path), "%s/instances/%s%s", tracing->dir, tracing->run,
		tracing_suffix(which));
	tracing->locks[which] = -1;
	undo_push(tracing, undo_instance, path, -1, which);
	err = make_instance(tracing, which, path, fault);
	return err ? err : set_knobs(tracing, which, buffer_kb, got_kb, fault);
}

/* How many lines of kprobe_events define RUN/event. */
static int count_lines(struct tracing *tracing, const char *event)
{
	char *text = kprobes_text(&tracing->kprobes), name[128];
	int nr = 0;

	if (!text)
		return -1;
	snprintf(name, sizeof(name), ":%s/%s ", tracing->run, event);
	for (char *at = strstr(text, name); at; at = strstr(at + 1, name))
		nr++;
	free(text);
	return nr;
}

/* The text is ours: up to libtracefs 1.6.4 a return probe with instances gets a colon too many. */
static int create_event(struct tracing *tracing, const char *event, const char *symbol,
	const char *fetch, unsigned int instances)
{
	char kind[16] = "p", text[768];

	if (instances)
		snprintf(kind, sizeof(kind), "r%u", instances);
	snprintf(text, sizeof(text), "%s:%s/%s %s %s", kind, tracing->run, event, symbol, fetch);
	tracing->undos[tracing->nr_undos - 1].made = mem_strdup(text);
	return -kprobes_write(&tracing->kprobes, text);
}

int tracing_kprobe(struct tracing *tracing, const char *event, const char *symbol,
	const char *fetch, unsigned int instances, struct fault *fault)
{
	char name[128], *log;
	int err = why_ftrace_off(fault);

	if (err)
		return err;
	snprintf(name, sizeof(name), "%s/%s", tracing->run, event);
	undo_push(tracing, undo_kprobe, name, -1, TRACING_TOP);
	log = refusal_log(tracing);
	err = create_event(tracing, event, symbol, fetch, instances);
	if (err)
		err = refusal_fault(tracing, log, tracing->undos[tracing->nr_undos - 1].made, err,
			symbol, fault);
	free(log);
	if (err)
		return err;
	if (count_lines(tracing, event) != 1)
		return fault_set(fault, EEXIST, name, "run mprottop --cleanup and try again",
			"the kprobe event is not there exactly once");
	return 0;
}

int tracing_enable(struct tracing *tracing, unsigned int which, const char *system,
	const char *event, struct fault *fault)
{
	char path[512], file[200];
	/* again: it may be long since the event was made */
	int err = strcmp(system, tracing->run) ? 0 : why_ftrace_off(fault), fd;

	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/instances/%s%s/events/%s/%s/enable", tracing->dir,
		tracing->run, tracing_suffix(which), system, event);
	/* tracefs_event_enable() looks at each event of the kernel */
	snprintf(file, sizeof(file), "events/%s/%s/enable", system, event);
	fd = tracing_file(tracing, which, file, O_WRONLY);
	if (fd >= 0)
		undo_push(tracing, undo_enable, path, fd, which);
	if (fd < 0 || write(fd, "1", 1) < 0)
		return fault_set(fault, fd < 0 ? -fd : errno, path, "see the kernel log",
			"cannot switch the event on");
	return 0;
}

static int undo_fault(const struct undo *undo, int err, struct fault *fault)
{
	static const char then[] = ", and run mprottop --cleanup";
	char remedy[128];

	if (err == -EBUSY && undo->fd < 0)
		holder_remedy(undo->name, then, remedy, sizeof(remedy));
	else
		snprintf(remedy, sizeof(remedy), "end what holds it%s", then);
	return fault_set(
		fault, -err, undo->name, remedy, "cannot take back what was made in tracefs");
}

int tracing_undo_to(struct tracing *tracing, size_t mark, struct fault *fault)
{
	int first = 0;

	while (tracing->nr_undos > mark) {
		struct undo *undo = &tracing->undos[--tracing->nr_undos];
		int err = undo->step(tracing, undo);

		if (err && !first)
			first = undo_fault(undo, err, fault);
		free(undo->name);
		free(undo->made);
	}
	return first;
}

int tracing_undo(struct tracing *tracing, struct fault *fault)
{
	int err = tracing_undo_to(tracing, 0, fault);

	free(tracing->undos);
	tracing->undos = NULL;
	kprobes_close(&tracing->kprobes);
	return err;
}

int tracing_filter(struct tracing *tracing, unsigned int which, const char *system,
	const char *event, const char *filter, struct fault *fault)
{
	char file[160];

	snprintf(file, sizeof(file), "events/%s/%s/filter", system, event);
	if (tracefs_instance_file_write(tracing->instances[which], file, filter) < 0)
		return fault_set(fault, errno, file, "see error_log in tracefs",
			"cannot filter the event by %s", filter);
	return 0;
}
