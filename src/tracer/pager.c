/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/pager.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "tracer/box.h"
#include "tracer/priv.h"
#include "tracer/user_file.h"

#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGER_NAME "mptop-pager" /* killall mprottop spares it */

struct pager {
	const char *path;
	int dir; /* that it is in */
	char name[USER_FILE_NAME], temp[320];
	unsigned int mode; /* of pages */
};

static int no_file(const struct pager *p, int err, struct fault *fault)
{
	return fault_set(fault, err, p->path, "choose another file", "cannot write the file");
}

static int open_dir(struct pager *p, struct fault *fault)
{
	int err = user_file_name(p->path, p->name);

	snprintf(p->temp, sizeof(p->temp), ".%s.%d", p->name, (int)getpid());
	if (!err)
		err = p->dir = user_file_dir(p->path);
	return err < 0 ? no_file(p, -err, fault) : 0;
}

/* What stands there may go. */
static int look(const struct pager *p, struct fault *fault)
{
	struct stat st;

	if (fstatat(p->dir, p->name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : no_file(p, errno, fault);
	if (S_ISLNK(st.st_mode))
		return fault_set(fault, ELOOP, p->path, "name the file itself, not a link to it",
			"cannot write the file");
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & S_IWOTH)
		return fault_set(fault, EEXIST, p->path,
			"choose another: only a regular file of yours that nobody else may "
			"write is replaced",
			"cannot write the file");
	return 0;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

static int write_page(
	const struct pager *p, const void *text, size_t len, unsigned int mode, struct fault *fault)
{
	int err = look(p, fault), fd;

	if (err)
		return err;
	unlinkat(p->dir, p->temp, 0);
	fd = openat(p->dir, p->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return no_file(p, errno, fault);
	err = write_all(fd, text, len);
	if (!err && fchmod(fd, mode))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(p->dir, p->temp, p->dir, p->name))
		err = -errno;
	if (!err)
		return 0;
	unlinkat(p->dir, p->temp, 0);
	return no_file(p, -err, fault);
}

int pager_write(
	const char *path, const void *text, size_t len, unsigned int mode, struct fault *fault)
{
	struct pager p = {.path = path, .dir = -1};
	int err = open_dir(&p, fault);

	if (!err)
		err = write_page(&p, text, len, mode, fault);
	if (p.dir >= 0)
		close(p.dir);
	return err;
}

/* The page is a file in memory. */
static void take_page(const struct pager *p, int fd)
{
	struct fault fault = {0};
	struct stat st;
	char *text;
	ssize_t len;

	if (fstat(fd, &st) || st.st_size < 0 || st.st_size > PAGE_MOST)
		return;
	text = mem_new((size_t)st.st_size + 1, 1);
	len = pread(fd, text, (size_t)st.st_size, 0);
	if (len > 0)
		write_page(p, text, (size_t)len, p->mode, &fault);
	free(text);
}

/* Whether users of this machine are to see no processes but their own; where nobody knows, too. */
static bool hides_processes(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *mount;
	bool hides = !mounts;

	while (mounts && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_dir, "/proc"))
			hides = hasmntopt(mount, "hidepid") != NULL;
	if (mounts)
		endmntent(mounts);
	return hides;
}

static void pager_main(int sock, const char *path, const struct priv_user *user)
{
	struct msg *m = mem_new(1, sizeof(*m));
	struct pager p = {.path = path, .dir = -1, .mode = hides_processes() ? 0640 : 0644};
	struct msg_done done = {0};
	sigset_t all;

	setsid();
	prctl(PR_SET_NAME, PAGER_NAME);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	fd_close_others(&sock, 1);
	if (user->uid || geteuid())
		done.status = priv_drop(user, &done.fault);
	if (!done.status)
		done.status = open_dir(&p, &done.fault);
	if (!done.status)
		done.status = box_enter(BOX_FILES, p.dir, 0, &done.fault);
	if (!done.status)
		done.status = write_page(&p, "", 0, p.mode, &done.fault);
	msg_send(sock, MSG_KEPT, &done, sizeof(done), NULL, 0);
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	while (!done.status && msg_recv(sock, m, true) > 0) {
		if (m->kind == MSG_PAGE)
			take_page(&p, m->fds[0]);
		msg_done(m);
	}
	_exit(0);
}

/* What it found, once. */
static int pager_told(int sock, struct fault *fault)
{
	struct msg *m = mem_new(1, sizeof(*m));
	int err = -EPROTO;

	if (msg_recv(sock, m, true) > 0 && m->kind == MSG_KEPT) {
		err = m->u.done.status;
		*fault = m->u.done.fault;
	} else {
		fault_set(fault, EPROTO, "mprottop", "", "the process that writes files is gone");
	}
	msg_done(m);
	free(m);
	return err;
}

int pager_start(const char *path, struct fault *fault)
{
	struct priv_user user;
	int pair[2], err = msg_pair(pair);
	pid_t pid;

	if (err)
		return fault_set(fault, -err, "socketpair", "raise the limit of open files",
			"cannot write the file");
	priv_caller(&user);
	fflush(NULL);
	/* nobody has to wait for its end */
	pid = fork();
	if (pid == 0 && fork() == 0)
		pager_main(pair[1], path, &user);
	if (pid == 0)
		_exit(0);
	close(pair[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	err = pid < 0 ? fault_set(fault, errno, "fork", "raise the limit of processes",
				"cannot write the file")
		      : pager_told(pair[0], fault);
	if (!err)
		return pair[0];
	close(pair[0]);
	return err;
}
