/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "reader/decode.h"

#include <byteswap.h>
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The fields that every event starts with, of 6.1 and 6.18 alike. */
#define COMMON                                                                                     \
	"format:\n"                                                                                \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"             \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
#define HEAD(name, id)         "name: " name "\nID: " id "\n" COMMON
#define NUMBER(type, at, size) "\tfield:" type ";\toffset:" at ";\tsize:" size ";\tsigned:0;\n"
#define NO_PRINT               "\nprint fmt: \"\"\n"

#define ENTER_FORMAT                                                                               \
	HEAD("sys_enter_mprotect", "705")                                                          \
	"\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n" NUMBER(                       \
		"unsigned long start", "16", "8") NUMBER("size_t len", "24", "8")                  \
		NUMBER("unsigned long prot", "32", "8") "\nprint fmt: \"start: 0x%08lx, len: "     \
							"0x%08lx, prot: 0x%08lx\", ((unsigned "    \
							"long)(REC->start)), ((unsigned "          \
							"long)(REC->len)), ((unsigned "            \
							"long)(REC->prot))\n"
#define KPROBE_HEAD(id)                                                                            \
	HEAD("ent", id) "\tfield:unsigned long __probe_ip;\toffset:8;\tsize:8;\tsigned:0;\n"
#define KPROBE_PRINT                                                                               \
	"\nprint fmt: \"(%lx) addr=%Lu len=%Lu prot=%Lu\", REC->__probe_ip, REC->addr, REC->len, " \
	"REC->prot\n"
#define NEWTASK_61                                                                                 \
	HEAD("task_newtask", "109")                                                                \
	"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"                                      \
	"\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:1;\n"                                \
	"\tfield:unsigned long clone_flags;\toffset:32;\tsize:8;\tsigned:0;\n"                     \
	"\tfield:short oom_score_adj;\toffset:40;\tsize:2;\tsigned:1;\n\n"                         \
	"print fmt: \"pid=%d comm=%s clone_flags=%lx oom_score_adj=%hd\", REC->pid, REC->comm, "   \
	"REC->clone_flags, REC->oom_score_adj\n"
#define NEWTASK_618                                                                                \
	HEAD("task_newtask", "205")                                                                \
	"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"                                      \
	"\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;\n"                                \
	"\tfield:u64 clone_flags;\toffset:32;\tsize:8;\tsigned:0;\n"                               \
	"\tfield:short oom_score_adj;\toffset:40;\tsize:2;\tsigned:1;\n\n"                         \
	"print fmt: \"pid=%d comm=%s clone_flags=%llx oom_score_adj=%hd\", REC->pid, REC->comm, "  \
	"REC->clone_flags, REC->oom_score_adj\n"
/* Longs of four bytes: a 32-bit kernel. */
#define NEWTASK_32                                                                                 \
	HEAD("task_newtask", "77")                                                                 \
	"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"                                      \
	"\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;\n"                                \
	"\tfield:unsigned long clone_flags;\toffset:28;\tsize:4;\tsigned:0;\n"                     \
	"\tfield:short oom_score_adj;\toffset:32;\tsize:2;\tsigned:1;\n" NO_PRINT
#define RENAME_61                                                                                  \
	HEAD("task_rename", "108")                                                                 \
	"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"                                      \
	"\tfield:char oldcomm[16];\toffset:12;\tsize:16;\tsigned:1;\n"                             \
	"\tfield:char newcomm[16];\toffset:28;\tsize:16;\tsigned:1;\n"                             \
	"\tfield:short oom_score_adj;\toffset:44;\tsize:2;\tsigned:1;\n\n"                         \
	"print fmt: \"pid=%d oldcomm=%s newcomm=%s oom_score_adj=%hd\", REC->pid, REC->oldcomm, "  \
	"REC->newcomm, REC->oom_score_adj\n"
/* Shorter than ours. */
#define RENAME_SHORT                                                                               \
	HEAD("task_rename", "108")                                                                 \
	NUMBER("pid_t pid", "8", "4") NUMBER("char newcomm[8]", "12", "8") NO_PRINT
#define EXEC_618                                                                                   \
	HEAD("sched_process_exec", "365")                                                          \
	"\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;\n"                     \
	"\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n"                                     \
	"\tfield:pid_t old_pid;\toffset:16;\tsize:4;\tsigned:1;\n\n"                               \
	"print fmt: \"filename=%s pid=%d old_pid=%d\", __get_str(filename), REC->pid, "            \
	"REC->old_pid\n"
#define EXIT_61                                                                                    \
	HEAD("sched_process_exit", "310")                                                          \
	"\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:1;\n"                                 \
	"\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n"                                     \
	"\tfield:int prio;\toffset:28;\tsize:4;\tsigned:1;\n\n"                                    \
	"print fmt: \"comm=%s pid=%d prio=%d\", REC->comm, REC->pid, REC->prio\n"
#define EXIT_618                                                                                   \
	HEAD("sched_process_exit", "369")                                                          \
	"\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"                                 \
	"\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n"                                     \
	"\tfield:int prio;\toffset:28;\tsize:4;\tsigned:1;\n"                                      \
	"\tfield:bool group_dead;\toffset:32;\tsize:1;\tsigned:0;\n\n"                             \
	"print fmt: \"comm=%s pid=%d prio=%d group_dead=%s\", REC->comm, REC->pid, REC->prio, "    \
	"REC->group_dead ? \"true\" : \"false\"\n"

/* A record in words of 2, 4 and 8 bytes, of the machine's byte order. */
struct record {
	uint8_t bytes[80];
	uint32_t len;
	bool big;
};

static void put(struct record *r, unsigned int at, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++)
		r->bytes[at + i] = (uint8_t)(value >> 8 * (r->big ? size - 1 - i : i));
	if (at + size > r->len)
		r->len = at + size;
}

static void put_text(struct record *r, unsigned int at, const char *text)
{
	memcpy(r->bytes + at, text, strnlen(text, EVENT_COMM_LEN));
	if (at + EVENT_COMM_LEN > r->len)
		r->len = at + EVENT_COMM_LEN;
}

static struct record record_of(bool big, uint16_t id, uint32_t pid)
{
	struct record r = {.big = big};

	/* what no field covers must not matter */
	memset(r.bytes, 0xee, sizeof(r.bytes));
	put(&r, 0, 2, id);
	put(&r, 4, 4, pid);
	return r;
}

#define ADDR UINT64_C(0x7fedcba987654321)
#define LEN  UINT64_C(0x1122334455667788)

static void make_enter(struct record *r)
{
	put(r, 8, 4, 10);
	put(r, 16, 8, ADDR);
	put(r, 24, 8, LEN);
	put(r, 32, 8, 7);
}

static void make_kprobe(struct record *r)
{
	put(r, 8, 8, UINT64_MAX);
	put(r, 16, 8, ADDR);
	put(r, 24, 8, LEN);
	put(r, 32, 8, 7);
}

static void make_kprobe32(struct record *r)
{
	put(r, 8, 8, UINT64_MAX);
	put(r, 16, 4, 0xfedcba98);
	put(r, 20, 4, 0x87654321);
	put(r, 24, 4, 7);
}

static void make_newtask(struct record *r)
{
	put(r, 8, 4, 4000001);
	put_text(r, 12, "worker/1");
	memset(r->bytes + 20, 0, 8);
	put(r, 32, 8, 0x3d0f00);
}

static void make_newtask32(struct record *r)
{
	put(r, 8, 4, 4000001);
	put_text(r, 12, "worker/1");
	memset(r->bytes + 20, 0, 8);
	/* vfork: shares memory, and is a process all the same */
	put(r, 28, 4, 0x4111);
}

static void make_rename(struct record *r)
{
	put(r, 8, 4, 77);
	put_text(r, 12, "old");
	/* a kernel's name is never that long, a stranger's might be */
	put_text(r, 28, "sixteen\x1b\n)bytes!");
}

static void make_rename_short(struct record *r)
{
	put(r, 8, 4, 77);
	memcpy(r->bytes + 12, "eight888", 8);
	r->len = 20;
}

static void make_exec(struct record *r)
{
	put(r, 8, 4, 14u << 16 | 20);
	put(r, 12, 4, 55);
	put(r, 16, 4, 66);
}

static void make_exit(struct record *r)
{
	put_text(r, 8, "gone");
	put(r, 24, 4, 88);
}

static const struct event_case {
	const char *name, *shape, *text;
	uint16_t id;
	void (*make)(struct record *r);
	unsigned int long_size;
	uint8_t flags;
	struct event want; /* tid 4321 unless told */
} cases[] = {
	{"sys_enter_mprotect", "call", ENTER_FORMAT, 705, make_enter, 8, 0,
		{.kind = EVENT_CALL, .u.call = {ADDR, LEN, 7}}},
	{"ent", "call",
		KPROBE_HEAD("1399") NUMBER("u64 addr", "16", "8") NUMBER("u64 len", "24", "8")
			NUMBER("u64 prot", "32", "8") KPROBE_PRINT,
		1399, make_kprobe, 8, EVENT_PKEY, {.kind = EVENT_CALL, .u.call = {ADDR, LEN, 7}}},
	{"ent", "call",
		KPROBE_HEAD("65535") NUMBER("u32 addr", "16", "4") NUMBER("u32 len", "20", "4")
			NUMBER("u32 prot", "24", "4") KPROBE_PRINT,
		65535, make_kprobe32, 8, EVENT_COMPAT,
		{.kind = EVENT_CALL, .u.call = {0xfedcba98, 0x87654321, 7}}},
	{"task_newtask", "new", NEWTASK_61, 109, make_newtask, 8, 0,
		{.kind = EVENT_NEW, .u.new = {4000001, 1, "worker/1"}}},
	{"task_newtask", "new", NEWTASK_618, 205, make_newtask, 8, 0,
		{.kind = EVENT_NEW, .u.new = {4000001, 1, "worker/1"}}},
	{"task_newtask", "new", NEWTASK_32, 77, make_newtask32, 4, 0,
		{.kind = EVENT_NEW, .u.new = {4000001, 0, "worker/1"}}},
	{"task_rename", "name", RENAME_61, 108, make_rename, 8, 0,
		{.kind = EVENT_NAME, .u.name = {77, "sixteen\x1b\n)bytes!"}}},
	{"task_rename", "name", RENAME_SHORT, 108, make_rename_short, 8, 0,
		{.kind = EVENT_NAME, .u.name = {77, "eight888"}}},
	{"sched_process_exec", "exec", EXEC_618, 365, make_exec, 8, 0,
		{.kind = EVENT_EXEC, .tid = 55, .u.exec = {66}}},
	{"sched_process_exit", "exit", EXIT_61, 310, make_exit, 8, 0,
		{.kind = EVENT_EXIT, .tid = 88}},
	{"sched_process_exit", "exit", EXIT_618, 369, make_exit, 8, 0,
		{.kind = EVENT_EXIT, .tid = 88}},
};

static void expect_event(const struct event_case *c, const struct event *got)
{
	assert_int_equal(got->kind, c->want.kind);
	assert_int_equal(got->flags, c->flags);
	assert_int_equal(got->tid, c->want.tid ? c->want.tid : 4321);
	if (c->want.kind == EVENT_CALL) {
		assert_true(got->u.call.addr == c->want.u.call.addr);
		assert_true(got->u.call.len == c->want.u.call.len);
		assert_true(got->u.call.prot == c->want.u.call.prot);
	} else if (c->want.kind == EVENT_NEW) {
		assert_int_equal(got->u.new.tid, c->want.u.new.tid);
		assert_int_equal(got->u.new.thread, c->want.u.new.thread);
		assert_memory_equal(got->u.new.comm, c->want.u.new.comm, EVENT_COMM_LEN);
	} else if (c->want.kind == EVENT_NAME) {
		assert_int_equal(got->u.name.tid, c->want.u.name.tid);
		assert_memory_equal(got->u.name.comm, c->want.u.name.comm, EVENT_COMM_LEN);
	} else if (c->want.kind == EVENT_EXEC) {
		assert_int_equal(got->u.exec.old_tid, c->want.u.exec.old_tid);
	}
}

/* From bytes of their own, so that a look behind them shows. */
static int decode(const struct decoder *d, const struct record *r, uint32_t len, struct event *out)
{
	uint8_t *data = mem_new(1, len);
	int got;

	memcpy(data, r->bytes, len);
	memset(out, 0xcc, sizeof(*out));
	got = decoder_event(d, data, len, out);
	free(data);
	return got;
}

/* Each event of each byte order, and all that is shorter than its fields. */
static void check_cases(bool big)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct event_case *c = &cases[i];
		struct decoder *d = decoder_new(big);
		struct record r = record_of(big, c->id, 4321);
		struct event got;

		c->make(&r);
		assert_int_equal(decoder_add(d, c->name, c->shape, c->flags, c->text, NULL), c->id);
		assert_int_equal(decode(d, &r, r.len, &got), 1);
		expect_event(c, &got);
		assert_int_equal(decode(d, &r, sizeof(r.bytes), &got), 1);
		expect_event(c, &got);
		for (uint32_t len = 1; len < r.len; len++)
			assert_int_equal(decode(d, &r, len, &got), -1);
		put(&r, 0, 2, c->id ^ 1);
		assert_int_equal(decode(d, &r, r.len, &got), 0);
		/* the other byte order is another event */
		put(&r, 0, 2, bswap_16(c->id));
		assert_int_equal(decode(d, &r, r.len, &got), c->id == bswap_16(c->id));
		decoder_free(d);
	}
}

static void test_little_endian(void **state)
{
	(void)state;
	check_cases(false);
}

static void test_big_endian(void **state)
{
	(void)state;
	check_cases(true);
}

/* All at once, each by its own id. */
static void test_together(void **state)
{
	static const size_t chosen[] = {0, 2, 4, 6, 8, 10};
	struct decoder *d = decoder_new(false);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(chosen); i++) {
		const struct event_case *c = &cases[chosen[i]];

		assert_int_equal(decoder_add(d, c->name, c->shape, c->flags, c->text, NULL), c->id);
	}
	for (size_t i = 0; i < ARRAY_SIZE(chosen); i++) {
		const struct event_case *c = &cases[chosen[i]];
		struct record r = record_of(false, c->id, 4321);
		struct event got;

		c->make(&r);
		assert_int_equal(decode(d, &r, r.len, &got), 1);
		expect_event(c, &got);
	}
	decoder_free(d);
	decoder_free(NULL);
}

/* What the event's text must not lack or say. */
static const struct bad_case {
	const char *name, *shape, *text;
	const char *what; /* in the fault, beside the event's name */
	int err;
} bad[] = {
	{"e", "call",
		HEAD("e", "7") NUMBER("u64 len", "16", "8") NUMBER("u64 prot", "24", "8") NO_PRINT,
		"addr|start", -ENOENT},
	{"e", "call",
		HEAD("e", "7") NUMBER("u64 addr", "8", "8") NUMBER("u64 prot", "24", "8") NO_PRINT,
		"len", -ENOENT},
	{"e", "call",
		HEAD("e", "7") NUMBER("u64 start", "8", "8") NUMBER("u64 len", "24", "8") NO_PRINT,
		"prot", -ENOENT},
	{"e", "exec", HEAD("e", "7") NUMBER("pid_t pid", "8", "4") NO_PRINT, "old_pid", -ENOENT},
	{"e", "exit", HEAD("e", "7") NO_PRINT, "pid", -ENOENT},
	{"e", "name", HEAD("e", "7") NUMBER("pid_t pid", "8", "4") NO_PRINT, "newcomm", -ENOENT},
	{"e", "new",
		HEAD("e", "7") NUMBER("pid_t pid", "8", "4") NUMBER("char comm[16]", "12", "16")
			NO_PRINT,
		"clone_flags", -ENOENT},
	{"e", "exit",
		"name: e\nID: 7\nformat:\n" NUMBER("int common_pid", "4", "4") "\n" NUMBER(
			"pid_t pid", "8", "4") NO_PRINT,
		"common_type", -ENOENT},
	{"e", "exit", HEAD("e", "7") NUMBER("pid_t pid", "8", "3") NO_PRINT, "pid", -EINVAL},
	{"e", "exit", HEAD("e", "7") NUMBER("pid_t pid", "8", "0") NO_PRINT, "pid", -EINVAL},
	{"e", "exit", HEAD("e", "7") NUMBER("pid_t pid", "8", "16") NO_PRINT, "pid", -EINVAL},
	{"e", "exit", HEAD("e", "7") NUMBER("pid_t pid", "65532", "4") NO_PRINT, "pid", -EINVAL},
	{"e", "exit", HEAD("e", "7") NUMBER("pid_t pid", "70000", "4") NO_PRINT, "pid", -EINVAL},
	{"e", "exit", HEAD("e", "7") NUMBER("pid_t pid", "2147483646", "4") NO_PRINT, "pid",
		-EINVAL},
	{"e", "name",
		HEAD("e", "7") NUMBER("pid_t pid", "8", "4")
			NUMBER("char newcomm[65535]", "12", "65535") NO_PRINT,
		"newcomm", -EINVAL},
	{"e", "exit", HEAD("e", "0") NUMBER("pid_t pid", "8", "4") NO_PRINT, "id", -ERANGE},
	{"e", "exit", HEAD("e", "65536") NUMBER("pid_t pid", "8", "4") NO_PRINT, "id", -ERANGE},
	{"e", "exit", "", "format", -EINVAL},
	{"e", "exit", "garbage", "format", -EINVAL},
	{"e", "exit", "\x01\xff\xfe;;;\n\t:field", "format", -EINVAL},
	{"e", "exit", "name: e\n", "format", -EINVAL},
	{"e", "exit", HEAD("other", "7") NUMBER("pid_t pid", "8", "4") NO_PRINT, "format", -EINVAL},
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct bad_case *c = &bad[i];
		struct decoder *d = decoder_new(false);
		struct record r = record_of(false, 7, 1);
		struct fault fault = {0};
		struct event got;

		assert_int_equal(decoder_add(d, c->name, c->shape, 0, c->text, &fault), c->err);
		assert_string_equal(fault.object, c->name);
		assert_non_null(strstr(fault.what, c->what));
		/* and it is not learnt */
		assert_int_equal(decode(d, &r, 64, &got), 0);
		put(&r, 0, 2, 0);
		assert_int_equal(decode(d, &r, 64, &got), 0);
		decoder_free(d);
	}
}

/* The end of 64 KiB is still inside. */
static void test_far(void **state)
{
	static uint8_t data[65535];
	struct decoder *d = decoder_new(false);
	struct event got;

	(void)state;
	assert_int_equal(decoder_add(d, "e", "exit", 0,
				 HEAD("e", "7") NUMBER("pid_t pid", "65531", "4") NO_PRINT, NULL),
		7);
	data[0] = 7;
	data[65531] = 9;
	assert_int_equal(decoder_event(d, data, sizeof(data), &got), 1);
	assert_int_equal(got.tid, 9);
	assert_int_equal(decoder_event(d, data, sizeof(data) - 1, &got), -1);
	decoder_free(d);
}

/* A print format that the library does not understand is none of our business. */
static void test_odd_print(void **state)
{
	struct decoder *d = decoder_new(false);

	(void)state;
	assert_int_equal(
		decoder_add(d, "e", "exit", 0,
			HEAD("e", "7") NUMBER("pid_t pid", "8",
				"4") "\nprint fmt: \"%pQ\", __get_new_thing(REC->pid, (((\n",
			NULL),
		7);
	decoder_free(d);
}

/* What tells events apart must lie in one place in all of them. */
static void test_moved(void **state)
{
	struct decoder *d = decoder_new(false);
	struct fault fault = {0};

	(void)state;
	assert_int_equal(decoder_add(d, "e", "exit", 0,
				 HEAD("e", "7") NUMBER("pid_t pid", "8", "4") NO_PRINT, NULL),
		7);
	assert_int_equal(decoder_add(d, "f", "exit", 0,
				 "name: f\nID: 8\n" NUMBER("unsigned short common_type", "0", "2")
					 NUMBER("int common_pid", "60000", "4")
						 NUMBER("pid_t pid", "8", "4") NO_PRINT,
				 &fault),
		-EINVAL);
	assert_non_null(strstr(fault.what, "common_pid"));
	decoder_free(d);
}

/* Before anything was added. */
static void test_empty(void **state)
{
	struct decoder *d = decoder_new(false);
	struct record r = record_of(false, 65535, 1);
	struct event got;

	(void)state;
	for (uint32_t len = 1; len < 64; len++)
		assert_int_equal(decode(d, &r, len, &got), 0);
	decoder_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little_endian),
		cmocka_unit_test(test_big_endian),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_odd_print),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_empty),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
