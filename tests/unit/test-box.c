/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each kind of process can still do once it is shut in, and what is taken from it besides
 * system calls. */
#include "base/mem.h"
#include "base/owncall.h"
#include "boxed.h"
#include "tracer/box_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static long may_terminal(void)
{
	struct termios modes;
	struct winsize size;

	return tcgetattr(boxed.terminal, &modes) || tcsetattr(boxed.terminal, TCSADRAIN, &modes) ||
	       ioctl(boxed.terminal, TIOCGWINSZ, &size);
}

static long may_read(void)
{
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	char text[64];

	return fd < 0 || read(fd, text, sizeof(text)) <= 0 || close(fd);
}

static long may_read_devices(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0;
}

/* By whatever library names users boxed.here. */
static long may_name(void)
{
	return !getpwuid(0);
}

static long may_talk(void)
{
	struct iovec part = {(char[]){"x"}, 1};
	struct msghdr head = {.msg_iov = &part, .msg_iovlen = 1};
	struct pollfd fds = {boxed.pair[1], POLLIN, 0};

	return sendmsg(boxed.pair[0], &head, 0) != 1 || poll(&fds, 1, 1000) != 1 ||
	       recvmsg(boxed.pair[1], &head, 0) != 1;
}

static long may_keep_memory(void)
{
	char *bytes = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (bytes == MAP_FAILED)
		return -1;
	bytes = mremap(bytes, 65536, 131072, MREMAP_MAYMOVE);
	return bytes == MAP_FAILED || mprotect(bytes, 4096, PROT_READ) || munmap(bytes, 131072);
}

static long may_stop_itself(void)
{
	return raise(SIGCONT) || kill(getpid(), SIGCONT);
}

static long may_make_memory_file(void)
{
	int fd = memfd_create("x", MFD_CLOEXEC);

	return fd < 0 || write(fd, "x", 1) != 1;
}

/* An earlier refusal of the kernel's own is no concern: that it comes from there is. */
static long may_fire(void)
{
	static const char *const ways[] = {
		"mprotect", "pkey", "mmap", "mmap_wx", "munmap", "shm_exec"};
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS
#ifdef MAP_32BIT
			| MAP_32BIT
#endif
		,
		-1, 0);

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		errno = 0;
		owncall_make(owncall_find(ways[i]), (uint64_t)(uintptr_t)page, 4096);
		if (errno == EPERM)
			return -1;
	}
#ifdef __x86_64__
	/* mprotect and pkey_mprotect with the key 0, of a 32-bit caller */
	if ((boxed_int80(125, (long)page, 4096) && errno == EPERM) ||
		(boxed_int80(380, (long)page, 4096) && errno == EPERM))
		return -1;
#endif
	return 0;
}

static long may_make_files(void)
{
	char path[128], other[128];
	int fd;

	snprintf(path, sizeof(path), "%s/a", boxed.inside);
	snprintf(other, sizeof(other), "%s/b", boxed.inside);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 || write(fd, "x", 1) != 1 || fchmod(fd, 0644) || fsync(fd) ||
	       rename(path, other) || unlink(other);
}

/* Where the kernel has Landlock, not elsewhere. */
static long may_not_elsewhere(void)
{
	int fd = boxed.here.landlock ? open(boxed.beside, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

	return fd >= 0 || (boxed.here.landlock && errno != EACCES);
}

static const struct attempt allowed[] = {
	{"the terminal", may_terminal, BOXED_MONITORS | BOXED(BOX_PARENT) | BOXED(BOX_OPENER)},
	{"reading /proc", may_read, BOXED_MONITORS},
	{"reading devices", may_read_devices, BOXED_MONITORS},
	{"names of users", may_name, BOXED_MONITORS},
	{"messages", may_talk, BOXED_ALL & ~BOXED(BOX_CONVERT)},
	{"memory", may_keep_memory, BOXED_ALL},
	{"signals to itself", may_stop_itself, BOXED_ALL & ~BOXED(BOX_CONVERT)},
	{"a file in memory", may_make_memory_file, BOXED_MONITORS | BOXED(BOX_CONVERT)},
	{"the canary", may_fire, BOXED(BOX_MONITOR)},
	{"files", may_make_files, BOXED(BOX_FILES)},
	{"files nowhere else", may_not_elsewhere, BOXED(BOX_FILES)},
};

static void test_allowed(void **state)
{
	(void)state;
	boxed_each(allowed, ARRAY_SIZE(allowed), false);
}

static bool status_is(const char *line)
{
	char text[256];
	FILE *f = fopen("/proc/self/status", "re");
	bool found = false;

	while (f && !found && fgets(text, sizeof(text), f))
		found = !strcmp(text, line);
	if (f)
		fclose(f);
	return found;
}

static int in_monitor(void)
{
	struct fault fault = {0};
	struct rlimit limit;

	if (getrlimit(RLIMIT_NPROC, &limit) || box_enter(BOX_MONITOR, -1, 0, &fault))
		return 1;
	if (!status_is("NoNewPrivs:\t1\n") || (boxed.here.seccomp && !status_is("Seccomp:\t2\n")))
		return 2;
	return 0;
}

/* The filter of a terminal takes some requests, in all ways into the kernel, and leaves the
 * rest. */
static int in_terminal(void)
{
	pid_t group = getpgrp(), pid;
	int status;

	if (box_terminal())
		return 1;
	if (geteuid() == 0 && !status_is("NoNewPrivs:\t0\n"))
		return 2;
	if (boxed_tiocsti() != -1 || errno != EPERM || boxed_tioclinux() != -1 || errno != EPERM)
		return 3;
	if (boxed_tiocsti_wide() != -1 || errno != EPERM)
		return 4;
#ifdef __x86_64__
	if (boxed_tiocsti_int80() != -1 || (errno != EPERM && errno != ENOSYS))
		return 5;
	if (boxed_call(0x40000000 | 514, boxed.terminal, TIOCSTI, 0, 0) != -1 || errno != EPERM)
		return 6;
#endif
	if (may_terminal())
		return 7;
	if (!ioctl(boxed.terminal, TIOCSPGRP, &group) || errno != EPERM)
		return 9;
	/* and of what it starts */
	pid = fork();
	if (!pid)
		_exit(boxed_tiocsti() != -1 || errno != EPERM);
	if (waitpid(pid, &status, 0) != pid || status)
		return 8;
	return 0;
}

static void in_child(int (*run)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(run());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_status(void **state)
{
	(void)state;
	in_child(in_monitor);
}

static void test_terminal(void **state)
{
	(void)state;
	if (boxed.here.seccomp)
		in_child(in_terminal);
}

/* The program is short enough for the kernel, and no call of it is listed twice for a kind. */
static void test_rows(void **state)
{
	struct box_program *p = calloc(1, sizeof(*p));

	(void)state;
	assert_non_null(p);
	for (int kind = 0; boxed.here.machine && kind < BOX_NR_KINDS; kind++) {
		box_program(p, kind, 1);
		assert_true(p->len > 0 && p->len <= 4096);
	}
	for (size_t i = 0; i < box_nr_rows; i++)
		for (size_t k = 0; k < i; k++)
			if (box_rows[i].nr == box_rows[k].nr)
				assert_int_equal(box_rows[i].kinds & box_rows[k].kinds, 0);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_rows),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, boxed_open, boxed_close);
}
