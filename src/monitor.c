/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor.h"
#include "metrics.h"
#include "base/mem.h"
#include "audit.h"
#include "events.h"
#include "info.h"
#include "model/auditor.h"
#include "output/output.h"
#include "record.h"
#include "replay.h"
#include "request.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ARM_WAIT_NS 2000000000ULL
#define ARM_POLL_MS 1
#define SCAN_BUDGET 2000
#define SCAN_LITTLE 100 /* where callers are to be named soon */

uint64_t monitor_clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t monitor_now_ns(const struct monitor *m)
{
	return m->replay || m->over ? m->at_ns : monitor_clock_ns();
}

double monitor_wall_s(const struct monitor *m)
{
	struct timespec ts;

	if (m->replay || m->over)
		return m->at_s;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

const struct daytime *monitor_daytime(const struct monitor *m)
{
	return m->replay ? replay_daytime(m) : &m->daytime;
}

static void count(const struct call *call, void *arg);

bool monitor_details(const struct monitor *m)
{
	const struct options *o = m->config->options;

	return m->why || o->events || o->audit || watch_listens(m);
}

void monitor_detail(struct monitor *m)
{
	struct join_config config = *join_configured(m->join);

	config.detail = monitor_details(m);
	join_configure(m->join, &config);
}

void monitor_facts(struct monitor *m, uint32_t given, bool whole)
{
	struct join_config config = {.returns = given & fact_mask("ret"),
		.changes = given & fact_mask("old"),
		.whole = whole,
		.seccomp = given & fact_mask("refused") && !m->knobs.kprobes,
		.telling = m->config->live,
		.detail = monitor_details(m)};

	m->view.facts = given | (m->foreign ? 0 : fact_told()) | fact_mask("why");
	join_configure(m->join, &config);
	monitor_fold(m);
	record_facts(m);
}

/* None may come folded where each is looked at; nor where our own are told by their address, nor
 * before the start, nor once more events are on their way. */
void monitor_fold(struct monitor *m)
{
	const struct join_config *config = join_configured(m->join);
	bool each = config->returns || config->changes || config->whole || config->detail ||
		    m->view.facts & fact_mask("site") || m->foreign || m->arming || m->watch ||
		    m->replay || m->begin_ns == UINT64_MAX;

	source_fold(m->source, each ? UINT64_MAX : m->begin_ns, m->canary.tid);
}

void monitor_model(struct monitor *m, bool big_endian, uint64_t buffer_bytes, uint64_t begin_ns)
{
	cost_init(&m->cost);
	m->decoder = decoder_new(big_endian);
	m->source = source_new(m->decoder, buffer_bytes);
	m->join = join_new(&(struct join_config){0}, count, m);
	if (m->config->options->events)
		m->events = events_new(m);
	/* in a recording the keys were pressed before it was begun anew */
	m->table = table_new(m->config->live ? &table_limits_live : &table_limits_default,
		m->config->options->threads || m->view.threads, begin_ns);
	source_look_ahead(m->source, table_soon, m->table);
	if (m->config->live)
		watch_start(m);
	if (m->why || m->config->options->events)
		table_why(m->table);
	if (m->config->options->audit)
		audit_start(m);
}

void monitor_model_done(struct monitor *m)
{
	events_free(m->events);
	m->events = NULL;
	watch_end(m);
	auditor_free(m->auditor);
	table_free(m->table);
	join_free(m->join);
	source_free(m->source);
	decoder_free(m->decoder);
	m->auditor = NULL;
	m->table = NULL;
	m->join = NULL;
	m->source = NULL;
	m->decoder = NULL;
}

void monitor_begin(struct monitor *m, uint64_t begin_ns)
{
	m->begin_ns = m->zero_ns = begin_ns;
	table_begin(m->table, begin_ns);
	if (m->auditor)
		auditor_begin(m->auditor, begin_ns);
	join_begin(m->join, begin_ns);
}

static void take_run(struct monitor *m, const struct msg_run *run)
{
	m->run = *run;
	snprintf(m->info.source, sizeof(m->info.source), "%s", run->source);
	m->info.compat_visible = run->compat_visible;
	m->info.cpus = run->cpus;
	m->knobs.kprobes = !strcmp(run->source, "kprobe");
	monitor_model(m, __BYTE_ORDER == __BIG_ENDIAN, run->buffer_bytes, run->begin_ns);
	monitor_facts(m, run->facts, run->whole);
	m->wanted = run->facts;
	if (!m->foreign) {
		table_own(m->table, (uint32_t)getpid());
		table_own(m->table, run->tracer_pid);
		table_own(m->table, run->guard_pid);
	}
	/* COMMAND is the tracer's only child from now on */
	if (m->config->options->command)
		table_command(m->table, run->tracer_pid);
}

int monitor_take_event(struct monitor *m, struct msg *msg, struct fault *fault)
{
	const struct msg_event *e = &msg->u.event;
	char filter[sizeof(e->name) + 8];
	bool known;
	int err = decoder_add(m->decoder, e->event, e->shape, (uint8_t)e->flags, e->text, fault);

	if (err < 0)
		return err;
	known = formats_know(&m->formats, e->name);
	formats_event(&m->formats, e, (uint32_t)err);
	record_event(m);
	knobs_add(&m->knobs, "enable", e->which, "1", e->name, msg_take(msg, 0));
	snprintf(filter, sizeof(filter), "%s/filter", e->name);
	knobs_add(&m->knobs, "filter", e->which, e->filter, filter, msg_take(msg, 1));
	if (e->which == SOURCE_COUNTED)
		account_add(&m->account, e->event, e->place);
	else
		account_beside(&m->account, e->event, e->place);
	/* the same calls prove an event that was made again */
	if (known)
		return 0;
	canary_add(&m->canary, e->name, e->place, e->canary, decoder_kind(e->shape),
		(uint8_t)e->flags);
	if (e->which == SOURCE_COUNTED && m->info.nr_probes < ARRAY_SIZE(m->info.probes))
		snprintf(m->info.probes[m->info.nr_probes++], sizeof(m->info.probes[0]), "%s",
			e->name);
	return 0;
}

static void take_knob(struct monitor *m, struct msg *msg)
{
	const struct msg_knob *k = &msg->u.knob;
	int fd = msg_take(msg, 0);
	char object[96];

	if (!strcmp(k->name, "kprobe_profile")) {
		if (m->knobs.kprobes)
			m->account.profile = fd;
		else
			close(fd);
		return;
	}
	if (!strcmp(k->name, "memory")) {
		for (size_t i = 0; i < MONITOR_GAUGES; i++) {
			if (m->memory[i] < 0) {
				m->memory[i] = fd;
				return;
			}
		}
	}
	if (k->which == 2)
		snprintf(object, sizeof(object), "%s", k->name);
	else
		snprintf(object, sizeof(object), "instances/%.50s%s/%.24s", m->run.run,
			k->which ? "_side" : "", k->name);
	knobs_add(&m->knobs, k->name, k->which, k->expect, object, fd);
}

static int take_message(struct monitor *m, struct msg *msg, struct fault *fault)
{
	switch (msg->kind) {
	case MSG_RUN:
		take_run(m, &msg->u.run);
		return 0;
	case MSG_LAYOUT:
		formats_layout(&m->formats, &msg->u.layout);
		return source_layout(m->source, msg->u.layout.which, msg->u.layout.text, fault);
	case MSG_EVENT:
		return monitor_take_event(m, msg, fault);
	case MSG_CPU:
		source_cpu(m->source, msg->u.cpu.which, msg->u.cpu.cpu, msg_take(msg, 0),
			msg_take(msg, 1));
		return 0;
	case MSG_KNOB:
		take_knob(m, msg);
		return 0;
	case MSG_COSTS:
		cost_take(m, &msg->u.costs);
		return 0;
	case MSG_KEEPER:
		record_take(m, msg_take(msg, 0), msg->u.keeper.pid);
		return 0;
	case MSG_HOLD:
		/* stays open as long as this process lives: that is its use */
		if (m->nr_holds < ARRAY_SIZE(m->holds))
			m->holds[m->nr_holds++] = msg_take(msg, 0);
		return 0;
	default:
		return fault_set(fault, EPROTO, "tracer", "report this", "unexpected message");
	}
}

int monitor_receive(struct monitor *m, struct fault *fault)
{
	struct msg *msg = mem_new(1, sizeof(*msg));
	int err;

	m->begin_ns = UINT64_MAX;
	daytime_begin(&m->daytime, monitor_wall_s(m) - (double)monitor_now_ns(m) / 1e9);
	info_fill(&m->info, m->config->options);
	m->snap.info = &m->info;
	account_init(&m->account);
	err = canary_init(&m->canary, fault);
	while (!err) {
		int got = msg_recv(m->sock, msg, true);

		if (got == 0)
			err = fault_set(fault, EPIPE, "tracer", "", "the tracer is gone");
		else if (got < 0)
			err = fault_set(fault, -got, "tracer",
				got == -EMFILE ? "raise the limit of open files" : "report this",
				"cannot take what the tracer hands over");
		else if (msg->kind == MSG_READY)
			break;
		else
			err = take_message(m, msg, fault);
		msg_done(msg);
	}
	free(msg);
	if (!err) {
		meddle_init(&m->meddle, &m->knobs, m->run.run);
		m->proc = proc_open("/proc", fault);
		m->users = mem_new(1, sizeof(*m->users));
		m->scanning = !m->foreign;
		err = m->proc ? 0 : -ENOENT;
	}
	return err;
}

/* What /proc tells of a task, and the texts with its process. */
static void take_ident(struct monitor *m, const struct event *event, bool calls)
{
	struct told told[TOLD_NR];
	int nr;

	record_ident(m, event);
	table_feed(m->table, event);
	if (!m->reads || event->u.ident.tid != event->u.ident.tgid)
		return;
	nr = proc_texts(m->proc, told);
	for (int i = 0; i < nr; i++) {
		record_told(m, &told[i]);
		table_tell(m->table, &told[i]);
	}
	request_exe(m, event, calls);
}

static void feed_ident(const struct event *event, void *arg)
{
	take_ident(arg, event, false);
}

void monitor_identify(struct monitor *m, uint32_t tid, uint64_t ts_ns)
{
	struct event ident[2];
	int nr;

	if (m->replay) {
		replay_ask(m, tid, ts_ns);
		return;
	}
	nr = m->foreign ? 0 : proc_identify(m->proc, tid, ts_ns, ident);
	record_asked(m, tid, ts_ns, nr);
	for (int i = 0; i < nr; i++)
		take_ident(m, &ident[i], true);
}

/* A call is whole: whose it is must be known now. */
static void count(const struct call *call, void *arg)
{
	struct monitor *m = arg;
	const char *why;

	if (call->tid && call->tid == m->run.tracer_pid)
		cost_call(&m->cost, call);
	/* under way before the start: in the account, in no row; 0 is no canary */
	if (call->ts_ns < m->begin_ns && (!call->tid || call->tid != m->canary.tid))
		return;
	if (!m->foreign && !table_knows(m->table, call->tid))
		monitor_identify(m, call->tid, call->ts_ns);
	why = table_call(m->table, call);
	if (m->replay)
		replay_called(m, call);
	audit_call(m, call);
	watch_call(m, call);
	if (m->events && (m->output || watch_listens(m)))
		events_call(m, call, why);
}

static void count_many(struct monitor *m, const struct event *event)
{
	if (!m->foreign && !table_knows(m->table, event->tid))
		monitor_identify(m, event->tid, event->ts_ns);
	table_calls(m->table, event);
}

void monitor_feed(const struct event *event, void *arg)
{
	bool of_call = event->kind <= EVENT_FAILED, own;
	struct monitor *m = arg;

	if (event->kind == EVENT_CALLS) {
		m->others++;
		count_many(m, event);
		return;
	}
	own = m->replay ? replay_own(m, event) : canary_feed(&m->canary, event);
	if (own && !m->canary_ns && m->canary.tid)
		m->canary_ns = event->ts_ns;
	if (own && m->foreign) {
		record_own(m, event->tid);
		table_own(m->table, event->tid);
	}
	m->others += event->tid != m->canary.tid;
	join_feed(m->join, event);
	if (!of_call) {
		record_task(m, event);
		if (m->replay)
			replay_before(m, event);
		audit_before(m, event);
		events_stack(m, event->tid, table_feed(m->table, event));
		audit_feed(m, event);
	}
	events_feed(m, event);
}

bool monitor_drain(struct monitor *m, bool final)
{
	int budget = m->view.facts & fact_mask("site") ? SCAN_LITTLE : SCAN_BUDGET;
	uint64_t now_ns;
	bool more;

	monitor_suspended(m);
	/* who lives since before the start: bit by bit, so that the first screen comes at once */
	if (m->scanning)
		m->scanning = proc_scan(m->proc, budget, feed_ident, m) > 0;
	more = source_drain(m->source, final, monitor_feed, m);
	now_ns = monitor_now_ns(m);
	record_settle(m, now_ns);
	join_settle(m->join, now_ns);
	if (m->events)
		events_write(m);
	audit_names(m, false);
	if (m->ui)
		snapshot_ready(&m->snap, m->table);
	if (source_counts(m->source)->fill > m->fill)
		m->fill = source_counts(m->source)->fill;
	return more;
}

static int arm_fault(struct monitor *m, struct fault *fault)
{
	const struct canary_shot *shot = canary_wrong(&m->canary);
	struct notice notice;

	if (shot)
		return fault_set(fault, 0, shot->place, "try --probe=tracepoint, and report this",
			"the probe %s delivers wrong arguments on this kernel", shot->name);
	shot = canary_silent(&m->canary);
	knobs_look(&m->knobs);
	if (knobs_off(&m->knobs, &notice))
		return fault_set(fault, 0, notice.object, notice.remedy,
			"the probe %s is armed but does not fire: %s", shot ? shot->name : "",
			notice.text);
	return fault_set(fault, 0, shot ? shot->place : "", "see the kernel log",
		"the probe %s is armed but does not fire", shot ? shot->name : "");
}

int monitor_arm(struct monitor *m, struct fault *fault)
{
	uint64_t until = monitor_clock_ns() + ARM_WAIT_NS;

	canary_fire(&m->canary, monitor_now_ns(m));
	for (;;) {
		struct pollfd fds[] = {{m->sock, 0, 0}, {m->signals, POLLIN, 0}};

		source_drain(m->source, false, monitor_feed, m);
		if (canary_wrong(&m->canary))
			return arm_fault(m, fault);
		if (!canary_silent(&m->canary))
			break;
		if (monitor_clock_ns() > until)
			return arm_fault(m, fault);
		poll(fds, ARRAY_SIZE(fds), ARM_POLL_MS);
		if (fds[0].revents)
			return fault_set(fault, EPIPE, "tracer", "", "the tracer is gone");
		if (fds[1].revents) {
			m->stop = true;
			break;
		}
	}
	monitor_begin(m, monitor_now_ns(m));
	self_begin(m, m->begin_ns);
	monitor_fold(m);
	record_begin(m);
	return 0;
}

void monitor_release(struct monitor *m)
{
	while (m->nr_holds)
		close(m->holds[--m->nr_holds]);
	source_close(m->source);
	account_done(&m->account);
	knobs_done(&m->knobs);
}

void monitor_done(struct monitor *m)
{
	record_free(m->record);
	formats_done(&m->formats);
	metrics_free(m->metrics);
	output_free(m->output);
	ui_free(m->ui);
	canvas_done(&m->canvas);
	snapshot_done(&m->snap);
	monitor_model_done(m);
	free(m->exe_asks);
	maps_done(&m->maps);
	account_done(&m->account);
	self_done(&m->self);
	canary_done(&m->canary);
	knobs_done(&m->knobs);
	proc_close(m->proc);
	daytime_done(&m->daytime);
	if (m->users)
		users_done(m->users);
	free(m->users);
	replay_free(m->replay);
	free(m->watched);
	free(m->polled);
}
