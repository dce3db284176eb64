/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live source: per-CPU raw buffers of the counted and the side instance → events in time order.
 * It owns the descriptors it is given. Reading never waits and is bounded a call; a CPU that comes,
 * goes or has no buffer is quiet. Damaged pages are counted and left out, what follows is read.
 *
 * CPUs are merged by time: an event is handed on once no CPU can bring an older one any more. That
 * is the time at which the last round of reads began, less a moment for records still being
 * written, or the last event of a CPU that was not read to its end.
 *
 * Kernel sources: Documentation/trace/ftrace.rst (trace_pipe_raw, stats);
 * kernel/trace/ring_buffer.c (ring_buffer_read_page).
 */
#ifndef MPROTTOP_SOURCE_LIVE_H
#define MPROTTOP_SOURCE_LIVE_H

#include "base/fault.h"
#include "model/event.h"
#include "model/health.h"
#include "reader/decode.h"
#include "reader/page.h"
#include "reader/tap.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define SOURCE_COUNTED 0
#define SOURCE_SIDE    1

typedef void (*source_feed)(const struct event *event, void *arg);

/* What the kernel's per-CPU stats say, summed over an instance. */
struct source_stats {
	uint64_t lost;    /* overrun + commit overrun + dropped, also from before a clear */
	uint64_t waiting; /* entries not read yet */
	uint64_t stolen;  /* records that were read, and not by us */
	uint64_t clears;  /* how often a CPU's counters were seen to start again */
};

struct source_counts {
	uint64_t records[2]; /* data records delivered, by instance */
	uint64_t marked[2];  /* lost by the pages' own marks */
	uint64_t unknown;    /* records of events that nobody added */
	uint64_t short_records;
	uint64_t bad_pages;
	const char *bad_name; /* of the last one's error, and its CPU */
	unsigned int bad_cpu;
	uint64_t late;   /* handed on behind a younger one */
	uint64_t fed_ns; /* all events before were handed on */
	double fill;     /* the fullest buffer's share in the last drain, 0 to 1 */
};

struct source;

struct source *source_new(const struct decoder *decoder, uint64_t buffer_bytes);
void source_free(struct source *source);

/* Nothing more is read: closes the descriptors. */
void source_close(struct source *source);

/* text: events/header_page of the instance. */
int source_layout(struct source *source, unsigned int which, const char *text, struct fault *fault);

/* Takes both descriptors. The layout must be known. */
void source_cpu(struct source *source, unsigned int which, unsigned int cpu, int raw, int stats);

/* Calls at since_ns and later, but those of tid, may come as EVENT_CALLS; UINT64_MAX: no more do.
 */
void source_fold(struct source *source, uint64_t since_ns, uint32_t tid);

/* Tells soon of whom events will be fed in a moment, where they are not of who was before; not for
 * a while where that says false. */
typedef bool (*source_soon)(uint32_t tid, void *arg);
void source_look_ahead(struct source *source, source_soon soon, void *arg);

/* Whether some of those wait to be handed on. */
bool source_folded(const struct source *source);

/* Reads what is there, bounded, and feeds what is old enough; all of it where final. True while a
 * buffer was left unread. */
bool source_drain(struct source *source, bool final, source_feed feed, void *arg);

/* How many streams there are. */
size_t source_streams(const struct source *source);

/* To wait until one has something: fills in one of fds a stream, and returns how many. Then whether
 * one has; a CPU that is away is not asked again. */
size_t source_polls(const struct source *source, struct pollfd *fds);
bool source_polled(struct source *source, const struct pollfd *fds);

/* A stream without descriptors, whose records the caller hands over; its number, from 0. */
unsigned int source_stream(struct source *source, unsigned int which, unsigned int cpu);

/* The next data record of a stream, a loss before it, or damage. */
void source_record(struct source *source, unsigned int stream, const struct page_record *record);
void source_lost(struct source *source, unsigned int stream, uint64_t ts_ns, uint64_t count);
void source_damage(struct source *source, unsigned int stream, enum page_error error);

/* How many data records of it came; so many more did, and are handed over by nobody. */
uint64_t source_records(const struct source *source, unsigned int stream);
void source_came(struct source *source, unsigned int stream, uint64_t nr);

/* Events of it that were not fed yet. */
size_t source_waiting(const struct source *source, unsigned int stream);

/* Feeds what is not younger than horizon, in order of time. */
void source_merge(struct source *source, uint64_t horizon, source_feed feed, void *arg);

/* From now on; NULL: nobody. It must outlive the source, or be taken off. */
void source_tap(struct source *source, const struct tap *tap);

/* The instance and CPU of a stream, and the text of its stats file; false: there is none. */
bool source_stream_is(const struct source *source, unsigned int stream, unsigned int *which,
	unsigned int *cpu, char *stats, size_t size);

const struct page_layout *source_page_layout(const struct source *source, unsigned int which);

const struct source_counts *source_counts(const struct source *source);

/* What the stats files say, read again after each drain; of one that cannot be read, what it said
 * before. The kernel counts the
 * data records that were read ("read events") as we count those that came: only another reader
 * makes it more, only a buffer that was cleared makes it less, whatever is written meanwhile. */
void source_stats(struct source *source, unsigned int which, struct source_stats *out);

/* A row a buffer, as source_stats() found it; how full it was at most since the last time. Returns
 * how many. */
unsigned int source_cpus(struct source *source, struct cpu_stat *out, unsigned int max);

#endif
