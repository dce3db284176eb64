/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What no process that was shut in may do, of whatever kind it is: it fails with EPERM. */
#include "base/mem.h"
#include "boxed.h"

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

#define MAKERS (BOXED(BOX_FILES) | BOXED(BOX_OPENER))

static long try_tiocsetd(void)
{
	int none = 0;

	return ioctl(boxed.terminal, TIOCSETD, &none);
}

static long try_tiocsctty(void)
{
	return ioctl(boxed.terminal, TIOCSCTTY, 1);
}

static long try_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long try_inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long try_pair(void)
{
	int fds[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

static long try_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid;
}

static long try_clone(void)
{
	long pid = boxed_call(SYS_clone, SIGCHLD, 0, 0, 0);

	if (!pid)
		_exit(0);
	return pid;
}

static long try_exec(void)
{
	return execl("/bin/true", "true", NULL);
}

static long try_ptrace(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long try_read_memory(void)
{
	struct iovec own = {&own, 1};

	return process_vm_readv(getpid(), &own, 1, &own, 1, 0);
}

static long try_write(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static long try_both(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static long try_create(void)
{
	return open(boxed.beside, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long try_truncate(void)
{
	return open("/dev/null", O_RDONLY | O_TRUNC | O_CLOEXEC);
}

static long try_nameless(void)
{
	return open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static long try_openat2(void)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = {O_RDONLY, 0, 0};

	return boxed_call(437, AT_FDCWD, (long)"/dev/null", (long)&how, sizeof(how));
}

static long try_kill_parent(void)
{
	return kill(getppid(), SIGCONT);
}

static long try_kill_all(void)
{
	return kill(-1, SIGCONT);
}

static long try_kill_group(void)
{
	return kill(0, SIGCONT);
}

static long try_tgkill_parent(void)
{
	return boxed_call(SYS_tgkill, getppid(), getppid(), SIGCONT, 0);
}

static long try_pidfd(void)
{
	return boxed_call(424 /* pidfd_send_signal */, 0, SIGCONT, 0, 0);
}

static long try_owner(void)
{
	return fcntl(boxed.pair[0], F_SETOWN, getppid());
}

static long try_async(void)
{
	return fcntl(boxed.pair[0], F_SETFL, O_ASYNC);
}

static long try_getfd(void)
{
	return boxed_call(438 /* pidfd_getfd */, 0, 0, 0, 0);
}

static long try_mount(void)
{
	return boxed_call(SYS_mount, (long)"none", (long)"/nowhere", (long)"tmpfs", 0);
}

static long try_unshare(void)
{
	return unshare(CLONE_FILES);
}

static long try_setns(void)
{
	return setns(-1, 0);
}

static long try_keyctl(void)
{
	return boxed_call(SYS_keyctl, 0, -3, 0, 0);
}

static long try_bpf(void)
{
	return boxed_call(SYS_bpf, 0, 0, 0, 0);
}

static long try_perf(void)
{
	return boxed_call(SYS_perf_event_open, 0, 0, 0, 0);
}

static long try_userfaultfd(void)
{
	return boxed_call(SYS_userfaultfd, 1, 0, 0, 0);
}

static long try_io_uring(void)
{
	return boxed_call(425 /* io_uring_setup */, 1, 0, 0, 0);
}

static long try_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static long try_limit(void)
{
	struct rlimit limit = {1, 1};

	return setrlimit(RLIMIT_NPROC, &limit);
}

static long try_uid(void)
{
	return setuid(65534);
}

static long try_link(void)
{
	return symlink("/", boxed.beside);
}

static long try_chmod(void)
{
	return chmod(boxed.dir, 0777);
}

#ifdef __x86_64__
static long try_int80_getpid(void)
{
	return boxed_int80(20, 0, 0);
}

static long try_x32_getpid(void)
{
	return boxed_call(0x40000000 | SYS_getpid, 0, 0, 0, 0);
}
#endif

static const struct attempt refused[] = {
	{"TIOCSTI", boxed_tiocsti, BOXED_ALL},
	{"TIOCSTI with more bits", boxed_tiocsti_wide, BOXED_ALL},
	{"TIOCLINUX", boxed_tioclinux, BOXED_ALL},
	{"TIOCSETD", try_tiocsetd, BOXED_ALL},
	{"TIOCSCTTY", try_tiocsctty, BOXED_ALL},
	{"socket AF_UNIX", try_unix, BOXED_ALL},
	{"socket AF_INET", try_inet, BOXED_ALL},
	{"socketpair", try_pair, BOXED_ALL},
	{"fork", try_fork, BOXED_ALL},
	{"clone", try_clone, BOXED_ALL},
	{"execve", try_exec, BOXED_ALL},
	{"ptrace", try_ptrace, BOXED_ALL},
	{"process_vm_readv", try_read_memory, BOXED_ALL},
	{"open for writing", try_write, BOXED_ALL & ~MAKERS},
	{"open for both", try_both, BOXED_ALL & ~MAKERS},
	{"open that makes", try_create, BOXED_ALL & ~MAKERS},
	{"open that empties", try_truncate, BOXED_ALL & ~MAKERS},
	{"a file without a name", try_nameless, BOXED_ALL & ~MAKERS},
	{"openat2", try_openat2, BOXED_ALL},
	{"kill of the parent", try_kill_parent, BOXED_ALL},
	{"kill of all", try_kill_all, BOXED_ALL},
	{"kill of the group", try_kill_group, BOXED_ALL},
	{"tgkill of the parent", try_tgkill_parent, BOXED_ALL},
	{"pidfd_send_signal", try_pidfd, BOXED_ALL},
	{"F_SETOWN", try_owner, BOXED_ALL},
	{"O_ASYNC", try_async, BOXED_ALL},
	{"pidfd_getfd", try_getfd, BOXED_ALL},
	{"mount", try_mount, BOXED_ALL},
	{"unshare", try_unshare, BOXED_ALL},
	{"setns", try_setns, BOXED_ALL},
	{"keyctl", try_keyctl, BOXED_ALL},
	{"bpf", try_bpf, BOXED_ALL},
	{"perf_event_open", try_perf, BOXED_ALL},
	{"userfaultfd", try_userfaultfd, BOXED_ALL},
	{"io_uring_setup", try_io_uring, BOXED_ALL},
	{"PR_SET_DUMPABLE", try_dumpable, BOXED_ALL},
	{"setrlimit", try_limit, BOXED_ALL},
	{"setuid", try_uid, BOXED_ALL},
	{"symlink", try_link, BOXED_ALL},
	{"chmod", try_chmod, BOXED_ALL},
#ifdef __x86_64__
	{"getpid by int 0x80", try_int80_getpid, BOXED_ALL},
	{"ioctl by int 0x80", boxed_tiocsti_int80, BOXED_ALL},
	{"getpid of x32", try_x32_getpid, BOXED_ALL},
#endif
};

static void test_refused(void **state)
{
	(void)state;
	if (!boxed.here.seccomp) {
		print_message("# this kernel has no seccomp\n");
		return;
	}
	boxed_each(refused, ARRAY_SIZE(refused), true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, boxed_open, boxed_close);
}
