/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/saver.h"
#include "base/fd.h"
#include "base/msg.h"
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

static void saver_main(int sock, const char *path, const char *text, size_t len)
{
	struct msg_done done = {0};
	struct priv_user user;
	sigset_t all;

	setsid();
	prctl(PR_SET_NAME, "mptop-saver");
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	fd_close_others(&sock, 1);
	priv_caller(&user);
	if (user.uid || geteuid())
		done.status = priv_drop(&user, &done.fault);
	if (!done.status) {
		make_dirs(path);
		done.status = pager_write(path, text, len, 0600, &done.fault);
	}
	msg_send(sock, MSG_SAVED, &done, sizeof(done), NULL, 0);
	_exit(0);
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
