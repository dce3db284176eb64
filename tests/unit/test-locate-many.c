/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who waits for mappings where there are many: of processes, or of mappings. */
#include "feed.h"
#include "base/mem.h"
#include "model/locate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

static const struct mapping prog = {.start = 0x400000,
	.end = 0x500000,
	.ino = 1,
	.exec = true,
	.name = "/bin/prog",
	.name_len = 9};

static void calls(struct feed *f, uint32_t tid, uint64_t site, unsigned int nr)
{
	while (nr--)
		feed_joined(f, &(struct call){.tid = tid,
				       .len = 4096,
				       .prot = 3,
				       .site = site,
				       .known = CALL_ASKED});
}

/* Mappings that many processes have in plenty: each answer takes 40 ms to read. Returns how long
 * reading took of ten seconds; others: how often each was answered. */
static uint64_t read_plenty(
	struct feed *f, const struct mapping *maps, unsigned int nr, unsigned int *others)
{
	struct locator *l = table_locator(f->table);
	uint64_t begin_ns = f->now_ns, spent_ns = 0;

	while (f->now_ns < begin_ns + 10000 * MS) {
		uint32_t ids[LOCATE_ASKS];
		unsigned int asked;

		f->now_ns += 10 * MS;
		for (uint32_t pid = 1000; pid < 1032; pid++)
			calls(f, pid, 0x900000 + f->now_ns % 0x100000, 1);
		asked = locate_wants(l, f->now_ns, f->now_ns, ids, LOCATE_ASKS);
		for (unsigned int i = 0; i < asked; i++) {
			bool heavy = ids[i] < 1016;
			uint64_t took_ns = heavy ? 40 * MS : MS / 10;

			if (!locate_affords(l, f->now_ns)) {
				locate_busy(l, ids[i], f->now_ns);
				continue;
			}
			locate_take(l, ids[i], maps, heavy ? nr : 1, f->now_ns);
			f->now_ns += took_ns;
			spent_ns += took_ns;
			others[ids[i] % 32] += 1;
			locate_spent(l, took_ns, f->now_ns);
		}
	}
	return spent_ns;
}

/* The images of all do not fit, and their pauses stay; and nobody starves. */
static void test_plenty(void **state)
{
	const unsigned int nr = LOCATE_MAPS_MOST / 4;
	struct mapping *maps = mem_new(nr, sizeof(*maps));
	struct feed f = feed_of(&feed_small, false);
	struct locator *l = table_locator(f.table);
	unsigned int others[32] = {0};
	uint64_t spent_ns;
	uint32_t id;

	(void)state;
	f.now_ns += 1000 * MS;
	for (unsigned int i = 0; i < nr; i++) {
		maps[i] = prog;
		maps[i].start += i * 0x100000ull;
		maps[i].end += i * 0x100000ull;
	}
	for (uint32_t pid = 1000; pid < 1032; pid++)
		feed_ident(&f, pid, pid, 0, 50, "one");
	/* one of many mappings is asked about seldom, also where its image had to go */
	for (uint32_t pid = 1000; pid < 1010; pid++) {
		calls(&f, pid, 0x400100, 1);
		assert_int_equal(locate_wants(l, f.now_ns, f.now_ns, &id, 1), 1);
		assert_int_equal(id, pid);
		locate_take(l, pid, maps, nr, f.now_ns);
		f.now_ns += FEED_STEP_NS;
	}
	for (uint32_t pid = 1000; pid < 1010; pid++)
		calls(&f, pid, 0x400200, 1);
	assert_int_equal(locate_wants(l, f.now_ns + 1900 * MS, f.now_ns + 1900 * MS, &id, 1), 0);
	assert_int_equal(locate_wants(l, f.now_ns + 2100 * MS, f.now_ns + 2100 * MS, &id, 1), 1);
	locate_busy(l, id, f.now_ns += 2100 * MS);
	spent_ns = read_plenty(&f, maps, nr, others);
	assert_in_range(spent_ns, 400 * MS, 1000 * MS + LOCATE_BURST_NS / LOCATE_SHARE + 40 * MS);
	for (unsigned int i = 0; i < 32; i++)
		assert_in_range(others[i], 1, 1000);
	table_free(f.table);
	free(maps);
}

/* However many wait, so many are asked at once, and memory is bounded. */
static void test_bounded(void **state)
{
	static const struct table_limits many = {.rows = 3 * LOCATE_PLACES, .tasks = 65536};
	struct mapping *maps = mem_new(LOCATE_MAPS_MOST / 4, sizeof(*maps));
	struct feed f = feed_of(&many, false);
	struct locator *l = table_locator(f.table);
	uint32_t ids[LOCATE_ASKS + 1];

	(void)state;
	for (unsigned int i = 0; i < LOCATE_MAPS_MOST / 4; i++) {
		maps[i] = prog;
		maps[i].start += i * 0x100000ull;
		maps[i].end += i * 0x100000ull;
	}
	for (uint32_t pid = 1000; pid < 1000 + 2 * LOCATE_PLACES; pid++) {
		feed_ident(&f, pid, pid, 0, 50, "one");
		calls(&f, pid, 0x400100, 1);
		assert_in_range(l->nr, 1, LOCATE_PLACES);
	}
	for (unsigned int k = 0; k < 10; k++) {
		unsigned int nr;

		f.now_ns += 20 * MS;
		nr = locate_wants(l, f.now_ns, f.now_ns, ids, LOCATE_ASKS + 1);
		assert_int_equal(nr, LOCATE_ASKS);
		assert_int_equal(locate_wants(l, f.now_ns, f.now_ns, ids + nr, LOCATE_ASKS), 0);
		for (unsigned int i = 0; i < nr; i++) {
			locate_take(l, ids[i], maps, LOCATE_MAPS_MOST / 4, f.now_ns);
			assert_in_range(l->nr_maps, 1, LOCATE_MAPS_MOST);
		}
		assert_int_equal(l->nr_asked, 0);
	}
	table_free(f.table);
	free(maps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plenty),
		cmocka_unit_test(test_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
