/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "livegen.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR 3600000000000ull

static void expect_tids(const struct livegen *gen, const uint32_t *tids, size_t nr)
{
	assert_int_equal(gen->nr_got, nr);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(gen->got[i].tid, tids[i]);
}

#define EXPECT_TIDS(...)                                                                           \
	expect_tids(gen, (const uint32_t[]){__VA_ARGS__},                                          \
		sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* Many pages of all CPUs of both instances come as one sequence. */
static void check_order(struct livegen *gen, bool final)
{
	uint64_t seed = 7, ts = 1000;
	uint8_t where[4000];

	for (unsigned int i = 0; i < 2 * LIVEGEN_CPUS; i++)
		livegen_cpu(gen, i / LIVEGEN_CPUS, i % LIVEGEN_CPUS, "");
	for (uint32_t i = 0; i < ARRAY_SIZE(where); i++) {
		where[i] = (uint8_t)(pagegen_random(&seed) % (2 * LIVEGEN_CPUS));
		ts += 1 + pagegen_random(&seed) % 50;
		livegen_put(gen, where[i] / LIVEGEN_CPUS, where[i] % LIVEGEN_CPUS, ts, i + 1);
	}
	for (unsigned int i = 0; i < 2 * LIVEGEN_CPUS; i++)
		if (gen->cpus[i / LIVEGEN_CPUS][i % LIVEGEN_CPUS].begun)
			livegen_end(gen, i / LIVEGEN_CPUS, i % LIVEGEN_CPUS, 0);
	assert_false(livegen_drain(gen, final));
	assert_int_equal(gen->nr_got, ARRAY_SIZE(where));
	for (uint32_t i = 0; i < gen->nr_got; i++) {
		assert_int_equal(gen->got[i].tid, i + 1);
		assert_int_equal(gen->got[i].cpu, where[i] % LIVEGEN_CPUS);
		assert_int_equal(
			gen->got[i].kind, where[i] < LIVEGEN_CPUS ? EVENT_CALL : EVENT_EXIT);
		if (where[i] < LIVEGEN_CPUS)
			assert_int_equal(gen->got[i].u.call.addr, LIVEGEN_ADDR + i + 1);
	}
	assert_int_equal(gen->got[gen->nr_got - 1].ts_ns, ts);
	assert_int_equal(source_counts(gen->source)->records[SOURCE_COUNTED] +
				 source_counts(gen->source)->records[SOURCE_SIDE],
		gen->nr_got);
	assert_int_equal(source_counts(gen->source)->late, 0);
	assert_int_equal(source_counts(gen->source)->bad_pages, 0);
}

static void test_order(void **state)
{
	check_order(*state, false);
}

static void test_order_final(void **state)
{
	check_order(*state, true);
}

/* At the same time who goes first says who the caller is. */
static void test_equal_times(void **state)
{
	struct livegen *gen = *state;

	for (unsigned int i = 0; i < 2 * LIVEGEN_CPUS; i++) {
		livegen_cpu(gen, i / LIVEGEN_CPUS, i % LIVEGEN_CPUS, "");
		livegen_page(gen, i / LIVEGEN_CPUS, i % LIVEGEN_CPUS, 500, i + 1, 0);
	}
	livegen_drain(gen, false);
	assert_int_equal(gen->nr_got, 2 * LIVEGEN_CPUS);
	for (unsigned int i = 0; i < gen->nr_got; i++)
		assert_int_equal(gen->got[i].kind, i < LIVEGEN_CPUS ? EVENT_EXIT : EVENT_CALL);
}

/* Also where the calls' buffer has older ones in front. */
static void test_equal_behind(void **state)
{
	struct livegen *gen = *state;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_SIDE, 1, "");
	livegen_put(gen, SOURCE_COUNTED, 0, 400, 1);
	livegen_put(gen, SOURCE_COUNTED, 0, 500, 3);
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	livegen_page(gen, SOURCE_SIDE, 1, 500, 2, 0);
	livegen_drain(gen, false);
	EXPECT_TIDS(1, 2, 3);
}

/* The kernel gives the rest of a page that was read in part before the pages behind it: a page
 * that is not full ends nothing then, and another CPU's younger events must wait. */
static void test_rest_of_page(void **state)
{
	enum {
		NR = 40 + 30 + 92 + 92
	};
	struct livegen *gen = *state;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_COUNTED, 1, "");
	for (uint32_t i = 0; i < NR; i++) {
		livegen_put(gen, SOURCE_COUNTED, 0, 1000 + i, i + 1);
		if (i + 1 == 40 || i + 1 == 70)
			livegen_end(gen, SOURCE_COUNTED, 0, 0);
		if (i + 1 == 40)
			livegen_drain(gen, false);
	}
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	livegen_page(gen, SOURCE_COUNTED, 1, 1000 + NR, NR + 1, 0);
	livegen_drain(gen, false);
	assert_int_equal(gen->nr_got, NR + 1);
	for (uint32_t i = 0; i < gen->nr_got; i++)
		assert_int_equal(gen->got[i].tid, i + 1);
	assert_int_equal(source_counts(gen->source)->late, 0);
}

/* Damage ends nothing either. */
static void test_damaged_among_full(void **state)
{
	struct livegen *gen = *state;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	for (uint32_t i = 0; i < 2 * 92 + 1; i++)
		livegen_put(gen, SOURCE_COUNTED, 0, 1000 + i, i + 1);
	memset(gen->cpus[SOURCE_COUNTED][0].page, 0xff, LIVEGEN_PAGE);
	livegen_bytes(gen, SOURCE_COUNTED, 0, LIVEGEN_PAGE);
	livegen_page(gen, SOURCE_COUNTED, 0, 2000, 1, 0);
	livegen_drain(gen, false);
	assert_int_equal(gen->nr_got, 2 * 92 + 1);
}

static void expect_loss(const struct livegen *gen, size_t at, uint64_t count, unsigned int cpu,
	bool side, uint64_t ts)
{
	assert_int_equal(gen->got[at].kind, EVENT_LOST);
	assert_int_equal(gen->got[at].u.lost.count, count);
	assert_int_equal(gen->got[at].u.lost.side, side);
	assert_int_equal(gen->got[at].cpu, cpu);
	assert_int_equal(gen->got[at].ts_ns, ts);
}

static void test_lost(void **state)
{
	struct livegen *gen = *state;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_COUNTED, 3, "");
	livegen_cpu(gen, SOURCE_SIDE, 3, "");
	livegen_page(gen, SOURCE_COUNTED, 0, 100, 1, 0);
	livegen_page(gen, SOURCE_COUNTED, 3, 150, 2, 0);
	livegen_page(gen, SOURCE_COUNTED, 0, 200, 3, 1ull << 33);
	livegen_page(gen, SOURCE_COUNTED, 3, 300, 4, 7);
	livegen_page(gen, SOURCE_SIDE, 3, 400, 5, 9);
	livegen_page(gen, SOURCE_COUNTED, 0, 500, 6, PAGE_LOST_UNKNOWN);
	livegen_drain(gen, true);
	EXPECT_TIDS(1, 2, 0, 3, 0, 4, 0, 5, 0, 6);
	expect_loss(gen, 2, 1ull << 33, 0, false, 200);
	expect_loss(gen, 4, 7, 3, false, 300);
	expect_loss(gen, 6, 9, 3, true, 400);
	expect_loss(gen, 8, 1, 0, false, 500);
	assert_int_equal(source_counts(gen->source)->marked[SOURCE_COUNTED], (1ull << 33) + 7 + 1);
	assert_int_equal(source_counts(gen->source)->marked[SOURCE_SIDE], 9);
	assert_int_equal(source_counts(gen->source)->records[SOURCE_COUNTED], 5);
	assert_int_equal(source_counts(gen->source)->records[SOURCE_SIDE], 1);
}

static void test_unknown(void **state)
{
	const struct livegen_call stranger = {LIVEGEN_CALL_ID + 1, 0, 9, 0, 0, 0, 0};
	const struct livegen_call cut = {LIVEGEN_CALL_ID, 0, 9, 0, 0, 0, 0};
	struct livegen *gen = *state;

	livegen_cpu(gen, SOURCE_COUNTED, 1, "");
	livegen_begin(gen, SOURCE_COUNTED, 1, 100);
	livegen_put(gen, SOURCE_COUNTED, 1, 100, 1);
	pagegen_data(&gen->cpus[SOURCE_COUNTED][1].gen, 1, &stranger, sizeof(stranger));
	pagegen_data(&gen->cpus[SOURCE_COUNTED][1].gen, 1, &stranger, 8);
	pagegen_data(&gen->cpus[SOURCE_COUNTED][1].gen, 1, &cut, sizeof(cut) - 4);
	livegen_put(gen, SOURCE_COUNTED, 1, 110, 2);
	livegen_end(gen, SOURCE_COUNTED, 1, 0);
	livegen_drain(gen, false);
	EXPECT_TIDS(1, 2);
	/* delivered they were: the account must close */
	assert_int_equal(source_counts(gen->source)->records[SOURCE_COUNTED], 5);
	assert_int_equal(source_counts(gen->source)->unknown, 2);
	assert_int_equal(source_counts(gen->source)->short_records, 1);
}

/* Each is counted, its good records stand, and the page behind it is read. */
static void check_damaged(struct livegen *gen, bool final)
{
	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_begin(gen, SOURCE_COUNTED, 0, 100);
	livegen_put(gen, SOURCE_COUNTED, 0, 100, 1);
	pagegen_commit(&gen->cpus[SOURCE_COUNTED][0].gen, LIVEGEN_PAGE);
	livegen_bytes(gen, SOURCE_COUNTED, 0, LIVEGEN_PAGE);
	livegen_page(gen, SOURCE_COUNTED, 0, 200, 2, 0);
	livegen_begin(gen, SOURCE_COUNTED, 0, 300);
	livegen_put(gen, SOURCE_COUNTED, 0, 300, 3);
	pagegen_word(&gen->cpus[SOURCE_COUNTED][0].gen, 0);
	pagegen_word(&gen->cpus[SOURCE_COUNTED][0].gen, 0);
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	livegen_page(gen, SOURCE_COUNTED, 0, 400, 4, 0);
	memset(gen->cpus[SOURCE_COUNTED][0].page, 0xff, LIVEGEN_PAGE);
	livegen_bytes(gen, SOURCE_COUNTED, 0, LIVEGEN_PAGE);
	livegen_page(gen, SOURCE_COUNTED, 0, 500, 5, 0);
	livegen_begin(gen, SOURCE_COUNTED, 0, 600);
	livegen_put(gen, SOURCE_COUNTED, 0, 600, 6);
	livegen_put(gen, SOURCE_COUNTED, 0, 610, 7);
	pagegen_end(&gen->cpus[SOURCE_COUNTED][0].gen, 0);
	livegen_bytes(gen, SOURCE_COUNTED, 0, 16 + 4 + sizeof(struct livegen_call) + 8);
	if (final)
		livegen_drain(gen, true);
	else
		livegen_drain_often(gen);
	EXPECT_TIDS(2, 3, 4, 5, 6);
	assert_int_equal(source_counts(gen->source)->bad_pages, 4);
	assert_string_equal(source_counts(gen->source)->bad_name, page_error_name(PAGE_TRUNCATED));
	assert_int_equal(source_counts(gen->source)->bad_cpu, 0);
	livegen_bytes(gen, SOURCE_COUNTED, 0, 5);
	livegen_drain(gen, true);
	assert_int_equal(gen->nr_got, 5);
	assert_int_equal(source_counts(gen->source)->bad_pages, 5);
}

static void test_damaged(void **state)
{
	check_damaged(*state, false);
}

static void test_damaged_final(void **state)
{
	check_damaged(*state, true);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* What is younger than the reading waits: another CPU might still bring an older one. */
static void test_horizon(void **state)
{
	struct livegen *gen = *state;
	uint64_t later = now_ns() + HOUR;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_COUNTED, 1, "");
	livegen_page(gen, SOURCE_COUNTED, 0, 100, 1, 0);
	/* some of a page goes, some stays */
	livegen_put(gen, SOURCE_COUNTED, 1, 110, 2);
	livegen_put(gen, SOURCE_COUNTED, 1, 120, 3);
	pagegen_extend(&gen->cpus[SOURCE_COUNTED][1].gen, later - 120);
	gen->cpus[SOURCE_COUNTED][1].ts = later;
	livegen_put(gen, SOURCE_COUNTED, 1, later, 5);
	livegen_put(gen, SOURCE_COUNTED, 1, later + 1, 6);
	livegen_end(gen, SOURCE_COUNTED, 1, 0);
	livegen_drain_often(gen);
	EXPECT_TIDS(1, 2, 3);
	livegen_page(gen, SOURCE_COUNTED, 0, later - 1, 4, 0);
	livegen_drain_often(gen);
	EXPECT_TIDS(1, 2, 3);
	assert_false(livegen_drain(gen, true));
	EXPECT_TIDS(1, 2, 3, 4, 5, 6);
	assert_int_equal(source_counts(gen->source)->late, 0);
	livegen_page(gen, SOURCE_COUNTED, 0, later - 5, 7, 0);
	livegen_drain(gen, true);
	EXPECT_TIDS(1, 2, 3, 4, 5, 6, 7);
	assert_int_equal(source_counts(gen->source)->late, 1);
}

/* One CPU's buffer is read in rounds: another's events wait for those in between. */
static void test_rounds(void **state)
{
	enum {
		NR = 14000,
		LAST = NR - 100
	};
	struct livegen *gen = *state;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_COUNTED, 1, "");
	livegen_page(gen, SOURCE_COUNTED, 1, 1000 + LAST, 77, 0);
	for (uint32_t i = 0; i < NR; i++)
		livegen_put(gen, SOURCE_COUNTED, 0, 1000 + i + (i >= LAST), 1);
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	livegen_drain(gen, false);
	assert_int_equal(gen->nr_got, NR + 1);
	assert_int_equal(gen->got[LAST].tid, 77);
	assert_int_equal(source_counts(gen->source)->late, 0);
}

/* A buffer that does not end in this drain: the others wait for it, and the caller has its turn. */
static void test_bounded(void **state)
{
	const off_t size = (off_t)160 << 20, most = (off_t)65 << 20;
	struct livegen *gen = *state;
	FILE *empty = tmpfile();
	int fd = fcntl(fileno(empty), F_DUPFD_CLOEXEC, 0);
	off_t at;

	/* empty pages, as the side instance is read to its end */
	assert_int_equal(ftruncate(fd, size), 0);
	source_cpu(gen->source, SOURCE_SIDE, 0, fd, open("/dev/null", O_RDONLY));
	livegen_cpu(gen, SOURCE_COUNTED, 1, "");
	livegen_page(gen, SOURCE_COUNTED, 1, 100, 1, 0);
	assert_true(livegen_drain(gen, false));
	at = lseek(fd, 0, SEEK_CUR);
	assert_in_range(at, 1 << 20, most);
	assert_int_equal(gen->nr_got, 0);
	assert_true(livegen_drain(gen, false));
	assert_in_range(lseek(fd, 0, SEEK_CUR), at + 1, at + most);
	for (int i = 0; i < 8 && livegen_drain(gen, false); i++)
		;
	assert_int_equal(lseek(fd, 0, SEEK_CUR), size);
	EXPECT_TIDS(1);
	fclose(empty);
}

static const char stats_new[] = "entries: 11\noverrun: 100\ncommit overrun: 20\nbytes: 4096\n"
				"oldest event ts: 3795.302185\nnow ts: 3795.302185\n"
				"dropped events: 3\nread events: 5000000000\n";
static const char stats_old[] = "entries: 1\noverrun: 2\ncommit overrun: 0\n"
				"bytes: 92\noldest event ts:  2.1\nnow ts:  3.1\n";

static void test_stats(void **state)
{
	struct livegen *gen = *state;
	struct source_stats stats = {1, 1, 1, 1};

	source_stats(gen->source, SOURCE_COUNTED, &stats);
	assert_int_equal(stats.lost + stats.waiting + stats.stolen + stats.clears, 0);
	livegen_cpu(gen, SOURCE_COUNTED, 0, stats_new);
	livegen_cpu(gen, SOURCE_COUNTED, 2, stats_old);
	livegen_cpu(gen, SOURCE_COUNTED, 1, "");
	livegen_cpu(gen, SOURCE_COUNTED, 3, "nonsense\n\n:\noverrun2 7\n overrun: 7");
	livegen_cpu(gen, SOURCE_SIDE, 0, "commit overrun: 18446744073709551615\n");
	source_stats(gen->source, SOURCE_COUNTED, &stats);
	assert_int_equal(stats.lost, 125);
	assert_true(stats.stolen == 5000000000u);
	assert_int_equal(stats.waiting, 12);
	source_stats(gen->source, SOURCE_SIDE, &stats);
	assert_true(stats.lost == UINT64_MAX);
	assert_int_equal(stats.waiting + stats.stolen + stats.clears, 0);
	livegen_stats(gen, SOURCE_COUNTED, 2, "entries: 9");
	livegen_drain(gen, false);
	source_stats(gen->source, SOURCE_COUNTED, &stats);
	assert_int_equal(stats.waiting, 20);
}

/* A CPU that comes or goes is no trouble to the others, nor are stats that cannot be read. */
static void test_quiet(void **state)
{
	struct livegen *gen = *state;
	struct source_stats stats;
	int pair[2];

	assert_int_equal(pipe(pair), 0);
	close(pair[1]);
	source_cpu(gen->source, SOURCE_COUNTED, 0, open("/", O_RDONLY), open("/", O_RDONLY));
	source_cpu(gen->source, SOURCE_COUNTED, 1, pair[0], -1);
	source_cpu(gen->source, SOURCE_SIDE, 1, open("/dev/null", O_WRONLY), -1);
	livegen_cpu(gen, SOURCE_COUNTED, 2, stats_new);
	livegen_cpu(gen, SOURCE_SIDE, 2, "");
	livegen_page(gen, SOURCE_COUNTED, 2, 100, 1, 0);
	assert_false(livegen_drain(gen, false));
	EXPECT_TIDS(1);
	livegen_page(gen, SOURCE_COUNTED, 2, 200, 2, 0);
	assert_false(livegen_drain(gen, true));
	EXPECT_TIDS(1, 2);
	close(gen->cpus[SOURCE_COUNTED][2].raw);
	gen->cpus[SOURCE_COUNTED][2].raw = -1;
	assert_false(livegen_drain(gen, false));
	assert_false(livegen_drain(gen, true));
	assert_int_equal(source_counts(gen->source)->bad_pages, 0);
	source_stats(gen->source, SOURCE_COUNTED, &stats);
	assert_int_equal(stats.lost, 123);
}

/* Each instance has its own size of sub-buffers. */
static void test_sizes(void **state)
{
	struct livegen *gen = *state;

	livegen_layout(gen, SOURCE_COUNTED, 16 * LIVEGEN_PAGE);
	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_SIDE, 0, "");
	for (uint32_t i = 0; i < 4000; i++)
		livegen_put(gen, i % 4 ? SOURCE_COUNTED : SOURCE_SIDE, 0, 1000 + i, i + 1);
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	livegen_end(gen, SOURCE_SIDE, 0, 0);
	livegen_drain_often(gen);
	assert_int_equal(gen->nr_got, 4000);
	for (uint32_t i = 0; i < gen->nr_got; i++)
		assert_int_equal(gen->got[i].tid, i + 1);
	assert_int_equal(source_counts(gen->source)->bad_pages, 0);
}

static void test_layout_bad(void **state)
{
	struct livegen *gen = *state;
	struct fault fault = {0};

	assert_true(source_layout(gen->source, SOURCE_SIDE, "garbage", &fault) < 0);
	assert_true(fault.what[0] && fault.object[0]);
}

static void test_fill(void **state)
{
	struct livegen *gen = *state;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_COUNTED, 1, "");
	livegen_cpu(gen, SOURCE_SIDE, 1, "");
	/* 92 on a page: four of the buffer's eight */
	for (uint32_t i = 0; i < 4 * 92; i++)
		livegen_put(gen, SOURCE_COUNTED, 1, 100 + i, 1);
	livegen_end(gen, SOURCE_COUNTED, 1, 0);
	for (uint32_t i = 0; i < 2000; i++)
		livegen_put(gen, SOURCE_SIDE, 1, 100 + i, 1);
	livegen_drain(gen, true);
	assert_true(source_counts(gen->source)->fill > 0.49);
	assert_true(source_counts(gen->source)->fill < 0.51);
	livegen_drain(gen, true);
	assert_true(source_counts(gen->source)->fill < 0.01);
}

static unsigned int count_fds(void)
{
	DIR *list = opendir("/proc/self/fd");
	unsigned int nr = 0;

	assert_non_null(list);
	while (readdir(list))
		nr++;
	closedir(list);
	return nr;
}

static void test_owns(void **state)
{
	unsigned int before = count_fds();
	struct livegen *gen;

	(void)state;
	livegen_open((void **)&gen);
	for (unsigned int i = 0; i < 2 * LIVEGEN_CPUS; i++) {
		livegen_cpu(gen, i / LIVEGEN_CPUS, i % LIVEGEN_CPUS, "");
		livegen_page(gen, i / LIVEGEN_CPUS, i % LIVEGEN_CPUS, now_ns() + HOUR, 1, 0);
	}
	livegen_drain(gen, false);
	livegen_close((void **)&gen);
	assert_int_equal(count_fds(), before);
	source_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, livegen_open, livegen_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_order_final),
		TEST(test_equal_times),
		TEST(test_equal_behind),
		TEST(test_rest_of_page),
		TEST(test_damaged_among_full),
		TEST(test_lost),
		TEST(test_unknown),
		TEST(test_damaged),
		TEST(test_damaged_final),
		TEST(test_horizon),
		TEST(test_rounds),
		TEST(test_bounded),
		TEST(test_stats),
		TEST(test_quiet),
		TEST(test_sizes),
		TEST(test_layout_bad),
		TEST(test_fill),
		cmocka_unit_test(test_owns),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
