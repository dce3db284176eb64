/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a choice lets through of a log, as lines come and go and the choice changes. */
#include "model/sieve.h"
#include "model/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LIMIT 3000 /* beyond the first room of either */

static const struct call_names no_names;

/* Each third asks for r-x, each seventh is of user 7. */
static void add(struct log *log, uint64_t n)
{
	struct journal_entry entry = {
		.call = {.addr = n << 12, .len = 4096, .prot = n % 3 ? 3 : 5, .known = CALL_ASKED},
		.pid = (uint32_t)n,
		.uid = n % 7 ? 1000 : 7};

	snprintf(entry.comm, sizeof(entry.comm), n % 2 ? "java" : "node");
	log_add(log, &entry, (double)n, &no_names);
}

static bool wanted(const struct view *view, uint64_t n)
{
	return (!view->calls || n % 3 == 0) && (!view->user || n % 7 == 0) &&
	       (!view->text || n % 2 == 0);
}

/* Against each line by itself. */
static void expect(const struct sieve *sieve, const struct log *log, const struct view *view)
{
	uint64_t first = log_seen(log) - log_nr(log);
	size_t nr = 0;

	for (uint64_t n = first; n < log_seen(log); n++) {
		if (!wanted(view, n))
			continue;
		assert_non_null(sieve_at(sieve, nr));
		assert_int_equal(sieve_at(sieve, nr)->pid, n);
		assert_int_equal(sieve_number(sieve, nr), n);
		assert_int_equal(sieve_find(sieve, n), nr);
		nr++;
	}
	assert_int_equal(sieve_nr(sieve), nr);
	assert_null(sieve_at(sieve, nr));
	assert_int_equal(sieve_find(sieve, UINT64_MAX), nr);
}

static void test_choices(void **state)
{
	struct filter *calls = filter_parse_calls("prot eq r-x", NULL);
	const struct view views[] = {{0}, {.calls = calls, .choice = 1},
		{.text = "NODE", .choice = 2}, {.user = true, .uid = 7, .choice = 3}, {.choice = 4},
		{.calls = calls, .text = "node", .choice = 5}};
	struct log *log = log_new(LIMIT);
	struct sieve sieve = {0};

	(void)state;
	assert_non_null(calls);
	for (uint64_t n = 0; n < 5 * LIMIT; n++) {
		const struct view *view = &views[n / 2500 % 6];

		add(log, n);
		if (n % 97 && n % 2500)
			continue;
		sieve_update(&sieve, log, view, "x86_64");
		expect(&sieve, log, view);
	}
	/* all that was looked at is gone */
	for (uint64_t n = 5 * LIMIT; n < 7 * LIMIT; n++)
		add(log, n);
	assert_null(sieve_at(&sieve, 0));
	sieve_update(&sieve, log, &views[5], "x86_64");
	expect(&sieve, log, &views[5]);
	sieve_update(&sieve, NULL, &views[5], "x86_64");
	assert_int_equal(sieve_nr(&sieve), 0);
	sieve_done(&sieve);
	log_free(log);
	filter_free(calls);
}

/* Losses and what was not kept are no calls: no choice hides them. */
static void test_notes(void **state)
{
	const struct view view = {.text = "nobody", .choice = 1};
	struct log *log = log_new(16);
	struct sieve sieve = {0};

	(void)state;
	add(log, 1);
	log_add(log, &(struct journal_entry){.lost = 9}, 4, &no_names);
	log_skip(log, false);
	add(log, 2);
	log_cut(log, 5);
	sieve_update(&sieve, log, &view, "x86_64");
	assert_int_equal(sieve_nr(&sieve), 3);
	assert_int_equal(sieve_at(&sieve, 0)->kind, LOG_LOST);
	assert_int_equal(sieve_at(&sieve, 1)->kind, LOG_GAP);
	assert_int_equal(sieve_at(&sieve, 2)->kind, LOG_CUT);
	sieve_done(&sieve);
	log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_notes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
