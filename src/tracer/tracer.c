/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/tracer.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "model/event.h"
#include "tracer/answer.h"
#include "tracer/cleanup.h"
#include "tracer/command.h"
#include "tracer/guard.h"
#include "tracer/handover.h"
#include "tracer/keeper.h"
#include "tracer/priv.h"
#include "tracer/saver.h"
#include "tracer/setup.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define STATUS_FAILED  1
#define STATUS_COMMAND 125 /* failed, with a COMMAND: as env(1) */
#define STOP_WAIT_MS   2000
#define GIVE_UP_MS     200
#define KEEPERS_MOST   256
#define MONITOR_NICE   -10

/* What the monitor is to be told, in this order. */
enum {
	SAY_STARTED = 1,
	SAY_ENDED = 2,
	SAY_EVENTS = 4,
	SAY_COSTS = 8,
	SAY_FACTS = 16
};

struct tracer {
	const struct tracer_config *config;
	struct tracing tracing;
	struct setup setup;
	struct price price;
	struct guard guard;
	struct answerer answerer, exes;
	struct command command;
	struct priv_user command_user;
	struct termios terminal;
	bool has_terminal;
	char restore[1024];
	size_t restore_len;
	int sock, signals;
	pid_t monitor;
	int monitor_status; /* as of waitpid, where monitor is 0 again */
	bool armed, done;   /* MSG_ARMED came, MSG_DONE came */
	struct msg_done result;
	unsigned int nr_keepers;      /* that the monitor asked for */
	bool command_ended, insisted; /* on the end, more than once */
	int command_status;           /* as of waitpid */
	unsigned int nr_armed;        /* of the setup's events */
	unsigned int nr_sent;         /* of them */
	unsigned int says;            /* SAY_…: there was no room for yet */
	bool arming;                  /* MSG_WANT came, MSG_ARM has to */
	uint32_t asked;               /* facts, by the last MSG_WANT */
	struct fault lacking;         /* why facts that were wanted are not there */
	int64_t kill_at_ms; /* a monitor that was told to end gets SIGKILL then; 0: never */
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int64_t now_ms(void)
{
	return (int64_t)(now_ns() / 1000000);
}

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
	return guard_start(&t->guard, t->tracing.dir, t->tracing.run, fault);
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
	if (!done.status)
		done.status = t->config->monitor(sock, t->config->arg, &done.fault);
	msg_send(sock, MSG_DONE, &done, sizeof(done), NULL, 0);
	_exit(done.status ? STATUS_FAILED : 0);
}

static int monitor_start(struct tracer *t, struct fault *fault)
{
	struct handover h = {&t->setup, &t->tracing, t->guard.pid, 0, -1, {0}, now_ns(), &t->price};
	int pair[2], err = msg_pair(pair);

	if (err)
		return fault_set(fault, -err, "socketpair", "raise the limit of open files",
			"cannot start the monitor");
	fflush(NULL);
	t->monitor = fork();
	if (t->monitor == 0)
		monitor_child(t, pair[1]);
	close(pair[1]);
	t->sock = pair[0];
	if (t->monitor < 0) {
		t->monitor = 0;
		return fault_set(fault, errno, "fork", "raise the limit of processes",
			"cannot start the monitor");
	}
	h.monitor = t->monitor;
	guard_monitor(&t->guard, t->monitor);
	if (t->config->read_fd >= 0)
		return 0;
	if (t->config->write &&
		(h.keeper = keeper_start(t->config->write, true, &h.keeper_is, fault)) < 0)
		return h.keeper;
	err = handover_send(&h, t->sock, fault);
	if (h.keeper >= 0)
		close(h.keeper);
	return err;
}

static int say_command(struct tracer *t, enum msg_kind kind)
{
	struct msg_command m = {t->command.pid, t->command_status};

	return msg_try_send(t->sock, kind, &m, sizeof(m), NULL, 0);
}

static int say_events(struct tracer *t)
{
	const struct handover h = {.setup = &t->setup, .tracing = &t->tracing};

	return handover_more(&h, &t->nr_sent, t->sock, &t->lacking);
}

static int say_costs(struct tracer *t)
{
	const struct handover h = {.setup = &t->setup, .price = &t->price};

	return handover_costs(&h, t->sock, msg_try_send);
}

static int say_facts(struct tracer *t)
{
	struct msg_facts m = {t->setup.given, setup_whole(&t->setup), t->lacking};

	/* of the facts asked for it is one alone that needs it */
	if (!m.fault.what[0] && t->asked & ~t->setup.given & fact_mask("old"))
		m.fault = t->setup.no_fixup;
	return msg_try_send(t->sock, MSG_FACTS, &m, sizeof(m), NULL, 0);
}

/* Never waits, or a monitor that does not read could hold up the end: the rest is said later. */
static void say(struct tracer *t, unsigned int more)
{
	t->says |= more;
	for (unsigned int what = SAY_STARTED; what <= SAY_FACTS; what <<= 1) {
		int err;

		if (!(t->says & what))
			continue;
		if (what == SAY_EVENTS)
			err = say_events(t);
		else if (what == SAY_COSTS)
			err = say_costs(t);
		else if (what == SAY_FACTS)
			err = say_facts(t);
		else
			err = say_command(t, what == SAY_ENDED ? MSG_ENDED : MSG_STARTED);
		if (err == -EAGAIN)
			return;
		t->says &= ~what;
	}
}

/* The canary was seen: COMMAND may run. A COMMAND that cannot is told as the run's failure. */
static void start_command(struct tracer *t)
{
	/* not for nobody to watch, and not when the end was asked for */
	if (!t->config->command || t->command.pid || !t->monitor || t->kill_at_ms)
		return;
	if (command_start(&t->command, &t->result.fault)) {
		t->command_ended = true;
		t->command_status = -1;
		kill(t->monitor, SIGTERM);
		return;
	}
	say(t, SAY_STARTED);
}

/* Shown columns need more: events are made now and armed once the monitor can read them. What was
 * tried before is not tried again, however often it is asked for. */
static void want(struct tracer *t, uint32_t wanted)
{
	t->nr_armed = t->nr_sent = t->setup.nr_events;
	t->lacking = (struct fault){0};
	t->asked = wanted;
	t->arming = true;
	if (wanted & ~t->setup.wanted)
		setup_more(&t->setup, &t->tracing, wanted, &t->lacking);
	say(t, SAY_EVENTS);
}

static void arm_more(struct tracer *t)
{
	t->arming = false;
	setup_arm(&t->setup, &t->tracing, t->nr_armed, &t->price, &t->lacking);
	t->nr_armed = t->setup.nr_events;
	say(t, SAY_COSTS | SAY_FACTS);
}

/* Where calls come from is shown, or what they changed. */
static bool allows_maps(const struct tracer *t)
{
	return t->setup.wanted & fact_mask("site");
}

/* 1: a message was served, 0: none is there, -1: the monitor has nothing more to say. */
static int serve(struct tracer *t, struct msg *m)
{
	int err = msg_recv(t->sock, m, false);

	if (err <= 0)
		return err == -EAGAIN ? 0 : -1;
	if (m->kind == MSG_ARMED) {
		t->armed = true;
		start_command(t);
	} else if (m->kind == MSG_RESTORE && m->len <= sizeof(t->restore)) {
		memcpy(t->restore, m->u.bytes, m->len);
		t->restore_len = m->len;
	} else if (m->kind == MSG_WANT && t->armed && !t->arming) {
		want(t, m->u.want.facts);
	} else if (m->kind == MSG_ARM && t->arming) {
		arm_more(t);
	} else if (m->kind == MSG_MAPS) {
		answer_maps(&t->answerer, t->sock, m->u.maps.pid, allows_maps(t), now_ns());
	} else if (m->kind == MSG_EXE) {
		answer_exe(&t->exes, t->sock, m->u.maps.pid, now_ns());
	} else if (m->kind == MSG_OPEN && t->armed && t->nr_keepers++ < KEEPERS_MOST) {
		keeper_answer(t->sock, m->u.open.path);
	} else if (m->kind == MSG_SAVE && t->nr_keepers++ < KEEPERS_MOST) {
		saver_answer(t->sock, t->config->settings, m->u.bytes, m->len);
	} else if (m->kind == MSG_SAVING && t->kill_at_ms && !t->insisted) {
		t->kill_at_ms = now_ms() + STOP_WAIT_MS;
	} else if (m->kind == MSG_DONE) {
		t->done = true;
		if (!t->result.fault.what[0])
			t->result = m->u.done;
	}
	msg_done(m);
	return 1;
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
		if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOHANG) || !info.si_pid)
			return;
		if (info.si_pid == t->monitor && info.si_code == CLD_STOPPED) {
			if (is_job_stop(info.si_status))
				stop_with_monitor(t);
		} else if (info.si_pid == t->monitor) {
			t->monitor = 0;
			t->monitor_status = info.si_code == CLD_EXITED ? 0 : info.si_status;
		} else if (info.si_pid == t->command.pid && info.si_code != CLD_STOPPED) {
			t->command_ended = true;
			t->command_status =
				info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
			say(t, SAY_ENDED);
		}
	}
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
			kill(t->monitor, (int)info.ssi_signo);
		t->insisted |= info.ssi_signo != SIGTSTP && t->kill_at_ms;
		if (info.ssi_signo != SIGTSTP && !t->kill_at_ms)
			t->kill_at_ms = now_ms() + STOP_WAIT_MS;
	}
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
			{t->command.pipe, POLLIN, 0}};
		int64_t left = t->kill_at_ms ? t->kill_at_ms - now_ms() : -1;

		if (t->kill_at_ms && left <= 0) {
			kill(t->monitor, SIGKILL);
			t->kill_at_ms = 0;
			left = -1;
		}
		if (poll(fds, ARRAY_SIZE(fds), (int)left) < 0 && errno != EINTR)
			break;
		if (fds[2].revents)
			command_drain(&t->command);
		if (talks && fds[1].revents && t->says)
			say(t, 0);
		else if (talks && fds[1].revents)
			talks = serve(t, m) >= 0;
		if (fds[0].revents)
			on_signals(t);
	}
	while (t->sock >= 0 && talks && serve(t, m) > 0)
		;
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
		.tracing = {.locks = {-1, -1}},
		.guard = {-1, 0},
		.command = {.argv = config->command, .captured = config->live, .pipe = -1},
		.sock = -1,
		.signals = -1};
	struct fault undone = {0};
	int err = tracer_prepare(&t, fault), status;

	if (!err && config->read_fd < 0)
		err = start_tracing(&t, fault);
	t.nr_armed = t.setup.nr_events;
	if (!err)
		err = monitor_start(&t, fault);
	if (err && t.monitor && !t.kill_at_ms)
		t.kill_at_ms = now_ms() + GIVE_UP_MS;
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
	return status;
}
