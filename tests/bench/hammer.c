/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one call of mprotect that changes nothing takes, on one CPU: hammer CPU SECONDS. Prints
 * "CALLS NS", the median of batches, so that what else the CPU does meanwhile is left out. Exit
 * status: 0 done, 1 failed, 2 usage.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define BATCH 500
#define MOST  1000000 /* batches */

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void hammer(void *page, double until_s)
{
	static double ns[MOST];
	size_t nr = 0;
	double begin;

	do {
		begin = now_s();
		for (int i = 0; i < BATCH; i++)
			if (mprotect(page, 4096, PROT_READ))
				exit(1);
		ns[nr++] = (now_s() - begin) * 1e9 / BATCH;
	} while (begin < until_s && nr < MOST);
	qsort(ns, nr, sizeof(ns[0]), compare);
	printf("%zu %.1f\n", nr * BATCH, ns[nr / 2]);
}

int main(int argc, char **argv)
{
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cpu_set_t set;

	if (argc != 3) {
		fprintf(stderr, "usage: hammer CPU SECONDS\n");
		return 2;
	}
	CPU_ZERO(&set);
	CPU_SET(strtoul(argv[1], NULL, 10), &set);
	if (page == MAP_FAILED || sched_setaffinity(0, sizeof(set), &set)) {
		perror("hammer");
		return 1;
	}
	hammer(page, now_s() + strtod(argv[2], NULL));
	return 0;
}
