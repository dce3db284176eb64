/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/trail.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A record of each kind that has fields, and some that have none. */
static size_t samples(struct trail_record *out, struct buf *list, bool big)
{
	size_t nr = 0;

	trail_pair_add(list, 0, 7, big);
	trail_pair_add(list, 3, 70000, big);
	out[nr++] = (struct trail_record){.kind = TRAIL_SETTINGS,
		.ts_ns = 12,
		.u.settings = {1, TRAIL_FOREIGN, 8, 7, 2, 41, 42, 43, UINT64_MAX, 0.5, 1e9 + 0.25,
			trail_text("1.0"), trail_text("host"), trail_text("6.1"),
			trail_text("x86_64"), trail_text(""), trail_text("kprobe"),
			trail_text("mprottop_1_2")}};
	out[nr++] = (struct trail_record){.kind = TRAIL_STREAM, .u.stream = {1, 63}};
	out[nr++] = (struct trail_record){.kind = TRAIL_EVENT,
		.u.event = {1, 1500, 2, trail_text("name"), trail_text("group"),
			trail_text("event"), trail_text("place"), trail_text("call")}};
	out[nr++] = (struct trail_record){.kind = TRAIL_FACTS, .u.facts = {UINT32_MAX, 15}};
	out[nr++] = (struct trail_record){.kind = TRAIL_OWN, .u.task = {9}};
	out[nr++] = (struct trail_record){.kind = TRAIL_USER, .u.user = {0, trail_text("root")}};
	out[nr++] = (struct trail_record){.kind = TRAIL_IDENT,
		.ts_ns = UINT64_MAX,
		.u.ident = {5, 4, 1, 1000, 77, {"a\0\x1b)", 4}}};
	out[nr++] = (struct trail_record){
		.kind = TRAIL_TOLD, .u.told = {4, 1, 77, trail_text("/bin/sh -c true")}};
	out[nr++] = (struct trail_record){.kind = TRAIL_ASK, .u.ask = {5, 2}};
	out[nr++] = (struct trail_record){.kind = TRAIL_LOST, .u.lost = {3, 1ULL << 40, 6}};
	out[nr++] = (struct trail_record){.kind = TRAIL_PULL,
		.flags = TRAIL_FINAL,
		.ts_ns = 1ULL << 50,
		.u.pull = {{list->data, (uint32_t)list->len}}};
	out[nr++] = (struct trail_record){.kind = TRAIL_SETTLE, .ts_ns = 99};
	out[nr++] = (struct trail_record){.kind = TRAIL_MAPS,
		.u.maps = {4, trail_text("1000-2000 r-xp 0 08:01 5 /bin/sh\n")}};
	out[nr++] = (struct trail_record){.kind = TRAIL_HEALTH,
		.u.health = {1, 2, 3, 4, 5, TRAIL_PARTIAL, 99.5, 0.1, trail_text("trouble")}};
	out[nr++] = (struct trail_record){.kind = TRAIL_NOTICE,
		.u.notice = {1.5, trail_text("cause"), trail_text("object"), trail_text("text"),
			trail_text("remedy")}};
	out[nr++] = (struct trail_record){.kind = TRAIL_UPDATE, .u.update = {1.7e9}};
	out[nr++] = (struct trail_record){
		.kind = TRAIL_COST, .u.cost = {310.5, trail_text("m1_2_mprotect")}};
	out[nr++] = (struct trail_record){.kind = TRAIL_COSTS, .u.costs = {1, 0.5, 3e-9}};
	out[nr++] = (struct trail_record){.kind = TRAIL_CAME, .u.came = {3, 1ULL << 33}};
	return nr;
}

#define SAMPLES_MOST 32

/* As bytes, so that no field is left out: encoding what was decoded gives the same. */
static void round_trip(bool big)
{
	struct trail_record in[SAMPLES_MOST], got;
	struct buf list = {0}, bytes = {0}, again = {0};
	size_t nr = samples(in, &list, big), n = 0;
	struct trail trail;

	for (size_t i = 0; i < nr; i++)
		trail_add(&bytes, &in[i], big);
	trail_begin(&trail, bytes.data, bytes.len, big);
	while (trail_next(&trail, &got)) {
		assert_int_equal(got.kind, in[n].kind);
		assert_int_equal(got.flags, in[n].flags);
		assert_true(got.ts_ns == in[n].ts_ns);
		trail_add(&again, &got, big);
		n++;
	}
	assert_int_equal(trail.error, TRAIL_OK);
	assert_int_equal(n, nr);
	assert_int_equal(again.len, bytes.len);
	assert_memory_equal(again.data, bytes.data, bytes.len);
	buf_done(&bytes);
	buf_done(&again);
	buf_done(&list);
}

static void test_both_orders(void **state)
{
	(void)state;
	round_trip(false);
	round_trip(true);
}

/* Literal bytes: the format itself, not what encoder and decoder agree on. */
static void test_bytes(void **state)
{
	static const uint8_t little[] = {
		0x0c, 0, 1, 0, 8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0};
	static const uint8_t big[] = {
		0, 0x0c, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 1};
	struct trail_record ask = {.kind = TRAIL_ASK, .flags = 1, .ts_ns = 2, .u.ask = {5, 1}};
	struct buf buf = {0};

	(void)state;
	assert_int_equal(TRAIL_ASK, 0x0c);
	trail_add(&buf, &ask, false);
	trail_add(&buf, &ask, true);
	assert_int_equal(buf.len, sizeof(little) + sizeof(big));
	assert_memory_equal(buf.data, little, sizeof(little));
	assert_memory_equal(buf.data + sizeof(little), big, sizeof(big));
	buf_done(&buf);
}

static void test_values(void **state)
{
	struct trail_record in[SAMPLES_MOST], got;
	struct buf list = {0}, bytes = {0};
	struct trail trail;
	uint32_t a, b;
	size_t nr;
	char text[4];

	(void)state;
	nr = samples(in, &list, true);
	for (size_t i = 0; i < nr; i++)
		trail_add(&bytes, &in[i], true);
	trail_begin(&trail, bytes.data, bytes.len, true);
	assert_true(trail_next(&trail, &got));
	assert_true(got.u.settings.offset_s == 1e9 + 0.25);
	assert_int_equal(got.u.settings.canary_ns, 42);
	trail_copy(text, sizeof(text), &got.u.settings.machine);
	assert_string_equal(text, "x86");
	trail_copy(text, sizeof(text), &got.u.settings.boot_id);
	assert_string_equal(text, "");
	while (got.kind != TRAIL_PULL)
		assert_true(trail_next(&trail, &got));
	assert_int_equal(trail_pairs(&got.u.pull.list), 2);
	trail_pair(&got, 0, &a, &b);
	assert_true(a == 0 && b == 7);
	trail_pair(&got, 1, &a, &b);
	assert_true(a == 3 && b == 70000);
	buf_done(&bytes);
	buf_done(&list);
}

/* In memory of its own, so that a read behind it shows. */
static size_t walk(const char *data, size_t len, enum trail_error *error)
{
	char *copy = mem_new(len + 1, 1);
	struct trail_record got;
	struct trail trail;
	size_t nr = 0;

	copy = mem_resize(copy, len ? len : 1, 1);
	memcpy(copy, data, len);
	trail_begin(&trail, copy, len, false);
	while (trail_next(&trail, &got))
		nr++;
	/* nothing of what was not whole */
	assert_int_equal(got.kind, 0);
	*error = trail.error;
	free(copy);
	return nr;
}

static void test_truncated(void **state)
{
	struct trail_record in[SAMPLES_MOST];
	struct buf list = {0}, bytes = {0};
	size_t nr = samples(in, &list, false), ends[SAMPLES_MOST], whole = 0;
	enum trail_error error;

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		trail_add(&bytes, &in[i], false);
		ends[i] = bytes.len;
	}
	for (size_t len = 0; len <= bytes.len; len++) {
		assert_int_equal(
			walk(bytes.data, len, &error), whole + (len == ends[whole] ? 1 : 0));
		if (len == ends[whole]) {
			whole++;
			assert_int_equal(error, TRAIL_OK);
		} else if (len) {
			size_t part = len - (whole ? ends[whole - 1] : 0);

			assert_int_equal(
				error, part < TRAIL_HEAD ? TRAIL_SHORT_HEAD : TRAIL_BEYOND);
		}
	}
	buf_done(&bytes);
	buf_done(&list);
}

/* Each byte in turn takes each of a few values: it ends, within its bytes. */
static void test_flipped(void **state)
{
	static const uint8_t masks[] = {0x01, 0x80, 0xff};
	struct trail_record in[SAMPLES_MOST];
	struct buf list = {0}, bytes = {0};
	size_t nr = samples(in, &list, false);
	enum trail_error error;

	(void)state;
	for (size_t i = 0; i < nr; i++)
		trail_add(&bytes, &in[i], false);
	for (size_t at = 0; at < bytes.len; at++)
		for (size_t m = 0; m < sizeof(masks); m++) {
			bytes.data[at] = (char)((uint8_t)bytes.data[at] ^ masks[m]);
			assert_true(walk(bytes.data, bytes.len, &error) <= bytes.len / TRAIL_HEAD);
			bytes.data[at] = (char)((uint8_t)bytes.data[at] ^ masks[m]);
		}
	buf_done(&bytes);
	buf_done(&list);
}

static void test_errors(void **state)
{
	static const struct {
		uint8_t bytes[28];
		size_t len;
		enum trail_error error;
	} rows[] = {
		{{0}, 16, TRAIL_BAD_KIND},
		{{TRAIL_NR_KINDS}, 16, TRAIL_BAD_KIND},
		{{TRAIL_OWN, 0, 0, 0, 0, 0, 0, 0x40}, 16, TRAIL_LONG},
		{{TRAIL_OWN, 0, 0, 0, 4}, 19, TRAIL_BEYOND},
		{{TRAIL_OWN, 0, 0, 0, 3}, 19, TRAIL_FIELD_BEYOND},
		{{TRAIL_OWN, 0, 0, 0, 5}, 21, TRAIL_LEFT_OVER},
		{{TRAIL_SETTLE, 0, 0, 0, 1}, 17, TRAIL_LEFT_OVER},
		{{TRAIL_PULL, 0, 0, 0, 8, [16] = 4}, 24, TRAIL_BAD_LIST},
		{{TRAIL_PULL, 0, 0, 0, 8, [16] = 5}, 24, TRAIL_FIELD_BEYOND},
		{{TRAIL_PULL, 0, 0, 0, 4, [16] = 0xff, 0xff, 0xff, 0xff}, 20, TRAIL_FIELD_BEYOND},
	};
	enum trail_error error;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(walk((const char *)rows[i].bytes, rows[i].len, &error), 0);
		assert_string_equal(trail_error_name(error), trail_error_name(rows[i].error));
	}
	for (int e = TRAIL_OK; e < TRAIL_NR_ERRORS; e++)
		assert_non_null(trail_error_name((enum trail_error)e));
	assert_string_equal(trail_error_name(TRAIL_NR_ERRORS), "unknown error");
	assert_null(trail_kind_name(0));
	assert_null(trail_kind_name(TRAIL_NR_KINDS));
	for (unsigned int kind = 1; kind < TRAIL_NR_KINDS; kind++)
		assert_non_null(trail_kind_name(kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_orders),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_errors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
