/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a frame of the live screen costs with 50,000 rows: held-down arrows, a sort, an update. */
#include "model/column.h"
#include "model/snapshot.h"
#include "tui/ui.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS   50000
#define FRAMES 200
#define SECOND UINT64_C(1000000000)

struct rig {
	struct table *table;
	struct snapshot snap;
	struct view view;
	struct ui *ui;
	struct canvas canvas;
	struct run_info info;
};

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void feed(struct table *table)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		struct event who = {.kind = EVENT_IDENT, .tid = 1000 + i};
		struct call call = {.ts_ns = SECOND + i, .tid = 1000 + i, .len = 4096, .prot = 3};

		who.u.ident.tgid = 1000 + i;
		who.u.ident.ppid = i ? 1000 + i / 2 : 1;
		who.u.ident.uid = i % 7;
		who.u.ident.start_ns = 1 + i;
		snprintf(who.u.ident.comm, sizeof(who.u.ident.comm), "proc-%u", i % 9999);
		table_feed(table, &who);
		call.known = CALL_ASKED;
		for (uint32_t n = 0; n <= i % 5; n++)
			table_call(table, &call);
	}
	table_close(table, 2 * SECOND, UINT64_MAX);
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
}

static unsigned int press(struct rig *rig, uint32_t code)
{
	return ui_key(rig->ui, &(struct key_press){.code = code});
}

static void draw(struct rig *rig)
{
	ui_draw(rig->ui, &rig->snap, &rig->canvas);
}

/* The longest of FRAMES, and their mean, of a key that is held down. */
static void held(struct rig *rig, const char *name, uint32_t code)
{
	double sum = 0, longest = 0;

	for (int i = 0; i < FRAMES; i++) {
		double begin = now_ms(), ms;

		press(rig, code);
		draw(rig);
		ms = now_ms() - begin;
		sum += ms;
		longest = ms > longest ? ms : longest;
	}
	printf("%-32s %8.2f ms mean %8.2f ms at most\n", name, sum / FRAMES, longest);
}

/* A key after which the rows are taken or sorted anew. */
static void once(struct rig *rig, const char *name, uint32_t code)
{
	double begin = now_ms();
	unsigned int react = press(rig, code);

	if (react & REACT_RETAKE) {
		take(rig);
	} else if (react & REACT_RESORT) {
		ui_view(rig->ui, &rig->view);
		snapshot_sort(&rig->snap, &rig->view);
	}
	draw(rig);
	printf("%-32s %8.2f ms\n", name, now_ms() - begin);
}

int main(void)
{
	const struct column *list[COLUMN_MAX];
	struct ui_config config = {
		.columns = list, .nr_columns = column_screen(false, false, list, COLUMN_MAX)};
	struct rig rig = {.table = table_new(&table_limits_default, false, SECOND),
		.info = {.version = "", .host = "bench", .source = "kprobe"}};
	double begin;

	setlocale(LC_CTYPE, "C.UTF-8");
	config.delay_s = 1;
	config.pid_digits = 7;
	rig.ui = ui_new(&config);
	rig.view.facts = UINT32_MAX;
	feed(rig.table);
	canvas_resize(&rig.canvas, 200, 50);
	begin = now_ms();
	take(&rig);
	draw(&rig);
	printf("%zu rows, 200x50\n%-32s %8.2f ms\n", rig.snap.nr_rows, "an update",
		now_ms() - begin);
	held(&rig, "Down held", PRESS_DOWN);
	held(&rig, "PgDn held", PRESS_PAGE_DOWN);
	held(&rig, "End, Up held", PRESS_END);
	held(&rig, "Up held", PRESS_UP);
	once(&rig, "sort by PID", 'N');
	once(&rig, "reverse", 'R');
	once(&rig, "tree", 't');
	held(&rig, "Down held, in the tree", PRESS_DOWN);
	once(&rig, "no tree", 't');
	press(&rig, '\\');
	once(&rig, "a letter of a filter", '9');
	once(&rig, "another", '9');
	press(&rig, PRESS_ENTER);
	held(&rig, "Down held, filtered", PRESS_DOWN);
	ui_free(rig.ui);
	canvas_done(&rig.canvas);
	snapshot_done(&rig.snap);
	table_free(rig.table);
	return 0;
}
