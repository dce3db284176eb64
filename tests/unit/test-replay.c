/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "model/trail.h"
#include "trailgen.h"

#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct datgen kinds[] = {
	{false, 8, 4096, "side", NULL, 0, 0, 0, 0, 0, false, false, false},
	{true, 8, 4096, "side", NULL, 0, 7, 0, 0, 0, false, false, false},
	{false, 4, 4096, "side", NULL, 0, 0, 0, 0, 0, false, false, false},
	{true, 4, 65536, NULL, NULL, 0, 0, 0, 0, 0, false, false, false},
};

static char path[64];

/* The file that a generator makes. */
static void make(const struct datgen *gen)
{
	struct buf file = {0};
	FILE *f = fopen(path, "w");

	datgen_make(gen, &file);
	assert_non_null(f);
	assert_int_equal(fwrite(file.data, 1, file.len, f), file.len);
	assert_int_equal(fclose(f), 0);
	buf_done(&file);
}

/* What the program says of it, stderr too; its status. */
static int run(const char *options, char *text, size_t size)
{
	const char *program = getenv("MPROTTOP");
	char command[512];
	size_t len;
	FILE *f;

	snprintf(command, sizeof(command), "'%s' -r %s %s 2>&1", program ? program : "./mprottop",
		path, options);
	f = popen(command, "r");
	assert_non_null(f);
	len = fread(text, 1, size - 1, f);
	text[len] = '\0';
	return WEXITSTATUS(pclose(f));
}

/* Whether a line holds all of the words, which end with NULL. */
static bool has_line(const char *all_text, ...)
{
	char *save = NULL, *copy = mem_strdup(all_text);
	bool found = false;

	for (char *line = strtok_r(copy, "\n", &save); line && !found;
		line = strtok_r(NULL, "\n", &save)) {
		const char *word;
		va_list ap;

		found = true;
		va_start(ap, all_text);
		while ((word = va_arg(ap, const char *)))
			found &= strstr(line, word) != NULL;
		va_end(ap);
	}
	free(copy);
	return found;
}

static char text[1 << 20];

/* 300 calls, 10 ms apart, of every byte order and word size. */
static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		make(&kinds[i]);
		assert_int_equal(run("-f json", text, sizeof(text)), 0);
		assert_true(has_line(text, "\"type\":\"start\"", "\"source\":\"recording\"",
			"\"host\":\"elsewhere\"", "\"boot_id\":null", "\"machine\":\"s390x\"",
			NULL));
		/* the first interval begins before the first of them, and cuts off one */
		assert_true(has_line(text, "\"seq\":1,\"interval_s\":1.0,\"pid\":100,",
			"\"comm\":\"parent\",\"calls_per_s\":98.0,\"calls\":98,", NULL));
		assert_true(
			has_line(text, "\"seq\":2,", "\"calls_per_s\":100.0,\"calls\":198,", NULL));
		assert_true(has_line(text, "\"type\":\"end\"", "\"calls\":300,", "\"p_r\":200,",
			"\"p_rx\":100,", "\"errors\":30,", "\"x_new\":null",
			"\"account\":\"partial\"", NULL));
		assert_true(has_line(text, "\"type\":\"end\"",
			kinds[i].lost ? "\"lost\":7," : "\"lost\":0,",
			"\"missed\":null,\"unaccounted\":null,",
			kinds[i].lost ? "\"complete\":false" : "\"complete\":true", NULL));
	}
}

static void test_events(void **state)
{
	char first[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		make(&kinds[i]);
		assert_int_equal(run("--events -f csv", text, sizeof(text)), 0);
		snprintf(first, sizeof(first), ",100,100,parent,1,mprotect,false,0x%x,4096,r-x,5,,",
			DATGEN_ADDR(0));
		assert_true(has_line(text, first, ",ENOMEM,1500,", NULL));
		snprintf(first, sizeof(first), ",0x%x,4096,r--,1,", DATGEN_ADDR(299));
		assert_true(has_line(text, first, NULL));
	}
}

/* No event came: no call is what there is to tell. */
static void test_silent(void **state)
{
	static const struct datgen plain = {
		.long_size = 8, .page_size = 4096, .side = "side", .silent = true};
	struct datgen gen = plain;
	struct buf trail = {0};

	(void)state;
	for (int ours = 0; ours < 2; ours++) {
		make(&gen);
		assert_int_equal(run("-f json", text, sizeof(text)), 0);
		assert_true(has_line(
			text, "\"type\":\"end\"", "\"calls\":0,", "\"processes\":0,", NULL));
		assert_int_equal(run("-f csv", text, sizeof(text)), 0);
		assert_int_equal(run("-f json --events", text, sizeof(text)), 0);
		assert_true(has_line(text, "\"type\":\"end\"", "\"calls\":0,", NULL));
		assert_int_equal(run("--audit", text, sizeof(text)), 0);
		trailgen_make(&gen, &trail);
		gen.trail = trail.data;
		gen.trail_len = trail.len;
	}
	buf_done(&trail);
}

/* The same calls in two buffers: each counts once. */
static void test_twice(void **state)
{
	static const struct datgen gen = {
		.long_size = 8, .page_size = 4096, .side = "side", .twice = true};

	(void)state;
	make(&gen);
	assert_int_equal(run("-f json", text, sizeof(text)), 0);
	assert_true(has_line(text, "\"type\":\"end\"", "\"calls\":300,", NULL));
	assert_null(strstr(text, "\"notice\""));
}

/* A file of ours: what its trail tells happens when it says. */
static void test_trail(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct datgen gen = kinds[i];
		struct buf trail = {0};

		gen.side = "side";
		trailgen_make(&gen, &trail);
		gen.trail = trail.data;
		gen.trail_len = trail.len;
		make(&gen);
		assert_int_equal(run("-f json", text, sizeof(text)), 0);
		assert_true(has_line(text, "\"type\":\"start\",\"time\":1600001000.0,", NULL));
		assert_true(has_line(text, "\"time\":1600001001.0,\"seq\":1,", "\"user\":\"alice\"",
			"\"calls\":98,", NULL));
		assert_true(
			has_line(text, "\"seq\":1,", "\"lost\":0,", "\"buffer_pct\":1.5,", NULL));
		assert_true(has_line(text, "\"cause\":\"cpumask\",\"object\":\"a ? file\"", NULL));
		assert_true(has_line(text, "\"seq\":2,", "\"lost\":5,", "\"unreturned\":1,", NULL));
		assert_true(has_line(text, "\"seq\":3,\"interval_s\":2.0,", "\"calls\":300,",
			"\"state\":\"exited\"", NULL));
		assert_true(has_line(
			text, "\"type\":\"end\"", "\"traced_s\":4.0,\"updates\":3,", NULL));
		/* and so does the loss */
		assert_int_equal(run("-f json --events", text, sizeof(text)), 0);
		assert_true(has_line(text, "\"type\":\"lost\"", "\"time\":1600001001.05,",
			"\"cpu\":1,\"count\":5", NULL));
		/* users are those of the recorded machine */
		assert_int_equal(run("-f json -u alice", text, sizeof(text)), 0);
		assert_true(has_line(text, "\"user\":\"alice\"", "\"calls\":98,", NULL));
		assert_int_equal(run("-f json -u root", text, sizeof(text)), 0);
		assert_false(has_line(text, "\"type\":\"process\"", NULL));
		/* what it has not told yet is not known */
		assert_int_equal(run("-f json --end=0.5", text, sizeof(text)), 0);
		assert_true(has_line(text, "\"seq\":1,", "\"buffer_pct\":null,",
			"\"self_cpu_pct\":null,", NULL));
		assert_true(has_line(text, "\"type\":\"end\"", "\"account\":\"partial\"", NULL));
		/* updates of our own */
		assert_int_equal(run("-f json -d 0.5", text, sizeof(text)), 0);
		assert_true(has_line(text, "\"seq\":1,\"interval_s\":0.5,", "\"calls\":48,", NULL));
		assert_true(
			has_line(text, "\"type\":\"end\"", "\"calls\":300,", "\"lost\":5,", NULL));
		buf_done(&trail);
	}
}

/* The machine was suspended for an hour in the second interval: what came after it has the time of
 * day that it had, and so it stays when the recording is played again. */
static void test_suspended(void **state)
{
	struct datgen gen = kinds[0];
	struct buf made = {0}, told = {0};
	struct trail_record record;
	struct trail trail;

	(void)state;
	gen.side = "side";
	trailgen_make(&gen, &made);
	trail_begin(&trail, made.data, made.len, gen.big_endian);
	while (trail_next(&trail, &record)) {
		if (record.kind == TRAIL_LOST)
			trail_add(&told,
				&(struct trail_record){.kind = TRAIL_SUSPENDED,
					.ts_ns = DATGEN_BEGIN + 1500000000,
					.u.suspended = {3600000000000}},
				gen.big_endian);
		trail_add(&told, &record, gen.big_endian);
	}
	gen.trail = told.data;
	gen.trail_len = told.len;
	make(&gen);
	assert_int_equal(run("-f json --events", text, sizeof(text)), 0);
	assert_true(has_line(text, "\"type\":\"call\",\"time\":1600001001.49,", NULL));
	assert_false(has_line(text, "\"type\":\"call\",\"time\":1600001001.5", NULL));
	assert_true(has_line(text, "\"type\":\"call\",\"time\":1600004601.5", NULL));
	assert_true(has_line(text, "\"type\":\"call\",\"time\":1600004602.9", NULL));
	/* rates are of the time that it was awake */
	assert_int_equal(run("-f json -d 0.5", text, sizeof(text)), 0);
	assert_true(has_line(text, "\"type\":\"process\",\"time\":1600004602.0,",
		"\"interval_s\":0.5,", "\"calls_per_s\":100.0,", NULL));
	buf_done(&made);
	buf_done(&told);
}

/* What was told then is told as such, and what the end of that run was does not matter now. */
static void test_notices(void **state)
{
	struct datgen gen = kinds[0];
	struct buf made = {0}, told = {0};
	struct trail_record record;
	struct trail trail;

	(void)state;
	gen.side = "side";
	trailgen_make(&gen, &made);
	trail_begin(&trail, made.data, made.len, gen.big_endian);
	while (trail_next(&trail, &record)) {
		trail_add(&told, &record, gen.big_endian);
		record.u.notice.cause = trail_text("command_stopped");
		record.u.notice.text = trail_text("told to end");
		if (record.kind == TRAIL_NOTICE)
			trail_add(&told, &record, gen.big_endian);
	}
	gen.trail = told.data;
	gen.trail_len = told.len;
	make(&gen);
	assert_int_equal(run("-b", text, sizeof(text)), 0);
	assert_true(has_line(text, "mprottop: recorded: a ? file: was written", NULL));
	assert_null(strstr(text, "leave it"));
	assert_null(strstr(text, "told to end"));
	/* the object is there, and nothing on stderr */
	assert_int_equal(run("-f json", text, sizeof(text)), 0);
	assert_true(has_line(text, "\"cause\":\"command_stopped\"", "told to end", NULL));
	assert_null(strstr(text, "mprottop:"));
	buf_done(&made);
	buf_done(&told);
}

/* Nobody told which processes these threads are of: each has its own id then. */
static void test_threads(void **state)
{
	struct datgen gen = kinds[0];

	(void)state;
	gen.pids = 3;
	gen.strangers = true;
	make(&gen);
	assert_int_equal(run("-f json", text, sizeof(text)), 0);
	assert_true(has_line(text, "\"type\":\"process\"", "\"pid\":100,", NULL));
	assert_true(has_line(text, "\"type\":\"process\"", "\"pid\":null,", ",\"tid\":101}", NULL));
	assert_true(has_line(text, "\"type\":\"process\"", "\"pid\":null,", ",\"tid\":102}", NULL));
	assert_false(has_line(text, "\"pid\":100,", "\"tid\":", NULL));
	assert_true(has_line(text, "\"type\":\"summary\"", "\"self_pss_bytes\":null", NULL));
	assert_int_equal(run("-q --columns=pid,calls", text, sizeof(text)), 0);
	assert_true(has_line(text, "101? ", NULL));
	assert_int_equal(run("--events", text, sizeof(text)), 0);
	assert_true(has_line(text, " 102? ", NULL));
}

/* What a recording lacks is to be had by another one; --check tells of this machine. */
static void test_lacks(void **state)
{
	(void)state;
	make(&kinds[0]);
	assert_int_equal(
		run("-b --fail-if 'w_to_x gt 5 or x_new gt 1 or w_to_x gt 9 or calls gt 900'", text,
			sizeof(text)),
		4);
	assert_true(has_line(text, "record with --columns=+w_to_x,x_new -w FILE",
		"where the kernel has kprobes", NULL));
	assert_null(strstr(text, "--check"));
}

/* Cut anywhere: an error that says where, and what comes before it stands. */
static void test_bad_trail(void **state)
{
	struct datgen gen = kinds[0];
	struct buf trail = {0};

	(void)state;
	gen.side = "side";
	trailgen_make(&gen, &trail);
	gen.trail = trail.data;
	for (gen.trail_len = 1; gen.trail_len < trail.len; gen.trail_len += 97) {
		int status;

		make(&gen);
		status = run("-f json", text, sizeof(text));
		assert_true(status == 1 || strstr(text, "\"recording_cut\""));
		if (status)
			assert_true(has_line(text, "damaged", path, ", byte ", NULL));
	}
	buf_done(&trail);
}

static void test_part(void **state)
{
	(void)state;
	make(&kinds[0]);
	assert_int_equal(run("-f json --begin=1 --end=2s -d 0.5", text, sizeof(text)), 0);
	assert_true(has_line(text, "\"seq\":1,\"interval_s\":0.5,", "\"calls\":50,", NULL));
	assert_true(has_line(text, "\"type\":\"end\"", "\"calls\":100,", NULL));
	assert_int_equal(run("-f json -n1", text, sizeof(text)), 0);
	assert_true(has_line(text, "\"type\":\"end\"", "\"updates\":1,", "\"calls\":99,", NULL));
	assert_int_equal(run("-b --fail-if 'errors gt 29'", text, sizeof(text)), 3);
	assert_int_equal(run("-b --fail-if 'errors gt 30'", text, sizeof(text)), 0);
}

static void test_pipe(void **state)
{
	char command[256];

	(void)state;
	make(&kinds[1]);
	assert_int_equal(run("-f json", text, sizeof(text)), 0);
	snprintf(command, sizeof(command), "-r - -f json <%s | cat", path);
	assert_int_equal(run(command, text, sizeof(text)), 0);
	assert_true(has_line(text, "\"type\":\"end\"", "\"calls\":300,", NULL));
	snprintf(command, sizeof(command), "-f json >/dev/null; cat %s | '%s' -r - -f json", path,
		getenv("MPROTTOP") ? getenv("MPROTTOP") : "./mprottop");
	assert_int_equal(run(command, text, sizeof(text)), 0);
	assert_true(has_line(text, "\"type\":\"end\"", "\"calls\":300,", NULL));
}

/* Bytes of a file of tests/data; how many. */
static size_t load(const char *name, char *bytes, size_t size)
{
	const char *dir = getenv("srcdir");
	char where[512];
	size_t len;
	FILE *f;

	snprintf(where, sizeof(where), "%s/tests/data/%s", dir ? dir : ".", name);
	f = fopen(where, "r");
	assert_non_null(f);
	len = fread(bytes, 1, size, f);
	fclose(f);
	return len;
}

static void save(const char *bytes, size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Our own events, and nobody who says so: other tools drop options that they do not know. */
static void test_no_trail(void **state)
{
	static char bytes[256 * 1024];
	size_t len = load("record-6.1.dat", bytes, sizeof(bytes)), at;
	char *options = memmem(bytes, len, "options  ", 10);
	uint16_t id;
	uint32_t size;

	(void)state;
	assert_non_null(options);
	for (at = (size_t)(options - bytes) + 10; at + 6 < len; at += 6 + size) {
		memcpy(&id, bytes + at, sizeof(id));
		memcpy(&size, bytes + at + 2, sizeof(size));
		if (!id)
			break;
		if (le16toh(id) == 0x6d70)
			bytes[at]++;
		size = le32toh(size);
	}
	save(bytes, len);
	assert_int_equal(run("-f json --columns=pid,comm,calls,w_to_x", text, sizeof(text)), 0);
	assert_true(has_line(text, "\"comm\":\"jit\",\"calls\":5,\"w_to_x\":1", NULL));
	assert_true(has_line(text, "\"type\":\"end\"", "\"w_to_x\":6,\"x_to_w\":1,\"wx\":2,",
		"\"errors\":12,", NULL));
}

static int open_file(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/test-replay.XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd) ? -1 : 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_trail),
		cmocka_unit_test(test_suspended),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_lacks),
		cmocka_unit_test(test_bad_trail),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_no_trail),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_file, remove_file);
}
