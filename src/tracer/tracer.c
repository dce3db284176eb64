/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/tracer.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "tracer/box.h"
#include "tracer/cleanup.h"
#include "tracer/handover.h"
#include "tracer/keeper.h"
#include "tracer/limit.h"
#include "tracer/priv.h"
#include "tracer/saver.h"
#include "tracer/tracer_state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define STATUS_FAILED  1
#define STATUS_COMMAND 125 /* failed, with a COMMAND: as env(1) */
#define GIVE_UP_MS     200
#define KEPT_MS        10 /* between tries to send a signal */
#define MONITOR_NICE   -10
#define LAST_MESSAGES  1024 /* more than a socket's buffer holds */

static int tracer_prepare(struct tracer *t, struct fault *fault)
{
	int err = priv_refuse_setuid(fault);

	if (!err && t->config->command_user) {
		err = priv_find_user(t->config->command_user, &t->command_user, fault);
		t->command.user = &t->command_user;
	}
	if (!err)
		err = command_signals(&t->command, &t->signals, fault);
	t->has_terminal = t->config->live && !tcgetattr(STDOUT_FILENO, &t->terminal);
	if (err || t->config->read_fd >= 0)
		return err;
	err = tracing_open(&t->tracing, fault);
	if (err)
		return err;
	/* two files a CPU and instance: more than the usual 1024 on large machines */
	fd_raise_limit(&t->command.files);
	/* what cannot be removed now is not ours to fail over */
	cleanup_run(t->tracing.dir, NULL, NULL);
	if (t->config->live)
		t->dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	oom_protect(&t->oom);
	return guard_start(&t->guard, &t->tracing, fault);
}

static void monitor_child(struct tracer *t, int sock)
{
	struct msg_done done = {0};
	struct priv_user user;
	const int keep[] = {t->config->keep_fd, t->config->read_fd, t->config->metrics_fd,
		t->config->settings_fd, sock};

	fd_close_others(keep, ARRAY_SIZE(keep));
	/* a reader that waits its turn on a busy machine loses what it came to see */
	if (t->config->read_fd < 0)
		setpriority(PRIO_PROCESS, 0, MONITOR_NICE);
	done.status = priv_monitor_user(&user, &done.fault);
	if (!done.status)
		done.status = priv_drop(&user, &done.fault);
	if (!done.status && t->config->prepare)
		done.status = t->config->prepare(t->config->arg, &done.fault);
	if (!done.status)
		done.status = box_enter(
			t->config->read_fd < 0 ? BOX_MONITOR : BOX_REPLAY, -1, 0, &done.fault);
	if (!done.status)
		done.status = t->config->monitor(sock, t->config->arg, &done.fault);
	msg_send(sock, MSG_DONE, &done, sizeof(done), NULL, 0);
	_exit(done.status ? STATUS_FAILED : 0);
}

/* By the shell, and not by somebody who sends SIGSTOP and may not continue us. */
static bool is_job_stop(int signo)
{
	return signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU;
}

/* One job to the shell: stopped and continued together. */
static void stop_with_monitor(struct tracer *t)
{
	kill(getpid(), SIGSTOP);
	if (t->monitor)
		kill(t->monitor, SIGCONT);
}

static void reap(struct tracer *t)
{
	siginfo_t info;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG) ||
			!info.si_pid)
			return;
		if (info.si_pid == t->monitor && info.si_code == CLD_CONTINUED) {
			t->halted = false;
		} else if (info.si_pid == t->monitor && info.si_code == CLD_STOPPED) {
			t->halted = true;
			if (is_job_stop(info.si_status))
				stop_with_monitor(t);
		} else if (info.si_pid == t->monitor) {
			t->monitor = 0;
			t->monitor_status = info.si_code == CLD_EXITED ? 0 : info.si_status;
		} else if (info.si_pid == t->command.pid && info.si_code != CLD_STOPPED &&
			   info.si_code != CLD_CONTINUED) {
			t->command_ended = true;
			t->command_status =
				info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
			tracer_say(t, SAY_ENDED);
		}
	}
}

/* A signal for the monitor. One that it cannot have yet is kept: it may still be another user,
 * while this process is that no longer. */
static void pass(struct tracer *t, int signo)
{
	if (kill(t->monitor, signo) && errno == EPERM)
		t->kept = signo == SIGTSTP && t->kept ? t->kept : signo;
	else if (t->kept == signo)
		t->kept = 0;
}

static void on_signals(struct tracer *t)
{
	struct signalfd_siginfo info;

	while (read(t->signals, &info, sizeof(info)) == sizeof(info)) {
		/* from the keyboard they reach the monitor too, once it listens */
		bool sent = info.ssi_code <= 0 || !t->armed;

		if (info.ssi_signo == SIGCHLD) {
			reap(t);
			continue;
		}
		if (!t->monitor) {
			if (!t->command_ended)
				command_pass(&t->command, (int)info.ssi_signo, sent);
			continue;
		}
		if (sent)
			pass(t, (int)info.ssi_signo);
		else if (!t->command_ended)
			command_signal(&t->command, (int)info.ssi_signo, false);
		t->insisted |= info.ssi_signo != SIGTSTP && t->kill_at_ms;
		if (info.ssi_signo != SIGTSTP && !t->kill_at_ms)
			t->kill_at_ms = tracer_now_ms() + STOP_WAIT_MS;
	}
}

/* Until the monitor gets SIGKILL; -1: it does not. */
static int64_t left_ms(const struct tracer *t)
{
	int64_t less_ms = t->halted ? STOP_WAIT_MS - STOPPED_WAIT_MS : 0;
	int64_t left = t->kill_at_ms - less_ms - tracer_now_ms();

	return !t->kill_at_ms ? -1 : left > 0 ? left : 0;
}

/* There is no room in the socket: until there is, or the end is asked for and the monitor had its
 * time. */
static int wait_room(void *arg)
{
	struct tracer *t = arg;
	struct pollfd fds[] = {{t->signals, POLLIN, 0}, {t->sock, POLLOUT, 0}};
	int64_t left = left_ms(t);

	if (left == 0)
		return -EINTR;
	if (poll(fds, ARRAY_SIZE(fds), (int)left) < 0 && errno != EINTR)
		return -errno;
	if (fds[0].revents)
		on_signals(t);
	return t->monitor ? 0 : -EPIPE;
}

/* Where nothing is traced, nothing needs a right. */
static int shut_in(const struct tracer *t, struct fault *fault)
{
	struct priv_user user;
	int err = priv_monitor_user(&user, fault);

	if (!err)
		err = priv_drop(&user, fault);
	return err ? err : box_enter(BOX_PARENT, -1, t->monitor, fault);
}

static int monitor_start(struct tracer *t, struct fault *fault)
{
	struct handover h = {.setup = &t->setup,
		.tracing = &t->tracing,
		.guard = t->guard.pid,
		.keeper = -1,
		.begin_ns = tracer_now_ns(),
		.price = &t->price,
		.wait = wait_room,
		.arg = t};
	int pair[2], err = msg_pair(pair);

	if (err)
		return fault_set(fault, -err, "socketpair", "raise the limit of open files",
			"cannot start the monitor");
	t->sock = pair[0];
	if (t->config->read_fd >= 0 && t->config->settings &&
		(t->saver = saver_start(t->sock, t->config->settings, fault)) < 0) {
		close(pair[1]);
		return t->saver;
	}
	fflush(NULL);
	oom_lift(&t->oom);
	t->monitor = fork();
	if (t->monitor == 0)
		monitor_child(t, pair[1]);
	if (t->config->write && t->config->read_fd < 0 && t->monitor > 0)
		h.keeper = keeper_start(-1, t->config->write, true, &h.keeper_is, fault);
	oom_lower(&t->oom);
	close(pair[1]);
	if (t->monitor < 0) {
		t->monitor = 0;
		return fault_set(fault, errno, "fork", "raise the limit of processes",
			"cannot start the monitor");
	}
	h.monitor = t->monitor;
	guard_monitor(&t->guard, t->monitor);
	if (t->config->read_fd >= 0)
		return shut_in(t, fault);
	if (t->config->write && h.keeper < 0)
		return h.keeper;
	err = handover_send(&h, t->sock, fault);
	if (h.keeper >= 0)
		close(h.keeper);
	return err;
}

/* Until what is due next, for poll(2). */
static int wait_ms(const struct tracer *t)
{
	int64_t now_ms = tracer_now_ms();
	int64_t left = left_ms(t);
	int64_t again = guard_due_ms(&t->guard, now_ms);

	left = again >= 0 && (left < 0 || again < left) ? again : left;
	return (int)(t->kept && (left < 0 || left > KEPT_MS) ? KEPT_MS : left);
}

/* Serves a message. False: there are no more. A monitor that has not said that it is done has to
 * end then: nobody would tell it to. */
static bool listen_to(struct tracer *t, struct msg *m)
{
	if (tracer_serve(t, m) >= 0)
		return true;
	if (!t->done && !t->kill_at_ms)
		t->kill_at_ms = tracer_now_ms() + GIVE_UP_MS;
	return false;
}

/* Until the monitor has ended. */
static void wait_monitor(struct tracer *t)
{
	struct msg *m = mem_new(1, sizeof(*m));
	bool talks = true;

	while (t->monitor) {
		/* who does not listen is not served */
		struct pollfd fds[] = {{t->signals, POLLIN, 0},
			{talks ? t->sock : -1, t->says ? POLLOUT : POLLIN, 0},
			{t->command.pipe, POLLIN, 0}, {t->guard.sock, 0, 0}};

		if (left_ms(t) == 0) {
			kill(t->monitor, SIGKILL);
			t->kill_at_ms = 0;
		}
		if (t->kept)
			pass(t, t->kept);
		if (poll(fds, ARRAY_SIZE(fds), wait_ms(t)) < 0 && errno != EINTR)
			break;
		if (fds[3].revents || guard_due_ms(&t->guard, tracer_now_ms()) == 0)
			guard_again(&t->guard, &t->tracing, tracer_now_ms());
		if (fds[2].revents)
			command_drain(&t->command);
		if (talks && fds[1].revents && t->says)
			tracer_say(t, 0);
		else if (talks && fds[1].revents)
			talks = listen_to(t, m);
		if (fds[0].revents)
			on_signals(t);
	}
	/* bounded: a process that got the monitor's end of it could go on for ever */
	for (int i = 0; t->sock >= 0 && talks && i < LAST_MESSAGES; i++)
		talks = tracer_serve(t, m) > 0;
	free(m);
}

/* COMMAND outlives nothing: it is told to end, and its status is ours. */
static void wait_command(struct tracer *t)
{
	if (!t->command.pid || t->command_status < 0)
		return;
	if (!t->command_ended) {
		kill(t->command.pid, SIGTERM);
		kill(t->command.pid, SIGCONT);
	}
	while (!t->command_ended) {
		struct pollfd fds[] = {{t->signals, POLLIN, 0}, {t->command.pipe, POLLIN, 0}};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return;
		if (fds[1].revents)
			command_drain(&t->command);
		if (fds[0].revents)
			on_signals(t);
	}
	if (t->command.pipe >= 0)
		command_drain(&t->command);
}

static void mend_terminal(struct tracer *t)
{
	if (!t->has_terminal)
		return;
	if (!t->done && t->restore_len && write(STDOUT_FILENO, t->restore, t->restore_len) < 0)
		return;
	tcsetattr(STDOUT_FILENO, TCSADRAIN, &t->terminal);
}

static int start_tracing(struct tracer *t, struct fault *fault)
{
	const struct tracer_config *c = t->config;
	int err = setup_make(&t->setup, &t->tracing, c->probe, c->facts, c->buffer_kb, fault);

	if (!err)
		err = limit_check(&t->tracing, t->setup.nr_events, fault);
	if (err)
		return err;
	/* only screens tell it, and those of a recording */
	if ((c->live || c->write) && t->setup.buffer_kb >= PRICE_KB)
		price_init(&t->price);
	return setup_arm(&t->setup, &t->tracing, 0, &t->price, fault);
}

/* The fault of the run in order of who knows best; the exit status. */
static int tracer_status(struct tracer *t, int err, struct fault *fault)
{
	int failed = t->config->command ? STATUS_COMMAND : STATUS_FAILED;

	/* a monitor that failed says more than the broken pipe to it */
	if (t->result.fault.what[0]) {
		*fault = t->result.fault;
		return fault->status ? fault->status : failed;
	}
	if (!err && !t->done) {
		char text[32] = "without a signal";

		if (t->monitor_status)
			snprintf(text, sizeof(text), "signal %d", t->monitor_status);
		fault_set(fault, 0, text, "nothing of it is left; start it again",
			"the monitor process was killed");
		return failed;
	}
	if (err)
		return fault->status ? fault->status : failed;
	if (t->result.status)
		return t->result.status;
	return t->config->command ? t->command_status : 0;
}

int tracer_run(const struct tracer_config *config, struct fault *fault)
{
	struct tracer t = {.config = config,
		.tracing = TRACING_NONE,
		.guard = {-1, 0},
		.command = {.argv = config->command, .captured = config->live, .pipe = -1},
		.sock = -1,
		.signals = -1,
		.saver = -1,
		.dir = -1};
	struct fault undone = {0};
	int err = tracer_prepare(&t, fault), status;

	if (!err && config->read_fd < 0)
		err = start_tracing(&t, fault);
	t.nr_armed = t.setup.nr_events;
	if (!err)
		err = monitor_start(&t, fault);
	if (err && t.monitor && !t.kill_at_ms)
		t.kill_at_ms = tracer_now_ms() + GIVE_UP_MS;
	wait_monitor(&t);
	if (t.sock >= 0)
		close(t.sock);
	t.sock = -1;
	mend_terminal(&t);
	if (tracing_undo(&t.tracing, &undone) == 0)
		guard_stop(&t.guard);
	wait_command(&t);
	command_print(&t.command, STDOUT_FILENO);
	status = tracer_status(&t, err, fault);
	if (undone.what[0] && !fault->what[0]) {
		*fault = undone;
		status = status ? status : STATUS_FAILED;
	}
	price_done(&t.price);
	command_done(&t.command);
	if (t.dir >= 0)
		close(t.dir);
	return status;
}
