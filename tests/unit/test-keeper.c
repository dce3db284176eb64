/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "base/msg.h"
#include "tracer/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char magic[] = "\x17\x08\x44tracing6";

/* A directory of its own, and the keeper that is at work. */
struct bench {
	char dir[64], path[128];
	int sock;
	int file, spool; /* that it gave */
	struct msg msg;
};

static int bench_open(void **state)
{
	struct bench *b = mem_new(1, sizeof(*b));

	strcpy(b->dir, "/tmp/test-keeper.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/x.dat", b->dir);
	b->sock = b->file = b->spool = -1;
	*state = b;
	return 0;
}

/* Waits for its end: what it does not keep is gone then. */
static void leave(struct bench *b)
{
	int fds[] = {b->sock, b->file, b->spool};

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	b->sock = b->file = b->spool = -1;
	while (wait(NULL) > 0)
		;
}

static int bench_close(void **state)
{
	struct bench *b = *state;
	char command[128];

	leave(b);
	snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	assert_int_equal(system(command), 0);
	free(b);
	return 0;
}

/* The fault, or an empty one where it has made both files. */
static const struct fault *start(struct bench *b, const char *path, bool replace)
{
	static const struct fault none;
	struct msg_keeper keeper = {0};
	struct fault fault;

	leave(b);
	b->sock = keeper_start(path, replace, &keeper, &fault);
	assert_true(b->sock >= 0 && keeper.pid > 1);
	assert_int_equal(msg_recv(b->sock, &b->msg, true), 1);
	if (b->msg.kind == MSG_KEPT)
		return &b->msg.u.done.fault;
	assert_int_equal(b->msg.kind, MSG_FILES);
	b->file = msg_take(&b->msg, 0);
	b->spool = msg_take(&b->msg, 1);
	return &none;
}

static const struct fault *keep(struct bench *b)
{
	assert_int_equal(msg_send(b->sock, MSG_KEEP, NULL, 0, NULL, 0), 0);
	assert_int_equal(msg_recv(b->sock, &b->msg, true), 1);
	assert_int_equal(b->msg.kind, MSG_KEPT);
	return &b->msg.u.done.fault;
}

static unsigned int entries(const char *dir)
{
	DIR *list = opendir(dir);
	unsigned int nr = 0;

	assert_non_null(list);
	while (readdir(list))
		nr++;
	closedir(list);
	return nr - 2;
}

static void put(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void holds(const char *path, const char *text)
{
	char got[64] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, got, sizeof(got) - 1) >= 0);
	close(fd);
	assert_string_equal(got, text);
}

static void test_new(void **state)
{
	struct bench *b = *state;
	struct stat st;

	assert_string_equal(start(b, b->path, false)->what, "");
	assert_int_equal(fstat(b->spool, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	/* it has no name of its own before it is whole */
	assert_true(access(b->path, F_OK) != 0);
	assert_int_equal(write(b->file, "new", 3), 3);
	assert_string_equal(keep(b)->what, "");
	holds(b->path, "new");
	assert_int_equal(stat(b->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	leave(b);
	assert_int_equal(entries(b->dir), 1);
}

/* Whoever fills it is gone: nothing stays. */
static void test_left(void **state)
{
	struct bench *b = *state;

	assert_string_equal(start(b, b->path, false)->what, "");
	assert_int_equal(entries(b->dir), 1);
	leave(b);
	assert_int_equal(entries(b->dir), 0);
}

static void test_replaced(void **state)
{
	struct bench *b = *state;

	put(b->path, magic, sizeof(magic));
	assert_string_equal(start(b, b->path, true)->what, "");
	holds(b->path, magic);
	assert_int_equal(write(b->file, "new", 3), 3);
	assert_string_equal(keep(b)->what, "");
	holds(b->path, "new");
	/* an empty one is nothing to lose */
	put(b->path, "", 0);
	assert_string_equal(start(b, b->path, true)->what, "");
	leave(b);
	/* what was not kept leaves the old one */
	put(b->path, magic, sizeof(magic));
	assert_string_equal(start(b, b->path, true)->what, "");
	leave(b);
	holds(b->path, magic);
	assert_int_equal(entries(b->dir), 1);
}

static void test_refused(void **state)
{
	struct bench *b = *state;
	char target[128];

	put(b->path, "somebody's", 10);
	assert_int_equal(start(b, b->path, true)->err, EEXIST);
	holds(b->path, "somebody's");
	put(b->path, magic, sizeof(magic));
	assert_int_equal(start(b, b->path, false)->err, EEXIST);
	assert_int_equal(unlink(b->path), 0);
	snprintf(target, sizeof(target), "%s/target", b->dir);
	assert_int_equal(symlink(target, b->path), 0);
	assert_int_equal(start(b, b->path, true)->err, ELOOP);
	put(target, magic, sizeof(magic));
	assert_int_equal(start(b, b->path, true)->err, ELOOP);
	assert_int_equal(unlink(b->path), 0);
	assert_int_equal(mkfifo(b->path, 0600), 0);
	assert_int_equal(start(b, b->path, true)->err, EEXIST);
	assert_int_equal(start(b, b->dir, true)->err, EEXIST);
	assert_int_equal(start(b, "/tmp/", true)->err, EISDIR);
	assert_int_equal(start(b, "/nowhere/at/all/x.dat", true)->err, ENOENT);
	assert_int_equal(entries(b->dir), 2);
}

/* What came to stand there meanwhile is not replaced, and the recording not lost. */
static void test_meanwhile(void **state)
{
	struct bench *b = *state;

	assert_string_equal(start(b, b->path, true)->what, "");
	put(b->path, "other", 5);
	assert_int_equal(write(b->file, "new", 3), 3);
	assert_int_equal(keep(b)->err, EEXIST);
	assert_non_null(strstr(b->msg.u.done.fault.remedy, ".x.dat."));
	leave(b);
	holds(b->path, "other");
	assert_int_equal(entries(b->dir), 2);
}

/* As under sudo: with the rights of who called, and as theirs. */
static void test_sudo(void **state)
{
	struct passwd *nobody = getpwnam("nobody");
	struct bench *b = *state;
	char uid[16];
	struct stat st;

	if (geteuid() || !nobody) {
		print_message("# needs root and a user nobody\n");
		skip();
	}
	snprintf(uid, sizeof(uid), "%u", nobody->pw_uid);
	setenv("SUDO_UID", uid, 1);
	assert_int_equal(start(b, b->path, true)->err, EACCES);
	/* what root may replace, the caller may not */
	assert_int_equal(chmod(b->dir, 0777), 0);
	put(b->path, magic, sizeof(magic));
	assert_int_equal(start(b, b->path, true)->err, EEXIST);
	assert_int_equal(unlink(b->path), 0);
	assert_string_equal(start(b, b->path, true)->what, "");
	assert_string_equal(keep(b)->what, "");
	unsetenv("SUDO_UID");
	assert_int_equal(stat(b->path, &st), 0);
	assert_int_equal(st.st_uid, nobody->pw_uid);
	assert_int_equal(st.st_gid, nobody->pw_gid);
}

/* The monitor may only ask for names that mean nothing to others. */
static void test_asked(void **state)
{
	static const char *const bad[] = {"/etc/cron.d/x", ".dat", "", "x.dat/y"};
	struct bench *b = *state;
	int pair[2];

	assert_int_equal(msg_pair(pair), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		keeper_answer(pair[0], bad[i]);
		assert_int_equal(msg_recv(pair[1], &b->msg, true), 1);
		assert_int_equal(b->msg.kind, MSG_KEPT);
		assert_string_not_equal(b->msg.u.done.fault.what, "");
	}
	keeper_answer(pair[0], b->path);
	assert_int_equal(msg_recv(pair[1], &b->msg, true), 1);
	assert_int_equal(b->msg.kind, MSG_KEEPER);
	b->sock = msg_take(&b->msg, 0);
	assert_int_equal(msg_recv(b->sock, &b->msg, true), 1);
	assert_int_equal(b->msg.kind, MSG_FILES);
	msg_done(&b->msg);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(test_left, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(test_replaced, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(test_refused, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(test_meanwhile, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(test_sudo, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(test_asked, bench_open, bench_close),
	};

	unsetenv("SUDO_UID");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
