/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_facts(void **state)
{
	uint32_t all = 0;
	char ids[1024] = "";

	(void)state;
	for (unsigned int i = 0; facts[i].id; i++) {
		uint32_t mask = fact_mask(facts[i].id);

		assert_int_equal(mask, 1u << i);
		assert_false(all & mask);
		assert_true(facts[i].help[0]);
		all |= mask;
		if (i)
			strcat(ids, ",");
		strcat(ids, facts[i].id);
	}
	assert_int_equal(fact_masks(ids), all);
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(fact_mask("nonsense"), 0);
	assert_int_equal(fact_mask(""), 0);
	assert_int_equal(fact_mask("ask"), 0);
	assert_int_equal(fact_masks(""), 0);
	assert_int_equal(fact_masks(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
