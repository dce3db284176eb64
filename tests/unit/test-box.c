/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each kind of process may still do once it is shut in, and what fails with EPERM then. Each
 * check is made by a child, as a box is for good. */
#include "base/mem.h"
#include "base/owncall.h"
#include "tracer/box.h"
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

#ifndef TIOCLINUX
#define TIOCLINUX 0x541C
#endif
#define FLAG(kind) (1u << (kind))
#define MONITORS   (FLAG(BOX_MONITOR) | FLAG(BOX_REPLAY))
#define ALL        (FLAG(BOX_NR_KINDS) - 1)

static char dir[] = "/tmp/test-box.XXXXXX";
static char inside[64], beside[64];
static struct box_here here;
static int terminal, pair[2];

/* By their numbers, as the C library might turn one into another. Each returns what the call did.
 */
static long call(long nr, long a, long b, long c, long d)
{
	return syscall(nr, a, b, c, d, 0L, 0L);
}

static long try_tiocsti(void)
{
	char c = '\n';

	return ioctl(terminal, TIOCSTI, &c);
}

static long try_tioclinux(void)
{
	char c = 3;

	return ioctl(terminal, TIOCLINUX, &c);
}

static long try_tiocsetd(void)
{
	int none = 0;

	return ioctl(terminal, TIOCSETD, &none);
}

static long try_tiocsctty(void)
{
	return ioctl(terminal, TIOCSCTTY, 1);
}

/* The upper half of the argument is nothing to the kernel. */
static long try_tiocsti_wide(void)
{
	char c = '\n';

	return syscall(
		SYS_ioctl, (long)terminal, (long)(TIOCSTI | (uint64_t)1 << (sizeof(long) * 4)), &c);
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
	long pid = call(SYS_clone, SIGCHLD, 0, 0, 0);

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
	return open(beside, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
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

	return call(437, AT_FDCWD, (long)"/dev/null", (long)&how, sizeof(how));
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
	return call(SYS_tgkill, getppid(), getppid(), SIGCONT, 0);
}

static long try_pidfd(void)
{
	return call(424 /* pidfd_send_signal */, 0, SIGCONT, 0, 0);
}

static long try_owner(void)
{
	return fcntl(pair[0], F_SETOWN, getppid());
}

static long try_getfd(void)
{
	return call(438 /* pidfd_getfd */, 0, 0, 0, 0);
}

static long try_mount(void)
{
	return call(SYS_mount, (long)"none", (long)"/nowhere", (long)"tmpfs", 0);
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
	return call(SYS_keyctl, 0, -3, 0, 0);
}

static long try_bpf(void)
{
	return call(SYS_bpf, 0, 0, 0, 0);
}

static long try_perf(void)
{
	return call(SYS_perf_event_open, 0, 0, 0, 0);
}

static long try_userfaultfd(void)
{
	return call(SYS_userfaultfd, 1, 0, 0, 0);
}

static long try_io_uring(void)
{
	return call(425 /* io_uring_setup */, 1, 0, 0, 0);
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
	return symlink("/", beside);
}

static long try_chmod(void)
{
	return chmod(dir, 0777);
}

#ifdef __x86_64__
static long by_int80(long nr, long a, long b)
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

static long try_int80_getpid(void)
{
	return by_int80(20, 0, 0);
}

static long try_int80_ioctl(void)
{
	return by_int80(54, terminal, TIOCSTI);
}

static long try_x32_getpid(void)
{
	return call(0x40000000 | SYS_getpid, 0, 0, 0, 0);
}
#endif

struct attempt {
	const char *name;
	long (*make)(void);
	unsigned int kinds; /* that it is refused to; to all others it is not asked */
};

static const struct attempt refused[] = {
	{"TIOCSTI", try_tiocsti, ALL},
	{"TIOCSTI with more bits", try_tiocsti_wide, ALL},
	{"TIOCLINUX", try_tioclinux, ALL},
	{"TIOCSETD", try_tiocsetd, ALL},
	{"TIOCSCTTY", try_tiocsctty, ALL},
	{"socket AF_UNIX", try_unix, ALL},
	{"socket AF_INET", try_inet, ALL},
	{"socketpair", try_pair, ALL},
	{"fork", try_fork, ALL},
	{"clone", try_clone, ALL},
	{"execve", try_exec, ALL},
	{"ptrace", try_ptrace, ALL},
	{"process_vm_readv", try_read_memory, ALL},
	{"open for writing", try_write, ALL & ~FLAG(BOX_FILES)},
	{"open for both", try_both, ALL & ~FLAG(BOX_FILES)},
	{"open that makes", try_create, ALL & ~FLAG(BOX_FILES)},
	{"open that empties", try_truncate, ALL & ~FLAG(BOX_FILES)},
	{"a file without a name", try_nameless, ALL & ~FLAG(BOX_FILES)},
	{"openat2", try_openat2, ALL},
	{"kill of the parent", try_kill_parent, ALL},
	{"kill of all", try_kill_all, ALL},
	{"kill of the group", try_kill_group, ALL},
	{"tgkill of the parent", try_tgkill_parent, ALL},
	{"pidfd_send_signal", try_pidfd, ALL},
	{"F_SETOWN", try_owner, ALL},
	{"pidfd_getfd", try_getfd, ALL},
	{"mount", try_mount, ALL},
	{"unshare", try_unshare, ALL},
	{"setns", try_setns, ALL},
	{"keyctl", try_keyctl, ALL},
	{"bpf", try_bpf, ALL},
	{"perf_event_open", try_perf, ALL},
	{"userfaultfd", try_userfaultfd, ALL},
	{"io_uring_setup", try_io_uring, ALL},
	{"PR_SET_DUMPABLE", try_dumpable, ALL},
	{"setrlimit", try_limit, ALL},
	{"setuid", try_uid, ALL},
	{"symlink", try_link, ALL},
	{"chmod", try_chmod, ALL},
#ifdef __x86_64__
	{"getpid by int 0x80", try_int80_getpid, ALL},
	{"ioctl by int 0x80", try_int80_ioctl, ALL},
	{"getpid of x32", try_x32_getpid, ALL},
#endif
};

static long may_terminal(void)
{
	struct termios modes;
	struct winsize size;

	return tcgetattr(terminal, &modes) || tcsetattr(terminal, TCSADRAIN, &modes) ||
	       ioctl(terminal, TIOCGWINSZ, &size);
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

/* By whatever library names users here. */
static long may_name(void)
{
	return !getpwuid(0);
}

static long may_talk(void)
{
	struct iovec part = {(char[]){"x"}, 1};
	struct msghdr head = {.msg_iov = &part, .msg_iovlen = 1};
	struct pollfd fds = {pair[1], POLLIN, 0};

	return sendmsg(pair[0], &head, 0) != 1 || poll(&fds, 1, 1000) != 1 ||
	       recvmsg(pair[1], &head, 0) != 1;
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
	if ((by_int80(125, (long)page, 4096) && errno == EPERM) ||
		(by_int80(380, (long)page, 4096) && errno == EPERM))
		return -1;
#endif
	return 0;
}

static long may_make_files(void)
{
	char path[128], other[128];
	int fd;

	snprintf(path, sizeof(path), "%s/a", inside);
	snprintf(other, sizeof(other), "%s/b", inside);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 || write(fd, "x", 1) != 1 || fchmod(fd, 0644) || fsync(fd) ||
	       rename(path, other) || unlink(other);
}

/* Where the kernel has Landlock, not elsewhere. */
static long may_not_elsewhere(void)
{
	int fd = here.landlock ? open(beside, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;

	return fd >= 0 || (here.landlock && errno != EACCES);
}

static const struct attempt allowed[] = {
	{"the terminal", may_terminal, MONITORS | FLAG(BOX_PARENT)},
	{"reading /proc", may_read, MONITORS},
	{"reading devices", may_read_devices, MONITORS},
	{"names of users", may_name, MONITORS},
	{"messages", may_talk, ALL & ~FLAG(BOX_CONVERT)},
	{"memory", may_keep_memory, ALL},
	{"signals to itself", may_stop_itself, ALL & ~FLAG(BOX_CONVERT)},
	{"a file in memory", may_make_memory_file, MONITORS | FLAG(BOX_CONVERT)},
	{"the canary", may_fire, FLAG(BOX_MONITOR)},
	{"files", may_make_files, FLAG(BOX_FILES)},
	{"files nowhere else", may_not_elsewhere, FLAG(BOX_FILES)},
};

/* Runs each of the list; prints what came out wrong. Its exit status. */
static int run_list(enum box_kind kind, const struct attempt *list, size_t nr, bool refuses)
{
	struct fault fault = {0};
	int failed = 0, fd = open(inside, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (box_enter(kind, kind == BOX_FILES ? fd : -1, 0, &fault)) {
		print_message("# kind %d: %s %s: %s\n", kind, fault.what, fault.object,
			strerror(fault.err));
		return 1;
	}
	for (size_t i = 0; i < nr; i++) {
		long got;

		if (!(list[i].kinds & FLAG(kind)))
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

static void each_kind(const struct attempt *list, size_t nr, bool refuses)
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

static void test_refused(void **state)
{
	(void)state;
	if (!here.seccomp) {
		print_message("# this kernel has no seccomp\n");
		return;
	}
	each_kind(refused, ARRAY_SIZE(refused), true);
}

static void test_allowed(void **state)
{
	(void)state;
	each_kind(allowed, ARRAY_SIZE(allowed), false);
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
	if (!status_is("NoNewPrivs:\t1\n") || (here.seccomp && !status_is("Seccomp:\t2\n")))
		return 2;
	return 0;
}

/* A filter of a terminal takes two requests, in all ways into the kernel, and leaves the rest. */
static int in_terminal(void)
{
	pid_t pid;
	int status;

	if (box_terminal())
		return 1;
	if (geteuid() == 0 && !status_is("NoNewPrivs:\t0\n"))
		return 2;
	if (try_tiocsti() != -1 || errno != EPERM || try_tioclinux() != -1 || errno != EPERM)
		return 3;
	if (try_tiocsti_wide() != -1 || errno != EPERM)
		return 4;
#ifdef __x86_64__
	if (try_int80_ioctl() != -1 || (errno != EPERM && errno != ENOSYS))
		return 5;
	if (call(0x40000000 | 514, terminal, TIOCSTI, 0, 0) != -1 || errno != EPERM)
		return 6;
#endif
	if (may_terminal())
		return 7;
	/* and of what it starts */
	pid = fork();
	if (!pid)
		_exit(try_tiocsti() != -1 || errno != EPERM);
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
	if (here.seccomp)
		in_child(in_terminal);
}

/* The program is short enough for the kernel, and no call of it is listed twice for a kind. */
static void test_rows(void **state)
{
	struct box_program *p = calloc(1, sizeof(*p));

	(void)state;
	assert_non_null(p);
	for (int kind = 0; here.machine && kind < BOX_NR_KINDS; kind++) {
		box_program(p, kind, 1);
		assert_true(p->len > 0 && p->len <= 4096);
	}
	for (size_t i = 0; i < box_nr_rows; i++)
		for (size_t k = 0; k < i; k++)
			if (box_rows[i].nr == box_rows[k].nr)
				assert_int_equal(box_rows[i].kinds & box_rows[k].kinds, 0);
	free(p);
}

static int set_up(void **state)
{
	(void)state;
	box_here(&here);
	terminal = posix_openpt(O_RDWR | O_NOCTTY);
	if (!mkdtemp(dir) || terminal < 0 || grantpt(terminal) || unlockpt(terminal) ||
		socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair))
		return -1;
	snprintf(inside, sizeof(inside), "%s/inside", dir);
	snprintf(beside, sizeof(beside), "%s/beside", dir);
	return mkdir(inside, 0700);
}

static int tear_down(void **state)
{
	(void)state;
	unlink(beside);
	rmdir(inside);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
