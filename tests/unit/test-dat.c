/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "datgen.h"
#include "reader/dat.h"
#include "reader/decode.h"
#include "reader/source_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct datgen kinds[] = {
	{false, 8, 4096, NULL, NULL, 0, 0, 0, 0, 0, false, false, false},
	{true, 8, 4096, "side", NULL, 0, 7, 0, 0, 0, false, false, false},
	{false, 4, 4096, "side", "trail", 5, 0, 0, 0, 0, false, false, false},
	{true, 4, 65536, NULL, NULL, 0, 0, 0, 0, 0, false, false, false},
};

struct got {
	unsigned int nr, calls, returns, tasks;
	uint64_t last_ns;
};

static void feed(const struct event *e, void *arg)
{
	struct got *got = arg;

	assert_true(e->ts_ns >= got->last_ns);
	got->last_ns = e->ts_ns;
	got->nr++;
	if (e->kind == EVENT_CALL) {
		uint64_t i = got->calls++;

		assert_int_equal(e->tid, DATGEN_PID);
		assert_int_equal(e->cpu, 1);
		assert_true(e->ts_ns == DATGEN_BEGIN + (i + 2) * DATGEN_STEP);
		assert_true(e->u.call.addr == DATGEN_ADDR(i) && e->u.call.len == 0x1000);
		assert_true(e->u.call.prot == (i % 3 ? 1 : 5));
	} else if (e->kind == EVENT_RETURN) {
		assert_true(e->u.ret.value == (got->returns++ % 10 ? 0 : -12));
	} else {
		got->tasks++;
	}
}

static const char *const events[][2] = {{"sys_enter_mprotect", "call"},
	{"sys_exit_mprotect", "return"}, {"task_newtask", "new"}, {"sched_process_exec", "exec"},
	{"sched_process_exit", "exit"}};

/* All events that the recording holds. */
static void read_all(const struct dat *dat, struct got *got)
{
	struct decoder *decoder = decoder_new(dat->big_endian);
	struct source *source = source_new(decoder, 1);
	struct source_file *file = source_file_new(dat, source, NULL);

	assert_non_null(file);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		const struct dat_event *e = dat_event(dat, NULL, events[i][0]);
		char *text;

		if (!e)
			continue;
		text = dat_read(dat, &e->text, DAT_FORMAT_MOST, NULL);
		if (text)
			decoder_add(decoder, e->name, events[i][1], 0, text, NULL);
		free(text);
	}
	for (size_t i = 0; i < dat->nr_cpus; i++)
		source_file_stream(
			file, &dat->cpus[i], dat->cpus[i].buffer > 0, dat->cpus[i].cpu, true);
	source_file_pull(file, true, UINT64_MAX, feed, got);
	source_file_free(file);
	source_free(source);
	decoder_free(decoder);
}

static void test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct buf file = {0};
		struct got got = {0};
		struct dat dat;
		int fd;

		datgen_make(&kinds[i], &file);
		fd = datgen_fd(file.data, file.len);
		assert_int_equal(dat_open(&dat, fd, "x.dat", NULL), 0);
		assert_int_equal(dat.big_endian, kinds[i].big_endian);
		assert_int_equal(dat.layout.long_size, kinds[i].long_size);
		assert_int_equal(dat.nr_events, 5);
		assert_int_equal(dat.nr_cpus, kinds[i].side ? 3 : 2);
		assert_int_equal(dat.nr_buffers, kinds[i].side ? 2 : 1);
		assert_int_equal(dat.buffers[0].lost, kinds[i].lost);
		assert_string_equal(dat.clock, "mono");
		assert_string_equal(dat.uname, "Linux elsewhere 6.1.0 s390x");
		assert_int_equal(dat.nr_trail, kinds[i].trail != NULL);
		assert_non_null(dat_event(&dat, "sched", "sched_process_exec"));
		assert_null(dat_event(&dat, "task", "sched_process_exec"));
		read_all(&dat, &got);
		assert_int_equal(got.calls, DATGEN_CALLS);
		assert_int_equal(got.returns, DATGEN_CALLS);
		assert_int_equal(got.tasks, kinds[i].side ? 3 : 1);
		dat_done(&dat);
		close(fd);
		buf_done(&file);
	}
}

/* Opens len bytes and reads all that there is; 0 or the error, with a fault that tells where. */
static int try(const void *data, size_t len)
{
	struct fault fault = {0};
	struct got got = {0};
	struct dat dat;
	int fd = datgen_fd(data, len), err = dat_open(&dat, fd, "x.dat", &fault);

	if (err) {
		assert_true(err < 0);
		assert_true(fault.what[0]);
		assert_int_equal(strncmp(fault.object, "x.dat, byte ", 12), 0);
	} else {
		struct decoder *decoder = decoder_new(dat.big_endian);
		struct source *source = source_new(decoder, 1);
		struct source_file *file = source_file_new(&dat, source, &fault);

		for (size_t i = 0; file && i < dat.nr_cpus; i++)
			source_file_stream(file, &dat.cpus[i], 0, 0, true);
		if (file)
			source_file_pull(file, true, UINT64_MAX, feed, &got);
		source_file_free(file);
		source_free(source);
		decoder_free(decoder);
	}
	dat_done(&dat);
	close(fd);
	return err;
}

/* At every byte up to the data, and then at some. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct buf file = {0};

		datgen_make(&kinds[i], &file);
		for (size_t len = 0; len < file.len; len += len < 4096 ? 1 : 509)
			assert_true(try(file.data, len) < 0);
		assert_int_equal(try(file.data, file.len), 0);
		buf_done(&file);
	}
}

/* Whatever a byte becomes, it ends, with or without a fault. */
static void test_flipped(void **state)
{
	uint64_t nr_bad = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct buf file = {0};

		datgen_make(&kinds[i], &file);
		for (size_t at = 0; at < file.len; at += at < 4096 ? 1 : 997) {
			char was = file.data[at];

			file.data[at] = (char)(at % 3 ? ~was : was ^ 1 << at % 8);
			nr_bad += try(file.data, file.len) < 0;
			file.data[at] = was;
		}
		buf_done(&file);
	}
	assert_true(nr_bad > 100);
}

#define TEXT(text) text, sizeof(text) - 1

static void test_others(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *what;
	} cases[] = {
		{TEXT(""), "no trace.dat"},
		{TEXT("\x7f"
		      "ELF and so on, and so on"),
			"no trace.dat"},
		{TEXT("\x17\x08\x44tracing7\0\0\x08\0\x10\0\0zstd"), "version 7"},
		{TEXT("\x17\x08\x44tracing6\0\2\x08\0\x10\0\0head"), "byte order"},
		{TEXT("\x17\x08\x44tracing6\0\0\x07\0\x10\0\0head"), "long"},
		{TEXT("\x17\x08\x44tracing6\0\0\x08\1\x10\0\0head"), "pages"},
		{TEXT("\x17\x08\x44tracing6\0\0\x08\0\x10\0\0headers and so on"), "header_page"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fault fault = {0};
		struct dat dat;
		int fd = datgen_fd(cases[i].bytes, cases[i].len);

		assert_true(dat_open(&dat, fd, "x.dat", &fault) < 0);
		assert_non_null(strstr(fault.what, cases[i].what));
		dat_done(&dat);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_others),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
