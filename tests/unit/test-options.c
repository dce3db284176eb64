/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"
#include "base/mem.h"
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 16

static struct options options_got;
static struct fault fault;
static char words[256], *argv_got[WORDS_MAX + 1];

/* Parses a line, split at single blanks; a word @ is an empty one. */
static int parse(const char *line)
{
	int argc = 0;

	options_done(&options_got);
	memset(&fault, 0, sizeof(fault));
	snprintf(words, sizeof(words), "mprottop%s%s", *line ? " " : "", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		assert_true(argc < WORDS_MAX);
		argv_got[argc++] = strcmp(word, "@") ? word : word + 1;
	}
	argv_got[argc] = NULL;
	return options_parse(argc, argv_got, &options_got, &fault);
}

static const struct options *good(const char *line)
{
	char text[1024];
	int err = parse(line);

	fault_text(&fault, text, sizeof(text));
	if (err)
		print_error("%s: %s\n", line, text);
	assert_int_equal(err, 0);
	return &options_got;
}

static void bad(const char *line, const char *object, const char *remedy)
{
	char text[1024];
	int err = parse(line);

	fault_text(&fault, text, sizeof(text));
	if (!err || !strstr(fault.object, object) || !strstr(fault.remedy, remedy))
		print_error("%s: %d: %s\n", line, err, text);
	assert_true(err < 0);
	assert_int_equal(fault.status, 2);
	assert_int_equal(fault.err, 0);
	assert_true(fault.what[0] != '\0');
	assert_non_null(strstr(fault.object, object));
	assert_non_null(strstr(fault.remedy, remedy));
	assert_non_null(strstr(fault.remedy, "try 'mprottop --help'"));
}

static void test_default(void **state)
{
	const struct options *o = good("");

	(void)state;
	assert_int_equal(o->action, OPTIONS_RUN);
	assert_false(o->batch || o->threads || o->idle || o->quiet || o->raw || o->timestamps);
	assert_false(o->ascii || o->no_mouse || o->ascending);
	assert_int_equal(o->iterations, 0);
	assert_int_equal(o->delay_ns, 1000000000);
	assert_int_equal(o->duration_ns, 0);
	assert_int_equal(o->nr_pids, 0);
	assert_int_equal(o->nr_columns, 0);
	assert_int_equal(o->buffer_size, 0);
	assert_int_equal(o->width, 0);
	assert_null(o->sort);
	assert_null(o->command);
	assert_null(o->output);
	assert_null(o->command_user);
	assert_ptr_equal(o->format, &format_table);
	assert_string_equal(o->probe, "auto");
	assert_string_equal(o->color, "auto");
}

static void test_flags(void **state)
{
	static const struct {
		const char *line;
		size_t field;
	} flags[] = {
		{"-b", offsetof(struct options, batch)},
		{"--batch", offsetof(struct options, batch)},
		{"-H", offsetof(struct options, threads)},
		{"--threads", offsetof(struct options, threads)},
		{"-i", offsetof(struct options, idle)},
		{"--idle", offsetof(struct options, idle)},
		{"-c", offsetof(struct options, cmdline)},
		{"--cmdline", offsetof(struct options, cmdline)},
		{"-T", offsetof(struct options, timestamps)},
		{"--timestamps", offsetof(struct options, timestamps)},
		{"-q", offsetof(struct options, quiet)},
		{"--quiet", offsetof(struct options, quiet)},
		{"--raw", offsetof(struct options, raw)},
		{"--ascii", offsetof(struct options, ascii)},
		{"-M", offsetof(struct options, no_mouse)},
		{"--no-mouse", offsetof(struct options, no_mouse)},
		{"--no-m", offsetof(struct options, no_mouse)},
		{"-1", offsetof(struct options, batch)},
		{"-bHi", offsetof(struct options, idle)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		good(flags[i].line);
		assert_true(*(bool *)((char *)&options_got + flags[i].field));
	}
	bad("--batch=yes", "--batch", "");
	bad("--raw=", "--raw", "");
}

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(good("-n 5")->iterations, 5);
	assert_false(options_got.batch);
	assert_int_equal(good("--iterations=7")->iterations, 7);
	assert_int_equal(good("-1")->iterations, 1);
	assert_int_equal(good("-n 5 -1")->iterations, 1);
	assert_int_equal(good("-1n5")->iterations, 5);
	assert_int_equal(good("-d 0.1")->delay_ns, 100000000);
	assert_int_equal(good("-d1h")->delay_ns, 3600000000000);
	assert_int_equal(good("--delay=500ms")->delay_ns, 500000000);
	assert_int_equal(good("--delay 2s -d 3")->delay_ns, 3000000000);
	assert_int_equal(good("--duration=1m")->duration_ns, 60000000000);
	assert_int_equal(good("--width=80")->width, 80);
	assert_int_equal(good("--buffer-size=64k")->buffer_size, 65536);
	assert_int_equal(good("--buffer-size=4MiB")->buffer_size, 4 << 20);
	assert_int_equal(good("--buffer-size=1G")->buffer_size, 1 << 30);
	bad("-n 0", "--iterations=0", "from 1");
	bad("-n -1", "--iterations=-1", "from 1");
	bad("-n 1.5", "--iterations=1.5", "from 1");
	bad("-n 99999999999999999999", "--iterations=9", "from 1");
	bad("-n @", "--iterations=", "from 1");
	bad("-n", "--iterations", "");
	bad("--iterations", "--iterations", "");
	bad("-d 0.09", "--delay=0.09", "0.1 to 3600");
	bad("-d 0", "--delay=0", "0.1 to 3600");
	bad("-d 61m", "--delay=61m", "0.1 to 3600");
	bad("-d nan", "--delay=nan", "0.1 to 3600");
	bad("-d -1", "--delay=-1", "0.1 to 3600");
	bad("--delay=1,5", "--delay=1,5", "0.1 to 3600");
	bad("--delay=1d", "--delay=1d", "0.1 to 3600");
	bad("--duration=0", "--duration=0", "1ms");
	bad("--duration=forever", "--duration=forever", "1ms");
	bad("--width=0", "--width=0", "1 to 65535");
	bad("--width=65536", "--width=65536", "1 to 65535");
	bad("--width=wide", "--width=wide", "1 to 65535");
	bad("--buffer-size=63k", "--buffer-size=63k", "64k to 1G");
	bad("--buffer-size=2G", "--buffer-size=2G", "64k to 1G");
	bad("--buffer-size=4MB", "--buffer-size=4MB", "64k to 1G");
}

static void test_pids(void **state)
{
	const struct options *o = good("-p 1,4242,1 --pid=7 -p4194304");

	(void)state;
	assert_int_equal(o->nr_pids, 4);
	assert_int_equal(o->pids[0], 1);
	assert_int_equal(o->pids[1], 4242);
	assert_int_equal(o->pids[2], 7);
	assert_int_equal(o->pids[3], 4194304);
	bad("-p 0", "--pid=0", "process ids");
	bad("-p 4194305", "--pid=4194305", "process ids");
	bad("-p 1,", "--pid=1,", "process ids");
	bad("-p ,1", "--pid=,1", "process ids");
	bad("-p 1,,2", "--pid=1,,2", "process ids");
	bad("-p init", "--pid=init", "process ids");
	bad("-p @", "--pid=", "process ids");
	bad("-p 00000000000000000000000000000000000000000000001", "--pid=0", "process ids");
	bad("-p -5", "--pid=-5", "process ids");
}

static void test_sort(void **state)
{
	(void)state;
	assert_ptr_equal(good("-o calls")->sort, column_find("calls"));
	assert_false(options_got.ascending);
	assert_ptr_equal(good("-s +TOTAL")->sort, column_find("calls"));
	assert_false(options_got.ascending);
	assert_ptr_equal(good("--sort=-Calls")->sort, column_find("calls"));
	assert_true(options_got.ascending);
	assert_true(good("--sort comm")->ascending);
	assert_true(good("--sort=-comm")->ascending);
	assert_false(good("--sort=+comm")->ascending);
	assert_ptr_equal(good("-s comm -o pid")->sort, column_find("pid"));
	bad("--sort=cals", "--sort=cals", "calls");
	bad("--sort=", "--sort=", "");
	bad("--sort=+", "--sort=+", "");
	bad("--sort=+-pid", "--sort=+-pid", "");
	bad("--sort=pid,calls", "--sort=pid,calls", "");
	bad("-o", "--sort", "");
}

static void test_columns(void **state)
{
	const struct column *base[COLUMN_MAX];
	const struct options *o = good("--columns=pid,comm,calls");
	int nr;

	(void)state;
	assert_int_equal(o->nr_columns, 3);
	assert_ptr_equal(o->columns[0], column_find("pid"));
	assert_ptr_equal(o->columns[1], column_find("comm"));
	assert_ptr_equal(o->columns[2], column_find("calls"));
	assert_int_equal(good("--columns=pid --columns=comm")->nr_columns, 1);
	assert_ptr_equal(options_got.columns[0], column_find("comm"));
	/* what + adds to follows from the format, wherever that stands */
	nr = column_machine(false, base, COLUMN_MAX);
	o = good("--columns=+tid -f csv");
	assert_int_equal(o->nr_columns, nr + 1);
	assert_memory_equal(o->columns, base, nr * sizeof(base[0]));
	nr = column_screen(false, false, base, COLUMN_MAX);
	assert_int_equal(good("--columns=+start_ns")->nr_columns, nr + 1);
	bad("--columns=pid,cals", "--columns=pid,cals", "calls");
	bad("--columns=", "--columns=", "list-columns");
	bad("--columns", "--columns", "");
	assert_int_equal(good("-O")->action, OPTIONS_COLUMNS);
	assert_int_equal(good("--list-columns")->action, OPTIONS_COLUMNS);
}

static void test_words(void **state)
{
	(void)state;
	assert_ptr_equal(good("-f csv")->format, &format_csv);
	assert_true(options_got.batch);
	assert_ptr_equal(good("--format=json")->format, &format_json);
	assert_ptr_equal(good("-f json -f table")->format, &format_table);
	assert_string_equal(good("--probe=kprobe")->probe, "kprobe");
	assert_string_equal(good("--probe tracepoint")->probe, "tracepoint");
	assert_string_equal(good("--color=always")->color, "always");
	assert_string_equal(good("-C")->color, "never");
	assert_string_equal(good("-C --color=auto")->color, "auto");
	assert_string_equal(good("--output=rows.txt")->output, "rows.txt");
	assert_true(options_got.batch);
	bad("-f xml", "--format=xml", "table|csv|json");
	bad("-f @", "--format=", "table|csv|json");
	bad("-f csv|json", "--format=csv|json", "table|csv|json");
	bad("--probe=kprob", "--probe=kprob", "auto|kprobe|tracepoint");
	bad("--probe=AUTO", "--probe=AUTO", "auto|kprobe|tracepoint");
	bad("--color=red", "--color=red", "auto|always|never");
	bad("--color", "--color", "");
	bad("--output=", "--output=", "");
}

static void test_audit(void **state)
{
	(void)state;
	assert_false(good("-b")->audit);
	assert_true(good("--audit")->audit && good("--audit")->batch);
	assert_true(good("--audit -p 1 -f json -n 3")->audit && good("--audit -- true")->audit);
	bad("--audit --events", "--events", "leave one");
	bad("--audit --columns=pid", "--columns", "leave one");
	bad("--audit -H", "--threads", "leave one");
	bad("--audit --check", "--audit", "leave it out");
}

static void test_events(void **state)
{
	(void)state;
	assert_false(good("-b")->events);
	assert_true(good("--events")->events);
	assert_true(options_got.batch);
	assert_int_equal(options_got.also, 0);
	assert_true(good("-f csv --events")->events && good("--events -f table -T")->events);
	assert_int_equal(good("--events --also=mmap")->also, fact_mask("mmap"));
	assert_int_equal(good("--also=munmap --events")->also, fact_mask("munmap"));
	assert_int_equal(good("--events --also=munmap,mmap")->also, fact_masks("mmap,munmap"));
	assert_int_equal(
		good("--events --also=mmap --also=munmap")->also, fact_masks("mmap,munmap"));
	bad("--events --also=mmap,", "--also=mmap,", "mmap,munmap");
	bad("--events --also=mma", "--also=mma", "mmap,munmap");
	bad("--events --also=mmapp", "--also=mmapp", "mmap,munmap");
	bad("--events --also=", "--also=", "mmap,munmap");
	bad("--events --also=asked", "--also=asked", "mmap,munmap");
	bad("--also=mmap -b", "--also", "add --events");
	bad("--events --columns=pid", "--columns", "leave one");
	bad("--events -o calls", "--sort", "leave one");
	bad("--events=1", "--events", "");
	bad("--events -c", "--cmdline", "leave one");
	bad("-H -c", "--cmdline", "leave one");
	assert_string_equal(good("-g unit")->group->name, "unit");
	assert_null(good("-g unit --group=process")->group);
	bad("-g units", "--group=units", "process|program|user|unit|container");
	bad("-H -g user", "--group", "leave one");
	bad("--events -g user", "--group", "leave one");
	bad("--check --events", "--events", "leave it out");
}

static void test_choice(void **state)
{
	(void)state;
	assert_false(good("-b")->user_given);
	assert_null(options_got.where);
	assert_null(options_got.text);
	assert_true(good("-u root")->user_given && options_got.user == 0);
	assert_false(options_got.user_not);
	assert_true(good("--user=!0")->user_not && options_got.user == 0);
	assert_int_equal(good("-u 4000000000")->user, 4000000000);
	bad("-u no-such-user", "--user=no-such-user", "a user of this system");
	bad("-u 4294967295", "--user=4294967295", "a user of this system");
	bad("-u !", "--user=!", "a user of this system");
	bad("-u @", "--user=", "a user of this system");
	assert_string_equal(good("-F node")->text, "node");
	bad("--filter=", "--filter=", "");
	assert_non_null(good("-e calls>3")->where);
	assert_int_equal(filter_facts(good("-e pid=1 --where=errors=3")->where), fact_mask("ret"));
	bad("-e calls gt 3", "--where=calls", "quote it");
	bad("-e cals=3", "--where=cals=3", "'calls'");
	assert_non_null(strstr(fault.what, "at character 1"));
	bad("--events -e calls=1", "--where=calls=1", "prot eq r-x");
	assert_true(good("--events -u 0 -F x")->events);
	assert_non_null(good("--fail-if=wx>0 --fail-fast")->fail_if);
	assert_true(options_got.fail_fast);
	bad("--fail-if=wx", "--fail-if=wx", "quote it");
	bad("--fail-fast", "--fail-fast", "--fail-if");
}

static void test_command(void **state)
{
	const struct options *o = good("-b -- true -n 0 --bogus --");

	(void)state;
	assert_non_null(o->command);
	assert_string_equal(o->command[0], "true");
	assert_string_equal(o->command[1], "-n");
	assert_string_equal(o->command[4], "--");
	assert_null(o->command[5]);
	assert_int_equal(o->iterations, 0);
	assert_string_equal(good("--command-user=nobody -- id")->command_user, "nobody");
	bad("--", "--", "COMMAND");
	bad("true", "true", "put -- before");
	bad("-b true -n 1", "true", "put -- before");
	bad("-", "-", "put -- before");
	bad("--command-user=nobody", "--command-user", "-- COMMAND");
	bad("--command-user=", "--command-user=", "name");
}

static void bad_run(const char *line, const char *object)
{
	assert_true(parse(line) < 0);
	if (!strstr(fault.object, object))
		print_error("%s: %s: %s\n", line, fault.what, fault.object);
	assert_non_null(strstr(fault.object, object));
	assert_int_equal(fault.status, 125);
}

/* With a COMMAND status 2 would be taken for its own. */
static void test_status(void **state)
{
	(void)state;
	bad_run("-n 0 -- true", "--iterations=0");
	bad_run("--bogus -- true", "--bogus");
	bad_run("true -- true", "true");
	bad_run("--check -- true", "COMMAND");
	bad_run("-p 1 -- true", "--pid");
	bad_run("--cleanup -- true", "COMMAND");
	bad_run("-O -- true", "COMMAND");
}

static void test_together(void **state)
{
	(void)state;
	assert_int_equal(good("--check")->action, OPTIONS_CHECK);
	assert_int_equal(good("--check --check --probe=kprobe")->action, OPTIONS_CHECK);
	assert_int_equal(good("--cleanup")->action, OPTIONS_CLEANUP);
	bad("--check --cleanup", "--cleanup", "one thing");
	bad("-O --check", "--check", "one thing");
	bad("--check -f json", "--format", "leave it out");
	bad("--cleanup --output=x", "--output", "leave it out");
	bad("--width=80 -f csv", "--width", "--format=table");
	bad("-f json --width=80", "--width", "--format=table");
	assert_int_equal(good("-f table --width=80")->width, 80);
	assert_int_equal(good("-h --bogus")->action, OPTIONS_HELP);
	assert_int_equal(good("-p 1 --help -n 0")->action, OPTIONS_HELP);
	assert_int_equal(good("-V")->action, OPTIONS_VERSION);
	assert_int_equal(good("--version -- true")->action, OPTIONS_VERSION);
	assert_int_equal(good("--completion=bash")->action, OPTIONS_COMPLETION);
	bad("--completion=csh", "--completion=csh", "bash");
}

static void test_unknown(void **state)
{
	(void)state;
	bad("--bogus", "--bogus", "");
	bad("--bogus=3", "--bogus", "");
	bad("-bx", "-x", "");
	bad("-w 132", "--write=132", "--width");
	bad("-r 132", "--read=132", "--width");
	bad("-?", "-?", "");
	bad("-:", "-:", "");
	bad("-\xc3\xa9", "-?", "");
	bad("--bo\033[31mgus", "--bo?[31mgus", "");
	bad("--co", "--co", "");
	assert_non_null(strstr(fault.what, "several"));
	bad("--d=1", "--d=1", "");
	assert_int_equal(good("--it=4")->iterations, 4);
}

/* Whether getopt permutes is not the environment's to say. */
static void test_posix(void **state)
{
	(void)state;
	setenv("POSIXLY_CORRECT", "1", 1);
	assert_int_equal(good("-n 3 -- true -n 4")->iterations, 3);
	bad("true -n 4", "true", "put --");
	unsetenv("POSIXLY_CORRECT");
	assert_int_equal(good("-n 3 -- true -n 4")->iterations, 3);
	bad("true -n 4", "true", "put --");
}

static void test_table(void **state)
{
	int nr = 0;

	(void)state;
	for (const struct option_row *row = options; row->parse; row++, nr++) {
		assert_non_null(row->letters);
		assert_true(row->name || row->letters[0]);
		for (const struct option_row *next = row + 1; next->parse; next++) {
			if (row->name && next->name)
				assert_string_not_equal(row->name, next->name);
			assert_null(strpbrk(row->letters, next->letters));
		}
	}
	assert_true(nr < OPTIONS_MAX);
}

static void test_printed(void **state)
{
	struct buf help = {0}, completion = {0}, list = {0};

	(void)state;
	options_help(&help);
	options_completion(&completion);
	options_columns(&list);
	for (const struct option_row *row = options; row->parse; row++) {
		char text[64];

		snprintf(text, sizeof(text), "%s%s", row->name ? "--" : "-",
			row->name ? row->name : row->letters);
		assert_true(!row->help == !strstr(help.data, text));
		assert_true(!row->help == !strstr(completion.data + 80, text));
	}
	for (const struct column *c = columns; c->id; c++) {
		assert_non_null(strstr(list.data, c->id));
		assert_non_null(strstr(list.data, c->help));
		assert_non_null(strstr(completion.data, c->id));
	}
	for (char *line = strtok(help.data, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) < 80);
	buf_done(&help);
	buf_done(&completion);
	buf_done(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_pids),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_posix),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_printed),
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	options_done(&options_got);
	return failed;
}
