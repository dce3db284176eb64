/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/cleanup.h"
#include "base/mem.h"
#include "tracer/tracing.h"

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
	if (fd < 0)
		return errno == ENOENT;
	free = !flock(fd, LOCK_EX | LOCK_NB);
	close(fd);
	return free;
}

/* 1: removed, 0: lives or is gone already, -errno. */
static int remove_instance(const char *dir, const char *name, struct fault *fault)
{
	const struct timespec wait = {0, BUSY_WAIT_NS};
	char path[512];
	int err = EBUSY;

	snprintf(path, sizeof(path), "%s/instances/%s", dir, name);
	if (!is_dead(path, name))
		return 0;
	for (int i = 0; i < BUSY_TRIES && err == EBUSY; i++) {
		err = rmdir(path) ? errno : 0;
		if (err == EBUSY)
			nanosleep(&wait, NULL);
	}
	if (err == ENOENT)
		return 0;
	if (err)
		return fault_set(fault, err, path,
			err == EBUSY ? "end the process that holds a file of it open"
				     : "run as root",
			"cannot remove what a dead run left");
	return 1;
}

static int clean_instances(const char *dir, const char *run, struct fault *fault)
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
		one = remove_instance(dir, entry->d_name, first ? NULL : fault);
		if (one < 0 && !first)
			first = one;
		if (one > 0)
			nr += one;
	}
	closedir(list);
	return first ? first : nr;
}

/* The whole text of a file, or NULL with errno. */
static char *read_all(const char *path)
{
	size_t len = 0, size = 65536;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;
	ssize_t n;

	if (fd < 0)
		return NULL;
	text = mem_new(size, 1);
	while ((n = read(fd, text + len, size - len - 1)) > 0) {
		len += n;
		if (len + 1 == size)
			text = mem_resize(text, size *= 2, 1);
	}
	close(fd);
	text[len] = '\0';
	return text;
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

static int remove_line(const char *path, const char *group, const char *event, struct fault *fault)
{
	/* never without O_APPEND: opening with O_TRUNC clears everybody's probes */
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC), err = 0;
	char text[200];

	snprintf(text, sizeof(text), "-:%s/%s\n", group, event);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err = errno;
	if (fd >= 0)
		close(fd);
	if (err && err != ENOENT) {
		snprintf(text, sizeof(text), "%s/%s", group, event);
		return fault_set(fault, err, text, "end the tracer that uses it",
			"cannot remove the kprobe event of a dead run");
	}
	return err ? 0 : 1;
}

static int clean_events(const char *dir, const char *run, struct fault *fault)
{
	char path[512], group[65], event[65], *text, *save, *line;
	int nr = 0, first = 0;

	snprintf(path, sizeof(path), "%s/kprobe_events", dir);
	text = read_all(path);
	if (!text)
		return errno == ENOENT ? 0
				       : fault_set(fault, errno, path, "run as root",
						 "cannot read the kprobe events");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *colon = strchr(line, ':');
		int one;

		if (!colon || sscanf(colon + 1, "%64[^/]/%64[^ ]", group, event) != 2)
			continue;
		if (!is_of_run(group, run) || !tracing_run_dead(group) || has_instance(dir, group))
			continue;
		one = remove_line(path, group, event, first ? NULL : fault);
		if (one < 0 && !first)
			first = one;
		if (one > 0)
			nr += one;
	}
	free(text);
	return first ? first : nr;
}

int cleanup_run(const char *dir, const char *run, struct fault *fault)
{
	int instances = clean_instances(dir, run, fault);
	int events = clean_events(dir, run, instances < 0 ? NULL : fault);

	if (instances < 0)
		return instances;
	return events < 0 ? events : instances + events;
}

bool cleanup_left(const char *dir, const char *run)
{
	char path[512], *text;
	bool left;

	if (has_instance(dir, run))
		return true;
	snprintf(path, sizeof(path), "%s/kprobe_events", dir);
	text = read_all(path);
	snprintf(path, sizeof(path), ":%s/", run);
	left = text && strstr(text, path);
	free(text);
	return left;
}
