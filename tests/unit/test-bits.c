/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_empty(void **state)
{
	struct bits bits = {0};

	(void)state;
	assert_int_equal(bits_next(&bits, 0), BITS_NONE);
	assert_int_equal(bits_next(&bits, 1000), BITS_NONE);
	bits_clear(&bits, 7);
	assert_int_equal(bits_next(&bits, 0), BITS_NONE);
	bits_done(&bits);
}

static void test_order(void **state)
{
	static const size_t numbers[] = {16383, 0, 64, 63, 129, 1};
	static const size_t sorted[] = {0, 1, 63, 64, 129, 16383};
	struct bits bits = {0};
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < 6; i++)
		bits_set(&bits, numbers[i]);
	for (size_t i = 0; i < 6; i++) {
		at = bits_next(&bits, at);
		assert_int_equal(at++, sorted[i]);
	}
	assert_int_equal(bits_next(&bits, at), BITS_NONE);
	assert_int_equal(bits_next(&bits, 130), 16383);
	bits_clear(&bits, 63);
	assert_int_equal(bits_next(&bits, 2), 64);
	bits_clear(&bits, 16383);
	assert_int_equal(bits_next(&bits, 130), BITS_NONE);
	bits_done(&bits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
