/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/price.h"
#include "base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

static void test_least(void **state)
{
	static const uint64_t batches[] = {4100, 3200, 90000, 3208, 3300};

	(void)state;
	assert_true(price_least(batches, ARRAY_SIZE(batches), 8) == 400);
	assert_true(price_least(batches, 1, 8) == 512.5);
	assert_true(isnan(price_least(batches, 0, 8)));
	assert_true(isnan(price_least(batches, 1, 0)));
}

static void test_added(void **state)
{
	(void)state;
	assert_true(price_added(150, 460.5) == 310.5);
	assert_true(price_added(150, 149) == 0);
	assert_true(isnan(price_added(NAN, 10)));
	assert_true(isnan(price_added(10, NAN)));
}

/* Calls really are made and timed: one that is known takes time, and none without its page. */
static void test_measure(void **state)
{
	struct price p = {0};

	(void)state;
	price_before(&p, "mprotect");
	assert_true(isnan(price_after(&p)));
	price_sum(&p);
	assert_int_equal(price_mark(&p), 0);
	price_init(&p);
	assert_true(isnan(price_inner_ns(&p)));
	price_begin(&p);
	assert_true(p.bare_ns[0] > 0 && p.bare_ns[1] > 0);
	assert_true(price_inner_ns(&p) >= 0 && price_inner_ns(&p) <= p.bare_ns[0]);
	price_before(&p, "mprotect");
	assert_true(p.before_ns > 0);
	assert_true(price_after(&p) >= 0);
	price_before(&p, "");
	assert_true(isnan(price_after(&p)));
	price_sum(&p);
	assert_true(p.call_ns >= 0 && p.other_ns >= 0);
	assert_int_equal(price_mark(&p), p.page + p.page_len);
	price_done(&p);
	price_done(&p);
}

/* What is armed later comes on top, and what a call took without probes stays. */
static void test_later(void **state)
{
	double call_ns, bare_ns;
	struct price p;

	(void)state;
	price_init(&p);
	price_begin(&p);
	p.begin_ns[0] -= 100000;
	price_sum(&p);
	call_ns = p.call_ns;
	bare_ns = p.bare_ns[0];
	assert_true(call_ns >= 50000);
	price_begin(&p);
	assert_true(p.bare_ns[0] == bare_ns);
	p.begin_ns[0] -= 200000;
	price_sum(&p);
	assert_true(p.call_ns >= call_ns + 100000);
	price_done(&p);
}

/* What is dearer at the second time is so by that much. */
static void test_difference(void **state)
{
	struct price p;

	(void)state;
	price_init(&p);
	price_before(&p, "mprotect");
	p.before_ns -= 100000;
	assert_true(price_after(&p) >= 50000);
	price_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_difference),
		cmocka_unit_test(test_later),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
