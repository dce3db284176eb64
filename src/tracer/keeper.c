/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/keeper.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "tracer/box.h"
#include "tracer/priv.h"
#include "tracer/user_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEEPER_NAME "mptop-keeper" /* killall mprottop spares it */
#define TRIES       100

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

static const char magic[] = "\x17\x08\x44tracing";

struct keeper {
	const char *path;
	int dir; /* that it is in */
	char name[USER_FILE_NAME], temp[320];
	int file, spool;
	bool replace;    /* an earlier recording may be replaced */
	bool there;      /* one is */
	struct stat was; /* where it is */
};

static int no_file(const struct keeper *k, int err, struct fault *fault)
{
	return fault_set(fault, err, k->path, "choose another file for the recording",
		"cannot make the recording");
}

/* One that is open already (dir) has the file, whose path is its name then. */
static int open_dir(struct keeper *k, struct fault *fault)
{
	int err = user_file_name(k->path, k->name);

	if (!err && k->dir < 0)
		err = k->dir = user_file_dir(k->path);
	return err < 0 ? no_file(k, -err, fault) : 0;
}

static bool is_recording(const struct keeper *k)
{
	char head[sizeof(magic) - 1];
	int fd = openat(k->dir, k->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool good;

	if (fd < 0)
		return false;
	good = !fstat(fd, &st) && st.st_dev == k->was.st_dev && st.st_ino == k->was.st_ino &&
	       (!st.st_size || (read(fd, head, sizeof(head)) == sizeof(head) &&
				       !memcmp(head, magic, sizeof(head))));
	close(fd);
	return good;
}

/* What stands there already: nothing, or something that may be replaced. */
static int look(struct keeper *k, struct fault *fault)
{
	if (fstatat(k->dir, k->name, &k->was, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : no_file(k, errno, fault);
	k->there = true;
	if (S_ISLNK(k->was.st_mode))
		return fault_set(fault, ELOOP, k->path, "name the file itself, not a link to it",
			"cannot make the recording");
	if (!k->replace)
		return no_file(k, EEXIST, fault);
	if (!S_ISREG(k->was.st_mode) || k->was.st_uid != geteuid() || !is_recording(k))
		return fault_set(fault, EEXIST, k->path,
			"choose another file: only an earlier recording of yours is replaced",
			"cannot make the recording");
	return 0;
}

static int make_temp(struct keeper *k)
{
	int fd = -1;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		/* programs that read each file of a directory pass over a name with a ~ */
		snprintf(k->temp, sizeof(k->temp), ".%s.%d-%d~", k->name, (int)getpid(), i);
		fd = openat(
			k->dir, k->temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

static int make_files(struct keeper *k, struct fault *fault)
{
	k->spool = openat(k->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (k->spool < 0) {
		k->spool = make_temp(k);
		if (k->spool >= 0)
			unlinkat(k->dir, k->temp, 0);
	}
	k->file = k->spool < 0 ? -1 : make_temp(k);
	return k->file < 0 ? no_file(k, errno, fault) : 0;
}

static int rename_new(const struct keeper *k)
{
	struct stat now;

	if (!syscall(SYS_renameat2, k->dir, k->temp, k->dir, k->name, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* not every file system can */
	if (!linkat(k->dir, k->temp, k->dir, k->name, 0)) {
		unlinkat(k->dir, k->temp, 0);
		return 0;
	}
	/* nor has every one links */
	if (errno == EEXIST || !fstatat(k->dir, k->name, &now, AT_SYMLINK_NOFOLLOW)) {
		errno = EEXIST;
		return -1;
	}
	return renameat(k->dir, k->temp, k->dir, k->name);
}

/* What has another head is no recording, whoever has filled it. */
static bool is_filled(const struct keeper *k)
{
	char head[sizeof(magic) - 1];

	return pread(k->file, head, sizeof(head), 0) == sizeof(head) &&
	       !memcmp(head, magic, sizeof(head));
}

/* Gives the file its name; what is not what was there at the start is never replaced. */
static int keep(struct keeper *k, struct fault *fault)
{
	struct stat now;
	int err;

	if (!is_filled(k))
		return fault_set(fault, 0, k->path, "start another recording",
			"what was written is not a recording");
	if (!k->there) {
		err = rename_new(k);
	} else if (fstatat(k->dir, k->name, &now, AT_SYMLINK_NOFOLLOW) ||
		   now.st_dev != k->was.st_dev || now.st_ino != k->was.st_ino) {
		err = -1;
		errno = EEXIST;
	} else {
		/* a machine that dies now has the old one or the new one */
		fsync(k->file);
		err = renameat(k->dir, k->temp, k->dir, k->name);
	}
	if (!err) {
		k->temp[0] = '\0';
		return 0;
	}
	err = fault_set(fault, errno, k->path, "", "cannot give the recording its name");
	snprintf(fault->remedy, sizeof(fault->remedy), "it is beside it, as %.250s", k->temp);
	k->temp[0] = '\0';
	return err;
}

static void send_kept(int sock, const struct fault *fault)
{
	struct msg_done done = {.status = fault->err, .fault = *fault};

	msg_send(sock, MSG_KEPT, &done, sizeof(done), NULL, 0);
}

static void serve(struct keeper *k, int sock)
{
	struct msg *m = mem_new(1, sizeof(*m));

	while (msg_recv(sock, m, true) > 0) {
		struct fault fault = {0};

		if (m->kind == MSG_KEEP && k->temp[0]) {
			keep(k, &fault);
			send_kept(sock, &fault);
		}
		msg_done(m);
	}
	free(m);
	if (k->temp[0])
		unlinkat(k->dir, k->temp, 0);
}

static void keeper_main(
	int sock, int dir, const char *path, bool replace, const struct priv_user *user)
{
	struct keeper k = {.path = path, .replace = replace, .dir = dir, .file = -1, .spool = -1};
	struct fault fault = {0};
	const int given[] = {sock, dir};
	sigset_t all;
	int null = open("/dev/null", O_RDWR), err = 0;

	setsid();
	prctl(PR_SET_NAME, KEEPER_NAME);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	fd_close_others(given, ARRAY_SIZE(given));
	if (user->uid || geteuid())
		err = priv_drop(user, &fault);
	if (!err)
		err = open_dir(&k, &fault);
	if (!err)
		err = box_enter(BOX_FILES, k.dir, 0, &fault);
	if (!err)
		err = look(&k, &fault);
	if (!err)
		err = make_files(&k, &fault);
	if (err) {
		send_kept(sock, &fault);
		_exit(1);
	}
	if (!chdir("/") && !msg_send(sock, MSG_FILES, NULL, 0, (int[]){k.file, k.spool}, 2))
		close(k.spool);
	serve(&k, sock);
	_exit(0);
}

int keeper_start(
	int dir, const char *path, bool replace, struct msg_keeper *keeper, struct fault *fault)
{
	struct priv_user user;
	int pair[2], err = msg_pair(pair);
	pid_t pid;

	if (err)
		return fault_set(fault, -err, "socketpair", "raise the limit of open files",
			"cannot make the recording");
	priv_caller(&user);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		keeper_main(pair[1], dir, path, replace, &user);
	close(pair[1]);
	keeper->pid = (uint32_t)pid;
	if (pid > 0)
		return pair[0];
	close(pair[0]);
	return fault_set(
		fault, errno, "fork", "raise the limit of processes", "cannot make the recording");
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 127;
}

static bool allows(const char *name)
{
	size_t len = strlen(name), suffix = strlen(KEEPER_SUFFIX);

	for (size_t i = 0; i < len; i++)
		if (name[i] == '/' || is_control(name[i]))
			return false;
	return len > suffix && !strcmp(name + len - suffix, KEEPER_SUFFIX);
}

void keeper_answer(int sock, int dir, const char *name)
{
	struct msg_done no = {0};
	struct msg_keeper msg;
	int keeper;

	if (dir < 0)
		keeper = fault_set(&no.fault, ENOENT, name,
			"start mprottop in a directory that is there", "cannot make the recording");
	else if (allows(name))
		keeper = keeper_start(dir, name, false, &msg, &no.fault);
	else
		keeper = fault_set(&no.fault, 0, name,
			"give a name alone, without a directory, that ends in " KEEPER_SUFFIX,
			"not a name for a recording");
	if (keeper >= 0) {
		msg_try_send(sock, MSG_KEEPER, &msg, sizeof(msg), &keeper, 1);
		close(keeper);
	} else {
		no.status = keeper;
		msg_try_send(sock, MSG_KEPT, &no, sizeof(no), NULL, 0);
	}
}
