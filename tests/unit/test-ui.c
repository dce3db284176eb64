/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys, selection and sizes of the ui, without a terminal. */
#include "scene.h"
#include "base/mem.h"
#include "tui/layout.h"

#include <locale.h>
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

/* Row number of the selection on the canvas, -1: none. */
static int selected_line(const struct scene *scene)
{
	for (int y = 0; y < scene->canvas.height; y++)
		if (canvas_cell(&scene->canvas, 0, y)->style == STYLE_SELECTED)
			return y;
	return -1;
}

static void expect_selected(struct scene *scene, uint32_t pid)
{
	struct buf text = {0};
	char want[16], line[24] = "";
	int y;

	scene_draw(scene, 80, 24, &text);
	y = selected_line(scene);
	assert_true(y >= 0);
	for (int x = 0; x < 10; x++)
		strcat(line, canvas_cell(&scene->canvas, x, y)->text);
	snprintf(want, sizeof(want), "%u", pid);
	assert_non_null(strstr(line, want));
	buf_done(&text);
}

static uint32_t pid_at(const struct scene *scene, size_t index)
{
	return scene->snap.rows[index].t.pid;
}

static void test_selection(void **state)
{
	struct scene scene;
	struct buf text = {0};
	uint32_t pid;

	(void)state;
	scene_init(&scene, 100, false);
	expect_selected(&scene, pid_at(&scene, 0));
	scene_press(&scene, 'R');
	expect_selected(&scene, pid_at(&scene, 0)); /* not moved yet: the first */
	scene_press(&scene, PRESS_DOWN);
	scene_press(&scene, 'j');
	pid = pid_at(&scene, 2);
	expect_selected(&scene, pid);
	scene_press(&scene, 'R');
	expect_selected(&scene, pid); /* far below, and still on screen */
	scene_press(&scene, PRESS_END);
	expect_selected(&scene, pid_at(&scene, 99));
	scene_press(&scene, PRESS_PAGE_UP);
	scene_press(&scene, 'k');
	scene_draw(&scene, 80, 24, &text);
	assert_true(selected_line(&scene) > 0);
	/* the process goes: its place stays */
	/* what a small window scrolled away is back in a larger one */
	scene_press(&scene, PRESS_HOME);
	scene_press(&scene, PRESS_DOWN);
	scene_draw(&scene, 20, 5, &text);
	scene_draw(&scene, 80, 24, &text);
	assert_int_equal(selected_line(&scene), 9);

	pid = pid_at(&scene, 50);
	scene_press(&scene, PRESS_HOME);
	for (int i = 0; i < 49; i++)
		scene_press(&scene, PRESS_DOWN);
	expect_selected(&scene, pid_at(&scene, 49));
	memmove(&scene.snap.rows[49], &scene.snap.rows[50], 50 * sizeof(*scene.snap.rows));
	scene.snap.nr_rows--;
	expect_selected(&scene, pid);
	scene.snap.nr_rows = 0;
	scene_draw(&scene, 80, 24, &text);
	assert_int_equal(selected_line(&scene), -1);
	scene_press(&scene, PRESS_DOWN);
	buf_done(&text);
	scene_done(&scene);
}

/* Two rows of one pid, a thread or a new process of an old number, are two. */
static void test_identity(void **state)
{
	struct scene scene;
	struct buf text = {0};
	int y;

	(void)state;
	scene_init(&scene, 4, false);
	for (int i = 0; i < 4; i++)
		scene.snap.rows[i].t.pid = scene.snap.rows[i].t.tid = 77;
	scene_draw(&scene, 80, 24, &text);
	scene_press(&scene, PRESS_DOWN);
	scene_press(&scene, PRESS_DOWN);
	scene_draw(&scene, 80, 24, &text);
	y = selected_line(&scene);
	scene_draw(&scene, 80, 24, &text);
	assert_int_equal(selected_line(&scene), y);
	buf_done(&text);
	scene_done(&scene);
}

static int find_in_line(const char *text, int y, const char *word)
{
	const char *at;

	while (y-- > 0)
		text = strchr(text, '\n') + 1;
	at = strstr(text, word);
	assert_non_null(at);
	return at - text;
}

static void test_mouse(void **state)
{
	struct scene scene;
	struct buf text = {0};
	struct view view;

	(void)state;
	scene_init(&scene, 12, false);
	scene_draw(&scene, 80, 24, &text);
	scene_click(&scene, PRESS_CLICK, 30, 10);
	scene_draw(&scene, 80, 24, &text);
	assert_int_equal(selected_line(&scene), 10);
	scene_click(&scene, PRESS_WHEEL_UP, 30, 10);
	scene_draw(&scene, 80, 24, &text);
	assert_int_equal(selected_line(&scene), 8);
	scene_click(&scene, PRESS_CLICK, find_in_line(text.data, 7, "TOTAL"), 7);
	ui_view(scene.ui, &view);
	assert_string_equal(view.sort->id, "calls");
	assert_false(view.ascending);
	scene_draw(&scene, 80, 24, &text);
	scene_click(&scene, PRESS_CLICK, find_in_line(text.data, 7, "TOTAL"), 7);
	ui_view(scene.ui, &view);
	assert_true(view.ascending);
	scene_click(&scene, PRESS_CLICK, find_in_line(text.data, 23, "Pause"), 23);
	assert_true(ui_paused(scene.ui));
	buf_done(&text);
	scene_done(&scene);
}

/* A wide screen has more; what is taken away there is away, and the rest stays. */
static void test_wide(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 3, false);
	assert_null(strstr(scene_draw(&scene, 139, 24, &text), "%CALL"));
	assert_non_null(strstr(scene_draw(&scene, 140, 24, &text), "%CALL"));
	scene_type(&scene, "f\r");
	assert_true(scene_type(&scene, "-pct\r") & REACT_FACTS);
	scene_draw(&scene, 140, 24, &text);
	assert_null(strstr(text.data, "%CALL"));
	assert_non_null(strstr(text.data, "PEAK/s"));
	assert_non_null(strstr(scene_draw(&scene, 139, 24, &text), "PEAK/s"));
	buf_done(&text);
	scene_done(&scene);
}

static void expect_sort(struct scene *scene, uint32_t code, const char *id, bool ascending)
{
	struct view view;

	assert_true(scene_press(scene, code) & REACT_RESORT);
	ui_view(scene->ui, &view);
	assert_string_equal(view.sort->id, id);
	assert_int_equal(view.ascending, ascending);
}

static void test_sort_keys(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 12, false);
	scene_draw(&scene, 80, 24, &text);
	expect_sort(&scene, 'N', "pid", true);
	assert_null(strstr(scene_draw(&scene, 80, 24, &text), "sorted by"));
	scene_draw(&scene, 40, 9, &text);
	expect_sort(&scene, 'X', "w_to_x", false);
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "sorted by W>X, a column"));
	expect_sort(&scene, 'M', "range_per_s", false);
	expect_sort(&scene, 'T', "calls", false);
	expect_sort(&scene, 'R', "calls", true);
	expect_sort(&scene, 'I', "calls", false);
	expect_sort(&scene, 'P', "calls_per_s", false);
	expect_sort(&scene, '>', "calls", false);
	expect_sort(&scene, '<', "calls_per_s", false);
	expect_sort(&scene, '<', "user", true);
	expect_sort(&scene, '<', "pid", true);
	assert_false(scene_press(&scene, '<') & REACT_RESORT);
	buf_done(&text);
	scene_done(&scene);
}

static void test_delay(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 1, false);
	assert_false(scene_type(&scene, "d2x\r") & REACT_DELAY);
	scene_press(&scene, PRESS_BACKSPACE);
	assert_true(scene_press(&scene, PRESS_ENTER) & REACT_DELAY);
	assert_float_equal(ui_delay_s(scene.ui), 2, 1e-9);
	assert_true(scene_type(&scene, "s500ms\r") & REACT_DELAY);
	assert_float_equal(ui_delay_s(scene.ui), 0.5, 1e-9);
	/* the old text can be edited: 0.5 becomes 0.52 */
	scene_type(&scene, "d");
	scene_press(&scene, PRESS_RIGHT);
	assert_true(scene_type(&scene, "2\r") & REACT_DELAY);
	assert_float_equal(ui_delay_s(scene.ui), 0.52, 1e-9);
	assert_false(scene_type(&scene, "d0.05\r") & REACT_DELAY);
	assert_false(scene_press(&scene, PRESS_ESC) & (REACT_DELAY | REACT_QUIT));
	assert_false(scene_type(&scene, "d3601\r") & REACT_DELAY);
	assert_false(scene_type(&scene,
			     "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
			     "qqqqqqqqqqqqqqqqqqq\r") &
		     (REACT_DELAY | REACT_QUIT));
	scene_press(&scene, PRESS_ESC);
	assert_float_equal(ui_delay_s(scene.ui), 0.52, 1e-9);
	scene_done(&scene);
}

static void test_toggles(void **state)
{
	struct scene scene;
	struct view view = {0};

	(void)state;
	scene_init(&scene, 1, false);
	ui_view(scene.ui, &view);
	assert_false(view.idle);
	assert_true(view.live);
	assert_true(scene_press(&scene, 'i') & REACT_RETAKE);
	ui_view(scene.ui, &view);
	assert_true(view.idle);
	assert_true(scene_press(&scene, 'p') & REACT_PAUSE);
	assert_true(ui_paused(scene.ui));
	assert_true(scene_press(&scene, 'Z') & REACT_PAUSE);
	assert_false(ui_paused(scene.ui));
	assert_true(ui_keep_ns(scene.ui) == 10000000000ULL);
	assert_true(scene_press(&scene, 'x') & REACT_KEEP);
	assert_true(ui_keep_ns(scene.ui) == UINT64_MAX);
	scene_press(&scene, 'x');
	assert_true(ui_keep_ns(scene.ui) == 0);
	scene_press(&scene, 'x');
	assert_true(ui_keep_ns(scene.ui) == 10000000000ULL);
	assert_true(scene_press(&scene, PRESS_CTRL('l')) & REACT_REPAINT);
	scene_done(&scene);
}

/* A busy machine reads several keys at once: none of them is lost. */
static void test_steps(void **state)
{
	const struct column *list[COLUMN_MAX];
	const struct ui_config config = {.columns = list,
		.nr_columns = column_screen(false, false, list, COLUMN_MAX),
		.replay = true,
		.delay_s = 1,
		.pid_digits = 7};
	struct ui *ui = ui_new(&config);
	struct ui_jump jump;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(ui_key(ui, &(struct key_press){.code = ']'}) & REACT_JUMP);
	jump = ui_jump(ui);
	assert_false(jump.placed);
	assert_int_equal(jump.step, 3);
	assert_int_equal(ui_jump(ui).step, 0);
	for (const char *key = "]]]0]]["; *key; key++)
		ui_key(ui, &(struct key_press){.code = (uint32_t)*key});
	jump = ui_jump(ui);
	assert_true(jump.placed);
	assert_int_equal(jump.step, 1);
	ui_free(ui);
}

static void test_quit(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 1, false);
	assert_false(scene_press(&scene, PRESS_ESC) & REACT_QUIT);
	assert_false(scene_press(&scene, '?') & REACT_QUIT);
	assert_false(scene_press(&scene, 'q') & REACT_QUIT); /* back from help */
	scene_press(&scene, PRESS_F0 + 1);
	scene_press(&scene, PRESS_ESC);
	scene_press(&scene, 'h');
	scene_press(&scene, 'h');
	assert_true(scene_press(&scene, PRESS_F10) & REACT_QUIT);
	assert_true(scene_press(&scene, 'q') & REACT_QUIT);
	scene_done(&scene);
}

static void test_tell(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 1, false);
	ui_tell(scene.ui, "a sentence");
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "a sentence"));
	assert_true(scene_press(&scene, 0x4e2d) & REACT_REDRAW);
	assert_null(strstr(scene_draw(&scene, 80, 24, &text), "a sentence"));
	scene_press(&scene, '!');
	assert_non_null(strstr(scene_draw(&scene, 80, 24, &text), "key !"));
	scene.snap.traced_s += 60;
	assert_null(strstr(scene_draw(&scene, 80, 24, &text), "key !"));
	assert_int_equal(scene_press(&scene, 0x4e2d), 0);
	buf_done(&text);
	scene_done(&scene);
}

/* Every size, with the canvas's own memory as the fence. */
static void test_every_size(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, 120, false);
	for (int over = 0; over < 2; over++) {
		for (int width = 1; width <= MAX_WIDTH; width++)
			for (int height = 1; height <= MAX_HEIGHT; height++) {
				canvas_resize(&scene.canvas, width, height);
				ui_draw(scene.ui, &scene.snap, &scene.canvas);
			}
		scene_press(&scene, 'h');
	}
	scene_done(&scene);
}

/* Every key on every screen at several sizes; twice, so that it can be undone. */
static void test_every_key(void **state)
{
	static const uint32_t before[] = {0, 'h', 'd', 'Z'};
	static const int sizes[][2] = {{80, 24}, {20, 5}, {1, 1}, {200, 60}};
	struct scene scene;
	struct buf text = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(before) * ARRAY_SIZE(sizes); i++) {
		const int *size = sizes[i % ARRAY_SIZE(sizes)];

		scene_init(&scene, i % 3 * 50, false);
		scene_draw(&scene, size[0], size[1], &text);
		for (const struct key *key = keys; key->name; key++)
			for (int k = 0; k < KEY_CODES * 2 && key->codes[k / 2]; k++) {
				scene_press(&scene, before[i / ARRAY_SIZE(sizes)]);
				scene_press(&scene, key->codes[k / 2]);
				scene_draw(&scene, size[0], size[1], &text);
			}
		scene_done(&scene);
	}
	buf_done(&text);
}

static void test_ascii_only(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 30, true);
	for (const struct key *key = keys; key->name; key++) {
		scene_press(&scene, key->codes[0]);
		scene_draw(&scene, 160, 40, &text);
		for (size_t i = 0; i < text.len; i++)
			assert_true(text.data[i] == '\n' ||
				    (text.data[i] >= ' ' && text.data[i] <= '~'));
	}
	buf_done(&text);
	scene_done(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_sort_keys),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_toggles),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_quit),
		cmocka_unit_test(test_tell),
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_ascii_only),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tzset();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
