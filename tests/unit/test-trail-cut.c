/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recordings of tests/data with a trail that ends behind each of its records, or of which
 * records are dropped, doubled, swapped or of another time: a replay comes to an end, or tells the
 * file and the byte. Each file is tried in a process of its own.
 */
#include "base/mem.h"
#include "model/trail.h"
#include "replayer.h"
#include "trailedit.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NAME        "recording"
#define OPTION_HEAD 6
#define TIME_AT     8 /* in the head of a record */

/* How many of each two kinds that stand side by side in a file are tried. */
#ifdef __SANITIZE_ADDRESS__
#define CUTS    3
#define CHANGES 1
#else
#define CUTS    UINT_MAX
#define CHANGES 2
#endif

/* What a child does now. */
struct now {
	char what[32];
	size_t at;
	bool wrong;      /* it must be told of, */
	size_t wrong_at; /* at this byte */
	char told[256];  /* what came instead */
};

typedef void (*changer)(struct trailedit *edit, struct now *now);

static struct now *now_new(void)
{
	struct now *now =
		mmap(NULL, sizeof(*now), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(now != MAP_FAILED);
	return now;
}

static void load(const char *name, struct buf *out)
{
	const char *dir = getenv("srcdir");
	char where[512], bytes[4096];
	size_t len;
	FILE *f;

	snprintf(where, sizeof(where), "%s/tests/data/%s", dir ? dir : ".", name);
	f = fopen(where, "r");
	assert_non_null(f);
	while ((len = fread(bytes, 1, sizeof(bytes), f)))
		buf_add(out, bytes, len);
	fclose(f);
}

/* Ends the process where a replay neither ends well nor tells where the file is damaged. */
static void play(const struct trailedit *edit, struct now *now, const char *what, size_t at)
{
	struct options o = replayer_options(NAME);
	struct fault fault = {0};
	struct buf file = {0};
	size_t byte;
	int err;

	snprintf(now->what, sizeof(now->what), "%s", what);
	now->at = at;
	o.events = at % 3 == 1;
	o.audit = at % 3 == 2;
	trailedit_make(edit, &file);
	err = replayer_play(file.data, file.len, &o, &fault);
	buf_done(&file);
	if (!err && !now->wrong)
		return;
	if (err && strstr(fault.what, "damaged") &&
		sscanf(fault.object, NAME ", byte %zu", &byte) == 1 &&
		(!now->wrong || byte == now->wrong_at))
		return;
	snprintf(now->told, sizeof(now->told), "%.80s: %.80s", fault.object, fault.what);
	_exit(1);
}

/* Whether as many as most of two kinds that stand side by side, with n the second, were tried. */
static bool is_enough(const struct trailedit *edit, size_t n, unsigned int most)
{
	static unsigned int nr[TRAIL_NR_KINDS][TRAIL_NR_KINDS];
	uint16_t before, kind;

	if (!n || n >= edit->nr)
		return false;
	before = trailedit_kind(edit, n - 1);
	kind = trailedit_kind(edit, n);
	assert_true(before < TRAIL_NR_KINDS && kind < TRAIL_NR_KINDS);
	return nr[before][kind]++ >= most;
}

static void cut(struct trailedit *edit, struct now *now)
{
	for (size_t all = edit->nr, nr = all + 1; nr--;) {
		edit->nr = all;
		if (is_enough(edit, nr, CUTS))
			continue;
		edit->nr = nr;
		play(edit, now, "cut behind", nr);
	}
}

static void drop(struct trailedit *edit, struct now *now)
{
	for (size_t n = 0; n < edit->nr; n++) {
		struct trailedit_record record = edit->records[n];

		if (is_enough(edit, n, CHANGES))
			continue;
		trailedit_drop(edit, n);
		play(edit, now, "without", n);
		trailedit_insert(edit, n, record);
	}
}

/* Without all of a kind. */
static void lack(struct trailedit *edit, struct now *now)
{
	struct trailedit all = *edit;

	for (unsigned int kind = 1; kind < TRAIL_NR_KINDS; kind++) {
		*edit = all;
		edit->records = NULL;
		edit->nr = edit->cap = 0;
		for (size_t n = 0; n < all.nr; n++)
			if (trailedit_kind(&all, n) != kind)
				trailedit_insert(edit, edit->nr, all.records[n]);
		play(edit, now, "without all of kind", kind);
		free(edit->records);
	}
	*edit = all;
}

static void repeat(struct trailedit *edit, struct now *now)
{
	for (size_t n = 0; n < edit->nr; n++) {
		if (is_enough(edit, n, CHANGES))
			continue;
		trailedit_insert(edit, n, edit->records[n]);
		play(edit, now, "twice", n);
		trailedit_drop(edit, n);
	}
}

/* With the one before it, then with one that is further away. */
static void swap(struct trailedit *edit, struct now *now)
{
	for (size_t n = 1; n < edit->nr; n++) {
		const size_t others[] = {n - 1, n * 7919 % edit->nr};

		if (is_enough(edit, n, CHANGES))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
			struct trailedit_record *a = &edit->records[n];
			struct trailedit_record *b = &edit->records[others[i]], record = *a;

			*a = *b;
			*b = record;
			play(edit, now, "swapped", n);
			*b = *a;
			*a = record;
		}
	}
}

/* The times of records at both ends of their range, and far from those around them. */
static void retime(struct trailedit *edit, struct now *now)
{
	static const uint64_t times[] = {
		0, 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 1, UINT64_MAX};
	static uint8_t copy[1 << 20];

	for (size_t n = 0; n < edit->nr; n++) {
		struct trailedit_record record = edit->records[n];

		if (record.len > sizeof(copy) || is_enough(edit, n, 1))
			continue;
		memcpy(copy, record.data, record.len);
		edit->records[n].data = copy;
		for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
			trailedit_put(edit, copy + TIME_AT, 8, times[i]);
			play(edit, now, "of another time", n);
		}
		edit->records[n] = record;
	}
}

/* What belongs behind the begin stands before it: that is told of at its place. */
static void misplace(struct trailedit *edit, struct now *now)
{
	for (size_t n = 0; n < edit->nr; n++) {
		struct trailedit_record record = edit->records[n];

		if (trail_place(trailedit_kind(edit, n)) != TRAIL_BEGUN ||
			is_enough(edit, n, CHANGES))
			continue;
		trailedit_drop(edit, n);
		trailedit_insert(edit, 1, record);
		now->wrong = true;
		now->wrong_at = edit->first + OPTION_HEAD + edit->records[0].len;
		play(edit, now, "too early", n);
		trailedit_drop(edit, 1);
		trailedit_insert(edit, n, record);
	}
}

static void try_file(const char *name, changer change)
{
	struct now *now = now_new();
	struct trailedit edit;
	struct buf file = {0};
	int status, null;
	pid_t pid;

	load(name, &file);
	if (!trailedit_load(&edit, file.data, file.len)) {
		buf_done(&file);
		return;
	}
	pid = fork();
	if (!pid) {
		/* the parent tells of a crash */
		signal(SIGSEGV, SIG_DFL);
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		change(&edit, now);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		print_error("%s, %s record %zu: status %#x %s\n", name, now->what, now->at,
			(unsigned int)status, now->told);
	assert_int_equal(status, 0);
	trailedit_done(&edit);
	buf_done(&file);
	munmap(now, sizeof(*now));
}

static void try_all(changer change)
{
	const char *dir = getenv("srcdir");
	char where[512];
	struct dirent *entry;
	unsigned int nr = 0;
	DIR *data;

	snprintf(where, sizeof(where), "%s/tests/data", dir ? dir : ".");
	data = opendir(where);
	assert_non_null(data);
	while ((entry = readdir(data))) {
		const char *end = strrchr(entry->d_name, '.');

		if (!end || strcmp(end, ".dat") != 0)
			continue;
		try_file(entry->d_name, change);
		nr++;
	}
	closedir(data);
	assert_true(nr > 10);
}

static void test_cut(void **state)
{
	(void)state;
	try_all(cut);
}

static void test_drop(void **state)
{
	(void)state;
	try_all(drop);
}

static void test_lack(void **state)
{
	(void)state;
	try_all(lack);
}

static void test_repeat(void **state)
{
	(void)state;
	try_all(repeat);
}

static void test_swap(void **state)
{
	(void)state;
	try_all(swap);
}

static void test_retime(void **state)
{
	(void)state;
	try_all(retime);
}

static void test_misplace(void **state)
{
	(void)state;
	try_all(misplace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_lack),
		cmocka_unit_test(test_repeat),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_retime),
		cmocka_unit_test(test_misplace),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
