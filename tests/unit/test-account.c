/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "livegen.h"
#include "reader/account.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define QUIET "entries: 0\noverrun: 0\ncommit overrun: 0\ndropped events: 0\nread events: 0\n"

/* As kprobe_profile is written: "  %-44s %15lu %15lu". */
static const char profile[] =
	"  ent                                                        9               9\n"
	"  mprottop_1_2_mprotect_x                                    7               7\n"
	"  mprottop_1_2_mprotect                                    120               3\n"
	"  mprottop_1_2_ia32                              5000000000001               4\n"
	"  other_mprottop_1_2_mprotect                                8               8\n";

static struct livegen *gen;

static int account_open(void **state)
{
	struct account *a = mem_new(1, sizeof(*a));

	livegen_open((void **)&gen);
	livegen_cpu(gen, SOURCE_COUNTED, 0, QUIET);
	livegen_cpu(gen, SOURCE_COUNTED, 1, QUIET);
	livegen_cpu(gen, SOURCE_SIDE, 0, QUIET);
	account_init(a);
	assert_int_equal(a->profile, -1);
	*state = a;
	return 0;
}

static int account_close(void **state)
{
	struct account *a = *state;

	account_done(a);
	account_done(a);
	free(a);
	livegen_close((void **)&gen);
	return 0;
}

static void profile_set(struct account *a, const char *text)
{
	if (a->profile < 0) {
		FILE *f = tmpfile();

		assert_non_null(f);
		a->profile = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
		fclose(f);
	}
	assert_int_equal(ftruncate(a->profile, 0), 0);
	assert_int_equal(pwrite(a->profile, text, strlen(text), 0), strlen(text));
}

/* One probe "p" that was hit so often, with another tool's around it. */
static void hits_set(struct account *a, unsigned long long hits)
{
	char text[300];

	snprintf(text, sizeof(text), "  %-44s %15u %15u\n  %-44s %15llu %15u\n  %-44s %15u %15u\n",
		"a", 5, 5, "p", hits, 0, "z", 6, 6);
	profile_set(a, text);
}

/* Calls that are delivered by the next drain. */
static void deliver(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		livegen_put(gen, SOURCE_COUNTED, i % 2, 1000 + i, 1);
	for (unsigned int cpu = 0; cpu < 2; cpu++)
		if (gen->cpus[SOURCE_COUNTED][cpu].begun)
			livegen_end(gen, SOURCE_COUNTED, cpu, 0);
}

static void look(struct account *a, bool final)
{
	account_before(a);
	livegen_drain(gen, true);
	account_after(a, gen->source, final);
}

static void test_hits(void **state)
{
	struct account *a = *state;

	account_add(a, "mprottop_1_2_mprotect", "__x64_sys_mprotect");
	account_add(a, "mprottop_1_2_ia32", "__ia32_sys_mprotect");
	account_add(a, "mprottop_1_2_pkey", "__x64_sys_pkey_mprotect");
	assert_int_equal(a->nr, 3);
	assert_string_equal(a->probes[1].name, "mprottop_1_2_ia32");
	assert_string_equal(a->probes[1].place, "__ia32_sys_mprotect");
	profile_set(a, profile);
	account_before(a);
	assert_int_equal(a->probes[0].hits, 120);
	assert_int_equal(a->probes[0].missed, 3);
	assert_true(a->probes[0].hits_known);
	assert_true(a->probes[1].hits == 5000000000001);
	assert_int_equal(a->probes[1].missed, 4);
	assert_false(a->probes[2].hits_known);
	assert_true(a->hits == 5000000000121);
	assert_int_equal(a->missed, 7);
	/* a second look replaces, and what is gone keeps what it had */
	profile_set(a, "  mprottop_1_2_mprotect 121 4\n");
	account_before(a);
	assert_true(a->hits == 5000000000122);
	assert_int_equal(a->missed, 8);
	assert_int_equal(a->probes[0].hits, 121);
}

static void test_odd_profile(void **state)
{
	static const char *const odd[] = {"", "\n\n", "p\n", "p 1\n", "p x y\n", "1 2 3\n",
		"p-- 1 2", "  pp 1 2\n", "\xff\x01 \x1b"};
	struct account *a = *state;
	char big[400];

	account_add(a, "p", "s");
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		profile_set(a, odd[i]);
		account_before(a);
		assert_int_equal(a->hits, 0);
		assert_false(a->probes[0].hits_known);
	}
	memset(big, 'p', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	profile_set(a, big);
	account_before(a);
	assert_int_equal(a->hits, 0);
	/* no new line at the end */
	profile_set(a, "  p 4 2");
	account_before(a);
	assert_int_equal(a->hits, 4);
	assert_int_equal(a->missed, 2);
}

/* Others' probes may fill many pages before ours. */
static void test_long_profile(void **state)
{
	enum {
		NR = 5000,
		LINE = 79
	};
	struct account *a = *state;
	char *text = mem_new(NR + 2, LINE), *at = text;

	for (unsigned int i = 0; i < NR; i++)
		at += sprintf(at, "  stranger_%-35u %15u %15u\n", i, i, i);
	sprintf(at, "  %-44s %15u %15u\n", "p", 77, 1);
	account_add(a, "p", "s");
	profile_set(a, text);
	account_before(a);
	assert_int_equal(a->hits, 77);
	free(text);
}

static void expect_account(const struct account *a, uint64_t lost, uint64_t unaccounted)
{
	struct health health = {.buffer_pct = 7};

	account_health(a, &health);
	assert_int_equal(health.lost, lost);
	assert_int_equal(health.unaccounted, unaccounted);
	assert_true(health.buffer_pct == 7);
}

/* hits = delivered + lost, whatever way they were lost. */
static void test_law(void **state)
{
	struct account *a = *state;

	account_add(a, "p", "s");
	hits_set(a, 200 + 40 + 3 + 7 + 50);
	deliver(200);
	livegen_stats(gen, SOURCE_COUNTED, 0,
		"overrun: 40\ncommit overrun: 3\ndropped events: 7\nread events: 100\n");
	livegen_stats(gen, SOURCE_COUNTED, 1, "overrun: 50\n");
	livegen_stats(gen, SOURCE_SIDE, 0, "overrun: 1000\n");
	look(a, false);
	expect_account(a, 100, 0);
	look(a, true);
	expect_account(a, 100, 0);
	assert_int_equal(a->lost_side, 1000);
	hits_set(a, 301);
	look(a, true);
	expect_account(a, 100, 1);
	/* more than hits is no debt: hits were read before */
	hits_set(a, 10);
	look(a, true);
	expect_account(a, 100, 0);
}

/* What the pages say counts where the stats say less. */
static void test_marked(void **state)
{
	struct account *a = *state;

	account_add(a, "p", "s");
	hits_set(a, 1 + 30);
	livegen_page(gen, SOURCE_COUNTED, 0, 100, 1, 30);
	livegen_page(gen, SOURCE_SIDE, 0, 100, 1, 9);
	look(a, true);
	expect_account(a, 30, 0);
	assert_int_equal(a->lost_side, 9);
	livegen_stats(gen, SOURCE_COUNTED, 0, "overrun: 31\n");
	look(a, true);
	expect_account(a, 31, 0);
}

/* An open remainder counts once it was seen twice, the smaller of both. */
static void test_two_looks(void **state)
{
	static const struct {
		unsigned int hits, unaccounted;
	} looks[] = {{10, 0}, {15, 0}, {10, 0}, {13, 0}, {17, 3}, {14, 4}, {14, 4}, {10, 0},
		{14, 0}, {14, 4}};
	struct account *a = *state;

	account_add(a, "p", "s");
	deliver(10);
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++) {
		hits_set(a, looks[i].hits);
		look(a, false);
		expect_account(a, 0, looks[i].unaccounted);
	}
}

/* What waits in a buffer is neither lost nor missing, until the end. */
static void test_waiting(void **state)
{
	struct account *a = *state;

	account_add(a, "p", "s");
	hits_set(a, 20);
	deliver(10);
	livegen_stats(gen, SOURCE_COUNTED, 1, "entries: 10\n");
	for (int i = 0; i < 3; i++) {
		look(a, false);
		expect_account(a, 0, 0);
	}
	look(a, true);
	expect_account(a, 0, 10);
}

/* Without hits, what others took is known from the kernel's count of what was read. */
static void test_partial(void **state)
{
	struct account *a = *state;
	struct health health = {0};

	account_add(a, "sys_enter_mprotect", "syscalls/sys_enter_mprotect");
	deliver(10);
	livegen_stats(gen, SOURCE_COUNTED, 0, "overrun: 100\nread events: 5\n");
	livegen_stats(gen, SOURCE_COUNTED, 1, "read events: 5\n");
	look(a, true);
	expect_account(a, 100, 0);
	account_health(a, &health);
	assert_true(health.partial);
	assert_int_equal(health.missed, 0);
	assert_false(a->probes[0].hits_known);
	/* somebody else read some of them */
	livegen_stats(gen, SOURCE_COUNTED, 1, "entries: 50\nread events: 10\n");
	look(a, false);
	assert_int_equal(a->unaccounted, 5);
	look(a, true);
	assert_int_equal(a->unaccounted, 5);
	/* what cannot be read is as it was */
	livegen_stats(gen, SOURCE_COUNTED, 0, "");
	livegen_stats(gen, SOURCE_COUNTED, 1, "");
	look(a, true);
	expect_account(a, 100, 5);
}

/* Old kernels have no such line. */
static void test_no_read_line(void **state)
{
	struct account *a = *state;

	account_add(a, "sys_enter_mprotect", "syscalls/sys_enter_mprotect");
	deliver(10);
	livegen_stats(gen, SOURCE_COUNTED, 0, "overrun: 100\n");
	livegen_stats(gen, SOURCE_COUNTED, 1, "overrun: 1\n");
	look(a, false);
	look(a, true);
	expect_account(a, 101, 0);
}

/* What others took is a part of what the law leaves open, and known before it. */
static void test_stolen(void **state)
{
	struct account *a = *state;

	account_add(a, "p", "s");
	hits_set(a, 14);
	deliver(10);
	livegen_stats(gen, SOURCE_COUNTED, 0, "read events: 5\n");
	livegen_stats(gen, SOURCE_COUNTED, 1, "read events: 8\n");
	look(a, false);
	expect_account(a, 0, 3);
	look(a, false);
	expect_account(a, 0, 4);
	look(a, true);
	expect_account(a, 0, 4);
}

/* What was lost before a clear stays lost, and the law goes on. */
static void test_cleared(void **state)
{
	struct account *a = *state;

	account_add(a, "p", "s");
	hits_set(a, 10 + 30);
	deliver(10);
	livegen_stats(gen, SOURCE_COUNTED, 0, "overrun: 20\nread events: 5\n");
	livegen_stats(gen, SOURCE_COUNTED, 1, "overrun: 10\nread events: 5\n");
	look(a, false);
	expect_account(a, 30, 0);
	livegen_stats(gen, SOURCE_COUNTED, 0, QUIET);
	look(a, false);
	expect_account(a, 30, 0);
	/* ten more hits: six arrived, one was lost, three were cleared away */
	hits_set(a, 50);
	deliver(6);
	livegen_stats(gen, SOURCE_COUNTED, 0, "overrun: 1\nread events: 3\n");
	livegen_stats(gen, SOURCE_COUNTED, 1, "overrun: 10\nread events: 8\n");
	look(a, true);
	expect_account(a, 31, 3);
}

/* Hits of a probe that was removed, or is filtered, say less than all. */
static void test_not_full(void **state)
{
	struct account *a = *state;
	struct health health = {0};

	account_add(a, "p", "s");
	account_add(a, "never", "s");
	hits_set(a, 0);
	look(a, true);
	account_health(a, &health);
	assert_false(health.partial);
	profile_set(a, "  pp 1 0\n");
	look(a, true);
	account_health(a, &health);
	assert_true(health.partial);
	hits_set(a, 0);
	look(a, true);
	account_health(a, &health);
	assert_false(health.partial);
	a->filtered = true;
	account_health(a, &health);
	assert_true(health.partial);
}

static void test_health(void **state)
{
	struct account *a = *state;
	struct health health = {.partial = true};

	account_add(a, "p", "s");
	profile_set(a, "p 5 2\n");
	look(a, true);
	account_health(a, &health);
	assert_false(health.partial);
	assert_int_equal(health.missed, 2);
	assert_int_equal(health.unaccounted, 5);
	assert_int_equal(health.lost + health.lost_side, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, account_open, account_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hits),
		TEST(test_odd_profile),
		TEST(test_long_profile),
		TEST(test_law),
		TEST(test_marked),
		TEST(test_two_looks),
		TEST(test_waiting),
		TEST(test_partial),
		TEST(test_no_read_line),
		TEST(test_stolen),
		TEST(test_cleared),
		TEST(test_not_full),
		TEST(test_health),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
