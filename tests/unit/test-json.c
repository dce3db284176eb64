/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "jsoncheck.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void check(struct buf *out, const char *want)
{
	assert_string_equal(out->data, want);
	buf_reset(out);
}

static void test_commas(void **state)
{
	struct buf out = {0};

	(void)state;
	json_open(&out, '{');
	json_key(&out, "a:");
	json_open(&out, '[');
	json_text(&out, "[");
	json_u64(&out, 2);
	json_open(&out, '{');
	json_close(&out, '}');
	json_null(&out);
	json_close(&out, ']');
	json_key(&out, "b");
	json_bool(&out, true);
	json_key(&out, "c");
	json_bool(&out, false);
	json_close(&out, '}');
	check(&out, "{\"a:\":[\"[\",2,{},null],\"b\":true,\"c\":false}");
	json_open(&out, '[');
	json_close(&out, ']');
	check(&out, "[]");
	buf_done(&out);
}

static void test_text(void **state)
{
	struct buf out = {0};

	(void)state;
	json_text(&out, NULL);
	check(&out, "null");
	json_text(&out, "");
	check(&out, "\"\"");
	json_text(&out, "a\"b\\c/d");
	check(&out, "\"a\\\"b\\\\c/d\"");
	json_text(&out, "\n\033\x7f\xc3\xa9\xc3\xff\xe2\x80\xa8");
	check(&out, "\"???\xc3\xa9???\"");
	buf_done(&out);
}

static void test_numbers(void **state)
{
	static const struct {
		double d;
		const char *want;
	} samples[] = {{0, "0.0"}, {1, "1.0"}, {-0.0, "0.0"}, {0.5, "0.5"}, {-2.25, "-2.25"},
		{1795474136.123456, "1795474136.123456"}, {1.0 / 3, "0.333333"}, {100, "100.0"},
		{1e18, "1000000000000000000.0"}, {NAN, "null"}, {INFINITY, "null"},
		{-INFINITY, "null"}, {1e300, "null"}};
	struct buf out = {0};

	(void)state;
	json_u64(&out, UINT64_MAX);
	check(&out, "18446744073709551615");
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		json_double(&out, samples[i].d);
		check(&out, samples[i].want);
	}
	buf_done(&out);
}

static void test_checker(void **state)
{
	static const char *const good[] = {"{}", "[]", "0", "-1.5", "\"\\u00e9\\n\"", "[1,2]",
		"{\"a\":{\"b\":[null,true]},\"c\":\"\"}"};
	static const char *const bad[] = {"", "{", "{\"a\"}", "{\"a\":1,}", "[1,]", "01", "1.",
		".5", "\"\t\"", "\"\\x\"", "{\"a\":1,\"a\":2}", "nan", "+1", "tru", "{a:1}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(jsoncheck_value(good[i]) == good[i] + strlen(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *end = jsoncheck_value(bad[i]);

		assert_true(!end || *end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checker),
		cmocka_unit_test(test_commas),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_numbers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
