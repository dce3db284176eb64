/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/setup.h"
#include "model/event.h"
#include "tracer/why.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* the kernel's default loses most returns of many threads that sleep in the call */
#define RETURN_INSTANCES 4096
#define DEFAULT_KB       8192
#define ALWAYS           "call" /* counts alone need it */
#define SIDE_KB          1024
#define LEAST_KB         64

/* Calls of the same kind: what one event of a kind gives, another need not. */
static uint32_t kind_of(uint32_t flags)
{
	return flags & (EVENT_PKEY | EVENT_RELATED);
}

static bool has_event(const struct setup *setup, const char *name)
{
	for (unsigned int i = 0; i < setup->nr_events; i++)
		if (!strcmp(setup->events[i].probe->name, name))
			return true;
	return false;
}

/* What the events of probe's kind of calls tell, on 32-bit or native ways in alike. */
static uint32_t given_to(const struct setup *setup, const struct probe *probe)
{
	uint32_t mask = 0;

	for (unsigned int i = 0; i < setup->nr_events; i++)
		if (kind_of(setup->events[i].probe->flags) == kind_of(probe->flags))
			mask |= setup->events[i].gives;
	return mask;
}

/* Only what is shown is paid for. machine: the native one, NULL where events exist. */
static bool is_wanted(
	const struct setup *setup, const struct probe *probe, const struct machine *machine)
{
	uint32_t only = fact_masks(probe->only);

	if (has_event(setup, probe->name))
		return false;
	if (probe->kind == PROBE_TASK)
		return true;
	if (probe->with)
		return has_event(setup, probe->with);
	if ((setup->wanted & only) != only || fact_masks(probe->unless) & setup->wanted)
		return false;
	return probe_facts(probe, machine, setup->wanted) & setup->wanted & ~given_to(setup, probe);
}

static struct setup_event *event_add(
	struct setup *setup, const struct probe *probe, unsigned int which, uint32_t gives)
{
	struct setup_event *e = &setup->events[setup->nr_events++];

	assert(setup->nr_events <= SETUP_MAX_EVENTS);
	*e = (struct setup_event){.probe = probe,
		.which = which,
		.flags = probe->flags,
		.gives = gives,
		.cost_ns = NAN};
	return e;
}

bool setup_whole(const struct setup *setup)
{
	return has_event(setup, "mprotect_whole");
}

/* The time needs both ends of a call. */
static void sum_given(struct setup *setup)
{
	setup->given = 0;
	for (unsigned int i = 0; i < setup->nr_events; i++)
		setup->given |= setup->events[i].gives;
	setup->given |= fact_covered(setup->given);
	if (!(setup->given & fact_mask("ret")))
		setup->given &= ~fact_mask("duration");
}

/* Where and how a dynamic event is to be made. */
struct spot {
	char name[64];
	char symbol[64];
	char fetch[FIXUP_FETCH_SIZE];
	unsigned int which;
	unsigned int instances; /* of a return */
	uint32_t flags, gives;
};

/* -ENOENT: this kernel has no such symbol. */
static int add_dynamic(struct setup *setup, struct tracing *tracing, const struct probe *probe,
	const struct spot *spot, struct fault *fault)
{
	struct setup_event *e;
	char event[128];
	int err;

	/* kprobe_profile shows no group: the event's name has to be unique too */
	snprintf(event, sizeof(event), "m%s_%s", tracing->run + strlen(TRACING_PREFIX), spot->name);
	err = tracing_kprobe(tracing, event, spot->symbol, spot->fetch, spot->instances, fault);
	if (err)
		return err;
	e = event_add(setup, probe, spot->which, spot->gives);
	e->flags |= spot->flags;
	snprintf(e->name, sizeof(e->name), "%s", spot->name);
	snprintf(e->system, sizeof(e->system), "%s", tracing->run);
	snprintf(e->event, sizeof(e->event), "%.63s", event);
	snprintf(e->place, sizeof(e->place), "%s", spot->symbol);
	return 0;
}

static unsigned int instance_of(const struct probe *probe)
{
	return probe->filter || probe->kind == PROBE_TASK ? TRACING_SIDE : TRACING_COUNTED;
}

/* One probe on one way into the kernel. */
static int add_kprobe(struct setup *setup, struct tracing *tracing, const struct probe *probe,
	const struct machine *machine, struct fault *fault)
{
	struct spot spot = {.which = instance_of(probe),
		.instances = probe->kind == PROBE_KPROBE ? 0 : RETURN_INSTANCES,
		.flags = machine->compat ? EVENT_COMPAT : 0,
		.gives = probe_facts(probe, machine, setup->wanted)};

	probe_symbol(probe, machine, spot.symbol, sizeof(spot.symbol));
	probe_fetch(probe, machine, setup->wanted, spot.fetch, sizeof(spot.fetch));
	probe_name(probe, machine, spot.name, sizeof(spot.name));
	if (!spot.fetch[0])
		return -ENOENT;
	return add_dynamic(setup, tracing, probe, &spot, fault);
}

/* What a call does to each mapping. A kernel where that cannot be had is no error, and is not tried
 * again: each time would make an instance. */
static int add_fixup(struct setup *setup, struct tracing *tracing, const struct probe *probe)
{
	struct spot spot = {.which = instance_of(probe), .gives = fact_masks(probe->gives)};
	int err = 0;

	if (setup->no_fixup.what[0])
		return -ENOENT;
	snprintf(spot.name, sizeof(spot.name), "%s", probe->name);
	snprintf(spot.symbol, sizeof(spot.symbol), "%s", probe->place);
	if (probe->kind == PROBE_FAILED) {
		spot.instances = RETURN_INSTANCES;
		probe_fetch(probe, NULL, 0, spot.fetch, sizeof(spot.fetch));
	} else {
		err = fixup_find(&setup->fixup, tracing, &setup->no_fixup);
		if (!err)
			fixup_fetch(&setup->fixup, spot.fetch, sizeof(spot.fetch));
	}
	if (!err && setup->fixup.how)
		err = add_dynamic(setup, tracing, probe, &spot, &setup->no_fixup);
	return err;
}

/* A kernel that has no such function is no error. */
static void add_inner(struct setup *setup, struct tracing *tracing, const struct probe *probe)
{
	struct spot spot = {.which = instance_of(probe), .gives = fact_masks(probe->gives)};
	struct fault refused;

	snprintf(spot.name, sizeof(spot.name), "%s", probe->name);
	snprintf(spot.symbol, sizeof(spot.symbol), "%s", probe->place);
	probe_fetch(probe, NULL, 0, spot.fetch, sizeof(spot.fetch));
	add_dynamic(setup, tracing, probe, &spot, &refused);
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
		if ((m->older && done) || (m->compat && probe->native))
			continue;
		err = add_kprobe(setup, tracing, probe, m, &why);
		/* one that the kernel lets nobody probe is as good as none */
		if (err && err != -ENOENT && err != -EINVAL && err != -EILSEQ) {
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

static void add_existing(struct setup *setup, const struct probe *probe)
{
	struct setup_event *e = event_add(
		setup, probe, instance_of(probe), probe_facts(probe, NULL, setup->wanted));
	const char *slash = strchr(probe->place, '/');

	snprintf(e->name, sizeof(e->name), "%s", probe->name);
	snprintf(e->system, sizeof(e->system), "%.*s", (int)(slash - probe->place), probe->place);
	snprintf(e->event, sizeof(e->event), "%s", slash + 1);
	snprintf(e->place, sizeof(e->place), "%s", probe->place);
}

/* One row, where the kernel takes it. */
static int make_kprobe(struct setup *setup, struct tracing *tracing, const struct probe *probe,
	const char *machine, struct fault *fault)
{
	struct fault refused;

	if (probe->kind >= PROBE_TRACEPOINT ||
		!is_wanted(setup, probe, machine_next(machine, NULL)))
		return 0;
	if (probe->kind == PROBE_FIXUP || probe->kind == PROBE_FAILED) {
		add_fixup(setup, tracing, probe);
		return 0;
	}
	if (probe->kind == PROBE_INNER) {
		add_inner(setup, tracing, probe);
		return 0;
	}
	if (probe->kind == PROBE_WHOLE) {
		/* older kernels refuse the arguments; rows behind it do without */
		if (!setup->no_whole && add_kprobes(setup, tracing, probe, machine, &refused))
			setup->no_whole = true;
		return 0;
	}
	return add_kprobes(setup, tracing, probe, machine, fault);
}

static int make_existing(
	struct setup *setup, struct tracing *tracing, enum probe_kind kind, struct fault *fault)
{
	for (const struct probe *p = probes; p->name; p++) {
		char file[160];

		if (p->kind != kind || !is_wanted(setup, p, NULL))
			continue;
		snprintf(file, sizeof(file), "events/%s", p->place);
		if (tracing_exists(tracing, file)) {
			add_existing(setup, p);
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

static int make_kprobes(struct setup *setup, struct tracing *tracing, struct fault *fault)
{
	struct utsname uts;

	if (!tracing_exists(tracing, "kprobe_events"))
		return why_source(tracing->dir, "kprobe", fault) ?: -ENOENT;
	if (uname(&uts))
		return fault_set(fault, errno, "uname", "", "cannot tell the machine");
	for (const struct probe *p = probes; p->name; p++) {
		int err = make_kprobe(setup, tracing, p, uts.machine, fault);

		if (err)
			return err;
	}
	make_existing(setup, tracing, PROBE_BESIDE, fault);
	setup->source = "kprobe";
	setup->compat_visible = true;
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

static int check_enabled(const struct tracing *tracing, const char *source, struct fault *fault)
{
	if (!strcmp(source, "tracepoint") || !tracing_exists(tracing, "kprobe_events"))
		return 0;
	return why_ftrace_off(fault);
}

static void setup_want(struct setup *setup, uint32_t wanted)
{
	setup->wanted |= wanted | fact_mask(ALWAYS);
	/* a change counts where the call that made it did not fail; a time has two ends */
	if (setup->wanted & (fact_mask("old") | fact_mask("duration")))
		setup->wanted |= fact_mask("ret");
	/* and its range tells that the change is its own */
	if (setup->wanted & fact_mask("old"))
		setup->wanted |= fact_mask("asked");
}

/* Before anybody looks at them. */
static int set_filters(
	const struct setup *setup, struct tracing *tracing, unsigned int first, struct fault *fault)
{
	int err = 0;

	for (unsigned int i = first; i < setup->nr_events && !err; i++) {
		const struct setup_event *e = &setup->events[i];

		if (e->probe->filter)
			err = tracing_filter(
				tracing, e->which, e->system, e->event, e->probe->filter, fault);
	}
	return err;
}

int setup_make(struct setup *setup, struct tracing *tracing, const char *source, uint32_t wanted,
	size_t buffer_kb, struct fault *fault)
{
	size_t kb, side_kb, got;
	int err;

	*setup = (struct setup){0};
	setup_want(setup, wanted);
	err = why_source(tracing->dir, NULL, fault);
	if (!err)
		err = check_enabled(tracing, source, fault);
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
	sum_given(setup);
	if (!err)
		err = set_filters(setup, tracing, 0, fault);
	return err;
}

int setup_more(struct setup *setup, struct tracing *tracing, uint32_t wanted, struct fault *fault)
{
	unsigned int first = setup->nr_events;
	int err;

	setup_want(setup, wanted);
	if (!strcmp(setup->source, "kprobe"))
		err = make_kprobes(setup, tracing, fault);
	else
		err = make_tracepoints(setup, tracing, fault);
	sum_given(setup);
	if (!err)
		err = set_filters(setup, tracing, first, fault);
	return err;
}

/* The own call that pays for an event; 32-bit ones are not made. */
static const char *priced_by(const struct setup_event *e)
{
	const char *call = e->probe->canary ? e->probe->canary : e->probe->priced;

	return call && !(e->flags & EVENT_COMPAT) ? call : "";
}

static int arm(
	struct setup_event *e, struct tracing *tracing, struct price *price, struct fault *fault)
{
	int err;

	price_before(price, priced_by(e));
	err = tracing_enable(tracing, e->which, e->system, e->event, fault);
	if (!err)
		e->cost_ns = price_after(price);
	return err;
}

int setup_arm(struct setup *setup, struct tracing *tracing, unsigned int first, struct price *price,
	struct fault *fault)
{
	if (first == setup->nr_events)
		return 0;
	price_begin(price);
	for (int which = TRACING_SIDE; which >= TRACING_COUNTED; which--) {
		for (unsigned int i = first; i < setup->nr_events; i++) {
			struct setup_event *e = &setup->events[i];
			int err;

			if (e->which != (unsigned int)which)
				continue;
			err = arm(e, tracing, price, fault);
			if (err)
				return err;
		}
	}
	price_sum(price);
	return 0;
}
