/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes calls of mprotect and pkey_mprotect from known places: a process for each place calls 100
 * times from it and less often from the others. Prints for each, as a line of JSON, what mprottop
 * must say is its most frequent caller, null where nobody can know. The places: in the program by
 * mprotect(), syscall() and pkey_mprotect(), another function of it, the library whose path is the
 * first argument ("-": none), code in anonymous memory; a process that then runs another program;
 * a raw system call with no return address on its stack. The second argument is how long each
 * lives on, in ms.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pkey_mprotect */
#endif
#include "sites.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MANY   100
#define FEW    7
#define PLACES 7

typedef long (*place_fn)(site_fn fn, long a, long b, long c, long d);

static SITE(site_mprotect) static SITE(site_syscall) static SITE(site_pkey) static SITE(site_second)

	/* mov to the arguments, call *%rax at 13, ret */
	static const unsigned char machine_code[] = {0x53, 0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48,
		0x89, 0xd6, 0x48, 0x89, 0xca, 0xff, 0xd0, 0x5b, 0xc3};
#define MACHINE_CODE_SITE 15

static struct place {
	const char *name;
	place_fn from;
	void *stub;
	bool number; /* the number of the call comes first */
	char site[320];
} places[PLACES];
static unsigned int nr_places;
static long area;

static void die(const char *what)
{
	fprintf(stderr, "sites: %s: %s\n", what, strerror(errno));
	exit(1);
}

static __attribute__((noinline)) long tell(long a, long b, long c, long d)
{
	(void)a, (void)b, (void)c, (void)d;
	return (long)__builtin_return_address(0);
}

struct object {
	uintptr_t addr, base;
	char name[256];
};

/* The object whose segments hold addr, and where the lowest of them is loaded. */
static int find_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct object *o = arg;
	uintptr_t lowest = UINTPTR_MAX;
	bool here = false;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = info->dlpi_addr + p->p_vaddr;

		if (p->p_type != PT_LOAD)
			continue;
		here |= o->addr >= start && o->addr < start + p->p_memsz;
		if (start - p->p_offset < lowest)
			lowest = (start - p->p_offset) & ~(uintptr_t)4095;
	}
	if (!here)
		return 0;
	o->base = lowest;
	snprintf(o->name, sizeof(o->name), "%s", info->dlpi_name);
	return 1;
}

static void describe(struct place *p)
{
	struct object o = {.addr = (uintptr_t)p->from((site_fn)tell, 0, 0, 0, 0)};
	const char *name;

	if (!dl_iterate_phdr(find_object, &o))
		die("dl_iterate_phdr");
	/* the program itself has no name there */
	if (!o.name[0] && readlink("/proc/self/exe", o.name, sizeof(o.name) - 1) < 0)
		die("/proc/self/exe");
	name = strrchr(o.name, '/');
	snprintf(p->site, sizeof(p->site), "\"%s+0x%lx\"", name ? name + 1 : o.name,
		(unsigned long)(o.addr - o.base));
}

static void place_add(const char *name, place_fn from, void *stub, bool number)
{
	struct place *p = &places[nr_places++];

	*p = (struct place){name, from, stub, number, ""};
	describe(p);
}

#ifdef SITES_STATIC
#define library_add(path) ((void)(path))
#else
static void library_add(const char *path)
{
	void *library, *from;

	if (!strcmp(path, "-"))
		return;
	library = dlopen(path, RTLD_NOW);
	from = library ? dlsym(library, "site_library") : NULL;
	if (!from) {
		fprintf(stderr, "sites: %s\n", dlerror());
		exit(1);
	}
	place_add("library", (place_fn)from, (void *)mprotect, false);
}
#endif

/* Code that no file is behind. */
static void anonymous_add(void)
{
#ifdef __x86_64__
	void *code = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (code == MAP_FAILED)
		die("mmap");
	memcpy(code, machine_code, sizeof(machine_code));
	places[nr_places] =
		(struct place){"anonymous", (place_fn)code, (void *)mprotect, false, ""};
	snprintf(places[nr_places++].site, sizeof(places[0].site), "\"[anon]+0x%x\"",
		MACHINE_CODE_SITE);
#endif
}

static void calls_make(const struct place *p, unsigned int nr)
{
	while (nr--) {
		if (p->number)
			p->from((site_fn)p->stub, SYS_mprotect, area, 4096, PROT_READ);
		else
			p->from((site_fn)p->stub, area, 4096, PROT_READ, 0);
	}
}

static void rest(unsigned long ms)
{
	struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

/* A process of its own for what do_it does; prints what is expected of it. */
static void spawn(const char *name, const char *site, void (*do_it)(unsigned int i), unsigned int i,
	unsigned long ms)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		do_it(i);
		rest(ms);
		_exit(0);
	}
	printf("{\"place\":\"%s\",\"pid\":%d,\"site\":%s}\n", name, (int)pid, site);
}

static void work(unsigned int i)
{
	for (unsigned int k = 0; k < nr_places; k++)
		calls_make(&places[k], k == i ? MANY : FEW);
}

static unsigned long exec_ms;

/* What it was before counts on, and its addresses mean nothing any more. */
static void work_and_exec(unsigned int i)
{
	char ms[24];

	work(i);
	rest(exec_ms);
	snprintf(ms, sizeof(ms), "%lu", exec_ms);
	execl("/proc/self/exe", "sites", "--second", ms, (char *)NULL);
	_exit(1);
}

static void work_raw(unsigned int i)
{
	(void)i;
#ifdef __x86_64__
	for (unsigned int k = 0; k < MANY; k++) {
		long ret = SYS_mprotect;

		__asm__ volatile("lea -128(%%rsp), %%rsp\n\t"
				 "push $0x1234\n\t"
				 "syscall\n\t"
				 "lea 136(%%rsp), %%rsp"
				 : "+a"(ret)
				 : "D"(area), "S"(4096L), "d"((long)PROT_READ)
				 : "rcx", "r11", "memory");
	}
#endif
}

int main(int argc, char **argv)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (argc < 3)
		return 2;
	if (page == MAP_FAILED)
		die("mmap");
	area = (long)page;
	exec_ms = strtoul(argv[2], NULL, 10);
	if (!strcmp(argv[1], "--second")) {
		place_add("second", site_second, (void *)mprotect, false);
		calls_make(&places[0], FEW);
		rest(exec_ms);
		return 0;
	}
	place_add("mprotect", site_mprotect, (void *)mprotect, false);
	place_add("syscall", site_syscall, (void *)syscall, true);
	place_add("pkey_mprotect", site_pkey, (void *)pkey_mprotect, false);
	place_add("second", site_second, (void *)mprotect, false);
	library_add(argv[1]);
	anonymous_add();
	for (unsigned int i = 0; i < nr_places; i++)
		spawn(places[i].name, places[i].site, work, i, exec_ms);
	spawn("exec", places[0].site, work_and_exec, 0, 0);
#ifdef __x86_64__
	spawn("raw", "null", work_raw, 0, exec_ms);
#endif
	while (wait(NULL) > 0)
		;
	return 0;
}
