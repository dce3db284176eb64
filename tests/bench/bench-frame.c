/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a frame of the live screen costs with 50,000 rows that all call: an update, as the keys set
 * the screen, held-down arrows, and keys after which rows are taken or sorted anew. Own CPU time:
 * the median, the least and the most. bench-frame [WORD]: only updates whose name holds it.
 */
#include "model/column.h"
#include "model/snapshot.h"
#include "tui/ui.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS    50000
#define FRAMES  200
#define UPDATES 9
#define EVENTS  10000 /* as many as come in a second */
#define SECOND  UINT64_C(1000000000)

struct rig {
	struct table *table;
	struct snapshot snap;
	struct view view;
	struct ui *ui;
	struct canvas canvas;
	struct run_info info;
	struct log *log;
	uint64_t nr_events;
	uint64_t now_ns;
};

/* Own CPU time, as the machine may be busy. */
static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void call_all(struct rig *rig)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		struct call call = {.ts_ns = rig->now_ns + i,
			.tid = 1000 + i,
			.len = 4096,
			.prot = i % 8,
			.duration_ns = 300 + i % 5000,
			.known = CALL_ASKED | CALL_RETURNED | CALL_TIMED};

		for (uint32_t n = 0; n <= (i + rig->now_ns / SECOND) % 5; n++)
			table_call(rig->table, &call);
		/* as at a tick */
		if (i % 1000 == 0)
			snapshot_ready(&rig->snap, rig->table);
	}
}

static void feed(struct rig *rig)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		struct event who = {.kind = EVENT_IDENT, .tid = 1000 + i};

		who.u.ident.tgid = 1000 + i;
		who.u.ident.ppid = i ? 1000 + i / 2 : 1;
		who.u.ident.uid = i % 7;
		who.u.ident.start_ns = 1 + i;
		snprintf(who.u.ident.comm, sizeof(who.u.ident.comm), "process-%u", i % 9999);
		table_feed(rig->table, &who);
	}
	call_all(rig);
}

static void user_name(const void *arg, uint32_t uid, char *text, size_t size)
{
	(void)arg;
	snprintf(text, size, "user%u", uid);
}

static void take(struct rig *rig)
{
	ui_view(rig->ui, &rig->view);
	snapshot_take(&rig->snap, rig->table, &rig->view, SECOND, user_name, NULL);
	rig->snap.info = &rig->info;
	rig->snap.log = rig->log;
}

static unsigned int press(struct rig *rig, uint32_t code)
{
	return ui_key(rig->ui, &(struct key_press){.code = code});
}

static void draw(struct rig *rig)
{
	ui_draw(rig->ui, &rig->snap, &rig->canvas);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void tell(const char *name, double *ms, int nr)
{
	qsort(ms, (size_t)nr, sizeof(*ms), compare);
	printf("%-32s %7.2f ms (%.2f to %.2f)\n", name, ms[nr / 2], ms[0], ms[nr - 1]);
}

/* A key that is held down. */
static void held(struct rig *rig, const char *name, uint32_t code)
{
	double ms[FRAMES];

	for (int i = 0; i < FRAMES; i++) {
		double begin = now_ms();

		press(rig, code);
		draw(rig);
		ms[i] = now_ms() - begin;
	}
	tell(name, ms, FRAMES);
}

static void react(struct rig *rig, unsigned int react)
{
	if (react & (REACT_RETAKE | REACT_PAUSE)) {
		take(rig);
	} else if (react & REACT_RESORT) {
		ui_view(rig->ui, &rig->view);
		snapshot_sort(&rig->snap, &rig->view);
	}
}

/* A key after which the rows are taken or sorted anew. */
static void once(struct rig *rig, const char *name, uint32_t code)
{
	double begin = now_ms();

	react(rig, press(rig, code));
	draw(rig);
	printf("%-32s %7.2f ms\n", name, now_ms() - begin);
}

/* Updates in which all have called, and what closing the interval takes of each. */
static void updates(struct rig *rig, const char *name)
{
	double ms[UPDATES], close[UPDATES];
	char text[64];

	for (int i = 0; i < UPDATES; i++) {
		double begin;

		call_all(rig);
		rig->now_ns += SECOND;
		begin = now_ms();
		table_close(rig->table, rig->now_ns, UINT64_MAX);
		close[i] = now_ms() - begin;
		take(rig);
		draw(rig);
		ms[i] = now_ms() - begin;
	}
	snprintf(text, sizeof(text), "an update, %s", name);
	tell(text, ms, UPDATES);
	tell("  of which the interval's end", close, UPDATES);
}

static void type(struct rig *rig, const char *codes)
{
	for (; *codes; codes++)
		react(rig, press(rig, *codes == '\n' ? PRESS_ENTER : (unsigned char)*codes));
}

/* Calls that come while the screen Events shows, and a frame at each update. */
static void events(struct rig *rig, const char *name)
{
	static const struct call_names nobody;
	double ms[FRAMES];

	for (int i = 0; i < FRAMES; i++) {
		double begin = now_ms();

		for (unsigned int n = 0; n < EVENTS; n++, rig->nr_events++)
			log_add(rig->log,
				&(struct journal_entry){
					.call = {.ts_ns = rig->now_ns,
						.tid = 1000 + n,
						.len = 4096,
						.prot = rig->nr_events % 8,
						.known = CALL_ASKED | CALL_RETURNED},
					.pid = 1000 + (uint32_t)rig->nr_events % ROWS,
					.comm = "events"},
				1e9, &nobody);
		press(rig, PRESS_UP);
		draw(rig);
		press(rig, PRESS_END);
		draw(rig);
		ms[i] = now_ms() - begin;
	}
	tell(name, ms, FRAMES);
}

/* What is pressed before; what undoes it. */
static const struct setting {
	const char *name, *keys, *undo;
} settings[] = {
	{"by calls/s", "P", ""},
	{"by PID", "N", ""},
	{"by calls/s, idle shown", "Pi", "i"},
	{"by name", "N>>>>>>>>>>", "P"},
	{"by user", "N>", "P"},
	{"filtered by name", "\\99\n", "="},
	{"where calls gt 9", "ecalls gt 9\n", "="},
	{"as a tree", "t", "t"},
	{"by program", "g", "gggg"},
	{"screen W^X", "2", "1"},
	{"screen Latency", "4", "1"},
};

int main(int argc, char **argv)
{
	const struct column *list[COLUMN_MAX];
	struct ui_config config = {
		.columns = list, .nr_columns = column_screen(false, false, list, COLUMN_MAX)};
	struct rig rig = {.table = table_new(&table_limits_default, false, SECOND),
		.info = {.version = "", .host = "bench", .source = "kprobe"},
		.log = log_new(LOG_LIMIT),
		.now_ns = SECOND};

	setlocale(LC_CTYPE, "C.UTF-8");
	config.delay_s = 1;
	config.pid_digits = 7;
	rig.ui = ui_new(&config);
	rig.view.facts = UINT32_MAX;
	feed(&rig);
	canvas_resize(&rig.canvas, 200, 50);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (argc > 1 && !strstr(settings[i].name, argv[1]))
			continue;
		type(&rig, settings[i].keys);
		updates(&rig, settings[i].name);
		type(&rig, settings[i].undo);
	}
	take(&rig);
	draw(&rig);
	printf("%zu rows, 200x50\n", rig.snap.nr_rows);
	held(&rig, "Down held", PRESS_DOWN);
	held(&rig, "PgDn held", PRESS_PAGE_DOWN);
	held(&rig, "End, Up held", PRESS_END);
	held(&rig, "Up held", PRESS_UP);
	once(&rig, "sort by PID", 'N');
	once(&rig, "by the column to the right", '>');
	once(&rig, "reverse", 'R');
	press(&rig, '/');
	once(&rig, "a letter that nothing holds", '@');
	press(&rig, PRESS_ESC);
	once(&rig, "tree", 't');
	held(&rig, "Down held, in the tree", PRESS_DOWN);
	once(&rig, "no tree", 't');
	press(&rig, '\\');
	once(&rig, "a letter of a filter", '9');
	once(&rig, "another", '9');
	press(&rig, PRESS_ENTER);
	held(&rig, "Down held, filtered", PRESS_DOWN);
	once(&rig, "pause", 'p');
	type(&rig, "p=");
	once(&rig, "screen Events", '3');
	events(&rig, "10,000 calls, Up, End");
	held(&rig, "Up held, Events", PRESS_UP);
	type(&rig, "epid gt 30000\n");
	events(&rig, "10,000 calls, Up, End, filtered");
	ui_free(rig.ui);
	canvas_done(&rig.canvas);
	snapshot_done(&rig.snap);
	log_free(rig.log);
	table_free(rig.table);
	return 0;
}
