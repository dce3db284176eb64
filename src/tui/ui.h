/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live screen without a terminal: state, keys and snapshots in, a canvas out. No clock, no I/O.
 * The ui owns its state; the columns and the snapshot stay the caller's and must outlive the calls
 * that take them. Nothing here fails.
 */
#ifndef MPROTTOP_UI_H
#define MPROTTOP_UI_H

#include "model/column.h"
#include "model/snapshot.h"
#include "tui/canvas.h"
#include "tui/key.h"

/* What a key asks the caller to do; draw once after any of them. */
#define REACT_REDRAW  0x01 /* ui_draw() and show */
#define REACT_REPAINT 0x02 /* and send every cell again */
#define REACT_RESORT  0x04 /* snapshot_sort() with the new ui_view(), then draw */
#define REACT_RETAKE  0x08 /* snapshot_take() with the new ui_view(), then draw */
#define REACT_DELAY   0x10 /* ui_delay_s() changed */
#define REACT_PAUSE   0x20 /* ui_paused() changed */
#define REACT_KEEP    0x40 /* ui_keep_ns() changed */
#define REACT_QUIT    0x80
#define REACT_FACTS   0x100  /* ui_facts() may have grown; retake and draw */
#define REACT_THREADS 0x200  /* table_threads(), where the view wants threads */
#define REACT_ZERO    0x400  /* table_zero(), then as REACT_RETAKE */
#define REACT_SAVE    0x4000 /* save what settings_of() tells */
#define REACT_COLOR   0x800  /* ui_color() changed */
#define REACT_RECORD  0x2000 /* ui_record(): begin a recording, or end it */
#define REACT_JUMP    0x1000 /* ui_jump() says where to */

/* Where to go in a recording: to a place first, where one was asked for, then so many updates. Keys
 * that are read together add up. */
struct ui_jump {
	bool placed;
	double place_s; /* since the start */
	int step;       /* updates forth, or back below 0 */
};

struct count_mode;
struct keep;

struct ui_config {
	const struct column *const *columns, *const *wide; /* wide: where there is room */
	int nr_columns, nr_wide;                           /* nr_wide 0: the same */
	const struct column *sort;                         /* NULL: calls_per_s */
	bool ascending;
	bool ascii; /* nothing but ASCII on the canvas */
	bool color; /* the screen has colours */
	bool idle;
	bool threads;
	bool tree;
	const struct group_kind *group; /* NULL: a row is a process, or a thread */
	bool cmdline;                   /* command lines in place of names */
	const char *text, *where;       /* filters, or NULL; where can be parsed */
	bool user, user_not;
	uint32_t uid;
	const char *user_name;
	const struct count_mode *mode; /* NULL: the first */
	const struct keep *keep;       /* likewise */
	double delay_s;
	const char *scope; /* what the whole run is of, for people; NULL: everything */
	bool replay;       /* of a recording */
	int pid_digits;    /* of pid_max */
};

struct ui;

struct ui *ui_new(const struct ui_config *config);
void ui_free(struct ui *ui);

/* A set of REACT_ bits; 0 where the key means nothing. */
unsigned int ui_key(struct ui *ui, const struct key_press *press);

/* A sentence in the bottom line, until the next key or for 10 s of the data's time. */
void ui_tell(struct ui *ui, const char *text);

/* Sets what the ui decides of view: sort, ascending, idle, threads, live, exited rows. */
void ui_view(const struct ui *ui, struct view *view);

/* What the columns and the order need to know, as a mask of facts. */
uint32_t ui_facts(const struct ui *ui);

/* The same of all columns, screens and groups that a user could choose. */
uint32_t ui_facts_ever(void);

/* The file to record to from now on; empty: no more. */
const char *ui_record(const struct ui *ui);

double ui_delay_s(const struct ui *ui);
bool ui_paused(const struct ui *ui);

/* What was asked for since the last call. */
struct ui_jump ui_jump(struct ui *ui);

/* Whether colours are wanted; there are none after all. */
bool ui_color(const struct ui *ui);
void ui_no_color(struct ui *ui);

/* How long exited rows stay after their last call: for table_close(). */
uint64_t ui_keep_ns(const struct ui *ui);

/* Draws on canvas, whose size is the terminal's. The selection stays on its process. snap must
 * stay until the next call that draws, and may be filled anew before. */
void ui_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);

#endif
