/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "base/text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *in, *out, *ascii;
} names[] = {
	{"", "", ""},
	{"cc1plus", "cc1plus", "cc1plus"},
	{"a b\"c,d)", "a b\"c,d)", "a b\"c,d)"},
	{"\033[31mred\007", "?[31mred?", "?[31mred?"},
	{"a\nb\tc\rd\177", "a?b?c?d?", "a?b?c?d?"},
	{"caf\xc3\xa9", "caf\xc3\xa9", "caf?"},
	{"\xe2\x96\x88\xf0\x9f\x90\xa7", "\xe2\x96\x88\xf0\x9f\x90\xa7", "??"},
	/* C1, as a character and as bytes */
	{"\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "???\xc2\xa0", "????"},
	{"\x80\x9b\xbf", "???", "???"},
	/* overlong: /, NUL, U+0800 less one, U+FFFF */
	{"\xc0\xaf\xc1\xbf", "????", "????"},
	{"\xe0\x80\xaf\xe0\x9f\xbf", "??????", "??????"},
	{"\xf0\x8f\xbf\xbf", "????", "????"},
	/* surrogates, beyond 10FFFF, bytes that never occur */
	{"\xed\xa0\x80\xed\xbf\xbf", "??????", "??????"},
	{"\xf4\x90\x80\x80", "????", "????"},
	{"\xf5\xff\xfe", "???", "???"},
	{"\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80", "??"},
	{"\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd", "?"},
	/* truncated at the end, and by a letter */
	{"x\xe2\x96", "x??", "x??"},
	{"\xe2\x96x\xf0\x9f\x90y\xc3", "??x???y?", "??x???y?"},
	/* bidi controls, zero width, line separators, BOM, tags, not characters */
	{"a\xe2\x80\xae"
	 "b\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c",
		"a?b???", "a?b???"},
	{"\xe2\x80\x8b\xe2\x80\x8f\xe2\x81\xa0", "???", "???"},
	{"\xe2\x80\xa8\xe2\x80\xa9", "??", "??"},
	{"\xef\xbb\xbf\xf3\xa0\x81\x81\xef\xbf\xbf\xf4\x8f\xbf\xbf", "????", "????"},
};

static void test_names(void **state)
{
	char out[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i].in);

		assert_int_equal(
			text_clean(out, sizeof(out), names[i].in, len), strlen(names[i].out));
		assert_string_equal(out, names[i].out);
		text_ascii(out, sizeof(out), names[i].in, len);
		assert_string_equal(out, names[i].ascii);
	}
}

static void test_ends(void **state)
{
	char out[8];

	(void)state;
	/* at a NUL, at len, where out is full; a character is never cut */
	assert_int_equal(text_clean(out, sizeof(out), "ab\0cd", 5), 2);
	assert_int_equal(text_clean(out, sizeof(out), "abcd", 3), 3);
	assert_int_equal(text_clean(out, sizeof(out), "\xe2\x96\x88", 2), 2);
	assert_string_equal(out, "??");
	assert_int_equal(text_clean(out, sizeof(out), "abcdefghij", 10), 7);
	assert_int_equal(text_clean(out, sizeof(out), "abcde\xe2\x96\x88", 8), 5);
	assert_string_equal(out, "abcde");
	assert_int_equal(text_clean(out, sizeof(out), "abcd\xe2\x96\x88", 7), 7);
	assert_int_equal(text_clean(out, 1, "abc", 3), 0);
	assert_string_equal(out, "");
}

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Bytes that make near misses of UTF-8 likely. */
static size_t random_name(uint64_t *seed, char *name, size_t max)
{
	static const uint8_t telling[] = {0x1b, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf,
		0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff, '\n', '"', ','};
	size_t len = next_random(seed) % (max + 1);

	for (size_t i = 0; i < len; i++) {
		uint64_t r = next_random(seed) >> 8;

		name[i] = r & 1 ? telling[(r >> 1) % sizeof(telling)] : r >> 1;
	}
	return len;
}

static void check_clean(const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t step = text_decode(text + i, len - i, &c);

		assert_true(step > 0);
		assert_true(text_printable(c));
		assert_false(c < 0x20 || (c >= 0x7f && c < 0xa0));
		assert_false(c >= 0xd800 && c < 0xe000);
		i += step;
	}
}

static void test_random(void **state)
{
	uint64_t seed = 88172645463325252ULL;
	char name[16], out[64], again[64];

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		size_t len = random_name(&seed, name, sizeof(name));
		size_t size = 1 + next_random(&seed) % sizeof(out);
		size_t got = text_clean(out, size, name, len);

		assert_true(got < size && got <= len);
		assert_int_equal(strlen(out), got);
		check_clean(out, got);
		assert_int_equal(text_clean(again, sizeof(again), out, got), got);
		assert_string_equal(out, again);
	}
}

/* Against the C library's own decoder, where there is a UTF-8 locale. */
static void test_oracle(void **state)
{
	uint64_t seed = 1;

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return;
	for (int i = 0; i < 1000000; i++) {
		char name[5] = "";
		size_t len = random_name(&seed, name, 4);
		uint32_t c = 0;
		size_t got = text_decode(name, len, &c);
		wchar_t wide = 0;
		int want = mbtowc(NULL, NULL, 0);

		want = len && name[0] ? mbtowc(&wide, name, len) : 0;
		/* glibc takes what Unicode has not got */
		if (want <= 0 || wide > 0x10ffff)
			assert_true(got == 0 || name[0] == '\0');
		else
			assert_true((size_t)want == got && (uint32_t)wide == c);
	}
	setlocale(LC_CTYPE, "C");
}

static void test_width(void **state)
{
	static const char wide[] = "a\xe4\xb8\xad"
				   "b";          /* 1 2 1 cells */
	static const char mark[] = "e\xcc\x81x"; /* e and an accent above */
	int used;

	(void)state;
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width(""), 0);
	/* without a locale each character counts one */
	setlocale(LC_CTYPE, "C");
	assert_int_equal(text_width("\xe2\x96\x88\xe2\x96\x88"), 2);
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return;
	assert_int_equal(text_width(wide), 4);
	assert_int_equal(text_width(mark), 2);
	assert_int_equal(text_fit(wide, 2, &used), 1);
	assert_int_equal(used, 1);
	assert_int_equal(text_fit(wide, 3, &used), 4);
	assert_int_equal(used, 3);
	assert_int_equal(text_fit(mark, 1, NULL), 3);
	assert_int_equal(text_fit("abc", 0, &used), 0);
	assert_int_equal(text_fit("abc", -1, &used), 0);
	assert_int_equal(text_fit("abc", 9, &used), 3);
	assert_int_equal(used, 3);
	setlocale(LC_CTYPE, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_width),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
