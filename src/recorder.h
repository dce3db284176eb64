/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state behind struct record, for record.c and the files record_*.c only.
 */
#ifndef MPROTTOP_RECORDER_H
#define MPROTTOP_RECORDER_H

#include "model/trail.h"
#include "reader/datout.h"
#include "record.h"

#define RECORD_PAGE  8192 /* at most: room for the largest record of an event with a path */
#define RECORD_USERS 1024 /* remembered */

enum record_state {
	RECORD_OPENING, /* the keeper makes the files */
	RECORD_RUNNING,
	RECORD_FAILED, /* nothing more is taken */
	RECORD_SAVING, /* the file is put together */
	RECORD_NAMING, /* the keeper gives it its name */
	RECORD_OVER,
};

struct record {
	struct monitor *m;
	enum record_state state;
	bool given; /* by --write: it is the run's failure where it fails */
	bool late;  /* began while tracing was under way */
	bool begun; /* the trail says since when calls count */
	int keeper, file;
	uint32_t keeper_pid;
	char path[1024];
	struct depot depot;
	struct tap tap;
	char header[512]; /* the header_page of what is written */
	struct datout dat;
	struct buf bytes, list, settings; /* of a record, of a pull, the first one */
	unsigned int nr_streams;          /* of pages; then come the trail and the names */
	uint64_t *nr_records;             /* by stream */
	uint32_t *pulled;                 /* since the last TRAIL_PULL */
	uint64_t *left_out;               /* records that came, since the last TRAIL_CAME */
	uint64_t *ends;                   /* of our options */
	unsigned int nr_ends;
	uint64_t begin_ns;            /* where that is late */
	double offset_s;              /* from CLOCK_MONOTONIC to the time of day, at the begin */
	uint32_t users[RECORD_USERS]; /* told of; EVENT_NO_ID: none */
	unsigned int nr_formats;      /* told of */
	bool cut, full;
	struct fault fault; /* why it is not whole */
};

/* Whether something is being recorded; then the record. */
struct record *record_running(struct monitor *m);

/* Adds a record to the trail. */
void record_add(struct record *r, const struct trail_record *record);

/* Which records were kept since the last time; the text is in r->list. */
struct trail_record record_pull(struct record *r, uint64_t horizon_ns, bool final);

/* Taps and trail begin; what is known of tasks where that is late. */
void record_trail_begin(struct record *r);

/* All tasks that are known, and since when calls count; the names of all, for other tools. */
void record_known(struct record *r);
void record_names(struct record *r);

/* Begins to put the file together, from now on nothing more is taken. */
void record_save(struct record *r);

/* It cannot go on. */
void record_fail(struct record *r, int err, const char *what);

#endif
