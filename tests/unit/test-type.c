/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"
#include "base/mem.h"
#include "model/type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const uint32_t rising[] = {0, 1, 2, 4, 8, 7, 6, 5, 3};
static const uint32_t flat[] = {0, 0, 0};

static const struct value u_samples[] = {
	{0},
	{.known = true},
	{.known = true, .u = 1},
	{.known = true, .u = UINT32_MAX},
	{.known = true, .u = (uint64_t)1 << 53},
	{.known = true, .u = UINT64_MAX},
};

static const struct value d_samples[] = {
	{0},
	{.known = true, .d = -0.0},
	{.known = true, .d = 0.0},
	{.known = true, .d = 1e-9},
	{.known = true, .d = 0.5},
	{.known = true, .d = 100},
	{.known = true, .d = 1e300},
	{.known = true, .d = -1},
};

static const struct value text_samples[] = {
	{0},
	{.known = true, .text = ""},
	{.known = true, .text = "a"},
	{.known = true, .text = "A"},
	{.known = true, .text = "longer than eight"},
	{.known = true, .text = "longer than nine"},
	{.known = true, .text = "longer t"},
	{.known = true, .text = "\xc3\xa9"},
};

static const struct value graph_samples[] = {
	{0},
	{.known = true},
	{.known = true, .list = flat, .nr = 3},
	{.known = true, .list = rising, .nr = 3},
	{.known = true, .list = rising, .nr = 9},
	{.known = true, .list = rising + 1, .nr = 8},
};

static const struct {
	const struct type *type;
	const struct value *samples;
	size_t nr;
} kinds[] = {
	{&type_id, u_samples, ARRAY_SIZE(u_samples)},
	{&type_count, u_samples, ARRAY_SIZE(u_samples)},
	{&type_bytes, u_samples, ARRAY_SIZE(u_samples)},
	{&type_clock, u_samples, ARRAY_SIZE(u_samples)},
	{&type_time, u_samples, ARRAY_SIZE(u_samples)},
	{&type_rate, d_samples, ARRAY_SIZE(d_samples)},
	{&type_byte_rate, d_samples, ARRAY_SIZE(d_samples)},
	{&type_percent, d_samples, ARRAY_SIZE(d_samples)},
	{&type_seconds, d_samples, ARRAY_SIZE(d_samples)},
	{&type_text, text_samples, ARRAY_SIZE(text_samples)},
	{&type_graph, graph_samples, ARRAY_SIZE(graph_samples)},
};

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void check_pair(const struct type *type, const struct value *a, const struct value *b)
{
	int order = sign(type_compare(type, a, b));

	assert_int_equal(order, -sign(type_compare(type, b, a)));
	if (!a->known || !b->known) {
		assert_int_equal(order, b->known - a->known);
		return;
	}
	if (order < 0)
		assert_true(type->rank(a) <= type->rank(b));
	if (!order)
		assert_int_equal(type->rank(a), type->rank(b));
	if (order && type != &type_text)
		assert_int_not_equal(type->rank(a), type->rank(b));
}

static void check_triple(const struct type *type, const struct value *a, const struct value *b,
	const struct value *c)
{
	if (type_compare(type, a, b) <= 0 && type_compare(type, b, c) <= 0)
		assert_true(type_compare(type, a, c) <= 0);
}

static void test_order(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
		for (size_t i = 0; i < kinds[k].nr; i++) {
			const struct value *s = kinds[k].samples;

			assert_int_equal(type_compare(kinds[k].type, s + i, s + i), 0);
			for (size_t j = 0; j < kinds[k].nr; j++) {
				check_pair(kinds[k].type, s + i, s + j);
				for (size_t l = 0; l < kinds[k].nr; l++)
					check_triple(kinds[k].type, s + i, s + j, s + l);
			}
		}
}

static void test_unknown(void **state)
{
	const struct value none = {0};
	struct buf buf = {0};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		buf_puts(&buf, "<");
		type_cell(kinds[k].type, &none, false, &buf);
		type_csv(kinds[k].type, &none, &buf);
		buf_puts(&buf, ":");
		type_json(kinds[k].type, &none, &buf);
		assert_string_equal(buf.data, "<-:null");
		buf_reset(&buf);
	}
	buf_done(&buf);
}

static const struct {
	const struct type *type;
	struct value value;
	const char *cell, *raw, *json, *csv;
} shown[] = {
	{&type_id, {.u = 4194304}, "4194304", "4194304", "4194304", "4194304"},
	{&type_count, {.u = 1234567}, "1.23M", "1234567", "1234567", "1234567"},
	{&type_bytes, {.u = 41 << 20}, "41.0M", "42991616", "42991616", "42991616"},
	{&type_time, {.u = 12345}, "12.3us", "12345", "12345", "12345"},
	{&type_rate, {.d = 812}, "812.0", "812.0", "812.0", "812.000"},
	{&type_rate, {.d = 0.12345}, "0.1", "0.1", "0.123", "0.123"},
	{&type_rate, {.d = 123456.75}, "123k", "123456.8", "123456.75", "123456.750"},
	{&type_byte_rate, {.d = 4096.5}, "4.0K", "4097", "4096.5", "4096.500"},
	{&type_percent, {.d = 100}, "100.0", "100.0", "100.0", "100.000"},
	{&type_clock, {.u = 3661000000000}, "1:01:01", "3661000000000", "\"3661000000000\"",
		"3661000000000"},
	{&type_seconds, {.d = 59.94}, "59.9", "59.9", "59.94", "59.940"},
	{&type_seconds, {.d = 61}, "0:01:01", "61.0", "61.0", "61.000"},
	{&type_text, {.text = "a", .guess = true}, "a~", "a~", "\"a\"", "a"},
	{&type_text, {.text = "a,b"}, "a,b", "a,b", "\"a,b\"", "\"a,b\""},
	{&type_text, {.text = "say \"x\""}, "say \"x\"", "say \"x\"", "\"say \\\"x\\\"\"",
		"\"say \"\"x\"\"\""},
	{&type_text, {.text = " x"}, " x", " x", "\" x\"", "\" x\""},
	{&type_graph, {.list = rising, .nr = 9}, "▁▂▄█▇▆▅▃", "▁▂▄█▇▆▅▃", "[0,1,2,4,8,7,6,5,3]",
		"0 1 2 4 8 7 6 5 3"},
	{&type_graph, {.list = flat, .nr = 3}, "   ", "   ", "[0,0,0]", "0 0 0"},
};

static void test_shown(void **state)
{
	struct buf buf = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		struct value value = shown[i].value;

		value.known = true;
		buf_reset(&buf);
		type_cell(shown[i].type, &value, false, &buf);
		assert_string_equal(buf.data, shown[i].cell);
		buf_reset(&buf);
		type_cell(shown[i].type, &value, true, &buf);
		assert_string_equal(buf.data, shown[i].raw);
		buf_reset(&buf);
		type_json(shown[i].type, &value, &buf);
		assert_string_equal(buf.data, shown[i].json);
		buf_reset(&buf);
		type_csv(shown[i].type, &value, &buf);
		assert_string_equal(buf.data, shown[i].csv);
	}
	buf_done(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_shown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
