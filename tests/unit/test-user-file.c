/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files the command line may name, and with whose rights they are opened. */
#include "base/mem.h"
#include "tracer/user_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HANGS_S  20 /* SIGALRM ends the test then */
#define STRANGER 54321
#define CALLER   12345

struct bench {
	char dir[64], path[128], other[128];
	struct fault fault;
};

static int bench_open(void **state)
{
	struct bench *b = mem_new(1, sizeof(*b));

	alarm(HANGS_S);
	strcpy(b->dir, "/tmp/test-user-file.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/file", b->dir);
	snprintf(b->other, sizeof(b->other), "%s/other", b->dir);
	*state = b;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *b = *state;
	char command[128];

	alarm(0);
	unsetenv("SUDO_UID");
	unsetenv("SUDO_GID");
	snprintf(command, sizeof(command), "rm -rf %s", b->dir);
	assert_int_equal(system(command), 0);
	free(b);
	return 0;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
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

static int try(struct bench *b, const char *path, enum user_file_use use)
{
	int fd;

	b->fault = (struct fault){0};
	fd = user_file_open(path, use, &b->fault);
	assert_int_equal(fd >= 0, !b->fault.what[0]);
	if (fd >= 0)
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC && fd > 2);
	else
		assert_string_equal(b->fault.object, path);
	return fd;
}

static void taken(struct bench *b, const char *path, enum user_file_use use)
{
	int fd = try(b, path, use);

	if (fd < 0)
		print_error("%s: %s\n", path, b->fault.what);
	assert_true(fd >= 0);
	close(fd);
}

/* With a remedy that holds this, and an errno where it is not 0. */
static void refused(
	struct bench *b, const char *path, enum user_file_use use, int err, const char *remedy)
{
	int fd = try(b, path, use);

	if (fd >= 0)
		print_error("%s is opened\n", path);
	assert_true(fd < 0);
	if (err)
		assert_int_equal(b->fault.err, err);
	if (!strstr(b->fault.remedy, remedy))
		print_error("%s: %s\n", path, b->fault.remedy);
	assert_non_null(strstr(b->fault.remedy, remedy));
}

static void test_output(void **state)
{
	struct bench *b = *state;
	struct stat st;
	int fd;

	fd = try(b, b->path, USER_FILE_OUTPUT);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "new", 3), 3);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	close(fd);
	holds(b->path, "new");
	assert_int_equal(stat(b->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	taken(b, b->path, USER_FILE_OUTPUT);
	holds(b->path, "");
	taken(b, "/dev/null", USER_FILE_OUTPUT);
	taken(b, "/dev/full", USER_FILE_OUTPUT);
	refused(b, "/dev/zero", USER_FILE_OUTPUT, 0, "--output");
	refused(b, b->dir, USER_FILE_OUTPUT, EISDIR, "--output");
	refused(b, "", USER_FILE_OUTPUT, ENOENT, "--output");
	snprintf(b->other, sizeof(b->other), "%s/none/file", b->dir);
	refused(b, b->other, USER_FILE_OUTPUT, ENOENT, "--output");
}

/* What others could have put there, or may change. */
static void test_traps(void **state)
{
	struct bench *b = *state;
	struct stat st;

	put(b->other, "kept");
	assert_int_equal(symlink(b->other, b->path), 0);
	refused(b, b->path, USER_FILE_OUTPUT, ELOOP, "not a link");
	refused(b, b->path, USER_FILE_RECORDING, ELOOP, "not a link");
	refused(b, b->path, USER_FILE_SETTINGS, ELOOP, "not a link");
	assert_int_equal(unlink(b->path), 0);
	assert_int_equal(link(b->other, b->path), 0);
	refused(b, b->path, USER_FILE_OUTPUT, EACCES, "sudo tee");
	assert_int_equal(unlink(b->path), 0);
	assert_int_equal(chmod(b->other, 0666), 0);
	refused(b, b->other, USER_FILE_OUTPUT, EACCES, "sudo tee");
	refused(b, b->other, USER_FILE_SETTINGS, EACCES, "others cannot write");
	taken(b, b->other, USER_FILE_RECORDING);
	holds(b->other, "kept");
	/* a link to nothing makes no file */
	assert_int_equal(unlink(b->other), 0);
	assert_int_equal(symlink(b->other, b->path), 0);
	refused(b, b->path, USER_FILE_OUTPUT, ELOOP, "not a link");
	assert_int_equal(lstat(b->other, &st), -1);
}

/* Nobody is at its other end, or somebody else. */
static void test_fifo(void **state)
{
	struct bench *b = *state;
	int fd;

	assert_int_equal(mkfifo(b->path, 0600), 0);
	for (int n = 0; n < 2; n++) {
		refused(b, b->path, USER_FILE_OUTPUT, 0, "--output");
		refused(b, b->path, USER_FILE_RECORDING, 0, "trace.dat");
		refused(b, b->path, USER_FILE_SETTINGS, 0, "regular file");
		fd = open(b->path, O_RDWR);
		assert_true(fd >= 0);
	}
}

static void test_reading(void **state)
{
	struct bench *b = *state;
	char got[8] = "";
	int fd;

	put(b->path, "text");
	for (int use = USER_FILE_RECORDING; use <= USER_FILE_SETTINGS; use++) {
		fd = try(b, b->path, (enum user_file_use)use);
		assert_true(fd >= 0);
		assert_int_equal(read(fd, got, sizeof(got)), 4);
		assert_int_equal(write(fd, "x", 1), -1);
		close(fd);
		refused(b, "/dev/zero", (enum user_file_use)use, 0, "");
		refused(b, "/dev/null", (enum user_file_use)use, 0, "");
		refused(b, b->dir, (enum user_file_use)use, 0, "");
		refused(b, b->other, (enum user_file_use)use, ENOENT, "");
	}
	holds(b->path, "text");
}

/* Copies, which are not opened again. */
static void test_given(void **state)
{
	struct bench *b = *state;
	char path[64], got[8] = "";
	int ends[2], fd;

	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
	fd = try(b, path, USER_FILE_OUTPUT);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "rows", 4), 4);
	close(fd);
	refused(b, path, USER_FILE_RECORDING, EBADF, "sudo cat");
	refused(b, path, USER_FILE_SETTINGS, 0, "");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	fd = try(b, path, USER_FILE_RECORDING);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, got, sizeof(got)), 4);
	close(fd);
	refused(b, path, USER_FILE_OUTPUT, EBADF, "sudo tee");
	/* what the program itself has open */
	assert_int_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), 0);
	refused(b, path, USER_FILE_RECORDING, EBADF, "sudo cat");
	close(ends[0]);
	close(ends[1]);
	refused(b, path, USER_FILE_RECORDING, EBADF, "sudo cat");
	/* nor what is no number */
	refused(b, "/dev/fd/x", USER_FILE_OUTPUT, ENOENT, "");
	put(b->path, "was");
	fd = open(b->path, O_RDWR | O_APPEND);
	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	taken(b, path, USER_FILE_OUTPUT);
	holds(b->path, "was");
	close(fd);
}

/* "-" and the standard streams. */
static void test_standard(void **state)
{
	static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};
	struct bench *b = *state;
	int saved[2] = {dup(0), dup(1)}, file, fd;

	put(b->path, "");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		file = open(b->path, O_WRONLY | O_TRUNC);
		fflush(stdout);
		dup2(file, 1);
		close(file);
		fd = user_file_open(names[i], USER_FILE_OUTPUT, &b->fault);
		dup2(saved[1], 1);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, "rows", 4), 4);
		close(fd);
		holds(b->path, "rows");
	}
	file = open(b->path, O_RDONLY);
	dup2(file, 0);
	close(file);
	taken(b, "-", USER_FILE_RECORDING);
	taken(b, "/dev/stdin", USER_FILE_RECORDING);
	file = open("/dev/zero", O_RDONLY);
	dup2(file, 0);
	close(file);
	refused(b, "-", USER_FILE_RECORDING, 0, "trace.dat");
	dup2(saved[0], 0);
	close(saved[0]);
	close(saved[1]);
}

static bool is_root(void)
{
	if (!geteuid())
		return true;
	print_message("# needs root\n");
	return false;
}

/* Of root without sudo. */
static void test_root(void **state)
{
	struct bench *b = *state;

	if (!is_root())
		return;
	put(b->path, "kept");
	assert_int_equal(chown(b->path, STRANGER, STRANGER), 0);
	refused(b, b->path, USER_FILE_OUTPUT, EACCES, "sudo tee");
	refused(b, b->path, USER_FILE_SETTINGS, EACCES, "yours");
	taken(b, b->path, USER_FILE_RECORDING);
	holds(b->path, "kept");
}

/* Of somebody who got root by sudo, and has no name here. */
static void test_sudo(void **state)
{
	struct bench *b = *state;
	struct stat st;

	if (!is_root())
		return;
	setenv("SUDO_UID", "12345", 1);
	setenv("SUDO_GID", "12346", 1);
	/* the directory is root's */
	assert_int_equal(chmod(b->dir, 0755), 0);
	refused(b, b->path, USER_FILE_OUTPUT, EACCES, "sudo tee");
	put(b->other, "root's");
	refused(b, b->other, USER_FILE_OUTPUT, EACCES, "sudo tee");
	refused(b, b->other, USER_FILE_RECORDING, EACCES, "sudo cat");
	refused(b, b->other, USER_FILE_SETTINGS, EACCES, "");
	/* by his group */
	assert_true(!chown(b->other, 0, 12346) && !chmod(b->other, 0640));
	taken(b, b->other, USER_FILE_RECORDING);
	taken(b, b->other, USER_FILE_SETTINGS);
	refused(b, b->other, USER_FILE_OUTPUT, EACCES, "sudo tee");
	holds(b->other, "root's");
	/* the directory is his */
	assert_int_equal(chown(b->dir, CALLER, 12346), 0);
	taken(b, b->path, USER_FILE_OUTPUT);
	assert_int_equal(stat(b->path, &st), 0);
	assert_int_equal(st.st_uid, CALLER);
	assert_int_equal(st.st_gid, 12346);
	assert_int_equal(st.st_mode & 07777, 0600);
	taken(b, b->path, USER_FILE_OUTPUT);
	taken(b, b->path, USER_FILE_SETTINGS);
	/* nobody reaches through a directory that he may not enter */
	assert_true(!chown(b->dir, 0, 0) && !chmod(b->dir, 0700));
	refused(b, b->path, USER_FILE_OUTPUT, EACCES, "sudo tee");
	refused(b, b->path, USER_FILE_RECORDING, EACCES, "sudo cat");
}

/* As in /tmp. */
static void test_sticky(void **state)
{
	struct bench *b = *state;

	if (!is_root())
		return;
	assert_int_equal(chmod(b->dir, 01777), 0);
	put(b->path, "stranger's");
	assert_true(!chown(b->path, STRANGER, STRANGER) && !chmod(b->path, 0666));
	refused(b, b->path, USER_FILE_OUTPUT, EACCES, "sudo tee");
	setenv("SUDO_UID", "12345", 1);
	refused(b, b->path, USER_FILE_OUTPUT, EACCES, "sudo tee");
	taken(b, b->path, USER_FILE_RECORDING);
	holds(b->path, "stranger's");
	taken(b, b->other, USER_FILE_OUTPUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_output),
		TEST(test_traps),
		TEST(test_fifo),
		TEST(test_reading),
		TEST(test_given),
		TEST(test_standard),
		TEST(test_root),
		TEST(test_sudo),
		TEST(test_sticky),
	};

	unsetenv("SUDO_UID");
	umask(022);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
