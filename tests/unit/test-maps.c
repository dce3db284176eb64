/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "reader/maps.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void parse(struct maps *maps, const char *text)
{
	maps_parse(maps, text, strlen(text));
}

static void named(const struct mapping *m, const char *name)
{
	assert_int_equal(m->name_len, strlen(name));
	assert_memory_equal(m->name, name, m->name_len);
}

static void test_lines(void **state)
{
	struct maps maps = {0};

	(void)state;
	parse(&maps,
		"00400000-00401000 r-xp 00002000 fe:01 131                        /bin/a b\n"
		"7ffe0000-7ffe1000 rw-s 00000000 00:00 0 \n"
		"7fff0000-7fff1000 rw-p 00000000 00:00 0                          [stack]\n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]\n");
	assert_int_equal(maps.nr, 4);
	assert_int_equal(maps.list[0].start, 0x400000);
	assert_int_equal(maps.list[0].end, 0x401000);
	assert_int_equal(maps.list[0].offset, 0x2000);
	assert_int_equal(maps.list[0].ino, 131);
	assert_int_equal(maps.list[0].major, 0xfe);
	assert_int_equal(maps.list[0].minor, 1);
	assert_true(maps.list[0].exec);
	named(&maps.list[0], "/bin/a b");
	assert_false(maps.list[1].exec);
	named(&maps.list[1], "");
	named(&maps.list[2], "[stack]");
	assert_true(maps.list[3].exec);
	assert_true(maps.list[3].start == 0xffffffffff600000);
	maps_done(&maps);
}

/* What the kernel does not write is left out, and nothing else with it. */
static void test_broken(void **state)
{
	static const char *const bad[] = {"", " ", "-", "00400000", "00400000-00401000",
		"00400000-00401000 r-xp", "00400000-00401000 r-zp 0 0:0 0 ",
		"00400000-00401000 r-x", "g0400000-00401000 r-xp 0 0:0 0 ",
		"00401000-00400000 r-xp 0 0:0 0 ", "00400000-00400000 r-xp 0 0:0 0 ",
		"10000000000000000-20000000000000000 r-xp 0 0:0 0 ",
		"00400000-00401000 r-xp 0 0:0 99999999999999999999 ",
		"00400000-00401000 r-xp 0 00 0 ", "00400000-00401000 r-xp  0:0 0 ",
		"00400000-00401000 r-xp 0 0:0 f "};
	const char good[] = "00500000-00501000 r-xp 00000000 00:00 0 \n";
	struct maps maps = {0};
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "%s\n%s", bad[i], good);
		parse(&maps, text);
		if (maps.nr != 1 || maps.list[0].start != 0x500000)
			fail_msg("'%s' gave %zu mappings", bad[i], maps.nr);
	}
	/* half a line at the end */
	snprintf(text, sizeof(text), "%s00600000-00601000 r-xp 00000000 00:00 0", good);
	parse(&maps, text);
	assert_int_equal(maps.nr, 1);
	/* what overlaps or goes back */
	snprintf(text, sizeof(text), "%s00500800-00502000 r-xp 0 0:0 0 \n%s", good, good);
	parse(&maps, text);
	assert_int_equal(maps.nr, 1);
	/* bytes of any kind */
	maps_parse(&maps, "\0\xff\n\n\n", 5);
	assert_int_equal(maps.nr, 0);
	maps_done(&maps);
}

static void test_bounded(void **state)
{
	struct buf text = {0};
	struct maps maps = {0};

	(void)state;
	for (unsigned int i = 1; i <= MAPS_MOST + 10; i++)
		buf_printf(&text, "%x000-%x800 rw-p 00000000 00:00 0 \n", i, i);
	maps_parse(&maps, text.data, text.len);
	assert_int_equal(maps.nr, MAPS_MOST);
	maps_done(&maps);
	buf_done(&text);
}

/* Our own, where this function lies in a mapping that is executable. */
static void test_own(void **state)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	uint64_t here = (uintptr_t)test_own;
	struct maps maps = {0};
	unsigned int nr = 0;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(maps_read(&maps, fd), 0);
	close(fd);
	for (size_t i = 0; i < maps.nr; i++)
		if (maps.list[i].start <= here && here < maps.list[i].end) {
			assert_true(maps.list[i].exec);
			assert_true(maps.list[i].name[0] == '/');
			nr++;
		}
	assert_int_equal(nr, 1);
	assert_true(maps_read(&maps, -1) < 0);
	assert_int_equal(maps.nr, 0);
	maps_done(&maps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_own),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
