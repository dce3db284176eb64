/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/limit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define OWN_FILES 40 /* the terminal, /proc, the socket, settings, a recording */

size_t limit_needed(unsigned int cpus, unsigned int events)
{
	return 2 * 2 * (size_t)cpus + 2 * (size_t)events + OWN_FILES;
}

/* That have files in an instance: all possible ones. */
static unsigned int count_cpus(const struct tracing *tracing)
{
	int fd = tracing_file(tracing, TRACING_COUNTED, "per_cpu", O_RDONLY | O_DIRECTORY);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	unsigned int nr = 0, cpu;

	while (list && (entry = readdir(list)))
		nr += sscanf(entry->d_name, "cpu%u", &cpu) == 1;
	if (list)
		closedir(list);
	else if (fd >= 0)
		close(fd);
	return nr;
}

int limit_check(const struct tracing *tracing, unsigned int events, struct fault *fault)
{
	unsigned int cpus = count_cpus(tracing);
	size_t needed = limit_needed(cpus, events);
	char object[96], remedy[160];
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed)
		return 0;
	snprintf(object, sizeof(object), "%llu allowed, %zu needed for %u CPUs and %u events",
		(unsigned long long)limit.rlim_cur, needed, cpus, events);
	snprintf(remedy, sizeof(remedy),
		"raise the hard limit: ulimit -Hn %zu (LimitNOFILE=%zu in a unit)", needed, needed);
	fault_set(fault, 0, object, remedy, "the limit of open files is too low");
	return -EMFILE;
}
