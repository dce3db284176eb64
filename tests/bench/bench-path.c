/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nanoseconds an event on its whole way: sub-buffers of some CPUs, read from files in memory, to
 * rows, by what is traced, how many processes call in turn, the size of a sub-buffer, and of how
 * many CPUs the same number of events comes, merged by time. Each way counts all calls exactly, or
 * the bench fails. Medians of rounds that take turns. With a name as argument that way alone, once,
 * for a profiler.
 */
#include "../unit/pagegen.h"
#include "base/mem.h"
#include "model/join.h"
#include "model/table.h"
#include "reader/source_live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define CPUS   64 /* at most */
#define ROUNDS 7
#define EVENTS (1u << 20) /* a round, about */
#define ALONE  4096       /* calls of a thread before another's turn */
#define FIRST  1000       /* tid */
#define STEP   700        /* ns between the events of a CPU */

#define COMMON                                                                                     \
	"format:\n"                                                                                \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"             \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
#define FIELD(type, name, at, size, sign)                                                          \
	"\tfield:" type " " name ";\toffset:" #at ";\tsize:" #size ";\tsigned:" #sign ";\n"
#define END "\nprint fmt: \"\"\n"

/* As the kernel lays out its syscall tracepoints and a probe on mprotect_fixup. */
static const char call_format[] = "name: call\nID: 705\n" COMMON FIELD("unsigned long", "start", 16,
	8, 0) FIELD("size_t", "len", 24, 8, 0) FIELD("unsigned long", "prot", 32, 8, 0) END;
static const char return_format[] =
	"name: return\nID: 704\n" COMMON FIELD("long", "ret", 16, 8, 1) END;
static const char change_format[] = "name: change\nID: 1500\n" COMMON FIELD("u64", "file", 16, 8, 0)
	FIELD("u64", "start", 24, 8, 0) FIELD("u64", "end", 32, 8, 0) FIELD("u64", "new", 40, 8, 0)
		FIELD("u64", "old", 48, 8, 0) END;

struct record {
	uint16_t type, flags;
	uint32_t pid;
	uint64_t nr, a, b, c, d, e;
};

struct way {
	const char *name;
	bool returns, changes;
	unsigned int nr_tids, run, page, cpus;
};

static const struct way ways[] = {
	{"counts", false, false, 2, ALONE, 65536, 2},
	{"counts, 4 KiB", false, false, 2, ALONE, 4096, 2},
	{"counts, turns of 4", false, false, 100, 4, 65536, 2},
	{"outcome, time", true, false, 2, ALONE, 65536, 2},
	{"outcome, time, 4 KiB", true, false, 2, ALONE, 4096, 2},
	{"outcome, time, change", true, true, 2, ALONE, 65536, 2},
	{"the same, turns of 4", true, true, 100, 4, 65536, 2},
	{"the same, 10", true, true, 10, 3, 65536, 2},
	{"the same, 1000", true, true, 1000, 3, 65536, 2},
	{"the same, 50000", true, true, 50000, 3, 65536, 2},
	{"the same, 100000", true, true, 100000, 3, 65536, 2},
	{"counts, 1 CPU", false, false, 1, ALONE, 65536, 1},
	{"counts, 2 CPUs", false, false, 2, ALONE, 65536, 2},
	{"counts, 4 CPUs", false, false, 4, ALONE, 65536, 4},
	{"counts, 16 CPUs", false, false, 16, ALONE, 65536, 16},
	{"counts, 64 CPUs", false, false, 64, ALONE, 65536, 64},
	{"change, 1 CPU", true, true, 1, ALONE, 65536, 1},
	{"change, 2 CPUs", true, true, 2, ALONE, 65536, 2},
	{"change, 4 CPUs", true, true, 4, ALONE, 65536, 4},
	{"change, 16 CPUs", true, true, 16, ALONE, 65536, 16},
	{"change, 64 CPUs", true, true, 64, ALONE, 65536, 64},
};

struct bench {
	const struct way *way;
	struct decoder *decoder;
	struct source *source;
	struct join *join;
	struct table *table;
	int raw[CPUS];
	uint64_t events, calls; /* in the files */
	double ns[ROUNDS];
};

struct maker {
	struct pagegen gen;
	struct page_layout layout;
	uint8_t *page;
	int fd;
	uint64_t ts, events;
	bool begun;
};

static void fail(const char *what)
{
	fprintf(stderr, "bench-path: %s\n", what);
	exit(1);
}

static void page_out(struct maker *m)
{
	pagegen_end(&m->gen, 0);
	if (write(m->fd, m->page, m->layout.size) != (ssize_t)m->layout.size)
		fail("cannot write a page");
	m->begun = false;
}

static void put(struct maker *m, const struct record *record, unsigned int len)
{
	if (m->begun && !pagegen_data(&m->gen, STEP, record, len))
		page_out(m);
	m->ts += STEP;
	m->events++;
	if (m->begun)
		return;
	pagegen_begin(&m->gen, &m->layout, m->page, m->ts);
	m->begun = true;
	if (!pagegen_data(&m->gen, 0, record, len))
		fail("a record does not fit a page");
}

/* The calls of one CPU. */
static void fill(struct bench *b, unsigned int cpu)
{
	const struct way *way = b->way;
	struct maker m = {.fd = b->raw[cpu], .ts = 1000000 + cpu * STEP / way->cpus};
	unsigned int each = 1 + way->returns + way->changes;

	m.layout = pagegen_layout(8, __BYTE_ORDER == __BIG_ENDIAN, way->page);
	m.page = mem_new(1, way->page);
	for (uint64_t i = 0; m.events + each <= EVENTS / way->cpus; i++) {
		uint32_t tid = FIRST + (i / way->run * way->cpus + cpu) % way->nr_tids;
		uint64_t addr = 0x7f0000000000 + i % 64 * 4096, prot = i & 1 ? 1 : 3;
		struct record call = {705, 0, tid, 10, addr, 4096, prot, 0, 0};
		struct record change = {1500, 0, tid, 0, 0, addr, addr + 4096, prot, prot ^ 2};
		struct record ret = {704, 0, tid, 10, 0, 0, 0, 0, 0};

		put(&m, &call, 40);
		if (way->changes)
			put(&m, &change, sizeof(change));
		if (way->returns)
			put(&m, &ret, 24);
		b->calls++;
	}
	page_out(&m);
	b->events += m.events;
	free(m.page);
}

/* In place of /proc. */
static void learn(struct bench *b, uint32_t tid)
{
	struct event ident = {.kind = EVENT_IDENT, .ts_ns = 500000, .tid = tid};

	ident.u.ident.tid = ident.u.ident.tgid = tid;
	ident.u.ident.ppid = 1;
	ident.u.ident.uid = 1000;
	ident.u.ident.start_ns = 400000;
	table_feed(b->table, &ident);
}

static void count(const struct call *call, void *arg)
{
	struct bench *b = arg;

	if (!table_knows(b->table, call->tid))
		learn(b, call->tid);
	table_call(b->table, call);
}

static void feed(const struct event *event, void *arg)
{
	struct bench *b = arg;

	if (event->kind != EVENT_CALLS) {
		join_feed(b->join, event);
		return;
	}
	if (!table_knows(b->table, event->tid))
		learn(b, event->tid);
	table_calls(b->table, event);
}

static void set_up(struct bench *b, const struct way *way)
{
	char text[512];

	*b = (struct bench){.way = way};
	b->decoder = decoder_new(__BYTE_ORDER == __BIG_ENDIAN);
	if (decoder_add(b->decoder, "call", "call", 0, call_format, NULL) < 0 ||
		decoder_add(b->decoder, "return", "return", 0, return_format, NULL) < 0 ||
		decoder_add(b->decoder, "change", "change", 0, change_format, NULL) < 0)
		fail("a format is not understood");
	b->source = source_new(b->decoder, 8 << 20);
	snprintf(text, sizeof(text),
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		"\tfield: char data;\toffset:16;\tsize:%u;\tsigned:0;\n",
		way->page - 16);
	if (!way->returns)
		source_fold(b->source, 0, 0);
	if (source_layout(b->source, SOURCE_COUNTED, text, NULL))
		fail("the layout is not understood");
	b->join = join_new(
		&(struct join_config){.returns = way->returns, .changes = way->changes}, count, b);
	b->table = table_new(&table_limits_default, false, 1000);
	source_look_ahead(b->source, table_soon, b->table);
	for (unsigned int cpu = 0; cpu < b->way->cpus; cpu++) {
		b->raw[cpu] = memfd_create("cpu", 0);
		if (b->raw[cpu] < 0)
			fail("memfd_create");
		fill(b, cpu);
		source_cpu(
			b->source, SOURCE_COUNTED, cpu, dup(b->raw[cpu]), memfd_create("stats", 0));
	}
}

static void tear_down(struct bench *b)
{
	source_free(b->source);
	decoder_free(b->decoder);
	join_free(b->join);
	table_free(b->table);
	for (unsigned int cpu = 0; cpu < b->way->cpus; cpu++)
		close(b->raw[cpu]);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void round_one(struct bench *b, unsigned int round)
{
	uint64_t before = table_totals(b->table)->total.calls, begin;

	for (unsigned int cpu = 0; cpu < b->way->cpus; cpu++)
		lseek(b->raw[cpu], 0, SEEK_SET);
	begin = now_ns();
	while (source_drain(b->source, true, feed, b))
		;
	b->ns[round % ROUNDS] = (double)(now_ns() - begin) / (double)b->events;
	table_close(b->table, now_ns(), 0);
	if (table_totals(b->table)->total.calls - before != b->calls)
		fail("not every call was counted");
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct bench benches[ARRAY_SIZE(ways)];

	for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++) {
		if (argc > 1 && strcmp(argv[1], ways[i].name) != 0)
			continue;
		set_up(&benches[i], &ways[i]);
		round_one(&benches[i], 0);
	}
	for (unsigned int round = 0; argc == 1 && round < ROUNDS; round++)
		for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++)
			round_one(&benches[i], round);
	for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++) {
		struct bench *b = &benches[i];

		if (!b->way)
			continue;
		qsort(b->ns, ROUNDS, sizeof(double), compare);
		printf("%-24s %6.2f ns an event (%.2f to %.2f)\n", b->way->name, b->ns[ROUNDS / 2],
			b->ns[0], b->ns[ROUNDS - 1]);
		tear_down(b);
	}
	return 0;
}
