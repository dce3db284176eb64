/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/user_file.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "tracer/box.h"
#include "tracer/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPENER_NAME "mptop-opener" /* killall mprottop spares it */
#define SINK_MAJOR  1              /* /dev/null, /dev/full */
#define SINK_NULL   3
#define SINK_FULL   7
#define NAME_ROOM   24 /* for what a name gets while the file is filled */

static const struct use {
	int flags;
	int standard; /* the descriptor that "-" is; -1: a name like another */
	const char *what;
	const char *choose; /* what to do where it is not this file's right that lacks */
	const char *pipe;   /* and where it is */
} uses[] = {
	[USER_FILE_OUTPUT] = {O_WRONLY | O_CREAT, STDOUT_FILENO, "cannot open the output",
		"choose another --output",
		"choose a file of yours, or: sudo mprottop -b --output=- ... | sudo tee FILE"},
	[USER_FILE_RECORDING] = {O_RDONLY, STDIN_FILENO, "cannot open the recording",
		"name a trace.dat, or - for standard input", "sudo cat FILE | mprottop -r -"},
	[USER_FILE_SETTINGS] = {O_RDONLY, -1, "the settings are not read",
		"name a regular file of yours",
		"it must be a regular file of yours that others cannot write"},
};

/* The number of a descriptor that the path stands for, or -1. */
static int given(const char *path, const struct use *use)
{
	static const struct {
		const char *path;
		int fd;
	} names[] = {{"/dev/stdin", 0}, {"/dev/stdout", 1}, {"/dev/stderr", 2}};
	static const char *const dirs[] = {"/dev/fd/", "/proc/self/fd/"};
	uint64_t fd;

	if (use->standard < 0)
		return -1;
	if (!strcmp(path, "-"))
		return use->standard;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(path, names[i].path))
			return names[i].fd;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (!strncmp(path, dirs[i], strlen(dirs[i])) &&
			!num_u64(path + strlen(dirs[i]), 0, INT_MAX, &fd))
			return (int)fd;
	return -1;
}

/* Open for that, and before mprottop was started: what it opens itself is close-on-exec. */
static bool is_given(int fd, const struct use *use)
{
	int flags = fcntl(fd, F_GETFL), mode = flags & O_ACCMODE;

	if (flags < 0 || flags & O_PATH || (fd > 2 && fcntl(fd, F_GETFD) & FD_CLOEXEC))
		return false;
	return mode == O_RDWR || mode == (use->flags & O_ACCMODE);
}

static int take_given(int fd, const char *path, enum user_file_use use, struct fault *fault)
{
	const struct use *u = &uses[use];
	struct stat st;
	int copy;

	if (!is_given(fd, u))
		return fault_set(fault, EBADF, path, u->pipe, "%s", u->what);
	if (use == USER_FILE_RECORDING && (fstat(fd, &st) || S_ISCHR(st.st_mode) ||
						  S_ISBLK(st.st_mode) || S_ISDIR(st.st_mode)))
		return fault_set(fault, 0, path, u->choose,
			"%s, as it is neither a file nor a pipe", u->what);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return copy >= 0 ? copy : fault_set(fault, errno, path, u->choose, "%s", u->what);
}

/* Those that are terminals by their number; to open another device can have effects. */
static bool is_terminal(dev_t dev)
{
	static const unsigned int majors[] = {4, 5, 166, 188, 204, 229};

	for (size_t i = 0; i < ARRAY_SIZE(majors); i++)
		if (major(dev) == majors[i])
			return true;
	return major(dev) >= 136 && major(dev) <= 143;
}

static bool is_sink(dev_t dev)
{
	return major(dev) == SINK_MAJOR && (minor(dev) == SINK_NULL || minor(dev) == SINK_FULL);
}

/* Why it is not opened for that, or NULL; err: the errno of that. A link and a directory are the
 * kernel's to refuse. */
static const char *objection(const struct stat *st, enum user_file_use use, uid_t uid, int *err)
{
	*err = 0;
	if (S_ISLNK(st->st_mode) || (S_ISDIR(st->st_mode) && use == USER_FILE_OUTPUT))
		return NULL;
	if (use == USER_FILE_OUTPUT && S_ISCHR(st->st_mode) &&
		(is_sink(st->st_rdev) || is_terminal(st->st_rdev)))
		return NULL;
	if (!S_ISREG(st->st_mode))
		return use == USER_FILE_OUTPUT ? ", as it is neither a file nor a terminal"
					       : ", as it is no regular file";
	if (use == USER_FILE_RECORDING)
		return NULL;
	*err = EACCES;
	if (st->st_uid != uid && (use == USER_FILE_OUTPUT || st->st_uid))
		return ", as it is somebody else's";
	if (st->st_mode & S_IWOTH)
		return ", as others may write it";
	if (use == USER_FILE_OUTPUT && st->st_nlink > 1)
		return ", as it has other names too";
	return NULL;
}

static int refuse(const struct stat *st, const char *path, enum user_file_use use, uid_t uid,
	struct fault *fault)
{
	const struct use *u = &uses[use];
	int err;
	const char *why = objection(st, use, uid, &err);

	return why ? fault_set(fault, err, path, err ? u->pipe : u->choose, "%s%s", u->what, why)
		   : 0;
}

static int no_file(int err, const char *path, enum user_file_use use, struct fault *fault)
{
	const struct use *u = &uses[use];

	return fault_set(fault, err, path,
		err == ELOOP                    ? "name the file itself, not a link to it"
		: err == EACCES || err == EPERM ? u->pipe
						: u->choose,
		"%s", u->what);
}

/* What is open is what was looked at, and takes what is written. */
static int settle(int fd, const char *path, enum user_file_use use, uid_t uid, struct fault *fault)
{
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return no_file(errno, path, use, fault);
	err = refuse(&st, path, use, uid, fault);
	if (err)
		return err;
	if (S_ISCHR(st.st_mode) && !is_sink(st.st_rdev) && !isatty(fd))
		return no_file(ENOTTY, path, use, fault);
	if (use == USER_FILE_OUTPUT && S_ISREG(st.st_mode) && ftruncate(fd, 0))
		return no_file(errno, path, use, fault);
	return 0;
}

/* As the process that it runs in. */
static int open_named(const char *path, enum user_file_use use, uid_t uid, struct fault *fault)
{
	struct stat st;
	int fd, err;

	/* before it is opened, which alone has effects on some devices */
	if (!lstat(path, &st) && (err = refuse(&st, path, use, uid, fault)))
		return err;
	/* O_CREAT though it may be there: the kernel protects sticky directories only then */
	fd = open(path, uses[use].flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0)
		return no_file(errno, path, use, fault);
	err = settle(fd, path, use, uid, fault);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* It reads nothing that a stranger wrote, and ends with this, before anything is traced. */
static void opener_main(
	int sock, const char *path, enum user_file_use use, const struct priv_user *user)
{
	struct msg_done no = {0};
	int fd;

	prctl(PR_SET_NAME, OPENER_NAME);
	fd_close_others(&sock, 1);
	fd = priv_drop(user, &no.fault);
	if (!fd)
		fd = box_enter(BOX_OPENER, -1, 0, &no.fault);
	if (!fd)
		fd = open_named(path, use, user->uid, &no.fault);
	no.status = fd;
	if (fd >= 0)
		msg_send(sock, MSG_OPENED, NULL, 0, &fd, 1);
	else
		msg_send(sock, MSG_KEPT, &no, sizeof(no), NULL, 0);
	_exit(0);
}

static int opened(int sock, const char *path, enum user_file_use use, struct fault *fault)
{
	struct msg *m = mem_new(1, sizeof(*m));
	int got = msg_recv(sock, m, true), fd;

	if (got > 0 && m->kind == MSG_OPENED) {
		fd = msg_take(m, 0);
	} else if (got > 0 && m->kind == MSG_KEPT) {
		fd = m->u.done.status < 0 ? m->u.done.status : -EPROTO;
		*fault = m->u.done.fault;
	} else if (got == -EMFILE) {
		fd = fault_set(fault, EMFILE, path, "raise the limit of open files (ulimit -n)",
			"%s", uses[use].what);
	} else {
		fd = fault_set(fault, 0, path, "start it again",
			"%s, as the process that opens files was killed", uses[use].what);
	}
	msg_done(m);
	free(m);
	return fd;
}

static int open_as(
	const struct priv_user *user, const char *path, enum user_file_use use, struct fault *fault)
{
	int pair[2], err = msg_pair(pair);
	pid_t pid;

	if (err)
		return no_file(-err, path, use, fault);
	pid = fork();
	if (pid == 0)
		opener_main(pair[1], path, use, user);
	close(pair[1]);
	err = pid < 0 ? no_file(errno, path, use, fault) : opened(pair[0], path, use, fault);
	close(pair[0]);
	if (pid > 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	return err;
}

int user_file_open(const char *path, enum user_file_use use, struct fault *fault)
{
	int number = given(path, &uses[use]), fd;
	struct priv_user user;

	if (number >= 0)
		return take_given(number, path, use, fault);
	priv_caller(&user);
	fd = !user.uid && !geteuid() ? open_named(path, use, 0, fault)
				     : open_as(&user, path, use, fault);
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

int user_file_name(const char *path, char name[USER_FILE_NAME])
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;

	name[0] = '\0';
	if (!last[0] || !strcmp(last, ".") || !strcmp(last, ".."))
		return -EISDIR;
	if (strlen(last) + NAME_ROOM > USER_FILE_NAME)
		return -ENAMETOOLONG;
	strcpy(name, last);
	return 0;
}

int user_file_dir(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX] = ".";
	int fd;

	if (slash && (size_t)(slash - path) + 2 > sizeof(dir))
		return -ENAMETOOLONG;
	if (slash)
		snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
