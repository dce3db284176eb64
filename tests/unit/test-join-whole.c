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

#define R  1
#define RW 3
#define RX 5

#define PAGE 4096

/* Events in, calls out; the newest are kept, with their changes. */
struct rig {
	struct join *join;
	uint64_t now_ns;
	struct call got[4];
	struct change changes[4][8];
	unsigned int nr;
};

static void take(const struct call *call, void *arg)
{
	struct rig *rig = arg;
	unsigned int at = rig->nr++ % ARRAY_SIZE(rig->got);

	rig->got[at] = *call;
	assert_true(call->nr_changes <= ARRAY_SIZE(rig->changes[0]));
	if (call->nr_changes)
		memcpy(rig->changes[at], call->changes, call->nr_changes * sizeof(struct change));
}

static void rig_open(struct rig *rig, struct join_config config)
{
	*rig = (struct rig){.now_ns = 1000};
	rig->join = join_new(&config, take, rig);
	join_begin(rig->join, 1000);
}

static void put(struct rig *rig, struct event event)
{
	rig->now_ns += 10;
	event.ts_ns = rig->now_ns;
	join_feed(rig->join, &event);
}

static void enter(struct rig *rig, uint32_t tid, uint8_t flags, uint64_t addr, uint64_t prot)
{
	put(rig, (struct event){.kind = EVENT_CALL,
			 .tid = tid,
			 .flags = flags,
			 .u.call = {.addr = addr, .len = PAGE, .prot = prot, .key = 3}});
}

static void whole(struct rig *rig, uint32_t tid, uint64_t addr, int64_t ret)
{
	put(rig, (struct event){.kind = EVENT_WHOLE,
			 .tid = tid,
			 .u.call = {.addr = addr, .len = 2 * PAGE, .prot = RX, .value = ret}});
}

static void leave(struct rig *rig, uint32_t tid, uint8_t flags, int64_t ret)
{
	put(rig, (struct event){
			 .kind = EVENT_RETURN, .tid = tid, .flags = flags, .u.ret.value = ret});
}

static void change(struct rig *rig, uint32_t tid, uint64_t start, uint32_t before, uint32_t after)
{
	put(rig, (struct event){.kind = EVENT_CHANGE,
			 .tid = tid,
			 .u.change = {.start = start,
				 .end = start + PAGE,
				 .file = before & 4,
				 .before = before,
				 .after = after}});
}

static void site(struct rig *rig, uint32_t tid, uint64_t addr)
{
	put(rig, (struct event){.kind = EVENT_SITE, .tid = tid, .u.site.addr = addr});
}

static const struct call *one(struct rig *rig)
{
	assert_int_equal(rig->nr, 1);
	rig->nr = 0;
	return &rig->got[0];
}

static void rig_close(struct rig *rig)
{
	join_flush(rig->join);
	assert_int_equal(rig->nr, 0);
	join_free(rig->join);
}

static const struct join_config wholes = {
	.returns = true, .changes = true, .whole = true, .detail = true};

static void test_whole(void **state)
{
	const struct call *call;
	struct rig rig;

	(void)state;
	rig_open(&rig, wholes);
	change(&rig, 7, 0x5000, RW, RX);
	change(&rig, 8, 0x5000, R, RX);
	change(&rig, 7, 0x6000, R, RX);
	assert_int_equal(rig.nr, 0);
	whole(&rig, 7, 0x5000, 0);
	call = one(&rig);
	assert_int_equal(call->known, CALL_ASKED | CALL_RETURNED | CALL_CHANGED);
	assert_int_equal(call->ts_ns, rig.now_ns);
	assert_int_equal(call->addr, 0x5000);
	assert_int_equal(call->prot, RX);
	assert_int_equal(call->ret, 0);
	assert_int_equal(call->maps, 2);
	assert_int_equal(call->kinds, kind_find("w>x") | kind_find("+x"));
	assert_int_equal(call->nr_changes, 2);
	assert_int_equal(rig.changes[0][1].start, 0x6000);
	assert_int_equal(rig.changes[0][1].after, RX);
	/* nothing of it is left for the next */
	whole(&rig, 7, 0x5000, -22);
	assert_int_equal(one(&rig)->maps, 0);
	assert_int_equal(rig.got[0].ret, -22);
	whole(&rig, 8, 0x5000, 0);
	assert_int_equal(one(&rig)->maps, 1);
	rig_close(&rig);
}

/* The end of a call was lost: what it changed is not the next one's. */
static void test_whole_lost(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, wholes);
	change(&rig, 7, 0x5000, RW, RX);
	put(&rig, (struct event){.kind = EVENT_LOST, .u.lost = {.count = 1}});
	change(&rig, 7, 0x9000, RW, RX);
	whole(&rig, 7, 0x9000, 0);
	assert_int_equal(one(&rig)->known, CALL_ASKED | CALL_RETURNED);
	/* not even told as lost: the ranges differ */
	change(&rig, 7, 0x5000, RW, RX);
	whole(&rig, 7, 0x9000, -22);
	assert_int_equal(one(&rig)->known, CALL_ASKED | CALL_RETURNED);
	change(&rig, 7, 0x9000, RW, RX);
	put(&rig, (struct event){.kind = EVENT_EXIT, .tid = 7});
	assert_int_equal(rig.nr, 0);
	change(&rig, 7, 0x9000, R, RX);
	whole(&rig, 7, 0x9000, 0);
	assert_int_equal(one(&rig)->kinds, kind_find("+x"));
	rig_close(&rig);
}

/* The entry adds the time, and is not a call of its own. */
static void test_whole_timed(void **state)
{
	const struct call *call;
	struct rig rig;

	(void)state;
	rig_open(&rig, wholes);
	enter(&rig, 7, 0, 0x5000, RX);
	change(&rig, 7, 0x5000, R, RX);
	whole(&rig, 7, 0x5000, 0);
	call = one(&rig);
	assert_int_equal(call->known, CALL_ASKED | CALL_RETURNED | CALL_CHANGED | CALL_TIMED);
	assert_int_equal(call->ts_ns, 1010);
	assert_int_equal(call->duration_ns, 20);
	assert_int_equal(call->key, 3);
	assert_int_equal(call->maps, 1);
	/* an entry whose end was lost is told as such */
	enter(&rig, 7, 0, 0x5000, RX);
	enter(&rig, 7, 0, 0x6000, RX);
	assert_int_equal(one(&rig)->known, CALL_ASKED | CALL_CHANGED);
	whole(&rig, 7, 0x6000, 0);
	assert_int_equal(one(&rig)->duration_ns, 10);
	rig_close(&rig);
}

static void test_site(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, (struct join_config){.returns = true});
	site(&rig, 7, 0x1234);
	enter(&rig, 7, 0, 0x5000, RX);
	leave(&rig, 7, 0, 0);
	assert_int_equal(one(&rig)->site, 0x1234);
	enter(&rig, 7, 0, 0x5000, RX);
	leave(&rig, 7, 0, 0);
	assert_int_equal(one(&rig)->site, 0);
	/* the entry of the first and the site of the second are lost */
	site(&rig, 7, 0x1234);
	put(&rig, (struct event){.kind = EVENT_LOST, .u.lost = {.count = 1}});
	enter(&rig, 7, 0, 0x5000, RX);
	leave(&rig, 7, 0, 0);
	assert_int_equal(one(&rig)->site, 0);
	/* the return of the first is lost */
	enter(&rig, 7, 0, 0x5000, RX);
	site(&rig, 7, 0x4321);
	assert_int_equal(one(&rig)->known, CALL_ASKED);
	enter(&rig, 7, 0, 0x6000, RX);
	leave(&rig, 7, 0, 0);
	assert_int_equal(one(&rig)->site, 0x4321);
	rig_close(&rig);
	rig_open(&rig, wholes);
	site(&rig, 7, 0x1234);
	change(&rig, 7, 0x5000, R, RX);
	whole(&rig, 7, 0x5000, 0);
	assert_int_equal(one(&rig)->site, 0x1234);
	assert_int_equal(rig.got[0].maps, 1);
	rig_close(&rig);
}

/* Of these mmap calls only failures return. */
static void test_few(void **state)
{
	const uint8_t few = EVENT_MMAP | EVENT_FEW;
	struct rig rig;

	(void)state;
	rig_open(&rig, (struct join_config){0});
	enter(&rig, 7, few, 0, 7);
	leave(&rig, 7, few, -13);
	assert_int_equal(one(&rig)->ret, -13);
	assert_false(call_maps_wx(&rig.got[0]));
	assert_int_equal(rig.got[0].flags, EVENT_MMAP);
	/* another mmap's failure, that asked for less */
	leave(&rig, 7, few, -12);
	assert_int_equal(rig.nr, 0);
	enter(&rig, 7, few, 0, 7);
	enter(&rig, 7, few, 0, 7);
	assert_true(call_maps_wx(one(&rig)));
	join_settle(rig.join, rig.now_ns + JOIN_SETTLE_NS - 1);
	assert_int_equal(rig.nr, 0);
	join_settle(rig.join, rig.now_ns + JOIN_SETTLE_NS);
	assert_true(call_maps_wx(one(&rig)));
	for (unsigned int tid = 1; tid <= 1000; tid++)
		enter(&rig, tid, few, 0, 7);
	join_settle(rig.join, rig.now_ns + JOIN_SETTLE_NS);
	assert_int_equal(rig.nr, 1000);
	rig.nr = 0;
	enter(&rig, 7, few, 0, 7);
	put(&rig, (struct event){.kind = EVENT_EXIT, .tid = 7});
	assert_true(call_maps_wx(one(&rig)));
	rig_close(&rig);
}

static void test_detail(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, (struct join_config){.returns = true, .changes = true, .detail = true});
	enter(&rig, 7, 0, 0x5000, RX);
	for (unsigned int i = 0; i < 8; i++)
		change(&rig, 7, 0x5000 + i * PAGE, i % 2 ? RW : RX, RX);
	put(&rig, (struct event){.kind = EVENT_FAILED, .tid = 7});
	leave(&rig, 7, 0, -12);
	assert_int_equal(one(&rig)->nr_changes, 8);
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(rig.changes[0][i].start, 0x5000 + i * PAGE);
		assert_int_equal(rig.changes[0][i].file, i % 2 == 0);
		assert_int_equal(rig.changes[0][i].failed, i == 7);
	}
	/* nobody leaks those of a call that never ended */
	enter(&rig, 7, 0, 0x5000, RX);
	change(&rig, 7, 0x5000, R, RX);
	join_flush(rig.join);
	assert_int_equal(one(&rig)->nr_changes, 1);
	enter(&rig, 7, 0, 0x5000, RX);
	change(&rig, 7, 0x5000, R, RX);
	join_free(rig.join);
}

/* Those that mean something alone. */
static void test_telling(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, (struct join_config){.returns = true, .changes = true, .telling = true});
	enter(&rig, 7, 0, 0x5000, RX);
	change(&rig, 7, 0x5000, RX, RX);
	change(&rig, 7, 0x6000, RW, RX);
	change(&rig, 7, 0x7000, RX, RX);
	put(&rig, (struct event){.kind = EVENT_FAILED, .tid = 7});
	leave(&rig, 7, 0, -12);
	assert_int_equal(one(&rig)->nr_changes, 1);
	assert_int_equal(rig.changes[0][0].start, 0x6000);
	assert_false(rig.changes[0][0].failed);
	enter(&rig, 7, 0, 0x5000, RX);
	change(&rig, 7, 0x6000, RW, RX);
	put(&rig, (struct event){.kind = EVENT_FAILED, .tid = 7});
	leave(&rig, 7, 0, -12);
	assert_int_equal(one(&rig)->kinds, 0);
	assert_true(rig.changes[0][0].failed);
	rig_close(&rig);
}

static void test_oldest(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, (struct join_config){.returns = true});
	assert_int_equal(join_oldest(rig.join, 0), UINT64_MAX);
	enter(&rig, 7, 0, 0x5000, RX);
	enter(&rig, 8, 0, 0x5000, RX);
	assert_int_equal(join_oldest(rig.join, 0), 1010);
	assert_int_equal(join_oldest(rig.join, 1010), 1020);
	leave(&rig, 7, 0, 0);
	one(&rig);
	assert_int_equal(join_oldest(rig.join, 0), 1020);
	leave(&rig, 8, 0, 0);
	one(&rig);
	assert_int_equal(join_oldest(rig.join, 0), UINT64_MAX);
	rig_close(&rig);
}

static void lose(struct rig *rig, bool side)
{
	put(rig, (struct event){.kind = EVENT_LOST, .u.lost = {.count = 2, .side = side}});
}

/* entry, [return, entry], return: with what is in brackets lost they look like one call. */
static void test_loss_inside(void **state)
{
	const struct call *call;
	struct rig rig;

	(void)state;
	rig_open(&rig, (struct join_config){.returns = true, .changes = true});
	enter(&rig, 7, 0, 0x1000, RX);
	change(&rig, 7, 0x1000, RW, RX);
	change(&rig, 7, 0x2000, R, RX);
	lose(&rig, false);
	leave(&rig, 7, 0, -13);
	call = one(&rig);
	assert_int_equal(call->known, CALL_ASKED);
	assert_int_equal(call->duration_ns, 0);
	/* the last change may have failed, the one before it did not */
	assert_int_equal(call->kinds, kind_mask(RW, RX));
	/* what begins after a loss is whole, and a task event is no matter */
	enter(&rig, 7, 0, 0x1000, RX);
	lose(&rig, true);
	leave(&rig, 7, 0, -13);
	call = one(&rig);
	assert_int_equal(call->known, CALL_ASKED | CALL_RETURNED | CALL_TIMED | CALL_CHANGED);
	assert_int_equal(call->ret, -13);
	/* an mmap's failure may be what was lost */
	enter(&rig, 7, EVENT_MMAP | EVENT_FEW, 0x1000, RX);
	lose(&rig, false);
	enter(&rig, 7, 0, 0x1000, RX);
	assert_int_equal(one(&rig)->known, CALL_ASKED);
	leave(&rig, 7, 0, 0);
	assert_int_equal(one(&rig)->ret, 0);
	rig_close(&rig);
	/* a whole call has its own outcome, and the time of another's entry */
	rig_open(&rig, wholes);
	enter(&rig, 7, 0, 0x1000, RX);
	lose(&rig, false);
	whole(&rig, 7, 0x1000, -13);
	call = one(&rig);
	assert_int_equal(call->known, CALL_ASKED | CALL_RETURNED);
	assert_int_equal(call->ret, -13);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_whole_lost),
		cmocka_unit_test(test_whole_timed),
		cmocka_unit_test(test_loss_inside),
		cmocka_unit_test(test_site),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_telling),
		cmocka_unit_test(test_oldest),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
