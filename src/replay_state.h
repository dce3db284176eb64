/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the replay share. replay.c owns the schedule of updates and the ends;
 * replay_trail.c executes the trail of one of our recordings, replay_plain.c merges others by time.
 */
#ifndef MPROTTOP_REPLAY_STATE_H
#define MPROTTOP_REPLAY_STATE_H

#include "base/bits.h"
#include "model/trail.h"
#include "reader/dat.h"
#include "reader/source_file.h"
#include "replay.h"
#include "replay_names.h"
#include "replay_twice.h"

struct replay {
	struct dat dat;
	struct source_file *file;
	struct replay_names names; /* tid → name, or uid → user */
	uint64_t first_ns;         /* the recording begins */
	uint64_t last_ns;          /* the newest event, or the last update of the trail */
	uint64_t end_ns;           /* where to stop; UINT64_MAX: nowhere */
	uint64_t asked_ns;         /* the delay that was asked for; 0: none */
	uint64_t delay_ns;         /* between updates; 0: as the trail says */
	uint64_t due_ns;           /* the next one, where that is not 0 */
	uint64_t idle_left;        /* updates without events that may be told yet */
	struct daytime daytime;    /* of the recording's clock */
	bool scanned; /* all was looked through: which facts it tells, its first event */
	uint32_t given;
	uint64_t seen_ns;
	struct twice *twice; /* NULL: one buffer has pages */
	bool twice_told;
	bool updated, finished;
	int err;
	struct fault fault;

	/* of a trail */
	struct trail trail;
	char *part; /* the option that is read */
	size_t next_part;
	uint64_t part_at;   /* in the file */
	uint64_t record_at; /* likewise of the record that was read last */
	bool pulled, begun; /* there was a TRAIL_PULL, a TRAIL_BEGIN */
	bool has_held;
	struct trail_record held; /* the next, looked at already */
	uint32_t canary_tid, applies;
	uint64_t canary_ns;
	struct bits streams; /* whose records there were */
	unsigned int nr_streams, nr_events, pid_digits;
	bool command, full;
	bool pulling, pull_final; /* a pull up to pull_ns is not through */
	uint64_t pull_ns;
};

/* Makes time what it is in the recording. */
void replay_at(struct monitor *m, uint64_t ns);

/* An update at ns; final: the last. */
void replay_update(struct monitor *m, uint64_t ns, bool final);

/* Feeds what is not younger than ns: what the trail wants, or all. */
void replay_pull(struct monitor *m, bool all, uint64_t ns);

/* Where the next pull may go up to: not beyond an update, or the end. */
uint64_t replay_limit(const struct replay *r, uint64_t until_ns);

/* Nothing happens before next_ns: where that is very long, the intervals are not told one by one.
 */
void replay_gap(struct replay *r, uint64_t next_ns);

/* Everything up to ns was fed: lines of calls, and the update that is due. False: that was the
 * last. */
bool replay_reached(struct monitor *m, uint64_t ns);

/* A time in seconds, or a percentage, of a file, where it may be any number: NAN beyond what there
 * can be. */
double replay_number(double number);

/* The damage, once; that of the record of the trail that was read last. */
void replay_damaged(struct replay *r, uint64_t at, const char *what);
void trail_damaged(struct replay *r, const char *what);

/* Calls count from ns on, or from --begin. */
void replay_begin(struct monitor *m, uint64_t ns);

/* A text of a stranger, fit to be shown. */
void trail_clean(char *to, size_t size, const struct trail_text *text);

/* Does what a record says, whenever it is; replay_execute.c has a row a kind. */
void trail_execute(struct monitor *m, const struct trail_record *rec);

/* Goes on with a pull, up to an update that is due in it, or its end. */
void trail_pull(struct monitor *m);

int trail_start(struct monitor *m, struct fault *fault);
bool trail_play(struct monitor *m, uint64_t until_ns);
/* What /proc told when it was asked of a task at ts_ns, if it was. */
void trail_ask(struct monitor *m, uint32_t tid, uint64_t ts_ns);

int plain_start(struct monitor *m, struct fault *fault);
bool plain_play(struct monitor *m, uint64_t until_ns);
void plain_called(struct monitor *m, const struct call *call);
void plain_before(struct monitor *m, const struct event *event);

#endif
