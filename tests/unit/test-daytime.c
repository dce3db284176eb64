/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/daytime.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

#define SEC UINT64_C(1000000000)

static bool is_near(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

static void test_steps(void **state)
{
	struct daytime daytime = {0};

	(void)state;
	daytime_begin(&daytime, 1000);
	assert_true(is_near(daytime_s(&daytime, 5 * SEC), 1005));
	daytime_step(&daytime, 10 * SEC, 3600 * SEC);
	daytime_step(&daytime, 20 * SEC, 60 * SEC);
	/* each call has the time of day at which it was made */
	assert_true(is_near(daytime_s(&daytime, 5 * SEC), 1005));
	assert_true(is_near(daytime_s(&daytime, 10 * SEC - 1), 1010));
	assert_true(is_near(daytime_s(&daytime, 10 * SEC), 4610));
	assert_true(is_near(daytime_s(&daytime, 19 * SEC), 4619));
	assert_true(is_near(daytime_s(&daytime, 21 * SEC), 4681));
	assert_true(is_near(daytime_offset_s(&daytime, 21 * SEC), 4660));
	/* a rewind */
	daytime_begin(&daytime, 1000);
	assert_true(is_near(daytime_s(&daytime, 21 * SEC), 1021));
	daytime_done(&daytime);
}

static void test_unknown(void **state)
{
	struct daytime daytime = {0};

	(void)state;
	daytime_begin(&daytime, NAN);
	daytime_step(&daytime, 10 * SEC, 3600 * SEC);
	assert_true(isnan(daytime_s(&daytime, 5 * SEC)));
	assert_true(isnan(daytime_s(&daytime, 15 * SEC)));
	daytime_done(&daytime);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_unknown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
