/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/cleanup.h"
#include "tracer/holder.h"
#include "tracer/tracing.h"
#include "tracer/why.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BUSY_TRIES   100
#define BUSY_WAIT_NS 10000000L

/* Whether name is of run, or of any run where run is NULL. */
static bool is_of_run(const char *name, const char *run)
{
	size_t len = run ? strlen(run) : 0;

	if (strncmp(name, TRACING_PREFIX, strlen(TRACING_PREFIX)))
		return false;
	return !run || (!strncmp(name, run, len) && (!name[len] || name[len] == '_'));
}

/* Dead: its process is gone *and* nobody holds the lock; a monitor may outlive its tracer. */
static bool is_dead(const char *path, const char *name)
{
	char lock[600];
	int fd;
	bool free;

	if (!tracing_run_dead(name))
		return false;
	snprintf(lock, sizeof(lock), "%s/" TRACING_LOCK, path);
	fd = open(lock, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	/* a kernel that is locked down opens nothing; what is in use it does not remove either */
	if (fd < 0)
		return errno == ENOENT || errno == EPERM;
	free = !flock(fd, LOCK_EX | LOCK_NB);
	close(fd);
	return free;
}

static int busy_fault(const char *path, int err, struct fault *fault)
{
	char remedy[128] = "run as root";

	if (err == EBUSY)
		holder_remedy(path, "", remedy, sizeof(remedy));
	return fault_set(fault, err, path, remedy, "cannot remove what a dead run left");
}

/* 1: removed, 0: lives or is gone already, -errno. tries: while it is busy. */
static int remove_instance(const char *dir, const char *name, int tries, struct fault *fault)
{
	char path[512];
	int err = EBUSY;

	snprintf(path, sizeof(path), "%s/instances/%s", dir, name);
	for (int i = 0; i < tries && err == EBUSY; i++) {
		if (i)
			nanosleep(&(const struct timespec){0, BUSY_WAIT_NS}, NULL);
		/* each time: a run in another pid namespace may just have made and locked it */
		if (!is_dead(path, name))
			return 0;
		err = rmdir(path) ? errno : 0;
	}
	if (err == ENOENT)
		return 0;
	return err ? busy_fault(path, err, fault) : 1;
}

static int clean_instances(const char *dir, const char *run, int tries, struct fault *fault)
{
	char path[512];
	struct dirent *entry;
	int nr = 0, first = 0;
	DIR *list;

	snprintf(path, sizeof(path), "%s/instances", dir);
	list = opendir(path);
	if (!list)
		return fault_set(fault, errno, path, "run as root", "cannot list instances");
	while ((entry = readdir(list))) {
		int one;

		if (!is_of_run(entry->d_name, run))
			continue;
		one = remove_instance(dir, entry->d_name, tries, first ? NULL : fault);
		if (one < 0 && !first)
			first = one;
		if (one > 0)
			nr += one;
	}
	closedir(list);
	return first ? first : nr;
}

static bool has_instance(const char *dir, const char *run)
{
	char path[512];
	struct stat st;

	for (unsigned int i = 0; i < TRACING_NR; i++) {
		if (!tracing_suffix(i))
			continue;
		snprintf(path, sizeof(path), "%s/instances/%s%s", dir, run, tracing_suffix(i));
		if (!stat(path, &st))
			return true;
	}
	return false;
}

static int list_fault(const char *dir, int err, struct fault *fault)
{
	char path[512], state[32];

	snprintf(path, sizeof(path), "%s/kprobe_events", dir);
	why_lockdown(state, sizeof(state));
	if (err == EPERM && !strcmp(state, "confidentiality"))
		return fault_set(fault, err, path,
			"reboot: what is left there of dead runs is switched off until then",
			"the kernel is locked down (confidentiality) and lets nobody see or remove "
			"kprobe events");
	return fault_set(fault, err, path, "run as root", "cannot read the kprobe events");
}

/* 1: removed, 0: it is gone already, -errno. */
static int remove_event(
	const struct kprobes *kprobes, const char *group, const char *event, struct fault *fault)
{
	char name[140];
	int err;

	snprintf(name, sizeof(name), "%s/%s", group, event);
	err = kprobes_remove(kprobes, name);
	if (!err || err == -ENOENT)
		return !err;
	return fault_set(fault, -err, name,
		err == -EBUSY ? "end the tracer that uses it" : "run as root",
		"cannot remove the kprobe event of a dead run");
}

static int clean_events(
	const char *dir, const struct kprobes *kprobes, const char *run, struct fault *fault)
{
	char *text = kprobes_text(kprobes), group[65], event[65], *save, *line;
	int nr = 0, first = 0;

	if (!text)
		return errno == ENOENT ? 0 : list_fault(dir, errno, fault);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');
		int one;

		if (!colon || sscanf(colon + 1, "%64[^/]/%64[^ ]", group, event) != 2)
			continue;
		if (!is_of_run(group, run) || !tracing_run_dead(group) || has_instance(dir, group))
			continue;
		one = remove_event(kprobes, group, event, first ? NULL : fault);
		if (one < 0 && !first)
			first = one;
		if (one > 0)
			nr += one;
	}
	free(text);
	return first ? first : nr;
}

static int clean(const char *dir, const struct kprobes *kprobes, const char *run, int tries,
	struct fault *fault)
{
	int instances = clean_instances(dir, run, tries, fault);
	int events = clean_events(dir, kprobes, run, instances < 0 ? NULL : fault);

	if (instances < 0)
		return instances;
	return events < 0 ? events : instances + events;
}

int cleanup_run(const char *dir, const char *run, struct fault *fault)
{
	struct kprobes kprobes;
	int err;

	kprobes_open(&kprobes, dir);
	err = clean(dir, &kprobes, run, BUSY_TRIES, fault);
	kprobes_close(&kprobes);
	return err;
}

int cleanup_with(
	const char *dir, const struct kprobes *kprobes, const char *run, struct fault *fault)
{
	return clean(dir, kprobes, run, 1, fault);
}

bool cleanup_left(const char *dir, const struct kprobes *kprobes, const char *run)
{
	char name[64], *text;
	bool left;

	if (has_instance(dir, run))
		return true;
	text = kprobes_text(kprobes);
	snprintf(name, sizeof(name), ":%.56s/", run);
	left = text && strstr(text, name);
	free(text);
	return left;
}

void cleanup_end_holders(const char *dir, const char *run)
{
	for (unsigned int i = 0; i < TRACING_NR; i++) {
		struct holder holder;
		char path[512];

		if (!tracing_suffix(i))
			continue;
		snprintf(path, sizeof(path), "%s/instances/%s%s", dir, run, tracing_suffix(i));
		holder_find(path, true, &holder);
	}
}
