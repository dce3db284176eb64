/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are replaced whole, and those that are not. */
#include "base/msg.h"
#include "tracer/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/pager.XXXXXX";
static char path[64], other[64];

static int dir_make(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	return 0;
}

static int dir_remove(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	return rmdir(dir);
}

static void expect_text(const char *name, const char *want)
{
	char text[64] = "";
	int fd = open(name, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, want);
}

static int put(const char *text)
{
	struct fault fault = {0};
	int err = pager_write(path, text, strlen(text), 0600, &fault);

	assert_int_equal(!err, !fault.what[0]);
	return err;
}

static void test_write(void **state)
{
	struct stat st, was;

	(void)state;
	assert_int_equal(put("one"), 0);
	expect_text(path, "one");
	assert_int_equal(stat(path, &was), 0);
	assert_int_equal(was.st_mode & 0777, 0600);
	assert_int_equal(put("two"), 0);
	expect_text(path, "two");
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_ino != was.st_ino);
	/* somebody else may have written it */
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(put("three"), -EEXIST);
	expect_text(path, "two");
	assert_int_equal(unlink(path), 0);
}

static void test_others(void **state)
{
	struct fault fault = {0};

	(void)state;
	assert_int_equal(symlink("other", path), 0);
	assert_int_equal(put("x"), -ELOOP);
	assert_int_equal(access(other, F_OK), -1);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(put("x"), -EEXIST);
	rmdir(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(put("x"), -EEXIST);
	unlink(path);
	assert_int_equal(pager_write("/nowhere/at/all", "x", 1, 0600, &fault), -ENOENT);
	assert_int_equal(pager_write("/tmp/", "x", 1, 0600, &fault), -EISDIR);
}

/* Waits until the file is what was sent. */
static void expect_page(int sock, const char *text)
{
	struct stat st;
	int fd = memfd_create("page", MFD_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(msg_send(sock, MSG_PAGE, NULL, 0, &fd, 1), 0);
	close(fd);
	for (int i = 0; i < 6000; i++) {
		if (!stat(path, &st) && st.st_size == (off_t)strlen(text))
			break;
		usleep(10000);
	}
	expect_text(path, text);
}

static void test_process(void **state)
{
	struct fault fault = {0};
	int sock = pager_start(path, &fault);

	(void)state;
	assert_true(sock >= 0);
	expect_text(path, ""); /* it can be written */
	expect_page(sock, "first");
	expect_page(sock, "second page");
	close(sock);
	assert_int_equal(pager_start("/nowhere/at/all", &fault), -ENOENT);
	assert_string_equal(fault.object, "/nowhere/at/all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_process),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, dir_make, dir_remove);
}
