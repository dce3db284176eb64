/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The screens beside Main: as text at four sizes, at every size, and how keys lead through them. */
#include "golden.h"
#include "base/mem.h"
#include "tui/state.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define MAX_WIDTH  300
#define MAX_HEIGHT 100

static int nr_screens(void)
{
	int nr = 0;

	while (screens[nr].name)
		nr++;
	return nr;
}

static void test_self_golden(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	scene_press(&scene, '6');
	golden_sizes(&scene, "self");
	golden(&scene, "self-80x24", 80, 24);
	scene_press(&scene, PRESS_END);
	golden(&scene, "self-end-80x24", 80, 24);
	scene.snap.self.hits_known = false;
	scene.probes[0].hits_known = scene.probes[1].hits_known = false;
	scene.snap.health.lost = scene.snap.self.lost = 120;
	scene.snap.cost = (struct probe_cost){NAN, NAN, NAN};
	for (int i = 0; i < 3; i++)
		scene.probes[i].cost_ns = scene.beside[i % 2].cost_ns = NAN;
	scene_press(&scene, PRESS_HOME);
	golden(&scene, "self-partial-80x24", 80, 24);
	scene_done(&scene);
	scene_init(&scene, 0, true);
	scene_press(&scene, '6');
	golden(&scene, "self-ascii-80x24", 80, 24);
	scene_done(&scene);
}

static void test_wx_golden(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 12, false);
	scene_press(&scene, '2');
	golden_sizes(&scene, "wx");
	assert_null(strstr(scene_draw(&scene, 80, 24, &text), "alike"));
	/* without how many each line is */
	assert_non_null(
		strstr(scene_draw(&scene, 60, 24, &text), "1234 seen, alike ones on one line\n"));
	buf_done(&text);
	scene_done(&scene);
	scene_init(&scene, 2, true);
	scene_press(&scene, '2');
	scene.snap.facts = fact_masks("asked,ret,duration");
	golden(&scene, "wx-ascii-80x24", 80, 24);
	scene.snap.nr_rows = scene.snap.nr_breaches = 0;
	scene.snap.breaches_seen = 0;
	golden(&scene, "wx-empty-80x24", 80, 24);
	scene_done(&scene);
}

static void test_latency_golden(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 12, false);
	scene_press(&scene, '4');
	golden_sizes(&scene, "latency");
	scene_done(&scene);
	scene_init(&scene, 2, true);
	scene_press(&scene, '4');
	golden(&scene, "latency-ascii-80x24", 80, 24);
	scene.snap.cost.inside_ns = NAN;
	golden(&scene, "latency-unknown-80x24", 80, 24);
	hist_done(&scene.snap.times);
	golden(&scene, "latency-empty-80x24", 80, 24);
	scene.snap.ended = true;
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "none was timed\n"));
	buf_done(&text);
	scene_done(&scene);
}

/* What a menu lies over is apart from it. */
static void test_menu_golden(void **state)
{
	struct scene scene;

	(void)state;
	for (int ascii = 0; ascii < 2; ascii++) {
		scene_init(&scene, 12, ascii);
		scene_press(&scene, ';');
		golden(&scene, ascii ? "menu-ascii-80x24" : "menu-80x24", 80, 24);
		scene_done(&scene);
	}
}

static void test_sites_golden(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	scene_press(&scene, '5');
	golden_sizes(&scene, "sites");
	scene_press(&scene, PRESS_DOWN);
	scene_type(&scene, "/libc\r");
	golden(&scene, "sites-search-80x24", 80, 24);
	scene.snap.facts &= ~fact_mask("site");
	scene.snap.callers.nr = 0;
	golden(&scene, "sites-none-80x24", 80, 24);
	scene_done(&scene);
}

static void test_detail_golden(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 12, false);
	scene_draw(&scene, 80, 24, &text);
	assert_true(scene_press(&scene, PRESS_ENTER) & REACT_FACTS);
	golden_sizes(&scene, "detail");
	golden(&scene, "detail-80x100", 80, 100);
	scene_draw(&scene, 80, 24, &text);
	scene_press(&scene, PRESS_PAGE_DOWN);
	golden(&scene, "detail-next-80x24", 80, 24);
	scene.snap.detail.there = false;
	scene.snap.detail.row->t.flags |= ROW_EXITED;
	scene.snap.detail.row->t.exit_ns = 99000000000;
	scene.snap.detail.studied = scene.snap.detail.why = false;
	memset(&scene.snap.detail.study, 0, sizeof(scene.snap.detail.study));
	scene.snap.detail.nr_sites = 0;
	hist_done(&scene.snap.detail.times);
	scene.snap.facts = fact_masks("asked,ret,duration");
	golden(&scene, "detail-little-80x60", 80, 60);
	scene.snap.detail.found = false;
	golden(&scene, "detail-none-80x24", 80, 24);
	buf_done(&text);
	scene_done(&scene);
	scene_init(&scene, 12, true);
	scene_draw(&scene, 80, 24, &text);
	scene_press(&scene, PRESS_F0 + 9);
	golden(&scene, "detail-ascii-140x40", 140, 40);
	buf_done(&text);
	scene_done(&scene);
}

/* To the detail of what is selected, and back to where it was. */
static void test_detail_ways(void **state)
{
	static const uint32_t backs[] = {'q', PRESS_ESC, PRESS_BACKSPACE, PRESS_F10};
	struct scene scene;
	struct buf text = {0};
	struct view view = {0};

	(void)state;
	scene_init(&scene, 12, false);
	scene_log(&scene, 30);
	for (size_t i = 0; i < ARRAY_SIZE(backs); i++) {
		scene_draw(&scene, 80, 24, &text);
		scene_press(&scene, PRESS_DOWN);
		scene_press(&scene, PRESS_ENTER);
		ui_view(scene.ui, &view);
		assert_true(view.want & VIEW_DETAIL);
		assert_int_equal(view.detail.pid, scene.snap.rows[i + 1].t.pid);
		/* help lies over it, and goes back to it */
		scene_press(&scene, 'h');
		ui_view(scene.ui, &view);
		assert_true(view.want & VIEW_DETAIL);
		scene_press(&scene, 'q');
		assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "  process "));
		assert_false(scene_press(&scene, backs[i]) & REACT_QUIT);
		assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "[1Main]"));
		ui_view(scene.ui, &view);
		assert_false(view.want & VIEW_DETAIL);
	}
	scene_press(&scene, '3');
	scene_draw(&scene, 80, 24, &text);
	scene_press(&scene, PRESS_ENTER);
	ui_view(scene.ui, &view);
	assert_true(view.want & VIEW_DETAIL && view.detail.start_ns == DETAIL_ANY);
	/* a screen's key leads away from it */
	scene_press(&scene, '6');
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "[6Self]"));
	scene_press(&scene, PRESS_ENTER);
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "no table of processes"));
	buf_done(&text);
	scene_done(&scene);
}

static void test_events_golden(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	scene_press(&scene, '3');
	golden(&scene, "events-empty-80x24", 80, 24);
	scene_log(&scene, 100);
	golden_sizes(&scene, "events");
	scene_press(&scene, PRESS_PAGE_UP);
	golden(&scene, "events-up-80x24", 80, 24);
	scene_press(&scene, 'Z');
	golden(&scene, "events-paused-80x24", 80, 24);
	scene_done(&scene);
	scene_init(&scene, 2, true);
	scene_press(&scene, '3');
	log_skip(scene.log, false); /* nothing is before it */
	scene_log(&scene, 5);
	log_skip(scene.log, false);
	scene_log(&scene, 5);
	log_skip(scene.log, true);
	log_skip(scene.log, true);
	scene_log(&scene, 5);
	golden(&scene, "events-gaps-80x24", 80, 24);
	scene_done(&scene);
}

/* The line under the cursor. */
static void selected_text(struct scene *scene, struct buf *out)
{
	buf_reset(out);
	canvas_resize(&scene->canvas, 80, 24);
	ui_draw(scene->ui, &scene->snap, &scene->canvas);
	for (int y = 0; y < 24; y++)
		for (int x = 0;
			canvas_cell(&scene->canvas, 0, y)->style == STYLE_SELECTED && x < 80; x++)
			buf_puts(out, canvas_cell(&scene->canvas, x, y)->text);
	assert_true(out->len > 0);
}

/* The newest is selected until somebody moves; then a line stays selected while others come, even
 * where older ones go. */
static void test_events_follow(void **state)
{
	struct scene scene;
	struct buf first = {0}, then = {0};

	(void)state;
	scene_init(&scene, 2, false);
	scene_press(&scene, '3');
	scene_log(&scene, 900);
	selected_text(&scene, &first);
	scene_log(&scene, 3);
	selected_text(&scene, &then);
	assert_string_not_equal(first.data, then.data);
	scene_press(&scene, PRESS_UP);
	scene_press(&scene, PRESS_UP);
	selected_text(&scene, &first);
	scene_log(&scene, 450);
	selected_text(&scene, &then);
	assert_string_equal(first.data, then.data);
	/* it is gone now: the oldest is next to it */
	scene_log(&scene, 1000);
	selected_text(&scene, &then);
	assert_string_not_equal(first.data, then.data);
	scene_press(&scene, PRESS_END);
	selected_text(&scene, &first);
	scene_log(&scene, 1);
	selected_text(&scene, &then);
	assert_string_not_equal(first.data, then.data);
	buf_done(&first);
	buf_done(&then);
	scene_done(&scene);
}

static void test_events_search(void **state)
{
	struct scene scene;
	struct buf text = {0}, next = {0};

	(void)state;
	scene_init(&scene, 2, false);
	scene_press(&scene, '3');
	scene_log(&scene, 200);
	selected_text(&scene, &text);
	scene_type(&scene, "/firefox\r");
	selected_text(&scene, &text);
	assert_non_null(strstr(text.data, "firefox"));
	scene_press(&scene, 'n');
	selected_text(&scene, &next);
	assert_non_null(strstr(next.data, "firefox"));
	assert_string_not_equal(text.data, next.data);
	scene_press(&scene, 'N');
	selected_text(&scene, &next);
	assert_string_equal(text.data, next.data);
	scene_press(&scene, PRESS_ESC);
	scene_press(&scene, PRESS_END);
	scene_type(&scene, "/ENOMEM\r");
	selected_text(&scene, &text);
	assert_non_null(strstr(text.data, "ENOMEM"));
	buf_done(&text);
	buf_done(&next);
	scene_done(&scene);
}

/* Two cells that hold one wide character, or one each: none is cut, none overlaps. */
static void expect_whole(const struct canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			const struct cell *cell = canvas_cell(canvas, x, y);

			if (cell->width == 2)
				assert_true(x + 1 < canvas->width &&
					    !canvas_cell(canvas, x + 1, y)->width);
			if (!cell->width)
				assert_true(x > 0 && canvas_cell(canvas, x - 1, y)->width == 2);
		}
}

static void test_every_size(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 60, false);
	scene_log(&scene, 60);
	for (int i = 0; i < nr_screens(); i++) {
		for (int width = 1; width <= MAX_WIDTH; width++)
			for (int height = 1; height <= MAX_HEIGHT; height++) {
				canvas_resize(&scene.canvas, width, height);
				ui_draw(scene.ui, &scene.snap, &scene.canvas);
				if (width % 7 == 0 || height % 9 == 0)
					expect_whole(&scene.canvas);
			}
		scene_press(&scene, PRESS_TAB);
	}
	scene_press(&scene, PRESS_ENTER);
	for (int width = 1; width <= MAX_WIDTH; width++)
		for (int height = 1; height <= MAX_HEIGHT; height += 3) {
			canvas_resize(&scene.canvas, width, height);
			ui_draw(scene.ui, &scene.snap, &scene.canvas);
			expect_whole(&scene.canvas);
		}
	scene_done(&scene);
}

/* The shown one is in brackets, whatever fits of the others. */
static void expect_screen(struct scene *scene, int i)
{
	struct buf text = {0};
	char want[32];

	snprintf(want, sizeof(want), "[%c%s]", screens[i].key, screens[i].name);
	assert_non_null(strstr(scene_draw(scene, 80, 24, &text), want));
	assert_non_null(strstr(scene_draw(scene, 30, 24, &text), want));
	buf_done(&text);
}

static void test_ring(void **state)
{
	struct scene scene;
	int nr = nr_screens();

	(void)state;
	scene_init(&scene, 12, false);
	expect_screen(&scene, 0);
	for (int i = 1; i <= nr; i++) {
		assert_true(scene_press(&scene, PRESS_TAB) & REACT_RETAKE);
		expect_screen(&scene, i % nr);
	}
	scene_press(&scene, PRESS_SHIFT_TAB);
	expect_screen(&scene, nr - 1);
	scene_press(&scene, '1');
	expect_screen(&scene, 0);
	/* from help too, which goes */
	scene_press(&scene, 'h');
	scene_press(&scene, PRESS_TAB);
	expect_screen(&scene, 1);
	scene_done(&scene);
}

static void test_click(void **state)
{
	struct scene scene;
	struct buf text = {0};
	const char *at;

	(void)state;
	scene_init(&scene, 12, false);
	at = strstr(scene_draw(&scene, 160, 24, &text), " 6Self");
	assert_non_null(at);
	scene_click(&scene, PRESS_CLICK, (int)(at - text.data) + 2, 0);
	assert_non_null(strstr(scene_draw(&scene, 160, 24, &text), "[6Self]"));
	assert_int_equal(scene_click(&scene, PRESS_CLICK, 2, 0), 0);
	/* a line of Events: three above the last, which is followed */
	scene_press(&scene, '3');
	scene_log(&scene, 100);
	scene_draw(&scene, 160, 24, &text);
	assert_int_equal(scene_click(&scene, PRESS_CLICK, 5, 23 - 4), REACT_REDRAW);
	assert_non_null(strstr(scene_draw(&scene, 160, 24, &text), "not following"));
	assert_int_equal(canvas_cell(&scene.canvas, 3, 23 - 4)->style, STYLE_SELECTED);
	assert_int_equal(scene_click(&scene, PRESS_CLICK, 5, 5), 0);
	buf_done(&text);
	scene_done(&scene);
}

/* What was selected and sorted on Main is so again. */
static void test_kept(void **state)
{
	struct scene scene;
	struct buf text = {0}, after = {0};
	struct view view = {0};

	(void)state;
	scene_init(&scene, 50, false);
	scene_draw(&scene, 80, 24, &text);
	scene_press(&scene, 'T');
	scene_press(&scene, PRESS_DOWN);
	scene_press(&scene, PRESS_DOWN);
	scene_draw(&scene, 80, 24, &text);
	for (int i = 1; i <= nr_screens(); i++) {
		scene_press(&scene, PRESS_TAB);
		scene_draw(&scene, 80, 24, &after);
		scene_press(&scene, PRESS_PAGE_DOWN);
	}
	scene_press(&scene, PRESS_PAGE_UP);
	scene_press(&scene, '1');
	ui_view(scene.ui, &view);
	assert_string_equal(view.sort->id, "calls");
	scene_press(&scene, PRESS_HOME);
	scene_press(&scene, PRESS_DOWN);
	scene_press(&scene, PRESS_DOWN);
	scene_sort(&scene);
	scene_draw(&scene, 80, 24, &after);
	assert_string_equal(text.data, after.data);
	buf_done(&text);
	buf_done(&after);
	scene_done(&scene);
}

/* Keys of a table of processes say so where there is none. */
static void test_no_table(void **state)
{
	struct scene scene;
	struct buf text = {0};
	struct view view = {0};

	(void)state;
	scene_init(&scene, 5, false);
	scene_press(&scene, '6');
	scene_press(&scene, 'N');
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "no table of processes"));
	ui_view(scene.ui, &view);
	assert_string_equal(view.sort->id, "calls_per_s");
	buf_done(&text);
	scene_done(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self_golden),
		cmocka_unit_test(test_wx_golden),
		cmocka_unit_test(test_latency_golden),
		cmocka_unit_test(test_menu_golden),
		cmocka_unit_test(test_sites_golden),
		cmocka_unit_test(test_detail_golden),
		cmocka_unit_test(test_detail_ways),
		cmocka_unit_test(test_events_golden),
		cmocka_unit_test(test_events_follow),
		cmocka_unit_test(test_events_search),
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_click),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_no_table),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tzset();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
