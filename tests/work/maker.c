/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* MAP_32BIT */
#endif
#include "maker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOLE 0xff

struct work work = {.fd = -1, .read_only = -1};

void die(const char *what)
{
	fprintf(stderr, "kinds: %s: %s\n", what, strerror(errno));
	exit(1);
}

void not_here(const char *why)
{
	printf("skip: %s\n", why);
	exit(77);
}

#ifdef __x86_64__
static long call_compat(unsigned long nr, unsigned long a, unsigned long b, unsigned long c)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}
#else
#define call_compat(nr, a, b, c) (-ENOSYS)
#endif

long call_raw(unsigned long addr, unsigned long len, unsigned long prot)
{
	long ret;

	if (work.how == COMPAT)
		return call_compat(125, addr, len, prot);
	if (work.how == PKEY)
		ret = syscall(SYS_pkey_mprotect, addr, len, prot, -1);
	else
		ret = syscall(SYS_mprotect, addr, len, prot);
	return ret < 0 ? -errno : ret;
}

/* By a child, whose calls are not ours and which may be killed for them. */
void how_check(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (!pid)
		_exit(call_raw(0, 0, 0) != 0);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	if (status)
		not_here(work.how == COMPAT ? "no int $0x80 here" : "no such system call here");
}

unsigned char effective(unsigned long prot)
{
	if (work.rie && prot & R)
		prot |= X;
	return prot & (R | W | X);
}

/* Of the mapping at addr. */
static unsigned char kernel_says(unsigned long addr)
{
	FILE *f = fopen("/proc/self/maps", "re");
	unsigned char prot = HOLE;
	unsigned long from, to;
	char line[512], perms[5];

	if (!f)
		die("/proc/self/maps");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %4s", &from, &to, perms) == 3 && from <= addr &&
			addr < to)
			prot = (perms[0] == 'r' ? R : 0) | (perms[1] == 'w' ? W : 0) |
			       (perms[2] == 'x' ? X : 0);
	fclose(f);
	return prot;
}

static void page_verify(const struct maker *m, unsigned int page)
{
	unsigned char prot;

	if (work.threads)
		return;
	prot = kernel_says((unsigned long)m->area + page * PAGE);
	if (prot == m->now[page])
		return;
	fprintf(stderr, "kinds: call %lu: page %u is %#x, expected %#x\n", m->calls, page, prot,
		m->now[page]);
	exit(1);
}

static void kind_mark(bool found[NR_KINDS], unsigned char before, unsigned char after)
{
	if (before == after || !(after & (W | X)))
		return;
	if ((after & (W | X)) == (W | X))
		found[WX] = true;
	else if (after & X)
		found[before & W ? W_TO_X : X_NEW] |= before & W || !(before & X);
	else
		found[X_TO_W] |= !!(before & X);
}

void call(struct maker *m, unsigned long at, unsigned long len, unsigned long prot,
	struct outcome outcome)
{
	bool found[NR_KINDS] = {false};
	unsigned int page = at / PAGE;
	long ret;

	m->calls++;
	ret = call_raw((unsigned long)m->area + at, len, prot);
	if (ret != -outcome.error) {
		fprintf(stderr,
			"kinds: call %lu (page %u, %lu bytes, prot %#lx): %ld, expected %d\n",
			m->calls, page, len, prot, ret, -outcome.error);
		exit(1);
	}
	for (unsigned int i = 0; i < outcome.changed; i++) {
		kind_mark(found, m->now[page + i], effective(prot));
		m->now[page + i] = effective(prot);
	}
	for (unsigned int i = 0; i <= outcome.changed && page + i < AREA_PAGES; i++)
		page_verify(m, page + i);
	for (unsigned int i = 0; i < NR_KINDS; i++)
		m->kinds[i] += found[i];
	m->maps += outcome.reached;
	if (outcome.error) {
		m->errors[outcome.error]++;
		m->x_refused += prot & X && (outcome.error == EACCES || outcome.error == EPERM);
	}
}

void area_make(struct maker *m)
{
	int flags = MAP_SHARED | MAP_ANONYMOUS;
	char *room;

#ifdef MAP_32BIT
	if (work.how == COMPAT)
		flags |= MAP_32BIT;
#endif
	room = mmap(NULL, (AREA_PAGES + 2) * PAGE, PROT_NONE, flags, -1, 0);
	if (room == MAP_FAILED)
		die("mmap");
	m->area = room + PAGE;
	memset(m->now, PROT_NONE, sizeof(m->now));
}

/* Of a file each second page, so that what lies together in memory does not in the file. */
void map(struct maker *m, unsigned int page, unsigned int nr, enum backing backing,
	unsigned int prot)
{
	int flags = MAP_FIXED | (backing == FILE_SHARED ? MAP_SHARED : MAP_PRIVATE);
	int fd = work.fd;

	if (backing == ANON || backing == STACK) {
		flags |= MAP_ANONYMOUS;
		fd = -1;
	} else if (backing == FILE_SHARED && !(prot & W)) {
		fd = work.read_only;
	}
	if (mmap(m->area + page * PAGE, nr * PAGE, prot, flags, fd, fd < 0 ? 0 : 2 * page * PAGE) ==
		MAP_FAILED)
		die("mmap");
	memset(m->now + page, effective(prot), nr);
}

void hole(struct maker *m, unsigned int page)
{
	if (munmap(m->area + page * PAGE, PAGE))
		die("munmap");
	m->now[page] = HOLE;
}

void files_open(void)
{
	char path[32];

	work.fd = memfd_create("kinds", MFD_CLOEXEC);
	if (work.fd < 0 || ftruncate(work.fd, 4 * AREA_PAGES * PAGE))
		die("memfd");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", work.fd);
	work.read_only = open(path, O_RDONLY | O_CLOEXEC);
	if (work.read_only < 0)
		die(path);
}
