/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The canvas: clipping, wide characters, hostile bytes, ASCII. */
#include "base/buf.h"
#include "tui/canvas.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(const struct canvas *canvas, const char *text)
{
	struct buf out = {0};

	canvas_text(canvas, &out);
	assert_string_equal(out.data, text);
	buf_done(&out);
}

/* No half of a wide character stands alone. */
static void expect_whole(const struct canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++)
		for (int x = 0; x < canvas->width; x++) {
			const struct cell *cell = canvas_cell(canvas, x, y);

			assert_true(cell->width <= 2);
			if (cell->width == 0)
				assert_int_equal(canvas_cell(canvas, x - 1, y)->width, 2);
			if (cell->width == 2)
				assert_int_equal(canvas_cell(canvas, x + 1, y)->width, 0);
		}
}

static void test_put(void **state)
{
	struct canvas canvas = {0};

	(void)state;
	canvas_resize(&canvas, 10, 3);
	expect(&canvas, "\n\n\n");
	assert_int_equal(canvas_put(&canvas, 2, 0, 5, STYLE_BAD, "abc"), 3);
	assert_int_equal(canvas_put(&canvas, 8, 1, 5, STYLE_BAD, "abc"), 2);
	assert_int_equal(canvas_put_right(&canvas, 0, 2, 6, STYLE_BAD, "xyz"), 3);
	expect(&canvas, "  abc\n        ab\n   xyz\n");
	assert_int_equal(canvas_cell(&canvas, 2, 0)->style, STYLE_BAD);
	assert_int_equal(canvas_cell(&canvas, 5, 0)->style, STYLE_NORMAL);
	canvas_fill(&canvas, (struct rect){0, 0, 10, 3}, STYLE_DIM);
	expect(&canvas, "\n\n\n");
	assert_int_equal(canvas_cell(&canvas, 9, 2)->style, STYLE_DIM);
	canvas_done(&canvas);
}

static void test_outside(void **state)
{
	struct canvas canvas = {0};

	(void)state;
	canvas_put(&canvas, 0, 0, 5, STYLE_NORMAL, "abc");
	expect(&(struct canvas){.width = 0, .height = 1}, "\n");
	canvas_resize(&canvas, 4, 2);
	for (int y = -2; y < 5; y++)
		for (int x = -3; x < 7; x++)
			for (int room = -2; room < 9; room++) {
				canvas_put(&canvas, x, y, room, STYLE_BAD, "漢a字");
				canvas_put_right(&canvas, x, y, room, STYLE_BAD, "漢a字");
				canvas_fill(&canvas, (struct rect){x, y, room, room}, STYLE_DIM);
				expect_whole(&canvas);
			}
	canvas_resize(&canvas, 0, 0);
	canvas_put(&canvas, 0, 0, 5, STYLE_NORMAL, "abc");
	canvas_done(&canvas);
}

static void test_wide(void **state)
{
	struct canvas canvas = {0};

	(void)state;
	canvas_resize(&canvas, 5, 1);
	assert_int_equal(canvas_text_width(&canvas, "漢字x"), 5);
	assert_int_equal(canvas_put(&canvas, 0, 0, 4, STYLE_NORMAL, "a漢字"), 3);
	expect(&canvas, "a漢\n");
	canvas_put(&canvas, 2, 0, 1, STYLE_NORMAL, "b");
	expect(&canvas, "a b\n");
	canvas_put(&canvas, 0, 0, 4, STYLE_NORMAL, "漢字");
	canvas_put(&canvas, 1, 0, 2, STYLE_NORMAL, "中");
	expect(&canvas, " 中\n");
	expect_whole(&canvas);
	/* a combining mark takes no cell and is left out */
	canvas_fill(&canvas, (struct rect){0, 0, 5, 1}, STYLE_NORMAL);
	assert_int_equal(canvas_put(&canvas, 0, 0, 5, STYLE_NORMAL, "e\u0301x"), 2);
	expect(&canvas, "ex\n");
	canvas_done(&canvas);
}

static void test_hostile(void **state)
{
	struct canvas canvas = {0};

	(void)state;
	canvas_resize(&canvas, 12, 1);
	canvas_put(&canvas, 0, 0, 12, STYLE_NORMAL, "\033[2J\x80\xff\t\u202eab\xe6\xbc");
	expect(&canvas, "?[2J????ab??\n");
	canvas_done(&canvas);
}

static void test_ascii(void **state)
{
	struct canvas canvas = {.ascii = true};

	(void)state;
	canvas_resize(&canvas, 8, 1);
	canvas_put(&canvas, 0, 0, 8, STYLE_NORMAL, "漢é▁x");
	expect(&canvas, "???x\n");
	for (int x = 0; x < 8; x++)
		assert_true((unsigned char)canvas_cell(&canvas, x, 0)->text[0] < 0x7f);
	canvas_done(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_ascii),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
