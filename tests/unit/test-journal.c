/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/journal.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NAMES_NS JOURNAL_NAMES_NS
#define MANY     20000u

/* What came out; tid is the number of the entry, and so is the start of its changes. */
struct rig {
	struct journal *journal;
	struct call_names names;
	uint32_t got[MANY];
	uint64_t times[MANY];
	unsigned int nr, nr_lost, asked;
	bool known; /* names are there */
};

static void take(const struct journal_entry *entry, void *arg)
{
	struct rig *rig = arg;

	assert_in_range(rig->nr, 0, MANY - 1);
	rig->times[rig->nr] = entry->call.ts_ns;
	rig->got[rig->nr++] = entry->call.tid;
	rig->nr_lost += !!entry->lost;
	for (uint32_t i = 0; i < entry->call.nr_changes; i++)
		assert_int_equal(entry->call.changes[i].start, entry->call.tid + i);
}

static bool ready(const struct call *call, void *arg)
{
	struct rig *rig = arg;

	(void)call;
	rig->asked++;
	return rig->known;
}

static struct rig *rig_new(size_t limit)
{
	struct rig *rig = mem_new(1, sizeof(*rig));

	rig->journal = journal_new(limit, &rig->names, take, rig);
	return rig;
}

static void rig_free(struct rig *rig)
{
	journal_free(rig->journal);
	free(rig);
}

static void add(struct rig *rig, uint32_t nr, uint64_t ts_ns, uint32_t nr_changes, uint64_t now_ns)
{
	struct change changes[8];
	struct journal_entry entry = {
		.call = {.tid = nr, .ts_ns = ts_ns, .nr_changes = nr_changes, .changes = changes}};

	for (uint32_t i = 0; i < nr_changes; i++)
		changes[i] = (struct change){.start = nr + i};
	journal_add(rig->journal, &entry, now_ns);
	/* it keeps copies */
	memset(changes, 0xff, sizeof(changes));
}

static void lose(struct rig *rig, uint32_t nr, uint64_t ts_ns)
{
	journal_add(rig->journal,
		&(struct journal_entry){.lost = 7, .call = {.tid = nr, .ts_ns = ts_ns}}, 0);
}

static void check(struct rig *rig, const char *want)
{
	char got[64] = "";

	for (unsigned int i = 0; i < rig->nr; i++)
		got[i] = (char)('0' + rig->got[i]);
	assert_string_equal(got, want);
}

static void test_order(void **state)
{
	struct rig *rig = rig_new(100);

	(void)state;
	add(rig, 2, 200, 1, 0);
	add(rig, 4, 400, 0, 0);
	lose(rig, 3, 300);
	add(rig, 1, 100, 3, 0);
	journal_release(rig->journal, 100, 1000);
	check(rig, "");
	journal_release(rig->journal, 301, 1000);
	check(rig, "123");
	/* of one time in the order of coming */
	add(rig, 5, 400, 0, 0);
	lose(rig, 6, 400);
	journal_release(rig->journal, 401, 1000);
	check(rig, "123456");
	assert_int_equal(rig->nr_lost, 2);
	assert_int_equal(journal_late(rig->journal), 0);
	rig_free(rig);
}

static void test_flush(void **state)
{
	struct rig *rig = rig_new(100);

	(void)state;
	rig->names = (struct call_names){.ready = ready, .arg = rig};
	add(rig, 2, 200, 0, 0);
	add(rig, 1, 100, 2, 0);
	journal_release(rig->journal, UINT64_MAX, 1);
	check(rig, "");
	journal_flush(rig->journal);
	check(rig, "12");
	/* and what is never handed on is freed */
	add(rig, 3, 300, 4, 0);
	rig_free(rig);
}

/* Names are waited for, in order, and not for ever. */
static void test_names(void **state)
{
	struct rig *rig = rig_new(100);

	(void)state;
	rig->names = (struct call_names){.ready = ready, .arg = rig};
	add(rig, 1, 100, 0, 1000);
	add(rig, 2, 200, 0, 2000);
	/* asked as each comes, so that a look-up can begin */
	assert_int_equal(rig->asked, 2);
	journal_release(rig->journal, UINT64_MAX, 1000 + NAMES_NS - 1);
	check(rig, "");
	journal_release(rig->journal, UINT64_MAX, 1000 + NAMES_NS);
	check(rig, "1");
	rig->known = true;
	journal_release(rig->journal, UINT64_MAX, 2000);
	check(rig, "12");
	/* a loss has no names */
	rig->known = false;
	lose(rig, 3, 300);
	journal_release(rig->journal, UINT64_MAX, 2000);
	check(rig, "123");
	rig_free(rig);
}

/* Beyond the limit the oldest goes at once; one that is older yet comes late, and is counted. */
static void test_limit(void **state)
{
	struct rig *rig = rig_new(4);

	(void)state;
	rig->names = (struct call_names){.ready = ready, .arg = rig};
	add(rig, 3, 300, 1, 0);
	add(rig, 2, 200, 1, 0);
	check(rig, "");
	add(rig, 4, 400, 0, 0);
	check(rig, "2");
	/* changes count as well */
	add(rig, 5, 500, 3, 0);
	check(rig, "234");
	add(rig, 1, 100, 0, 0);
	check(rig, "2341");
	assert_int_equal(journal_late(rig->journal), 1);
	rig_free(rig);
}

/* In any order of coming: all once, in order of time, never before what is safe. */
static void tell_why(const struct journal_entry *entry, void *arg)
{
	const char **told = arg;

	told[entry->call.tid] = entry->why;
}

/* What is still held is told anew, by thread and time. */
static void test_retell(void **state)
{
	const char *told[4] = {0};
	struct journal *journal = journal_new(100, NULL, tell_why, told);
	struct journal_entry entry = {.why = "reserve"};

	(void)state;
	for (uint32_t tid = 1; tid <= 3; tid++) {
		entry.call.tid = tid;
		entry.call.ts_ns = 10 * tid;
		journal_add(journal, &entry, 30);
	}
	journal_release(journal, 15, 30);
	journal_retell(journal, 1, 10, "stack guard"); /* it is gone */
	journal_retell(journal, 2, 30, "stack guard");
	journal_retell(journal, 3, 30, "stack guard");
	journal_flush(journal);
	journal_free(journal);
	assert_string_equal(told[1], "reserve");
	assert_string_equal(told[2], "reserve");
	assert_string_equal(told[3], "stack guard");
}

static void test_many(void **state)
{
	struct rig *rig = rig_new(JOURNAL_LIMIT);
	char *seen = mem_new(MANY, 1);
	uint32_t random = 1;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		random = random * 1103515245 + 12345;
		/* a call comes up to 500 later than it began */
		if (i % 10)
			add(rig, i, 1000 + i * 3 - (random >> 16) % 500, (random >> 8) % 5, 0);
		else
			lose(rig, i, 1000 + i * 3);
		if (i % 7)
			continue;
		journal_release(rig->journal, 1000 + i * 3 - 500, 0);
		assert_true(!rig->nr || rig->times[rig->nr - 1] < 1000 + i * 3 - 500);
	}
	journal_flush(rig->journal);
	assert_int_equal(rig->nr, MANY);
	assert_int_equal(rig->nr_lost, MANY / 10);
	assert_int_equal(journal_late(rig->journal), 0);
	for (uint32_t i = 0; i < MANY; i++) {
		assert_true(!i || rig->times[i - 1] <= rig->times[i]);
		assert_int_equal(seen[rig->got[i]]++, 0);
	}
	free(seen);
	rig_free(rig);
}

static const char *name_site(const struct call *call, void *arg)
{
	(void)arg;
	return call->site ? "libfoo.so+0x1" : NULL;
}

static const char *name_backing(const struct call *call, const struct change *change, void *arg)
{
	(void)call;
	(void)arg;
	return change->start ? "[heap]" : NULL;
}

static void test_texts(void **state)
{
	const struct call_names none = {0}, names = {.site = name_site, .backing = name_backing};
	const struct call here = {.site = 1}, nowhere = {0};
	const struct change file = {.file = true}, heap = {.start = 1}, plain = {0};

	(void)state;
	assert_null(call_site(NULL, &here));
	assert_null(call_site(&none, &here));
	assert_null(call_site(&names, &nowhere));
	assert_string_equal(call_site(&names, &here), "libfoo.so+0x1");
	assert_string_equal(call_backing(NULL, &here, &file), "file");
	assert_string_equal(call_backing(&none, &here, &plain), "anonymous");
	assert_string_equal(call_backing(&names, &here, &heap), "[heap]");
	assert_string_equal(call_backing(&names, &here, &file), "file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_retell),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_texts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
