/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fmt.h"
#include "base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static char text[FMT_SIZE];

struct whole {
	uint64_t n;
	const char *want;
};

struct real {
	double d;
	const char *want;
};

static void test_count(void **state)
{
	static const struct whole samples[] = {{0, "0"}, {7, "7"}, {999, "999"}, {9999, "9999"},
		{10000, "10.0k"}, {12345, "12.3k"}, {12350, "12.4k"}, {99949, "99.9k"},
		{99950, "100k"}, {123456, "123k"}, {999499, "999k"}, {999500, "1.00M"},
		{1234567, "1.23M"}, {12345678, "12.3M"}, {999999999, "1.00G"},
		{1500000000000ULL, "1.50T"}, {UINT64_MAX, "18.4E"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		assert_string_equal(fmt_count(text, samples[i].n), samples[i].want);
}

static void test_bytes(void **state)
{
	static const struct whole samples[] = {{0, "0"}, {812, "812"}, {1023, "1023"},
		{1024, "1.0K"}, {4096, "4.0K"}, {3355443, "3.2M"}, {167936, "164K"},
		{42991616, "41.0M"}, {102348, "99.9K"}, {102399, "100K"}, {1048063, "1023K"},
		{1048064, "1.0M"}, {1 << 30, "1.0G"}, {UINT64_MAX, "16.0E"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		assert_string_equal(fmt_bytes(text, samples[i].n), samples[i].want);
}

static void test_nanoseconds(void **state)
{
	static const struct whole samples[] = {{0, "0ns"}, {812, "812ns"}, {999, "999ns"},
		{1000, "1.00us"}, {1234, "1.23us"}, {9995, "10.0us"}, {12345, "12.3us"},
		{99950, "100us"}, {123456, "123us"}, {999500, "1.00ms"}, {12345678, "12.3ms"},
		{999499999, "999ms"}, {999500000, "1.00s"}, {12345678900, "12.3s"},
		{99949999999, "99.9s"}, {99950000000, "100s"}, {999499999999, "999s"},
		{1 << 30, "1.07s"}, {UINT64_C(1) << 40, "1100s"}, {9999499999999, "9999s"},
		{9999500000000, "10.0ks"}, {UINT64_MAX, "18.4Gs"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		assert_string_equal(fmt_nanoseconds(text, samples[i].n), samples[i].want);
}

static void test_about(void **state)
{
	static const struct real samples[] = {{0, "~0ns"}, {4.9, "~0ns"}, {5, "~10ns"},
		{312.4, "~310ns"}, {996, "~1.00us"}, {1238, "~1.24us"}, {NAN, "-"}, {-1, "-"},
		{INFINITY, "-"}, {1e300, "-"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		assert_string_equal(fmt_about(text, samples[i].d), samples[i].want);
}

/* Never more than five cells; a larger number never shows as a smaller one. */
static void test_steps(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 64; bit++)
		for (int off = -3; off <= 3; off++) {
			uint64_t n = (1ULL << bit) + off;

			assert_true(strlen(fmt_count(text, n)) <= 5);
			assert_true(strlen(fmt_bytes(text, n)) <= 5);
			assert_true(strlen(fmt_nanoseconds(text, n)) <= 6);
		}
	for (uint64_t n = 1; n < UINT64_MAX / 10; n = n * 10)
		for (int off = -3; off <= 3; off++) {
			assert_true(strlen(fmt_count(text, n * 9 + n / 2 + n / 4 + off)) <= 5);
			assert_true(strlen(fmt_bytes(text, n + off)) <= 5);
			assert_true(strlen(fmt_nanoseconds(text, n + off)) <= 6);
		}
}

static void test_rate(void **state)
{
	static const struct real samples[] = {{0, "0.0"}, {0.04, "0.0"}, {0.05, "0.1"},
		{41, "41.0"}, {812.04, "812.0"}, {999.94, "999.9"}, {999.95, "1000"},
		{9999.4, "9999"}, {9999.5, "10.0k"}, {1.5e6, "1.50M"}, {NAN, "-"}, {INFINITY, "-"},
		{-INFINITY, "-"}, {1e300, "-"}, {-0.01, "0.0"}, {-2, "-2.0"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
		assert_string_equal(fmt_rate(text, samples[i].d), samples[i].want);
	assert_string_equal(fmt_byte_rate(text, 4095.6), "4.0K");
	assert_string_equal(fmt_byte_rate(text, 0), "0");
	assert_string_equal(fmt_byte_rate(text, NAN), "-");
	assert_string_equal(fmt_byte_rate(text, -1), "-");
	assert_string_equal(fmt_byte_rate(text, 1e20), "-");
}

static void test_fixed(void **state)
{
	(void)state;
	assert_string_equal(fmt_fixed(text, 1.0 / 3, 6), "0.333333");
	assert_string_equal(fmt_fixed(text, 1795474136.123456, 6), "1795474136.123456");
	assert_string_equal(fmt_fixed(text, 2.5, 0), "3");
	assert_string_equal(fmt_fixed(text, 0.999, 2), "1.00");
	assert_string_equal(fmt_fixed(text, -1.25, 2), "-1.25");
	assert_string_equal(fmt_fixed(text, 1e18, 6), "1000000000000000000.0");
	assert_string_equal(fmt_fixed(text, 1.8e19, 9), "18000000000000000000.0");
	assert_string_equal(fmt_fixed(text, 2e19, 1), "-");
	assert_string_equal(fmt_fixed(text, NAN, 1), "-");
}

static void test_times(void **state)
{
	(void)state;
	assert_string_equal(fmt_duration(text, 0), "0:00:00");
	assert_string_equal(fmt_duration(text, 312), "0:05:12");
	assert_string_equal(fmt_duration(text, 86399), "23:59:59");
	assert_string_equal(fmt_duration(text, 86400 + 7384), "1d 02:03:04");
	fmt_duration(text, UINT64_MAX);
	assert_true(strlen(text) < FMT_SIZE);
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(fmt_clock(text, 50607.9), "14:03:27");
	assert_string_equal(fmt_clock(text, 0), "00:00:00");
	/* a recording may tell any time */
	assert_string_equal(fmt_clock(text, 1e300), "-");
	assert_string_equal(fmt_clock(text, -1e300), "-");
	assert_string_equal(fmt_clock(text, NAN), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_nanoseconds),
		cmocka_unit_test(test_about),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_times),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
