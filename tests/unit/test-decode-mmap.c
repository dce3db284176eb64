/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define FIELD(text, at) "\tfield:unsigned long " text ";\toffset:" at ";\tsize:8;\tsigned:0;\n"
#define HEAD                                                                                       \
	"name: sys_enter_mmap\nID: 99\nformat:\n"                                                  \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"                               \
	"\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n" FIELD("addr", "16")           \
		FIELD("len", "24") FIELD("prot", "32")
#define MMAP HEAD FIELD("flags", "40") FIELD("fd", "48") FIELD("off", "56") "\nprint fmt: \"\"\n"
#define BARE HEAD "\nprint fmt: \"\"\n"

static struct event decoded(const char *shape, const char *format, uint64_t flags)
{
	struct decoder *d = decoder_new(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	uint64_t words[8] = {0, 0, 0x10000, 4096, PROT_READ | PROT_EXEC, flags, 3, 0};
	uint16_t id = 99;
	uint32_t tid = 7;
	struct event e = {0};
	struct fault fault;

	memcpy(words, &id, sizeof(id));
	memcpy((char *)words + 4, &tid, sizeof(tid));
	assert_int_equal(decoder_add(d, "sys_enter_mmap", shape, EVENT_MMAP, format, &fault), 99);
	assert_int_equal(decoder_event(d, (const uint8_t *)words, sizeof(words), &e), 1);
	decoder_free(d);
	return e;
}

/* What is mapped is told by its flags; where they are not there, that is told. */
static void test_flags(void **state)
{
	struct event e = decoded("call", MMAP, MAP_PRIVATE | MAP_ANONYMOUS);

	(void)state;
	assert_int_equal(e.u.call.addr, 0x10000);
	assert_int_equal(e.u.call.prot, PROT_READ | PROT_EXEC);
	assert_int_equal(e.u.call.map, MAP_PRIVATE | MAP_ANONYMOUS | EVENT_MAP_TOLD);
	/* the kernel looks at 32 bits of them */
	e = decoded("call", MMAP, 0xffffffff00000000 | MAP_SHARED);
	assert_int_equal(e.u.call.map, MAP_SHARED | EVENT_MAP_TOLD);
	e = decoded("call", MMAP, 0);
	assert_int_equal(e.u.call.map, EVENT_MAP_TOLD);
	e = decoded("call", BARE, MAP_PRIVATE | MAP_ANONYMOUS);
	assert_int_equal(e.u.call.prot, PROT_READ | PROT_EXEC);
	assert_int_equal(e.u.call.map, 0);
}

#define REGION                                                                                     \
	"name: sys_enter_mmap\nID: 99\nformat:\n"                                                  \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n" FIELD("file", "40")           \
		FIELD("addr", "16") FIELD("len", "24")                                             \
			FIELD("vm_flags", "32") "\nprint fmt: \"\"\n"

/* What the kernel makes of a call: its protection, and what is mapped, by the mapping's flags. */
static void test_region(void **state)
{
	struct event e = decoded("region", REGION, 0);

	(void)state;
	assert_int_equal(e.kind, EVENT_CALL);
	assert_int_equal(e.u.call.addr, 0x10000);
	assert_int_equal(e.u.call.len, 4096);
	assert_int_equal(e.u.call.prot, PROT_READ | PROT_EXEC);
	assert_int_equal(
		e.u.call.map, MAP_PRIVATE | MAP_ANONYMOUS | EVENT_MAP_TOLD | EVENT_MAP_MADE);
	e = decoded("region", REGION, 0xffff888000000000);
	assert_int_equal(e.u.call.map, MAP_PRIVATE | EVENT_MAP_TOLD | EVENT_MAP_MADE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags), cmocka_unit_test(test_region)};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
