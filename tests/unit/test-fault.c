/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_set(void **state)
{
	struct fault f = {.status = 7};

	(void)state;
	assert_int_equal(
		fault_set(&f, EACCES, "/proc/1", "run as root", "cannot read %s", "it"), -EACCES);
	assert_int_equal(f.err, EACCES);
	assert_int_equal(f.status, 0);
	assert_string_equal(f.what, "cannot read it");
	assert_string_equal(f.object, "/proc/1");
	assert_string_equal(f.remedy, "run as root");
	assert_int_equal(fault_set(&f, 0, NULL, NULL, "odd"), -EINVAL);
	assert_string_equal(f.object, "");
	assert_string_equal(f.remedy, "");
	assert_int_equal(fault_set(NULL, EIO, "x", "y", "z"), -EIO);
	assert_int_equal(fault_set(NULL, 0, "x", "y", "z"), -EINVAL);
}

static void test_text(void **state)
{
	char text[256], small[8];
	struct fault f;

	(void)state;
	fault_set(&f, ENOENT, "/x", "look for it", "no such thing");
	fault_text(&f, text, sizeof(text));
	assert_string_equal(text, "no such thing: /x: No such file or directory; look for it");
	fault_text(&f, small, sizeof(small));
	assert_string_equal(small, "no such");
	fault_set(&f, 0, NULL, NULL, "plain");
	fault_text(&f, text, sizeof(text));
	assert_string_equal(text, "plain");
	fault_set(&f, 0, "-n", "1 or more", "not a number");
	fault_text(&f, text, sizeof(text));
	assert_string_equal(text, "not a number: -n; 1 or more");
}

/* Too long is cut, and ends. */
static void test_long(void **state)
{
	char huge[1024], text[2048];
	struct fault f;

	(void)state;
	memset(huge, 'x', sizeof(huge) - 1);
	huge[sizeof(huge) - 1] = '\0';
	fault_set(&f, EIO, huge, huge, "%s", huge);
	assert_int_equal(strlen(f.what), sizeof(f.what) - 1);
	assert_int_equal(strlen(f.object), sizeof(f.object) - 1);
	assert_int_equal(strlen(f.remedy), sizeof(f.remedy) - 1);
	fault_text(&f, text, sizeof(text));
	assert_true(strlen(text) < sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
