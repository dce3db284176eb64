/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed.h"
#include "base/mem.h"

#include <errno.h>
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

/* What a call must count as. */
static void sent_add(struct counts *sent, const struct call *call)
{
	bool asked = call->known & CALL_ASKED,
	     failed = call->known & CALL_RETURNED && call->ret < 0;

	if (call->known & CALL_REFUSED) {
		sent->refused++;
		sent->x_refused++;
		return;
	}
	sent->calls++;
	sent->returned += !!(call->known & CALL_RETURNED);
	sent->unreturned += !(call->known & CALL_RETURNED);
	sent->errors += failed;
	sent->timed += !!(call->known & CALL_TIMED);
	sent->time_ns += call->known & CALL_TIMED ? call->duration_ns : 0;
	if (call->known & CALL_CHANGED) {
		sent->mapped++;
		sent->maps += call->maps;
	}
	for (unsigned int i = 0; i < VERDICT_NR_KINDS; i++)
		sent->kinds[i] += call->kinds >> i & 1;
	sent->unasked += !asked;
	if (!asked)
		return;
	sent->range += call->len;
	sent->ask_x += call->prot >> 2 & 1;
	sent->x_refused +=
		(call->ret == -EACCES || call->ret == -EPERM) && failed && call->prot & 4;
	sent->prot[prot_class(call->prot)]++;
	sent->made_wx += call_leaves_wx(call);
}

void feed_joined(struct feed *feed, const struct call *call)
{
	struct call sent = *call;

	feed->now_ns += FEED_STEP_NS;
	sent.ts_ns = feed->now_ns;
	sent_add(&feed->sent, &sent);
	table_call(feed->table, &sent);
}

void feed_call(struct feed *feed, uint32_t tid, uint64_t len, uint64_t prot)
{
	feed_joined(
		feed, &(struct call){.tid = tid, .len = len, .prot = prot, .known = CALL_ASKED});
}

void feed_result(struct feed *feed, uint32_t tid, uint64_t prot, int64_t ret, uint64_t duration_ns)
{
	feed_joined(feed, &(struct call){.tid = tid,
				  .len = 4096,
				  .prot = prot,
				  .ret = ret,
				  .duration_ns = duration_ns,
				  .known = CALL_ASKED | CALL_RETURNED | CALL_TIMED});
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

void feed_told(struct feed *feed, uint32_t pid, enum told_what what, const char *text)
{
	feed->now_ns += FEED_STEP_NS;
	table_tell(feed->table, &(struct told){.ts_ns = feed->now_ns,
					.pid = pid,
					.what = what,
					.text = text,
					.len = strlen(text)});
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

static struct table_row found[16];
static unsigned int nr_found;

static void find_visit(const struct table_row *row, void *arg)
{
	struct find *find = arg;

	if (row->pid != find->pid || row->tid != find->tid)
		return;
	/* a row is there while it is visited, and a test looks at a few */
	if (find->nr++ == find->skip) {
		find->row = &found[nr_found++ % ARRAY_SIZE(found)];
		found[(nr_found - 1) % ARRAY_SIZE(found)] = *row;
	}
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
