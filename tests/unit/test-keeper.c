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
static const char fresh[] = "\x17\x08\x44tracing6 new";

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
	b->sock = keeper_start(-1, path, replace, &keeper, &fault);
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

/* What the monitor writes. */
static void fill(const struct bench *b, const char *text)
{
	assert_int_equal(write(b->file, text, strlen(text)), (ssize_t)strlen(text));
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
	fill(b, fresh);
	assert_string_equal(keep(b)->what, "");
	holds(b->path, fresh);
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
	fill(b, fresh);
	assert_string_equal(keep(b)->what, "");
	holds(b->path, fresh);
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
	fill(b, fresh);
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
	fill(b, fresh);
	assert_string_equal(keep(b)->what, "");
	unsetenv("SUDO_UID");
	assert_int_equal(stat(b->path, &st), 0);
	assert_int_equal(st.st_uid, nobody->pw_uid);
	assert_int_equal(st.st_gid, nobody->pw_gid);
}

/* What has no head of a recording gets no name, and does not stay. */
static void test_no_recording(void **state)
{
	static const char *const texts[] = {"", "\x17\x08\x44tracin", "* * * * * root id\n"};
	struct bench *b = *state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_string_equal(start(b, b->path, true)->what, "");
		fill(b, texts[i]);
		assert_string_not_equal(keep(b)->what, "");
		leave(b);
		assert_int_equal(entries(b->dir), 0);
	}
	put(b->path, magic, sizeof(magic));
	assert_string_equal(start(b, b->path, true)->what, "");
	fill(b, "* * * * * root id\n");
	assert_string_not_equal(keep(b)->what, "");
	leave(b);
	holds(b->path, magic);
	assert_int_equal(entries(b->dir), 1);
}

/* As a monitor that a stranger has taken over: the keeper's answer, MSG_FILES or MSG_KEPT. */
static uint32_t ask(struct bench *b, int dir, const char *name)
{
	int pair[2];

	leave(b);
	assert_int_equal(msg_pair(pair), 0);
	keeper_answer(pair[0], dir, name);
	assert_int_equal(msg_recv(pair[1], &b->msg, true), 1);
	close(pair[0]);
	close(pair[1]);
	if (b->msg.kind == MSG_KEEPER) {
		b->sock = msg_take(&b->msg, 0);
		assert_int_equal(msg_recv(b->sock, &b->msg, true), 1);
	}
	if (b->msg.kind == MSG_FILES) {
		b->file = msg_take(&b->msg, 0);
		b->spool = msg_take(&b->msg, 1);
	}
	return b->msg.kind;
}

/* The monitor chooses a name in the directory of the start, and no other file anywhere. */
static void test_asked(void **state)
{
	static const char *const bad[] = {"/etc/cron.d/x", ".dat", "", ".", "..", "x.dat/y",
		"x.dat/", "x", "x.DAT", "there/x.dat", "there/../x.dat", "./x.dat", "../x.dat",
		"x\n.dat", "x\x1b[2J.dat"};
	struct bench *b = *state;
	char there[128], path[192], here[4096];
	int dir = open(b->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(dir >= 0 && getcwd(here, sizeof(here)));
	snprintf(there, sizeof(there), "%s/there", b->dir);
	assert_int_equal(mkdir(there, 0777), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(ask(b, dir, bad[i]), MSG_KEPT);
		assert_string_not_equal(b->msg.u.done.fault.what, "");
	}
	/* a directory whose files another program takes for its own */
	snprintf(path, sizeof(path), "%s/x.dat", there);
	assert_int_equal(ask(b, dir, path), MSG_KEPT);
	assert_int_equal(ask(b, dir, b->path), MSG_KEPT);
	assert_int_equal(ask(b, -1, "x.dat"), MSG_KEPT);
	assert_int_equal(symlink(path, b->path), 0);
	assert_int_equal(ask(b, dir, "x.dat"), MSG_KEPT);
	leave(b);
	assert_int_equal(entries(there), 0);
	assert_int_equal(entries(b->dir), 2);
	assert_int_equal(unlink(b->path), 0);
	/* wherever the process is by now */
	assert_int_equal(chdir(there), 0);
	assert_int_equal(ask(b, dir, "x.dat"), MSG_FILES);
	fill(b, fresh);
	assert_string_equal(keep(b)->what, "");
	leave(b);
	assert_int_equal(chdir(here), 0);
	assert_int_equal(entries(there), 0);
	holds(b->path, fresh);
	assert_int_equal(ask(b, dir, "x.dat"), MSG_KEPT);
	close(dir);
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
		cmocka_unit_test_setup_teardown(test_no_recording, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(test_asked, bench_open, bench_close),
	};

	unsetenv("SUDO_UID");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
