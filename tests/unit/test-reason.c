/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "model/reason.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define VM_SHARED 0x8
#define RW        (PROT_READ | PROT_WRITE)
#define RX        (PROT_READ | PROT_EXEC)
#define HEAP      UINT64_C(0x7f3d28000000) /* begins 64 MiB */
#define PLACE     UINT64_C(0x7f3d2c5e1000)
#define LATER     UINT64_C(10000000000)
#define PAGE      UINT64_C(4096)

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

static const char *why_change(uint64_t addr, uint64_t len, uint64_t prot, uint32_t before)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(addr, len, prot, &change, before);

	return why(&r, &call);
}

static void test_shapes(void **state)
{
	(void)state;
	assert_string_equal(why_change(PLACE, PAGE, RX, RW), "jit");
	assert_string_equal(why_change(PLACE, PAGE, RW, RX), "jit");
	assert_string_equal(why_change(PLACE, PAGE, PROT_NONE, RX), "jit");
	assert_string_equal(why_change(HEAP, 33 * PAGE, RW, PROT_NONE), "arena");
	assert_string_equal(why_change(PLACE, 4 * PAGE, PROT_NONE, RW), "stack guard");
	assert_string_equal(why_change(PLACE, PAGE, PROT_READ, RW), "gc barrier");
	assert_string_equal(why_change(PLACE, PAGE, RW, PROT_READ), "gc barrier");
	assert_string_equal(why_change(PLACE, PAGE, PROT_NONE, PROT_READ), "gc barrier");
	assert_string_equal(why_change(PLACE, 64 * PAGE, RW, PROT_NONE), "reserve");
	assert_string_equal(why_change(PLACE, 64 * PAGE, PROT_NONE, RW), "reserve");
	assert_string_equal(why_change(PLACE, PAGE, RW, RW), "unknown");
}

static void test_files(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(PLACE, 4 * PAGE, PROT_READ, &change, RW);

	(void)state;
	change.file = true;
	assert_string_equal(why(&r, &call), "relro");
	change.before |= VM_SHARED;
	change.after |= VM_SHARED;
	assert_string_equal(why(&r, &call), "unknown");
	/* a code generator's memory may be a file in memory; a library's text is loaded */
	call = call_of(PLACE, PAGE, RX, &change, RW | VM_SHARED);
	change.file = true;
	change.after |= VM_SHARED;
	assert_string_equal(why(&r, &call), "jit");
	change.before = RW;
	change.after = RX;
	assert_string_equal(why(&r, &call), "unknown");
}

/* What comes of a source that tells no protection before. */
static void test_asked_alone(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(PLACE, PAGE, PROT_READ, &change, 0);

	(void)state;
	call.known = CALL_ASKED;
	call.nr_changes = 0;
	assert_string_equal(why(&r, &call), "unknown");
	call.ts_ns = 1000;
	assert_string_equal(why(&r, &call), "relro");
	call.prot = RX;
	assert_string_equal(why(&r, &call), "jit");
	call.prot = PROT_NONE;
	assert_string_equal(why(&r, &call), "stack guard");
	call.prot = RW;
	assert_string_equal(why(&r, &call), "unknown");
	call.addr = HEAP;
	call.len = 33 * PAGE;
	assert_string_equal(why(&r, &call), "arena");
	call.known = 0;
	assert_string_equal(why(&r, &call), "nothing");
}

/* One that fails is for nothing that can be told, unless it was refused. */
static void test_failed(void **state)
{
	static const struct {
		int64_t ret;
		uint64_t prot;
		const char *why;
	} calls[] = {{0, RX, "jit"}, {-EACCES, RX, "jit"}, {-EPERM, RX, "jit"},
		{-EINVAL, RX, "unknown"}, {-ENOSYS, PROT_NONE, "unknown"},
		{-EINVAL, PROT_READ, "unknown"}};
	struct change change;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct call call = call_of(PLACE, PAGE, calls[i].prot, &change, RW);
		struct reasons r = {0};

		call.known = CALL_ASKED | CALL_RETURNED;
		call.ret = calls[i].ret;
		call.ts_ns = 2;
		assert_string_equal(why(&r, &call), calls[i].why);
	}
}

/* Half-way it did what it did. */
static void test_failed_half(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(PLACE, 2 * PAGE, RX, &change, RW);

	(void)state;
	call.known |= CALL_RETURNED;
	call.ret = -ENOMEM;
	assert_string_equal(why(&r, &call), "jit");
	change.failed = true;
	assert_string_equal(why(&r, &call), "unknown");
}

/* A heap goes on where it ended, and only there. */
static void test_arena(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(HEAP, 33 * PAGE, RW, &change, PROT_NONE);

	(void)state;
	call.site = 0x1111;
	assert_string_equal(why(&r, &call), "arena");
	call = call_of(HEAP + 33 * PAGE, PAGE, RW, &change, PROT_NONE);
	call.site = 0x2222;
	assert_string_equal(why(&r, &call), "arena");
	call = call_of(HEAP + 34 * PAGE, PAGE, RW, &change, PROT_NONE);
	assert_string_equal(why(&r, &call), "arena");
	call = call_of(HEAP + 36 * PAGE, PAGE, RW, &change, PROT_NONE);
	assert_string_equal(why(&r, &call), "reserve");
	/* from where one was extended before */
	call.site = 0x2222;
	assert_string_equal(why(&r, &call), "arena");
	call.site = 0x3333;
	assert_string_equal(why(&r, &call), "reserve");
}

/* A WebAssembly memory grows: one call over what is in use already and what was reserved. */
static void test_several(void **state)
{
	static const struct {
		uint32_t before[3];
		uint64_t prot;
		const char *why;
	} rows[] = {
		{{RW, PROT_NONE}, RW, "reserve"},
		{{RW, RW, PROT_NONE}, RW, "reserve"},
		{{PROT_NONE, RW}, RW, "reserve"},
		{{RW, PROT_READ}, RW, "gc barrier"},
		{{PROT_READ, RW}, PROT_READ, "gc barrier"},
		{{RW, RW}, RW, "unknown"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct reasons r = {0};
		struct change changes[3];
		struct call call = call_of(PLACE, 300 * PAGE, rows[i].prot, changes, 0);

		for (uint32_t n = 0; n < 3; n++)
			changes[n] = (struct change){PLACE + n * 100 * PAGE,
				PLACE + (n + 1) * 100 * PAGE, rows[i].before[n],
				(uint32_t)rows[i].prot, false, false};
		call.nr_changes = call.maps = rows[i].before[2] || i == 1 ? 3 : 2;
		assert_string_equal(why(&r, &call), rows[i].why);
		/* what failed changed nothing */
		changes[1].failed = true;
		if (i == 0)
			assert_string_equal(why(&r, &call), "unknown");
	}
}

/* A place that asks for other protections too is a runtime's own, for all of its memory. */
static void test_general(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(PLACE, 4 * PAGE, PROT_READ, &change, RW);

	(void)state;
	call.site = 0x5555;
	assert_string_equal(why(&r, &call), "gc barrier");
	call = call_of(HEAP, 64 * PAGE, RW, &change, PROT_NONE);
	call.site = 0x5555;
	assert_string_equal(why(&r, &call), "reserve");
	/* nor is its memory a stack, whoever makes a thread */
	assert_int_equal(reasons_thread(&r, 7, LATER + 1000), 0);
	assert_string_equal(why(&r, &call), "reserve");
	/* taken for malloc's at first */
	call.site = 0x6666;
	assert_string_equal(why(&r, &call), "arena");
	call = call_of(PLACE, 64 * PAGE, PROT_NONE, &change, RW);
	call.site = 0x6666;
	assert_string_equal(why(&r, &call), "reserve");
	call = call_of(PLACE, 64 * PAGE, RW, &change, PROT_NONE);
	call.site = 0x6666;
	assert_string_equal(why(&r, &call), "reserve");
}

/* Where a barrier was taken down, it is wherever none stood. */
static void test_barrier(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(PLACE, PAGE, RW, &change, RW);

	(void)state;
	call.site = 0x7777;
	assert_string_equal(why(&r, &call), "unknown");
	change.before = PROT_READ;
	assert_string_equal(why(&r, &call), "gc barrier");
	change.before = RW;
	assert_string_equal(why(&r, &call), "gc barrier");
	call.site = 0x8888;
	assert_string_equal(why(&r, &call), "unknown");
}

/* Code among other memory, as a runtime gives up all of a region at once. */
static void test_part(void **state)
{
	struct reasons r = {0};
	struct change changes[2];
	struct call call = call_of(PLACE, 4 * PAGE, PROT_NONE, &changes[0], RW);

	(void)state;
	changes[1] = (struct change){PLACE + PAGE, PLACE + 4 * PAGE, RX, PROT_NONE, false, false};
	call.nr_changes = 2;
	assert_string_equal(why(&r, &call), "jit");
	changes[1].failed = true;
	assert_string_equal(why(&r, &call), "stack guard");
}

static void test_stack(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call call = call_of(PLACE, 2048 * PAGE, RW, &change, PROT_NONE);

	(void)state;
	call.site = 0x4444;
	assert_string_equal(why(&r, &call), "reserve");
	assert_string_equal(reasons_top(&r), "reserve");
	assert_int_equal(reasons_thread(&r, 8, LATER + 1000), 0); /* another's */
	assert_string_equal(reasons_top(&r), "reserve");
	assert_int_equal(reasons_thread(&r, 7, LATER + 1000), LATER);
	assert_string_equal(reasons_top(&r), "stack guard");
	assert_int_equal(reasons_thread(&r, 7, LATER + 2000), 0); /* its stack is an old one */
	assert_int_equal(r.nr[0] + r.nr[1] + r.nr[2] + r.nr[3] + r.nr[4] + r.nr[5] + r.nr[6], 1);
	assert_string_equal(why(&r, &call), "stack guard");
	call.site = 0;
	assert_string_equal(why(&r, &call), "reserve");
	reasons_thread(&r, 7, LATER + 1000000000);
	assert_string_equal(why(&r, &call), "reserve");
}

/* What is allocated for the thread may extend a heap first. */
static void test_stack_arena(void **state)
{
	struct reasons r = {0};
	struct change change;
	struct call stack = call_of(PLACE, 2048 * PAGE, RW, &change, PROT_NONE);
	struct call heap = stack, other = stack;

	(void)state;
	heap.addr = HEAP;
	heap.len = 33 * PAGE;
	assert_string_equal(why(&r, &stack), "reserve");
	assert_string_equal(why(&r, &heap), "arena");
	assert_int_equal(reasons_thread(&r, 7, LATER + 1000), LATER);
	assert_string_equal(why(&r, &stack), "reserve");
	other.ts_ns++;
	assert_string_equal(why(&r, &other), "reserve");
	assert_int_equal(reasons_thread(&r, 7, LATER + 1000), LATER + 1);
}

static void test_table(void **state)
{
	struct reasons a = {0}, b = {0};
	unsigned int nr = 0;

	(void)state;
	assert_null(reasons_top(&a));
	for (; reasons[nr].name; nr++)
		for (unsigned int i = 0; i < nr; i++)
			assert_string_not_equal(reasons[i].name, reasons[nr].name);
	assert_string_equal(reasons[nr - 1].name, "unknown");
	b.nr[1] = 3;
	a.nr[0] = 2;
	reasons_absorb(&a, &b);
	assert_string_equal(reasons_top(&a), reasons[1].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_asked_alone),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_failed_half),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_general),
		cmocka_unit_test(test_barrier),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_stack_arena),
		cmocka_unit_test(test_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
