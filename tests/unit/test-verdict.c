/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A row a protection before, a cell one after, both from --- to rwx with r as the lowest bit: Both
 * (w+x), eXecutable (w>x), Writable (x>w), New (+x), or none. */
static const char *const wanted[8] = {
	/* --- */ "....NNBB",
	/* r-- */ "....NNBB",
	/* -w- */ "....XXBB",
	/* rw- */ "....XXBB",
	/* --x */ "..WW..BB",
	/* r-x */ "..WW..BB",
	/* -wx */ "..WWXX.B",
	/* rwx */ "..WWXXB.",
};

static uint8_t wanted_mask(char cell)
{
	switch (cell) {
	case 'B':
		return kind_find("w+x");
	case 'X':
		return kind_find("w>x");
	case 'W':
		return kind_find("x>w");
	case 'N':
		return kind_find("+x");
	default:
		return 0;
	}
}

static void test_all(void **state)
{
	(void)state;
	for (uint32_t before = 0; before < 8; before++)
		for (uint32_t after = 0; after < 8; after++) {
			uint8_t want = wanted_mask(wanted[before][after]);

			if (kind_mask(before, after) != want)
				print_error("from %u to %u\n", before, after);
			assert_int_equal(kind_mask(before, after), want);
			/* other flags of a mapping do not matter */
			assert_int_equal(kind_mask(before | 0x8100070, after), want);
			assert_int_equal(kind_mask(before, after | 0xfffffff8), want);
		}
}

static void test_names(void **state)
{
	unsigned int nr = 0;

	(void)state;
	for (; kinds[nr].name; nr++) {
		assert_true(kinds[nr].help[0]);
		assert_int_equal(kind_find(kinds[nr].name), 1 << nr);
	}
	assert_int_equal(nr, VERDICT_NR_KINDS);
	assert_int_equal(kind_find("w+x"), 1 << VERDICT_WX);
	assert_int_equal(kind_find("w+x") | kind_find("w>x") | kind_find("+x"), VERDICT_GAINS_X);
	assert_int_equal(kind_find("w"), 0);
	assert_int_equal(kind_find(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
