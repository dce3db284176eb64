/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/saver.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "tracer/box.h"
#include "tracer/pager.h"
#include "tracer/priv.h"
#include "tracer/user_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int saver_path(char *path, size_t size)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME"), *rest = "";
	struct priv_user user;

	priv_caller(&user);
	if (user.uid != getuid()) {
		const struct passwd *pw = getpwuid(user.uid);

		config = NULL;
		home = pw ? pw->pw_dir : NULL;
	}
	if (!config || config[0] != '/') {
		config = home;
		rest = "/.config";
	}
	if (!config || config[0] != '/')
		return -ENOENT;
	return snprintf(path, size, "%s%s/mprottop/mprottoprc", config, rest) < (int)size
		       ? 0
		       : -ENAMETOOLONG;
}

int saver_open(const char *path, struct fault *fault)
{
	int fd = user_file_open(path, USER_FILE_SETTINGS, fault);

	/* there are none, which is nothing to tell */
	if (fd == -ENOENT || fd == -ENOTDIR)
		*fault = (struct fault){0};
	return fd < 0 ? -1 : fd;
}

/* The directories that a path is in; those that are missing are nobody else's. */
static void make_dirs(const char *path)
{
	char dir[4096];

	snprintf(dir, sizeof(dir), "%s", path);
	for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(dir, 0700);
		*slash = '/';
	}
}

/* The innermost directory of path that is there. */
static int open_above(const char *path)
{
	char dir[4096];
	int fd = -1;

	snprintf(dir, sizeof(dir), "%s", path);
	for (char *slash = strrchr(dir, '/'); slash && fd < 0; slash = strrchr(dir, '/')) {
		slash[slash == dir] = '\0';
		fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (slash == dir)
			break;
	}
	/* none of the directories that it names is there, or it names none */
	if (fd < 0 && path[0] != '/')
		fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

/* Becomes a process that can write there, with the credentials of the caller, and do nothing else.
 * Keeps the descriptors of keep alone. */
static int shut_in(const char *path, const int *keep, size_t nr, struct fault *fault)
{
	struct priv_user user;
	sigset_t all;
	int err = 0, dir;

	setsid();
	prctl(PR_SET_NAME, "mptop-saver");
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	fd_close_others(keep, nr);
	priv_caller(&user);
	if (user.uid || geteuid())
		err = priv_drop(&user, fault);
	if (err)
		return err;
	dir = open_above(path);
	err = box_enter(BOX_FILES, dir, 0, fault);
	if (dir >= 0)
		close(dir);
	return err;
}

static void save(int sock, const char *path, const char *text, size_t len, struct msg_done *done)
{
	if (!done->status) {
		make_dirs(path);
		done->status = pager_write(path, text, len, 0600, &done->fault);
	}
	msg_send(sock, MSG_SAVED, done, sizeof(*done), NULL, 0);
}

static void saver_main(int sock, const char *path, const char *text, size_t len)
{
	struct msg_done done = {0};

	done.status = shut_in(path, &sock, 1, &done.fault);
	save(sock, path, text, len, &done);
	_exit(0);
}

/* Each text that is passed to it, up to the end of its socket. */
static void waiting_main(int sock, int from, const char *path)
{
	const int keep[] = {sock, from};
	struct msg *m = mem_new(1, sizeof(*m));
	struct fault fault = {0};
	int err = shut_in(path, keep, ARRAY_SIZE(keep), &fault);

	while (msg_recv(from, m, true) > 0) {
		struct msg_done done = {.status = err, .fault = fault};

		if (m->kind == MSG_SAVE)
			save(sock, path, m->u.bytes, m->len, &done);
		msg_done(m);
	}
	_exit(0);
}

int saver_start(int sock, const char *path, struct fault *fault)
{
	int pair[2], err = msg_pair(pair);
	pid_t pid;

	if (err)
		return fault_set(fault, -err, "socketpair", "raise the limit of open files",
			"cannot start what saves the settings");
	fflush(NULL);
	/* nobody has to wait for its end */
	pid = fork();
	if (pid == 0 && fork() == 0)
		waiting_main(sock, pair[1], path);
	if (pid == 0)
		_exit(0);
	close(pair[1]);
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		return pair[0];
	}
	close(pair[0]);
	return fault_set(fault, errno, "fork", "raise the limit of processes",
		"cannot start what saves the settings");
}

void saver_pass(int saver, const char *text, size_t len)
{
	msg_try_send(saver, MSG_SAVE, text, len, NULL, 0);
}

void saver_answer(int sock, const char *path, const char *text, size_t len)
{
	struct msg_done no = {0};
	pid_t pid;

	if (!path) {
		no.status = fault_set(&no.fault, 0, "--no-config",
			"leave it out, or name a --config", "nothing is saved");
		msg_try_send(sock, MSG_SAVED, &no, sizeof(no), NULL, 0);
		return;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0 && fork() == 0)
		saver_main(sock, path, text, len);
	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}
