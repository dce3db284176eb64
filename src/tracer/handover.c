/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/handover.h"
#include "base/mem.h"
#include "base/msg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Settings that others can change, and that change what our figures mean. */
static const struct knob {
	const char *name;   /* what the monitor calls it */
	const char *file;   /* in both instances; absolute: anywhere */
	const char *expect; /* its text while all is well; NULL: as it is now */
	int flags;
} knobs[] = {
	{"tracing_on", "tracing_on", "1", O_RDWR},
	{"tracing_cpumask", "tracing_cpumask", NULL, O_RDONLY},
	{"overwrite", "options/overwrite", "1", O_RDONLY},
	{"buffer_size_kb", "buffer_size_kb", NULL, O_RDONLY},
	{"buffer_subbuf_size_kb", "buffer_subbuf_size_kb", NULL, O_RDONLY},
	{"trace_clock", "trace_clock", NULL, O_RDONLY},
	{"set_event_pid", "set_event_pid", "", O_RDONLY},
	{"set_event_notrace_pid", "set_event_notrace_pid", "", O_RDONLY},
	{"ftrace_enabled", "/proc/sys/kernel/ftrace_enabled", "1", O_RDONLY},
	{"kprobes_enabled", "/sys/kernel/debug/kprobes/enabled", "1", O_RDONLY},
};

/* A monitor that stands still must not hold up the end: nothing here waits in the kernel. */
static int post(const struct handover *h, int sock, enum msg_kind kind, const void *body,
	size_t len, const int *fds, unsigned int nr)
{
	int err;

	while ((err = msg_try_send(sock, kind, body, len, fds, nr)) == -EAGAIN && h->wait) {
		err = h->wait(h->arg);
		if (err)
			return err;
	}
	return err;
}

static int send_fault(int err, const char *what, struct fault *fault)
{
	if (err == -EINTR)
		return fault_set(fault, 0, "it was told to end meanwhile",
			"see who stopped it, and start mprottop again",
			"the monitor process does not take what it is handed over");
	return fault_set(fault, -err, what, "see whether the monitor was killed",
		"cannot hand over to the monitor");
}

static int send_run(const struct handover *h, int sock, struct fault *fault)
{
	struct msg_run run = {.compat_visible = h->setup->compat_visible,
		.tracer_pid = (uint32_t)getpid(),
		.guard_pid = (uint32_t)h->guard,
		.cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN),
		.buffer_bytes = (uint64_t)h->setup->buffer_kb * 1024,
		.facts = h->setup->given,
		.whole = setup_whole(h->setup),
		.begin_ns = h->begin_ns};
	int err;

	snprintf(run.source, sizeof(run.source), "%s", h->setup->source);
	snprintf(run.run, sizeof(run.run), "%s", h->tracing->run);
	err = post(h, sock, MSG_RUN, &run, sizeof(run), NULL, 0);
	return err ? send_fault(err, "run", fault) : 0;
}

static int send_layout(const struct handover *h, unsigned int which, int sock, struct fault *fault)
{
	struct msg_layout layout = {.which = which};
	ssize_t len;
	int err;

	/* an instance's own since 6.8, when sub-buffers became adjustable */
	len = tracing_text(
		h->tracing, which, "events/header_page", layout.text, sizeof(layout.text));
	if (len < 0)
		len = tracing_text(h->tracing, TRACING_TOP, "events/header_page", layout.text,
			sizeof(layout.text));
	if (len < 0)
		return fault_set(fault, (int)-len, "events/header_page", "remount tracefs",
			"cannot read how pages are laid out");
	if (tracing_text(h->tracing, TRACING_TOP, "events/header_event", layout.event,
		    sizeof(layout.event)) < 0)
		layout.event[0] = '\0';
	err = post(h, sock, MSG_LAYOUT, &layout, sizeof(layout), NULL, 0);
	return err ? send_fault(err, "header_page", fault) : 0;
}

static int open_event(
	const struct handover *h, const struct setup_event *e, const char *name, int flags, int *fd)
{
	char file[200];

	snprintf(file, sizeof(file), "events/%s/%s/%s", e->system, e->event, name);
	*fd = tracing_file(h->tracing, e->which, file, flags);
	return *fd < 0 ? *fd : 0;
}

static int send_event(
	const struct handover *h, const struct setup_event *e, int sock, struct fault *fault)
{
	struct msg_event *m = mem_new(1, sizeof(*m));
	char file[160];
	int fds[2] = {-1, -1}, err;

	m->which = e->which;
	m->flags = e->flags;
	snprintf(m->name, sizeof(m->name), "%s", e->name);
	snprintf(m->system, sizeof(m->system), "%s", e->system);
	snprintf(m->event, sizeof(m->event), "%s", e->event);
	snprintf(m->place, sizeof(m->place), "%s", e->place);
	snprintf(m->shape, sizeof(m->shape), "%s", e->probe->shape);
	if (e->probe->canary)
		snprintf(m->canary, sizeof(m->canary), "%s", e->probe->canary);
	snprintf(m->filter, sizeof(m->filter), "%s", e->probe->filter ? e->probe->filter : "none");
	snprintf(file, sizeof(file), "events/%s/%s/format", e->system, e->event);
	err = (int)tracing_text(h->tracing, e->which, file, m->text, sizeof(m->text));
	if (err >= 0)
		err = open_event(h, e, "filter", O_RDONLY, &fds[1]);
	if (err >= 0)
		err = open_event(h, e, "enable", O_RDWR, &fds[0]);
	if (err < 0)
		err = fault_set(fault, -err, e->name,
			"another program may have removed it; try again", "cannot open the event");
	else if ((err = post(h, sock, MSG_EVENT, m, sizeof(*m), fds, 2)) && err != -EAGAIN)
		err = send_fault(err, e->name, fault);
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(m);
	return err;
}

static int send_cpu(const struct handover *h, unsigned int which, unsigned int cpu, int sock,
	struct fault *fault)
{
	struct msg_cpu m = {which, cpu};
	char raw[64], stats[64];
	int fds[2], err;

	snprintf(raw, sizeof(raw), "per_cpu/cpu%u/trace_pipe_raw", cpu);
	snprintf(stats, sizeof(stats), "per_cpu/cpu%u/stats", cpu);
	fds[0] = tracing_file(h->tracing, which, raw, O_RDONLY | O_NONBLOCK);
	/* a CPU that is possible but was never there has no buffer */
	if (fds[0] == -ENODEV || fds[0] == -ENXIO)
		return 0;
	if (fds[0] < 0)
		return fault_set(fault, -fds[0], raw, "raise the limit of open files (ulimit -n)",
			"cannot open the buffer of a CPU");
	fds[1] = tracing_file(h->tracing, which, stats, O_RDONLY);
	if (fds[1] < 0) {
		close(fds[0]);
		return fault_set(fault, -fds[1], stats, "raise the limit of open files (ulimit -n)",
			"cannot open the losses of a CPU");
	}
	err = post(h, sock, MSG_CPU, &m, sizeof(m), fds, 2);
	close(fds[0]);
	close(fds[1]);
	return err ? send_fault(err, raw, fault) : 0;
}

static int send_cpus(const struct handover *h, unsigned int which, int sock, struct fault *fault)
{
	struct dirent *entry;
	int fd = tracing_file(h->tracing, which, "per_cpu", O_RDONLY | O_DIRECTORY), err = 0;
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (!list)
		return fault_set(fault, fd < 0 ? -fd : errno, "per_cpu", "remount tracefs",
			"cannot list the CPUs");
	while (!err && (entry = readdir(list))) {
		unsigned int cpu;

		if (sscanf(entry->d_name, "cpu%u", &cpu) == 1)
			err = send_cpu(h, which, cpu, sock, fault);
	}
	closedir(list);
	return err;
}

static int send_file(const struct handover *h, unsigned int which, const char *name,
	const char *expect, int fd, int sock, struct fault *fault)
{
	struct msg_knob m = {.which = which};
	int err;

	snprintf(m.name, sizeof(m.name), "%s", name);
	snprintf(m.expect, sizeof(m.expect), "%s", expect);
	err = post(h, sock, MSG_KNOB, &m, sizeof(m), &fd, 1);
	return err ? send_fault(err, name, fault) : 0;
}

/* What cannot be opened is not watched; the canary still is. */
static int send_knob(const struct handover *h, const struct knob *k, unsigned int which, int sock,
	struct fault *fault)
{
	char now[MSG_KNOB_TEXT] = "";
	ssize_t len;
	int fd, err;

	/* the lock goes along with the descriptor that holds it */
	if (!strcmp(k->file, TRACING_LOCK))
		return send_file(
			h, which, k->name, k->expect, h->tracing->locks[which], sock, fault);
	fd = k->file[0] == '/' ? open(k->file, k->flags | O_CLOEXEC)
			       : tracing_file(h->tracing, which, k->file, k->flags);
	if (fd < 0)
		return 0;
	len = read(fd, now, sizeof(now) - 1);
	now[len > 0 ? len : 0] = '\0';
	now[strcspn(now, "\n")] = '\0';
	err = send_file(h, which, k->name, k->expect ? k->expect : now, fd, sock, fault);
	close(fd);
	return err;
}

static int send_knobs(const struct handover *h, int sock, struct fault *fault)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(knobs) && !err; i++) {
		unsigned int from = knobs[i].file[0] == '/' ? TRACING_TOP : TRACING_COUNTED;

		for (unsigned int which = from; which <= TRACING_TOP && !err; which++)
			if (which != TRACING_TOP || from == TRACING_TOP)
				err = send_knob(h, &knobs[i], which, sock, fault);
	}
	return err;
}

/* Files that tell what both processes and the probes cost. */
static int send_gauges(const struct handover *h, int sock, struct fault *fault)
{
	char path[64];
	int fd = tracing_file(h->tracing, TRACING_TOP, "kprobe_profile", O_RDONLY), err = 0;

	if (fd >= 0) {
		err = send_file(h, TRACING_TOP, "kprobe_profile", "", fd, sock, fault);
		close(fd);
	}
	for (int i = 0; i < 2 && !err; i++) {
		snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", i ? h->monitor : getpid());
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		err = send_file(h, TRACING_TOP, "memory", "", fd, sock, fault);
		close(fd);
	}
	return err;
}

static int send_hold(const struct handover *h, unsigned int which, int sock, struct fault *fault)
{
	int fd = tracing_file(h->tracing, which, "free_buffer", O_WRONLY), err;

	if (fd < 0)
		return 0;
	err = post(h, sock, MSG_HOLD, NULL, 0, &fd, 1);
	close(fd);
	return err ? send_fault(err, "free_buffer", fault) : 0;
}

int handover_costs(const struct handover *h, int sock)
{
	struct msg_costs m = {.nr = h->setup->nr_events};

	if (!h->price->page)
		return 0;
	m.call_ns = h->price->call_ns;
	m.other_ns = h->price->other_ns;
	m.inner_ns = price_inner_ns(h->price);
	m.mark = price_mark(h->price);
	for (unsigned int i = 0; i < m.nr; i++) {
		snprintf(m.events[i].event, sizeof(m.events[i].event), "%s",
			h->setup->events[i].event);
		m.events[i].ns = h->setup->events[i].cost_ns;
	}
	return post(h, sock, MSG_COSTS, &m, sizeof(m), NULL, 0);
}

int handover_send(const struct handover *h, int sock, struct fault *fault)
{
	int err = send_run(h, sock, fault);

	for (unsigned int which = TRACING_COUNTED; which < TRACING_TOP && !err; which++) {
		err = send_layout(h, which, sock, fault);
		if (!err)
			err = send_hold(h, which, sock, fault);
	}
	for (unsigned int i = 0; i < h->setup->nr_events && !err; i++)
		err = send_event(h, &h->setup->events[i], sock, fault);
	for (unsigned int which = TRACING_COUNTED; which < TRACING_TOP && !err; which++)
		err = send_cpus(h, which, sock, fault);
	if (!err)
		err = send_knobs(h, sock, fault);
	if (!err)
		err = send_gauges(h, sock, fault);
	if (err)
		return err;
	err = handover_costs(h, sock);
	if (err)
		return send_fault(err, "costs", fault);
	if (h->keeper >= 0)
		err = post(h, sock, MSG_KEEPER, &h->keeper_is, sizeof(h->keeper_is), &h->keeper, 1);
	if (!err)
		err = post(h, sock, MSG_READY, NULL, 0, NULL, 0);
	return err ? send_fault(err, "ready", fault) : 0;
}

int handover_more(const struct handover *h, unsigned int *next, int sock, struct fault *fault)
{
	int err;

	for (; *next < h->setup->nr_events; ++*next) {
		err = send_event(h, &h->setup->events[*next], sock, fault);
		/* without one that is gone already the others come, and an end of them */
		if (err == -EAGAIN || err == -EPIPE)
			return err;
	}
	err = post(h, sock, MSG_EVENTS, NULL, 0, NULL, 0);
	return err && err != -EAGAIN ? send_fault(err, "more", fault) : err;
}
