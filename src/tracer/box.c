/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/box.h"
#include "base/mem.h"
#include "tracer/box_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Since 4.17; without it kernels before 5.16 slow a filtered process down (spectre v4). */
#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW 4
#endif

/* Landlock by its numbers, which are the same on all machines: headers may be older than kernels.
 * include/uapi/linux/landlock.h. */
#define CREATE_RULESET 444
#define ADD_RULE       445
#define RESTRICT_SELF  446
#define ASK_VERSION    1
#define RULE_PATH      1
#define FS_WRITE_FILE  (1ull << 1)
#define FS_READ_FILE   (1ull << 2)
#define FS_READ_DIR    (1ull << 3)
#define FS_REMOVE_FILE (1ull << 5)
#define FS_MAKE_DIR    (1ull << 7)
#define FS_MAKE_REG    (1ull << 8)
#define FS_TRUNCATE    (1ull << 14)
#define FS_IOCTL_DEV   (1ull << 15)
#define FS_OF_FILES    (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)
#define NET_TCP        3ull
#define SCOPE_ABSTRACT 1ull
#define SCOPE_SIGNAL   2ull
#define READS          (FS_READ_FILE | FS_READ_DIR)
#define MAKES          (READS | FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_TRUNCATE)
struct landlock_rules {
	uint64_t fs, net, scoped;
};

struct __attribute__((packed)) landlock_path {
	uint64_t allowed;
	int32_t fd;
};

/* How many rights of files each version knows: the first of them, from bit 0 on. */
static const struct {
	int version;
	unsigned int rights;
} known[] = {{5, 16}, {3, 15}, {2, 14}, {1, 13}};

/* What a monitor reads after its start: processes, names of users, terminal types, the time zone,
 * libraries of the C library. */
static const char *const read_by_monitors[] = {"/proc", "/sys", "/etc", "/usr", "/lib", "/lib32",
	"/lib64", "/run/systemd/userdb", "/run/systemd/resolve", "/var/lib/sss/mc", "/nix/store",
	"/gnu/store", "/dev/tty", "/dev/null"};

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
/* The search for leaks traces the process, which the box does not allow. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}
#endif

static int no_box(int err, const char *what, struct fault *fault)
{
	return fault_set(fault, err, what, "report this", "cannot shut the process in");
}

static int landlock_version(void)
{
	long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);

	return version > 0 ? (int)version : 0;
}

static bool has_seccomp(void)
{
#ifdef BOX_ARCH
	/* EINVAL: it is not known */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) && errno == EFAULT;
#else
	return false;
#endif
}

void box_here(struct box_here *here)
{
	*here = (struct box_here){.seccomp = has_seccomp(), .landlock = landlock_version()};
#ifdef BOX_ARCH
	here->machine = true;
#endif
}

static int allow_fd(int rules, int fd, uint64_t rights)
{
	struct landlock_path path = {.allowed = rights, .fd = fd};
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		path.allowed &= FS_OF_FILES;
	return syscall(ADD_RULE, rules, RULE_PATH, &path, 0) ? -errno : 0;
}

/* What is not there cannot be opened either. */
static int allow_path(int rules, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC), err;

	if (fd < 0)
		return 0;
	err = allow_fd(rules, fd, rights);
	close(fd);
	return err;
}

/* A list of directories as of TERMINFO_DIRS, or one. */
static int allow_listed(int rules, const char *list, uint64_t rights)
{
	char path[4096];
	int err = 0;

	while (list && *list && !err) {
		size_t len = strcspn(list, ":");

		if (list[0] == '/' && len < sizeof(path)) {
			memcpy(path, list, len);
			path[len] = '\0';
			err = allow_path(rules, path, rights);
		}
		list += len + (list[len] == ':');
	}
	return err;
}

static int allow_monitor(int rules, uint64_t known_rights)
{
	const char *home = getenv("HOME");
	char own[4096];
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(read_by_monitors) && !err; i++)
		err = allow_path(rules, read_by_monitors[i], READS);
	if (!err)
		err = allow_path(rules, "/dev/tty", FS_READ_FILE | (FS_IOCTL_DEV & known_rights));
	/* where curses and the C library are told to look besides */
	if (!err)
		err = allow_listed(rules, getenv("TERMINFO"), READS);
	if (!err)
		err = allow_listed(rules, getenv("TERMINFO_DIRS"), READS);
	if (!err)
		err = allow_listed(rules, getenv("LOCPATH"), READS);
	if (!err && home && snprintf(own, sizeof(own), "%s/.terminfo", home) < (int)sizeof(own))
		err = allow_path(rules, own, READS);
	return err;
}

static int restrict_files(enum box_kind kind, int dir, pid_t other)
{
	struct landlock_rules rules = {0};
	int version = landlock_version(), fd, err = 0;

	if (!version)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(known) && !rules.fs; i++)
		if (version >= known[i].version)
			rules.fs = (1ull << known[i].rights) - 1;
	rules.net = version >= 4 ? NET_TCP : 0;
	if (version >= 6)
		rules.scoped = SCOPE_ABSTRACT | (other ? 0 : SCOPE_SIGNAL);
	fd = (int)syscall(CREATE_RULESET, &rules, sizeof(rules), 0);
	if (fd < 0)
		return -errno;
	if (kind == BOX_MONITOR || kind == BOX_REPLAY)
		err = allow_monitor(fd, rules.fs);
	else if (kind == BOX_OPENER)
		err = allow_path(fd, "/", (MAKES | FS_IOCTL_DEV) & rules.fs);
	else if (dir >= 0)
		err = allow_fd(fd, dir, MAKES & rules.fs);
	if (!err && syscall(RESTRICT_SELF, fd, 0))
		err = -errno;
	close(fd);
	return err;
}

static int restrict_calls(const struct box_program *p)
{
	struct sock_fprog prog = {p->len, (struct sock_filter *)p->code};

	if (!syscall(
		    __NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &prog) ||
		!syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog))
		return 0;
	return -errno;
}

int box_enter(enum box_kind kind, int dir, pid_t other, struct fault *fault)
{
	const struct rlimit none = {0, 0};
	int err;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return no_box(errno, "no_new_privs", fault);
	if (setrlimit(RLIMIT_NPROC, &none) || setrlimit(RLIMIT_CORE, &none))
		return no_box(errno, "setrlimit", fault);
	err = restrict_files(kind, dir, other);
	if (err)
		return no_box(-err, "landlock", fault);
#ifdef BOX_ARCH
	if (has_seccomp()) {
		struct box_program p;

		box_program(&p, kind, other);
		err = restrict_calls(&p);
	}
#endif
	return err ? no_box(-err, "seccomp", fault) : 0;
}

int box_terminal(void)
{
	int err = 0;
#ifdef BOX_ARCH
	struct box_program p;

	if (!has_seccomp())
		return 0;
	box_program_terminal(&p);
	err = restrict_calls(&p);
	/* not allowed to without it */
	if (err == -EACCES && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err = restrict_calls(&p);
#endif
	return err;
}
