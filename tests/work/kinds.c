/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes known changes of protection and prints, as one line of JSON, what mprottop must say of
 * them. "refused" are calls that seccomp kept from the kernel: x_refused has to hold them too where
 * the source sees them. Every page is a mapping of its own, which none beside it can merge with,
 * and what became of them is read in /proc/self/maps; see calls.c on how the calls are made. Exit
 * status: 0 done, 1 failed, 2 usage, 77 not possible here, with the reason on stdout.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strerrorname_np */
#endif
#include "maker.h"

#include <errno.h>
#include <getopt.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_SIZE  (256 * 1024)
#define MAX_THREADS 1024
#define PADDING     1500
#define SET_MDWE    65 /* PR_SET_MDWE, from Linux 6.3 */

static const char *const backings[] = {"anon", "file", "shared", "stack", NULL};
static const char *const hows[] = {"mprotect", "pkey", "compat", NULL};
static const char *const kinds[] = {"x_new", "w_to_x", "x_to_w", "wx"};

static struct maker makers[MAX_THREADS];

/* Every protection after every other, the length in pages and not, of the first page. */
static void matrix_make(struct maker *m)
{
	const struct outcome done = {0, 1, 1};

	for (unsigned int old = 0; old <= (R | W | X); old++)
		for (unsigned int new = 0; new <= (R | W | X); new ++) {
			call(m, 0, PAGE, old, done);
			call(m, 0, new &W ? PAGE : 1, new, done);
		}
	call(m, 0, PAGE, R | W, done);
}

static void stack_make(struct maker *m)
{
	char room[3 * PAGE], *area = m->area;

	m->area = (char *)(((uintptr_t)room + PAGE) & ~(PAGE - 1));
	m->now[0] = work.threads ? effective(R | W) : R | W;
	m->now[1] = m->now[0];
	matrix_make(m);
	m->area = area;
}

static void matrix(struct maker *m)
{
	if (work.backing == STACK) {
		stack_make(m);
		return;
	}
	map(m, 0, 1, work.backing, R | W);
	matrix_make(m);
}

static void holes(struct maker *m)
{
	map(m, 0, 1, ANON, R | W);
	map(m, 1, 1, FILE_PRIVATE, R);
	hole(m, 2);
	map(m, 3, 1, ANON, R | W);
	hole(m, 4);
	call(m, 0, 4 * PAGE, R | X, (struct outcome){ENOMEM, 2, 2});
	call(m, 2 * PAGE, 2 * PAGE, R, (struct outcome){ENOMEM, 0, 0});
	call(m, 2 * PAGE, 2 * PAGE, R | X, (struct outcome){ENOMEM, 0, 0});
	call(m, 3 * PAGE, 2 * PAGE, R | W | X, (struct outcome){ENOMEM, 1, 1});
	call(m, 0, 2 * PAGE + 1, R | W, (struct outcome){ENOMEM, 2, 2});
	call(m, 2 * PAGE, PAGE, R, (struct outcome){ENOMEM, 0, 0});
}

/* Every protection from all at once; then a mapping that is split and made whole again. */
static void span(struct maker *m)
{
	for (unsigned int new = 0; new <= (R | W | X); new ++) {
		for (unsigned int old = 0; old <= (R | W | X); old++)
			map(m, old, 1, old & 1 ? FILE_PRIVATE : ANON, old);
		call(m, 0, 7 * PAGE + 1, new, (struct outcome){0, 8, 8});
	}
	map(m, 10, 3, ANON, R | W);
	call(m, 11 * PAGE, PAGE, R | X, (struct outcome){0, 1, 1});
	call(m, 10 * PAGE, 3 * PAGE, W, (struct outcome){0, 3, 3});
	call(m, 10 * PAGE, 3 * PAGE, X, (struct outcome){0, 3, 1});
}

static void refused(struct maker *m)
{
	const struct outcome invalid = {EINVAL, 0, 0}, denied = {EACCES, 0, 0};

	map(m, 0, 1, ANON, R | W);
	map(m, 1, 1, FILE_SHARED, R);
	call(m, PAGE, PAGE, R | W, denied);
	call(m, PAGE, PAGE, R | W | X, denied);
	call(m, 0, 2 * PAGE, W | X, (struct outcome){EACCES, 1, 1});
	call(m, PAGE, PAGE, R | X, (struct outcome){0, 1, 1});
	call(m, 1, PAGE, R, invalid);
	call(m, 7, PAGE, R | X, invalid);
	call(m, 0, PAGE, R | 0x800000, invalid);
	call(m, 0, PAGE, R | PROT_GROWSDOWN | PROT_GROWSUP, invalid);
	call(m, 0, 0, R | X, (struct outcome){0, 0, 0});
	/* 32-bit lengths cannot wrap */
	if (work.how != COMPAT)
		call(m, 0, -PAGE, R | X, (struct outcome){ENOMEM, 0, 0});
}

static unsigned long maps_count(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	unsigned long nr = 0;
	char line[512];

	if (!f)
		die("/proc/self/maps");
	while (fgets(line, sizeof(line), f))
		nr += !strstr(line, "[vsyscall]"); /* which no process has */
	fclose(f);
	return nr;
}

static unsigned long limit_set(unsigned long limit)
{
	unsigned long before;
	FILE *f = fopen("/proc/sys/vm/max_map_count", "r+e");

	if (!f)
		not_here("vm.max_map_count cannot be set");
	if (fscanf(f, "%lu", &before) != 1)
		die("max_map_count");
	rewind(f);
	if (fprintf(f, "%lu\n", limit) < 0 || fclose(f))
		die("max_map_count");
	return before;
}

/* Many mappings, so that the limit is above what any other process has. */
static void maxmap(struct maker *m)
{
	unsigned long before;

	for (unsigned int i = 0; i < PADDING; i++)
		if (mmap(NULL, PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			die("mmap");
	map(m, 0, 1, FILE_PRIVATE, R | W);
	map(m, 1, 3, ANON, R | W);
	map(m, 4, 1, FILE_PRIVATE, R | W);
	hole(m, 5);
	before = limit_set(maps_count());
	/* no mapping can be split: in its midst; behind another; before another; before a hole */
	call(m, 2 * PAGE, PAGE, R | X, (struct outcome){ENOMEM, 0, 1});
	call(m, 0, 2 * PAGE, R | X, (struct outcome){ENOMEM, 1, 2});
	call(m, 2 * PAGE, 3 * PAGE, R | X, (struct outcome){ENOMEM, 0, 1});
	call(m, 4 * PAGE, 2 * PAGE, R | W | X, (struct outcome){ENOMEM, 1, 1});
	call(m, 1 * PAGE, 3 * PAGE, R | X, (struct outcome){0, 3, 1});
	limit_set(maps_count() + 1);
	/* the first split succeeds, the second does not; the mapping is two from then on */
	call(m, 2 * PAGE, PAGE, R | W, (struct outcome){ENOMEM, 0, 1});
	limit_set(before);
	call(m, 1 * PAGE, 3 * PAGE, R, (struct outcome){0, 3, 2});
}

/* With PROT_EXEC, before the system call is entered. */
static void seccomp(struct maker *m)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pkey_mprotect, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, X, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};

	map(m, 0, 1, ANON, R | W);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		not_here("no seccomp here");
	for (unsigned int prot = 0; prot <= (R | W | X); prot++) {
		if (!(prot & X)) {
			call(m, 0, PAGE, prot, (struct outcome){0, 1, 1});
			continue;
		}
		if (call_raw((unsigned long)m->area, PAGE, prot) != -EPERM)
			die("not refused");
		m->refused++;
	}
	call(m, 1, PAGE, R, (struct outcome){EINVAL, 0, 0});
}

static void mdwe(struct maker *m)
{
	const struct outcome denied = {EACCES, 0, 0}, done = {0, 1, 1};

	map(m, 0, 1, ANON, R | W);
	map(m, 1, 1, FILE_PRIVATE, R | X);
	map(m, 2, 1, ANON, R | W);
	if (prctl(SET_MDWE, 1, 0, 0, 0))
		not_here("no PR_SET_MDWE here");
	call(m, 0, PAGE, R | X, denied);
	call(m, 0, PAGE, R | W | X, denied);
	call(m, PAGE, PAGE, R | X, done);
	call(m, PAGE, PAGE, X, done);
	call(m, PAGE, 2 * PAGE, R | X, (struct outcome){EACCES, 1, 1});
	call(m, PAGE, PAGE, R | W | X, denied);
	call(m, PAGE, PAGE, R | W, done);
	call(m, PAGE, PAGE, X, denied);
	call(m, 0, PAGE, R, done);
}

/* In the order in which they are made. The first ones can be made by threads. */
static struct {
	const char *name;
	void (*make)(struct maker *m);
	bool one, chosen;
} parts[] = {
	{"matrix", matrix, false, false},
	{"holes", holes, false, false},
	{"span", span, false, false},
	{"refused", refused, false, false},
	{"maxmap", maxmap, true, false},
	{"seccomp", seccomp, true, false},
	{"mdwe", mdwe, true, false},
};

#define NR_PARTS (sizeof(parts) / sizeof(parts[0]))

static void *parts_make(void *arg)
{
	for (unsigned int i = 0; i < NR_PARTS; i++)
		if (parts[i].chosen)
			parts[i].make(arg);
	return NULL;
}

static void threads_run(void)
{
	static pthread_t ids[MAX_THREADS];

	for (unsigned long i = 0; i < work.threads; i++)
		area_make(&makers[i]);
	for (unsigned long i = 0; i < work.threads; i++) {
		pthread_attr_t attr;
		void *stack = mmap(
			NULL, STACK_SIZE, R | W, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

		if (stack == MAP_FAILED)
			die("mmap");
		pthread_attr_init(&attr);
		pthread_attr_setstack(&attr, stack, STACK_SIZE);
		errno = pthread_create(&ids[i], &attr, parts_make, &makers[i]);
		if (errno)
			die("pthread_create");
	}
	for (unsigned long i = 0; i < work.threads; i++)
		pthread_join(ids[i], NULL);
}

/* The smaller errno where two are as frequent. */
static const char *errname(const struct maker *all)
{
	unsigned int top = 0;

	for (unsigned int i = 0; i < MAX_ERRORS; i++)
		if (all->errors[i] > all->errors[top])
			top = i;
	return top ? strerrorname_np(top) : NULL;
}

static void report(void)
{
	struct maker all = makers[0];
	unsigned long errors = 0;
	const char *name;

	for (unsigned long t = 1; t < work.threads; t++) {
		all.calls += makers[t].calls;
		all.maps += makers[t].maps;
		all.x_refused += makers[t].x_refused;
		for (unsigned int i = 0; i < NR_KINDS; i++)
			all.kinds[i] += makers[t].kinds[i];
		for (unsigned int i = 0; i < MAX_ERRORS; i++)
			all.errors[i] += makers[t].errors[i];
	}
	for (unsigned int i = 0; i < MAX_ERRORS; i++)
		errors += all.errors[i];
	name = errname(&all);
	printf("{\"pid\":%d,\"calls\":%lu,\"errors\":%lu,\"errname\":%s%s%s,\"x_refused\":%lu,"
	       "\"refused\":%lu,\"maps\":%lu",
		(int)getpid(), all.calls, errors, name ? "\"" : "", name ? name : "null",
		name ? "\"" : "", all.x_refused, all.refused, all.maps);
	for (unsigned int i = 0; i < NR_KINDS; i++)
		printf(",\"%s\":%lu", kinds[i], all.kinds[i]);
	puts("}");
}

static noreturn void usage(void)
{
	fputs("usage: kinds [--backing=anon|file|shared|stack] [--syscall=mprotect|pkey|compat]\n"
	      "  [--threads=N] [--personality] --matrix --holes --span --refused --maxmap "
	      "--seccomp\n"
	      "  --mdwe; the last three by one thread, stack not by compat\n",
		stderr);
	exit(2);
}

static int choice(const char *const names[], const char *name)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], name))
			return i;
	usage();
}

static void options_parse(int argc, char **argv)
{
	struct option options[NR_PARTS + 5] = {{"backing", required_argument, NULL, 'b'},
		{"syscall", required_argument, NULL, 's'},
		{"threads", required_argument, NULL, 't'}, {"personality", no_argument, NULL, 'p'}};
	bool any = false;
	int option;

	for (unsigned int i = 0; i < NR_PARTS; i++)
		options[4 + i] = (struct option){parts[i].name, no_argument, NULL, 1000 + (int)i};
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'b')
			work.backing = choice(backings, optarg);
		else if (option == 's')
			work.how = choice(hows, optarg);
		else if (option == 't')
			work.threads = strtoul(optarg, NULL, 10);
		else if (option == 'p')
			work.rie = true;
		else if (option >= 1000)
			any = parts[option - 1000].chosen = true;
		else
			usage();
	}
	for (unsigned int i = 0; i < NR_PARTS; i++)
		if (parts[i].one && parts[i].chosen && work.threads)
			usage();
	if (!any || optind != argc || work.threads > MAX_THREADS ||
		(work.how == COMPAT && work.backing == STACK))
		usage();
}

int main(int argc, char **argv)
{
	options_parse(argc, argv);
	if (work.how != NATIVE)
		how_check();
	files_open();
	if (work.rie && personality(READ_IMPLIES_EXEC) < 0)
		die("personality");
	if (work.threads) {
		threads_run();
	} else {
		area_make(&makers[0]);
		parts_make(&makers[0]);
	}
	report();
	return 0;
}
