/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nanoseconds a call that the table counts, of tids that it knows: by how many processes call in
 * turn and what is known of the calls. The least of many short rounds.
 */
#include "base/mem.h"
#include "model/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define CALLS  (1u << 16)
#define ROUNDS 200
#define RUN    4 /* calls in a row by the same */

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void calls_make(struct call *calls, unsigned int nr_tids, uint8_t known, unsigned int errors)
{
	srand(1);
	for (unsigned int i = 0; i < CALLS; i++) {
		calls[i] = (struct call){.ts_ns = 2000 + i,
			.tid = 100 + i / RUN % nr_tids,
			.len = 4096,
			.prot = rand() % 8,
			.known = known,
			.duration_ns = 300 + (uint64_t)rand() % (1u << (rand() % 14))};
		if (errors && i % errors == 0)
			calls[i].ret = rand() % 4 ? -13 : -12;
	}
}

static double table_round(struct table *table, const struct call *calls)
{
	double begin = seconds_now();

	for (unsigned int i = 0; i < CALLS; i++)
		table_call(table, &calls[i]);
	return (seconds_now() - begin) * 1e9 / CALLS;
}

static void bench(struct call *calls, const char *name, unsigned int nr_tids, uint8_t known,
	unsigned int errors)
{
	struct table *table = table_new(&table_limits_default, false, 1000);
	double best = 1e9;

	calls_make(calls, nr_tids, known, errors);
	for (uint32_t tid = 100; tid < 100 + nr_tids; tid++) {
		struct event event = {.kind = EVENT_NEW, .ts_ns = 1500, .tid = 1};

		event.u.new.tid = tid;
		table_feed(table, &event);
	}
	for (unsigned int i = 0; i < ROUNDS; i++) {
		double ns = table_round(table, calls);

		if (best > ns)
			best = ns;
	}
	printf("%6u processes, %-28s %6.2f ns\n", nr_tids, name, best);
	table_free(table);
}

int main(void)
{
	static const unsigned int tids[] = {1, 100, 10000};
	struct call *calls = mem_new(CALLS, sizeof(*calls));

	for (unsigned int i = 0; i < ARRAY_SIZE(tids); i++) {
		bench(calls, "asked", tids[i], CALL_ASKED, 0);
		bench(calls, "and returned", tids[i], CALL_ASKED | CALL_RETURNED, 0);
		bench(calls, "1 % failed", tids[i], CALL_ASKED | CALL_RETURNED, 100);
		bench(calls, "all failed", tids[i], CALL_ASKED | CALL_RETURNED, 1);
		bench(calls, "timed, 1 % failed", tids[i], CALL_ASKED | CALL_RETURNED | CALL_TIMED,
			100);
	}
	free(calls);
	return 0;
}
