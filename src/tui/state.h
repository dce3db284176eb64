/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state behind struct ui, for ui.c, key.c and the view files only. ui.c makes and frees it,
 * actions change it, views draw it. A screen is a row of screens[] and a file.
 */
#ifndef MPROTTOP_STATE_H
#define MPROTTOP_STATE_H

#include "base/fmt.h"
#include "model/sieve.h"
#include "tui/choice.h"
#include "tui/cursor.h"
#include "tui/layout.h"
#include "tui/menu.h"
#include "tui/prompt.h"
#include "tui/tags.h"
#include "tui/ui.h"

/* How long exited rows stay; the rows are in ui.c. */
struct keep {
	const char *id; /* of settings */
	const char *text;
	uint64_t ns;
};

extern const struct keep keeps[]; /* ends with a NULL text */

/* Lines of the head, in their order. */
#define HEAD_PROBE 0x1
#define HEAD_CALLS 0x2
#define HEAD_PROCS 0x4
#define HEAD_WX    0x8
#define HEAD_ASKED 0x10
#define HEAD_ALL   0x1f

struct ui_screen {
	char key;         /* that leads to it */
	const char *name; /* in the title */
	void (*draw)(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);
	const char *columns; /* of its table of processes; NULL: the user's, "": it has none */
	const char *sort;    /* of that table, the largest first */
	const char *facts;   /* that it shows beside columns; NULL: none */
	unsigned int head;   /* lines below the title, HEAD_ bits */
	unsigned int want;   /* of struct view */
	int panel;           /* lines beside its table, at most */
	bool picks;          /* without a table, one of its lines is selected */
	bool calls;          /* those are calls, which the choice lets through or not */
	/* whether a line of those holds a text; NULL: nothing can be searched for */
	bool (*holds)(const struct ui *ui, int line, const char *text);
	const char *empty; /* in place of rows where there are none; NULL: there are no calls */
	bool below;        /* the panel is below the table */
};

#define SCREENS_MOST 8
#define LINES_ABOVE  2 /* in the body of a screen that picks: they do not scroll */

extern const struct ui_screen screens[]; /* ends with a NULL name; the first is shown at start */
extern const struct ui_screen screen_help, screen_detail;

/* Text longer than the terminal. */
struct scroll {
	int nr, page, top;
	int at; /* the selected line, of a screen that has one */
};

/* What a screen keeps while another one shows. */
struct pane {
	const struct column *columns[COLUMN_MAX], *wide[COLUMN_MAX];
	int nr_columns, nr_wide;
	const struct column *sort; /* NULL: it was not shown yet */
	bool ascending;
	struct cursor cursor;
	struct scroll scroll;
};

/* A key in the bottom line, for clicks. */
struct bar_item {
	int x, w;
	uint32_t code;
};

#define BAR_MAX 24

struct ui {
	const struct column *columns[COLUMN_MAX], *wide[COLUMN_MAX];
	int nr_columns, nr_wide;
	const struct column *sort;
	bool ascending;
	bool ascii, color, idle, threads, cmdline, paused;
	const struct count_mode *mode;
	bool tree;
	struct tags tags;
	struct tags folded;             /* of the tree */
	bool chosen;                    /* the columns, since the last drawing */
	const struct group_kind *group; /* NULL: none */
	const struct keep *keep;
	double delay_s;
	bool replay;
	struct ui_jump jump;
	int pid_digits;

	const struct ui_screen *screen;
	const struct ui_screen *table;          /* whose columns, order and selection are here */
	const struct ui_screen *over;           /* in front of it, or NULL */
	const struct ui_screen *under;          /* what help is in front of, or NULL */
	struct detail_id detail;                /* whose detail shows */
	struct pane panes[SCREENS_MOST];        /* of screens that do not show */
	const struct column *known[COLUMN_MAX]; /* columns of a screen of ours that are known */
	struct layout layout;                   /* of the last drawing */
	struct cursor cursor;
	struct scroll scroll;      /* of a screen without a table of processes */
	struct sieve sieve;        /* the lines of Events */
	struct scroll over_scroll; /* of what lies over it */
	struct prompt prompt;
	struct menu menu;
	struct choice choice;
	char search[PROMPT_TEXT];    /* empty: none is on */
	int search_from;             /* the row selected when it began */
	const struct snapshot *snap; /* drawn last, or NULL */
	struct bar_item bar[BAR_MAX];
	int nr_bar;
	struct bar_item tabs[SCREENS_MOST + 2]; /* names of screens; code: which */
	int nr_tabs;
	char record[168];       /* for ui_record() */
	char scope[96];         /* what the whole run is of; empty: everything */
	struct key_press press; /* being acted on */
	char told[160];
	double told_s; /* traced_s when it was first shown, below 0: not yet */
};

/* Shows one of screens[], and nothing over it. */
void ui_show(struct ui *ui, const struct ui_screen *screen);

/* Takes away what lies over the screen; what help lay over shows again. */
void ui_back(struct ui *ui);

/* Whether what shows has a table of processes, and a row of it is selected. */
bool ui_lists(const struct ui *ui);

/* The lines that can be selected, or rows; the one that is, and to select another. */
int ui_lines(const struct ui *ui);
int ui_line(const struct ui *ui);
void ui_select(struct ui *ui, int line);

/* Where text was scrolled to, once nr lines and the page are known. */
int ui_scrolled(struct ui *ui, int nr, int page);

/* Moves the selection, or the text of what has none. */
void ui_move(struct ui *ui, int lines);
void ui_page(struct ui *ui, int pages);
void ui_edge(struct ui *ui, bool end);

/* Command lines in place of names, or names. */
void ui_names(struct ui *ui, bool cmdline);

/* What shows becomes the user's own columns, which stay at any width; asks which they are. */
void ui_own_columns(struct ui *ui);
void ui_ask_columns(struct ui *ui);

/* Whether the choice lets some through only, and what it is, of what the screen shows. */
bool ui_filtered(const struct ui *ui);
void ui_filter_text(const struct ui *ui, struct buf *out);

/* The row under the cursor, NULL: there is none. */
const struct row *ui_row(const struct ui *ui);

/* With tid among the columns, or without, as rows are threads or not. */
void ui_thread_columns(struct ui *ui);

/* With as many digits as it needs. */
const char *ui_delay_text(const struct ui *ui, char out[FMT_SIZE]);

/* The largest first, but names and ids as people read them. */
void ui_sort(struct ui *ui, const struct column *column);

/* Those that may show at this width, of which nr are set. */
const struct column *const *ui_columns(const struct ui *ui, int width, int *nr);

/* The name of a column on screen, after what it counts. */
const char *ui_header(const struct ui *ui, const struct column *column);

/* All below the head and above the bottom line. */
struct rect ui_body(const struct ui *ui);

void view_main_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);
/* The header and rows of the table of processes. */
void view_rows_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);

void view_wx_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);
void view_events_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);
bool view_events_holds(const struct ui *ui, int line, const char *text);
void view_latency_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);
void view_sites_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);
bool view_sites_holds(const struct ui *ui, int line, const char *text);
void view_detail_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);
void view_self_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);
void view_help_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas);

#endif
