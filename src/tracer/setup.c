/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/setup.h"
#include "model/event.h"
#include "tracer/why.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define DEFAULT_KB 8192
#define SIDE_KB    1024
#define LEAST_KB   64

static struct setup_event *event_add(
	struct setup *setup, const struct probe *probe, unsigned int which)
{
	struct setup_event *e = &setup->events[setup->nr_events++];

	assert(setup->nr_events <= SETUP_MAX_EVENTS);
	*e = (struct setup_event){.probe = probe, .which = which, .flags = probe->flags};
	return e;
}

/* One probe on one way into the kernel; -ENOENT: this kernel has no such symbol. */
static int add_kprobe(struct setup *setup, struct tracing *tracing, const struct probe *probe,
	const struct machine *machine, struct fault *fault)
{
	char symbol[64], fetch[160], name[64], event[128];
	struct setup_event *e;
	int err;

	probe_symbol(probe, machine, symbol, sizeof(symbol));
	probe_fetch(probe, machine, fetch, sizeof(fetch));
	probe_name(probe, machine, name, sizeof(name));
	/* kprobe_profile shows no group: the event's name has to be unique too */
	snprintf(event, sizeof(event), "%s_%s", tracing->run + strlen(TRACING_PREFIX), name);
	memmove(event + 1, event, strlen(event) + 1);
	event[0] = 'm';
	err = tracing_kprobe(tracing, event, symbol, fetch, fault);
	if (err)
		return err;
	e = event_add(setup, probe, TRACING_COUNTED);
	e->flags |= machine->compat ? EVENT_COMPAT : 0;
	snprintf(e->name, sizeof(e->name), "%s", name);
	snprintf(e->system, sizeof(e->system), "%s", tracing->run);
	snprintf(e->event, sizeof(e->event), "%.63s", event);
	snprintf(e->place, sizeof(e->place), "%s", symbol);
	return 0;
}

/* A probe on each way into the kernel that this machine has. */
static int add_kprobes(struct setup *setup, struct tracing *tracing, const struct probe *probe,
	const char *machine, struct fault *fault)
{
	const struct machine *m = NULL;
	struct fault why = {0};
	bool done = false, any = false;
	int err;

	while ((m = machine_next(machine, m))) {
		if (m->older && done)
			continue;
		err = add_kprobe(setup, tracing, probe, m, &why);
		if (err && err != -ENOENT) {
			*fault = why;
			return err;
		}
		done = !err;
		any |= done && !m->compat;
	}
	if (any || !probe->needed)
		return 0;
	if (why.object[0]) {
		*fault = why;
		return -ENOENT;
	}
	return fault_set(
		fault, 0, machine, "use --probe=tracepoint", "no kprobe is known for this machine");
}

static void add_existing(struct setup *setup, const struct probe *probe, unsigned int which)
{
	struct setup_event *e = event_add(setup, probe, which);
	const char *slash = strchr(probe->place, '/');

	snprintf(e->name, sizeof(e->name), "%s", probe->name);
	snprintf(e->system, sizeof(e->system), "%.*s", (int)(slash - probe->place), probe->place);
	snprintf(e->event, sizeof(e->event), "%s", slash + 1);
	snprintf(e->place, sizeof(e->place), "%s", probe->place);
}

static int make_kprobes(struct setup *setup, struct tracing *tracing, struct fault *fault)
{
	struct utsname uts;
	int err;

	if (!tracing_exists(tracing, "kprobe_events"))
		return why_source(tracing->dir, "kprobe", fault) ?: -ENOENT;
	if (uname(&uts))
		return fault_set(fault, errno, "uname", "", "cannot tell the machine");
	for (const struct probe *p = probes; p->name; p++) {
		if (p->kind != PROBE_KPROBE)
			continue;
		err = add_kprobes(setup, tracing, p, uts.machine, fault);
		if (err)
			return err;
	}
	setup->source = "kprobe";
	setup->compat_visible = true;
	return 0;
}

static int make_existing(
	struct setup *setup, struct tracing *tracing, enum probe_kind kind, struct fault *fault)
{
	for (const struct probe *p = probes; p->name; p++) {
		char file[160];

		if (p->kind != kind)
			continue;
		snprintf(file, sizeof(file), "events/%s", p->place);
		if (tracing_exists(tracing, file)) {
			add_existing(setup, p, kind == PROBE_TASK ? TRACING_SIDE : TRACING_COUNTED);
			continue;
		}
		if (!p->needed)
			continue;
		return why_source(tracing->dir, "tracepoint", fault)
			       ?: fault_set(fault, ENOENT, file, "use --probe=kprobe",
					  "the kernel has no such event");
	}
	return 0;
}

static int make_tracepoints(struct setup *setup, struct tracing *tracing, struct fault *fault)
{
	int err = make_existing(setup, tracing, PROBE_TRACEPOINT, fault);

	if (err)
		return err;
	setup->source = "tracepoint";
	/* arch_trace_is_compat_syscall(): their events are not made */
	setup->compat_visible = false;
	return 0;
}

int setup_source(
	struct setup *setup, struct tracing *tracing, const char *source, struct fault *fault)
{
	int err;

	if (!strcmp(source, "kprobe"))
		return make_kprobes(setup, tracing, fault);
	if (!strcmp(source, "tracepoint"))
		return make_tracepoints(setup, tracing, fault);
	err = make_kprobes(setup, tracing, &setup->no_kprobe);
	if (!err)
		return 0;
	setup->nr_events = 0;
	err = make_tracepoints(setup, tracing, fault);
	if (!err)
		return 0;
	/* neither: one line that tells both */
	if (!why_source(tracing->dir, NULL, fault))
		*fault = setup->no_kprobe;
	return err;
}

static size_t mem_available_kb(void)
{
	char line[128];
	FILE *f = fopen("/proc/meminfo", "re");
	size_t kb = 0;

	while (f && !kb && fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %zu", &kb) != 1)
			kb = 0;
	if (f)
		fclose(f);
	return kb;
}

/* What a CPU gets: as asked, where memory allows; else a small share of what is there. */
static int choose_kb(size_t asked, size_t *kb, size_t *side_kb, struct fault *fault)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t have = mem_available_kb(), share;
	char text[96];

	if (cpus < 1)
		cpus = 1;
	share = have / 16 / (size_t)cpus;
	if (share < LEAST_KB)
		share = LEAST_KB;
	*kb = asked ? asked : share < DEFAULT_KB ? share : DEFAULT_KB;
	*side_kb = share < SIDE_KB ? share : SIDE_KB;
	if (!have || (*kb + *side_kb) * (size_t)cpus <= have / 2)
		return 0;
	snprintf(text, sizeof(text), "%zu KiB for each of %ld CPUs", *kb, cpus);
	return fault_set(fault, ENOMEM, text, "take a smaller --buffer-size",
		"the buffers would take more than half of the available memory");
}

int setup_make(struct setup *setup, struct tracing *tracing, const char *source, size_t buffer_kb,
	struct fault *fault)
{
	size_t kb, side_kb, got;
	int err;

	*setup = (struct setup){0};
	err = why_source(tracing->dir, NULL, fault);
	if (!err)
		err = choose_kb(buffer_kb, &kb, &side_kb, fault);
	/* first: their locks tell other runs that the events are not garbage */
	if (!err)
		err = tracing_instance(tracing, TRACING_COUNTED, kb, &setup->buffer_kb, fault);
	if (!err)
		err = tracing_instance(tracing, TRACING_SIDE, side_kb, &got, fault);
	if (!err)
		err = setup_source(setup, tracing, source, fault);
	if (!err)
		err = make_existing(setup, tracing, PROBE_TASK, fault);
	return err;
}

int setup_arm(const struct setup *setup, struct tracing *tracing, struct fault *fault)
{
	for (int which = TRACING_SIDE; which >= TRACING_COUNTED; which--) {
		for (unsigned int i = 0; i < setup->nr_events; i++) {
			const struct setup_event *e = &setup->events[i];
			int err;

			if (e->which != (unsigned int)which)
				continue;
			err = tracing_enable(tracing, e->which, e->system, e->event, fault);
			if (err)
				return err;
		}
	}
	return 0;
}
