/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

const struct table_limits feed_small = {.rows = 64, .tasks = 256};

static struct event feed_event(struct feed *feed, uint8_t kind, uint32_t tid)
{
	feed->now_ns += FEED_STEP_NS;
	return (struct event){.ts_ns = feed->now_ns, .tid = tid, .kind = kind};
}

static void comm_set(char comm[EVENT_COMM_LEN], const char *text)
{
	size_t len = strlen(text);

	memcpy(comm, text, len < EVENT_COMM_LEN ? len : EVENT_COMM_LEN);
}

void feed_call(struct feed *feed, uint32_t tid, uint64_t len, uint64_t prot)
{
	struct event event = feed_event(feed, EVENT_CALL, tid);

	event.u.call.addr = 0x7f0000000000;
	event.u.call.len = len;
	event.u.call.prot = prot;
	feed->sent.calls++;
	feed->sent.range += len;
	feed->sent.ask_x += prot >> 2 & 1;
	feed->sent.prot[prot_class(prot)]++;
	table_feed(feed->table, &event);
}

void feed_calls(struct feed *feed, uint32_t tid, unsigned int nr)
{
	while (nr--)
		feed_call(feed, tid, 4096, 3);
}

void feed_new(struct feed *feed, uint32_t maker, uint32_t tid, bool thread, const char *comm)
{
	struct event event = feed_event(feed, EVENT_NEW, maker);

	event.u.new.tid = tid;
	event.u.new.thread = thread;
	comm_set(event.u.new.comm, comm);
	table_feed(feed->table, &event);
}

void feed_name(struct feed *feed, uint32_t tid, const char *comm)
{
	struct event event = feed_event(feed, EVENT_NAME, tid);

	event.u.name.tid = tid;
	comm_set(event.u.name.comm, comm);
	table_feed(feed->table, &event);
}

void feed_exec(struct feed *feed, uint32_t tid, uint32_t old_tid)
{
	struct event event = feed_event(feed, EVENT_EXEC, tid);

	event.u.exec.old_tid = old_tid;
	table_feed(feed->table, &event);
}

void feed_exit(struct feed *feed, uint32_t tid)
{
	struct event event = feed_event(feed, EVENT_EXIT, tid);

	table_feed(feed->table, &event);
}

void feed_ident(struct feed *feed, uint32_t tid, uint32_t tgid, uint32_t uid, uint64_t start_ns,
	const char *comm)
{
	struct event event = feed_event(feed, EVENT_IDENT, tid);

	event.u.ident.tid = tid;
	event.u.ident.tgid = tgid;
	event.u.ident.ppid = 1;
	event.u.ident.uid = uid;
	event.u.ident.start_ns = start_ns;
	comm_set(event.u.ident.comm, comm);
	table_feed(feed->table, &event);
}

void feed_lost(struct feed *feed, uint64_t count, bool side)
{
	struct event event = feed_event(feed, EVENT_LOST, 0);

	event.u.lost.count = count;
	event.u.lost.side = side;
	table_feed(feed->table, &event);
}

void feed_close(struct feed *feed, uint64_t keep_ns)
{
	feed->now_ns += FEED_SECOND;
	table_close(feed->table, feed->now_ns, keep_ns);
}

struct find {
	uint32_t pid, tid;
	unsigned int skip, nr;
	const struct table_row *row;
};

struct feed feed_of(const struct table_limits *limits, bool threads)
{
	return (struct feed){.table = table_new(limits, threads, FEED_BEGIN), .now_ns = FEED_BEGIN};
}

void feed_sum_visit(const struct table_row *row, void *arg)
{
	struct feed_sum *sum = arg;

	counts_add(&sum->total, &row->total);
	counts_add(&sum->delta, &row->delta);
	sum->nr++;
	/* "other" comes last */
	assert_int_equal(sum->nr_other, 0);
	sum->nr_other += !!(row->flags & ROW_OTHER);
}

void feed_counts_equal(const struct counts *a, const struct counts *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

void feed_check_sums(const struct table *table, bool threads)
{
	const struct table_totals *totals = table_totals(table);

	for (unsigned int i = 0; i <= threads; i++) {
		struct feed_sum sum = {0};

		table_each(table, i, feed_sum_visit, &sum);
		counts_add(&sum.total, &totals->gone[i]);
		feed_counts_equal(&sum.total, &totals->total);
		feed_counts_equal(&sum.delta, &totals->delta);
	}
}

static void find_visit(const struct table_row *row, void *arg)
{
	struct find *find = arg;

	if (row->pid != find->pid || row->tid != find->tid)
		return;
	if (find->nr++ == find->skip)
		find->row = row;
}

const struct table_row *feed_row(
	const struct table *table, uint32_t pid, uint32_t tid, bool threads, unsigned int nr)
{
	struct find find = {.pid = pid, .tid = tid};

	table_each(table, threads, find_visit, &find);
	assert_int_equal(find.nr, nr);
	return find.row;
}

const struct table_row *feed_pid(const struct table *table, uint32_t pid)
{
	return feed_row(table, pid, pid, false, 1);
}
