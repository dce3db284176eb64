/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "monitor.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MARK 0x7f0000001000

static struct monitor *monitor_open(void)
{
	struct monitor *m = mem_new(1, sizeof(*m));
	struct msg_costs costs = {.call_ns = 640,
		.other_ns = NAN,
		.inner_ns = 130,
		.mark = MARK,
		.nr = 3,
		.events = {{"entry", 310.5}, {"aside", 90}, {"no event of ours", 1}}};

	account_init(&m->account);
	account_add(&m->account, "entry", "__x64_sys_mprotect");
	account_add(&m->account, "other", "__x64_sys_pkey_mprotect");
	account_beside(&m->account, "aside", "mprotect_fixup");
	cost_init(&m->cost);
	assert_true(isnan(m->account.probes[0].cost_ns));
	cost_take(m, &costs);
	return m;
}

static struct call call_of(uint64_t addr, uint64_t duration_ns)
{
	return (struct call){.addr = addr, .duration_ns = duration_ns, .known = CALL_TIMED};
}

static void test_take(void **state)
{
	struct monitor *m = monitor_open();

	(void)state;
	assert_true(m->account.probes[0].cost_ns == 310.5);
	assert_true(isnan(m->account.probes[1].cost_ns));
	assert_true(m->account.beside[0].cost_ns == 90);
	assert_true(m->cost.known.call_ns == 640);
	assert_true(isnan(m->cost.known.other_ns));
	assert_true(isnan(m->cost.known.inside_ns));
	assert_true(m->cost.changed);
	free(m);
}

/* The shortest of the calls at the mark, less what it takes without probes. */
static void test_inside(void **state)
{
	struct monitor *m = monitor_open();
	struct call elsewhere = call_of(MARK + 4096, 1), untimed = call_of(MARK, 1),
		    key = call_of(MARK, 1), call;

	(void)state;
	untimed.known = 0;
	key.flags = EVENT_PKEY;
	cost_call(&m->cost, &elsewhere);
	cost_call(&m->cost, &untimed);
	cost_call(&m->cost, &key);
	assert_true(isnan(m->cost.known.inside_ns));
	call = call_of(MARK, 600);
	cost_call(&m->cost, &call);
	assert_true(m->cost.known.inside_ns == 470);
	call = call_of(MARK, 540);
	cost_call(&m->cost, &call);
	call = call_of(MARK, 550);
	cost_call(&m->cost, &call);
	assert_true(m->cost.known.inside_ns == 410);
	call = call_of(MARK, 100);
	cost_call(&m->cost, &call);
	assert_true(m->cost.known.inside_ns == 0);
	free(m);
}

/* More probes: nothing of what was known holds any more. */
static void test_again(void **state)
{
	struct monitor *m = monitor_open();
	struct call call = call_of(MARK, 540);

	(void)state;
	cost_call(&m->cost, &call);
	cost_again(&m->cost);
	assert_true(isnan(m->cost.known.call_ns) && isnan(m->cost.known.inside_ns));
	call.duration_ns = 700;
	cost_call(&m->cost, &call);
	assert_true(m->cost.known.inside_ns == 570);
	free(m);
}

/* A run that measures nothing. */
static void test_none(void **state)
{
	struct call call = call_of(0, 540);
	struct cost cost;

	(void)state;
	cost_init(&cost);
	cost_call(&cost, &call);
	assert_true(isnan(cost.known.inside_ns));
	assert_false(cost.changed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
