/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "feed.h"
#include "livegen.h"
#include "reader/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NUMBER(type, name, at, size)                                                               \
	"\tfield:" type " " name ";\toffset:" #at ";\tsize:" #size ";\tsigned:0;\n"
#define COMMON                                                                                     \
	"format:\n" NUMBER("unsigned short", "common_type", 0, 2)                                  \
		NUMBER("unsigned char", "common_flags", 2, 1)                                      \
			NUMBER("unsigned char", "common_preempt_count", 3, 1)                      \
				NUMBER("int", "common_pid", 4, 4)
#define END    "\nprint fmt: \"\"\n"
#define NATIVE 705
#define COMPAT 1500
#define BARE   1501
#define RETURN 704
#define MOST   3000
#define ROUNDS 200
#define PAGE   65536

static const char native_format[] = "name: native\nID: 705\n" COMMON NUMBER("u64", "start", 16, 8)
	NUMBER("u64", "len", 24, 8) NUMBER("u64", "prot", 32, 8) END;
static const char compat_format[] = "name: compat\nID: 1500\n" COMMON NUMBER("u32", "addr", 16, 4)
	NUMBER("u32", "len", 20, 4) NUMBER("u32", "prot", 24, 4) END;
static const char bare_format[] = "name: bare\nID: 1501\n" COMMON NUMBER("u64", "addr", 16, 8) END;
static const char return_format[] =
	"name: return\nID: 704\n" COMMON NUMBER("u64", "ret", 16, 8) END;

struct bytes {
	uint8_t at[40];
	bool big;
};

struct rig {
	struct decoder *decoder;
	struct page_layout layout;
	uint8_t *page;
	struct event *plain, *folded; /* MOST each */
	size_t nr_plain, nr_folded;
};

static void put(struct bytes *to, unsigned int at, uint64_t value, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		to->at[at + i] = (uint8_t)(value >> 8 * (to->big ? size - 1 - i : i));
}

static struct rig rig_of(bool big)
{
	struct rig rig = {.decoder = decoder_new(big), .layout = pagegen_layout(8, big, PAGE)};

	assert_true(decoder_add(rig.decoder, "native", "call", 0, native_format, NULL) > 0);
	assert_true(
		decoder_add(rig.decoder, "compat", "call", EVENT_COMPAT, compat_format, NULL) > 0);
	assert_true(decoder_add(rig.decoder, "bare", "call", 0, bare_format, NULL) > 0);
	assert_true(decoder_add(rig.decoder, "return", "return", 0, return_format, NULL) > 0);
	rig.page = mem_new(1, PAGE);
	rig.plain = mem_new(MOST, sizeof(*rig.plain));
	rig.folded = mem_new(MOST, sizeof(*rig.folded));
	return rig;
}

static void rig_done(struct rig *rig)
{
	decoder_free(rig->decoder);
	free(rig->page);
	free(rig->plain);
	free(rig->folded);
}

/* Runs of a thread and an event, now and then with a long time between or a huge length. */
static void fill(struct rig *rig, uint64_t *seed)
{
	struct pagegen gen;
	bool room = true;

	pagegen_begin(&gen, &rig->layout, rig->page, 1000000);
	while (room) {
		static const unsigned int ids[] = {NATIVE, NATIVE, NATIVE, COMPAT, BARE, RETURN};
		unsigned int id = ids[pagegen_random(seed) % ARRAY_SIZE(ids)];
		unsigned int nr = 1 + pagegen_random(seed) % 100,
			     tid = 10 + pagegen_random(seed) % 3;

		for (unsigned int i = 0; i < nr && room; i++) {
			struct bytes b = {.big = rig->layout.big_endian};
			uint64_t len = pagegen_random(seed) % 500 ? 4096 : UINT64_MAX - 8192;
			uint64_t prot =
				pagegen_random(seed) % 20 ? pagegen_random(seed) % 8 : 0x01000004;
			bool native = id != COMPAT;

			put(&b, 0, id, 2);
			put(&b, 2, pagegen_random(seed), 2);
			put(&b, 4, tid, 4);
			put(&b, 16, 0x7f00, native ? 8 : 4);
			put(&b, native ? 24 : 20, len, native ? 8 : 4);
			put(&b, native ? 32 : 24, prot, native ? 8 : 4);
			if (pagegen_random(seed) % 100 == 0)
				room = pagegen_extend(&gen, 300000);
			room = room && pagegen_data(&gen, 500, b.at, id == COMPAT ? 28 : 40);
		}
	}
	pagegen_end(&gen, 0);
}

static size_t decode(struct rig *rig, struct event *out, bool fold)
{
	struct page_record record;
	struct page page;
	size_t nr = 0;
	bool more;

	page_begin(&page, &rig->layout, rig->page, PAGE);
	for (more = page_next(&page, &record); more; nr++) {
		struct event *event = out + nr;

		assert_true(nr < MOST);
		*event = (struct event){.ts_ns = record.ts};
		assert_int_equal(decoder_event(rig->decoder, record.data, record.len, event), 1);
		if (fold && event->kind == EVENT_CALL)
			more = fold_calls(rig->decoder, &page, event, &record);
		else
			more = page_next(&page, &record);
	}
	assert_int_equal(page.error, PAGE_OK);
	return nr;
}

static bool alike(const struct event *a, const struct event *b)
{
	return a->kind == b->kind && a->tid == b->tid && a->flags == b->flags;
}

/* A run is as long as it can be. */
static void check_end(const struct event *first, const struct event *next)
{
	assert_true(!alike(first, next) || next->ts_ns > first->ts_ns + FOLD_NS);
}

static void check_run(const struct event *run, const struct event *first)
{
	uint64_t range = 0, ask_x = 0, prot[PROT_NR_CLASSES] = {0};

	for (uint32_t i = 0; i < run->u.calls.nr; i++) {
		const struct event *e = first + i;

		assert_true(alike(e, first));
		if (__builtin_add_overflow(range, e->u.call.len, &range))
			range = UINT64_MAX;
		ask_x += e->u.call.prot >> 2 & 1;
		prot[prot_class(e->u.call.prot)] += !(e->flags & EVENT_BARE);
	}
	assert_true(run->u.calls.nr > 1);
	assert_int_equal(run->ts_ns, first[run->u.calls.nr - 1].ts_ns);
	assert_true(run->ts_ns <= first->ts_ns + FOLD_NS);
	assert_int_equal(run->u.calls.range, range);
	assert_int_equal(run->u.calls.ask_x, ask_x);
	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		assert_int_equal(run->u.calls.prot[i], prot[i]);
}

/* Every event is there once, and all that can be folded is. */
static void check_same(bool big)
{
	struct rig rig = rig_of(big);
	uint64_t seed = 1;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		size_t at = 0;

		fill(&rig, &seed);
		rig.nr_plain = decode(&rig, rig.plain, false);
		rig.nr_folded = decode(&rig, rig.folded, true);
		assert_true(rig.nr_folded < rig.nr_plain / 2);
		for (size_t i = 0; i < rig.nr_folded; i++) {
			const struct event *e = rig.folded + i, *first = rig.plain + at;

			assert_int_equal(e->tid, first->tid);
			assert_int_equal(e->flags, first->flags);
			if (e->kind == EVENT_CALLS)
				check_run(e, first);
			else
				assert_int_equal(e->kind, first->kind);
			at += e->kind == EVENT_CALLS ? e->u.calls.nr : 1;
			if (first->kind == EVENT_CALL && at < rig.nr_plain)
				check_end(first, rig.plain + at);
		}
		assert_int_equal(at, rig.nr_plain);
	}
	rig_done(&rig);
}

static void test_little_endian(void **state)
{
	(void)state;
	check_same(false);
}

static void test_big_endian(void **state)
{
	(void)state;
	check_same(true);
}

/* A record of the same event that is too short ends a run, and is told as that. */
static void test_short(void **state)
{
	struct rig rig = rig_of(__BYTE_ORDER == __BIG_ENDIAN);
	struct bytes b = {.big = rig.layout.big_endian};
	struct page_record record;
	struct event event = {0};
	struct pagegen gen;
	struct page page;

	(void)state;
	put(&b, 0, NATIVE, 2);
	put(&b, 4, 10, 4);
	pagegen_begin(&gen, &rig.layout, rig.page, 1000);
	assert_true(pagegen_data(&gen, 1, b.at, 40) && pagegen_data(&gen, 1, b.at, 40));
	assert_true(pagegen_data(&gen, 1, b.at, 36));
	pagegen_end(&gen, 0);
	page_begin(&page, &rig.layout, rig.page, PAGE);
	assert_true(page_next(&page, &record));
	assert_int_equal(decoder_event(rig.decoder, record.data, record.len, &event), 1);
	assert_true(fold_calls(rig.decoder, &page, &event, &record));
	assert_int_equal(event.u.calls.nr, 2);
	assert_int_equal(decoder_event(rig.decoder, record.data, record.len, &event), -1);
	assert_false(page_next(&page, &record));
	rig_done(&rig);
}

/* Calls folded and calls one by one count as the same. */
static void test_table(void **state)
{
	struct feed one = feed_of(&feed_small, true), many = feed_of(&feed_small, true);
	struct event run = {.kind = EVENT_CALLS, .tid = 11};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		feed_new(i ? &many : &one, 1, 10, false, "ten");
		feed_new(i ? &many : &one, 10, 11, true, "ten");
	}
	for (uint64_t prot = 0; prot < 10; prot++) {
		feed_call(&one, 11, 4096 << prot, prot);
		run.u.calls.range += 4096 << prot;
		run.u.calls.ask_x += prot >> 2 & 1;
		run.u.calls.prot[prot_class(prot)]++;
		run.u.calls.nr++;
	}
	many.now_ns = run.ts_ns = one.now_ns;
	table_calls(many.table, &run);
	/* what it asked for is not told */
	feed_joined(&one, &(struct call){.tid = 11});
	table_calls(many.table, &(struct event){.kind = EVENT_CALLS,
					.tid = 11,
					.flags = EVENT_BARE,
					.ts_ns = one.now_ns,
					.u.calls.nr = 1});
	/* of a tid that nobody knows, and of ourselves */
	feed_call(&one, 77, 1, 3);
	table_own(one.table, 5);
	feed_call(&one, 5, 1, 3);
	run.u.calls.nr = 1;
	run.u.calls.range = 1;
	run.u.calls.ask_x = 0;
	memset(run.u.calls.prot, 0, sizeof(run.u.calls.prot));
	run.u.calls.prot[3] = 1;
	run.tid = 77;
	table_calls(many.table, &run);
	table_own(many.table, 5);
	run.tid = 5;
	table_calls(many.table, &run);
	many.now_ns = one.now_ns;
	feed_close(&one, 0);
	feed_close(&many, 0);
	feed_counts_equal(&table_totals(one.table)->total, &table_totals(many.table)->total);
	feed_counts_equal(&feed_pid(one.table, 10)->total, &feed_pid(many.table, 10)->total);
	assert_int_equal(feed_pid(one.table, 10)->last_ns, feed_pid(many.table, 10)->last_ns);
	assert_int_equal(table_totals(many.table)->own_calls, table_totals(one.table)->own_calls);
	assert_int_equal(table_totals(many.table)->own_calls, 1);
	feed_check_sums(many.table, false);
	feed_check_sums(many.table, true);
	table_free(one.table);
	table_free(many.table);
}

/* Not before the time that was told, not of that thread, and not once it is over. */
static void test_source(void **state)
{
	struct livegen *gen = *state;
	uint64_t ts = 1000;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	source_fold(gen->source, 1004, 9);
	for (unsigned int i = 0; i < 8; i++)
		livegen_put(gen, SOURCE_COUNTED, 0, ts++, 7);
	for (unsigned int i = 0; i < 3; i++)
		livegen_put(gen, SOURCE_COUNTED, 0, ts++, 9);
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	assert_false(source_folded(gen->source));
	livegen_drain(gen, true);
	assert_int_equal(gen->nr_got, 4 + 1 + 3);
	for (unsigned int i = 0; i < gen->nr_got; i++) {
		assert_int_equal(gen->got[i].kind, i == 4 ? EVENT_CALLS : EVENT_CALL);
		assert_int_equal(gen->got[i].tid, i > 4 ? 9 : 7);
	}
	assert_int_equal(gen->got[4].u.calls.nr, 4);
	assert_int_equal(source_counts(gen->source)->records[SOURCE_COUNTED], 11);
	source_fold(gen->source, UINT64_MAX, 0);
	for (unsigned int i = 0; i < 3; i++)
		livegen_put(gen, SOURCE_COUNTED, 0, ts++, 7);
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	livegen_drain(gen, true);
	assert_int_equal(gen->nr_got, 8 + 3);
	assert_int_equal(gen->got[8].kind, EVENT_CALL);
}

/* As long as some wait for the other CPUs, that is told. */
static void test_waits(void **state)
{
	struct livegen *gen = *state;
	uint64_t far = UINT64_MAX / 4;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	source_fold(gen->source, 0, 0);
	livegen_put(gen, SOURCE_COUNTED, 0, far, 7);
	livegen_put(gen, SOURCE_COUNTED, 0, far + 1, 7);
	livegen_put(gen, SOURCE_COUNTED, 0, far + 2, 8);
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	livegen_drain(gen, false);
	assert_int_equal(gen->nr_got, 0);
	assert_true(source_folded(gen->source));
	livegen_drain(gen, true);
	assert_int_equal(gen->nr_got, 2);
	assert_false(source_folded(gen->source));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little_endian),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_table),
		cmocka_unit_test_setup_teardown(test_source, livegen_open, livegen_close),
		cmocka_unit_test_setup_teardown(test_waits, livegen_open, livegen_close),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
