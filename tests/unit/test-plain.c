/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines in place of a screen, and keys out of bytes. */
#include "base/mem.h"
#include "scene.h"
#include "tui/plain.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What a drawing sends after the one before, whose lines are in *before. */
static const char *sent(struct scene *scene, struct buf *before, struct buf *out)
{
	struct buf all = {0}, text = {0};

	scene_draw(scene, 80, 24, &text);
	buf_reset(out);
	buf_puts(out, "");
	plain_text(&scene->canvas, before, &all, out);
	buf_done(before);
	*before = all;
	buf_done(&text);
	return out->data;
}

static void test_changes(void **state)
{
	struct buf before = {0}, out = {0};
	struct scene scene;

	(void)state;
	scene_init(&scene, 12, false);
	sent(&scene, &before, &out);
	assert_non_null(strstr(out.data, "mprottop"));
	assert_non_null(strstr(out.data, "\n> !     1000 alice"));
	assert_non_null(strstr(out.data, " sshd\n"));
	assert_null(strstr(out.data, "\n\n>")); /* no line is empty but the last */
	assert_null(strchr(out.data, 0x1b));
	assert_string_equal(out.data + out.len - 2, "\n\n");
	/* nothing is new */
	assert_string_equal(sent(&scene, &before, &out), "");
	/* the selection moves: both rows, and no other */
	scene_press(&scene, PRESS_DOWN);
	sent(&scene, &before, &out);
	assert_non_null(strstr(out.data, "> !     1037 bob"));
	assert_non_null(strstr(out.data, "  !     1000 alice"));
	assert_null(strstr(out.data, "sshd"));
	/* a row that only moves is not told again */
	scene_press(&scene, 'R');
	sent(&scene, &before, &out);
	assert_null(strstr(out.data, "sshd"));
	assert_non_null(strstr(out.data, "CALLS/s"));
	buf_done(&before);
	buf_done(&out);
	scene_done(&scene);
}

static void test_keys(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		uint32_t code;
	} cases[] = {
		{"", 0, PRESS_NONE},
		{"q", 1, 'q'},
		{"\n", 1, PRESS_ENTER},
		{"\x7f", 1, PRESS_BACKSPACE},
		{"\x0c", 1, PRESS_CTRL('l')},
		{"\t", 1, PRESS_TAB},
		{"\x1b", 1, PRESS_ESC},
		{"\x1bq", 1, PRESS_ESC},
		{"\x1b[A", 3, PRESS_UP},
		{"\x1bOB", 3, PRESS_DOWN},
		{"\x1b[6~x", 4, PRESS_PAGE_DOWN},
		{"\x1b[21~", 5, PRESS_F10},
		{"\x1b[Z", 3, PRESS_SHIFT_TAB},
		{"\xe6\xbc\xa2", 3, 0x6f22},
		{"\xff", 1, PRESS_NONE},
	};
	struct key_press press;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(plain_decode(cases[i].bytes, strlen(cases[i].bytes), &press),
			cases[i].size);
		assert_int_equal(press.code, cases[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_keys),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
