/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest instructions of one system call, counted in the calling process: cost KIND ROUNDS CALLS.
 * For a machine under qemu's "-icount shift=0" alone, where the time stamp counter goes up by one
 * an instruction; "cost check 5 100000" has to say 2.0 there, the length of a known loop. A round
 * is the median of its batches, which leaves out what else the kernel does meanwhile, yet not what
 * a trace does once in a page of events. Prints median, least and most of the rounds. Exit status:
 * 0 done, 1 a call failed, 2 usage, 77 no x86.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_ROUNDS  99
#define MAX_BATCHES 100 /* a round */
#define WARM_UP     100

#if defined(__x86_64__)

#define IA32_MUNMAP 91
#define IA32_MMAP2  192

static size_t size;

static inline uint64_t mark(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
	return (uint64_t)high << 32 | low;
}

static void expect(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static uint64_t count_check(unsigned long calls)
{
	uint64_t begin = mark();

	__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(calls)::"cc");
	return mark() - begin;
}

/* A page that no neighbour can be merged with, and which is there; always the same. */
static char *own_page(void)
{
	static char *pages;

	if (pages)
		return pages + size;
	pages = mmap(NULL, 3 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect(pages != MAP_FAILED, "mmap");
	expect(!mprotect(pages + size, size, PROT_READ | PROT_WRITE), "mprotect");
	pages[size] = 1;
	return pages + size;
}

/* One call asks for READ and even, the next for READ and odd. */
static uint64_t count_protect(unsigned long calls, char *page, int even, int odd)
{
	bool good = true;
	uint64_t begin = mark();

	for (unsigned long i = 0; i < calls; i++)
		good &= !mprotect(page, size, PROT_READ | (i & 1 ? odd : even));
	begin = mark() - begin;
	expect(good, "mprotect");
	return begin;
}

/* The page has that protection already: the least that a call can have to do. */
static uint64_t count_noop(unsigned long calls)
{
	return count_protect(calls, own_page(), PROT_WRITE, PROT_WRITE);
}

static uint64_t count_change(unsigned long calls)
{
	return count_protect(calls, own_page(), 0, PROT_WRITE);
}

/* Both are made in turn, and one of them is counted. */
static uint64_t count_maps(unsigned long calls, bool unmaps)
{
	uint64_t sum[2] = {0, 0};

	for (unsigned long i = 0; i < calls; i++) {
		uint64_t begin = mark(), between;
		void *page = mmap(
			NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		between = mark();
		sum[0] += between - begin;
		expect(page != MAP_FAILED, "mmap");
		between = mark();
		expect(!munmap(page, size), "munmap");
		sum[1] += mark() - between;
	}
	return sum[unmaps];
}

static uint64_t count_mmap(unsigned long calls)
{
	return count_maps(calls, false);
}

static uint64_t count_munmap(unsigned long calls)
{
	return count_maps(calls, true);
}

/* The sixth argument, in ebp, is not looked at without a file. */
static uint32_t ia32(uint32_t nr, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e)
{
	uint32_t result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "r8", "r9", "r10", "r11", "memory", "cc");
	return result;
}

static uint64_t count_mmap32(unsigned long calls)
{
	uint64_t sum = 0;

	for (unsigned long i = 0; i < calls; i++) {
		uint64_t begin = mark();
		uint32_t page = ia32(IA32_MMAP2, 0, (uint32_t)size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, UINT32_MAX);

		sum += mark() - begin;
		expect(page && page <= UINT32_MAX - size && !(page & (size - 1)), "mmap2");
		expect(!ia32(IA32_MUNMAP, page, (uint32_t)size, 0, 0, 0), "munmap");
	}
	return sum;
}

static const struct kind {
	const char *name;
	uint64_t (*count)(unsigned long calls);
	unsigned int batch; /* calls: several pages of events, less than a tick */
} kinds[] = {
	{"check", count_check, 5000},
	{"noop", count_noop, 200},
	{"change", count_change, 200},
	{"mmap", count_mmap, 50},
	{"munmap", count_munmap, 50},
	{"mmap32", count_mmap32, 50},
	{NULL, NULL, 0},
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double batches(const struct kind *kind, unsigned long calls)
{
	double each[MAX_BATCHES];
	unsigned long nr = calls / kind->batch;

	nr = nr < 1 ? 1 : nr > MAX_BATCHES ? MAX_BATCHES : nr;
	for (unsigned long i = 0; i < nr; i++)
		each[i] = (double)kind->count(kind->batch) / (double)kind->batch;
	qsort(each, nr, sizeof(each[0]), compare);
	return each[nr / 2];
}

static void run(const struct kind *kind, unsigned long rounds, unsigned long calls)
{
	double each[MAX_ROUNDS];

	kind->count(WARM_UP);
	for (unsigned long i = 0; i < rounds; i++)
		each[i] = batches(kind, calls);
	qsort(each, rounds, sizeof(each[0]), compare);
	printf("%.1f %.1f %.1f\n", each[rounds / 2], each[0], each[rounds - 1]);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long calls = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;

	size = (size_t)sysconf(_SC_PAGESIZE);
	for (const struct kind *k = kinds; rounds && rounds <= MAX_ROUNDS && calls && k->name;
		k++) {
		if (strcmp(k->name, argv[1]) != 0)
			continue;
		run(k, rounds, calls);
		return 0;
	}
	fprintf(stderr, "usage: cost check|noop|change|mmap|munmap|mmap32 ROUNDS CALLS\n");
	return 2;
}

#else

int main(void)
{
	puts("instructions are counted on x86-64 alone");
	return 77;
}

#endif
