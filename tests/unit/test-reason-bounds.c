/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/reason.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ARENA_SIZE (UINT64_C(64) << 20)
#define RW         (PROT_READ | PROT_WRITE)
#define RX         (PROT_READ | PROT_EXEC)
#define HEAP       UINT64_C(0x7f3d28000000) /* begins 64 MiB */
#define PLACE      UINT64_C(0x7f3d2c5e1000)
#define LATER      UINT64_C(10000000000)
#define PAGE       UINT64_C(4096)

/* Of one anonymous mapping, unless changed after. */
static struct call call_of(
	uint64_t addr, uint64_t len, uint64_t prot, struct change *change, uint32_t before)
{
	*change = (struct change){addr, addr + len, before, (uint32_t)prot, false, false};
	return (struct call){.ts_ns = LATER,
		.tid = 7,
		.addr = addr,
		.len = len,
		.prot = prot,
		.known = CALL_ASKED | CALL_CHANGED,
		.maps = 1,
		.nr_changes = 1,
		.changes = change};
}

static const char *why(struct reasons *r, const struct call *call)
{
	struct reasons before = *r;

	reasons_count(r, call, 1);
	for (unsigned int i = 0; reasons[i].name; i++)
		if (r->nr[i] != before.nr[i])
			return reasons[i].name;
	return "nothing";
}

/* At the start of 64 MiB, and yet no heap of malloc's. */
static void test_no_arena(void **state)
{
	struct reasons r = {0};
	struct change changes[2];
	struct call call = call_of(HEAP, 2048 * PAGE, RW, changes, PROT_NONE);
	uint64_t end;

	(void)state;
	/* a thread's stack of 8 MiB, and one behind it */
	assert_string_equal(why(&r, &call), "reserve");
	assert_int_equal(reasons_thread(&r, 7, LATER + 1000), LATER);
	assert_string_equal(reasons_top(&r), "stack guard");
	call = call_of(HEAP + 2048 * PAGE, 2048 * PAGE, RW, changes, PROT_NONE);
	assert_string_equal(why(&r, &call), "reserve");
	/* one memory that grows piece by piece is none once it leaves what a heap can be */
	r = (struct reasons){0};
	call = call_of(HEAP, 64 * PAGE, RW, changes, PROT_NONE);
	call.site = 0x9999;
	assert_string_equal(why(&r, &call), "arena");
	for (end = HEAP + 64 * PAGE; end < HEAP + (60 << 20); end += call.len) {
		call = call_of(end, 256 * PAGE, RW, changes, PROT_NONE);
		call.site = 0x9999;
		assert_string_equal(why(&r, &call), "arena");
	}
	call = call_of(end, 2048 * PAGE, RW, changes, PROT_NONE);
	call.site = 0x9999;
	assert_string_equal(why(&r, &call), "reserve");
	/* nor is what comes from there */
	call = call_of(HEAP + (256 << 20), 64 * PAGE, RW, changes, PROT_NONE);
	call.site = 0x9999;
	assert_string_equal(why(&r, &call), "reserve");
	/* nor one that grows from its start */
	r = (struct reasons){0};
	call = call_of(HEAP, 64 * PAGE, RW, changes, PROT_NONE);
	assert_string_equal(why(&r, &call), "arena");
	call = call_of(HEAP, 65 * PAGE, RW, changes, RW);
	changes[0].end = HEAP + 64 * PAGE;
	changes[1] =
		(struct change){HEAP + 64 * PAGE, HEAP + 65 * PAGE, PROT_NONE, RW, false, false};
	call.nr_changes = call.maps = 2;
	assert_string_equal(why(&r, &call), "reserve");
	call = call_of(HEAP + 65 * PAGE, PAGE, RW, changes, PROT_NONE);
	assert_string_equal(why(&r, &call), "reserve");
}

/* The same where nobody knows what memory was before; a heap may be made anew where one was. */
static void test_no_arena_asked(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(HEAP, 33 * PAGE, RW, &change, PROT_NONE);

	(void)state;
	call.known = CALL_ASKED;
	call.nr_changes = 0;
	assert_string_equal(why(&r, &call), "arena");
	assert_string_equal(why(&r, &call), "arena");
	call.len = 40 * PAGE;
	assert_string_equal(why(&r, &call), "unknown");
	call.len = 33 * PAGE;
	assert_string_equal(why(&r, &call), "unknown");
	call.addr = HEAP + ARENA_SIZE;
	call.len = 2048 * PAGE;
	assert_string_equal(why(&r, &call), "unknown");
	call.len = 33 * PAGE;
	assert_string_equal(why(&r, &call), "arena");
	call.addr += 33 * PAGE;
	call.len = ARENA_SIZE - 33 * PAGE;
	assert_string_equal(why(&r, &call), "arena");
	call.addr += call.len;
	call.len = PAGE;
	assert_string_equal(why(&r, &call), "unknown");
}

/* No loader write-protects one range twice, or more of them than a program has libraries. */
static void test_relro_bounds(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(PLACE, PAGE, PROT_READ, &change, RW);

	(void)state;
	change.file = true;
	for (unsigned int i = 0; i < 70003; i++)
		assert_string_equal(why(&r, &call), i ? "unknown" : "relro");
	assert_string_equal(reasons_top(&r), "unknown");
	for (unsigned int i = 1; i < 2000; i++) {
		call = call_of(PLACE + i * PAGE, PAGE, PROT_READ, &change, RW);
		change.file = true;
		why(&r, &call);
	}
	assert_in_range(r.nr[1], 100, 999);
	/* another program has its own */
	reasons_count(&r, &call, LATER - 1);
	call.addr += PAGE;
	reasons_count(&r, &call, LATER - 1);
	assert_string_equal(r.latest, "relro");
	/* without what was before */
	r = (struct reasons){0};
	call.known = CALL_ASKED;
	call.nr_changes = 0;
	call.ts_ns = 1000;
	assert_string_equal(why(&r, &call), "relro");
	assert_string_equal(why(&r, &call), "unknown");
}

/* Guard pages are set up again where stacks are used again, and not for ever. */
static void test_guard_bounds(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(PLACE, PAGE, PROT_NONE, &change, RW);

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		why(&r, &call);
	assert_in_range(r.nr[3], 10, 99);
	/* with a thread each they may be */
	r = (struct reasons){0};
	for (unsigned int i = 0; i < 1000; i++) {
		reasons_thread(&r, 1, LATER);
		assert_string_equal(why(&r, &call), "stack guard");
	}
}

static void test_no_length(void **state)
{
	static const uint64_t asked[] = {PROT_NONE, PROT_READ, RW, RX};
	struct change change;

	(void)state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct call call = call_of(HEAP, 0, asked[i], &change, 0);
		struct reasons r = {0};

		call.known = CALL_ASKED;
		call.nr_changes = 0;
		call.ts_ns = 1000;
		assert_string_equal(why(&r, &call), "unknown");
		call.addr = 0;
		assert_string_equal(why(&r, &call), "unknown");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_arena),
		cmocka_unit_test(test_no_arena_asked),
		cmocka_unit_test(test_relro_bounds),
		cmocka_unit_test(test_guard_bounds),
		cmocka_unit_test(test_no_length),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
