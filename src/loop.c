/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "audit.h"
#include "base/mem.h"
#include "base/num.h"
#include "events.h"
#include "job.h"
#include "metrics.h"
#include "monitor.h"
#include "need.h"
#include "player.h"
#include "replay.h"
#include "output/output.h"
#include "present.h"
#include "record.h"
#include "react.h"
#include "request.h"
#include "rest.h"
#include "tracer/why.h"
#include "tui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define SECOND_NS  1000000000ULL
#define TICK_NS    100000000ULL
#define TICK_LEAST 5000000ULL
#define LAST_WAIT  100000000ULL /* for the last answers */
#define FILL_GOAL  0.2          /* of a buffer, at a tick */

/* Points in time at which something is due. */
struct timers {
	uint64_t tick_ns, update_ns, watch_ns, end_ns;
	uint64_t every_ns; /* between ticks */
	struct rest rest;
};

static int catch_signals(struct monitor *m, struct fault *fault)
{
	static const int ours[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGPIPE, SIGWINCH};
	struct sigaction hup;
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		sigaddset(&set, ours[i]);
	if (!sigaction(SIGHUP, NULL, &hup) && hup.sa_handler == SIG_IGN)
		sigdelset(&set, SIGHUP);
	sigprocmask(SIG_SETMASK, &set, NULL);
	m->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (m->signals < 0)
		return fault_set(fault, errno, "signalfd", "raise the limit of open files",
			"cannot watch signals");
	return 0;
}

/* Stops with the shell's job; the tracer sees that and stops too. */
static void suspend(struct monitor *m)
{
	if (m->ui)
		screen_suspend();
	job_stop(SIGTSTP);
	if (!m->ui || job_end_pending())
		return;
	job_wait_foreground();
	if (job_end_pending())
		return;
	screen_resume();
	m->woke_ns = monitor_clock_ns();
	m->repaint = true;
	monitor_draw(m);
}

static void on_signals(struct monitor *m)
{
	struct signalfd_siginfo info;

	while (read(m->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGTSTP) {
			suspend(m);
		} else if (info.ssi_signo == SIGWINCH) {
			if (m->ui) {
				screen_resize();
				m->repaint = true;
				monitor_draw(m);
			}
		} else {
			m->stop = true;
		}
	}
}

static void update(struct monitor *m)
{
	uint64_t now_ns = monitor_now_ns(m);

	account_before(&m->account);
	monitor_drain(m, false);
	request_maps(m);
	account_after(&m->account, m->source, false);
	monitor_update(m, now_ns, false);
}

/* COMMAND has ended: what it did stays on the screen until q. */
static void hold(struct monitor *m)
{
	monitor_drain(m, true);
	update(m);
	m->held = true;
}

static void on_message(struct monitor *m)
{
	struct msg *msg = mem_new(1, sizeof(*msg));
	int got;

	while ((got = msg_recv(m->sock, msg, false)) > 0 || got == -EMFILE) {
		if (got == -EMFILE) {
			request_lacked(m, msg);
		} else if (msg->kind == MSG_STARTED) {
			m->command_pid = (uint32_t)msg->u.command.pid;
			record_command(m, m->command_pid);
			table_command(m->table, m->command_pid);
		} else if (msg->kind == MSG_ENDED) {
			m->command_ended = true;
			m->command_status = msg->u.command.status;
			record_ended(m, m->command_status);
			if (m->ui)
				hold(m);
			else
				m->stop = true;
		} else {
			request_answered(m, msg);
		}
		msg_done(msg);
	}
	free(msg);
	if (got == 0 || got == -EPROTO) {
		knobs_stop(&m->knobs);
		m->tracer_gone = true;
		m->stop = true;
	}
}

static void on_keys(struct monitor *m, struct timers *t)
{
	struct key_press press;
	unsigned int react = 0;

	while (screen_key(&press))
		react |= ui_key(m->ui, &press);
	/* what it held may be gone */
	ui_view(m->ui, &m->view);
	react_to(m, react);
	if (react & REACT_QUIT)
		m->stop = true;
	if (m->replay && react)
		t->tick_ns = 0;
	if (react & REACT_REPAINT)
		m->repaint = true;
	if (m->replay && react & (REACT_JUMP | REACT_PAUSE | REACT_DELAY))
		player_react(m, react);
	else if (react & REACT_DELAY)
		t->update_ns = monitor_clock_ns() + num_u64_of_double(ui_delay_s(m->ui) * 1e9);
	if (!m->stop)
		react_draw(m, react);
}

/* The sooner the fuller: a storm is read often, an idle machine seldom. */
static void next_tick(struct monitor *m, struct timers *t, uint64_t now_ns, bool more)
{
	uint64_t most_ns = request_tick_ns(m, TICK_NS);
	double fill = source_counts(m->source)->fill;

	if (more)
		t->every_ns = TICK_LEAST;
	else if (fill > FILL_GOAL)
		t->every_ns = num_u64_of_double((double)t->every_ns * FILL_GOAL / fill);
	else if (fill < FILL_GOAL / 2)
		t->every_ns += t->every_ns / 2;
	if (t->every_ns < TICK_LEAST)
		t->every_ns = TICK_LEAST;
	if (t->every_ns > most_ns)
		t->every_ns = most_ns;
	/* at rest the watch is followed by one */
	t->tick_ns = rest_begin(m, &t->rest) ? UINT64_MAX : now_ns + t->every_ns;
}

/* The mappings of who called last: once tracing has stopped, they might be of another program. */
static void ask_last(struct monitor *m)
{
	uint64_t until = monitor_clock_ns() + LAST_WAIT;
	struct pollfd sock = {m->sock, POLLIN, 0};

	if (!(m->view.facts & fact_mask("site")))
		return;
	monitor_drain(m, false);
	while (request_maps(m) && monitor_clock_ns() < until) {
		poll(&sock, 1, 10);
		on_message(m);
		monitor_drain(m, false);
	}
}

static const struct notice command_stopped = {.cause = "command_stopped",
	.object = "COMMAND",
	.text = "told to end, as the last update was made before it ended",
	.remedy = "leave out --iterations and --duration to wait for its end"};

/* What happened meanwhile nobody can tell. */
static void tell_gone(struct monitor *m)
{
	static const struct notice gone = {.cause = "tracer_gone",
		.object = "mprottop",
		.text = "the process that holds the privilege was killed; tracing ended early",
		.remedy = "start it again"};

	m->health.impaired = true;
	monitor_notice(m, &gone);
}

/* Stops the probes, reads all that is left and closes the account. */
static void finish(struct monitor *m)
{
	uint64_t now_ns;

	if (m->replay) {
		replay_finish(m);
		player_end(m);
		return;
	}
	ask_last(m);
	now_ns = monitor_now_ns(m);
	if (m->tracer_gone)
		tell_gone(m);
	else
		monitor_watch_end(m);
	if (m->enough && m->command_pid && !m->command_ended)
		monitor_notice(m, &command_stopped);
	/* a probe that is being switched off still counts hits, and records none */
	account_before(&m->account);
	if (m->tracer_gone)
		knobs_stop(&m->knobs);
	else
		knobs_disarm(&m->knobs);
	monitor_drain(m, true);
	record_flush(m);
	join_flush(m->join);
	request_maps_end(m);
	account_after(&m->account, m->source, true);
	if (m->events)
		events_end(m);
	audit_names(m, true);
	monitor_update(m, now_ns, true);
}

/* True once the last of -p has ended. fds: those of the watched. */
static bool watched_gone(struct monitor *m, const struct pollfd *fds)
{
	for (unsigned int i = 0; i < m->nr_watched; i++) {
		struct watched *w = &m->watched[i];

		if (w->gone)
			continue;
		w->gone = w->fd >= 0 ? fds[i].revents != 0 : !monitor_is_there(m, w->pid);
		m->nr_alive -= w->gone;
	}
	return m->nr_watched && !m->nr_alive;
}

static uint64_t earliest(const struct timers *t)
{
	uint64_t due = t->tick_ns;

	if (t->update_ns < due)
		due = t->update_ns;
	if (t->watch_ns < due)
		due = t->watch_ns;
	if (t->end_ns < due)
		due = t->end_ns;
	return due;
}

/* What is due at now_ns; the order matters: an update sees all that was read before it. */
static void on_time(struct monitor *m, struct timers *t, uint64_t now_ns)
{
	const struct options *o = m->config->options;
	uint64_t delay_ns = m->ui ? num_u64_of_double(ui_delay_s(m->ui) * 1e9) : o->delay_ns;

	if (m->replay) {
		t->tick_ns = player_go(m, now_ns);
		return;
	}
	if (now_ns >= t->end_ns) {
		m->stop = m->enough = true;
		return;
	}
	if (now_ns >= t->update_ns && m->held)
		t->update_ns = UINT64_MAX;
	if (now_ns >= t->update_ns) {
		if (o->iterations && m->seq + 1 >= o->iterations) {
			m->stop = m->enough = true;
			return;
		}
		update(m);
		/* k × delay after the start, also where one was late */
		while (t->update_ns <= now_ns)
			t->update_ns += delay_ns;
	}
	if (now_ns >= t->watch_ns) {
		monitor_watch(m);
		/* k × 1 s after the start: one wake-up with the update */
		while (t->watch_ns <= now_ns)
			t->watch_ns += SECOND_NS;
		/* what the canary left must wake nobody */
		t->tick_ns = now_ns;
	}
	if (now_ns >= t->tick_ns) {
		next_tick(m, t, now_ns, monitor_drain(m, false));
		request_maps(m);
		request_exes(m);
	}
}

/* The only place that blocks: until something comes, or due_ns. */
static bool wait_for(struct monitor *m, struct timers *t, uint64_t due_ns)
{
	uint64_t now_ns = monitor_clock_ns();
	struct timespec wait = {0, 0};
	struct pollfd *buffers;
	size_t nr;

	m->polled[0] = (struct pollfd){m->signals, POLLIN, 0};
	m->polled[1] = (struct pollfd){m->sock, POLLIN, 0};
	m->polled[2] = (struct pollfd){m->ui ? m->keys_fd : -1, POLLIN, 0};
	m->polled[3] = (struct pollfd){record_socket(m), POLLIN, 0};
	for (unsigned int i = 0; i < m->nr_watched; i++)
		m->polled[LOOP_FDS + i] =
			(struct pollfd){m->watched[i].gone ? -1 : m->watched[i].fd, POLLIN, 0};
	if (due_ns > now_ns)
		wait = (struct timespec){(time_t)((due_ns - now_ns) / SECOND_NS),
			(long)((due_ns - now_ns) % SECOND_NS)};
	buffers = m->polled + LOOP_FDS + m->nr_watched;
	nr = rest_polls(m, &t->rest, buffers);
	if (ppoll(m->polled, LOOP_FDS + m->nr_watched + nr, &wait, NULL) < 0)
		return errno == EINTR;
	if (rest_ends(m, &t->rest, buffers, nr))
		t->tick_ns = monitor_clock_ns() + REST_WAKE_NS;
	return true;
}

static void run(struct monitor *m)
{
	const struct options *o = m->config->options;
	struct timers t = {m->begin_ns, m->begin_ns + o->delay_ns, m->begin_ns + SECOND_NS,
		o->duration_ns ? m->begin_ns + o->duration_ns : UINT64_MAX, TICK_NS, {0}};

	if (m->replay)
		t = (struct timers){0, UINT64_MAX, UINT64_MAX, UINT64_MAX, 0, {0}};
	while (!m->stop && !(m->output && m->output->err)) {
		struct pollfd *fds = m->polled;

		if (!wait_for(m, &t, earliest(&t)))
			break;
		m->woke_ns = monitor_clock_ns();
		if (fds[0].revents)
			on_signals(m);
		if (fds[1].revents)
			on_message(m);
		if (fds[2].revents & (POLLHUP | POLLERR))
			m->stop = true;
		else if (fds[2].revents)
			on_keys(m, &t);
		if (fds[3].revents)
			record_answered(m);
		if (record_work(m))
			t.tick_ns = 0;
		if (watched_gone(m, fds + LOOP_FDS))
			m->stop = true;
		if (!m->stop)
			on_time(m, &t, monitor_clock_ns());
	}
}

static const struct notice in_namespace = {.cause = "pid_namespace",
	.object = "/proc/self/ns/pid",
	.text = "this is not the initial pid namespace, so processes stay unresolved",
	.remedy = "run mprottop on the host"};

/* Up to the first event: what is traced, or was. */
static int start_source(struct monitor *m, struct fault *fault)
{
	const struct options *o = m->config->options;
	int err = 0;

	if (o->read) {
		m->polled = mem_new(LOOP_FDS, sizeof(*m->polled));
		return replay_start(m, fault);
	}
	m->foreign = why_pid_namespace();
	if (m->foreign && (o->nr_pids || o->command))
		err = fault_set(fault, 0, o->nr_pids ? "--pid" : "COMMAND",
			"run mprottop on the host",
			"processes cannot be told in a pid namespace that is not the initial one");
	if (!err)
		err = monitor_receive(m, fault);
	if (!err)
		err = record_start(m, fault);
	if (!err)
		err = monitor_watch_pids(m, fault);
	if (!err)
		err = monitor_arm(m, fault);
	return err;
}

static int start(struct monitor *m, struct fault *fault)
{
	const struct options *o = m->config->options;
	int err = catch_signals(m, fault);

	request_names(m);
	if (!err)
		err = start_source(m, fault);
	if (err)
		return err;
	present_view(m, &m->view);
	request_facts(m, need_facts(o, m->config->live) & fact_free());
	if (m->config->live)
		err = present_screen(m, fault);
	else if (!m->config->silent)
		present_lines(m);
	if (m->config->metrics_fd >= 0)
		m->metrics = metrics_new(m, m->config->metrics_fd);
	if (err)
		return err;
	monitor_tell_pids(m);
	present_tell(m);
	if (m->replay)
		player_start(m);
	else if (m->foreign)
		monitor_notice(m, &in_namespace);
	if (!m->replay)
		monitor_tell_refused(m);
	return 0;
}

int loop_run(int sock, void *arg, struct fault *fault)
{
	struct monitor m = {.config = arg,
		.sock = sock,
		.signals = -1,
		.memory = {-1, -1, -1, -1},
		.keys_fd = -1};
	int err = start(&m, fault), saved;

	if (!err) {
		if (!m.stop)
			msg_send(sock, MSG_ARMED, NULL, 0, NULL, 0);
		m.woke_ns = monitor_clock_ns();
		if (m.ui)
			monitor_retake(&m);
		run(&m);
		finish(&m);
		if (m.output)
			audit_end(&m);
		saved = record_end(&m, fault);
		if (m.output)
			present_end(&m);
		err = m.replay ? replay_err(&m, fault) : 0;
		if (m.probes_lost)
			err = fault_set(fault, 0, m.info.source,
				"end what resets tracing (trace-cmd reset), and start it again",
				"another program took our probes away, and they cannot be had "
				"back");
		err = err ? err : present_result(&m, fault);
		err = err < 0 ? err : saved ? saved : err;
	}
	if (m.ui)
		screen_close();
	monitor_done(&m);
	return err;
}
