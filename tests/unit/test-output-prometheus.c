/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text format of Prometheus: each line is one of it, and each sample there once. */
#include "base/buf.h"
#include "base/mem.h"
#include "output/output.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct row rows[4];

static struct snapshot snapshot_make(const struct run_info *info)
{
	struct snapshot snap = {.info = info,
		.rows = rows,
		.nr_rows = ARRAY_SIZE(rows),
		.interval_s = 2,
		.traced_s = 10,
		.facts = fact_masks("asked,ret")};

	memset(rows, 0, sizeof(rows));
	for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++) {
		rows[i].t.pid = i < 2 ? 100 + i : EVENT_NO_ID;
		rows[i].t.tid = 100 + i;
		rows[i].t.start_ns = i < 2 ? 5000000000 + i : 0;
		rows[i].t.total.calls = 10 * (i + 1);
		rows[i].t.delta.calls = 3;
		rows[i].t.total.range = 4096;
		rows[i].facts = snap.facts;
		rows[i].interval_s = 2;
	}
	strcpy(rows[0].comm, "a\"b\\c");
	strcpy(rows[0].user, "alice");
	snap.totals.total.calls = 100;
	snap.totals.total.prot[3] = 70;
	snap.health.buffer_pct = 3.5;
	return snap;
}

static void text_make(const struct output_config *given, struct buf *text)
{
	const struct run_info info = {
		.version = "1", .host = "h", .kernel = "6.1", .source = "kprobe"};
	struct snapshot snap = snapshot_make(&info);
	struct output_config config = *given;

	config.format = &format_prometheus;
	output_columns(&config);
	buf_reset(text);
	prometheus_text(&config, &snap, text);
}

static void expect(const struct buf *text, const char *line)
{
	const char *at = strstr(text->data, line);

	if (!at || (at != text->data && at[-1] != '\n') || at[strlen(line)] != '\n')
		fail_msg("no line %s in\n%s", line, text->data);
}

static void test_lines(void **state)
{
	struct buf text = {0};

	(void)state;
	text_make(&(struct output_config){0}, &text);
	expect(&text, "mprottop_calls_total 100");
	expect(&text, "# TYPE mprottop_calls_total counter");
	expect(&text, "mprottop_asked_calls_total{prot=\"rw\"} 70");
	expect(&text, "mprottop_buffer_percent 3.500");
	expect(&text, "mprottop_process_calls_total{pid=\"100\",start_ns=\"5000000000\","
		      "user=\"alice\",comm=\"a\\\"b\\\\c\"} 10");
	expect(&text, "mprottop_process_calls_per_s{pid=\"101\",start_ns=\"5000000001\","
		      "user=\"\",comm=\"\"} 1.500");
	expect(&text, "mprottop_process_range_bytes_total{pid=\"\",tid=\"103\",start_ns=\"0\","
		      "user=\"\",comm=\"\"} 4096");
	expect(&text, "# TYPE mprottop_process_calls_per_s gauge");
	/* no probe tells */
	assert_null(strstr(text.data, "kind_calls_total"));
	assert_null(strstr(text.data, "w_to_x_total{"));
	buf_done(&text);
}

/* What is not known has no sample: a nought would say that nothing was missed. */
static void test_unknown(void **state)
{
	const struct run_info info = {
		.version = "1", .host = "h", .kernel = "6.1", .source = "tracepoint"};
	struct output_config config = {.format = &format_prometheus};
	struct snapshot snap = snapshot_make(&info);
	struct buf text = {0};

	(void)state;
	output_columns(&config);
	snap.health.self_pss_bytes = 4096;
	prometheus_text(&config, &snap, &text);
	expect(&text, "mprottop_missed_events_total 0");
	expect(&text, "mprottop_unaccounted_events_total 0");
	expect(&text, "mprottop_self_memory_bytes 4096.000");
	snap.health.partial = true;
	snap.health.self_pss_bytes = 0;
	buf_reset(&text);
	prometheus_text(&config, &snap, &text);
	expect(&text, "mprottop_lost_events_total 0");
	assert_null(strstr(text.data, "missed"));
	assert_null(strstr(text.data, "unaccounted"));
	assert_null(strstr(text.data, "self_memory"));
	buf_done(&text);
}

/* Of a live screen, and of no other. */
static void test_frames(void **state)
{
	const struct run_info info = {
		.version = "1", .host = "h", .kernel = "6.1", .source = "kprobe"};
	struct output_config config = {.format = &format_prometheus};
	struct snapshot snap = snapshot_make(&info);
	struct buf text = {0};

	(void)state;
	output_columns(&config);
	prometheus_text(&config, &snap, &text);
	assert_null(strstr(text.data, "frame"));
	snap.self.frames = 30;
	snap.self.longest_frame_ms = 4.25;
	buf_reset(&text);
	prometheus_text(&config, &snap, &text);
	expect(&text, "mprottop_frames_total 30");
	expect(&text, "mprottop_longest_frame_ms 4.250");
	buf_done(&text);
}

static void expect_unique(char **lines, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < i; j++) {
			size_t len = strcspn(lines[i], "}") + 1;

			if (strchr(lines[i], '{') && lines[i][0] != '#')
				assert_false(!strncmp(lines[i], lines[j], len));
		}
}

/* With each column there is, in either shape of rows. */
static void test_format(void **state)
{
	struct output_config config = {.columns_given = true};
	struct buf text = {0};
	regex_t line;

	(void)state;
	assert_int_equal(
		regcomp(&line,
			"^(# (HELP|TYPE) mprottop_[a-z0-9_]+ .+|mprottop_[a-z0-9_]+(\\{([a-z_]+="
			"\"([^\"\\\\]|\\\\.)*\",?)*\\})? -?[0-9.]+)$",
			REG_EXTENDED | REG_NOSUB),
		0);
	for (const struct column *c = columns; c->id; c++)
		config.columns[config.nr_columns++] = c;
	for (int shape = 0; shape < 3; shape++) {
		char *lines[4096], *save = NULL;
		size_t nr = 0;

		config.threads = shape == 1;
		config.group = shape == 2;
		text_make(&config, &text);
		for (char *at = strtok_r(text.data, "\n", &save); at;
			at = strtok_r(NULL, "\n", &save)) {
			if (regexec(&line, at, 0, NULL, 0))
				fail_msg("not of the format: %s", at);
			lines[nr++] = at;
		}
		assert_true(nr > 100);
		if (shape < 2)
			expect_unique(lines, nr);
	}
	regfree(&line);
	buf_done(&text);
}

/* Updates replace each other; the end writes the last. */
static void test_once(void **state)
{
	const struct run_info info = {.version = "1", .source = "kprobe"};
	struct snapshot snap = snapshot_make(&info);
	struct output_config config = {.format = &format_prometheus};
	struct output *o;
	char text[65536];
	int fds[2];
	ssize_t len;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	config.fd = fds[1];
	o = output_new(&config);
	snap.nr_rows = 1;
	output_start(o, &info, 0);
	output_update(o, &snap);
	snap.totals.total.calls = 200;
	output_update(o, &snap);
	assert_int_equal(output_end(o, &(struct end_info){.totals = &snap.totals}), 0);
	close(fds[1]);
	len = read(fds[0], text, sizeof(text) - 1);
	assert_true(len > 0);
	text[len] = '\0';
	assert_non_null(strstr(text, "\nmprottop_calls_total 200\n"));
	assert_null(strstr(text, "\nmprottop_calls_total 100\n"));
	assert_int_equal(read(fds[0], text, 1), 0);
	close(fds[0]);
	output_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
