/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the model grows: memory of the table after 4,000,000 distinct thread ids called, each once,
 * as processes that come and go or never go; and how long a snapshot of 50,000 rows takes, sorted
 * by a number or by a name and filtered. Exact totals, or the bench fails. Medians of own CPU time.
 * With "tids" or "rows" as argument only that, for a profiler.
 */
#include "base/mem.h"
#include "model/column.h"
#include "model/filter.h"
#include "model/snapshot.h"
#include "model/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIDS   4000000u
#define ROWS   50000u
#define ROUNDS 9

static void fail(const char *what)
{
	fprintf(stderr, "bench-growth: %s\n", what);
	exit(1);
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* A line of /proc/self/status, in KiB. */
static unsigned long status_kb(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long kb = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			kb = strtoul(line + strlen(name), NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

static void born(struct table *table, uint32_t tid, uint64_t ts_ns)
{
	struct event event = {.kind = EVENT_NEW, .ts_ns = ts_ns, .tid = 1};

	event.u.new.tid = tid;
	snprintf(event.u.new.comm, sizeof(event.u.new.comm), "p%u", tid);
	table_feed(table, &event);
}

static void call(struct table *table, uint32_t tid, uint64_t ts_ns)
{
	table_call(table, &(struct call){.ts_ns = ts_ns,
				  .tid = tid,
				  .len = 4096 * (tid % 100),
				  .prot = tid % 4,
				  .duration_ns = 500,
				  .known = CALL_ASKED | CALL_RETURNED | CALL_TIMED});
}

/* In a process of its own, as memory that was once taken stays. */
static void tids(bool go)
{
	struct table *table = table_new(&table_limits_default, false, 1000);
	unsigned long before = status_kb("VmHWM:");
	double begin = now_ms();

	for (uint32_t tid = 2; tid < TIDS + 2; tid++) {
		uint64_t ts_ns = 2000 + 1000ull * tid;

		born(table, tid, ts_ns);
		call(table, tid, ts_ns + 100);
		if (go) {
			struct event gone = {.kind = EVENT_EXIT, .ts_ns = ts_ns + 200, .tid = tid};

			table_feed(table, &gone);
		}
		if (tid % 1000000 == 0)
			table_close(table, ts_ns + 300, 0);
	}
	table_close(table, 2000 + 1000ull * (TIDS + 10), 0);
	if (table_totals(table)->total.calls != TIDS || table_totals(table)->processes != TIDS)
		fail("the totals are not exact");
	printf("%u processes that %s: %lu KiB more, %.0f ns each\n", TIDS,
		go ? "come and go" : "never go", status_kb("VmHWM:") - before,
		(now_ms() - begin) * 1e6 / TIDS);
	fflush(stdout);
	table_free(table);
}

static void forked(bool go)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		tids(go);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		fail("a round failed");
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void snapshot(struct table *table, bool lazy, const char *sort, const char *where)
{
	struct view view = {.sort = column_find(sort), .facts = ~0u, .lazy = lazy};
	struct snapshot snap = {0};
	struct filter *filter = where ? filter_parse(where, NULL) : NULL;
	double ms[ROUNDS];

	view.where = filter;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		double begin = now_ms();

		snapshot_take(&snap, table, &view, 0, NULL, NULL);
		ms[i] = now_ms() - begin;
	}
	qsort(ms, ROUNDS, sizeof(double), compare);
	printf("a snapshot of %u rows, %s, by %s%s%s: %zu shown, %.1f ms (%.1f to %.1f)\n", ROWS,
		lazy ? "of a screen" : "all filled", sort, where ? ", where " : "",
		where ? where : "", snap.nr_rows, ms[ROUNDS / 2], ms[0], ms[ROUNDS - 1]);
	snapshot_done(&snap);
	filter_free(filter);
}

static void snapshots(void)
{
	struct table *table = table_new(&table_limits_default, false, 1000);

	for (uint32_t tid = 2; tid < ROWS + 2; tid++) {
		born(table, tid, 2000 + tid);
		for (uint32_t i = 0; i <= tid * 2654435761u % 7; i++)
			call(table, tid, 100000 + tid);
	}
	table_close(table, 1000000000, 0);
	for (int lazy = 1; lazy >= 0; lazy--) {
		snapshot(table, lazy, "calls_per_s", NULL);
		snapshot(table, lazy, "comm", NULL);
		snapshot(table, lazy, "history", NULL);
		snapshot(table, lazy, "calls", "calls gt 4 and p_r ge 1");
		snapshot(table, lazy, "comm", "comm has 7");
	}
	table_free(table);
}

int main(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "tids")) {
		forked(true);
		forked(false);
	}
	if (argc < 2 || !strcmp(argv[1], "rows"))
		snapshots();
	return 0;
}
