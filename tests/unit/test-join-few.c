/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/join.h"
#include "base/mem.h"
#include "model/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RW 3
#define RX 5

/* Events in, calls out; the newest are kept. */
struct rig {
	struct join *join;
	uint64_t now_ns;
	struct call got[8];
	unsigned int nr;
};

static void take(const struct call *call, void *arg)
{
	struct rig *rig = arg;

	rig->got[rig->nr++ % ARRAY_SIZE(rig->got)] = *call;
}

static void rig_open(struct rig *rig, bool returns, bool changes, bool seccomp)
{
	*rig = (struct rig){.now_ns = 1000};
	rig->join = join_new(
		&(struct join_config){.returns = returns, .changes = changes, .seccomp = seccomp},
		take, rig);
	join_begin(rig->join, 1000);
}

static void put(struct rig *rig, struct event event)
{
	rig->now_ns += 10;
	event.ts_ns = rig->now_ns;
	join_feed(rig->join, &event);
}

static void enter(struct rig *rig, uint32_t tid, uint8_t flags, uint64_t addr)
{
	put(rig, (struct event){.kind = EVENT_CALL,
			 .tid = tid,
			 .cpu = 3,
			 .flags = flags,
			 .u.call = {.addr = addr, .len = 4096, .prot = RX}});
}

static void leave(struct rig *rig, uint32_t tid, uint8_t flags, int64_t ret)
{
	put(rig, (struct event){
			 .kind = EVENT_RETURN, .tid = tid, .flags = flags, .u.ret.value = ret});
}

/* What is told only of few calls does not take in what the thread does next. */
static void test_few(void **state)
{
	const uint8_t shm = EVENT_SHMAT | EVENT_FEW, inner = EVENT_MMAP | EVENT_FEW | EVENT_INNER;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, true, false);
	join_configure(
		rig.join, &(struct join_config){.returns = true, .changes = true, .whole = true});
	enter(&rig, 7, shm, 0x1000);
	put(&rig, (struct event){
			  .kind = EVENT_CHANGE, .tid = 7, .u.change = {0x2000, 0x3000, 0, RW, RX}});
	put(&rig, (struct event){
			  .kind = EVENT_WHOLE, .tid = 7, .u.call = {.addr = 0x2000, .len = 4096}});
	assert_int_equal(rig.nr, 2);
	assert_int_equal(rig.got[0].flags, EVENT_SHMAT);
	assert_true(rig.got[0].known & CALL_RETURNED);
	assert_int_equal(rig.got[0].maps, 0);
	assert_int_equal(rig.got[1].maps, 1);
	/* the kernel maps within a call: that is one */
	enter(&rig, 7, inner, 0x4000);
	put(&rig, (struct event){.kind = EVENT_WHOLE,
			  .tid = 7,
			  .flags = EVENT_MMAP,
			  .u.call = {.addr = 0x4000, .len = 4096, .value = -13}});
	assert_int_equal(rig.nr, 3);
	assert_int_equal(rig.got[2].ret, -13);
	assert_int_equal(rig.got[2].flags, EVENT_MMAP);
	enter(&rig, 7, EVENT_MMAP | EVENT_FEW, 0x4000);
	enter(&rig, 7, inner, 0x4000);
	leave(&rig, 7, EVENT_MMAP | EVENT_FEW, -13);
	assert_int_equal(rig.nr, 4);
	assert_int_equal(rig.got[3].ret, -13);
	/* without one, or for an exec */
	enter(&rig, 7, inner, 0x5000);
	put(&rig, (struct event){.kind = EVENT_EXEC, .tid = 7});
	assert_int_equal(rig.nr, 5);
	assert_int_equal(rig.got[4].flags, EVENT_MMAP | EVENT_INNER);
	join_free(rig.join);
}

/* What the kernel maps is of exec only where a program begins to run next: not within a call of a
 * 32-bit program, nor within one that is not traced. */
static void test_inner(void **state)
{
	const uint8_t inner = EVENT_MMAP | EVENT_FEW | EVENT_INNER;
	const uint8_t compat = EVENT_MMAP | EVENT_COMPAT;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, true, false);
	/* mmap2 by a return probe that has the arguments, and by two probes */
	enter(&rig, 7, inner, 0x4000);
	put(&rig, (struct event){.kind = EVENT_WHOLE,
			  .tid = 7,
			  .flags = compat,
			  .u.call = {.addr = 0x4000, .len = 4096, .prot = 7, .value = 0x4000}});
	assert_int_equal(rig.nr, 1);
	assert_int_equal(rig.got[0].flags, compat);
	assert_int_equal(rig.got[0].ret, 0x4000);
	enter(&rig, 7, compat | EVENT_FEW, 0x4000);
	enter(&rig, 7, inner, 0x4000);
	leave(&rig, 7, compat | EVENT_FEW, 0x4000);
	assert_int_equal(rig.nr, 2);
	assert_int_equal(rig.got[1].flags, compat);
	/* what a thread does next says that it was no exec */
	enter(&rig, 7, inner, 0x5000);
	enter(&rig, 7, 0, 0x9000);
	leave(&rig, 7, 0, 0);
	assert_int_equal(rig.nr, 4);
	assert_int_equal(rig.got[2].flags, EVENT_MMAP);
	enter(&rig, 7, inner, 0x5000);
	put(&rig, (struct event){.kind = EVENT_EXIT, .tid = 7});
	assert_int_equal(rig.got[4].flags, EVENT_MMAP);
	enter(&rig, 7, inner, 0x5000);
	join_settle(rig.join, rig.now_ns + 2 * JOIN_SETTLE_NS);
	assert_int_equal(rig.nr, 5);
	join_settle(rig.join, rig.now_ns + JOIN_EXEC_NS);
	assert_int_equal(rig.got[5].flags, EVENT_MMAP);
	enter(&rig, 7, inner, 0x5000);
	join_flush(rig.join);
	assert_int_equal(rig.got[6].flags, EVENT_MMAP);
	/* an exec that takes its time */
	enter(&rig, 7, inner, 0x5000);
	join_settle(rig.join, rig.now_ns + 2 * JOIN_SETTLE_NS);
	put(&rig, (struct event){.kind = EVENT_EXEC, .tid = 7});
	assert_int_equal(rig.nr, 8);
	assert_int_equal(rig.got[7].flags, EVENT_MMAP | EVENT_INNER);
	join_free(rig.join);
}

/* A call that maps tells where it did, however it is traced; 0 is no address. */
static void test_place(void **state)
{
	static const uint8_t calls[] = {EVENT_MMAP, EVENT_SHMAT};
	struct rig rig;
	uint64_t addr;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		uint8_t few = calls[i] | EVENT_FEW;

		rig_open(&rig, true, false, false);
		enter(&rig, 7, few, 0);
		leave(&rig, 7, few, 0x7f2ac0fb0000);
		assert_int_equal(rig.nr, 1);
		assert_true(call_place(&rig.got[0], &addr));
		assert_int_equal(addr, 0x7f2ac0fb0000);
		/* one of those that ask for less */
		leave(&rig, 7, few, 0x7f2ac0fb1000);
		assert_int_equal(rig.nr, 1);
		/* where failures return alone: what was asked for, where that says anything */
		enter(&rig, 7, few, 0);
		enter(&rig, 7, few, 0x5000);
		join_flush(rig.join);
		assert_int_equal(rig.nr, 3);
		assert_false(call_place(&rig.got[1], &addr));
		assert_true(call_place(&rig.got[2], &addr));
		assert_int_equal(addr, 0x5000);
		join_free(rig.join);
	}
}

static void test_map(void **state)
{
	struct event e = {
		.kind = EVENT_CALL, .tid = 7, .flags = EVENT_MMAP, .u.call = {.prot = RX}};
	struct rig rig;

	(void)state;
	rig_open(&rig, true, false, false);
	put(&rig, e);
	leave(&rig, 7, EVENT_MMAP, 0x1000);
	assert_false(rig.got[0].known & CALL_MAP);
	e.u.call.map = EVENT_MAP_TOLD | MAP_PRIVATE | MAP_FIXED;
	put(&rig, e);
	leave(&rig, 7, EVENT_MMAP, 0x1000);
	assert_true(rig.got[1].known & CALL_MAP);
	assert_int_equal(rig.got[1].map, MAP_PRIVATE | MAP_FIXED);
	join_free(rig.join);
}

/* Beside kprobes each -EPERM is told at the end of a system call, entered or not. */
static void test_refusal_beside(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, false, false);
	enter(&rig, 7, 0, 0x1000);
	leave(&rig, 7, 0, -1);
	leave(&rig, 7, EVENT_FEW, -1);
	assert_int_equal(rig.nr, 1);
	assert_false(rig.got[0].known & CALL_REFUSED);
	leave(&rig, 7, EVENT_FEW | EVENT_PKEY, -1);
	assert_int_equal(rig.nr, 2);
	assert_true(rig.got[1].known & CALL_REFUSED);
	assert_false(rig.got[1].known & CALL_ASKED);
	assert_int_equal(rig.got[1].flags, EVENT_PKEY);
	assert_int_equal(rig.got[1].ret, -1);
	/* the entry may be what was lost */
	put(&rig, (struct event){.kind = EVENT_LOST, .u.lost = {1, 0}});
	leave(&rig, 8, EVENT_FEW, -1);
	assert_int_equal(rig.nr, 3);
	assert_false(rig.got[2].known & CALL_REFUSED);
	join_free(rig.join);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_refusal_beside),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
