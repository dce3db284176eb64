/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tracer's own files share: the state of a run, and the service of the monitor. */
#ifndef MPROTTOP_TRACER_STATE_H
#define MPROTTOP_TRACER_STATE_H

#include "base/msg.h"
#include "tracer/answer.h"
#include "tracer/command.h"
#include "tracer/guard.h"
#include "tracer/oom.h"
#include "tracer/setup.h"
#include "tracer/tracer.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

/* How long a monitor may take from SIGTERM to its end: it reads what the buffers still hold and
 * prints it. A monitor that somebody has stopped does neither, and gets less. */
#define STOP_WAIT_MS    10000
#define STOPPED_WAIT_MS 2000

/* What the monitor is to be told, in this order. */
enum {
	SAY_STARTED = 1,
	SAY_ENDED = 2,
	SAY_EVENTS = 4,
	SAY_COSTS = 8,
	SAY_FACTS = 16
};

struct tracer {
	const struct tracer_config *config;
	struct tracing tracing;
	struct setup setup;
	struct price price;
	struct guard guard;
	struct oom oom;
	struct answerer answerer, exes;
	struct command command;
	struct priv_user command_user;
	struct termios terminal;
	bool has_terminal;
	char restore[1024];
	size_t restore_len;
	int sock, signals;
	int dir;   /* of the start, where the screen may record to; -1: it may not */
	int saver; /* of the settings, where this process cannot start one later; -1 */
	pid_t monitor;
	int monitor_status; /* as of waitpid, where monitor is 0 again */
	bool armed, done;   /* MSG_ARMED came, MSG_DONE came */
	struct msg_done result;
	unsigned int nr_helpers;      /* that make a file, as the monitor asked */
	bool command_ended, insisted; /* on the end, more than once */
	int command_status;           /* as of waitpid */
	unsigned int nr_armed;        /* of the setup's events */
	unsigned int nr_sent;         /* of them */
	unsigned int says;            /* SAY_…: there was no room for yet */
	bool arming;                  /* MSG_WANT or MSG_MEND came, MSG_ARM has to */
	bool mending;                 /* it was MSG_MEND */
	unsigned int nr_mends;
	uint32_t asked;        /* facts, by the last MSG_WANT */
	struct fault lacking;  /* why facts that were wanted are not there */
	bool halted;           /* the monitor, by a signal */
	int64_t kill_at_ms;    /* a monitor that was told to end gets SIGKILL then; 0: never */
	int kept;              /* a signal that it could not have yet; 0: none */
	int64_t saving_end_ms; /* MSG_SAVING gains no more time from then on; 0: none came */
};

/* CLOCK_MONOTONIC. */
uint64_t tracer_now_ns(void);
int64_t tracer_now_ms(void);

/* Sends what is due, and more (SAY_...), to the monitor. Never waits, or a monitor that does not
 * read could hold up the end: what found no room stays in t->says and is sent by a later call. */
void tracer_say(struct tracer *t, unsigned int more);

/* Serves one message of the monitor. Returns 1: a message was served, 0: none is there, -1: the
 * monitor has nothing more to say. m: room for a message, the caller's. */
int tracer_serve(struct tracer *t, struct msg *m);

#endif
