/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recorder.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "model/task.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESERVE    (512 * 1024) /* what a full disk leaves to put the file together */
#define WORK_BYTES (1024 * 1024)
#define BEAT_NS    UINT64_C(500000000)
#define BEAT_MS    500

static struct record *record_new(struct monitor *m)
{
	struct record *r = mem_new(1, sizeof(*r));

	r->m = m;
	r->keeper = r->file = r->depot.fd = -1;
	for (unsigned int i = 0; i < RECORD_USERS; i++)
		r->users[i] = EVENT_NO_ID;
	return r;
}

void record_free(struct record *r)
{
	if (!r)
		return;
	if (r->m->source && r->state != RECORD_OPENING)
		source_tap(r->m->source, NULL);
	/* what has no name yet is removed by that */
	if (r->keeper >= 0)
		close(r->keeper);
	if (r->file >= 0)
		close(r->file);
	if (r->state == RECORD_SAVING || r->state == RECORD_NAMING)
		datout_done(&r->dat);
	depot_done(&r->depot);
	buf_done(&r->bytes);
	buf_done(&r->list);
	buf_done(&r->settings);
	free(r->nr_records);
	free(r->pulled);
	free(r->left_out);
	free(r->ends);
	free(r);
}

static void tell(struct record *r, const struct fault *fault)
{
	struct notice notice = {.cause = "recording"};

	snprintf(notice.object, sizeof(notice.object), "%.127s", fault->object);
	snprintf(notice.text, sizeof(notice.text), "%.150s%s%.38s", fault->what,
		fault->err ? ": " : "", fault->err ? strerror(fault->err) : "");
	snprintf(notice.remedy, sizeof(notice.remedy), "%.191s", fault->remedy);
	monitor_notice(r->m, &notice);
}

/* It is over; one that was given on the command line and failed makes the run fail. */
static void over(struct monitor *m)
{
	struct record *r = m->record;

	if (r->fault.what[0] && r->given)
		m->write_fault = r->fault;
	m->record = NULL;
	record_free(r);
}

static void refused(struct monitor *m, const struct fault *fault)
{
	struct record *r = m->record;

	r->fault = *fault;
	/* before the start it is what the run fails of */
	if (m->begin_ns != UINT64_MAX)
		tell(r, fault);
	over(m);
}

void record_fail(struct record *r, int err, const char *what)
{
	if (r->state != RECORD_RUNNING)
		return;
	fault_set(&r->fault, -err, r->path,
		err == -ENOSPC ? "make room; what was recorded so far opens"
			       : "what was recorded so far opens",
		"%s", what);
	r->full = err == -ENOSPC;
	r->state = RECORD_FAILED;
}

void record_take(struct monitor *m, int keeper, uint32_t pid)
{
	if (!m->foreign)
		table_own(m->table, pid);
	if (!m->record) {
		m->record = record_new(m);
		m->record->given = true;
		snprintf(m->record->path, sizeof(m->record->path), "%s",
			m->config->options->write ? m->config->options->write : "");
	}
	if (m->record->keeper >= 0)
		close(keeper);
	else
		m->record->keeper = keeper;
	m->record->keeper_pid = pid;
}

/* The keeper has made both files. */
static void begin(struct monitor *m, struct msg *msg)
{
	struct page_layout layout = *source_page_layout(m->source, 0);
	struct record *r = m->record;
	unsigned int which, cpu;

	/* a limit of file sizes is an error like another */
	sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	r->file = msg_take(msg, 0);
	while (source_stream_is(m->source, r->nr_streams, &which, &cpu, NULL, 0))
		r->nr_streams++;
	if (layout.size < source_page_layout(m->source, 1)->size)
		layout.size = source_page_layout(m->source, 1)->size;
	if (layout.size > RECORD_PAGE)
		layout.size = RECORD_PAGE;
	depot_init(&r->depot, msg_take(msg, 1), r->nr_streams + 2, &layout);
	r->nr_records = mem_new(r->nr_streams, sizeof(*r->nr_records));
	r->pulled = mem_new(r->nr_streams, sizeof(*r->pulled));
	r->left_out = mem_new(r->nr_streams, sizeof(*r->left_out));
	if (fallocate(r->file, FALLOC_FL_KEEP_SIZE, 0,
		    RESERVE + (off_t)r->depot.nr_streams * r->depot.chunk) &&
		errno == ENOSPC) {
		struct fault fault = {0};

		fault_set(&fault, ENOSPC, r->path, "make room", "cannot begin the recording");
		refused(m, &fault);
		return;
	}
	r->state = RECORD_RUNNING;
	record_trail_begin(r);
	if (m->ui && r->late) {
		char text[256];

		snprintf(text, sizeof(text), "recording to %.200s", r->path);
		ui_tell(m->ui, text);
	}
}

static void named(struct monitor *m, const struct fault *fault)
{
	struct record *r = m->record;
	char text[256], size[FMT_SIZE];

	if (fault->what[0]) {
		refused(m, fault);
		return;
	}
	if (m->ui) {
		snprintf(text, sizeof(text), "recorded %s to %.200s",
			fmt_bytes(size, datout_size(&r->dat)), r->path);
		ui_tell(m->ui, text);
	}
	over(m);
}

static void lost_keeper(struct monitor *m)
{
	struct fault fault = {0};

	fault_set(&fault, 0, m->record->path, "start another recording",
		"the process that keeps the recording was killed");
	refused(m, &fault);
}

int record_socket(const struct monitor *m)
{
	return m->record ? m->record->keeper : -1;
}

/* The keeper's descriptors came and found no room. */
static void no_room(struct monitor *m)
{
	struct fault fault;

	fault_set(&fault, EMFILE, m->record->path,
		"raise the limit of open files: ulimit -Hn (LimitNOFILE= in a unit)",
		"cannot make the recording");
	refused(m, &fault);
}

void record_answered(struct monitor *m)
{
	struct msg *msg = mem_new(1, sizeof(*msg));
	int got = m->record ? msg_recv(m->record->keeper, msg, false) : -EAGAIN;

	if (got == 0 || got == -EPROTO)
		lost_keeper(m);
	else if (got == -EMFILE)
		no_room(m);
	else if (got > 0 && msg->kind == MSG_FILES && m->record->state == RECORD_OPENING)
		begin(m, msg);
	else if (got > 0 && msg->kind == MSG_KEPT && m->record->state == RECORD_NAMING)
		named(m, &msg->u.done.fault);
	else if (got > 0 && msg->kind == MSG_KEPT)
		refused(m, &msg->u.done.fault);
	if (got > 0)
		msg_done(msg);
	free(msg);
}

int record_start(struct monitor *m, struct fault *fault)
{
	while (m->record && m->record->state == RECORD_OPENING) {
		struct pollfd fds[] = {{m->record->keeper, POLLIN, 0}, {m->signals, POLLIN, 0}};

		poll(fds, ARRAY_SIZE(fds), -1);
		if (fds[1].revents)
			return 0;
		if (fds[0].revents)
			record_answered(m);
	}
	if (!m->write_fault.what[0])
		return 0;
	*fault = m->write_fault;
	return fault->err ? -fault->err : -EINVAL;
}

void record_ask(struct monitor *m, const char *name)
{
	struct msg_open msg = {.name = ""};

	if (m->record || m->tracer_gone)
		return;
	m->record = record_new(m);
	m->record->late = true;
	snprintf(m->record->path, sizeof(m->record->path), "%s", name);
	snprintf(msg.name, sizeof(msg.name), "%s", name);
	msg_send(m->sock, MSG_OPEN, &msg, sizeof(msg), NULL, 0);
}

void record_refused(struct monitor *m, const struct fault *fault)
{
	if (m->record && m->record->state == RECORD_OPENING)
		refused(m, fault);
}

void record_stop(struct monitor *m)
{
	struct record *r = record_running(m);

	if (!r)
		return;
	r->cut = true;
	record_save(r);
}

void record_key(struct monitor *m, const char *name)
{
	if (m->replay)
		ui_tell(m->ui, "this is a recording already");
	else if (m->tracer_gone)
		ui_tell(m->ui, "tracing has ended");
	else if (record_running(m))
		record_stop(m);
	else if (m->record)
		ui_tell(m->ui, "the recording before is still being written");
	else if (name[0])
		record_ask(m, name);
}

/* All of it is in the file. */
static void name(struct record *r)
{
	r->state = RECORD_NAMING;
	msg_send(r->keeper, MSG_KEEP, NULL, 0, NULL, 0);
}

static void save_some(struct record *r)
{
	int got = datout_write(&r->dat, WORK_BYTES);

	/* gives back what was reserved */
	if (got == 0 && ftruncate(r->file, (off_t)datout_size(&r->dat)))
		got = -errno;
	if (got == 0) {
		name(r);
	} else if (got < 0) {
		fault_set(&r->fault, -got, r->path, "make room; what fitted opens",
			"cannot write all of the recording");
		tell(r, &r->fault);
		r->full = true;
		if (datout_cut(&r->dat))
			r->state = RECORD_OVER;
		else
			name(r);
	}
}

bool record_work(struct monitor *m)
{
	struct record *r = m->record;

	if (r && r->state == RECORD_FAILED) {
		tell(r, &r->fault);
		r->cut = true;
		record_save(r);
	} else if (r && r->state == RECORD_SAVING) {
		save_some(r);
	}
	if (r && r->state == RECORD_OVER) {
		over(m);
		r = NULL;
	}
	return r && r->state == RECORD_SAVING;
}

/* A tracer that was told to end waits as long as this goes on. */
static void beat(struct monitor *m, uint64_t *at_ns)
{
	uint64_t now_ns = monitor_clock_ns();

	if (now_ns - *at_ns < BEAT_NS)
		return;
	*at_ns = now_ns;
	if (!m->tracer_gone)
		msg_try_send(m->sock, MSG_SAVING, NULL, 0, NULL, 0);
}

int record_end(struct monitor *m, struct fault *fault)
{
	uint64_t at_ns = 0;

	if (m->record && m->record->state == RECORD_RUNNING)
		record_save(m->record);
	/* where the tracer is gone the guard would not wait for that */
	if (m->record && m->record->state == RECORD_SAVING)
		monitor_release(m);
	while (m->record && m->record->state != RECORD_OPENING) {
		struct pollfd keeper = {m->record->keeper, POLLIN, 0};

		beat(m, &at_ns);
		if (!record_work(m) && m->record && m->record->state == RECORD_NAMING &&
			poll(&keeper, 1, BEAT_MS) > 0)
			record_answered(m);
	}
	if (!m->write_fault.what[0])
		return 0;
	*fault = m->write_fault;
	return fault->err ? -fault->err : -EINVAL;
}

uint64_t record_size(const struct monitor *m)
{
	return m->record && m->record->state == RECORD_RUNNING ? depot_total(&m->record->depot) + 1
							       : 0;
}
