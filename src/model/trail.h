/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trail: what a recording keeps beside the pages of the ring buffers, so that a replay makes
 * the same decisions in the same order. It is a sequence of records, in the byte order of the file:
 *
 *     u16 kind, u16 flags, u32 length of what follows the head, u64 time (CLOCK_MONOTONIC, ns)
 *
 * The table trail_kinds[] says of each kind which fields follow: u32, u64, f64 (an IEEE double), or
 * text (u32 length, then bytes, not terminated). Nothing is aligned or padded. In a trace.dat it is
 * the contents of all options TRAIL_OPTION, in the order of the file; each holds whole records.
 *
 * A replay executes the records in order. TRAIL_PULL is the heart: every stream (a CPU's buffer of
 * an instance, numbered by the order of the TRAIL_STREAM records) is read on to as many data
 * records as stand there, then what is not younger than its time is handed on, merged by time; of
 * one time the side instance's go first, then the stream with the lower number. TRAIL_LOST and
 * TRAIL_ASK belong to what stands around them, see below; others stand for themselves.
 *
 * Reading never goes outside of what it was given, and stops with a named error at what no writer
 * writes. Records point into the bytes that were read; struct trail is a plain value. Nothing else
 * fails.
 */
#ifndef MPROTTOP_TRAIL_H
#define MPROTTOP_TRAIL_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRAIL_OPTION   0x6d70
#define TRAIL_VERSION  1
#define TRAIL_HEAD     16
#define TRAIL_LEN_MOST (32u << 20) /* of one record */

enum trail_kind {
	TRAIL_SETTINGS = 1, /* the first, once */
	TRAIL_STREAM,       /* the next stream; all before the first TRAIL_PULL */
	TRAIL_EVENT,        /* how to read an event, before its first record is pulled */
	TRAIL_FACTS,        /* what the events tell from now on, and how calls are joined */
	TRAIL_OWN,          /* a process of ours: table_own */
	TRAIL_COMMAND,      /* COMMAND, or who will start it: table_command */
	TRAIL_ENDED,        /* COMMAND has ended */
	TRAIL_BEGIN,        /* every probe is armed; time: since when calls count */
	TRAIL_USER,         /* the name of a uid, before the first task that has it */
	TRAIL_IDENT,        /* an EVENT_IDENT, fed to the table alone */
	TRAIL_TOLD,         /* a text of a process, after its TRAIL_IDENT */
	TRAIL_ASK,     /* /proc was asked of a task, at a call or an exec of that time: see below */
	TRAIL_LOST,    /* an EVENT_LOST of the next TRAIL_PULL, before the data record u.lost.at */
	TRAIL_PULL,    /* reads and hands on up to its time; TRAIL_FINAL: all that there is */
	TRAIL_SETTLE,  /* what follows a drain: join_settle and lines of calls, at its time */
	TRAIL_FLUSH,   /* join_flush */
	TRAIL_WANTS,   /* locate_wants at its time; TRAIL_FINAL: nothing more is asked */
	TRAIL_MAPS,    /* the answer: /proc/PID/maps as it was at its time */
	TRAIL_NO_MAPS, /* there is none */
	TRAIL_SPENT,   /* locate_spent */
	TRAIL_HEALTH,  /* the account, as it was before a TRAIL_UPDATE */
	TRAIL_PROBE,   /* likewise, of the probe with that number: counted TRAIL_EVENTs from 0 */
	TRAIL_NOTICE,  /* told at its time */
	TRAIL_UPDATE,  /* the interval ends at its time; TRAIL_FINAL: the last one */
	TRAIL_MARK,    /* nothing follows; the recording was whole up to its time */
	TRAIL_COST,    /* what an event adds to a call, before a TRAIL_UPDATE */
	TRAIL_COSTS,   /* likewise, what all add: see model/health.h */
	TRAIL_CAME,    /* data records of a stream came that the recording leaves out */
	TRAIL_SUSPENDED, /* the machine was suspended; what comes after is so much later in the day
			  */
	TRAIL_NR_KINDS,
};

/* Where in a trail records of a kind may stand. */
enum trail_place {
	TRAIL_ANYWHERE, /* but as the first */
	TRAIL_FIRST,    /* as the first alone */
	TRAIL_UNPULLED, /* before the first TRAIL_PULL */
	TRAIL_ONCE,
	TRAIL_BEGUN, /* behind TRAIL_BEGIN */
};

/* flags of a record */
#define TRAIL_FINAL 0x1

/* flags of TRAIL_SETTINGS */
#define TRAIL_COMPAT_VISIBLE 0x1 /* 32-bit callers are seen */
#define TRAIL_FOREIGN        0x2 /* not the initial pid namespace: tasks stay unresolved */
#define TRAIL_HAS_COMMAND    0x4
#define TRAIL_LATE           0x8  /* began while tracing was under way, with what was known then */
#define TRAIL_CUT            0x10 /* ended before tracing did */
#define TRAIL_FULL           0x20 /* because there was no room */

/* flags of TRAIL_FACTS: of struct join_config */
#define TRAIL_RETURNS 0x1
#define TRAIL_CHANGES 0x2
#define TRAIL_WHOLE   0x4
#define TRAIL_SECCOMP 0x8

/* flags of TRAIL_HEALTH and TRAIL_PROBE */
#define TRAIL_IMPAIRED   0x1
#define TRAIL_PARTIAL    0x2
#define TRAIL_HITS_KNOWN 0x1
#define TRAIL_LISTED     0x2

/* why there are no mappings */
#define TRAIL_REFUSED 1 /* locate_refused */
#define TRAIL_BUSY    2 /* locate_busy */
#define TRAIL_GONE    3 /* locate_take of none */

struct trail_text {
	const char *data; /* not terminated */
	uint32_t len;
};

struct trail_record {
	uint16_t kind, flags;
	uint64_t ts_ns;
	bool swapped; /* lists are in the other byte order */
	union {
		struct {
			uint32_t version; /* of the trail */
			uint32_t flags, cpus, pid_digits;
			uint32_t applies;     /* of the policies of --audit: see model/audit.h */
			uint32_t canary_tid;  /* who fires the canary; 0: not known */
			uint64_t canary_ns;   /* of the first event that told so */
			uint64_t start_ns;    /* of the table: before the first event */
			uint64_t buffer_size; /* of a CPU, bytes */
			double delay_s;
			double offset_s; /* from CLOCK_MONOTONIC to the time of day */
			struct trail_text program, host, kernel, machine, boot_id;
			struct trail_text source; /* kprobe, tracepoint */
			struct trail_text
				run; /* the name of the instance, and of its events' group */
		} settings;
		struct {
			uint32_t which; /* 0: the counted instance, 1: the side one */
			uint32_t cpu;
		} stream;
		struct {
			uint32_t which;
			uint32_t id;              /* common_type of its records */
			uint32_t flags;           /* of struct event */
			struct trail_text name;   /* for people */
			struct trail_text system; /* of the format in the file */
			struct trail_text event;  /* likewise */
			struct trail_text place;  /* symbol or tracepoint */
			struct trail_text shape;  /* how decode.c reads it */
		} event;
		struct {
			uint32_t view; /* facts that columns can have */
			uint32_t join; /* TRAIL_RETURNS … */
		} facts;
		struct {
			uint32_t pid;
		} task; /* own, command */
		struct {
			uint32_t status; /* as of waitpid */
		} ended;
		struct {
			uint32_t uid;
			struct trail_text name; /* clean */
		} user;
		struct {
			uint32_t tid, tgid, ppid, uid;
			uint64_t start_ns;
			struct trail_text comm; /* raw, at most EVENT_COMM_LEN bytes */
		} ident;
		struct {
			uint32_t pid, what; /* enum told_what */
			uint64_t start_ns;
			struct trail_text text;
		} told;
		/* Within the last TRAIL_PULL, TRAIL_SETTLE or TRAIL_FLUSH a call of tid was handed
		 * on and table_knows() said no; the nr TRAIL_IDENTs that follow, and their texts,
		 * were fed before table_call(). Questions without an answer are here too. */
		struct {
			uint32_t tid, nr;
		} ask;
		struct {
			uint32_t stream;
			uint64_t at; /* the number of data records of the stream before it */
			uint64_t count;
		} lost; /* its time is that of the event */
		struct {
			struct trail_text list; /* trail_pair: a stream, and data records read on */
		} pull;
		struct {
			uint64_t fed_ns; /* of struct source_counts */
		} wants;
		struct {
			uint32_t id;
			struct trail_text text;
		} maps;
		struct {
			uint32_t id, why; /* TRAIL_REFUSED … */
		} no_maps;
		struct {
			uint64_t ns;
		} spent;
		struct {
			uint64_t lost, lost_side, missed, unaccounted, pss_bytes;
			uint32_t flags;
			double buffer_pct, cpu_pct;
			struct trail_text trouble;
		} health;
		struct {
			uint32_t number, flags;
			uint64_t hits, missed;
		} probe;
		struct {
			double time; /* seconds since 1970 */
			struct trail_text cause, object, text, remedy;
		} notice;
		struct {
			double time;
		} update;
		struct {
			double ns; /* NAN: not known */
			struct trail_text event;
		} cost;
		struct {
			double call_ns, inside_ns, other_ns; /* NAN: not known */
		} costs;
		struct {
			uint32_t stream;
			uint64_t nr;
		} came;
		struct {
			uint64_t ns;
		} suspended;
	} u;
};

enum trail_error {
	TRAIL_OK,
	TRAIL_SHORT_HEAD,   /* fewer bytes than a head */
	TRAIL_BEYOND,       /* a record ends behind the bytes that there are */
	TRAIL_BAD_KIND,     /* of no kind */
	TRAIL_LONG,         /* longer than TRAIL_LEN_MOST */
	TRAIL_FIELD_BEYOND, /* a field ends behind its record */
	TRAIL_LEFT_OVER,    /* a record is longer than its fields */
	TRAIL_BAD_LIST,     /* a list is not a whole number of pairs */
	TRAIL_NR_ERRORS
};

struct trail {
	const uint8_t *data;
	size_t len;
	size_t at; /* of the next record; after an error, of the bad one */
	enum trail_error error;
	bool big_endian;
};

void trail_begin(struct trail *trail, const void *data, size_t len, bool big_endian);

/* False at the end, or where trail->error was set: *out then is of no kind, and all 0. */
bool trail_next(struct trail *trail, struct trail_record *out);

/* "record beyond the end"; never NULL. */
const char *trail_error_name(enum trail_error error);

/* "pull"; NULL: no such kind. */
const char *trail_kind_name(unsigned int kind);

/* Of a kind that there is. */
enum trail_place trail_place(unsigned int kind);

/* Adds a record to buf. Its kind must be one, its texts shorter than TRAIL_LEN_MOST together. */
void trail_add(struct buf *buf, const struct trail_record *record, bool big_endian);

/* Pairs of a list: adds one; how many there are; the nth. */
void trail_pair_add(struct buf *list, uint32_t a, uint32_t b, bool big_endian);
uint32_t trail_pairs(const struct trail_text *list);
void trail_pair(const struct trail_record *record, uint32_t n, uint32_t *a, uint32_t *b);

/* A text as a trail_text, and back: cut to size and terminated. */
struct trail_text trail_text(const char *text);
void trail_copy(char *to, size_t size, const struct trail_text *text);

#endif
