/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay_twice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Two buffers have the same of thread 1, each has a thread of its own, of 4 the second has more. */
static void test_choice(void **state)
{
	struct twice *twice = twice_new();

	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		twice_see(twice, 1, 7, 0);
		twice_see(twice, 1, 7, 1);
		twice_see(twice, 2, 7, 0);
		twice_see(twice, 3, 7, 1);
		twice_see(twice, 1000 + i, 8, (uint8_t)(i % 2));
	}
	twice_decide(twice);
	assert_true(twice_takes(twice, 1, 7, 0));
	assert_false(twice_takes(twice, 1, 7, 1));
	assert_true(twice_takes(twice, 2, 7, 0));
	assert_true(twice_takes(twice, 3, 7, 1));
	for (unsigned int i = 0; i < 300; i++)
		assert_true(twice_takes(twice, 1000 + i, 8, (uint8_t)(i % 2)));
	/* nobody saw it */
	assert_true(twice_takes(twice, 1, 9, 1));
	assert_false(twice_differs(twice));
	twice_free(twice);
}

static void test_differs(void **state)
{
	struct twice *twice = twice_new();

	(void)state;
	twice_see(twice, 4, 7, 0);
	twice_see(twice, 4, 7, 1);
	twice_see(twice, 4, 7, 1);
	twice_decide(twice);
	assert_false(twice_takes(twice, 4, 7, 0));
	assert_true(twice_takes(twice, 4, 7, 1));
	assert_true(twice_differs(twice));
	twice_free(twice);
	twice_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_differs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
