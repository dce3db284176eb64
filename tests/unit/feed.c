/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "feed.h"

#include <string.h>

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
