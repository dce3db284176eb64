/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S   1000000000ULL
#define ANY 0, UINT64_MAX

struct sample {
	const char *text;
	uint64_t want;
};

static void check_bad(
	int (*parse)(const char *, uint64_t, uint64_t, uint64_t *), const char *text, int err)
{
	uint64_t n = 4711;
	int got = parse(text, ANY, &n);

	if (got != err)
		print_error("\"%s\" gives %d, not %d\n", text, got, err);
	assert_int_equal(got, err);
	assert_int_equal(n, 4711);
}

static void check_good(
	int (*parse)(const char *, uint64_t, uint64_t, uint64_t *), const struct sample *sample)
{
	uint64_t n = 4711;

	if (parse(sample->text, ANY, &n) || n != sample->want)
		print_error("\"%s\" gives %llu\n", sample->text, (unsigned long long)n);
	assert_int_equal(n, sample->want);
}

/* No parser takes any of these. */
static const char *const nonsense[] = {"", " ", " 1", "1 ", "+1", "-1", "-0", "0x10", "1e3", "nan",
	"inf", "infinity", "abc", "1x", "x1", "1,5", "1\n", "\t1", "--", ".", "1..2", "1.2.3", "1.",
	"\xd9\xa1", "1_000", "1k5", "5 s", "s", "k", "1.s", "-1s", "NaN", "1 k"};

static void test_nonsense(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		check_bad(num_u64, nonsense[i], -EINVAL);
		check_bad(num_time, nonsense[i], -EINVAL);
		check_bad(num_size, nonsense[i], -EINVAL);
	}
}

static void test_u64(void **state)
{
	static const struct sample good[] = {{"0", 0}, {"1", 1}, {"007", 7},
		{"18446744073709551615", UINT64_MAX}, {"0000000000000000000000000000012", 12}};
	uint64_t n = 4711;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_good(num_u64, &good[i]);
	check_bad(num_u64, "18446744073709551616", -ERANGE);
	check_bad(num_u64, "99999999999999999999999", -ERANGE);
	check_bad(num_u64, "99999999999999999999999x", -EINVAL);
	check_bad(num_u64, "1.5", -EINVAL);
	check_bad(num_u64, "1s", -EINVAL);
	assert_int_equal(num_u64("0", 1, 9, &n), -ERANGE);
	assert_int_equal(num_u64("10", 1, 9, &n), -ERANGE);
	assert_int_equal(n, 4711);
	assert_int_equal(num_u64("9", 1, 9, &n), 0);
	assert_int_equal(num_u64("1", 1, 9, &n), 0);
	assert_int_equal(n, 1);
}

static void test_time(void **state)
{
	static const struct sample good[] = {{"1", S}, {"0.5", S / 2}, {".5", S / 2}, {"0", 0},
		{"500ms", S / 2}, {"2s", 2 * S}, {"1m", 60 * S}, {"1.5m", 90 * S}, {"1h", 3600 * S},
		{"7us", 7000}, {"9ns", 9}, {"0.1", S / 10}, {"0.100000000", S / 10},
		{"0.000000001", 1}, {"1.5us", 1500}, {"0.0000000000000000000000000000", 0},
		{"0.1h", 360 * S}, {"18446744073.709551615", UINT64_MAX},
		{"0.30000000000", 3 * S / 10}};
	uint64_t n = 4711;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_good(num_time, &good[i]);
	check_bad(num_time, "0.5ns", -EINVAL);
	check_bad(num_time, "0.0000000001", -EINVAL);
	check_bad(num_time, "1S", -EINVAL);
	check_bad(num_time, "1M", -EINVAL);
	check_bad(num_time, "1d", -EINVAL);
	check_bad(num_time, "1min", -EINVAL);
	check_bad(num_time, "18446744073.709551616", -ERANGE);
	check_bad(num_time, "18446744074", -ERANGE);
	check_bad(num_time, "99999999999999999999h", -ERANGE);
	assert_int_equal(num_time("99ms", S / 10, 3600 * S, &n), -ERANGE);
	assert_int_equal(num_time("3600.1", S / 10, 3600 * S, &n), -ERANGE);
	assert_int_equal(num_time("60m", S / 10, 3600 * S, &n), 0);
	assert_int_equal(n, 3600 * S);
}

static void test_size(void **state)
{
	static const struct sample good[] = {{"0", 0}, {"4096", 4096}, {"64k", 65536},
		{"64K", 65536}, {"64KiB", 65536}, {"4M", 4 << 20}, {"4MiB", 4 << 20},
		{"4mib", 4 << 20}, {"1G", 1 << 30}, {"1GiB", 1 << 30}, {"1.5k", 1536},
		{"1T", 1ULL << 40}, {"0.5M", 1 << 19}, {"16777215T", 16777215ULL << 40}};
	uint64_t n = 4711;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_good(num_size, &good[i]);
	check_bad(num_size, "1.5", -EINVAL);
	check_bad(num_size, "1.0001k", -EINVAL);
	check_bad(num_size, "1kB", -EINVAL);
	check_bad(num_size, "1ki", -EINVAL);
	check_bad(num_size, "1E", -EINVAL);
	check_bad(num_size, "16777216T", -ERANGE);
	check_bad(num_size, "18446744073709551616", -ERANGE);
	assert_int_equal(num_size("63k", 65536, 1 << 30, &n), -ERANGE);
	assert_int_equal(num_size("2G", 65536, 1 << 30, &n), -ERANGE);
	assert_int_equal(num_size("1024M", 65536, 1 << 30, &n), 0);
}

static void test_of_double(void **state)
{
	(void)state;
	assert_true(num_u64_of_double(NAN) == 0);
	assert_true(num_u64_of_double(-1) == 0);
	assert_true(num_u64_of_double(-INFINITY) == 0);
	assert_true(num_u64_of_double(0.99) == 0);
	assert_true(num_u64_of_double(1.99) == 1);
	assert_true(num_u64_of_double(0x1p63) == UINT64_C(1) << 63);
	assert_true(num_u64_of_double(0x1.fffffffffffffp63) == UINT64_MAX - 2047);
	assert_true(num_u64_of_double(0x1p64) == UINT64_MAX);
	assert_true(num_u64_of_double(1e300) == UINT64_MAX);
	assert_true(num_u64_of_double(INFINITY) == UINT64_MAX);
	assert_true(num_i64_of_double(NAN) == 0);
	assert_true(num_i64_of_double(-1.5) == -1);
	assert_true(num_i64_of_double(1.5) == 1);
	assert_true(num_i64_of_double(-0x1p63) == INT64_MIN);
	assert_true(num_i64_of_double(-0x1.0000000000001p63) == INT64_MIN);
	assert_true(num_i64_of_double(-INFINITY) == INT64_MIN);
	assert_true(num_i64_of_double(0x1.fffffffffffffp62) == INT64_MAX - 1023);
	assert_true(num_i64_of_double(0x1p63) == INT64_MAX);
	assert_true(num_i64_of_double(1e300) == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_of_double),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
