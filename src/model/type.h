/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Value types of columns: how a value is compared and shown. A value that is not known is "-" for
 * people, null in JSON and empty in CSV, and sorts after all known ones in either direction.
 * Text in a value is clean already (text_clean) and owned by whoever filled it.
 */
#ifndef MPROTTOP_TYPE_H
#define MPROTTOP_TYPE_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

struct value {
	bool known;
	bool mean;   /* a count a second, in d */
	bool guess;  /* inherited, not seen: people see a "~" behind it */
	bool thread; /* not known, but that of a thread of it, in u: people see that and a "?" */
	uint64_t u;  /* counts, bytes, ids, nanoseconds */
	double d;    /* rates, shares */
	const char *text;
	const uint32_t *list; /* nr values, oldest first */
	unsigned int nr;
};

struct type {
	const char *name;
	bool left;                                                    /* aligned left on screen */
	int (*compare)(const struct value *a, const struct value *b); /* both known */
	/* for people: scaled to about four digits, or in full where raw; no padding */
	void (*cell)(const struct value *v, bool raw, struct buf *out);
	void (*json)(const struct value *v, struct buf *out);
	void (*csv)(const struct value *v, struct buf *out); /* RFC 4180, quoted where needed */
	/* a number that sorts as compare does; text only by how it begins, so that compare decides
	 * where two are equal */
	uint64_t (*rank)(const struct value *v);
	/* false: not one of its values; NULL: nothing can be compared with it */
	bool (*parse)(const char *text, struct value *v);
	const char *values; /* what parse takes, for people */
};

extern const struct type type_id;        /* u: pid, tid */
extern const struct type type_count;     /* u */
extern const struct type type_bytes;     /* u; powers of 1024 for people */
extern const struct type type_time;      /* u, ns of a time span, scaled for people */
extern const struct type type_rate;      /* d, a second; one digit after the point below 1000 */
extern const struct type type_byte_rate; /* d */
extern const struct type type_percent;   /* d, 0 to 100 */
extern const struct type type_text;      /* text */
extern const struct type type_clock;     /* u, ns since boot: a string in JSON */
extern const struct type type_seconds;   /* d, a time span */
extern const struct type type_graph;     /* list: bars for people, a list in JSON */

/* Bars of type_graph's cell, of the newest values, U+2581 to U+2588; nought is a blank. */
#define TYPE_GRAPH_CELLS 8

/* Compares, the unknown last; a total order for sort together with a tie-breaker. */
int type_compare(const struct type *type, const struct value *a, const struct value *b);

/* The same three with "-", null and nothing for what is not known. */
void type_cell(const struct type *type, const struct value *v, bool raw, struct buf *out);
void type_json(const struct type *type, const struct value *v, struct buf *out);
void type_csv(const struct type *type, const struct value *v, struct buf *out);

#endif
