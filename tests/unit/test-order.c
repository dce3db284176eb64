/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order by digits is that of comparing one by one. */
#include "base/mem.h"
#include "model/column.h"
#include "model/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST 3000

static struct order_key keys[MOST];
static struct order_room room;
static bool ascending;

static int compare_u(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_what(const struct order_key *a, const struct order_key *b)
{
	int order;

	if (!a->known || !b->known)
		return b->known - a->known;
	order = a->text ? strcmp(a->text, b->text) : compare_u(a->rank, b->rank);
	return ascending ? order : -order;
}

static int compare(const void *x, const void *y)
{
	const struct order_key *a = &keys[*(const uint32_t *)x], *b = &keys[*(const uint32_t *)y];
	int order = compare_what(a, b);

	order = order ? order : compare_u(b->calls, a->calls);
	order = order ? order : compare_u(a->pid, b->pid);
	order = order ? order : compare_u(a->tid, b->tid);
	order = order ? order : compare_u(a->start_ns, b->start_ns);
	return order ? order : compare_u((uint64_t)(a - keys), (uint64_t)(b - keys));
}

static void check(size_t nr)
{
	uint32_t places[MOST], expected[MOST];

	for (int up = 0; up < 2; up++) {
		ascending = up;
		for (size_t i = 0; i < nr; i++)
			expected[i] = (uint32_t)i;
		qsort(expected, nr, sizeof(*expected), compare);
		order_make(keys, nr, up, &room, places);
		assert_memory_equal(places, expected, nr * sizeof(*places));
	}
}

static uint64_t any(uint64_t most)
{
	return ((uint64_t)rand() << 32 ^ (uint64_t)rand() << 16 ^ (uint64_t)rand()) % most;
}

/* Much is alike, so that all that decides does. */
static void fill(size_t nr, uint64_t ranks, bool threads)
{
	for (size_t i = 0; i < nr; i++) {
		uint32_t pid = any(9) ? (uint32_t)any(40) : UINT32_MAX;

		keys[i] = (struct order_key){.rank = any(ranks),
			.calls = any(3) ? any(3) : any(UINT64_MAX),
			.start_ns = any(2) ? any(3) : any(UINT64_MAX),
			.pid = pid,
			.tid = threads ? (uint32_t)any(5) : pid,
			.known = any(8)};
	}
}

static void test_numbers(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 3, 47, 48, 49, 100, MOST};

	(void)state;
	srand(3);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (int threads = 0; threads < 2; threads++) {
			fill(sizes[i], 4, threads);
			check(sizes[i]);
			fill(sizes[i], UINT64_MAX, threads);
			check(sizes[i]);
		}
}

/* Texts that begin alike, end at the length of a rank, or hold any byte. */
static void test_texts(void **state)
{
	static const char *const ends[] = {"", "a", "b", "longer", "longer still", "\xff\xfe", "-",
		"/a/rather/long/path/that/goes/on", "/a/rather/long/path/that/goes/on/and/on"};
	static char texts[MOST][96];

	(void)state;
	srand(4);
	for (size_t nr = 0; nr <= MOST; nr += nr < 60 ? 1 : 980) {
		fill(nr, 2, true);
		for (size_t i = 0; i < nr; i++) {
			snprintf(texts[i], sizeof(texts[i]), "%.*s%s%s", (int)any(10), "12345678x",
				any(2) ? "worker" : "", ends[any(ARRAY_SIZE(ends))]);
			keys[i].text = texts[i];
			keys[i].rank =
				type_text.rank(&(struct value){.known = true, .text = texts[i]});
		}
		check(nr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_texts),
	};
	int status;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	order_done(&room);
	return status;
}
