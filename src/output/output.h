/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows → text on a descriptor, a row in formats[] and a file a format. The caller owns the
 * descriptor and what it passes; struct output owns its line buffer, output_free() frees. Each line
 * is written whole and at once. Functions return 0, or -errno of write(), -EPIPE too (SIGPIPE
 * must be ignored); after a failure nothing more is written and each call returns the same.
 */
#ifndef MPROTTOP_OUTPUT_H
#define MPROTTOP_OUTPUT_H

#include "base/buf.h"
#include "base/daytime.h"
#include "model/audit.h"
#include "model/column.h"
#include "model/journal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct format;

struct output_config {
	const struct format *format;
	const struct column *columns[COLUMN_MAX]; /* where columns_given */
	int nr_columns;
	bool columns_given;
	uint32_t facts; /* that the source gives */
	bool quiet, timestamps, raw, threads;
	bool group;                     /* a row is a group: no pid unless asked for */
	bool tree;                      /* of the table: lines in front of names */
	bool cmdline;                   /* of the table: command lines in place of names */
	bool events;                    /* a line a call */
	bool audit;                     /* no rows, and verdicts at the end */
	const struct call_names *names; /* of calls; or NULL */
	const char *machine;            /* whose protection bits calls have; where events */
	bool ascii;                     /* of the table: no character beyond ASCII */
	int width;                      /* of the table, in cells; 0: unlimited */
	int fd;
};

/* How a run ended. */
struct end_info {
	const struct table_totals *totals;
	const struct health *health;
	double time;
	double traced_s;
	uint64_t updates;
	bool has_command;
	int command_status; /* where has_command */
	bool has_frames;    /* a screen was drawn */
	uint64_t frames;
	double longest_frame_ms;
};

/* A call, or a loss, as a line. */
struct call_line {
	const struct journal_entry *entry;
	double time;    /* seconds since 1970, of its begin */
	double since_s; /* since tracing began */
};

/* What --audit says of a process, or of a group. */
struct verdict_line {
	double time;
	const struct row *row; /* with its audit */
	const char *group;     /* what the row is, NULL: a process */
	bool unit_passes;      /* all processes of its unit do, under the policy that applies */
	bool dropin;           /* for people: what to write stands here, once a unit */
	const struct daytime *daytime; /* of its calls */
	double begin_s;                /* when tracing began, by CLOCK_MONOTONIC */
};

/* For the files of the formats only; columns are those chosen. */
struct output {
	struct output_config config;
	struct buf line;
	struct buf held; /* lines that wait for output_flush() */
	bool holding;
	struct buf page; /* what output_page() writes */
	int err;         /* the first failure */
};

/* A step that a format has nothing to say at is NULL. */
struct format {
	const char *name;
	bool machine;  /* the fixed set of columns, not the screen's */
	bool identity; /* rows always carry pid, start_ns and comm */
	int (*start)(struct output *o, const struct run_info *info, double time);
	int (*update)(struct output *o, const struct snapshot *snap);
	int (*notice)(struct output *o, const struct notice *notice, double time);
	int (*end)(struct output *o, const struct end_info *end);
	/* where a call is a line; the last two are there, or neither */
	int (*call_head)(struct output *o);
	int (*call)(struct output *o, const struct call_line *line);
	int (*lost)(struct output *o, const struct call_line *line);
	/* of --audit */
	int (*verdict_head)(struct output *o, const char *group, unsigned int applies);
	int (*verdict)(struct output *o, const struct verdict_line *line);
};

extern const struct format *const formats[]; /* ends with NULL */
extern const struct format format_table, format_csv, format_json,
	format_prometheus; /* in their files */

/* NULL where no format has that name. */
const struct format *format_find(const char *name);

struct output *output_new(const struct output_config *config);
void output_free(struct output *o);

int output_start(struct output *o, const struct run_info *info, double time);
int output_update(struct output *o, const struct snapshot *snap);
int output_notice(struct output *o, const struct notice *notice, double time);
int output_end(struct output *o, const struct end_info *end);

int output_call(struct output *o, const struct call_line *line);

/* A header, and a line a process, or a group of that kind. applies: a row of policies[]. */
int output_verdicts(struct output *o, const char *group, unsigned int applies);
int output_verdict(struct output *o, const struct verdict_line *line);

/* Whether updates have rows. */
bool output_rows(const struct output *o);

/* Lines are gathered from now on, until they are written at once. */
void output_hold(struct output *o);
int output_flush(struct output *o);

/* Cleans the line, ends it with a line break, writes it, and empties it. */
int output_line(struct output *o);

/* Writes the page, whose text must be clean. */
int output_page(struct output *o);

/* An update in the format of Prometheus; with the columns that output_columns() gives. */
void prometheus_text(
	const struct output_config *config, const struct snapshot *snap, struct buf *out);

/* Chooses the columns of a format where none were given. */
void output_columns(struct output_config *config);

/* Nothing lost, missed or unaccounted. */
bool output_complete(const struct health *health);

/* What was lost and that figures may be too low, as one line for people; returns false and adds
 * nothing where the figures are whole. */
bool output_doubt(const struct health *health, struct buf *out);

#endif
