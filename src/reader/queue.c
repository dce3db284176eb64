/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/queue.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define LEAST 16 /* places: a recording may have thousands of queues with an event each */
#define NEXT  8
#define AHEAD 64 /* events of a queue; some turns of threads that call little */

void queue_done(struct queue *queue)
{
	free(queue->events);
}

void queue_grow(struct queue *queue)
{
	queue->cap = queue->cap ? 2 * queue->cap : LEAST;
	queue->events = mem_resize(queue->events, queue->cap, sizeof(struct event));
}

void queue_pack(struct queue *queue)
{
	if (!queue->first)
		return;
	memmove(queue->events, queue->events + queue->first,
		(queue->nr - queue->first) * sizeof(struct event));
	queue->nr -= queue->first;
	queue->folded -= queue->first < queue->folded ? queue->first : queue->folded;
	queue->first = 0;
}

static inline uint64_t rank_of(const struct queue *queue, const struct event *event)
{
	return 2 * event->ts_ns + queue->after;
}

/* Moves the head at i down to its place, so that none above has a higher rank. Streams of one rate
 * take turns: which kid is lower cannot be guessed, so that nothing branches on it. heads[nr] is
 * there, with the highest rank. */
static inline void heads_sink(struct queue_head *heads, size_t nr, size_t i)
{
	struct queue_head head = heads[i];

	for (size_t kid; (kid = 2 * i + 1) < nr; i = kid) {
		kid += heads[kid + 1].rank < heads[kid].rank;
		if (heads[kid].rank >= head.rank)
			break;
		heads[i] = heads[kid];
	}
	heads[i] = head;
}

/* What waits in many queues no processor fetches by itself; beyond the end it does no harm. */
static inline void look_ahead(
	struct queue_fed *fed, const struct event *event, const struct event *end)
{
	const struct event *ahead = event + AHEAD;

	__builtin_prefetch(fed->looks ? ahead + NEXT : event + NEXT);
	if (fed->looks && end - event > AHEAD && ahead->tid != (ahead - 1)->tid)
		fed->looks = fed->soon(ahead->tid, fed->soon_arg);
}

/* Hands on what is not above limit: the first event is not. False where none is left. */
static inline bool head_run(
	struct queue_head *head, uint64_t limit, struct queue_fed *fed, queue_feed feed, void *arg)
{
	struct queue *queue = head->queue;
	const struct event *event = queue->events + queue->first;
	const struct event *end = queue->events + queue->nr;

	do {
		look_ahead(fed, event, end);
		fed->late += event->ts_ns < fed->ts_ns;
		if (event->ts_ns > fed->ts_ns)
			fed->ts_ns = event->ts_ns;
		feed(event++, arg);
	} while (event < end && (head->rank = rank_of(queue, event)) <= limit);
	queue->first = (size_t)(event - queue->events);
	if (event < end)
		return true;
	queue->first = queue->nr = queue->folded = 0;
	return false;
}

void queues_merge(struct queue_head *heads, size_t nr, uint64_t horizon, struct queue_fed *fed,
	queue_feed feed, void *arg)
{
	uint64_t last = horizon < UINT64_MAX / 2 ? 2 * horizon + 1 : UINT64_MAX;

	/* where there is no queue at all there need not be a place for one */
	if (!nr)
		return;
	fed->looks = fed->soon;
	heads[nr].rank = UINT64_MAX;
	for (size_t i = nr; i--;) {
		const struct queue *queue = heads[i].queue;

		heads[i].rank = rank_of(queue, queue->events + queue->first);
		heads_sink(heads, nr, i);
	}
	while (nr && heads[0].rank <= last) {
		uint64_t limit = last;

		if (nr > 1 && heads[1].rank < limit)
			limit = heads[1].rank;
		if (nr > 2 && heads[2].rank < limit)
			limit = heads[2].rank;
		if (!head_run(&heads[0], limit, fed, feed, arg)) {
			heads[0] = heads[--nr];
			heads[nr].rank = UINT64_MAX;
		}
		if (nr > 1)
			heads_sink(heads, nr, 0);
	}
}
