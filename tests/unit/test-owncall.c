/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/owncall.h"
#include "base/mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const names[] = {"mprotect", "pkey", "mmap", "mmap_wx", "munmap", "shm_exec"};

static void test_find(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_string_equal(owncall_find(names[i])->name, names[i]);
		assert_int_equal(owncall_attaches(owncall_find(names[i])), i == 5);
	}
	assert_null(owncall_find(""));
	assert_null(owncall_find("mprotec"));
}

/* What the kernel tells of this process's mappings. */
static size_t maps_read(char *text, size_t size)
{
	FILE *f = fopen("/proc/self/maps", "re");
	size_t len;

	assert_non_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	len = fread(text, 1, size - 1, f);
	text[len] = '\0';
	fclose(f);
	return len;
}

/* None changes a mapping, and each ends as its row says. */
static void test_harmless(void **state)
{
	static char before[1 << 18], after[1 << 18];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *pages = mmap(NULL, 2 * page, OWNCALL_PROT, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(pages != MAP_FAILED);
	/* what reading makes is there */
	maps_read(after, sizeof(after));
	maps_read(before, sizeof(before));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct owncall *call = owncall_find(names[i]);

		errno = 0;
		owncall_make(call, (uint64_t)(uintptr_t)pages + call->odd, page);
		/* a kernel without protection keys */
		if (errno != ENOSYS)
			assert_int_equal(errno, -call->fails);
	}
	maps_read(after, sizeof(after));
	assert_string_equal(before, after);
	munmap(pages, 2 * page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_harmless),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
