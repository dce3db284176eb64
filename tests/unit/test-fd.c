/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fd.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MOST 64 /* descriptors that a child looks at */

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* The status of what ran in a child of its own: a child must not fail cmocka's asserts. */
static int in_child(int (*run)(const void *arg), const void *arg)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		const struct rlimit few = {MOST, MOST};

		setrlimit(RLIMIT_NOFILE, &few);
		_exit(run(arg));
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

struct keep {
	int fds[4];
	size_t nr;
	bool no_close_range;
};

static const struct keep keeps[] = {
	{{0}, 0, false},
	{{3}, 1, false},
	{{MOST - 1}, 1, false},
	{{3, 4, 5, 6}, 4, false},
	{{5, 9, 10, 40}, 4, false},
	{{7, MOST - 1}, 2, false},
	{{0}, 0, true},
	{{3, 9, MOST - 1}, 3, true},
};

/* As on a kernel that does not know the call. */
static bool forbid_close_range(void)
{
#ifdef SYS_close_range
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {ARRAY_SIZE(code), code};

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
#else
	return true;
#endif
}

static bool is_kept(const struct keep *k, int fd)
{
	for (size_t i = 0; i < k->nr; i++)
		if (k->fds[i] == fd)
			return true;
	return fd < 3;
}

static int run_close_others(const void *arg)
{
	const struct keep *k = arg;

	for (int fd = 3; fd < MOST; fd++)
		if (dup2(0, fd) != fd)
			return 101;
	if (k->no_close_range && !forbid_close_range())
		return 102;
	fd_close_others(k->fds, k->nr);
	for (int fd = 0; fd < MOST; fd++)
		if (is_open(fd) != is_kept(k, fd))
			return 1 + fd;
	return 0;
}

static void test_close_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keeps); i++)
		assert_int_equal(in_child(run_close_others, &keeps[i]), 0);
}

static bool is_null_for_reading(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) == O_RDONLY && !fstat(fd, &st) &&
	       S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

/* arg: which of 0, 1 and 2 are closed, as bits. */
static int run_fill(const void *arg)
{
	unsigned int closed = *(const unsigned int *)arg;
	struct stat before[3], after;

	for (int fd = 0; fd < 3; fd++) {
		int pair[2];

		if (pipe(pair) || dup2(pair[1], fd) != fd || fstat(fd, &before[fd]))
			return 101;
	}
	fd_close_others(NULL, 0);
	for (int fd = 0; fd < 3; fd++)
		if (closed & 1u << fd)
			close(fd);
	fd_fill_standard();
	for (int fd = 0; fd < 3; fd++) {
		if (closed & 1u << fd && !is_null_for_reading(fd))
			return 1 + fd;
		if (!(closed & 1u << fd) &&
			(fstat(fd, &after) || after.st_ino != before[fd].st_ino))
			return 11 + fd;
	}
	for (int fd = 3; fd < MOST; fd++)
		if (is_open(fd))
			return 21;
	return closed & 2 && write(1, "x", 1) >= 0 ? 31 : 0;
}

static void test_fill_standard(void **state)
{
	(void)state;
	for (unsigned int closed = 0; closed < 8; closed++)
		assert_int_equal(in_child(run_fill, &closed), 0);
}

static int file_of(const char *text)
{
	FILE *f = tmpfile();
	int fd;

	assert_non_null(f);
	fputs(text, f);
	fflush(f);
	fd = dup(fileno(f));
	fclose(f);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Never more than size, terminated, from the start whatever the offset. */
static void test_text(void **state)
{
	static const char whole[] = "tracing_on: 1\n";
	int fd = file_of(whole);
	char text[32];

	(void)state;
	for (size_t size = 1; size <= sizeof(text); size++) {
		size_t want = size - 1 < strlen(whole) ? size - 1 : strlen(whole);

		memset(text, '#', sizeof(text));
		assert_int_equal(fd_text(fd, text, size), want);
		assert_int_equal(strlen(text), want);
		assert_int_equal(fd_piece(fd, text, size), want);
		assert_int_equal(strlen(text), want);
		assert_memory_equal(text, whole, want);
		for (size_t i = size; i < sizeof(text); i++)
			assert_int_equal(text[i], '#');
	}
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	assert_int_equal(lseek(fd, 5, SEEK_SET), 5);
	assert_int_equal(fd_text(fd, text, sizeof(text)), strlen(whole));
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(fd_text(fd, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	close(fd);
}

/* Longer than what one read of a kernel's file gives. */
static void test_text_long(void **state)
{
	enum {
		LONG = 300000
	};
	char *whole = mem_new(LONG + 1, 1), *text = mem_new(LONG + 10, 1);
	int fd;

	(void)state;
	for (size_t i = 0; i < LONG; i++)
		whole[i] = (char)('a' + i % 23);
	fd = file_of(whole);
	assert_int_equal(fd_text(fd, text, LONG + 10), LONG);
	assert_string_equal(text, whole);
	close(fd);
	free(whole);
	free(text);
}

static void test_text_errors(void **state)
{
	char text[8];
	int pair[2], dir = open("/", O_RDONLY | O_DIRECTORY);

	(void)state;
	assert_int_equal(fd_text(-1, text, sizeof(text)), -EBADF);
	assert_string_equal(text, "");
	assert_true(dir >= 0);
	assert_int_equal(fd_text(dir, text, sizeof(text)), -EISDIR);
	memset(text, '#', sizeof(text));
	assert_int_equal(fd_piece(dir, text, sizeof(text)), -EISDIR);
	assert_string_equal(text, "");
	close(dir);
	assert_int_equal(pipe(pair), 0);
	assert_int_equal(fd_text(pair[0], text, sizeof(text)), -ESPIPE);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_close_others),
		cmocka_unit_test(test_fill_standard),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_long),
		cmocka_unit_test(test_text_errors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
