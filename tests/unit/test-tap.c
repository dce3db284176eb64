/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "livegen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define OURS     7
#define KEPT_MAX 16

/* What was handed over of a stream, as it is read back. */
struct kept {
	struct page_layout layout;
	struct {
		unsigned int stream;
		uint64_t ts;
		uint32_t pid;
	} list[KEPT_MAX];
	unsigned int nr, pages, left_out[2];
};

static void on_page(void *arg, const struct tap_page *part)
{
	struct kept *kept = arg;
	uint64_t head[2] = {part->ts_ns, part->len};
	uint8_t bytes[LIVEGEN_PAGE] = {0};
	struct page_record record;
	struct page page;
	uint32_t nr = 0;

	assert_true(part->len && part->len <= sizeof(bytes) - sizeof(head));
	memcpy(bytes, head, sizeof(head));
	memcpy(bytes + sizeof(head), part->records, part->len);
	assert_int_equal(page_begin(&page, &kept->layout, bytes, sizeof(bytes)), PAGE_OK);
	for (; page_next(&page, &record); nr++) {
		uint32_t pid;

		assert_true(kept->nr < KEPT_MAX);
		memcpy(&pid, record.data + offsetof(struct livegen_call, pid), sizeof(pid));
		kept->list[kept->nr].stream = part->stream;
		kept->list[kept->nr].pid = pid;
		kept->list[kept->nr++].ts = record.ts;
	}
	assert_int_equal(page.error, PAGE_OK);
	assert_int_equal(nr, part->nr);
	assert_true(kept->list[kept->nr - 1].ts == part->last_ns);
	kept->pages++;
}

static void on_left_out(void *arg, unsigned int stream)
{
	((struct kept *)arg)->left_out[stream]++;
}

static void on_pull(void *arg, uint64_t horizon_ns, bool final)
{
	(void)arg;
	(void)horizon_ns;
	(void) final;
}

static void expect(
	const struct kept *kept, unsigned int n, unsigned int stream, uint64_t ts, uint32_t pid)
{
	assert_true(n < kept->nr);
	assert_int_equal(kept->list[n].stream, stream);
	assert_true(kept->list[n].ts == ts);
	assert_int_equal(kept->list[n].pid, pid);
}

static void put_calls(struct livegen *gen)
{
	static const struct {
		uint64_t ts;
		uint32_t pid;
	} calls[] = {{100, OURS}, {200, OURS}, {300, 8}, {400, OURS}, {500, 9}, {600, OURS}};

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_SIDE, 0, "");
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		livegen_put(gen, SOURCE_COUNTED, 0, calls[i].ts, calls[i].pid);
	livegen_end(gen, SOURCE_COUNTED, 0, 0);
	livegen_page(gen, SOURCE_SIDE, 0, 350, OURS, 0);
}

/* Those before, by that thread, and no more; it is only the recording that lacks them. */
static void test_left_out(void **state)
{
	struct livegen *gen = *state;
	struct kept kept = {.layout = *source_page_layout(gen->source, SOURCE_COUNTED)};
	const struct tap tap = {on_page, NULL, on_pull, on_left_out, &kept, .most = LIVEGEN_PAGE,
		.but_tid = OURS, .but_ns = 600};

	put_calls(gen);
	source_tap(gen->source, &tap);
	livegen_drain(gen, true);
	assert_int_equal(kept.nr, 4);
	expect(&kept, 0, 0, 300, 8);
	expect(&kept, 1, 0, 500, 9);
	expect(&kept, 2, 0, 600, OURS);
	/* that it ended is no call */
	assert_int_equal(kept.list[3].stream, 1);
	assert_true(kept.list[3].ts == 350);
	assert_int_equal(kept.left_out[0], 3);
	assert_int_equal(kept.left_out[1], 0);
	assert_int_equal(gen->nr_got, 7);
	assert_int_equal(source_counts(gen->source)->records[SOURCE_COUNTED], 6);
	assert_true(source_records(gen->source, 0) == 6);
}

static void test_whole(void **state)
{
	struct livegen *gen = *state;
	struct kept kept = {.layout = *source_page_layout(gen->source, SOURCE_COUNTED)};
	const struct tap tap = {
		on_page, NULL, on_pull, on_left_out, &kept, .most = LIVEGEN_PAGE, .but_tid = OURS};

	put_calls(gen);
	source_tap(gen->source, &tap);
	livegen_drain(gen, true);
	assert_int_equal(kept.nr, 7);
	assert_int_equal(kept.pages, 2);
	assert_int_equal(kept.left_out[0], 0);
}

/* A page of which nothing is left is none. */
static void test_nothing_left(void **state)
{
	struct livegen *gen = *state;
	struct kept kept = {.layout = *source_page_layout(gen->source, SOURCE_COUNTED)};
	const struct tap tap = {on_page, NULL, on_pull, on_left_out, &kept, .most = LIVEGEN_PAGE,
		.but_tid = OURS, .but_ns = UINT64_MAX};

	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_page(gen, SOURCE_COUNTED, 0, 100, OURS, 0);
	source_tap(gen->source, &tap);
	livegen_drain(gen, true);
	assert_int_equal(kept.pages, 0);
	assert_int_equal(kept.left_out[0], 1);
	assert_int_equal(gen->nr_got, 1);
}

/* Of a recording: those that it leaves out were delivered. */
static void test_came(void **state)
{
	struct livegen *gen = *state;
	unsigned int stream = source_stream(gen->source, SOURCE_COUNTED, 3);

	source_came(gen->source, stream, 5);
	source_came(gen->source, stream, 2);
	assert_true(source_records(gen->source, stream) == 7);
	assert_true(source_counts(gen->source)->records[SOURCE_COUNTED] == 7);
	assert_true(source_counts(gen->source)->records[SOURCE_SIDE] == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, livegen_open, livegen_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_left_out),
		TEST(test_whole),
		TEST(test_nothing_left),
		TEST(test_came),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
