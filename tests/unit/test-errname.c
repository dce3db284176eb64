/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/errname.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_names(void **state)
{
	char text[ERRNAME_SIZE];

	(void)state;
	assert_string_equal(errname_text(text, EACCES), "EACCES");
	assert_string_equal(errname_text(text, ENOMEM), "ENOMEM");
	assert_string_equal(errname_text(text, EINVAL), "EINVAL");
	assert_string_equal(errname_text(text, EPERM), "EPERM");
	assert_string_equal(errname_text(text, 0), "0");
	assert_string_equal(errname_text(text, 4095), "4095");
	assert_string_equal(errname_text(text, UINT32_MAX), "4294967295");
}

static void test_distinct(void **state)
{
	char a[ERRNAME_SIZE], b[ERRNAME_SIZE];

	(void)state;
	for (unsigned int i = 0; i < 200; i++)
		for (unsigned int j = 0; j < i; j++)
			assert_true(strcmp(errname_text(a, i), errname_text(b, j)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_distinct),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
