/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages between the tracer and the monitor: framed, versioned, length-checked, with descriptors.
 * One message is one packet of a SOCK_SEQPACKET pair. The table msgs[] says for each kind how long
 * its body may be and how many descriptors come with it; a packet that differs is -EPROTO, and its
 * descriptors are closed. A received message owns its descriptors until msg_done().
 */
#ifndef MPROTTOP_MSG_H
#define MPROTTOP_MSG_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MSG_MAX_BODY   65536
#define MSG_MAX_FDS    4
#define MSG_SETTINGS   16384
#define MSG_COSTS_MOST 48
#define PAGE_MOST      (256 << 20)
#define MSG_KNOB_TEXT  4096 /* a mask of 8192 CPUs has 2303 characters */
#define MSG_MEND_MOST  3    /* MSG_MEND a run: event ids are few, and who removes events means it */

enum msg_kind {
	/* tracer to monitor */
	MSG_RUN,     /* struct msg_run */
	MSG_LAYOUT,  /* struct msg_layout: the header_page text of an instance */
	MSG_EVENT,   /* struct msg_event; fds: enable, filter */
	MSG_CPU,     /* struct msg_cpu; fds: trace_pipe_raw, stats */
	MSG_KNOB,    /* struct msg_knob; fds: the file */
	MSG_HOLD,    /* nothing; fds: something to keep open, unused */
	MSG_READY,   /* nothing: everything was handed over */
	MSG_STARTED, /* struct msg_command: COMMAND runs */
	MSG_ENDED,   /* struct msg_command: COMMAND has ended */
	MSG_EVENTS,  /* nothing: the events that were asked for were handed over */
	MSG_FACTS,   /* struct msg_facts: and are armed, or cannot be had */
	MSG_COSTS,   /* struct msg_costs: what events cost callers */
	MSG_MAPS_OF, /* struct msg_maps; fds: its maps */
	MSG_NO_MAPS, /* struct msg_no_maps: they cannot be had */
	MSG_EXE_OF,  /* struct msg_exe, as long as its path */
	MSG_SAVED,   /* struct msg_done: they are, or why not */
	MSG_KEEPER,  /* struct msg_keeper; fds: the keeper's socket */
	/* monitor to tracer */
	MSG_ARMED,   /* nothing: the canary was seen */
	MSG_RESTORE, /* bytes that mend the terminal */
	MSG_WANT,    /* struct msg_want: more facts are shown */
	MSG_ARM,     /* nothing: what came before MSG_EVENTS is known */
	MSG_MEND,    /* nothing: events are off or gone; as MSG_WANT from there on */
	MSG_MAPS,    /* struct msg_maps: whose are asked for */
	MSG_EXE,     /* struct msg_maps: whose program is asked for */
	MSG_OPEN,    /* struct msg_open: what to record to from now on */
	MSG_SAVE,    /* the settings, as text */
	MSG_SAVING,  /* nothing: the end takes longer, as a recording is put together */
	MSG_DONE,    /* struct msg_done: the last message */
	/* the monitor to the pager */
	MSG_PAGE, /* nothing; fds: a file in memory, of PAGE_MOST bytes at most */
	/* who opens a file to the first process */
	MSG_OPENED, /* nothing; fds: the file. MSG_KEPT: why not */
	/* between the monitor and the keeper */
	MSG_FILES, /* nothing; fds: what becomes the recording, a spool */
	MSG_KEEP,  /* nothing: it is whole */
	MSG_KEPT,  /* struct msg_done: it has its name, or why it cannot be made */
	MSG_NR_KINDS,
};

struct msg_run {
	char source[16];
	char run[64]; /* the name of the instances and events */
	uint32_t compat_visible;
	uint32_t facts; /* that the events tell */
	uint32_t whole; /* calls come in one event, on the way back */
	uint32_t tracer_pid, guard_pid;
	uint32_t cpus;         /* online ones */
	uint64_t buffer_bytes; /* of a CPU, as read back */
	uint64_t begin_ns;
};

/* which: 0 the counted instance, 1 the side one */
struct msg_layout {
	uint32_t which;
	char text[4096];
	char event[4096]; /* the header_event text, of no instance */
};

struct msg_event {
	uint32_t which;
	uint32_t flags; /* of the struct event that it makes */
	char name[64];  /* for people and JSON */
	char system[64];
	char event[64]; /* in kprobe_profile and in its format */
	char place[64];
	char shape[16];   /* how decode.c reads it: "call", "new" … */
	char canary[16];  /* how to fire it: "", "mprotect" … */
	char filter[64];  /* what its filter file says */
	char text[16384]; /* the format */
};

struct msg_cpu {
	uint32_t which;
	uint32_t cpu;
};

/* A file that the monitor watches, or writes where writable. */
struct msg_knob {
	uint32_t which; /* 2: none of the instances */
	char name[64];
	char expect[MSG_KNOB_TEXT]; /* its text while all is well, "" where any */
};

struct msg_command {
	int32_t pid;
	int32_t status; /* as of waitpid, only of MSG_ENDED */
};

struct msg_want {
	uint32_t facts;
};

struct msg_facts {
	uint32_t facts; /* that the events tell now */
	uint32_t whole;
	struct fault fault; /* why one that was wanted is not there, or empty */
};

/* Nanoseconds; NAN: not measured. */
struct msg_costs {
	double call_ns, other_ns; /* added to a call of mprotect, and to other system calls */
	double inner_ns;          /* what such a call takes in the kernel without probes */
	uint64_t mark;            /* address of calls of the tracer since all is armed; 0: none */
	uint32_t nr;
	struct msg_cost {
		char event[64];
		double ns;
	} events[MSG_COSTS_MOST];
};

struct msg_maps {
	uint32_t pid;
};

struct msg_keeper {
	uint32_t pid;
};

struct msg_no_maps {
	uint32_t pid;
	int32_t err; /* EACCES: nor can they later; EBUSY: it was asked too often; else it is gone
		      */
};

/* Answers come in the order of the questions. */
struct msg_exe {
	uint32_t pid;
	char path[1024]; /* not terminated; none: not to be had */
};

struct msg_open {
	char name[256];
};

struct msg_done {
	int32_t status;
	struct fault fault;
};

struct msg {
	uint32_t kind;
	size_t len;
	int fds[MSG_MAX_FDS];
	unsigned int nr_fds;
	union {
		struct msg_run run;
		struct msg_layout layout;
		struct msg_event event;
		struct msg_cpu cpu;
		struct msg_knob knob;
		struct msg_command command;
		struct msg_want want;
		struct msg_facts facts;
		struct msg_costs costs;
		struct msg_maps maps;
		struct msg_keeper keeper;
		struct msg_no_maps no_maps;
		struct msg_exe exe;
		struct msg_open open;
		struct msg_done done;
		char bytes[MSG_MAX_BODY];
	} u;
};

/* A connected pair, close-on-exec; 0 or -errno. */
int msg_pair(int pair[2]);

/* Sends all of it or fails: 0 or -errno. Waits for room. fds stay the caller's. */
int msg_send(int sock, enum msg_kind kind, const void *body, size_t len, const int *fds,
	unsigned int nr_fds);

/* The same, but -EAGAIN where there is no room now. */
int msg_try_send(int sock, enum msg_kind kind, const void *body, size_t len, const int *fds,
	unsigned int nr_fds);

/* 1: msg is filled; 0: the other side has closed; -EAGAIN where wait is false and there is none;
 * -EPROTO: not a message of ours; -EMFILE: one of ours, filled, but this process has no descriptor
 * left for those that came with it: they are closed. Text in bodies is terminated on return. */
int msg_recv(int sock, struct msg *msg, bool wait);

/* Takes descriptor n out of msg: the caller closes it. */
int msg_take(struct msg *msg, unsigned int n);

/* Closes the descriptors that nobody took. */
void msg_done(struct msg *msg);

#endif
