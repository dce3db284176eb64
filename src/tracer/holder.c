/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/holder.h"
#include "base/text.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define INSTANCES   "/instances/"
#define MOUNTS_MOST 16
#define SEARCH_MS   2000 /* somebody may have made very many descriptors and mounts */

bool holder_is_of(const char *link, const char *path)
{
	const char *name = strstr(path, INSTANCES), *at;
	size_t len;

	if (!name)
		return false;
	len = strlen(name);
	at = strstr(link, name);
	return at && (at[len] == '/' || at[len] == '\0' || at[len] == ' ');
}

static ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

/* Which mount a descriptor is on; -1: not to be known. */
static int mount_of(pid_t pid, const char *fd)
{
	char path[64], text[1024], *at;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.20s", pid, fd);
	if (read_file(path, text, sizeof(text)) <= 0)
		return -1;
	at = strstr(text, "mnt_id:");
	return at ? (int)strtol(at + strlen("mnt_id:"), NULL, 10) : -1;
}

/* Where a process has mounts of one file system; read when it is asked for first. */
struct mounts {
	bool read;
	unsigned int nr;
	int ids[MOUNTS_MOST];
};

static void mounts_read(struct mounts *mounts, pid_t pid, dev_t dev)
{
	unsigned int major_nr, minor_nr;
	char path[32], *line = NULL;
	size_t size = 0;
	FILE *list;
	int id;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	list = fopen(path, "re");
	while (list && mounts->nr < MOUNTS_MOST && getline(&line, &size, list) > 0)
		if (sscanf(line, "%d %*d %u:%u", &id, &major_nr, &minor_nr) == 3 &&
			makedev(major_nr, minor_nr) == dev)
			mounts->ids[mounts->nr++] = id;
	free(line);
	if (list)
		fclose(list);
	mounts->read = true;
}

/* Whether a descriptor is on that file system. The text of its link is the choice of who made the
 * file; stat(2) through the link could wait for a file system of a stranger's. */
static bool is_on(struct mounts *mounts, pid_t pid, const char *fd, dev_t dev)
{
	int want = mount_of(pid, fd);

	if (!mounts->read)
		mounts_read(mounts, pid, dev);
	for (unsigned int i = 0; i < mounts->nr; i++)
		if (mounts->ids[i] == want)
			return true;
	return false;
}

static uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static bool holds(pid_t pid, const char *path, dev_t dev, uint64_t until_ms)
{
	struct mounts mounts = {0};
	char dir[32], link[4096];
	struct dirent *entry;
	bool found = false;
	DIR *list;

	snprintf(dir, sizeof(dir), "/proc/%d/fd", pid);
	list = opendir(dir);
	while (list && !found && clock_ms() < until_ms && (entry = readdir(list))) {
		ssize_t n = readlinkat(dirfd(list), entry->d_name, link, sizeof(link) - 1);

		if (n < 0)
			continue;
		link[n] = '\0';
		found = holder_is_of(link, path) && is_on(&mounts, pid, entry->d_name, dev);
	}
	if (list)
		closedir(list);
	return found;
}

/* Not root, with an empty bounding set and no_new_privs: what a process inherits from the monitor
 * and can never shed. */
static bool is_of_monitor(pid_t pid)
{
	char path[32], text[4096];
	const char *uid, *bound, *none;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, text, sizeof(text)) <= 0)
		return false;
	uid = strstr(text, "\nUid:\t");
	bound = strstr(text, "\nCapBnd:\t");
	none = strstr(text, "\nNoNewPrivs:\t1");
	return uid && bound && none && strtoul(uid + 6, NULL, 10) != 0 &&
	       strtoull(bound + 9, NULL, 16) == 0;
}

static void fill(struct holder *holder, pid_t pid)
{
	char path[32], text[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	read_file(path, text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	*holder = (struct holder){.pid = pid};
	text_clean(holder->name, sizeof(holder->name), text, sizeof(text));
}

bool holder_find(const char *path, bool end, struct holder *holder)
{
	uint64_t until_ms = clock_ms() + SEARCH_MS;
	struct dirent *entry;
	bool found = false;
	struct stat st;
	DIR *list;

	if (stat(path, &st))
		return false;
	list = opendir("/proc");
	while (list && (entry = readdir(list))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (!isdigit((unsigned char)entry->d_name[0]) || pid == getpid() ||
			!holds(pid, path, st.st_dev, until_ms))
			continue;
		if (!found)
			fill(holder, pid);
		found = true;
		if (end && is_of_monitor(pid))
			kill(pid, SIGKILL);
	}
	if (list)
		closedir(list);
	return found;
}

void holder_remedy(const char *path, const char *then, char *text, size_t size)
{
	struct holder holder;

	if (holder_find(path, false, &holder))
		snprintf(text, size, "end process %d (%s), which holds a file of it open%s",
			holder.pid, holder.name, then);
	else
		snprintf(text, size, "end the process that holds a file of it open%s", then);
}
