/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layout at every size from 1x1 to 300x100. */
#include "base/mem.h"
#include "tui/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAX_WIDTH  300
#define MAX_HEIGHT 100

static const struct column pid = {.header = "PID", .type = &type_id, .width = 7, .weight = 90};
static const struct column user = {.header = "USER", .type = &type_text, .width = 8, .weight = 50};
static const struct column rate = {
	.header = "CALLS/s", .type = &type_rate, .width = 6, .weight = 80};
static const struct column graph = {
	.header = "HISTORY", .type = &type_graph, .width = 8, .weight = 30};
static const struct column name = {.header = "COMMAND", .type = &type_text, .weight = 85};
static const struct column extra = {.header = "RWX", .type = &type_count, .width = 5};

static const struct column *const list[] = {&pid, &user, &rate, &graph, &extra, &name};

static bool overlap(struct rect a, struct rect b)
{
	return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static void check_rects(const struct layout *layout, int width, int height)
{
	const struct rect rects[] = {layout->title, layout->head, layout->graph, layout->header,
		layout->rows, layout->bar};

	for (size_t i = 0; i < ARRAY_SIZE(rects); i++) {
		assert_true(rects[i].x >= 0 && rects[i].y >= 0);
		assert_true(rects[i].w >= 0 && rects[i].h >= 0);
		assert_true(rects[i].x + rects[i].w <= width);
		assert_true(rects[i].y + rects[i].h <= height);
		for (size_t j = 0; j < i; j++)
			assert_false(rects[i].w && rects[j].w && overlap(rects[i], rects[j]));
	}
	if (layout->small)
		return;
	assert_int_equal(layout->title.h, 1);
	assert_int_equal(layout->header.h, 1);
	assert_int_equal(layout->bar.h, 1);
	assert_true(layout->rows.h >= 2);
}

static bool shows(const struct layout *layout, const struct column *column)
{
	for (int i = 0; i < layout->nr_columns; i++)
		if (layout->columns[i].column == column)
			return true;
	return false;
}

static void check_columns(const struct layout *layout, int width)
{
	int end = 0;
	size_t at = 0;

	for (int i = 0; i < layout->nr_columns; i++) {
		const struct layout_column *place = &layout->columns[i];

		assert_true(place->x >= end + (i ? 1 : LAYOUT_MARKS));
		assert_true(place->w >= (int)strlen(place->column->header));
		end = place->x + place->w;
		assert_true(end <= width);
		while (at < ARRAY_SIZE(list) && list[at] != place->column)
			at++;
		assert_true(at < ARRAY_SIZE(list));
	}
	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		for (size_t j = 0; j < ARRAY_SIZE(list); j++)
			if (list[i]->weight > list[j]->weight && shows(layout, list[j]))
				assert_true(shows(layout, list[i]));
}

static void test_sizes(void **state)
{
	struct layout layout;

	(void)state;
	for (int width = 1; width <= MAX_WIDTH; width++)
		for (int height = 1; height <= MAX_HEIGHT; height++) {
			layout_make(&layout, width, height,
				&(struct layout_table){list, ARRAY_SIZE(list), NULL, 7},
				LAYOUT_HEAD);
			assert_int_equal(layout.small,
				width < LAYOUT_MIN_WIDTH || height < LAYOUT_MIN_HEIGHT);
			check_rects(&layout, width, height);
			check_columns(&layout, width);
			assert_true(layout.small || layout.nr_columns > 0);
		}
}

/* A larger terminal never shows less. */
static void test_growth(void **state)
{
	struct layout small, large;

	(void)state;
	for (int width = LAYOUT_MIN_WIDTH; width < MAX_WIDTH; width++) {
		layout_make(&small, width, 24,
			&(struct layout_table){list, ARRAY_SIZE(list), NULL, 7}, LAYOUT_HEAD);
		layout_make(&large, width + 1, 24,
			&(struct layout_table){list, ARRAY_SIZE(list), NULL, 7}, LAYOUT_HEAD);
		assert_true(large.nr_columns >= small.nr_columns);
	}
	for (int height = LAYOUT_MIN_HEIGHT; height < MAX_HEIGHT; height++) {
		layout_make(&small, 80, height,
			&(struct layout_table){list, ARRAY_SIZE(list), NULL, 7}, LAYOUT_HEAD);
		layout_make(&large, 80, height + 1,
			&(struct layout_table){list, ARRAY_SIZE(list), NULL, 7}, LAYOUT_HEAD);
		assert_true(large.head.h >= small.head.h);
		assert_true(large.rows.h >= 3);
	}
}

static void test_widths(void **state)
{
	struct layout layout;

	(void)state;
	layout_make(&layout, 80, 24, &(struct layout_table){list, ARRAY_SIZE(list), NULL, 5},
		LAYOUT_HEAD);
	assert_int_equal(layout.columns[0].w, 5);
	assert_int_equal(layout.columns[2].w, 7); /* the header is wider */
	assert_ptr_equal(layout.columns[layout.nr_columns - 1].column, &name);
	assert_int_equal(
		layout.columns[layout.nr_columns - 1].x + layout.columns[layout.nr_columns - 1].w,
		80);
	layout_make(&layout, 200, 24, &(struct layout_table){list, ARRAY_SIZE(list), NULL, 5},
		LAYOUT_HEAD);
	assert_int_equal(layout.columns[3].w, TABLE_HISTORY);
	assert_true(layout.graph.w > TABLE_HISTORY);
	layout_make(&layout, 139, 24, &(struct layout_table){list, ARRAY_SIZE(list), NULL, 5},
		LAYOUT_HEAD);
	assert_int_equal(layout.graph.w, 0);
}

static void test_at(void **state)
{
	struct layout layout;

	(void)state;
	layout_make(&layout, 120, 24, &(struct layout_table){list, ARRAY_SIZE(list), NULL, 7},
		LAYOUT_HEAD);
	assert_null(layout_at(&layout, 0));
	assert_null(layout_at(&layout, 200));
	for (int i = 0; i < layout.nr_columns; i++) {
		const struct layout_column *place = &layout.columns[i];

		assert_ptr_equal(layout_at(&layout, place->x), place);
		assert_ptr_equal(layout_at(&layout, place->x + place->w - 1), place);
	}
}

static void test_fit(void **state)
{
	const int widths[] = {5, 3, 4, 1}, weights[] = {1, 9, 9, 0};
	bool fits[4];

	(void)state;
	assert_int_equal(layout_fit(4, widths, weights, 1, 2, fits), 0);
	assert_false(fits[1]);
	assert_int_equal(layout_fit(4, widths, weights, 1, 3, fits), 3);
	assert_true(fits[1] && !fits[2]);
	/* the lightest would fit, but not before those that are heavier */
	assert_int_equal(layout_fit(4, widths, weights, 1, 12, fits), 8);
	assert_true(fits[1] && fits[2] && !fits[0] && !fits[3]);
	assert_int_equal(layout_fit(4, widths, weights, 1, 16, fits), 16);
	assert_true(fits[0] && fits[3]);
	assert_int_equal(layout_fit(0, widths, weights, 1, 16, fits), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_fit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
