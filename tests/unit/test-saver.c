/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where settings are, which file is taken for them, and that they are saved. */
#include "base/msg.h"
#include "tracer/saver.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/saver.XXXXXX";

static void path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", dir, name);
}

static void test_path(void **state)
{
	char path[256], small[8];

	(void)state;
	unsetenv("SUDO_UID");
	setenv("HOME", "/home/x", 1);
	setenv("XDG_CONFIG_HOME", "/etc/x", 1);
	assert_int_equal(saver_path(path, sizeof(path)), 0);
	assert_string_equal(path, "/etc/x/mprottop/mprottoprc");
	/* one that is relative is none */
	setenv("XDG_CONFIG_HOME", "x", 1);
	assert_int_equal(saver_path(path, sizeof(path)), 0);
	assert_string_equal(path, "/home/x/.config/mprottop/mprottoprc");
	assert_int_equal(saver_path(small, sizeof(small)), -ENAMETOOLONG);
	unsetenv("HOME");
	assert_int_equal(saver_path(path, sizeof(path)), -ENOENT);
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void test_open(void **state)
{
	struct fault fault = {0};
	char path[128], link[128];
	int fd;

	(void)state;
	path_of(path, sizeof(path), "rc");
	path_of(link, sizeof(link), "link");
	assert_int_equal(saver_open(path, &fault), -1);
	assert_string_equal(fault.what, ""); /* there is none, which is nothing to tell */
	put(path, "idle = yes\n");
	fd = saver_open(path, &fault);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlink("rc", link), 0);
	assert_int_equal(saver_open(link, &fault), -1);
	assert_true(fault.what[0]);
	fault = (struct fault){0};
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(saver_open(path, &fault), -1);
	assert_true(fault.what[0]);
	unlink(link);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fault = (struct fault){0};
	assert_int_equal(saver_open(path, &fault), -1); /* at once, too */
	assert_true(fault.what[0]);
	unlink(path);
}

static struct msg_done save(const char *path, const char *text)
{
	struct msg *m = calloc(1, sizeof(*m));
	struct msg_done done;
	int pair[2];

	assert_non_null(m);
	assert_int_equal(msg_pair(pair), 0);
	saver_answer(pair[0], path, text, strlen(text));
	close(pair[0]);
	assert_int_equal(msg_recv(pair[1], m, true), 1);
	assert_int_equal(m->kind, MSG_SAVED);
	done = m->u.done;
	msg_done(m);
	close(pair[1]);
	free(m);
	return done;
}

static void test_save(void **state)
{
	char path[128], text[64] = "";
	struct msg_done done;
	struct stat st;
	FILE *file;

	(void)state;
	path_of(path, sizeof(path), "a/b/rc");
	done = save(path, "idle = yes\n");
	assert_string_equal(done.fault.what, "");
	assert_int_equal(done.status, 0);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "idle = yes\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	path_of(path, sizeof(path), "a");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(save(path, "x").status); /* a directory */
	assert_string_equal(save(NULL, "x").fault.object, "--no-config");
}

/* From the directory of the start, by a bare name and where a directory is missing. */
static void test_relative(void **state)
{
	static const char *const names[] = {"rc", "c/rc", "./rc"};
	int here = open(".", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_true(here >= 0);
	assert_int_equal(chdir(dir), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(save(names[i], "x").status, 0);
		assert_int_equal(access(names[i], R_OK), 0);
	}
	unlink("rc");
	unlink("c/rc");
	rmdir("c");
	assert_int_equal(fchdir(here), 0);
	close(here);
}

static int dir_make(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int dir_remove(void **state)
{
	static const char *const names[] = {"a/b/rc", "a/b", "a", ""};
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_of(path, sizeof(path), names[i]);
		remove(path);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_relative),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, dir_make, dir_remove);
}
