/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "livegen.h"
#include "reader/meddle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct livegen *gen;
static struct meddle meddle;
static struct knobs knobs;

static int meddle_open(void **state)
{
	(void)state;
	livegen_open((void **)&gen);
	for (unsigned int which = 0; which < 2; which++)
		for (unsigned int cpu = 0; cpu < 2; cpu++)
			livegen_cpu(gen, which, cpu, "entries: 0\nread events: 0\n");
	knobs = (struct knobs){0};
	meddle_init(&meddle, &knobs, "mprottop_1_2");
	return 0;
}

static int meddle_close(void **state)
{
	(void)state;
	knobs_done(&knobs);
	livegen_close((void **)&gen);
	return 0;
}

/* So many records arrive, and the kernel says that so many were read and overwritten. */
static void arrive(
	unsigned int which, unsigned int cpu, unsigned int nr, unsigned int read, unsigned int lost)
{
	char text[80];

	for (unsigned int i = 0; i < nr; i++)
		livegen_put(gen, which, cpu, 1000 + i, 1);
	if (nr)
		livegen_end(gen, which, cpu, 0);
	snprintf(text, sizeof(text), "overrun: %u\nread events: %u\n", lost, read);
	livegen_stats(gen, which, cpu, text);
	livegen_drain(gen, true);
}

static void expect_quiet(bool off)
{
	struct notice notice;

	meddle_look(&meddle, gen->source, &knobs);
	assert_false(knobs_check(&knobs, &notice));
	assert_int_equal(knobs_off(&knobs, &notice), off);
}

static void expect_told(const char *cause, const char *object)
{
	struct notice notice;

	meddle_look(&meddle, gen->source, &knobs);
	assert_true(knobs_check(&knobs, &notice));
	assert_string_equal(notice.cause, cause);
	assert_string_equal(notice.object, object);
	assert_true(notice.remedy[0] && notice.text[0]);
	assert_false(knobs_check(&knobs, &notice));
}

static void test_quiet(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < 20; i++) {
		arrive(SOURCE_COUNTED, i % 2, 10, (i + 1) / 2 * 10, 3 * i);
		arrive(SOURCE_SIDE, 0, 2, 2 * i, 0);
		/* as written meanwhile */
		expect_quiet(false);
	}
}

/* Told when it begins, over after some looks without. */
static void test_other_reader(void **state)
{
	unsigned int read = 10;

	(void)state;
	arrive(SOURCE_COUNTED, 0, 10, read, 0);
	expect_quiet(false);
	for (int round = 0; round < 3; round++) {
		arrive(SOURCE_COUNTED, 0, 0, ++read, 0);
		expect_told("other_reader", "instances/mprottop_1_2/trace_pipe");
		for (int i = 0; i < 20; i++) {
			arrive(SOURCE_COUNTED, 0, 0, read += i % 4 == 0, 0);
			expect_quiet(true);
		}
		for (int i = 4; i < KNOB_HOLD; i++)
			expect_quiet(true);
		expect_quiet(false);
	}
}

static void test_side(void **state)
{
	(void)state;
	arrive(SOURCE_SIDE, 1, 3, 4, 0);
	expect_told("other_reader", "instances/mprottop_1_2_side/trace_pipe");
	arrive(SOURCE_SIDE, 1, 0, 0, 0);
	expect_told("cleared", "instances/mprottop_1_2_side/trace");
}

/* Each clear is told, but two halves of one are one. */
static void test_cleared(void **state)
{
	(void)state;
	arrive(SOURCE_COUNTED, 0, 10, 10, 0);
	arrive(SOURCE_COUNTED, 1, 10, 10, 0);
	expect_quiet(false);
	arrive(SOURCE_COUNTED, 0, 0, 0, 0);
	expect_told("cleared", "instances/mprottop_1_2/trace");
	arrive(SOURCE_COUNTED, 1, 0, 0, 0);
	expect_quiet(true);
	/* it goes on from there, past where it was */
	arrive(SOURCE_COUNTED, 0, 25, 25, 0);
	arrive(SOURCE_COUNTED, 1, 7, 7, 0);
	expect_quiet(true);
	expect_quiet(true);
	/* read so much meanwhile that the counter never was lower */
	arrive(SOURCE_COUNTED, 0, 40, 38, 0);
	expect_told("cleared", "instances/mprottop_1_2/trace");
	for (int i = 1; i < KNOB_HOLD; i++)
		expect_quiet(true);
	expect_quiet(false);
}

/* Records on a damaged page cannot be counted: nobody is to blame. */
static void test_damaged(void **state)
{
	(void)state;
	/* cut off in its header */
	livegen_bytes(gen, SOURCE_COUNTED, 0, 5);
	arrive(SOURCE_COUNTED, 0, 0, 1, 0);
	assert_int_equal(source_counts(gen->source)->bad_pages, 1);
	expect_quiet(false);
	arrive(SOURCE_COUNTED, 0, 5, 6, 0);
	expect_quiet(false);
	arrive(SOURCE_COUNTED, 0, 0, 7, 0);
	expect_told("other_reader", "instances/mprottop_1_2/trace_pipe");
}

/* Whether a canary may have been lost since the last look. */
static void test_losing(void **state)
{
	(void)state;
	arrive(SOURCE_COUNTED, 0, 1, 1, 5);
	expect_quiet(false);
	assert_true(meddle.losing);
	expect_quiet(false);
	assert_false(meddle.losing);
	arrive(SOURCE_SIDE, 0, 1, 1, 5);
	expect_quiet(false);
	assert_true(meddle.losing);
	arrive(SOURCE_COUNTED, 0, 1, 2, 6);
	expect_quiet(false);
	assert_true(meddle.losing);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, meddle_open, meddle_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_quiet),
		TEST(test_other_reader),
		TEST(test_side),
		TEST(test_cleared),
		TEST(test_damaged),
		TEST(test_losing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
