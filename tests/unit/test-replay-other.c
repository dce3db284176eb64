/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recordings of version 7, which trace-cmd made of a recording of 300 calls by 2 CPUs. */
#include "reader/otherdat.h"

#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Places in the file: the option that tells the number of CPUs; the option that lists where the
 * pages of each are, the number of those, and the first; all behind the head of the option. */
#define COUNT_AT  1181
#define LIST_AT   9337
#define NR_AT     (LIST_AT + 18)
#define FIRST_AT  (NR_AT + 4)
#define PLACE     20 /* bytes of one */
#define OPTION_AT (LIST_AT - 4)
#define PART_AT   (LIST_AT - 14) /* the size of the section, which ends with another option */

static char path[64], bytes[32768], text[65536];

static size_t load(const char *name)
{
	const char *dir = getenv("srcdir");
	char where[512];
	size_t len;
	FILE *f;

	snprintf(where, sizeof(where), "%s/tests/data/recording-v7-%s.dat", dir ? dir : ".", name);
	f = fopen(where, "r");
	assert_non_null(f);
	len = fread(bytes, 1, sizeof(bytes), f);
	assert_int_equal(fclose(f), 0);
	return len;
}

static void save(size_t len)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* The status of the program; what it says, stderr too, is in text. */
static int run(void)
{
	const char *program = getenv("MPROTTOP");
	char command[512];
	FILE *f;

	snprintf(command, sizeof(command), "'%s' -r %s -f json 2>&1",
		program ? program : "./mprottop", path);
	f = popen(command, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	return WEXITSTATUS(pclose(f));
}

static void expect(const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s is not in %s", part, text);
}

static const char *line_of_end(void)
{
	const char *end = strstr(text, "{\"type\":\"end\"");

	assert_non_null(end);
	return end;
}

static void test_compressed(void **state)
{
	size_t len = load("zstd");

	(void)state;
	save(len);
	if (!otherdat_can()) {
		assert_int_equal(run(), 1);
		expect("version 7");
		expect(", byte 10");
		expect("trace-cmd convert --file-version 6");
		return;
	}
	assert_int_equal(run(), 0);
	assert_non_null(strstr(line_of_end(), "\"calls\":300,"));
	assert_non_null(strstr(line_of_end(), "\"errors\":30,"));
	save(len / 2);
	assert_int_equal(run(), 1);
	expect("is damaged");
	expect(path);
	expect(", byte ");
}

static void put_le32(size_t at, uint32_t value)
{
	value = htole32(value);
	memcpy(bytes + at, &value, sizeof(value));
}

/* So many CPUs that share the pages of the two: more than the descriptors that the process which
 * converts may have. */
static void test_wide(void **state)
{
	enum {
		CPUS = 64,
		MORE = (CPUS - 2) * PLACE,
		BEHIND = FIRST_AT + 2 * PLACE
	};
	size_t len = load("zstd");

	(void)state;
	if (!otherdat_can())
		skip();
	assert_string_equal(bytes + LIST_AT + 9, "mono");
	memmove(bytes + BEHIND + MORE, bytes + BEHIND, len - BEHIND);
	for (unsigned int i = 2; i < CPUS; i++) {
		memcpy(bytes + FIRST_AT + i * PLACE, bytes + FIRST_AT + i % 2 * PLACE, PLACE);
		put_le32(FIRST_AT + i * PLACE, i);
	}
	put_le32(COUNT_AT, CPUS);
	put_le32(NR_AT, CPUS);
	put_le32(OPTION_AT, 22 + CPUS * PLACE);
	put_le32(PART_AT, 42 + CPUS * PLACE);
	save(len + MORE);
	assert_int_equal(run(), 0);
	expect("\"cpus\":64,");
	assert_non_null(strstr(line_of_end(), "\"calls\":9600,"));
}

/* Two buffers that both have the same 2 calls. */
static void test_twice(void **state)
{
	(void)state;
	if (!otherdat_can())
		skip();
	save(load("twice"));
	assert_int_equal(run(), 0);
	assert_non_null(strstr(line_of_end(), "\"calls\":2,"));
}

static int open_file(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/test-replay-other.XXXXXX");
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
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_twice),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_file, remove_file);
}
