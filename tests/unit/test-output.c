/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif

#include "base/mem.h"
#include "base/text.h"
#include "jsoncheck.h"
#include "output/output.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const struct run_info info = {
	.version = "0.1.0",
	.host = "node7",
	.boot_id = "c0ffee",
	.kernel = "6.1.0",
	.machine = "x86_64",
	.source = "kprobe",
	.compat_visible = true,
	.delay_s = 1,
	.cpus = 4,
	.nr_probes = 2,
	.probes = {"a", "b"},
};

static struct row rows[2];

static struct snapshot sample(void)
{
	struct snapshot snap = {.info = &info, .rows = rows, .nr_rows = 2, .seq = 7};

	memset(rows, 0, sizeof(rows));
	rows[0].t = (struct table_row){.pid = 4242, .tid = 4242, .start_ns = 9007199254740993ULL};
	rows[0].t.total = (struct counts){
		.calls = 201733, .range = 1 << 20, .ask_x = 3, .errors = 2, .x_refused = 1};
	rows[0].t.total.prot[3] = 201730, rows[0].t.delta.calls = 812;
	rows[0].interval_s = rows[1].interval_s = snap.interval_s = 1;
	rows[0].facts = rows[1].facts = fact_mask("asked");
	strcpy(rows[0].comm, "node");
	strcpy(rows[0].user, "alice");
	/* nobody knows who this is */
	rows[1].t = (struct table_row){.pid = EVENT_NO_ID, .tid = 99, .ppid = EVENT_NO_ID};
	rows[1].t.total.calls = rows[1].t.delta.calls = 1;
	snap.totals.total = rows[0].t.total, snap.totals.total.calls++;
	snap.totals.delta.calls = 813;
	snap.totals.processes = snap.totals.active = 2;
	snap.totals.own_calls = 5;
	snap.traced_s = 312.5;
	snap.time = 50607.25;
	snap.health.self_pss_bytes = 9 << 20;
	snap.health.self_cpu_pct = 0.4;
	return snap;
}

static struct output_config config_of(const char *format)
{
	struct output_config config = {.format = format_find(format), .facts = fact_mask("asked")};
	FILE *file = tmpfile();

	assert_non_null(config.format);
	assert_non_null(file);
	config.fd = dup(fileno(file));
	fclose(file);
	return config;
}

static void give_columns(struct output_config *config, const char *list)
{
	config->columns_given = true;
	config->nr_columns = column_list(list, NULL, 0, config->columns, COLUMN_MAX, NULL);
	assert_true(config->nr_columns > 0);
}

/* All that was written; closes the descriptor. The caller frees. */
static char *written(int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *text = mem_new(len + 1, 1);

	assert_int_equal(pread(fd, text, len, 0), len);
	close(fd);
	return text;
}

static char *written_update(const struct output_config *config, const struct snapshot *snap)
{
	struct output *o = output_new(config);

	assert_int_equal(output_start(o, &info, 50606.5), 0);
	assert_int_equal(output_update(o, snap), 0);
	output_free(o);
	return written(config->fd);
}

static void check_update(
	const struct output_config *config, const struct snapshot *snap, const char *want)
{
	char *got = written_update(config, snap);

	assert_string_equal(got, want);
	free(got);
}

static void test_csv(void **state)
{
	struct output_config config = config_of("csv");
	struct snapshot snap = sample();

	(void)state;
	give_columns(&config, "pid,start_ns,comm,calls,calls_per_s");
	check_update(&config, &snap,
		"pid,start_ns,comm,calls,calls_per_s\n"
		"4242,9007199254740993,node,201733,812.000\n"
		",,,1,1.000\n");
	config = config_of("csv");
	give_columns(&config, "user,comm");
	config.timestamps = true;
	strcpy(rows[0].comm, "a,\"b\"");
	strcpy(rows[1].comm, "x\ny\033");
	check_update(&config, &snap,
		"time,user,comm\n"
		"50607.250000,alice,\"a,\"\"b\"\"\"\n"
		"50607.250000,,\"x?y?\"\n");
	config = config_of("csv");
	config.quiet = true;
	give_columns(&config, "calls");
	check_update(&config, &snap, "201733\n1\n");
}

static void test_csv_set(void **state)
{
	struct output_config config = config_of("csv");
	struct snapshot snap = sample();
	const struct column *set[COLUMN_MAX];
	int nr = column_machine(false, set, COLUMN_MAX);
	char *text = written_update(&config, &snap), *at = text;

	(void)state;
	for (int i = 0; i < nr; i++) {
		size_t len = strcspn(at, ",\n");

		assert_int_equal(len, strlen(set[i]->id));
		assert_memory_equal(at, set[i]->id, len);
		assert_int_equal(at[len], i < nr - 1 ? ',' : '\n');
		at += len + 1;
	}
	free(text);
}

static void test_table(void **state)
{
	struct output_config config = config_of("table");
	struct snapshot snap = sample();

	(void)state;
	give_columns(&config, "pid,user,calls_per_s,calls,comm");
	check_update(&config, &snap,
		"mprottop node7  14:03:27  traced 0:05:12  kprobe  update 7 after 1.0 s\n"
		"Calls  813.0/s now  645.5/s mean  202k total  3 asked for exec  "
		"1.0M range\n"
		"Procs  2 active  2 seen  0 exited  0 threads\n"
		"Probe  lost 0  missed 0  unaccounted 0  buffer 0%  self 0.4% CPU  "
		"9.0M memory\n"
		"\n"
		" PID USER  CALLS/s TOTAL COMMAND\n"
		"4242 alice   812.0  202k node\n"
		"   - -         1.0     1 -\n"
		"\n");
	config = config_of("table");
	give_columns(&config, "comm,pid");
	config.quiet = config.timestamps = true;
	check_update(&config, &snap, "14:03:27 node 4242\n14:03:27 -       -\n\n");
	config = config_of("table");
	give_columns(&config, "calls,comm");
	config.quiet = config.raw = true;
	config.width = 9;
	check_update(&config, &snap, "201733 no\n     1 -\n\n");
	snap.nr_rows = 0;
	config = config_of("table");
	give_columns(&config, "calls,comm");
	config.quiet = true;
	check_update(&config, &snap, "");
}

static void expect_in(const char *format, const struct snapshot *snap, const char *want, bool there)
{
	struct output_config config = config_of(format);
	char *text = written_update(&config, snap);

	if (!strstr(text, want) == there)
		print_error("%s: '%s' in\n%s", format, want, text);
	assert_true(!strstr(text, want) == !there);
	free(text);
}

static void test_doubt(void **state)
{
	struct snapshot snap = sample();

	(void)state;
	expect_in("table", &snap, "too low", false);
	snap.health.lost = 12;
	snap.health.unaccounted = 1;
	expect_in("table", &snap, "Note   figures may be too low: 12 lost, 1 unaccounted\n", true);
	expect_in("table", &snap, "lost 12  missed 0  unaccounted 1", true);
	expect_in("json", &snap, "\"lost\":12,\"missed\":0,\"unaccounted\":1,", true);
	snap = sample();
	snap.health.lost_side = 3;
	expect_in("table", &snap, "too low", false);
	expect_in("table", &snap, "3 task events lost", true);
	snap = sample();
	strcpy(snap.health.trouble, "tracing is off\033[2J; switch it on");
	expect_in("table", &snap, "Note   tracing is off?[2J; switch it on\n", true);
	snap = sample();
	snap.health.partial = true;
	expect_in("table", &snap, "lost 0  missed -  unaccounted -", true);
	snap.chosen = true;
	snap.shown.calls = 4;
	expect_in("table", &snap, "813.0/s, shown 4.0/s", true);
}

static void test_json_update(void **state)
{
	struct output_config config = config_of("json");
	struct snapshot snap = sample();

	(void)state;
	give_columns(&config, "calls,start_ns");
	config.facts = fact_masks("asked,ret");
	check_update(&config, &snap,
		"{\"type\":\"start\",\"time\":50606.5,\"schema\":1,\"version\":\"0.1.0\","
		"\"host\":\"node7\",\"boot_id\":\"c0ffee\",\"kernel\":\"6.1.0\","
		"\"machine\":\"x86_64\",\"source\":\"kprobe\",\"probes\":[\"a\",\"b\"],"
		"\"delay_s\":1.0,\"cpus\":4,\"compat_visible\":true}\n"
		"{\"type\":\"process\",\"time\":50607.25,\"seq\":7,\"interval_s\":1.0,"
		"\"pid\":4242,\"comm\":\"node\",\"calls\":201733,"
		"\"start_ns\":\"9007199254740993\"}\n"
		"{\"type\":\"process\",\"time\":50607.25,\"seq\":7,\"interval_s\":1.0,"
		"\"pid\":null,\"comm\":null,\"calls\":1,\"start_ns\":null}\n"
		"{\"type\":\"summary\",\"time\":50607.25,\"seq\":7,\"interval_s\":1.0,"
		"\"calls\":201734,\"processes\":2,\"lost\":0,\"missed\":0,"
		"\"unaccounted\":0,\"lost_tasks\":0,\"own_calls\":5,\"x_new\":null,\"w_to_x\":null,"
		"\"x_to_w\":null,\"wx\":null,\"x_refused\":1,\"errors\":2,\"refused\":null,"
		"\"unreturned\":0,\"buffer_pct\":0.0,\"self_cpu_pct\":0.4,\"self_pss_bytes\":"
		"9437184}\n");
}

/* The fixed set, threads, every column. */
static void test_json_sets(void **state)
{
	struct snapshot snap = sample();
	struct output_config config = config_of("json");
	char *text = written_update(&config, &snap);

	(void)state;
	assert_int_equal(jsoncheck_lines(text), 4);
	assert_null(strstr(text, "\"tid\""));
	assert_non_null(strstr(text, "\"p_rw\":201730"));
	free(text);
	config = config_of("json");
	config.threads = true;
	give_columns(&config, "calls");
	text = written_update(&config, &snap);
	assert_non_null(strstr(text, "\"pid\":null,\"tid\":99,\"start_ns\":null,\"comm\":null,"));
	free(text);
	config = config_of("json");
	config.columns_given = true;
	for (const struct column *c = columns; c->id; c++)
		config.columns[config.nr_columns++] = c;
	text = written_update(&config, &snap);
	assert_int_equal(jsoncheck_lines(text), 4);
	free(text);
}

static char *written_end(const char *format, const struct end_info *end)
{
	struct output_config config = config_of(format);
	struct output *o = output_new(&config);
	struct notice notice = {.cause = "buffer_small", .object = "\"x\"", .remedy = "a\nb"};

	assert_int_equal(output_notice(o, &notice, 1.5), 0);
	assert_int_equal(output_end(o, end), 0);
	output_free(o);
	return written(config.fd);
}

static void test_end(void **state)
{
	struct snapshot snap = sample();
	struct end_info end = {.totals = &snap.totals,
		.health = &snap.health,
		.time = 2,
		.traced_s = 312.5,
		.updates = 7};
	char *text = written_end("json", &end);

	(void)state;
	assert_int_equal(jsoncheck_lines(text), 2);
	assert_non_null(strstr(text, "{\"type\":\"notice\",\"time\":1.5,\"cause\":\"buffer_small\","
				     "\"object\":\"\\\"x\\\"\",\"remedy\":\"a?b\","));
	assert_non_null(strstr(text, "\"complete\":true,\"account\":\"full\",\"command_status\""
				     ":null,\"frames\":null,\"longest_frame_ms\":null}\n"));
	free(text);
	snap.health.missed = 1;
	snap.health.partial = true;
	end.has_command = end.has_frames = true;
	end.command_status = 137;
	end.frames = 30;
	end.longest_frame_ms = 4.25;
	text = written_end("json", &end);
	jsoncheck_lines(text);
	assert_non_null(strstr(text, "\"complete\":false,\"account\":\"partial\",\"command_status\""
				     ":137,\"frames\":30,\"longest_frame_ms\":4.25}\n"));
	free(text);
	text = written_end("csv", &end);
	assert_string_equal(text, "");
	free(text);
	text = written_end("table", &end);
	assert_string_equal(text, "Note   figures may be too low: 1 missed\n");
	free(text);
}

static unsigned int count_lines(const char *text)
{
	unsigned int nr = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		nr++;
	}
	return nr;
}

static void check_clean(const char *text)
{
	for (size_t i = 0, len = strlen(text), step; i < len; i += step) {
		uint32_t c = 0;

		step = text_decode(text + i, len - i, &c);
		assert_true(step && (c == '\n' || text_printable(c)));
	}
}

/* Whatever names hold, the shape of the output is ours. */
static void test_hostile(void **state)
{
	struct snapshot snap = sample();

	(void)state;
	srand(1);
	for (int round = 0; round < 2000; round++) {
		for (const struct format *const *f = formats; *f != &format_prometheus; f++) {
			struct output_config config = config_of((*f)->name);
			char *text;

			for (size_t i = 0; i < 15; i++)
				rows[0].comm[i] =
					"\033\n\"\\,?\200\302\233\342\200\256a{}"[rand() % 16];
			for (size_t i = 0; i < 15; i++)
				rows[1].user[i] = 1 + rand() % 255;
			config.ascii = rand() & 1;
			config.width = *f == &format_table ? rand() % 100 : 0;
			text = written_update(&config, &snap);
			check_clean(text);
			if (*f == &format_json)
				assert_int_equal(jsoncheck_lines(text), 4);
			else
				assert_int_equal(count_lines(text), *f == &format_csv ? 3 : 9);
			free(text);
		}
	}
}

static void test_ascii(void **state)
{
	struct output_config config = config_of("table");
	struct snapshot snap = sample();

	(void)state;
	give_columns(&config, "history,comm");
	config.ascii = config.quiet = true;
	strcpy(rows[0].comm, "caf\xc3\xa9");
	for (unsigned int i = 0; i < 8; i++)
		rows[0].t.history[TABLE_HISTORY - 8 + i] = rows[1].t.history[24 + i] = i + 1;
	check_update(&config, &snap, "_.-=+*#@ caf?\n_.-=+*#@ -\n\n");
}

static void test_errors(void **state)
{
	struct output_config config = {.format = &format_csv};
	struct snapshot snap = sample();
	struct output *o;
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	config.fd = fds[1];
	o = output_new(&config);
	assert_int_equal(output_start(o, &info, 0), -EPIPE);
	assert_int_equal(output_update(o, &snap), -EPIPE);
	close(fds[1]);
	/* the first failure stays */
	assert_int_equal(output_update(o, &snap), -EPIPE);
	assert_int_equal(output_end(o, &(struct end_info){0}), -EPIPE);
	output_free(o);
	config.fd = open("/dev/full", O_WRONLY);
	if (config.fd < 0)
		return;
	o = output_new(&config);
	assert_int_equal(output_update(o, &snap), -ENOSPC);
	output_free(o);
	close(config.fd);
	output_free(NULL);
}

/* A slow reader of a pipe that does not block: nothing is lost. */
static void test_slow(void **state)
{
	struct output_config config = {.format = &format_json};
	struct snapshot snap = sample();
	struct output *o;
	int fds[2], status;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	child = fork();
	if (!child) {
		size_t lines = 0;
		char text[777];
		ssize_t n;

		close(fds[1]);
		while ((n = read(fds[0], text, sizeof(text))) > 0)
			for (ssize_t i = 0; i < n; i++)
				lines += text[i] == '\n';
		_exit(lines != 3 * 1000);
	}
	close(fds[0]);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	config.fd = fds[1];
	o = output_new(&config);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(output_update(o, &snap), 0);
	output_free(o);
	close(fds[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_formats(void **state)
{
	(void)state;
	for (const struct format *const *f = formats; *f; f++) {
		assert_ptr_equal(format_find((*f)->name), *f);
		assert_non_null((*f)->update);
	}
	assert_null(format_find("xml"));
	assert_null(format_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_csv_set),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_json_update),
		cmocka_unit_test(test_json_sets),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_slow),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
