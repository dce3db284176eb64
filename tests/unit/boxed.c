/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boxed.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef TIOCLINUX
#define TIOCLINUX 0x541C
#endif

struct boxed boxed = {.dir = "/tmp/test-box.XXXXXX"};

long boxed_call(long nr, long a, long b, long c, long d)
{
	return syscall(nr, a, b, c, d, 0L, 0L);
}

#ifdef __x86_64__
long boxed_int80(long nr, long a, long b)
{
	__asm__ volatile("int $0x80"
			 : "+a"(nr)
			 : "b"(a), "c"(b), "d"(0L), "S"(0L), "D"(0L)
			 : "memory", "r8", "r9", "r10", "r11");
	if (nr >= 0)
		return nr;
	errno = (int)-nr;
	return -1;
}

#else
long boxed_int80(long nr, long a, long b)
{
	(void)nr;
	(void)a;
	(void)b;
	errno = EPERM;
	return -1;
}
#endif

long boxed_tiocsti(void)
{
	char c = '\n';

	return ioctl(boxed.terminal, TIOCSTI, &c);
}

long boxed_tioclinux(void)
{
	char c = 3;

	return ioctl(boxed.terminal, TIOCLINUX, &c);
}

/* The upper half of the argument is nothing to the kernel. */
long boxed_tiocsti_wide(void)
{
	char c = '\n';

	return syscall(SYS_ioctl, (long)boxed.terminal,
		(long)(TIOCSTI | (uint64_t)1 << (sizeof(long) * 4)), &c);
}

long boxed_tiocsti_int80(void)
{
	return boxed_int80(54, boxed.terminal, TIOCSTI);
}

/* Runs each of the list; prints what came out wrong. Its exit status. */
static int run_list(enum box_kind kind, const struct attempt *list, size_t nr, bool refuses)
{
	struct fault fault = {0};
	int failed = 0, fd = open(boxed.inside, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (box_enter(kind, kind == BOX_FILES ? fd : -1, 0, &fault)) {
		print_message("# kind %d: %s %s: %s\n", kind, fault.what, fault.object,
			strerror(fault.err));
		return 1;
	}
	for (size_t i = 0; i < nr; i++) {
		long got;

		if (!(list[i].kinds & BOXED(kind)))
			continue;
		errno = 0;
		got = list[i].make();
		if (refuses ? got == -1 && errno == EPERM : !got)
			continue;
		print_message("# kind %d: %s: %ld, %s\n", kind, list[i].name, got, strerror(errno));
		failed = 1;
	}
	return failed;
}

void boxed_each(const struct attempt *list, size_t nr, bool refuses)
{
	for (int kind = 0; kind < BOX_NR_KINDS; kind++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			status = run_list(kind, list, nr, refuses);
			fflush(NULL);
			_exit(status);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

int boxed_open(void **state)
{
	(void)state;
	box_here(&boxed.here);
	boxed.terminal = posix_openpt(O_RDWR | O_NOCTTY);
	if (!mkdtemp(boxed.dir) || boxed.terminal < 0 || grantpt(boxed.terminal) ||
		unlockpt(boxed.terminal) || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, boxed.pair))
		return -1;
	snprintf(boxed.inside, sizeof(boxed.inside), "%s/inside", boxed.dir);
	snprintf(boxed.beside, sizeof(boxed.beside), "%s/beside", boxed.dir);
	return mkdir(boxed.inside, 0700);
}

int boxed_close(void **state)
{
	(void)state;
	unlink(boxed.beside);
	rmdir(boxed.inside);
	return rmdir(boxed.dir);
}
