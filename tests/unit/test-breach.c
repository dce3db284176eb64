/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which calls are breaches of W^X, and the ring of the last ones. */
#include "base/mem.h"
#include "model/breach.h"
#include "model/counts.h"
#include "model/verdict.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define KNOWN (CALL_ASKED | CALL_RETURNED | CALL_CHANGED)
#define RX    (PROT_READ | PROT_EXEC)
#define RWX   (PROT_READ | PROT_WRITE | PROT_EXEC)

static void expect_result(struct call call, enum breach_result want)
{
	assert_int_equal(breach_of(&call), want);
}

static void test_results(void **state)
{
	(void)state;
	expect_result(
		(struct call){.prot = RX, .known = KNOWN, .kinds = kind_find("w>x")}, BREACH_MADE);
	expect_result(
		(struct call){.prot = RX, .known = KNOWN, .kinds = kind_find("+x")}, BREACH_MADE);
	/* READ_IMPLIES_EXEC: nobody asked */
	expect_result((struct call){.prot = PROT_READ, .known = KNOWN, .kinds = kind_find("+x")},
		BREACH_MADE);
	/* it was executable before */
	expect_result((struct call){.prot = RX, .known = KNOWN}, BREACH_NONE);
	expect_result((struct call){.prot = PROT_READ, .known = KNOWN, .kinds = kind_find("x>w")},
		BREACH_NONE);
	/* was it? */
	expect_result((struct call){.len = 1, .prot = RX, .known = CALL_ASKED | CALL_RETURNED},
		BREACH_PERHAPS);
	expect_result((struct call){.len = 1, .prot = RWX, .known = CALL_ASKED | CALL_RETURNED},
		BREACH_MADE);
	expect_result((struct call){.len = 1, .prot = RWX, .known = CALL_ASKED}, BREACH_PERHAPS);
	expect_result((struct call){.prot = RX, .known = CALL_ASKED | CALL_RETURNED}, BREACH_NONE);
	expect_result((struct call){.prot = RWX, .known = CALL_ASKED | CALL_RETURNED}, BREACH_SAME);
	/* it was both before, or of no length */
	expect_result((struct call){.prot = RWX, .known = KNOWN}, BREACH_SAME);
	expect_result(
		(struct call){.prot = RWX, .known = KNOWN, .kinds = kind_find("w+x")}, BREACH_MADE);
	expect_result((struct call){.prot = RX, .known = KNOWN, .ret = -EACCES}, BREACH_REFUSED);
	expect_result((struct call){.prot = RX, .known = KNOWN, .ret = -EPERM}, BREACH_REFUSED);
	expect_result((struct call){.prot = RX, .known = KNOWN, .ret = -ENOMEM}, BREACH_NONE);
	expect_result((struct call){.known = CALL_REFUSED | CALL_RETURNED, .ret = -EPERM},
		BREACH_REFUSED);
	/* half of it was done */
	expect_result(
		(struct call){
			.prot = RX, .known = KNOWN, .ret = -ENOMEM, .kinds = kind_find("w>x")},
		BREACH_MADE);
	expect_result((struct call){.flags = EVENT_MMAP, .prot = RWX, .known = KNOWN, .ret = 4096},
		BREACH_MADE);
	expect_result((struct call){.flags = EVENT_MMAP, .prot = RX, .known = KNOWN, .ret = 4096},
		BREACH_NONE);
	expect_result((struct call){.flags = EVENT_MMAP, .prot = RWX, .known = KNOWN, .ret = -12},
		BREACH_NONE);
}

static void expect_may(const struct call *call)
{
	if (breach_of(call) != BREACH_NONE)
		assert_true(breach_may(call));
}

/* The quick look misses none. */
static void test_may(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 1u << 12; i++)
		expect_may(&(struct call){.prot = i & 7,
			.kinds = i >> 3 & 0xf,
			.known = (uint8_t)(i >> 7 & 0x1f),
			.flags = i >> 11 & 1 ? EVENT_MMAP : 0});
}

static const char *told_site(const struct call *call, void *arg)
{
	static char text[200];
	unsigned int *asked = arg;

	++*asked;
	snprintf(text, sizeof(text), "%s+0x%llx", "lib", (unsigned long long)call->site);
	return text;
}

static bool told_ready(const struct call *call, void *arg)
{
	(void)arg;
	return call->site != 2;
}

static void add(struct breaches *b, uint64_t site, uint32_t pid)
{
	const struct change changes[] = {{.start = 0x1000, .end = 0x2000, .before = 1, .after = 3},
		{.start = 0x2000, .end = 0x3000, .before = 3, .after = 5},
		{.start = 0x3000, .end = 0x4000, .before = 3, .after = 7, .failed = true}};
	const struct call call = {.prot = RX,
		.site = site,
		.known = KNOWN,
		.kinds = kind_find("w>x"),
		.nr_changes = 3,
		.changes = changes};
	char comm[EVENT_COMM_LEN + 1] = "jit";

	breaches_add(b, &call, pid, comm);
}

static void test_ring(void **state)
{
	struct breaches *b = breaches_new(4);
	char comm[EVENT_COMM_LEN + 1] = "calm";

	(void)state;
	breaches_add(b, &(struct call){.prot = PROT_READ, .known = KNOWN}, 1, comm);
	assert_int_equal(breaches_nr(b), 0);
	for (uint32_t i = 1; i <= 6; i++)
		add(b, i, i);
	assert_int_equal(breaches_nr(b), 4);
	assert_int_equal(breaches_seen(b), 6);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(breaches_at(b, i)->pid, 6 - i);
	/* the change that is of a kind, not one that failed */
	assert_int_equal(breaches_at(b, 0)->change.start, 0x2000);
	assert_int_equal(breaches_at(b, 0)->call.nr_changes, 1);
	breaches_free(b);
}

/* A loop of two is two, and the newest comes first. */
static void test_fold(void **state)
{
	struct breaches *b = breaches_new(8);

	(void)state;
	for (int i = 0; i < 10; i++) {
		add(b, 1, 7);
		add(b, 2, 7);
	}
	add(b, 1, 8);
	assert_int_equal(breaches_nr(b), 3);
	assert_int_equal(breaches_seen(b), 21);
	assert_int_equal(breaches_at(b, 0)->pid, 8);
	assert_int_equal(breaches_at(b, 1)->call.site, 2);
	assert_int_equal(breaches_at(b, 1)->nr, 10);
	assert_int_equal(breaches_at(b, 2)->nr, 10);
	add(b, 1, 7);
	assert_int_equal(breaches_at(b, 0)->nr, 11);
	assert_int_equal(breaches_at(b, 1)->pid, 8);
	breaches_free(b);
}

static void test_names(void **state)
{
	struct breaches *b = breaches_new(4);
	unsigned int asked = 0;
	const struct call_names names = {.ready = told_ready, .site = told_site, .arg = &asked};

	(void)state;
	add(b, 1, 1);
	add(b, 2, 2);
	breaches_name(b, &names, 0);
	assert_string_equal(breaches_at(b, 0)->site, "lib+0x2");
	assert_string_equal(breaches_at(b, 0)->backing, "anonymous");
	assert_string_equal(breaches_at(b, 1)->site, "");
	assert_int_equal(asked, 1);
	/* what may get a better name is asked for again, what has its last one is not */
	for (size_t i = 0; i < 4; i++)
		breaches_name(b, &names, i % 2);
	assert_int_equal(asked, 4);
	assert_string_equal(breaches_at(b, 1)->site, "lib+0x1");
	breaches_free(b);
}

/* The screen agrees with itself where nobody knows what memory was before: what is told as made
 * counts as writable and executable, and breaks W^X. */
static void test_left_wx(void **state)
{
	static const struct call made[] = {
		{.len = 1, .prot = RWX, .known = CALL_ASKED | CALL_RETURNED},
		{.len = 1, .prot = PROT_WRITE | PROT_EXEC, .known = CALL_ASKED | CALL_RETURNED},
		{.len = 1,
			.prot = RWX,
			.known = CALL_ASKED | CALL_RETURNED,
			.flags = EVENT_MMAP,
			.ret = 4096},
	};
	static const struct call others[] = {
		{.prot = RWX, .known = CALL_ASKED | CALL_RETURNED},
		{.len = 1, .prot = RX, .known = CALL_ASKED | CALL_RETURNED},
		{.len = 1, .prot = RWX, .known = CALL_ASKED | CALL_RETURNED, .ret = -EACCES},
		{.len = 1, .prot = RWX, .known = CALL_ASKED},
		{.len = 1, .prot = RWX, .known = KNOWN},
	};
	struct counts counts = {0};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(breach_of(&made[i]), BREACH_MADE);
		assert_true(call_leaves_wx(&made[i]) || call_maps_wx(&made[i]));
	}
	for (size_t i = 0; i < 5; i++) {
		assert_int_not_equal(breach_of(&others[i]), BREACH_MADE);
		assert_false(call_leaves_wx(&others[i]) || call_maps_wx(&others[i]));
	}
	assert_int_equal(counts_wx(&counts), 0);
	counts.prot[RWX] = 3;
	assert_int_equal(counts_wx(&counts), 0);
	counts.made_wx = counts.mmap_wx = counts.kinds[VERDICT_WX] = 1;
	assert_int_equal(counts_wx(&counts), 3);
}

/* What marks say of rows agrees. */
static void test_counts(void **state)
{
	struct counts counts = {.calls = 9};

	(void)state;
	counts.prot[PROT_READ] = 9;
	assert_false(counts_exec(&counts) || counts_mdwe(&counts));
	counts.ask_x = counts.prot[RX] = 1;
	assert_true(counts_exec(&counts) && !counts_mdwe(&counts));
	counts.kinds[__builtin_ctz(kind_find("x>w"))] = 1;
	assert_false(counts_mdwe(&counts));
	counts.kinds[__builtin_ctz(kind_find("+x"))] = 1;
	assert_true(counts_mdwe(&counts));
	counts = (struct counts){.mmap_wx = 1};
	assert_true(counts_exec(&counts) && counts_mdwe(&counts));
	counts = (struct counts){.prot[RWX] = 1};
	assert_true(counts_mdwe(&counts));
	counts = (struct counts){.x_refused = 1};
	assert_true(counts_exec(&counts) && !counts_mdwe(&counts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_may),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_left_wx),
		cmocka_unit_test(test_counts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
