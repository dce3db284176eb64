/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A swarm of processes that make a few calls of mprotect and are gone. For each it prints a line
 * "PID COMM CALLS USER": what mprottop must say of it, USER as a number. The kinds take turns:
 * plain (named like its parent), named (by prctl), exec (a link to this file, with a call before it
 * where there are several), both, and user (setuid to --uid, which needs root). It makes no call
 * itself where it is linked with -static -Wl,-z,norelro; else it says so and ends with 77. Exit
 * status: 0 done, 1 failed, 2 usage, 77 not possible here, with the reason on stdout.
 */
#include <errno.h>
#include <getopt.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_LINKS 16

struct swarm {
	unsigned long procs, calls, jobs, uid;
	const char *dir; /* for the links */
	void *area;
};

struct kind {
	const char *name;
	bool named, exec, user;
};

static const struct kind kinds[] = {
	{"plain", false, false, false},
	{"named", true, false, false},
	{"exec", false, true, false},
	{"both", true, true, false},
	{"user", false, false, true},
};

static void die(const char *what)
{
	fprintf(stderr, "swarm: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void calls_make(void *area, unsigned long nr)
{
	while (nr--)
		if (syscall(SYS_mprotect, area, 4096, PROT_READ | PROT_WRITE))
			_exit(1);
}

static void *area_new(void)
{
	void *area = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		die("mmap");
	return area;
}

/* A static program protects RELRO itself, a dynamic one's loader does much more. */
static int startup_calls(struct dl_phdr_info *info, size_t size, void *arg)
{
	int *nr = arg;

	(void)size;
	for (unsigned int i = 0; i < info->dlpi_phnum; i++)
		*nr += info->dlpi_phdr[i].p_type == PT_INTERP ||
		       info->dlpi_phdr[i].p_type == PT_GNU_RELRO;
	return 1;
}

/* What follows the exec: link, "--child", calls, name or "". */
static int child_run(char **argv)
{
	if (argv[3][0])
		prctl(PR_SET_NAME, argv[3]);
	calls_make(area_new(), strtoul(argv[2], NULL, 10));
	_exit(0);
}

static void child_start(const struct swarm *swarm, const struct kind *kind, unsigned long nr)
{
	unsigned long before = kind->exec && swarm->calls > 1 ? 1 : 0;
	char name[32] = "", path[512], calls[24];

	if (kind->named)
		snprintf(name, sizeof(name), "sw-%s-%02lu", kind->name, nr % 100);
	if (kind->user && syscall(SYS_setresuid, swarm->uid, swarm->uid, swarm->uid))
		_exit(1);
	if (!kind->exec) {
		calls_make(swarm->area, swarm->calls / 2);
		if (kind->named)
			prctl(PR_SET_NAME, name);
		calls_make(swarm->area, swarm->calls - swarm->calls / 2);
		_exit(0);
	}
	calls_make(swarm->area, before);
	snprintf(path, sizeof(path), "%s/sw-exec-%02lu", swarm->dir, nr % NR_LINKS);
	snprintf(calls, sizeof(calls), "%lu", swarm->calls - before);
	execl(path, path, "--child", calls, name, NULL);
	_exit(1);
}

static void say(const struct swarm *swarm, const struct kind *kind, unsigned long nr, int pid)
{
	char name[17] = "";

	if (kind->named)
		snprintf(name, sizeof(name), "sw-%s-%02lu", kind->name, nr % 100);
	else if (kind->exec)
		snprintf(name, sizeof(name), "sw-exec-%02lu", nr % NR_LINKS);
	else
		prctl(PR_GET_NAME, name);
	printf("%d %s %lu %lu\n", pid, name, swarm->calls,
		kind->user ? swarm->uid : (unsigned long)getuid());
}

static void reap(void)
{
	int status;

	if (wait(&status) < 0)
		die("wait");
	if (status) {
		fprintf(stderr, "swarm: a child failed: status %#x\n", (unsigned int)status);
		exit(1);
	}
}

static void links_make(const char *dir)
{
	char self[512], path[560];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0)
		die("/proc/self/exe");
	self[len] = '\0';
	for (unsigned int i = 0; i < NR_LINKS; i++) {
		snprintf(path, sizeof(path), "%s/sw-exec-%02u", dir, i);
		if (symlink(self, path) && errno != EEXIST)
			die(path);
	}
}

/* The kinds that there is what they need for. */
static unsigned int kinds_of(const struct swarm *swarm, const struct kind **out)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if ((swarm->dir || !kinds[i].exec) && (swarm->uid || !kinds[i].user))
			out[nr++] = &kinds[i];
	return nr;
}

static void swarm_run(const struct swarm *swarm)
{
	const struct kind *turns[sizeof(kinds) / sizeof(*kinds)];
	unsigned long nr_turns = kinds_of(swarm, turns), live = 0;

	for (unsigned long i = 0; i < swarm->procs; i++) {
		const struct kind *kind = turns[i % nr_turns];
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			child_start(swarm, kind, i);
		say(swarm, kind, i, pid);
		if (++live == swarm->jobs) {
			reap();
			live--;
		}
	}
	while (live--)
		reap();
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"procs", required_argument, NULL, 'p'},
		{"calls", required_argument, NULL, 'c'}, {"jobs", required_argument, NULL, 'j'},
		{"uid", required_argument, NULL, 'u'}, {"dir", required_argument, NULL, 'd'},
		{NULL, 0, NULL, 0}};
	static char space[1 << 20]; /* so that no output is made by a child, nor twice */
	struct swarm swarm = {.procs = 1, .calls = 3, .jobs = 1};
	int option, startup = 0;

	if (argc == 4 && !strcmp(argv[1], "--child"))
		return child_run(argv);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return 2;
		if (option == 'd')
			swarm.dir = optarg;
		else
			*(option == 'p'         ? &swarm.procs
				: option == 'c' ? &swarm.calls
				: option == 'j' ? &swarm.jobs
						: &swarm.uid) = strtoul(optarg, NULL, 10);
	}
	dl_iterate_phdr(startup_calls, &startup);
	if (startup) {
		puts("skip: the workload is not static, its loader makes calls of its own");
		return 77;
	}
	setvbuf(stdout, space, _IOFBF, sizeof(space));
	if (swarm.dir)
		links_make(swarm.dir);
	swarm.area = area_new();
	swarm_run(&swarm);
	return fflush(stdout) ? 1 : 0;
}
