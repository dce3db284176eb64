/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The unprivileged half: what the tracer handed over, joined from buffers to rows. struct monitor
 * owns all that it points to; monitor_done() frees. Functions return 0, or -errno with a fault.
 */
#ifndef MPROTTOP_MONITOR_H
#define MPROTTOP_MONITOR_H

#include "base/daytime.h"
#include "base/msg.h"
#include "model/join.h"
#include "model/journal.h"
#include "formats.h"
#include "options.h"
#include "reader/account.h"
#include "reader/canary.h"
#include "reader/knob.h"
#include "reader/maps.h"
#include "reader/meddle.h"
#include "reader/proc.h"
#include "reader/source_live.h"
#include "convert.h"
#include "cost.h"
#include "self.h"
#include "tui/canvas.h"
#include "tui/settings.h"
#include "tui/ui.h"
#include "users.h"

#include <poll.h>

#define MONITOR_GAUGES 4
#define LOOP_FDS       4 /* signals, the tracer, keys, a recording's keeper */

struct monitor_config {
	const struct options *options;
	bool live;
	char settings[4096];         /* where they are, empty: nowhere */
	int settings_fd;             /* what is there, -1: nothing */
	struct fault settings_fault; /* why that is not read */
	int metrics_fd;              /* to the pager, -1: none */
	bool silent;                 /* no lines: the metrics are all that is wanted */
	int output_fd;               /* where batch output goes */
	int read_fd;                 /* the recording; -1: live */
	struct convert convert;      /* what reads it where it is of another kind */
};

/* A process of -p, watched until it ends. */
struct watched {
	uint32_t pid;
	int fd; /* pidfd, -1: gone, or not to be had before 5.3 */
	bool gone;
};

/* How a recording is played: see player.h. */
struct player {
	double speed;      /* 0: as fast as it can */
	uint64_t clock_ns; /* of this machine, when the recording was at at_ns */
	uint64_t at_ns;
	uint64_t told_ns; /* of the progress */
	bool tells, told;
	bool seeks; /* nothing is drawn before it is there */
};

struct monitor {
	const struct monitor_config *config;
	int sock, signals;
	struct msg_run run;
	struct run_info info;
	struct decoder *decoder;
	struct source *source;
	struct account account;
	struct canary canary;
	struct knobs knobs;
	struct meddle meddle;
	struct proc_reader *proc;
	struct users *users; /* of this machine; NULL: a replay */
	struct join *join;
	struct table *table;
	struct events *events;   /* --events, or NULL */
	struct watch *watch;     /* live, or NULL */
	struct auditor *auditor; /* --audit, or NULL */
	struct call_names names; /* of the addresses in calls */
	char name[96];           /* text of m->names */
	struct maps maps;        /* read last */
	struct snapshot snap;
	struct view view;
	struct health health;
	int memory[MONITOR_GAUGES]; /* smaps_rollup of both processes, -1 */
	struct self self;
	struct cost cost;
	bool foreign;              /* not the initial pid namespace: /proc is of others */
	bool scanning;             /* the walk over /proc goes on */
	uint32_t wanted;           /* facts that were asked for */
	uint32_t reads;            /* facts that /proc is asked for */
	bool why;                  /* reasons are counted */
	struct exe_asks *exe_asks; /* NULL: not of programs */
	bool arming;               /* events are there that are not armed yet */
	uint64_t zero_ns;          /* since when is counted: begin_ns, or later */
	uint64_t begin_ns;         /* every probe armed, the canary seen */
	uint64_t seq;
	uint64_t others;    /* events that were fed and are not of our own thread */
	uint64_t bad_pages; /* told of */
	double fill;        /* of the fullest buffer since the last update, 0 to 1 */

	struct watched *watched; /* -p */
	unsigned int nr_watched, nr_alive;
	struct pollfd *polled; /* LOOP_FDS of the loop's, the watched, the buffers */

	struct metrics *metrics;  /* --metrics-file, or NULL */
	struct output *output;    /* batch */
	struct settings settings; /* as read */
	struct fault settings_fault;
	struct ui *ui; /* live */
	/* on screen, and on a wide one, where none were asked for */
	const struct column *columns[COLUMN_MAX], *wide[COLUMN_MAX];
	struct canvas canvas;
	int keys_fd;
	bool repaint, drawn;
	uint64_t frames;
	uint64_t woke_ns; /* since when nobody looks for keys */
	double longest_frame_ms;

	uint32_t command_pid;     /* 0: none or not started */
	bool command_ended, held; /* held: no more updates, the screen stays */
	int command_status;
	struct replay *replay; /* of a recording; NULL: live */
	struct player player;
	uint64_t at_ns;        /* where it is */
	double at_s;           /* the same moment, in seconds since 1970 */
	bool over;             /* the last update is made: time stands still */
	bool stop;             /* end with a last update */
	bool failed;           /* --fail-if held */
	bool undecided;        /* it may have */
	bool enough;           /* as --iterations or --duration says */
	bool tracer_gone;      /* nothing can be asked for any more */
	unsigned int nr_mends; /* how often the tracer was asked for events that were gone */
	uint64_t mend_ns;      /* not before then again */
	bool probes_lost;      /* it was asked often enough */
	bool lacked;           /* a notice said that an answer came without its descriptors */
	int holds[2];          /* open as long as tracing may go on: that is their use */
	unsigned int nr_holds;
	struct formats formats;
	struct record *record;    /* NULL: nothing is recorded */
	struct fault write_fault; /* why --write failed */
	uint64_t canary_ns;       /* of the event that told canary.tid; 0: none yet */
	struct daytime daytime;   /* where live */
	int output_err;           /* -errno of the first failed write */
};

/* What the machine's clock says: for deadlines and costs. */
uint64_t monitor_clock_ns(void);

/* The time that figures are of: the machine's, or where a replay is. */
uint64_t monitor_now_ns(const struct monitor *m);
double monitor_wall_s(const struct monitor *m);

/* From the time that events have to the time of day. */
const struct daytime *monitor_daytime(const struct monitor *m);

/* Of the largest pid here. */
int monitor_pid_digits(void);

/* Makes what turns records into rows, of a machine with that byte order; and frees it. */
void monitor_model(struct monitor *m, bool big_endian, uint64_t buffer_bytes, uint64_t begin_ns);
void monitor_model_done(struct monitor *m);

/* Calls count from then on. */
void monitor_begin(struct monitor *m, uint64_t begin_ns);

/* An event of the source, in its order; arg: the monitor. A source_feed. */
void monitor_feed(const struct event *event, void *arg);

/* Whether calls carry their changes. */
bool monitor_details(const struct monitor *m);

/* Takes what the tracer sends until it is all there. */
int monitor_receive(struct monitor *m, struct fault *fault);

/* An event and its files. */
int monitor_take_event(struct monitor *m, struct msg *msg, struct fault *fault);

/* What the events tell from now on. */
void monitor_facts(struct monitor *m, uint32_t given, bool whole);

/* Whether calls carry their changes may be another matter now. */
void monitor_detail(struct monitor *m);

/* After what looks at single calls has come or gone: where nothing does, they may come many at
 * once, as EVENT_CALLS. */
void monitor_fold(struct monitor *m);

/* Fires the canary until every probe was seen; -ETIMEDOUT and a fault that names the dead one. */
int monitor_arm(struct monitor *m, struct fault *fault);

/* Reads the buffers and feeds the table; true while a buffer was left unread. */
bool monitor_drain(struct monitor *m, bool final);

/* Looks whether the machine was suspended, and tells. */
void monitor_suspended(struct monitor *m);

/* Tells of a filter that was inherited, as hardened units have one, and keeps the canary from a
 * probe: no fault of that. */
void monitor_tell_refused(struct monitor *m);

/* Looks at canary, settings and counters; tells what has gone wrong. */
void monitor_watch(struct monitor *m);

/* The name of a uid, where the calls were made; arg: the monitor. A snapshot_user. */
void monitor_user(const void *arg, uint32_t uid, char *text, size_t size);

/* Tells of pages that were damaged. */
void monitor_damage(struct monitor *m);

/* Asks /proc who a task is, if it still is there, and feeds that as of ts_ns. */
void monitor_identify(struct monitor *m, uint32_t tid, uint64_t ts_ns);

/* The same once more, before the probes are switched off; without the canary. */
void monitor_watch_end(struct monitor *m);

/* Tells people or machines; text ends up on stderr, in the JSON stream or in the head. */
void monitor_notice(struct monitor *m, const struct notice *notice);

/* Tells what a recording tells; no remedy, as it is too late for that. last: nothing follows, and a
 * screen would show it for ever. */
void monitor_recorded(struct monitor *m, const struct notice *notice, bool last);

/* Closes the interval at now_ns and shows it. final: tracing is stopped, all is read. */
void monitor_update(struct monitor *m, uint64_t now_ns, bool final);

/* Takes the snapshot again, or sorts it again, and draws; live only. */
void monitor_retake(struct monitor *m);
void monitor_resort(struct monitor *m);
void monitor_draw(struct monitor *m);

/* Sees which of -p live; a fault where none does. */
int monitor_watch_pids(struct monitor *m, struct fault *fault);
bool monitor_is_there(struct monitor *m, uint32_t pid);
void monitor_tell_pids(struct monitor *m);

/* Tracing is over and told of: closes all files of tracefs, so that it can be taken back. */
void monitor_release(struct monitor *m);

void monitor_done(struct monitor *m);

/* The main of the monitor process: arg is a struct monitor_config. Its exit status, or < 0. */
int loop_run(int sock, void *arg, struct fault *fault);

#endif
