/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct unit {
	const char *name;
	uint64_t scale;
};

static const struct unit times[] = {
	{"", 1000000000},
	{"ns", 1},
	{"us", 1000},
	{"ms", 1000000},
	{"s", 1000000000},
	{"m", 60000000000},
	{"h", 3600000000000},
	{NULL, 0},
};

static const struct unit sizes[] = {
	{"", 1},
	{"k", 1ULL << 10},
	{"KiB", 1ULL << 10},
	{"M", 1ULL << 20},
	{"MiB", 1ULL << 20},
	{"G", 1ULL << 30},
	{"GiB", 1ULL << 30},
	{"T", 1ULL << 40},
	{"TiB", 1ULL << 40},
	{NULL, 0},
};

static bool num_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Stops at the first byte that is no digit; *end is text where there is none at all. */
static int num_digits(const char *text, const char **end, uint64_t *out)
{
	uint64_t sum = 0;
	bool over = false;

	for (; num_is_digit(*text); text++)
		over |= __builtin_mul_overflow(sum, 10, &sum) ||
			__builtin_add_overflow(sum, *text - '0', &sum);
	*end = text;
	*out = sum;
	return over ? -ERANGE : 0;
}

static int num_range(uint64_t n, uint64_t min, uint64_t max, uint64_t *out)
{
	if (n < min || n > max)
		return -ERANGE;
	*out = n;
	return 0;
}

int num_u64(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	const char *end;
	uint64_t n;
	int err = num_digits(text, &end, &n);

	if (end == text || *end)
		return -EINVAL;
	return err ? err : num_range(n, min, max, out);
}

static const struct unit *num_unit(const struct unit *units, const char *name, bool any_case)
{
	for (; units->name; units++)
		if (!(any_case ? strcasecmp : strcmp)(units->name, name))
			return units;
	return NULL;
}

/* scale times 0.DIGITS, by hand from the last digit: what falls below the point must be 0. */
static int num_fraction(const char *digits, const char *end, uint64_t scale, uint64_t *out)
{
	uint64_t carry = 0;

	while (end > digits) {
		uint64_t sum = (*--end - '0') * scale + carry;

		if (sum % 10)
			return -EINVAL;
		carry = sum / 10;
	}
	*out = carry;
	return 0;
}

static int num_scaled(const char *text, const struct unit *units, bool any_case, uint64_t *out)
{
	const char *point, *end;
	uint64_t whole, part = 0, unused;
	int err = num_digits(text, &point, &whole);
	const struct unit *unit;

	end = point;
	if (*point == '.')
		num_digits(point + 1, &end, &unused);
	if (end == text || end[-1] == '.' || (*point == '.' && end == point + 1))
		return -EINVAL;
	unit = num_unit(units, end, any_case);
	if (!unit)
		return -EINVAL;
	if (end > point && num_fraction(point + 1, end, unit->scale, &part))
		return -EINVAL;
	if (err || __builtin_mul_overflow(whole, unit->scale, out) ||
		__builtin_add_overflow(*out, part, out))
		return -ERANGE;
	return 0;
}

int num_time(const char *text, uint64_t min_ns, uint64_t max_ns, uint64_t *ns)
{
	uint64_t n;
	int err = num_scaled(text, times, false, &n);

	return err ? err : num_range(n, min_ns, max_ns, ns);
}

int num_size(const char *text, uint64_t min, uint64_t max, uint64_t *bytes)
{
	uint64_t n;
	int err = num_scaled(text, sizes, true, &n);

	return err ? err : num_range(n, min, max, bytes);
}

uint64_t num_u64_of_double(double d)
{
	/* the first that is too large; a NaN is not larger than 0 */
	if (d >= 0x1p64)
		return UINT64_MAX;
	return d > 0 ? (uint64_t)d : 0;
}

int64_t num_i64_of_double(double d)
{
	if (d >= 0x1p63)
		return INT64_MAX;
	if (d < -0x1p63)
		return INT64_MIN;
	return d < 0 || d > 0 ? (int64_t)d : 0;
}

/* The finaliser of splitmix64. */
uint64_t num_mix(uint64_t number)
{
	number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
	number = (number ^ number >> 27) * 0x94d049bb133111ebu;
	return number ^ number >> 31;
}
