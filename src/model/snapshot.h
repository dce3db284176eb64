/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frozen, sorted and filtered copy of the table, with all that a screen or an output format
 * shows of an update. It owns its rows and text; snapshot_take() refills one, snapshot_done()
 * frees. Where the view is lazy, rows are filled as they are looked at, which holds until
 * table_close(); the table must not be freed before snapshot_leave(). The only sort of the program
 * is here.
 */
#ifndef MPROTTOP_SNAPSHOT_H
#define MPROTTOP_SNAPSHOT_H

#include "base/daytime.h"
#include "base/pool.h"
#include "model/breach.h"
#include "model/callers.h"
#include "model/detail.h"
#include "model/health.h"
#include "model/log.h"
#include "model/table.h"
#include "model/view.h"
#include "model/tree.h"

struct audit;
struct call_row;
struct column;
struct count_mode;
struct group_kind;
struct filter;
struct seats;

#define SNAPSHOT_USER  36 /* bytes of a name */
#define SNAPSHOT_USERS 64

/* Which process, thread or group a row is of, whenever. */
struct row_id {
	uint64_t start_ns;
	uint32_t pid, tid;
};

/* A line on screen or in the output. */
struct row {
	struct table_row t;
	char comm[3 * EVENT_COMM_LEN + 4]; /* clean; empty: not known */
	char user[SNAPSHOT_USER];          /* clean; empty: not known */
	char errname[16];                  /* of the most frequent error; empty: none */
	char site[96];                     /* "libfoo.so+0x1a2b"; empty: not known */
	/* clean; NULL: not known */
	const char *exe, *cmdline, *cgroup, *unit, *container;
	const char *name;              /* of a group, in place of comm */
	const struct count_mode *mode; /* NULL: since the start */
	const char *why;               /* the most frequent reason, NULL: not known */
	const struct call_row *call;   /* in place of all else: see call_column.h; or NULL */
	const struct audit *audit;     /* its verdict, NULL: there is none */
	bool listed;                   /* with a verdict: the choice took it, or one of a group */
	uint32_t facts;                /* that the source gives */
	double interval_s;
	double share;      /* of the calls in the interval, 0 to 100 */
	double seen_s;     /* from its start, or ours, to its exit, or now; an interval at least */
	double mean_per_s; /* from its start, or ours, to its exit, or now */
	double idle_s;     /* since its last call, where it made one */
	struct leaf leaf;  /* where it stands in a tree */
};

static inline struct row_id row_id_of(const struct row *row)
{
	return (struct row_id){row->t.start_ns, row->t.pid, row->t.tid};
}

/* What stays the same for a whole run. */
struct run_info {
	const char *version;
	char host[65], boot_id[40], kernel[65], machine[65];
	char source[16];     /* kprobe, tracepoint, recording */
	bool compat_visible; /* whether 32-bit callers are seen */
	double delay_s;
	unsigned int cpus;
	unsigned int nr_probes;
	char probes[32][64];
};

/* Somebody whose processes are there, whether they are let through or not. */
struct seen_user {
	uint32_t uid;
	char name[SNAPSHOT_USER]; /* clean */
};

#define SNAPSHOT_BREACHES 64

struct breach_line {
	struct breach breach;
	double time;                       /* seconds since 1970 */
	char comm[3 * EVENT_COMM_LEN + 4]; /* clean */
};

struct snapshot {
	const struct run_info *info;
	struct row *rows; /* unless they are seated: see snapshot_at() */
	size_t nr_rows, cap_rows;
	struct seats *seats; /* NULL: there were none yet */
	uint64_t turn;       /* another one whenever rows or their order are; 0: made by hand */
	struct pool texts;   /* of the rows */
	struct table_totals totals; /* everything traced */
	struct counts shown;        /* delta over the rows that passed the choice, before idle */
	bool failed;                /* the test held of a row that passed the choice, idle or not */
	bool chosen;                /* a choice (pids, command, user, text, where) is on */
	struct health health;
	struct probe_cost cost;
	struct self_stat self;
	const struct breach_line *breaches; /* the newest first; of who fills it in */
	size_t nr_breaches;
	uint64_t breaches_seen;
	struct hist times;
	struct callers callers;
	struct detail detail;
	const struct log *log;          /* of calls; NULL: none is kept */
	uint32_t facts;                 /* that the source gives */
	const struct group_kind *group; /* as of the view */
	uint64_t seq;
	double interval_s;
	double traced_s;               /* since begin */
	double time;                   /* seconds since 1970 */
	const struct daytime *daytime; /* of times of events; NULL: they were not interrupted */
	uint64_t recorded;             /* bytes of a recording being made; 0: none is */
	bool ended;                    /* COMMAND has ended, or tracing */
	bool replay; /* of a recording: where it is, how long, how fast (0: as it can) */
	double place_s, length_s, speed;
	struct seen_user users[SNAPSHOT_USERS]; /* as they come, where live */
	unsigned int nr_users;
};

/* Turns a uid into a clean name; the caller gives it, as it needs I/O. */
typedef void (*snapshot_user)(const void *arg, uint32_t uid, char *text, size_t size);

/* Refills out's rows, totals, shown, interval_s and traced_s from the closed interval. */
void snapshot_take(struct snapshot *out, const struct table *table, const struct view *view,
	uint64_t begin_ns, snapshot_user user, const void *user_arg);

/* At a tick: has room for what snapshot_take() of a lazy view takes while the table grows, and lets
 * go of what one before took, both bit by bit. */
void snapshot_ready(struct snapshot *snap, const struct table *table);

/* The row of one process, apart from the others, since begin_ns; without rates. Its texts are in
 * out's pool of texts. */
void snapshot_row(struct snapshot *out, const struct view *view, uint64_t begin_ns,
	snapshot_user user, const void *arg, const struct table_row *t, struct row *row);

/* A row, from the first that shows. Of a lazy view it is filled only now, from the table as it was
 * closed last, and holds until some hundred others were asked for. */
const struct row *snapshot_at(const struct snapshot *snap, size_t at);
/* Only parts of it, see part.h, and until the next row is asked for. */
const struct row *snapshot_peek(const struct snapshot *snap, size_t at, unsigned int parts);
struct row_id snapshot_id(const struct snapshot *snap, size_t at);

/* Where it stands in a tree. */
struct leaf snapshot_leaf(const struct snapshot *snap, size_t at);

/* Without its rows, where they are still to be had from the table: that may be freed now. */
void snapshot_leave(struct snapshot *snap);

/* Sorts the rows anew, after view->sort changed. Stable keys: then pid, tid, start. */
void snapshot_sort(struct snapshot *snap, const struct view *view);

void snapshot_done(struct snapshot *snap);

#endif
