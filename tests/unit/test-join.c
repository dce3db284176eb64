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

#define MANY 100000u

#define R  1
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

static void change(struct rig *rig, uint32_t tid, uint32_t before, uint32_t after)
{
	put(rig, (struct event){.kind = EVENT_CHANGE,
			 .tid = tid,
			 .u.change = {.before = before, .after = after}});
}

static void undone(struct rig *rig, uint32_t tid)
{
	put(rig, (struct event){.kind = EVENT_FAILED, .tid = tid});
}

static void lose(struct rig *rig, bool side)
{
	put(rig, (struct event){.kind = EVENT_LOST, .u.lost = {.count = 1, .side = side}});
}

/* Another call has come, and no more than that: the newest. */
static const struct call *one(struct rig *rig)
{
	const struct call *call = &rig->got[0];

	assert_int_equal(rig->nr, 1);
	rig->nr = 0;
	return call;
}

static void none(const struct rig *rig)
{
	assert_int_equal(rig->nr, 0);
}

static void rig_close(struct rig *rig)
{
	join_flush(rig->join);
	none(rig);
	join_free(rig->join);
}

static void test_pair(void **state)
{
	const struct call *call;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, false, false);
	enter(&rig, 7, EVENT_PKEY, 0x5000);
	none(&rig);
	leave(&rig, 7, EVENT_PKEY, -13);
	call = one(&rig);
	assert_int_equal(call->known, CALL_ASKED | CALL_RETURNED | CALL_TIMED);
	assert_int_equal(call->ts_ns, 1010);
	assert_int_equal(call->duration_ns, 10);
	assert_int_equal(call->addr, 0x5000);
	assert_int_equal(call->len, 4096);
	assert_int_equal(call->prot, RX);
	assert_int_equal(call->ret, -13);
	assert_int_equal(call->tid, 7);
	assert_int_equal(call->cpu, 3);
	assert_int_equal(call->flags, EVENT_PKEY);
	assert_int_equal(call->kinds | call->maps, 0);
	/* what it asked for may not be told */
	enter(&rig, 7, EVENT_BARE, 0x5000);
	leave(&rig, 7, 0, 0);
	call = one(&rig);
	assert_int_equal(call->known, CALL_RETURNED | CALL_TIMED);
	assert_int_equal(call->flags, 0);
	rig_close(&rig);
	join_free(NULL);
}

/* Two entries and two returns of two threads, in every order in which each returns after it
 * entered; a letter an event, capital: the return. */
static void test_orders(void **state)
{
	static const char *const orders[] = {"aAbB", "abAB", "abBA", "baAB", "baBA", "bBaA"};
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		rig_open(&rig, true, false, true);
		for (const char *c = orders[i]; *c; c++) {
			uint32_t tid = 10 + (*c & 15);

			if (*c >= 'a')
				enter(&rig, tid, 0, tid);
			else
				leave(&rig, tid, 0, -(int64_t)tid);
		}
		assert_int_equal(rig.nr, 2);
		for (unsigned int k = 0; k < 2; k++) {
			const struct call *call = &rig.got[k];

			assert_int_equal(call->known, CALL_ASKED | CALL_RETURNED | CALL_TIMED);
			assert_int_equal(call->addr, call->tid);
			assert_int_equal(call->ret, -(int64_t)call->tid);
		}
		rig.nr = 0;
		rig_close(&rig);
	}
}

/* Nobody waits for a return that no probe tells. */
static void test_no_returns(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, false, false, false);
	for (int i = 0; i < 3; i++) {
		enter(&rig, 7, 0, i);
		assert_int_equal(one(&rig)->known, CALL_ASKED);
		assert_int_equal(rig.got[0].addr, i);
	}
	put(&rig, (struct event){.kind = EVENT_EXIT, .tid = 7});
	none(&rig);
	rig_close(&rig);
	/* without a thread there is nothing to join by */
	rig_open(&rig, true, false, false);
	enter(&rig, 0, 0, 1);
	assert_int_equal(one(&rig)->known, CALL_ASKED);
	change(&rig, 0, R, RX);
	undone(&rig, 0);
	rig_close(&rig);
}

static void test_lost_return(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, false, false);
	enter(&rig, 7, 0, 1);
	enter(&rig, 7, EVENT_PKEY, 2);
	assert_int_equal(one(&rig)->known, CALL_ASKED);
	assert_int_equal(rig.got[0].addr, 1);
	leave(&rig, 7, EVENT_PKEY, 0);
	assert_int_equal(one(&rig)->addr, 2);
	assert_int_equal(rig.got[0].duration_ns, 10);
	rig_close(&rig);
}

static void test_lost_entry(void **state)
{
	const struct call *call;
	struct rig rig;

	(void)state;
	rig_open(&rig, true, true, false);
	change(&rig, 7, R, RX);
	undone(&rig, 7);
	leave(&rig, 7, EVENT_COMPAT, -1);
	call = one(&rig);
	assert_int_equal(call->known, CALL_RETURNED);
	assert_int_equal(call->ret, -1);
	assert_int_equal(call->ts_ns, rig.now_ns);
	assert_int_equal(call->tid, 7);
	assert_int_equal(call->flags, EVENT_COMPAT);
	assert_int_equal(call->kinds | call->maps, 0);
	/* what began before all was armed means nothing */
	join_begin(rig.join, rig.now_ns + 15);
	leave(&rig, 7, 0, 0);
	none(&rig);
	leave(&rig, 7, 0, 0);
	one(&rig);
	rig_close(&rig);
	rig.join = join_new(&(struct join_config){.returns = true, .seccomp = true}, take, &rig);
	leave(&rig, 7, 0, 0);
	none(&rig);
	rig_close(&rig);
}

/* The return of another system call, or of a 32-bit one, is not the open call's. */
static void test_flags(void **state)
{
	static const uint8_t flags[] = {0, EVENT_COMPAT, EVENT_PKEY, EVENT_COMPAT | EVENT_PKEY};
	struct rig rig;

	(void)state;
	rig_open(&rig, true, false, false);
	for (size_t a = 0; a < ARRAY_SIZE(flags); a++)
		for (size_t b = 0; b < ARRAY_SIZE(flags); b++) {
			if (a == b)
				continue;
			enter(&rig, 7, flags[a], 1);
			leave(&rig, 7, flags[b], -5);
			assert_int_equal(one(&rig)->known, CALL_RETURNED);
			assert_int_equal(rig.got[0].flags, flags[b]);
			leave(&rig, 7, flags[a], -6);
			assert_int_equal(one(&rig)->ret, -6);
			assert_int_equal(rig.got[0].flags, flags[a]);
			assert_true(rig.got[0].known & CALL_ASKED);
		}
	rig_close(&rig);
}

static void test_end(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, true, false);
	enter(&rig, 7, 0, 1);
	enter(&rig, 8, 0, 2);
	change(&rig, 8, R, RX);
	put(&rig, (struct event){.kind = EVENT_EXIT, .tid = 9});
	put(&rig, (struct event){.kind = EVENT_NEW, .tid = 8, .u.new.tid = 9});
	put(&rig, (struct event){.kind = EVENT_EXEC, .tid = 8});
	none(&rig);
	put(&rig, (struct event){.kind = EVENT_EXIT, .tid = 7});
	assert_int_equal(one(&rig)->known, CALL_ASKED | CALL_CHANGED);
	assert_int_equal(rig.got[0].tid, 7);
	/* a new task has the tid: the end of the old one was lost */
	put(&rig, (struct event){.kind = EVENT_NEW, .tid = 1, .u.new.tid = 8});
	assert_int_equal(one(&rig)->tid, 8);
	assert_int_equal(rig.got[0].kinds, kind_find("+x"));
	leave(&rig, 8, 0, 0);
	assert_int_equal(one(&rig)->known, CALL_RETURNED);
	rig_close(&rig);
}

static void test_seccomp(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, false, true);
	leave(&rig, 7, 0, -1);
	assert_int_equal(one(&rig)->known, CALL_RETURNED | CALL_REFUSED);
	/* one that was entered before the start: nothing was lost */
	leave(&rig, 7, 0, -13);
	leave(&rig, 7, 0, 0);
	none(&rig);
	/* one that was entered failed by itself */
	enter(&rig, 7, 0, 1);
	leave(&rig, 7, 0, -1);
	assert_int_equal(one(&rig)->known, CALL_ASKED | CALL_RETURNED | CALL_TIMED);
	/* lost task events do not matter */
	lose(&rig, true);
	leave(&rig, 7, 0, -1);
	assert_int_equal(one(&rig)->known, CALL_RETURNED | CALL_REFUSED);
	/* its entry may be what was lost */
	lose(&rig, false);
	leave(&rig, 7, 0, -1);
	assert_int_equal(one(&rig)->known, CALL_RETURNED);
	leave(&rig, 7, 0, -13);
	assert_int_equal(one(&rig)->known, CALL_RETURNED);
	rig_close(&rig);
	rig_open(&rig, true, false, false);
	leave(&rig, 7, 0, -1);
	assert_int_equal(one(&rig)->known, CALL_RETURNED);
	rig_close(&rig);
}

static void check_changes(struct rig *rig, uint32_t maps, uint8_t found)
{
	leave(rig, 7, 0, 0);
	assert_int_equal(one(rig)->known, CALL_ASKED | CALL_CHANGED | CALL_RETURNED | CALL_TIMED);
	assert_int_equal(rig->got[0].maps, maps);
	assert_int_equal(rig->got[0].kinds, found);
}

static void test_changes(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, true, false);
	enter(&rig, 7, 0, 1);
	check_changes(&rig, 0, 0);
	enter(&rig, 7, 0, 1);
	change(&rig, 7, RW, RX);
	change(&rig, 8, R, RX);
	check_changes(&rig, 1, kind_find("w>x"));
	/* several, the same twice, and one that stays as it was */
	enter(&rig, 7, 0, 1);
	change(&rig, 7, RW, RX);
	change(&rig, 7, RW, RX);
	change(&rig, 7, RX, RX);
	change(&rig, 7, R, RX);
	check_changes(&rig, 4, kind_find("w>x") | kind_find("+x"));
	/* nothing stays of the call before */
	enter(&rig, 7, 0, 1);
	check_changes(&rig, 0, 0);
	rig_close(&rig);
}

static void test_failed(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, true, false);
	enter(&rig, 7, 0, 1);
	change(&rig, 7, RW, RX);
	change(&rig, 7, R, RX);
	undone(&rig, 8);
	undone(&rig, 7);
	check_changes(&rig, 2, kind_find("w>x"));
	enter(&rig, 7, 0, 1);
	change(&rig, 7, R, RX);
	undone(&rig, 7);
	check_changes(&rig, 1, 0);
	enter(&rig, 7, 0, 1);
	undone(&rig, 7);
	check_changes(&rig, 0, 0);
	/* also where the return is lost */
	enter(&rig, 7, 0, 1);
	change(&rig, 7, R, RX);
	enter(&rig, 7, 0, 1);
	assert_int_equal(one(&rig)->kinds, kind_find("+x"));
	change(&rig, 7, R, RX);
	undone(&rig, 7);
	join_flush(rig.join);
	assert_int_equal(one(&rig)->kinds, 0);
	assert_int_equal(rig.got[0].known, CALL_ASKED | CALL_CHANGED);
	rig_close(&rig);
}

/* A stack that exec moves is nobody's call; one of the two flags alone is madvise's. */
static void test_exec(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, true, true, false);
	change(&rig, 7, 0x18000 | RW, 0x18000 | 7);
	none(&rig);
	enter(&rig, 7, 0, 1);
	change(&rig, 7, 0x18000 | RW, 0x18000 | 7);
	check_changes(&rig, 0, 0);
	enter(&rig, 7, 0, 1);
	change(&rig, 7, 0x8000 | RW, 0x8000 | 7);
	change(&rig, 7, 0x10000 | RW, 0x10000 | RX);
	check_changes(&rig, 2, kind_find("w+x") | kind_find("w>x"));
	rig_close(&rig);
}

/* All open at once, then closed in another order, so that the table grows and shrinks. */
static void test_many(void **state)
{
	struct rig rig;
	uint32_t *tids = mem_new(MANY, sizeof(*tids));

	(void)state;
	srand(3);
	rig_open(&rig, true, true, false);
	for (uint32_t i = 0; i < MANY; i++) {
		/* in runs, and far apart as if pids wrapped */
		tids[i] = 1 + i + i / 1000 * 4096;
		enter(&rig, tids[i], 0, tids[i]);
	}
	none(&rig);
	for (uint32_t i = MANY - 1; i; i--) {
		uint32_t j = (uint32_t)rand() % (i + 1), tid = tids[i];

		tids[i] = tids[j];
		tids[j] = tid;
	}
	for (uint32_t i = 0; i < MANY; i++) {
		uint64_t addr = tids[i];

		if (i % 3 == 0)
			change(&rig, tids[i], R, RX);
		leave(&rig, tids[i], 0, 0);
		assert_int_equal(rig.got[0].addr, addr);
		assert_int_equal(rig.got[0].kinds, i % 3 ? 0 : kind_find("+x"));
		assert_true(one(&rig)->known & CALL_TIMED);
	}
	rig_close(&rig);
	free(tids);
}

/* Random against a plain array: deletion must never hide an open call. */
static void test_random(void **state)
{
	static bool open[4096];
	unsigned int nr = 0;
	struct rig rig;

	(void)state;
	srand(5);
	rig_open(&rig, true, false, false);
	for (unsigned int i = 0; i < 400000; i++) {
		/* of slots that collide: multiples of 64 */
		uint32_t n = (uint32_t)rand() % ARRAY_SIZE(open), tid = (n + 1) * 64;

		/* by turns fuller and emptier */
		if (!open[n] && (rand() % 8 == 0 || i / 50000 % 2)) {
			enter(&rig, tid, 0, n);
			none(&rig);
			open[n] = true;
			nr++;
		} else if (open[n]) {
			leave(&rig, tid, 0, 0);
			assert_int_equal(rig.got[0].addr, n);
			assert_true(one(&rig)->known & CALL_ASKED);
			open[n] = false;
			nr--;
		}
	}
	join_flush(rig.join);
	assert_int_equal(rig.nr, nr);
	rig.nr = 0;
	/* and all is free again */
	enter(&rig, 64, 0, 1);
	leave(&rig, 64, 0, 0);
	one(&rig);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_no_returns),
		cmocka_unit_test(test_lost_return),
		cmocka_unit_test(test_lost_entry),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_seccomp),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_random),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
