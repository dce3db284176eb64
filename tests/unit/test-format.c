/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "reader/format.h"

#include <event-parse.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXT                                                                                       \
	"name: sys_enter_mprotect\n"                                                               \
	"ID: 705\n"                                                                                \
	"format:\n"                                                                                \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"                                 \
	"\n"                                                                                       \
	"\tfield:const char * filename;\toffset:8;\tsize:8;\tsigned:0;\n"                          \
	"\tfield:char comm[16];\toffset:16;\tsize:16;\tsigned:0;\n"                                \
	"\tfield:char newcomm[16];\toffset:32;\tsize:16;\tsigned:0;\n"                             \
	"\tfield:__data_loc char[] name;\toffset:48;\tsize:4;\tsigned:0;\n"                        \
	"\tfield:pid_t pid;\toffset:52;\tsize:4;\tsigned:1;\n"                                     \
	"\tfield:pid_t old_pid;\toffset:56;\tsize:4;\tsigned:1;\n"                                 \
	"\n"                                                                                       \
	"print fmt: \"field:int fake; offset:1; size:1;\"\n"

static const struct format_text whole = {TEXT, sizeof(TEXT) - 1};

static void test_head(void **state)
{
	struct format_head head;

	(void)state;
	assert_true(format_head(&whole, &head));
	assert_int_equal(head.id, 705);
	assert_int_equal(head.name_len, 18);
	assert_memory_equal(head.name, "sys_enter_mprotect", 18);
}

/* What the kernel's own library says of the same text. */
static void test_oracle(void **state)
{
	static const char *const names[] = {"common_type", "common_flags", "common_pid", "filename",
		"comm", "newcomm", "name", "pid", "old_pid", "fake", "id", "om", "m", ""};
	struct tep_handle *tep = tep_alloc();
	struct tep_event *event;

	(void)state;
	assert_int_equal(tep_parse_event(tep, TEXT, sizeof(TEXT) - 1, "test"), 0);
	event = tep_find_event_by_name(tep, "test", "sys_enter_mprotect");
	assert_non_null(event);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct tep_format_field *want = tep_find_any_field(event, names[i]);
		struct format_field got;

		assert_int_equal(format_field(&whole, names[i], &got), want != NULL);
		if (!want)
			continue;
		assert_int_equal(got.offset, want->offset);
		assert_int_equal(got.size, want->size);
	}
	tep_free(tep);
}

static void test_array(void **state)
{
	struct format_field field;

	(void)state;
	assert_true(format_field(&whole, "comm", &field));
	assert_true(field.array);
	assert_true(format_field(&whole, "pid", &field));
	assert_false(field.array);
}

/* Cut anywhere: never read behind the end, and a place is known whole or not at all. */
static void test_cut(void **state)
{
	(void)state;
	for (size_t len = 0; len < whole.len; len++) {
		char *copy = mem_new(len + !len, 1);
		const struct format_text cut = {copy, len};
		struct format_field field;
		struct format_head head;

		memcpy(copy, TEXT, len);
		if (format_head(&cut, &head))
			assert_true(head.name_len == 18);
		if (format_field(&cut, "old_pid", &field)) {
			assert_int_equal(field.offset, 56);
			assert_int_equal(field.size, 4);
		}
		free(copy);
	}
}

static void test_bad(void **state)
{
	static const char *const texts[] = {"", "\n", "field:", "field:;", "field:pid;",
		"field:int pid;\toffset:;\tsize:4;", "field:int pid;\toffset:4294967296;\tsize:4;",
		"field:int pid;\toffset:8;\tsize:4", "field:int pid[;\toffset:8;\tsize:-4;",
		"field:]pid];\toffset:8;\tsize:4;", "xfield:int pid;\toffset:8;\tsize:4;",
		"field:int xpid;\toffset:8;\tsize:4;", "name:\nID:7\n", "name: e\nID: x\n"};
	struct format_field field;
	struct format_head head;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct format_text text = {texts[i], strlen(texts[i])};

		assert_false(format_field(&text, "pid", &field));
		assert_false(format_head(&text, &head));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_oracle),
		cmocka_unit_test(test_array),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bad),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
