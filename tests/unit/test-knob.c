/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "reader/knob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* What knob.c must know, and what each of them means. */
static const struct known {
	const char *name, *cause, *expect;
	bool kprobes_only, hides;
} known[] = {
	{"ftrace_enabled", "ftrace_disabled", "1", true, false},
	{"kprobes_enabled", "kprobes_disabled", "1", true, false},
	{"tracing_on", "tracing_off", "1", false, false},
	{"tracing_cpumask", "cpumask", "f", false, false},
	{"overwrite", "overwrite", "1", false, false},
	{"enable", "probe_gone", "1", false, false},
	{"filter", "filter", "none", false, true},
	{"filter", "filter", "ret != 0", false, true},
	{"set_event_pid", "filter", "7", false, true},
	{"set_event_notrace_pid", "filter", "7", false, true},
	{"buffer_size_kb", "buffer_size", "8192", false, false},
	{"buffer_subbuf_size_kb", "buffer_size", "64", false, false},
	{"trace_clock", "clock", "local [mono] boot", false, false},
};

static unsigned int count_fds(void)
{
	DIR *list = opendir("/proc/self/fd");
	unsigned int nr = 0;

	assert_non_null(list);
	while (readdir(list))
		nr++;
	closedir(list);
	return nr;
}

/* A file that stands for one of the kernel's. */
static int file_of(const char *text)
{
	FILE *f = tmpfile();
	int fd;

	assert_non_null(f);
	fputs(text, f);
	fflush(f);
	fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
	fclose(f);
	assert_true(fd >= 0);
	return fd;
}

static void file_set(int fd, const char *text)
{
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, text, strlen(text), 0), strlen(text));
}

static void expect_file(int fd, const char *want)
{
	char text[64] = "";

	assert_true(pread(fd, text, sizeof(text) - 1, 0) >= 0);
	assert_string_equal(text, want);
}

/* No file any more: reading fails, as that of a removed event does. */
static void file_break(int fd)
{
	int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(dup2(dir, fd), fd);
	close(dir);
}

static void expect_news(struct knobs *knobs, const char *cause, const char *object)
{
	struct notice notice;

	memset(&notice, 'x', sizeof(notice));
	knobs_look(knobs);
	assert_true(knobs_check(knobs, &notice));
	assert_string_equal(notice.cause, cause);
	assert_string_equal(notice.object, object);
	assert_true(notice.text[0] && strlen(notice.text) < sizeof(notice.text));
	assert_true(notice.remedy[0] && strlen(notice.remedy) < sizeof(notice.remedy));
	memset(&notice, 'x', sizeof(notice));
	assert_true(knobs_off(knobs, &notice));
}

static void expect_quiet(struct knobs *knobs, bool off)
{
	struct notice notice;

	knobs_look(knobs);
	assert_false(knobs_check(knobs, &notice));
	assert_int_equal(knobs_off(knobs, &notice), off);
}

/* Each: well, changed, told once, back, changed again, gone, back. */
static void test_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct known *k = &known[i];
		struct knobs knobs = {.kprobes = true};
		char text[80], object[80];
		int fd, spare;

		snprintf(text, sizeof(text), "%s\n", k->expect);
		snprintf(object, sizeof(object), "object %zu", i);
		fd = file_of(text);
		spare = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		knobs_add(&knobs, k->name, 0, k->expect, object, fd);
		assert_int_equal(knobs.nr, 1);
		expect_quiet(&knobs, false);
		for (int round = 0; round < 3; round++) {
			file_set(spare, "0\n");
			expect_news(&knobs, k->cause, object);
			expect_quiet(&knobs, true);
			file_set(spare, text);
			expect_quiet(&knobs, false);
		}
		/* a longer text that starts alike is another one */
		snprintf(text, sizeof(text), "%s0\n", k->expect);
		file_set(spare, text);
		expect_news(&knobs, k->cause, object);
		file_set(spare, k->expect);
		expect_quiet(&knobs, false);
		/* of these the kernel leaves nothing to read where the event was removed */
		file_set(spare, "");
		if (k->hides)
			expect_quiet(&knobs, false);
		else
			expect_news(&knobs, k->cause, object);
		file_set(spare, k->expect);
		expect_quiet(&knobs, false);
		assert_int_equal(knobs_filtered(&knobs, 0), false);
		file_set(spare, "9");
		knobs_look(&knobs);
		assert_int_equal(knobs_filtered(&knobs, 0), k->hides);
		assert_false(knobs_filtered(&knobs, 1));
		file_set(spare, k->expect);
		/* of an event that is gone, one file tells */
		file_break(fd);
		if (!k->hides)
			expect_news(&knobs, k->cause, object);
		expect_quiet(&knobs, !k->hides);
		assert_int_equal(dup2(spare, fd), fd);
		expect_quiet(&knobs, false);
		close(spare);
		knobs_done(&knobs);
	}
}

/* The kprobes' own switches mean nothing to tracepoints. */
static void test_kprobes_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct knobs knobs = {0};
		struct notice notice;

		knobs_add(&knobs, known[i].name, 2, known[i].expect, "o", file_of("0"));
		knobs_look(&knobs);
		assert_int_equal(knobs_check(&knobs, &notice), !known[i].kprobes_only);
		assert_int_equal(knobs_off(&knobs, &notice), !known[i].kprobes_only);
		knobs_done(&knobs);
	}
}

static void test_unknown(void **state)
{
	unsigned int before = count_fds();
	struct knobs knobs = {.kprobes = true};
	struct notice notice;

	(void)state;
	knobs_add(&knobs, "nonsense", 0, "1", "o", file_of("0"));
	knobs_add(&knobs, "", 0, "1", "o", file_of("0"));
	knobs_add(&knobs, "tracing_o", 0, "1", "o", file_of("0"));
	assert_int_equal(count_fds(), before);
	assert_int_equal(knobs.nr, 0);
	knobs_look(&knobs);
	assert_false(knobs_check(&knobs, &notice));
	assert_false(knobs_off(&knobs, &notice));
	knobs_done(&knobs);
	for (int i = 0; i < 50; i++) {
		char object[16];

		snprintf(object, sizeof(object), "o%d", i);
		knobs_add(&knobs, "enable", 0, "1", object, file_of("0"));
	}
	assert_int_equal(count_fds(), before + 50);
	knobs_done(&knobs);
	assert_int_equal(count_fds(), before);
	assert_int_equal(knobs.nr, 0);
}

static void test_no_pids(void **state)
{
	struct knobs knobs = {0};
	int fd = file_of("");

	(void)state;
	knobs_add(&knobs, "set_event_pid", 0, "", "o", fd);
	expect_quiet(&knobs, false);
	file_set(fd, "0\n");
	expect_news(&knobs, "filter", "o");
	knobs_done(&knobs);
}

/* Several at once are told one by one, the first that is off for as long as it is. */
static void test_several(void **state)
{
	struct knobs knobs = {.kprobes = true};
	struct notice notice;
	int fds[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		fds[i] = file_of("1\n");
		knobs_add(&knobs, known[2 * i].name, 0, "1", known[2 * i].name, fds[i]);
	}
	file_set(fds[2], "0");
	file_set(fds[1], "0");
	expect_news(&knobs, "tracing_off", "tracing_on");
	expect_news(&knobs, "overwrite", "overwrite");
	expect_quiet(&knobs, true);
	assert_true(knobs_off(&knobs, &notice));
	assert_string_equal(notice.cause, "tracing_off");
	file_set(fds[0], "0");
	expect_news(&knobs, "ftrace_disabled", "ftrace_enabled");
	file_set(fds[0], "1");
	file_set(fds[1], "1");
	expect_quiet(&knobs, true);
	assert_true(knobs_off(&knobs, &notice));
	assert_string_equal(notice.cause, "overwrite");
	knobs_done(&knobs);
}

/* Recording stops in both instances; probes of the counted one alone are switched off. */
static void test_stop(void **state)
{
	static const struct {
		const char *name;
		unsigned int which;
		bool stopped, disarmed;
	} rows[] = {
		{"tracing_on", 0, true, false},
		{"tracing_on", 1, true, false},
		{"tracing_on", 2, false, false},
		{"enable", 0, false, true},
		{"enable", 1, false, false},
		{"enable", 0, false, true},
		{"ftrace_enabled", 2, false, false},
		{"overwrite", 0, false, false},
	};
	struct knobs knobs = {.kprobes = true};
	int fds[ARRAY_SIZE(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char object[16];

		fds[i] = file_of("1");
		snprintf(object, sizeof(object), "o%zu", i);
		knobs_add(&knobs, rows[i].name, rows[i].which, "1", object, fds[i]);
	}
	knobs_stop(&knobs);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect_file(fds[i], rows[i].stopped ? "0" : "1");
	knobs_disarm(&knobs);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect_file(fds[i], rows[i].stopped || rows[i].disarmed ? "0" : "1");
	/* one that is gone keeps none from being switched off */
	file_set(fds[1], "1");
	file_break(fds[0]);
	knobs_stop(&knobs);
	expect_file(fds[1], "0");
	knobs_done(&knobs);
}

/* The mask of 8192 CPUs, of which the last bit counts too. */
static void test_many_cpus(void **state)
{
	struct knobs knobs = {0};
	char mask[9 * 256] = "";
	int fd;

	(void)state;
	for (int i = 0; i < 256; i++)
		strcat(mask, i < 255 ? "ffffffff," : "ffffffff");
	fd = file_of(mask);
	knobs_add(&knobs, "tracing_cpumask", 0, mask, "o", fd);
	expect_quiet(&knobs, false);
	mask[strlen(mask) - 1] = '7';
	file_set(fd, mask);
	expect_news(&knobs, "cpumask", "o");
	knobs_done(&knobs);
}

/* A name from a stranger is cut, never written over. */
static void test_long(void **state)
{
	struct knobs knobs = {.kprobes = true};
	char name[300];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	knobs_add(&knobs, "enable", 0, "1", name, file_of(name));
	expect_news(&knobs, "probe_gone", knobs.rows[0].object);
	assert_int_equal(strlen(knobs.rows[0].object), sizeof(knobs.rows[0].object) - 1);
	knobs_done(&knobs);
}

/* An event that was made again: its file takes the place of the old one. */
static void test_again(void **state)
{
	unsigned int before = count_fds();
	struct knobs knobs = {.kprobes = true};
	struct notice notice;

	(void)state;
	knobs_add(&knobs, "enable", 0, "1", "mprotect", file_of("0"));
	knobs_add(&knobs, "enable", 1, "1", "mprotect", file_of("1"));
	knobs_look(&knobs);
	assert_true(knobs_check(&knobs, &notice));
	assert_true(knobs_gone(&knobs));
	knobs_add(&knobs, "enable", 0, "1", "mprotect", file_of("1"));
	assert_int_equal(knobs.nr, 2);
	assert_int_equal(count_fds(), before + 2);
	knobs_look(&knobs);
	assert_false(knobs_gone(&knobs));
	assert_false(knobs_check(&knobs, &notice));
	/* and gone once more is told once more */
	knobs_add(&knobs, "enable", 0, "1", "mprotect", file_of("0"));
	knobs_look(&knobs);
	assert_true(knobs_gone(&knobs));
	assert_true(knobs_check(&knobs, &notice));
	knobs_done(&knobs);
	assert_int_equal(count_fds(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_kprobes_only),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_no_pids),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_many_cpus),
		cmocka_unit_test(test_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
