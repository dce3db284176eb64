/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is saved comes back; what is no setting is told and changes nothing. */
#include "base/buf.h"
#include "base/mem.h"
#include "model/count_mode.h"
#include "model/group.h"
#include "scene.h"
#include "tui/settings.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct settings parse(const char *text, struct settings_doubt *doubt)
{
	struct settings s;

	settings_parse(&s, text, strlen(text), doubt);
	return s;
}

static void test_parse(void **state)
{
	struct settings_doubt doubt;
	struct settings s = parse("# a comment\n"
				  "\n"
				  "columns = pid,comm , calls\n"
				  "\tcolumns=pid,comm,calls\r\n"
				  " sort = -max_ns \n"
				  "delay=500ms\n"
				  "idle = yes\nthreads = no\ncount = average\nexited = always\n"
				  "group = user\ncolor = no",
		&doubt);

	(void)state;
	assert_int_equal(doubt.nr, 1); /* a blank in the list */
	assert_int_equal(doubt.line, 3);
	assert_int_equal(s.nr_columns, 3);
	assert_string_equal(s.columns[2]->id, "calls");
	assert_string_equal(s.sort->id, "max_ns");
	assert_true(s.ascending);
	assert_float_equal(s.delay_s, 0.5, 1e-9);
	assert_int_equal(s.idle, 1);
	assert_int_equal(s.threads, 0);
	assert_int_equal(s.tree, -1);
	assert_int_equal(s.color, 0);
	assert_string_equal(s.mode->id, "average");
	assert_string_equal(s.group->name, "user");
	assert_non_null(s.keep);
}

static void test_garbage(void **state)
{
	static const char *const lines[] = {"x", "=", "colour = no", "sort = pid", "sort = +",
		"sort = +nothing", "columns = ", "columns = +pid", "columns = a,b", "delay = 0.01",
		"delay = -1", "group = users", "count = mean", "exited = 10", "idle = maybe",
		"idle = yes yes", "idle", "\x1b[2J = \x07"};
	struct settings_doubt doubt;
	struct buf text = {0};
	struct settings s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		buf_printf(&text, "%s\n", lines[i]);
		s = parse(lines[i], &doubt);
		assert_int_equal(doubt.nr, 1);
		assert_int_equal(doubt.line, 1);
		for (const char *c = doubt.text; *c; c++)
			assert_true(*c >= ' ');
		assert_true(!s.nr_columns && !s.sort && !s.group && !s.mode && !s.keep);
		assert_true(s.delay_s <= 0 && s.idle == -1);
	}
	buf_puts(&text, "idle = yes\n");
	s = parse(text.data, &doubt);
	assert_int_equal(doubt.nr, ARRAY_SIZE(lines));
	assert_int_equal(s.idle, 1); /* the rest is taken */
	/* a NUL, and a line without end */
	settings_parse(&s, "idle = yes\0x\nidle = no", 22, &doubt);
	assert_int_equal(doubt.nr, 1);
	assert_int_equal(s.idle, 0);
	buf_reset(&text);
	for (int i = 0; i < 5000; i++)
		buf_putc(&text, 'a');
	parse(text.data, &doubt);
	assert_int_equal(doubt.nr, 1);
	buf_done(&text);
}

/* Keys, saved, read and applied, and saved again. */
static void test_round_trip(void **state)
{
	const struct column *list[COLUMN_MAX];
	struct ui_config config = {.pid_digits = 7};
	struct settings_doubt doubt;
	struct buf first = {0}, second = {0};
	struct settings s;
	struct scene scene;
	struct ui *ui;

	(void)state;
	scene_init(&scene, 12, false);
	scene_type(&scene, "f\rpid,calls,max_ns,comm\rTRiaaxtcd2\r");
	scene_press(&scene, '2'); /* the settings are those of the first screen */
	assert_true(scene_press(&scene, 'W') & REACT_SAVE);
	settings_of(scene.ui, &s);
	settings_write(&s, &first);
	assert_non_null(strstr(first.data, "\ncolumns = pid,calls,max_ns,cmdline\n"));
	assert_non_null(strstr(first.data, "\nsort = -calls\n"));
	assert_non_null(strstr(first.data, "\ndelay = 2.000000000\n"));
	assert_non_null(strstr(first.data, "\ncount = average\n"));
	assert_non_null(strstr(first.data, "\nexited = always\n"));
	assert_non_null(strstr(first.data, "\ntree = yes\n"));
	settings_parse(&s, first.data, first.len, &doubt);
	assert_int_equal(doubt.nr, 0);
	settings_apply(&s, &config);
	ui = ui_new(&config);
	settings_of(ui, &s);
	settings_write(&s, &second);
	assert_string_equal(first.data, second.data);
	ui_free(ui);
	/* the default columns are none of them: they may change with the version */
	scene_done(&scene);
	scene_init(&scene, 1, false);
	settings_of(scene.ui, &s);
	buf_reset(&first);
	settings_write(&s, &first);
	assert_null(strstr(first.data, "columns"));
	/* each row has its line, and no two rows one name */
	s.nr_columns = column_screen(false, false, list, COLUMN_MAX);
	memcpy(s.columns, list, sizeof(list));
	buf_reset(&first);
	settings_write(&s, &first);
	for (const struct setting *row = settings; row->name; row++) {
		char want[64];

		snprintf(want, sizeof(want), "\n%s = ", row->name);
		assert_non_null(strstr(first.data, want));
	}
	buf_done(&first);
	buf_done(&second);
	scene_done(&scene);
}

/* The command line wins, and what excludes each other never meets. */
static void test_apply(void **state)
{
	struct settings_doubt doubt;
	const struct column *pid[] = {column_find("pid")};
	struct ui_config config = {.columns = pid,
		.nr_columns = 1,
		.sort = column_find("calls"),
		.delay_s = 3,
		.tree = true};
	struct settings s = parse("columns = comm\nsort = -pid\ndelay = 1\nthreads = yes\n"
				  "group = user\ncmdline = yes\ntree = yes\n",
		&doubt);

	(void)state;
	assert_int_equal(doubt.nr, 0);
	settings_apply(&s, &config);
	assert_string_equal(config.columns[0]->id, "pid");
	assert_string_equal(config.sort->id, "calls");
	assert_float_equal(config.delay_s, 3, 1e-9);
	assert_true(config.tree && !config.threads && !config.group && config.cmdline);
	config = (struct ui_config){0};
	settings_apply(&s, &config);
	assert_true(config.threads && !config.tree && !config.group && !config.cmdline);
	assert_string_equal(config.columns[0]->id, "comm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_apply),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
