/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/command.h"
#include "base/mem.h"
#include "tracer/box.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define STATUS_FAILED   125 /* as env(1) */
#define STATUS_NO_EXEC  126
#define STATUS_NO_ENTRY 127
#define DRAIN_ROUNDS    64

/* What the child tells when it could not become COMMAND. */
struct report {
	int err;
	int in_exec;
};

int command_signals(struct command *command, int *fd, struct fault *fault)
{
	static const int ours[] = {SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGPIPE};
	struct sigaction hup;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		sigaddset(&set, ours[i]);
	/* nohup's wish */
	if (!sigaction(SIGHUP, NULL, &hup) && hup.sa_handler == SIG_IGN)
		sigdelset(&set, SIGHUP);
	sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, &command->chld);
	/* the terminal is mended from the background too */
	sigaction(SIGTTOU, &(struct sigaction){.sa_handler = SIG_IGN}, &command->ttou);
	sigprocmask(SIG_BLOCK, &set, &command->mask);
	*fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (*fd < 0)
		return fault_set(fault, errno, "signalfd", "raise the limit of open files",
			"cannot watch signals");
	return 0;
}

static void restore_signals(const struct command *command)
{
	sigaction(SIGCHLD, &command->chld, NULL);
	sigaction(SIGTTOU, &command->ttou, NULL);
	sigprocmask(SIG_SETMASK, &command->mask, NULL);
}

/* A terminal that somebody else sits at, for a process that may write to it alone: what is typed
 * there is not its own. 0 or -errno. */
static int shut_terminal(int fd)
{
	char path[32] = "/dev/null";
	int other, err = 0;

	if (!isatty(fd))
		return 0;
	if (fd != STDIN_FILENO)
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	other = open(path, (fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) | O_NOCTTY | O_CLOEXEC);
	if (other < 0 || dup2(other, fd) < 0)
		err = -errno;
	if (other >= 0)
		close(other);
	return err;
}

/* Out of the session of whoever called: there it could join the group in front, and in no session
 * of the terminal's nothing keeps it from reading but that no descriptor of it can be read. */
static int leave_terminal(void)
{
	int err = 0;

	setsid();
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && !err; fd++)
		err = shut_terminal(fd);
	return err ? err : box_terminal();
}

static void command_child(struct command *command, int report, const int out[2])
{
	struct report r = {0, 0};

	setrlimit(RLIMIT_NOFILE, &command->files);
	if (command->captured) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (null < 0 || dup2(null, 0) < 0 || dup2(out[1], 1) < 0 || dup2(out[1], 2) < 0)
			r.err = errno;
	}
	if (!r.err && command->user)
		r.err = -leave_terminal();
	if (!r.err && command->user && priv_become(command->user, NULL))
		r.err = errno ? errno : EPERM;
	if (!r.err) {
		restore_signals(command);
		execvp(command->argv[0], command->argv);
		r = (struct report){errno, 1};
	}
	if (write(report, &r, sizeof(r)) < 0)
		_exit(STATUS_FAILED);
	_exit(STATUS_FAILED);
}

static int exec_fault(const struct command *command, const struct report *r, struct fault *fault)
{
	int err = r->err;

	if (!r->in_exec)
		fault_set(fault, err, command->user ? command->user->name : command->argv[0],
			"run mprottop as root", "cannot prepare COMMAND");
	else if (err == ENOENT)
		fault_set(fault, err, command->argv[0], "check its name and PATH",
			"cannot find COMMAND");
	else
		fault_set(fault, err, command->argv[0], "check that it may be executed",
			"cannot run COMMAND");
	fault->status = !r->in_exec     ? STATUS_FAILED
			: err == ENOENT ? STATUS_NO_ENTRY
					: STATUS_NO_EXEC;
	return -err;
}

static int no_pipe(const struct command *command, struct fault *fault)
{
	return fault_set(fault, errno, command->argv[0], "raise the limit of open files",
		"cannot make a pipe for COMMAND");
}

int command_start(struct command *command, struct fault *fault)
{
	int report[2], out[2] = {-1, -1};
	struct report r;
	ssize_t n;

	if (pipe2(report, O_CLOEXEC))
		return no_pipe(command, fault);
	if (command->captured && pipe2(out, O_CLOEXEC)) {
		int err = no_pipe(command, fault);

		close(report[0]);
		close(report[1]);
		return err;
	}
	command->pid = fork();
	if (command->pid == 0)
		command_child(command, report[1], out);
	close(report[1]);
	if (command->captured)
		close(out[1]);
	if (command->pid < 0) {
		command->pid = 0;
		close(report[0]);
		if (command->captured)
			close(out[0]);
		return fault_set(fault, errno, command->argv[0], "raise the limit of processes",
			"cannot start COMMAND");
	}
	if (command->captured) {
		command->pipe = out[0];
		command->tail = mem_new(COMMAND_TAIL, 1);
		fcntl(command->pipe, F_SETFL, O_NONBLOCK);
	}
	/* ends without a word when exec closes the other end */
	n = read(report[0], &r, sizeof(r));
	close(report[0]);
	return n == sizeof(r) ? exec_fault(command, &r, fault) : 0;
}

void command_pass(struct command *command, int signo, bool sent)
{
	if (!command->pid || signo == SIGTSTP)
		return;
	if (command->insisted)
		kill(command->pid, SIGKILL);
	else
		command_signal(command, signo, sent);
	command->insisted = true;
}

void command_signal(const struct command *command, int signo, bool sent)
{
	if (!command->pid || signo == SIGTSTP)
		return;
	if (sent)
		kill(command->pid, signo);
	else if (command->user)
		kill(-command->pid, signo);
}

bool command_drain(struct command *command)
{
	char text[16384];
	ssize_t n = 1;

	/* bounded: COMMAND may print faster than this reads */
	for (int round = 0; n > 0 && round < DRAIN_ROUNDS; round++) {
		n = read(command->pipe, text, sizeof(text));
		for (ssize_t i = 0; i < n; i++)
			command->tail[command->tail_total++ % COMMAND_TAIL] = text[i];
	}
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return true;
	close(command->pipe);
	command->pipe = -1;
	return false;
}

static void write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			data += n;
			len -= n;
		}
	}
}

void command_print(const struct command *command, int fd)
{
	size_t at = command->tail_total % COMMAND_TAIL;

	if (!command->tail)
		return;
	if (command->tail_total >= COMMAND_TAIL)
		write_all(fd, command->tail + at, COMMAND_TAIL - at);
	write_all(fd, command->tail, at);
}

void command_done(struct command *command)
{
	if (command->pipe >= 0)
		close(command->pipe);
	command->pipe = -1;
	free(command->tail);
	command->tail = NULL;
}
