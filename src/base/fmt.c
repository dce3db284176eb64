/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fmt.h"
#include "base/num.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Beyond, a double has no place for a digit after the point. */
#define FMT_EXACT 9e15

static uint64_t fmt_round(uint64_t n, uint64_t unit)
{
	return n / unit + (n % unit >= (unit + 1) / 2);
}

/* Three digits n, of which the last stands for 10^digit, in units of 1000 each. */
static const char *fmt_digits(
	char out[FMT_SIZE], uint64_t n, unsigned int digit, const char *const *units)
{
	if (digit % 3 == 0)
		snprintf(out, FMT_SIZE, "%" PRIu64 "%s", n, units[digit / 3 - 1]);
	else if (digit % 3 == 1)
		snprintf(out, FMT_SIZE, "%" PRIu64 ".%02" PRIu64 "%s", n / 100, n % 100,
			units[digit / 3]);
	else
		snprintf(out, FMT_SIZE, "%" PRIu64 ".%" PRIu64 "%s", n / 10, n % 10,
			units[digit / 3]);
	return out;
}

const char *fmt_count(char out[FMT_SIZE], uint64_t n)
{
	static const char *const units[] = {"k", "M", "G", "T", "P", "E"};
	uint64_t scale = 10; /* of the last digit shown */
	unsigned int digit;

	if (n < 10000) {
		snprintf(out, FMT_SIZE, "%" PRIu64, n);
		return out;
	}
	for (digit = 1; fmt_round(n, scale) >= 1000; digit++)
		scale *= 10;
	return fmt_digits(out, fmt_round(n, scale), digit, units);
}

const char *fmt_bytes(char out[FMT_SIZE], uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	unsigned int unit = 0;
	uint64_t tenths, whole;

	if (bytes < 1024) {
		snprintf(out, FMT_SIZE, "%" PRIu64, bytes);
		return out;
	}
	while (fmt_round(bytes, 1ULL << (10 * unit + 10)) >= 1024)
		unit++;
	whole = fmt_round(bytes, 1ULL << (10 * unit + 10));
	/* by two steps, so that ten times never overflows */
	tenths = bytes >> (10 * unit);
	tenths = fmt_round(tenths * 10, 1024);
	if (tenths < 1000)
		snprintf(out, FMT_SIZE, "%" PRIu64 ".%" PRIu64 "%c", tenths / 10, tenths % 10,
			units[unit]);
	else
		snprintf(out, FMT_SIZE, "%" PRIu64 "%c", whole, units[unit]);
	return out;
}

/* The digits below the point of part / scale; at least one. */
static void fmt_part(char *out, uint64_t part, uint64_t scale)
{
	*out++ = '.';
	if (scale == 1)
		*out++ = '0';
	for (scale /= 10; scale; scale /= 10)
		*out++ = '0' + part / scale % 10;
	*out = '\0';
}

const char *fmt_fixed(char out[FMT_SIZE], double d, unsigned int digits)
{
	double size = fabs(d);
	uint64_t scale = 1, n;

	if (!isfinite(d) || size >= (double)UINT64_MAX) {
		snprintf(out, FMT_SIZE, "-");
		return out;
	}
	for (unsigned int i = 0; i < digits && size * scale * 10 < FMT_EXACT && i < 9; i++)
		scale *= 10;
	n = num_u64_of_double(size * scale + 0.5);
	snprintf(out, FMT_SIZE, "%s%" PRIu64, d < 0 && n ? "-" : "", n / scale);
	if (digits)
		fmt_part(out + strlen(out), n % scale, scale);
	return out;
}

const char *fmt_rate(char out[FMT_SIZE], double rate)
{
	if (rate >= 999.95 && rate < (double)UINT64_MAX)
		return fmt_count(out, num_u64_of_double(rate + 0.5));
	return fmt_fixed(out, rate, 1);
}

const char *fmt_byte_rate(char out[FMT_SIZE], double rate)
{
	if (rate >= 0 && rate < (double)UINT64_MAX)
		return fmt_bytes(out, num_u64_of_double(rate + 0.5));
	return fmt_fixed(out, NAN, 0);
}

const char *fmt_nanoseconds(char out[FMT_SIZE], uint64_t ns)
{
	static const char *const units[] = {"us", "ms", "s"};
	uint64_t scale = 10; /* of the last digit shown */
	unsigned int digit;

	if (ns < 1000) {
		snprintf(out, FMT_SIZE, "%" PRIu64 "ns", ns);
		return out;
	}
	for (digit = 1; fmt_round(ns, scale) >= 1000 && digit < 9; digit++)
		scale *= 10;
	if (digit == 9) {
		fmt_count(out, fmt_round(ns, scale));
		strcat(out, "s");
		return out;
	}
	return fmt_digits(out, fmt_round(ns, scale), digit, units);
}

const char *fmt_about(char out[FMT_SIZE], double ns)
{
	char text[FMT_SIZE];

	if (ns >= 0 && ns < 1e18)
		snprintf(out, FMT_SIZE, "~%.30s",
			fmt_nanoseconds(text, 10 * num_u64_of_double(ns / 10 + 0.5)));
	else
		snprintf(out, FMT_SIZE, "-");
	return out;
}

const char *fmt_duration(char out[FMT_SIZE], uint64_t seconds)
{
	uint64_t days = seconds / 86400;
	unsigned int rest = seconds % 86400;

	if (days)
		snprintf(out, FMT_SIZE, "%" PRIu64 "d %02u:%02u:%02u", days, rest / 3600,
			rest / 60 % 60, rest % 60);
	else
		snprintf(out, FMT_SIZE, "%u:%02u:%02u", rest / 3600, rest / 60 % 60, rest % 60);
	return out;
}

const char *fmt_clock(char out[FMT_SIZE], double time)
{
	time_t seconds = (time_t)num_i64_of_double(time);
	struct tm tm;

	if (!isfinite(time) || !localtime_r(&seconds, &tm))
		snprintf(out, FMT_SIZE, "-");
	else
		snprintf(out, FMT_SIZE, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}
