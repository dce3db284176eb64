/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line. One row of options[] is an option: getopt's strings, --help and the shell
 * completion come from it. options_parse() prints nothing and knows no terminal; it fails on usage
 * only, with a fault whose status is 2, or 125 where a COMMAND was given. The struct owns pids and
 * filters; options_done() frees, after a failure too. All other text points into argv or const
 * tables.
 */
#ifndef MPROTTOP_OPTIONS_H
#define MPROTTOP_OPTIONS_H

#include "base/fault.h"
#include "model/column.h"
#include "model/filter.h"
#include "model/group.h"
#include "output/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* What to do in place of tracing. */
enum options_action {
	OPTIONS_RUN,
	OPTIONS_HELP,
	OPTIONS_VERSION,
	OPTIONS_COLUMNS, /* --list-columns */
	OPTIONS_COMPLETION,
	OPTIONS_CHECK,
	OPTIONS_CLEANUP,
};

struct options {
	enum options_action action;
	bool batch;          /* asked for, or implied by -1, -f or --output */
	uint64_t iterations; /* 0: no end */
	uint64_t delay_ns;
	bool delay_given;
	uint64_t duration_ns; /* 0: no end */
	uint32_t *pids;       /* each once, in order given */
	unsigned int nr_pids;
	bool user_given, user_not; /* only this user's; all but */
	const char *user_name;     /* as given; NULL: a number */
	uint32_t user;
	const char *text;       /* that commands hold, or NULL */
	const char *where_text; /* or NULL */
	struct filter *where;   /* of that: over columns, with events over keys of calls */
	struct filter *fail_if; /* or NULL */
	bool fail_fast;
	const struct column *sort; /* NULL: not given */
	bool ascending;            /* of sort */
	const struct column *columns[COLUMN_MAX];
	int nr_columns;          /* 0: not given */
	const char *column_list; /* as given, or NULL */
	bool threads, idle, tree;
	const struct group_kind *group; /* NULL: a row is a process */
	bool cmdline;                   /* command lines in place of names */
	bool events;                    /* a line a call */
	bool audit;                     /* a verdict a process, at the end */
	uint32_t also;                  /* facts of related calls, of events */
	const struct format *format;    /* never NULL: table unless given */
	const char *output;             /* a path, or NULL */
	const char *metrics_file;       /* likewise */
	const char *write;              /* likewise: a recording is made there */
	bool timestamps, quiet, raw;
	const char *read;                /* a recording, "-" standard input; NULL: live */
	uint64_t place_begin, place_end; /* ns since its start; 0: not given */
	double speed;                    /* 0: not given */
	int width;                       /* cells, 0: not given */
	const char *probe;               /* "auto", "kprobe", "tracepoint" */
	uint64_t buffer_size;            /* bytes a CPU, 0: not given */
	const char *command_user;        /* NULL: the caller */
	const char *color;               /* "auto", "always", "never" */
	const char *config;              /* a path, or NULL: the usual one */
	bool no_config;
	bool ascii, no_mouse, plain;
	char **command; /* argv of COMMAND, ends with NULL; NULL: none */
};

/* A row of the table. At least one of letters and name is there. */
struct option_row {
	const char *letters; /* all mean the same, "" for none */
	const char *name;    /* the long one, without --; NULL for none */
	const char *arg;     /* what its argument is called, or the words it may be: "a|b|c" */
	void (*words)(struct buf *out); /* writes such words, where a table holds them */
	const char *help;               /* NULL: hidden; --help wraps it */
	const char *group;              /* a title before this row in --help */
	int (*parse)(struct options *o, const struct option_row *row, const char *value,
		struct fault *fault);
	size_t field;               /* offset in struct options, where parse wants one */
	enum options_action action; /* where parse wants one */
};

extern const struct option_row options[]; /* ends with a NULL parse */

#define OPTIONS_MAX 64

int options_parse(int argc, char **argv, struct options *out, struct fault *fault);
void options_done(struct options *o);

/* The row of a long option, NULL where there is none. */
const struct option_row *options_find(const char *name);

/* A fault that names the option and its value (or NULL). The second takes the word and the remedy
 * that a look-up of columns left in fault. Both return -EINVAL. */
int options_bad(const struct option_row *row, const char *value, const char *what,
	const char *remedy, struct fault *fault);
int options_bad_user(const char *value, struct fault *fault);
int options_bad_column(const struct option_row *row, const char *value, struct fault *fault);

/* What --help, --list-columns and --completion print. */
void options_help(struct buf *out);
void options_columns(struct buf *out);
void options_completion(struct buf *out);

/* Whether the row takes an argument, and the words that it may be, "a|b|c"; empty: anything. */
bool options_takes(const struct option_row *row);
void options_words(const struct option_row *row, struct buf *out);

#endif
