/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "reader/datout.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE    4096
#define STREAMS 5 /* two CPUs of each buffer, but one, the trail, names */

static const struct page_layout layout = {
	.long_size = 8, .header_len = 16, .size = SIZE, .big_endian = __BYTE_ORDER == __BIG_ENDIAN};

static const struct datout_event events[] = {
	{"group", "name: one\n"}, {"group", "name: two\n"}, {"task", "name: three\n"}};

static const struct datout_cpu cpus[] = {
	{0, 2, 0, "entries: 0\n"}, {0, 0, 1, "entries: 1\n"}, {1, 2, 2, "never told\n"}};

static int temp_file(void)
{
	FILE *f = tmpfile();
	int fd;

	assert_non_null(f);
	fd = dup(fileno(f));
	fclose(f);
	return fd;
}

static void add_pages(struct depot *depot, unsigned int stream, unsigned int nr)
{
	uint32_t head = layout.big_endian ? 28u << 27 : 28;
	uint8_t bytes[SIZE - 16];

	/* records of 116 bytes, 35 a page */
	memset(bytes, 'a' + (int)stream, sizeof(bytes));
	for (size_t at = 0; at + 116 <= sizeof(bytes); at += 116)
		memcpy(bytes + at, &head, sizeof(head));
	for (unsigned int i = 0; i < nr; i++) {
		struct depot_page page = {
			.records = bytes, .len = 35 * 116, .ts_ns = i, .last_ns = i};

		assert_int_equal(depot_page(depot, stream, &page), 0);
	}
}

/* What is being read: fails where it ends too soon. */
struct scan {
	const char *data;
	size_t len, at;
};

static const char *take(struct scan *s, size_t len)
{
	const char *from = s->data + s->at;

	assert_true(len <= s->len - s->at);
	s->at += len;
	return from;
}

static void expect(struct scan *s, const char *bytes, size_t len)
{
	assert_memory_equal(take(s, len), bytes, len);
}

static uint64_t number(struct scan *s, size_t len)
{
	const char *from = take(s, len);
	uint16_t two;
	uint32_t four = 0;
	uint64_t eight = 0;

	memcpy(&two, from, 2);
	memcpy(&four, from, len > 2 ? 4 : 0);
	memcpy(&eight, from, len > 4 ? 8 : 0);
	return len == 2 ? two : len == 4 ? four : eight;
}

static void expect_text(struct scan *s, const char *text)
{
	assert_int_equal(number(s, 8), strlen(text));
	expect(s, text, strlen(text));
}

static void expect_option(struct scan *s, unsigned int id, const char *data, size_t len)
{
	assert_int_equal(number(s, 2), id);
	assert_int_equal(number(s, 4), len);
	expect(s, data, len);
}

static void expect_events(struct scan *s)
{
	assert_int_equal(number(s, 4), 0);
	assert_int_equal(number(s, 4), 2);
	expect(s, "group", 6);
	assert_int_equal(number(s, 4), 2);
	expect_text(s, "name: one\n");
	expect_text(s, "name: two\n");
	expect(s, "task", 5);
	assert_int_equal(number(s, 4), 1);
	expect_text(s, "name: three\n");
	assert_int_equal(number(s, 4), 0);
	assert_int_equal(number(s, 4), 0);
}

/* A CPU's row of a table: nr pages of the stream are where it says. */
static void expect_pages(struct scan *s, unsigned int nr, unsigned int stream)
{
	uint64_t at = number(s, 8), len = number(s, 8);

	assert_int_equal(len, (uint64_t)nr * SIZE);
	if (!nr)
		return;
	assert_int_equal(at % SIZE, 0);
	assert_true(at + len <= s->len);
	for (unsigned int i = 0; i < nr; i++)
		assert_int_equal(s->data[at + i * SIZE + 16 + 4], 'a' + (int)stream);
}

static void make(struct datout *dat, struct depot *depot, int fd)
{
	static const uint64_t ends[] = {6, 10};
	struct buf first = {.data = (char *)"settings", .len = 8};
	struct datout_config config = {.header_page = "page",
		.header_event = "event",
		.events = events,
		.nr_events = ARRAY_SIZE(events),
		.cpus = cpus,
		.nr_cpus = ARRAY_SIZE(cpus),
		.names = 4,
		.clock = "mono",
		.uname = "Linux",
		.version = "1",
		.side = "side",
		.option = 0x6d70,
		.first = &first,
		.trail = 3,
		.ends = ends,
		.nr_ends = 2};

	depot_init(depot, temp_file(), STREAMS, &layout);
	add_pages(depot, 0, 3);
	add_pages(depot, 1, 20);
	add_pages(depot, 2, 9);
	depot_bytes(depot, 3, "firstlast!", 10);
	depot_bytes(depot, 4, "1 init\n", 7);
	datout_make(dat, depot, fd, &config);
}

static void expect_head(struct scan *s)
{
	uint8_t order = __BYTE_ORDER == __BIG_ENDIAN, size = sizeof(long);

	expect(s,
		"\x17\x08\x44"
		"tracing6",
		12);
	expect(s, (char *)&order, 1);
	expect(s, (char *)&size, 1);
	assert_int_equal(number(s, 4), SIZE);
	expect(s, "header_page", 12);
	expect_text(s, "page");
	expect(s, "header_event", 13);
	expect_text(s, "event");
	expect_events(s);
	expect_text(s, "1 init\n");
	assert_int_equal(number(s, 4), 3);
	expect(s, "options  ", 10);
	expect_option(s, 9, "1", 2);
	expect_option(s, 5, "Linux", 6);
	expect_option(s, 4, "", 0);
	expect_option(s, 2, "CPU: 2\nentries: 0\n", 19);
	expect_option(s, 2, "CPU: 0\nentries: 1\n", 19);
}

static char *contents(int fd, size_t *len)
{
	struct stat st;
	char *data;

	assert_int_equal(fstat(fd, &st), 0);
	*len = (size_t)st.st_size;
	data = mem_new(*len + 1, 1);
	assert_int_equal(pread(fd, data, *len, 0), (ssize_t)*len);
	return data;
}

static void test_whole(void **state)
{
	struct depot depot;
	struct scan s = {0};
	struct datout dat;
	int fd = temp_file();
	uint64_t side;
	char *data;

	(void)state;
	make(&dat, &depot, fd);
	while (datout_write(&dat, 1000) > 0)
		;
	data = contents(fd, &s.len);
	s.data = data;
	assert_int_equal(s.len, datout_size(&dat));
	expect_head(&s);
	assert_int_equal(number(&s, 2), 3);
	assert_int_equal(number(&s, 4), 8 + 5);
	side = number(&s, 8);
	expect(&s, "side", 5);
	expect_option(&s, 0x6d70, "settings", 8);
	expect_option(&s, 0x6d70, "firstl", 6);
	expect_option(&s, 0x6d70, "ast!", 4);
	assert_int_equal(number(&s, 2), 0);
	expect(&s, "flyrecord", 10);
	expect_pages(&s, 20, 1);
	expect_pages(&s, 0, 0);
	expect_pages(&s, 3, 0);
	expect_text(&s, "[mono]");
	assert_int_equal(s.at, side);
	expect(&s, "flyrecord", 10);
	expect_pages(&s, 0, 0);
	expect_pages(&s, 0, 0);
	expect_pages(&s, 9, 2);
	expect_text(&s, "[mono]");
	free(data);
	datout_done(&dat);
	depot_done(&depot);
	close(fd);
}

/* The file may not grow beyond limit: what is in it then is still a file. */
static void cut_at(uint64_t limit, unsigned int first, unsigned int second)
{
	struct rlimit was, now;
	struct depot depot;
	struct scan s = {0};
	struct datout dat;
	int fd = temp_file(), err;
	char *data;

	make(&dat, &depot, fd);
	getrlimit(RLIMIT_FSIZE, &was);
	now = was;
	now.rlim_cur = limit;
	setrlimit(RLIMIT_FSIZE, &now);
	while ((err = datout_write(&dat, 1000)) > 0)
		;
	setrlimit(RLIMIT_FSIZE, &was);
	assert_int_equal(err, -EFBIG);
	err = datout_cut(&dat);
	data = contents(fd, &s.len);
	s.data = data;
	if (limit < SIZE / 8) {
		assert_int_equal(err, -ENOSPC);
	} else {
		assert_int_equal(err, 0);
		expect_head(&s);
		s.at += 6 + 8 + 5 + 3 * 6 + 18 + 2 + 10;
		expect_pages(&s, second, 1);
		expect_pages(&s, 0, 0);
		expect_pages(&s, first, 0);
		assert_true(s.len <= limit);
	}
	free(data);
	datout_done(&dat);
	depot_done(&depot);
	close(fd);
}

static void test_cut(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	cut_at(256, 0, 0);
	cut_at(SIZE, 0, 0);
	/* in steps of a chunk */
	cut_at(12 * SIZE, 0, 0);
	cut_at(13 * SIZE + 100, 3, 0);
	cut_at(21 * SIZE + 100, 3, DEPOT_CHUNK / SIZE);
	cut_at(32 * SIZE, 3, 2 * DEPOT_CHUNK / SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
