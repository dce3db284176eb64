/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "reader/parts.h"
#include "reader/depot.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE   4096
#define HEADER 16

static const struct page_layout layout = {.long_size = 8,
	.header_len = HEADER,
	.size = SIZE,
	.big_endian = __BYTE_ORDER == __BIG_ENDIAN};

static int temp_file(void)
{
	FILE *f = tmpfile();
	int fd;

	assert_non_null(f);
	fd = dup(fileno(f));
	fclose(f);
	assert_true(fd >= 0);
	return fd;
}

/* A record of words 32-bit words, each of which is mark, delta after the one before. */
static uint32_t put_record(uint8_t *at, uint32_t delta, uint32_t words, uint32_t mark)
{
	uint32_t head = layout.big_endian ? words << 27 | delta : delta << 5 | words;

	memcpy(at, &head, sizeof(head));
	for (uint32_t i = 0; i < words; i++)
		memcpy(at + 4 + 4 * i, &mark, sizeof(mark));
	return 4 + 4 * words;
}

/* One page with one record of that mark, delta ns into the page. */
static void add_one(struct depot *depot, unsigned int stream, uint64_t ts, uint32_t delta,
	uint32_t words, uint32_t mark, uint64_t lost)
{
	uint8_t bytes[256];
	struct depot_page page = {.records = bytes,
		.len = put_record(bytes, delta, words, mark),
		.ts_ns = ts,
		.last_ns = ts + delta,
		.lost = lost};

	assert_int_equal(depot_page(depot, stream, &page), 0);
}

/* The records of a stream: their marks and times; how many, and the pages in *pages. */
static size_t read_back(struct depot *depot, unsigned int stream, uint32_t *marks, uint64_t *times,
	uint64_t *lost, size_t *pages)
{
	uint64_t at = 0, len = depot_len(depot, stream);
	size_t nr = 0;

	assert_int_equal(len % SIZE, 0);
	*pages = 0;
	for (; at < len; at += SIZE, ++*pages) {
		uint8_t bytes[SIZE];
		struct page_record record;
		struct page page;

		assert_int_equal(depot_read(depot, stream, at, bytes, SIZE), SIZE);
		assert_int_equal(page_begin(&page, &layout, bytes, SIZE), PAGE_OK);
		lost[*pages] = page.lost_before;
		while (page_next(&page, &record)) {
			memcpy(&marks[nr], record.data, sizeof(*marks));
			times[nr++] = record.ts;
		}
		assert_int_equal(page.error, PAGE_OK);
	}
	return nr;
}

static void test_joined(void **state)
{
	uint32_t marks[8];
	uint64_t times[8], lost[8];
	struct depot depot;
	size_t pages;

	(void)state;
	depot_init(&depot, temp_file(), 2, &layout);
	add_one(&depot, 1, 1000, 7, 4, 0xa, 0);
	add_one(&depot, 1, 5000, 0, 4, 0xb, 0);
	/* a long while: more than a delta holds */
	add_one(&depot, 1, 5000 + (1ULL << 40), 3, 4, 0xc, 0);
	assert_int_equal(read_back(&depot, 1, marks, times, lost, &pages), 3);
	assert_int_equal(pages, 1);
	assert_true(marks[0] == 0xa && marks[1] == 0xb && marks[2] == 0xc);
	assert_true(times[0] == 1007 && times[1] == 5000 && times[2] == 5003 + (1ULL << 40));
	assert_int_equal(depot_len(&depot, 0), 0);
	/* one that is older than what was there begins anew, as a delta cannot be less than 0 */
	add_one(&depot, 1, 4000, 0, 4, 0xd, 0);
	assert_int_equal(read_back(&depot, 1, marks, times, lost, &pages), 4);
	assert_int_equal(pages, 2);
	assert_true(times[3] == 4000);
	depot_done(&depot);
}

static void test_losses(void **state)
{
	uint32_t marks[8];
	uint64_t times[8], lost[8];
	struct depot depot;
	size_t pages;

	(void)state;
	depot_init(&depot, temp_file(), 1, &layout);
	add_one(&depot, 0, 1000, 0, 4, 1, 0);
	add_one(&depot, 0, 2000, 0, 4, 2, 17);
	/* not over the count, which stands behind the records */
	add_one(&depot, 0, 3000, 0, 4, 3, 0);
	add_one(&depot, 0, 4000, 0, 4, 4, PAGE_LOST_UNKNOWN);
	assert_int_equal(read_back(&depot, 0, marks, times, lost, &pages), 4);
	assert_int_equal(pages, 4);
	assert_true(lost[0] == 0 && lost[1] == 17 && lost[2] == 0 && lost[3] == PAGE_LOST_UNKNOWN);
	depot_done(&depot);
}

/* Two streams take turns over many chunks, and each is read back as it was. */
static void test_chunks(void **state)
{
	enum {
		NR = 20000
	};
	uint32_t *marks = mem_new(NR, sizeof(*marks));
	uint64_t *times = mem_new(NR, sizeof(*times)), lost[512];
	struct depot depot;
	size_t pages;

	(void)state;
	depot_init(&depot, temp_file(), 2, &layout);
	for (uint32_t i = 0; i < NR; i++)
		add_one(&depot, i % 2, 1000 * i, 1, 10, i, 0);
	assert_true(depot.nr_chunks > 10);
	for (unsigned int stream = 0; stream < 2; stream++) {
		assert_int_equal(read_back(&depot, stream, marks, times, lost, &pages), NR / 2);
		for (uint32_t i = 0; i < NR / 2; i++) {
			assert_int_equal(marks[i], 2 * i + stream);
			assert_true(times[i] == 1000 * marks[i] + 1);
		}
	}
	assert_int_equal(depot_total(&depot), depot_len(&depot, 0) + depot_len(&depot, 1));
	free(marks);
	free(times);
	depot_done(&depot);
}

static void test_bytes(void **state)
{
	struct depot depot;
	char bytes[7000], got[7000];
	uint64_t at = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	depot_init(&depot, temp_file(), 1, &layout);
	for (int i = 0; i < 50; i++)
		assert_int_equal(depot_bytes(&depot, 0, bytes, sizeof(bytes)), 0);
	assert_int_equal(depot_len(&depot, 0), 50 * sizeof(bytes));
	while (at < depot_len(&depot, 0)) {
		ssize_t n = depot_read(&depot, 0, at, got, sizeof(got));

		assert_true(n > 0);
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(got[i], bytes[(at + (uint64_t)i) % sizeof(bytes)]);
		at += (uint64_t)n;
	}
	assert_int_equal(depot_read(&depot, 0, at, got, 1), 0);
	depot_done(&depot);
}

/* What was taken before the disk was full is still there, with what is forced behind it. */
static void test_full(void **state)
{
	struct depot depot;
	char bytes[1000] = {1}, got[4];
	uint64_t len;
	int err = 0;

	(void)state;
	depot_init(&depot, open("/dev/full", O_RDWR), 2, &layout);
	assert_true(depot.fd >= 0);
	for (int i = 0; i < 100 && !err; i++)
		err = depot_bytes(&depot, 0, bytes, sizeof(bytes));
	assert_int_equal(err, -ENOSPC);
	len = depot_len(&depot, 0);
	assert_int_equal(len, depot.chunk);
	assert_int_equal(depot_bytes(&depot, 1, bytes, 1), -ENOSPC);
	depot_force(&depot, 0, "last", 4);
	assert_int_equal(depot_len(&depot, 0), len + 4);
	assert_int_equal(depot_read(&depot, 0, len, got, 4), 4);
	assert_memory_equal(got, "last", 4);
	depot_done(&depot);
}

static uint64_t blocks(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint64_t)st.st_blocks;
}

/* A file of both, written in small steps; the depot gives back what was copied. */
static void test_parts(void **state)
{
	int fd = temp_file(), depot_fd = temp_file(), more, steps = 0;
	struct depot depot;
	struct parts parts;
	char bytes[DEPOT_CHUNK], got[16];
	uint64_t before;
	size_t text, part;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	depot_init(&depot, depot_fd, 1, &layout);
	for (int i = 0; i < 9; i++)
		depot_bytes(&depot, 0, bytes, sizeof(bytes));
	depot_bytes(&depot, 0, "end", 3);
	before = blocks(depot_fd);
	parts_init(&parts, &depot, fd);
	parts_bytes(&parts, "head", 4);
	text = parts_bytes(&parts, "....", 4);
	parts_align(&parts, 4096);
	part = parts_stream(&parts, 0, 0, depot_len(&depot, 0));
	parts_bytes(&parts, "tail", 4);
	assert_int_equal(parts_at(&parts, part), 4096);
	assert_int_equal(parts.size, 4096 + 9 * DEPOT_CHUNK + 3 + 4);
	while ((more = parts_write(&parts, DEPOT_CHUNK)) > 0)
		steps++;
	assert_int_equal(more, 0);
	assert_true(steps >= 9);
	assert_int_equal(parts_written(&parts, part), 9 * DEPOT_CHUNK + 3);
	memcpy(parts.text.data + text, "back", 4);
	assert_int_equal(parts_rewrite(&parts, text, 4), 0);
	assert_int_equal(pread(fd, got, 8, 0), 8);
	assert_memory_equal(got, "headback", 8);
	assert_int_equal(pread(fd, got, 16, 4096 + 9 * DEPOT_CHUNK - 1), 8);
	assert_memory_equal(got, "xendtail", 8);
	if (blocks(depot_fd) == before)
		print_message("# this file system gives nothing back\n");
	else
		assert_true(blocks(depot_fd) < before / 4);
	parts_done(&parts);
	depot_done(&depot);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_chunks),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_parts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
