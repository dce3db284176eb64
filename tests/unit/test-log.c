/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring of calls: order, bound, names, gaps. */
#include "model/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *told_site(const struct call *call, void *arg)
{
	static char text[32];

	(void)arg;
	snprintf(text, sizeof(text), "lib+%u", (unsigned int)call->site % 7);
	return call->site == 5 ? NULL : text;
}

static const struct call_names names = {.site = told_site};

static void add(struct log *log, uint64_t n)
{
	const struct change changes[] = {{.start = 1, .end = 2, .before = 5, .after = 5},
		{.start = 2, .end = 3, .before = 3, .after = 5},
		{.start = 3, .end = 4, .before = 3, .after = 7}};
	struct journal_entry entry = {
		.call = {.addr = n, .site = n, .nr_changes = n % 2 ? 3 : 0, .changes = changes},
		.pid = (uint32_t)n,
		.comm = "jit"};

	log_add(log, &entry, (double)n, &names);
}

static void test_ring(void **state)
{
	struct log *log = log_new(2500);

	(void)state;
	assert_int_equal(log_nr(log), 0);
	for (uint64_t i = 0; i < 10000; i++) {
		add(log, i);
		assert_int_equal(log_at(log, log_nr(log) - 1)->call.addr, i);
		if (i % 617 == 0)
			for (size_t k = 0; k < log_nr(log); k++)
				assert_int_equal(
					log_at(log, k)->call.addr, i + 1 - log_nr(log) + k);
	}
	assert_int_equal(log_nr(log), 2500);
	assert_int_equal(log_seen(log), 10000);
	log_free(log);
}

static void test_copies(void **state)
{
	struct log *log = log_new(16);
	const struct log_entry *entry;

	(void)state;
	add(log, 3);
	entry = log_at(log, 0);
	/* the first change of a kind */
	assert_int_equal(entry->change.start, 2);
	assert_string_equal(entry->backing->text, "anonymous");
	assert_string_equal(entry->site->text, "lib+3");
	assert_null(entry->call.changes);
	add(log, 4);
	assert_null(log_at(log, 1)->backing);
	add(log, 5);
	assert_null(log_at(log, 2)->site);
	log_free(log);
	log_free(NULL);
}

static void test_gaps(void **state)
{
	struct log *log = log_new(16);

	(void)state;
	log_skip(log, true);
	add(log, 1);
	assert_int_equal(log_nr(log), 1);
	log_skip(log, true);
	log_skip(log, true);
	add(log, 2);
	assert_int_equal(log_nr(log), 3);
	assert_int_equal(log_at(log, 1)->kind, LOG_GAP);
	assert_int_equal(log_at(log, 1)->count, 2);
	log_skip(log, true);
	log_skip(log, false);
	add(log, 3);
	assert_int_equal(log_at(log, 3)->kind, LOG_GAP);
	assert_int_equal(log_at(log, 3)->count, 0);
	log_add(log, &(struct journal_entry){.lost = 9, .call = {.cpu = 3}}, 4, &names);
	assert_int_equal(log_at(log, 5)->kind, LOG_LOST);
	assert_int_equal(log_at(log, 5)->count, 9);
	log_free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_gaps),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
