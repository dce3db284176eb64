/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes known calls, one after the other in each of two threads, and prints as one line of JSON
 * what mprottop --events must say of each: a list a thread. Every page is a mapping of its own; see
 * calls.c on how the calls are made. "refused" marks what seccomp kept from the kernel. Exit
 * status: 0 done, 1 failed, 2 usage, 77 not possible here, with the reason on stdout.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strerrorname_np, gettid */
#endif
#include "maker.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_THREADS   2
#define MOST         64
#define MOST_CHANGES 4
#define STACK_SIZE   (256 * 1024)
#define NO_KEY       (-1)
#define BAD_KEY      77
#define UNKNOWN_BITS 0x800040

struct did {
	const char *name;
	unsigned long addr, len, prot;
	int key;
	long ret;
	bool compat, refused;
	unsigned int nr;
	struct {
		unsigned long addr;
		unsigned char before, after;
		bool file;
	} changes[MOST_CHANGES];
};

static struct thread {
	struct maker maker;
	bool file[AREA_PAGES];
	pid_t tid;
	unsigned int nr;
	struct did did[MOST];
} threads[NR_THREADS];

static bool keyless; /* a kernel without protection keys */

static struct did *record(
	struct thread *t, const char *name, unsigned long at, unsigned long len, unsigned long prot)
{
	struct did *d = &t->did[t->nr++];

	if (t->nr == MOST)
		die("too many calls");
	*d = (struct did){.name = name,
		.addr = (unsigned long)t->maker.area + at,
		.len = len,
		.prot = prot,
		.key = NO_KEY};
	return d;
}

static void check(const struct thread *t, const struct did *d, long ret)
{
	if (d->ret == ret)
		return;
	fprintf(stderr, "events: call %u: %ld, expected %ld\n", t->nr, d->ret, ret);
	exit(1);
}

/* Which touches nr mappings, each a page. */
static void protect(struct thread *t, unsigned long at, unsigned long len, unsigned long prot,
	int error, unsigned int nr)
{
	struct did *d = record(t, "mprotect", at, len, prot);

	d->compat = work.how == COMPAT;
	for (d->nr = 0; d->nr < nr; d->nr++) {
		unsigned int page = (unsigned int)(at / PAGE) + d->nr;

		d->changes[d->nr].addr = (unsigned long)t->maker.area + page * PAGE;
		d->changes[d->nr].before = t->maker.now[page];
		d->changes[d->nr].after = prot & (R | W | X);
		d->changes[d->nr].file = t->file[page];
		t->maker.now[page] = prot & (R | W | X);
	}
	d->ret = call_raw(d->addr, len, prot);
	check(t, d, -error);
}

static void protect_key(struct thread *t, unsigned long prot, int key, int error)
{
	struct did *d = record(t, "pkey_mprotect", 4 * PAGE, PAGE, prot);

	error = keyless ? ENOSYS : error;
	d->key = key;
	d->nr = !error;
	d->changes[0].addr = d->addr;
	d->changes[0].before = t->maker.now[4];
	d->changes[0].after = prot & (R | W | X);
	if (!error)
		t->maker.now[4] = prot & (R | W | X);
	d->ret = syscall(SYS_pkey_mprotect, d->addr, PAGE, prot, key) ? -errno : 0;
	check(t, d, -error);
}

static void related(struct thread *t)
{
	struct did *d = record(t, "mmap", 10 * PAGE, PAGE, R | W);
	long fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	d->ret = syscall(SYS_mmap, d->addr, PAGE, R | W, fixed, -1, 0);
	check(t, d, (long)d->addr);
	d = record(t, "munmap", 10 * PAGE, PAGE, 0);
	d->ret = syscall(SYS_munmap, d->addr, PAGE);
	check(t, d, 0);
	d = record(t, "mmap", 10 * PAGE, 0, R | W | X);
	d->ret = syscall(SYS_mmap, d->addr, 0, R | W | X, fixed, -1, 0) < 0 ? -errno : 0;
	check(t, d, -EINVAL);
	d = record(t, "munmap", 10 * PAGE + 1, PAGE, 0);
	d->ret = syscall(SYS_munmap, d->addr, PAGE) ? -errno : 0;
	check(t, d, -EINVAL);
	/* where the kernel likes */
	d = record(t, "mmap", 0, 3 * PAGE, R);
	d->ret = syscall(SYS_mmap, 0, 3 * PAGE, R, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (d->ret < 0 && d->ret > -4096)
		die("mmap");
	d->addr = (unsigned long)d->ret;
}

static void refuse(struct thread *t)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(code) / sizeof(code[0]), code};
	struct did *d;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		not_here("no seccomp here");
	d = record(t, "mprotect", 0, PAGE, R | X);
	d->refused = true;
	d->ret = syscall(SYS_mprotect, d->addr, PAGE, R | X) ? -errno : 0;
	check(t, d, -EPERM);
}

static void *run(void *arg)
{
	struct thread *t = arg;

	t->tid = (pid_t)syscall(SYS_gettid);
	protect(t, 0, 3 * PAGE, R | X, 0, 3);
	protect(t, 2 * PAGE, 2 * PAGE, R, ENOMEM, 1);
	protect_key(t, R | W | X, NO_KEY, 0);
	protect_key(t, R, BAD_KEY, EINVAL);
	protect(t, 1, PAGE, R, EINVAL, 0);
	protect(t, 0, PAGE, R | PROT_GROWSDOWN, EINVAL, 0);
	protect(t, 0, PAGE, R | UNKNOWN_BITS, EINVAL, 0);
	protect(t, 0, PAGE, R | 0x8, 0, 1);
	protect(t, 0, PAGE, R, 0, 1);
	protect(t, 0, 0, R | W, 0, 0);
	protect(t, 5 * PAGE, PAGE, R | W, EACCES, 0);
	protect(t, 7 * PAGE, PAGE, 0, 0, 1);
	protect(t, 6 * PAGE, 3 * PAGE, R | X, 0, 3);
	related(t);
	if (t == &threads[1] && work.how != COMPAT)
		refuse(t);
	return NULL;
}

static void lay_out(struct thread *t)
{
	area_make(&t->maker);
	map(&t->maker, 0, 1, ANON, R | W);
	map(&t->maker, 1, 1, FILE_PRIVATE, R);
	map(&t->maker, 2, 1, ANON, R | W);
	hole(&t->maker, 3);
	map(&t->maker, 4, 1, ANON, R | W);
	map(&t->maker, 5, 1, FILE_SHARED, R);
	/* one mapping, which is then split */
	map(&t->maker, 6, 3, ANON, R | W);
	t->file[1] = t->file[5] = true;
}

static const char *prot_text(unsigned long prot, char text[64])
{
	unsigned long rest = prot & ~(unsigned long)(R | W | X | PROT_GROWSDOWN | 0x8);
	int len = sprintf(text, "%c%c%c%s%s", prot & R ? 'r' : '-', prot & W ? 'w' : '-',
		prot & X ? 'x' : '-', prot & 0x8 ? "|SEM" : "",
		prot & PROT_GROWSDOWN ? "|GROWSDOWN" : "");

	if (rest)
		sprintf(text + len, "|0x%lx", rest);
	return text;
}

static const char *kind(unsigned char before, unsigned char after)
{
	if (before == after || !(after & (W | X)))
		return NULL;
	if ((after & (W | X)) == (W | X))
		return "w+x";
	if (after & X)
		return before & W ? "w>x" : before & X ? NULL : "+x";
	return before & X ? "x>w" : NULL;
}

static void print_kinds(const struct did *d)
{
	static const char *const names[] = {"w+x", "w>x", "x>w", "+x"};
	const char *comma = "";

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (unsigned int c = 0; c < d->nr; c++) {
			const char *name = kind(d->changes[c].before, d->changes[c].after);

			if (name && !strcmp(name, names[i])) {
				printf("%s\"%s\"", comma, name);
				comma = ",";
				break;
			}
		}
}

static void print_changes(const struct did *d)
{
	char old[64], new[64];

	printf(",\"kinds\":[");
	print_kinds(d);
	printf("],\"changes\":[");
	for (unsigned int i = 0; i < d->nr; i++) {
		const char *name = kind(d->changes[i].before, d->changes[i].after);

		printf("%s{\"addr\":\"0x%lx\",\"len\":\"%lu\",\"old\":\"%s\",\"new\":\"%s\","
		       "\"kind\":%s%s%s,\"backing\":\"%s\"}",
			i ? "," : "", d->changes[i].addr, PAGE,
			prot_text(d->changes[i].before, old), prot_text(d->changes[i].after, new),
			name ? "\"" : "", name ? name : "null", name ? "\"" : "",
			d->changes[i].file ? "file" : "anonymous");
	}
	printf("]");
}

static void print_asked(const struct did *d)
{
	char text[64];

	printf(",\"addr\":\"0x%lx\",\"len\":\"%lu\"", d->addr, d->len);
	if (strcmp(d->name, "munmap"))
		printf(",\"prot\":\"%s\",\"prot_bits\":%lu", prot_text(d->prot, text), d->prot);
	else
		printf(",\"prot\":null,\"prot_bits\":null");
	if (strcmp(d->name, "pkey_mprotect"))
		printf(",\"pkey\":null");
	else
		printf(",\"pkey\":%d", d->key);
}

static void print(const struct thread *t, const struct did *d)
{
	bool ok = d->ret >= 0;

	printf("{\"tid\":%d,\"syscall\":\"%s\",\"compat\":%s,\"refused\":%s", t->tid, d->name,
		d->compat ? "true" : "false", d->refused ? "true" : "false");
	if (d->refused)
		printf(",\"addr\":null,\"len\":null,\"prot\":null,\"prot_bits\":null,"
		       "\"pkey\":null");
	else
		print_asked(d);
	printf(",\"ok\":%s,\"ret\":%ld,\"errname\":%s%s%s", ok ? "true" : "false", d->ret,
		ok ? "" : "\"", ok ? "null" : strerrorname_np((int)-d->ret), ok ? "" : "\"");
	if (strstr(d->name, "mprotect") && !d->refused)
		print_changes(d);
	else
		printf(",\"kinds\":null,\"changes\":null");
	printf("}");
}

static void start(pthread_t *id, struct thread *t)
{
	pthread_attr_t attr;
	void *stack = mmap(NULL, STACK_SIZE, R | W, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		die("mmap");
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack, STACK_SIZE);
	errno = pthread_create(id, &attr, run, t);
	if (errno)
		die("pthread_create");
}

int main(int argc, char **argv)
{
	pthread_t ids[NR_THREADS];

	if (argc > 2 || (argc == 2 && strcmp(argv[1], "--compat"))) {
		fputs("usage: events [--compat]\n", stderr);
		return 2;
	}
	if (argc == 2) {
		work.how = COMPAT;
		how_check();
	}
	files_open();
	keyless = syscall(SYS_pkey_mprotect, 0, 0, 0, NO_KEY) && errno == ENOSYS;
	for (unsigned int i = 0; i < NR_THREADS; i++)
		lay_out(&threads[i]);
	for (unsigned int i = 0; i < NR_THREADS; i++)
		start(&ids[i], &threads[i]);
	for (unsigned int i = 0; i < NR_THREADS; i++)
		pthread_join(ids[i], NULL);
	printf("{\"pid\":%d,\"threads\":[", (int)getpid());
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		printf("%s[", i ? "," : "");
		for (unsigned int k = 0; k < threads[i].nr; k++) {
			printf("%s", k ? "," : "");
			print(&threads[i], &threads[i].did[k]);
		}
		printf("]");
	}
	puts("]}");
	return 0;
}
