/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key table is complete, and no key means two things. */
#include "base/buf.h"
#include "model/column.h"
#include "tui/key.h"
#include "tui/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_complete(void **state)
{
	(void)state;
	for (const struct key *key = keys; key->name; key++) {
		assert_true(key->codes[0]);
		assert_int_equal(key->codes[KEY_CODES - 1], 0);
		assert_true(strlen(key->name) > 0);
		assert_true(key->help && strlen(key->help) > 0);
		assert_true(strlen(key->help) < 64);
		assert_non_null(key->act);
		assert_true(!key->bar || key->weight > 0);
		if (key->column)
			assert_non_null(column_find(key->column));
	}
}

static void test_unique(void **state)
{
	(void)state;
	for (const struct key *key = keys; key->name; key++) {
		for (int i = 0; key->codes[i]; i++)
			assert_ptr_equal(key_find(key->codes[i]), key);
		for (const struct key *other = keys; other < key; other++) {
			assert_string_not_equal(key->name, other->name);
			assert_string_not_equal(key->help, other->help);
		}
	}
	assert_null(key_find('!'));
	assert_null(key_find(PRESS_NONE));
	assert_null(key_find(0));
}

/* What a function key does, a letter does too. */
static void test_twins(void **state)
{
	(void)state;
	for (const struct key *key = keys; key->name; key++) {
		bool function = false, letter = false;

		for (int i = 0; key->codes[i]; i++) {
			function |= key->codes[i] > PRESS_F0 && key->codes[i] <= PRESS_F12;
			letter |= (key->codes[i] > ' ' && key->codes[i] < 0x7f) ||
				  key->codes[i] == PRESS_ENTER;
		}
		assert_true(!function || letter);
	}
}

/* Each screen has its key. */
static void test_screens(void **state)
{
	(void)state;
	for (const struct ui_screen *screen = screens; screen->name; screen++) {
		const struct key *key = key_find((uint32_t)screen->key);

		assert_non_null(key);
		assert_true(key->anywhere);
	}
}

static void expect_text(uint32_t code, const char *text)
{
	struct buf out = {0};

	key_code_text(code, &out);
	assert_string_equal(out.data, text);
	buf_done(&out);
}

static void test_text(void **state)
{
	struct buf out = {0};

	(void)state;
	expect_text('P', "P");
	expect_text(PRESS_F10, "F10");
	expect_text(PRESS_CTRL('l'), "Ctrl-L");
	expect_text(PRESS_PAGE_UP, "PgUp");
	expect_text(PRESS_ESC, "Esc");
	key_text(key_find('q'), &out);
	assert_string_equal(out.data, "F10 q");
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_unique),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
