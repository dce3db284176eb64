/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks on any ground, and without colours: nothing is told by a colour alone. */
#include "tui/look.h"
#include "base/mem.h"
#include "scene.h"
#include "tui/state.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The eight as xterm and as the console of Linux have them; bold may take the brighter one. */
static const uint32_t palettes[][8] = {
	{0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5},
	{0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa},
};
static const uint32_t bright[] = {
	0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};

static const uint32_t grounds[] = {0x000000, 0xffffff};

/* As WCAG 2 defines it. */
static double luminance(uint32_t rgb)
{
	static const double parts[] = {0.0722, 0.7152, 0.2126};
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double c = (rgb >> 8 * i & 0xff) / 255.0;

		sum += parts[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

static void expect_contrast(int style, uint32_t text, uint32_t ground, double least)
{
	if (contrast(text, ground) < least)
		fail_msg("style %d: %06x on %06x has a contrast of %.1f", style, text, ground,
			contrast(text, ground));
}

/* A bar is a shape, which is seen sooner than a letter is read. */
static void test_any_ground(void **state)
{
	(void)state;
	for (int style = 0; style < STYLE_NR; style++) {
		const struct look *look = &looks[style];
		double least = style == STYLE_GRAPH ? 2 : 2.6;

		if (look->fg == LOOK_OWN) {
			assert_int_equal(look->bg, LOOK_OWN);
			continue;
		}
		for (size_t p = 0; p < ARRAY_SIZE(palettes); p++) {
			uint32_t fg = palettes[p][look->fg];

			if (look->bg != LOOK_OWN)
				expect_contrast(style, fg, palettes[p][look->bg], 4);
			for (size_t g = 0; look->bg == LOOK_OWN && g < ARRAY_SIZE(grounds); g++) {
				expect_contrast(style, fg, grounds[g], least);
				if (look->color & LOOK_BOLD)
					expect_contrast(style, bright[look->fg], grounds[g], least);
			}
		}
	}
}

/* What shows by its look only has one without colours. */
static void test_mono(void **state)
{
	static const enum style only[] = {STYLE_HEADER, STYLE_SORTED, STYLE_SELECTED, STYLE_BAR,
		STYLE_CURSOR, STYLE_WARN, STYLE_BAD};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(only); i++) {
		const struct look *look = &looks[only[i]];

		assert_true(look->mono & LOOK_REVERSE);
		assert_true(look->color & LOOK_REVERSE || look->bg != LOOK_OWN ||
			    look->color & LOOK_BOLD);
	}
}

/* The words and marks by which it is told in text what a colour says. */
static const char *const marks[STYLE_NR][24] = {
	[STYLE_GOOD] = {" ok", "following", "EACCES", "seccomp"},
	[STYLE_WARN] = {"ENOMEM", "EACCES", "perhaps", "no change", "paused", "not following",
		"PAUSED", "REC ", "REPLAY", "ENDED", "64-bit callers only", "exited",
		"does not tell", "folded", "its row is gone", "; start mprottop again",
		"names may be old"},
	[STYLE_BAD] = {"LOSSY", "broke W^X", "lost on CPU", "events lost", "made",
		"removed:", "no such", "not a time", "is expected"},
};

/* A figure is told by being none of 0. */
static bool is_figure(const char *text)
{
	return !text[strspn(text, " 0123456789.kMG")] && strpbrk(text, "123456789");
}

/* In front of a row or a line of Events: what it did. */
static bool is_marked(const char *line)
{
	return memchr(line, '!', 2) || memchr(line, 'm', 2);
}

static bool is_told(const char *line, enum style style, const char *run)
{
	if (is_marked(line) || is_figure(run))
		return true;
	for (int i = 0; marks[style][i]; i++)
		if (strstr(line, marks[style][i]))
			return true;
	/* "   lost 17" */
	return style == STYLE_BAD && strpbrk(run, "123456789") &&
	       (strstr(run, "lost ") || strstr(run, "missed ") || strstr(run, "unaccounted "));
}

/* The longest piece of one style from x on; returns where it ends. */
static int run_take(const struct canvas *canvas, int x, int y, struct buf *out)
{
	enum style style = canvas_cell(canvas, x, y)->style;

	buf_reset(out);
	for (; x < canvas->width && canvas_cell(canvas, x, y)->style == style; x++)
		buf_puts(out, canvas_cell(canvas, x, y)->text);
	return x;
}

/* Returns how many pieces with a meaning there were. */
static int expect_told(struct scene *scene, int width, int height)
{
	struct buf text = {0}, run = {0}, line = {0};
	int nr = 0;

	scene_draw(scene, width, height, &text);
	for (int y = 0; y < height; y++) {
		buf_reset(&line);
		for (int x = 0; x < width; x++)
			buf_puts(&line, canvas_cell(&scene->canvas, x, y)->text);
		for (int x = 0; x < width;) {
			enum style style = canvas_cell(&scene->canvas, x, y)->style;

			x = run_take(&scene->canvas, x, y, &run);
			if (!marks[style][0] || !run.data[strspn(run.data, " ")])
				continue;
			nr++;
			if (!is_told(line.data, style, run.data))
				fail_msg("by its colour alone, %d: \"%s\" in\n%s", style, run.data,
					text.data);
		}
	}
	buf_done(&text);
	buf_done(&run);
	buf_done(&line);
	return nr;
}

/* All screens, and what lies over them. */
static int expect_screens(struct scene *scene, int width, int height)
{
	static const char *const ways[] = {"1", "2", "3", "4", "5", "6", "1\r", "h", "1/nobody\r"};
	int nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct buf text = {0};

		scene_draw(scene, width, height, &text);
		scene_type(scene, ways[i]);
		nr += expect_told(scene, width, height);
		scene_press(scene, PRESS_ESC);
		buf_done(&text);
	}
	return nr;
}

static void test_told(void **state)
{
	static const int sizes[][2] = {{80, 24}, {60, 16}, {140, 40}, {200, 60}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct scene scene;
		int nr;

		scene_init(&scene, 40, false);
		scene_log(&scene, 100);
		nr = expect_screens(&scene, sizes[i][0], sizes[i][1]);
		scene_press(&scene, 'Z');
		scene.snap.ended = scene.snap.replay = true;
		scene.snap.health.lost = scene.snap.self.lost = 3;
		scene.snap.health.missed = 2;
		nr += expect_screens(&scene, sizes[i][0], sizes[i][1]);
		scene.snap.health.lost = scene.snap.health.missed = 0;
		scene.snap.facts = fact_masks("asked,ret");
		scene.info.compat_visible = false;
		nr += expect_screens(&scene, sizes[i][0], sizes[i][1]);
		assert_true(nr > 40);
		scene_done(&scene);
	}
}

/* What a recording lacks is to be had by another one; --check tells of this machine. */
static void test_recording(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 40, false);
	scene.snap.ended = scene.snap.replay = true;
	scene.snap.facts = fact_masks("asked,ret");
	scene.snap.callers.nr = 0;
	hist_done(&scene.snap.times);
	scene_type(&scene, "5");
	scene_draw(&scene, 80, 24, &text);
	assert_non_null(strstr(text.data, "this recording does not tell where calls come from"));
	assert_non_null(strstr(text.data, "record with --columns=+site -w FILE"));
	scene_type(&scene, "4");
	scene_draw(&scene, 80, 24, &text);
	assert_non_null(strstr(text.data, "record with --columns=+p99_ns -w FILE"));
	scene.snap.health.missed = 2;
	scene_draw(&scene, 80, 24, &text);
	assert_null(strstr(text.data, "see --check"));
	assert_non_null(strstr(text.data, "record it again"));
	buf_done(&text);
	scene_done(&scene);
}

/* No byte but of ASCII, and each mark all the same. */
static void test_ascii(void **state)
{
	struct scene scene;
	struct buf text = {0};

	(void)state;
	scene_init(&scene, 40, true);
	scene_log(&scene, 100);
	for (const char *way = "123456\rh/u.fe="; *way; way++) {
		scene_press(&scene, *way);
		scene_draw(&scene, 140, 40, &text);
		for (size_t i = 0; i < text.len; i++)
			if (text.data[i] & 0x80)
				fail_msg("not ASCII in\n%s", text.data);
		if (*way > '6')
			scene_press(&scene, PRESS_ESC);
	}
	buf_done(&text);
	scene_done(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_ground),
		cmocka_unit_test(test_mono),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_recording),
		cmocka_unit_test(test_ascii),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
