/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a monitor that does as it likes can have of the tracer, in each kind of run. */
#include "base/mem.h"
#include "base/msg.h"
#include "model/event.h"
#include "need.h"
#include "tracer/tracer_state.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define BIT(kind)    (UINT64_C(1) << (kind))
#define HELPERS_MOST 256
#define WORDS_MAX    16

/* How to send each kind. */
static const struct shape {
	size_t len;
	unsigned int nr_fds;
} shapes[MSG_NR_KINDS] = {
	[MSG_RUN] = {sizeof(struct msg_run), 0},
	[MSG_LAYOUT] = {sizeof(struct msg_layout), 0},
	[MSG_EVENT] = {sizeof(struct msg_event), 2},
	[MSG_CPU] = {sizeof(struct msg_cpu), 2},
	[MSG_KNOB] = {sizeof(struct msg_knob), 1},
	[MSG_HOLD] = {0, 1},
	[MSG_STARTED] = {sizeof(struct msg_command), 0},
	[MSG_ENDED] = {sizeof(struct msg_command), 0},
	[MSG_FACTS] = {sizeof(struct msg_facts), 0},
	[MSG_COSTS] = {sizeof(struct msg_costs), 0},
	[MSG_MAPS_OF] = {sizeof(struct msg_maps), 1},
	[MSG_NO_MAPS] = {sizeof(struct msg_no_maps), 0},
	[MSG_EXE_OF] = {sizeof(struct msg_exe), 0},
	[MSG_SAVED] = {sizeof(struct msg_done), 0},
	[MSG_KEEPER] = {sizeof(struct msg_keeper), 1},
	[MSG_RESTORE] = {10, 0},
	[MSG_WANT] = {sizeof(struct msg_want), 0},
	[MSG_MAPS] = {sizeof(struct msg_maps), 0},
	[MSG_EXE] = {sizeof(struct msg_maps), 0},
	[MSG_OPEN] = {sizeof(struct msg_open), 0},
	[MSG_SAVE] = {10, 0},
	[MSG_PAGE] = {0, 1},
	[MSG_OPENED] = {0, 1},
	[MSG_FILES] = {0, 2},
	[MSG_KEPT] = {sizeof(struct msg_done), 0},
	[MSG_DONE] = {sizeof(struct msg_done), 0},
};

/* A tracer as it is between two messages, and the monitor's end of the socket. */
struct bench {
	struct options options;
	struct tracer_config config;
	struct tracer tracer, was;
	int monitor, null;
	struct msg msg, answer;
};

static int bench_open(void **state)
{
	struct bench *b = mem_new(1, sizeof(*b));
	int pair[2];

	assert_int_equal(msg_pair(pair), 0);
	b->tracer.sock = pair[0];
	b->tracer.config = &b->config;
	b->tracer.dir = -1; /* no file is made here */
	b->tracer.saver = -1;
	b->monitor = pair[1];
	b->null = open("/dev/null", O_RDWR);
	assert_true(b->null >= 0);
	*state = b;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *b = *state;

	options_done(&b->options);
	close(b->tracer.sock);
	close(b->monitor);
	close(b->null);
	free(b);
	return 0;
}

/* A run by these options. What it could be asked to trace is traced already. */
static void run_as(struct bench *b, const char *line, bool live)
{
	char words[256], *argv[WORDS_MAX + 1] = {"mprottop"};
	struct fault fault = {0};
	int argc = 1;

	snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	options_done(&b->options);
	assert_int_equal(options_parse(argc, argv, &b->options, &fault), 0);
	b->config = (struct tracer_config){.live = live,
		.write = b->options.write,
		.read_fd = b->options.read ? b->null : -1,
		.ever = need_ever(&b->options, live)};
	b->tracer.setup.source = "tracepoint";
	b->tracer.setup.wanted = b->config.ever;
}

static void serve(struct bench *b, enum msg_kind kind)
{
	const int fds[2] = {b->null, b->null};
	const struct shape *shape = &shapes[kind];

	b->msg = (struct msg){0};
	if (kind == MSG_MAPS || kind == MSG_EXE)
		b->msg.u.maps.pid = (uint32_t)getpid();
	if (kind == MSG_WANT)
		b->msg.u.want.facts = UINT32_MAX;
	if (kind == MSG_OPEN)
		strcpy(b->msg.u.open.name, "x.dat");
	assert_int_equal(
		msg_send(b->monitor, kind, b->msg.u.bytes, shape->len, fds, shape->nr_fds), 0);
	assert_int_equal(tracer_serve(&b->tracer, &b->msg), 1);
}

/* Whether it is answered, or changes anything in the tracer, which then is as before. */
static bool is_served(struct bench *b, enum msg_kind kind)
{
	bool served = false;

	memcpy(&b->was, &b->tracer, sizeof(b->was));
	serve(b, kind);
	served = memcmp(&b->was, &b->tracer, sizeof(b->was)) != 0;
	while (msg_recv(b->monitor, &b->answer, false) == 1) {
		served = true;
		msg_done(&b->answer);
	}
	memcpy(&b->tracer, &b->was, sizeof(b->was));
	return served;
}

#define BATCH  BIT(MSG_DONE)
#define SCREEN (BIT(MSG_DONE) | BIT(MSG_RESTORE) | BIT(MSG_SAVE))
#define SITES  BIT(MSG_MAPS)
#define NAMES  BIT(MSG_EXE)

static const struct run {
	const char *line;
	bool live;
	/* of which an answer or an effect is to be seen: */
	uint64_t start;  /* before the canary was seen, and always */
	uint64_t armed;  /* after it */
	uint64_t ending; /* once the monitor was told to end */
} runs[] = {
	{"-b --columns=pid,comm,calls", false, BATCH, 0, 0},
	{"-b --columns=pid,site", false, BATCH | SITES, 0, 0},
	{"-b -e site=x", false, BATCH | SITES, 0, 0},
	{"-b --sort=site", false, BATCH | SITES, 0, 0},
	{"--events", false, BATCH | SITES, 0, 0},
	{"--audit", false, BATCH | SITES, 0, 0},
	{"-b -g user", false, BATCH, 0, 0},
	{"-b -g program", false, BATCH | NAMES, 0, 0},
	{"-b --columns=exe,calls", false, BATCH | NAMES, 0, 0},
	{"-b --metrics-file=x --columns=calls", false, BATCH, 0, 0},
	{"-b --columns=calls -w x", false, BATCH | NAMES, 0, BIT(MSG_SAVING)},
	{"--columns=pid,comm,calls", true, SCREEN | SITES | NAMES, BIT(MSG_OPEN), BIT(MSG_SAVING)},
};

/* Exactly those, each sent to a tracer in that state. */
static void expect(struct bench *b, const char *line, uint64_t served_ones)
{
	for (unsigned int kind = 0; kind < MSG_NR_KINDS; kind++) {
		bool expected = served_ones & BIT(kind), served = is_served(b, kind);

		if (served != expected)
			print_error(
				"%s: message %u is %sserved\n", line, kind, served ? "" : "not ");
		assert_int_equal(served, expected);
	}
}

static void test_runs(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		const struct run *run = &runs[i];
		struct tracer *t = &b->tracer;

		run_as(b, run->line, run->live);
		t->armed = t->arming = t->insisted = false;
		t->kill_at_ms = 0;
		expect(b, run->line, run->start | BIT(MSG_ARMED));
		t->armed = true;
		expect(b, run->line, run->start | run->armed | BIT(MSG_WANT) | BIT(MSG_MEND));
		t->arming = true;
		expect(b, run->line, run->start | run->armed | BIT(MSG_ARM));
		t->kill_at_ms = 1;
		expect(b, run->line, run->start | run->armed | BIT(MSG_ARM) | run->ending);
		t->insisted = true;
		expect(b, run->line, run->start | run->armed | BIT(MSG_ARM));
	}
}

/* A monitor that puts a recording together for ever does not outlive the end by that. */
static void test_saving(void **state)
{
	struct bench *b = *state;
	struct tracer *t = &b->tracer;

	run_as(b, "-b --columns=calls -w x", false);
	t->armed = true;
	t->kill_at_ms = 1;
	serve(b, MSG_SAVING);
	assert_true(t->kill_at_ms > tracer_now_ms());
	assert_true(t->saving_end_ms > t->kill_at_ms);
	t->kill_at_ms = t->saving_end_ms = 1;
	serve(b, MSG_SAVING);
	assert_int_equal(t->kill_at_ms, 1);
}

/* Nothing is traced there, whatever the monitor has said before. */
static void test_replay(void **state)
{
	static const char *const lines[] = {
		"-r x -b", "-r x --events", "-r x --audit", "-r x -b -g program", "-r x"};
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		for (int when = 0; when < 8; when++) {
			bool live = !strcmp(lines[i], "-r x");

			run_as(b, lines[i], live);
			b->tracer.armed = when & 1;
			b->tracer.arming = when & 2;
			b->tracer.kill_at_ms = when & 4;
			expect(b, lines[i], live ? SCREEN : BATCH);
		}
	}
}

/* All facts are asked for; setup has no source, so making events for more would end this. */
static void test_want(void **state)
{
	struct bench *b = *state;
	struct tracer *t = &b->tracer;

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		run_as(b, runs[i].line, runs[i].live);
		t->armed = true;
		t->arming = false;
		serve(b, MSG_WANT);
		assert_int_equal(t->asked, b->config.ever & ~fact_free());
		assert_int_equal(t->setup.wanted, b->config.ever);
		assert_int_equal(msg_recv(b->monitor, &b->answer, false), 1);
		assert_int_equal(b->answer.kind, MSG_EVENTS);
	}
}

/* What the options say is there from the start, and what the keys may ask for with a screen. */
static void test_ever(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		uint32_t first;

		run_as(b, runs[i].line, runs[i].live);
		first = need_facts(&b->options, runs[i].live);
		assert_int_equal(first & ~b->config.ever, 0);
		if (!runs[i].live && !b->options.write)
			assert_int_equal(first, b->config.ever);
	}
	run_as(b, "--columns=pid", true);
	assert_int_equal(b->config.ever & fact_masks("munmap,exec_map,shm_exec,refused"), 0);
}

/* The last file was made: that is told, and no more are. */
static void test_helpers(void **state)
{
	static const struct {
		enum msg_kind asks, answers;
	} files[] = {{MSG_OPEN, MSG_KEPT}, {MSG_SAVE, MSG_SAVED}};
	struct bench *b = *state;

	run_as(b, "--columns=pid", true);
	b->tracer.armed = true;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		b->tracer.nr_helpers = HELPERS_MOST - 1;
		for (unsigned int n = 0; n < 3; n++) {
			serve(b, files[i].asks);
			assert_int_equal(b->tracer.nr_helpers, HELPERS_MOST);
			assert_int_equal(msg_recv(b->monitor, &b->answer, false), 1);
			assert_int_equal(b->answer.kind, files[i].answers);
			assert_int_equal(
				strstr(b->answer.u.done.fault.what, "256 files") != NULL, n > 0);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_runs),
		TEST(test_saving),
		TEST(test_replay),
		TEST(test_want),
		TEST(test_ever),
		TEST(test_helpers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
