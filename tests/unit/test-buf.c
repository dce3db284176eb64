/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_add(void **state)
{
	struct buf buf = {0};

	(void)state;
	buf_reset(&buf);
	assert_null(buf.data);
	buf_add(&buf, "", 0);
	assert_string_equal(buf.data, "");
	buf_puts(&buf, "one");
	buf_putc(&buf, ' ');
	buf_add(&buf, "two\0x", 5);
	buf_printf(&buf, "%d%s", 3, "");
	assert_int_equal(buf.len, 10);
	assert_memory_equal(buf.data, "one two\0x3", 11);
	buf_reset(&buf);
	assert_string_equal(buf.data, "");
	assert_int_equal(buf.len, 0);
	buf_printf(&buf, "%s", "");
	assert_string_equal(buf.data, "");
	buf_done(&buf);
	assert_null(buf.data);
	buf_puts(&buf, "again");
	assert_string_equal(buf.data, "again");
	buf_done(&buf);
}

static void test_grow(void **state)
{
	struct buf buf = {0};
	size_t len = 0;
	char *want = calloc(200001, 1);

	(void)state;
	for (int i = 0; i < 20000; i++) {
		len += sprintf(want + len, "%d,", i);
		buf_printf(&buf, "%d,", i);
		assert_true(buf.len == len && buf.cap > len && !buf.data[len]);
	}
	assert_string_equal(buf.data, want);
	free(want);
	buf_done(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_grow),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
