/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events of one stream that wait, and the merge of several by time. A queue is embedded; a zeroed
 * one is empty, queue_done() frees what it owns. Nothing fails.
 */
#ifndef MPROTTOP_QUEUE_H
#define MPROTTOP_QUEUE_H

#include "model/event.h"

#include <stdbool.h>
#include <stddef.h>

struct queue {
	struct event *events; /* from first to nr wait */
	size_t first, nr, cap;
	size_t folded; /* behind the last that is an EVENT_CALLS */
	bool after;    /* of one time it comes behind those where this is false */
};

/* The oldest event of a queue, in a heap of all that are not empty. */
struct queue_head {
	uint64_t rank;
	struct queue *queue;
};

/* An event of tid, which the one before it is not of, is handed on a little later. False: nobody
 * needs to know until the next merge. */
typedef bool (*queue_soon)(uint32_t tid, void *arg);

struct queue_fed {
	uint64_t ts_ns;  /* the newest that was handed on */
	uint64_t late;   /* how many were behind a younger one */
	queue_soon soon; /* or NULL */
	void *soon_arg;
	bool looks; /* ahead */
};

typedef void (*queue_feed)(const struct event *event, void *arg);

void queue_done(struct queue *queue);

void queue_grow(struct queue *queue);

/* A place behind the last, not filled in. */
static inline struct event *queue_add(struct queue *queue)
{
	if (queue->nr == queue->cap)
		queue_grow(queue);
	return &queue->events[queue->nr++];
}

static inline bool queue_waits(const struct queue *queue)
{
	return queue->first < queue->nr;
}

/* Keeps what waits at the start of its array. */
void queue_pack(struct queue *queue);

/* Hands on what is not younger than horizon, in order of time. heads: nr of them, with a queue
 * each that is not empty, and room for one more. */
void queues_merge(struct queue_head *heads, size_t nr, uint64_t horizon, struct queue_fed *fed,
	queue_feed feed, void *arg);

#endif
