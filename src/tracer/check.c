/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tracer/check.h"
#include "base/buf.h"
#include "base/fd.h"
#include "base/mem.h"
#include "model/event.h"
#include "tracer/box.h"
#include "tracer/guard.h"
#include "tracer/setup.h"
#include "tracer/why.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define LEAST_KB  64 /* of a buffer that nothing is recorded to */
#define LIST_SIZE (64 * 1024)

enum verdict {
	WORKS,
	LACKS, /* less than it could be, not an error */
	UNSURE,
	FAILS,
};

static void line(struct buf *out, const char *what, enum verdict verdict, const char *why,
	const char *remedy)
{
	static const char *const words[] = {"yes", "part", "?", "no"};

	buf_printf(out, "%-24s %-4s  %s%s%s\n", what, words[verdict], why, remedy[0] ? "; " : "",
		remedy);
}

static void fault_line(struct buf *out, const char *what, const struct fault *fault)
{
	struct fault f = *fault;
	char text[800];

	f.remedy[0] = '\0';
	fault_text(&f, text, sizeof(text));
	line(out, what, FAILS, text, fault->remedy);
}

/* What holds in a process that reads what others shape. */
static void check_box(struct buf *out)
{
	struct box_here here;
	char text[200];

	box_here(&here);
	snprintf(text, sizeof(text), "system calls %s, files %s",
		here.seccomp ? "listed by seccomp" : "not limited",
		here.landlock ? "limited by Landlock" : "by their owner alone");
	line(out, "box of the monitor", here.seccomp && here.landlock ? WORKS : LACKS, text,
		!here.machine    ? "this machine's system calls are not known"
		: !here.seccomp  ? "use a kernel with CONFIG_SECCOMP_FILTER"
		: !here.landlock ? "use a kernel since 5.13 with the LSM landlock"
				 : "");
}

static void check_kernel(struct buf *out)
{
	char state[32], text[300], kprobes = why_config("KPROBE_EVENTS");
	struct utsname uts;

	uname(&uts);
	snprintf(text, sizeof(text), "%.90s %.60s", uts.release, uts.machine);
	line(out, "kernel", WORKS, text, "");
	if (kprobes == '?')
		line(out, "kernel configuration", UNSURE, "cannot be read",
#ifdef HAVE_ZLIB
			"load the module configs or install /boot/config-RELEASE"
#else
			"build mprottop with zlib to read /proc/config.gz"
#endif
		);
	why_lockdown(state, sizeof(state));
	if (!strcmp(state, "confidentiality"))
		line(out, "lockdown", FAILS, state, "boot with lockdown=integrity or without");
	else
		line(out, "lockdown", state[0] ? WORKS : UNSURE,
			state[0] ? state : "no /sys/kernel/security/lockdown", "");
	if (why_pid_namespace())
		line(out, "pid namespace", LACKS,
			"not the initial one: events tell pids of the host",
			"run mprottop on the host for names");
	else
		line(out, "pid namespace", WORKS, "the initial one", "");
	check_box(out);
}

static void check_event(struct buf *out, const struct setup_event *e)
{
	char *list = mem_new(LIST_SIZE, 1);
	int fd = open("/sys/kernel/debug/kprobes/list", O_RDONLY | O_CLOEXEC);
	const char *kind = NULL;
	char text[160];

	/* debugfs may not be there, or be closed by lockdown */
	if (fd >= 0 && fd_text(fd, list, LIST_SIZE) > 0)
		kind = why_probe_kind(list, e->place);
	if (fd >= 0)
		close(fd);
	snprintf(text, sizeof(text), "%s%s%s", e->place, kind ? ", by " : "", kind ? kind : "");
	line(out, e->name, WORKS, text, "");
	free(list);
}

/* The W^X columns need the protection before a change. */
static void check_old(struct buf *out, const struct setup *setup)
{
	char text[200];

	if (setup->fixup.how) {
		snprintf(text, sizeof(text), "arguments and offsets by %s", setup->fixup.how);
		line(out, "earlier protection", WORKS, text, "");
	} else if (setup->no_fixup.what[0]) {
		fault_line(out, "earlier protection", &setup->no_fixup);
	} else {
		line(out, "earlier protection", FAILS, "this source does not tell it",
			"use a kernel with kprobes");
	}
}

/* access(2) does not tell: the right is that to trace. */
static bool opens_maps(void)
{
	int fd = open("/proc/1/maps", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void check_site(struct buf *out, const struct setup *setup)
{
	uint32_t given = 0;

	for (unsigned int i = 0; i < setup->nr_events; i++)
		given |= setup->events[i].gives;
	if (given & fact_mask("site") && !opens_maps())
		line(out, "call site", LACKS,
			"of own processes: /proc/PID/maps of others is refused",
			"run it as root or with CAP_SYS_PTRACE");
	else if (given & fact_mask("site"))
		line(out, "call site", WORKS, "file and offset, of 64-bit callers", "");
	else if (!strcmp(setup->source, "kprobe"))
		line(out, "call site", FAILS, "where this machine keeps it is not known", "");
	else
		line(out, "call site", FAILS, "this source does not tell it",
			"use a kernel with kprobes");
}

/* Makes a source's events. Those of kprobes are shielded as a run's are: by an instance with its
 * lock, which tells other runs that they are no garbage, and by a guard, should we be killed. */
static int make_events(struct setup *setup, struct tracing *tracing, struct guard *guard,
	const char *source, struct fault *fault)
{
	size_t kb;
	int err = 0;

	if (!strcmp(source, "kprobe")) {
		err = guard_start(guard, tracing, fault);
		if (!err)
			err = tracing_instance(tracing, TRACING_COUNTED, LEAST_KB, &kb, fault);
	}
	return err ? err : setup_source(setup, tracing, source, fault);
}

static void take_back(struct buf *out, struct tracing *tracing, struct guard *guard)
{
	struct fault fault = {0};

	if (tracing_undo(tracing, &fault))
		fault_line(out, "clean-up", &fault);
	else
		guard_stop(guard);
}

/* Makes a source's events, tells, and removes them again. */
static bool check_source(struct buf *out, const char *source)
{
	struct fault fault = {0};
	struct tracing tracing;
	struct setup setup = {.wanted = UINT32_MAX};
	struct guard guard = {.sock = -1};
	char title[32];
	int err = tracing_open(&tracing, &fault);

	if (!err)
		err = why_source(tracing.dir, source, &fault);
	if (!err)
		err = make_events(&setup, &tracing, &guard, source, &fault);
	snprintf(title, sizeof(title), "source %s", source);
	if (err)
		fault_line(out, title, &fault);
	else if (setup.compat_visible)
		line(out, title, WORKS, "64-bit and 32-bit callers", "");
	else
		line(out, title, LACKS, "64-bit callers only: 32-bit ones are invisible to it", "");
	for (unsigned int i = 0; !err && i < setup.nr_events; i++)
		check_event(out, &setup.events[i]);
	if (!err)
		check_old(out, &setup);
	if (!err)
		check_site(out, &setup);
	take_back(out, &tracing, &guard);
	return !err;
}

/* Counts with an outcome and without a time: one event a call where the kernel can. */
static void check_whole(struct buf *out)
{
	struct setup setup = {.wanted = fact_masks("asked,ret")};
	struct guard guard = {.sock = -1};
	struct fault fault = {0};
	struct tracing tracing;

	if (tracing_open(&tracing, &fault))
		return;
	if (!make_events(&setup, &tracing, &guard, "kprobe", &fault)) {
		if (setup_whole(&setup))
			line(out, "one event a call", WORKS,
				"return probes keep what a call was entered with", "");
		else
			line(out, "one event a call", LACKS,
				"return probes do not keep what a call was entered with (6.9 does)",
				"outcomes without times cost two events a call");
	}
	take_back(out, &tracing, &guard);
}

static void check_tasks(struct buf *out)
{
	struct fault fault = {0};
	struct tracing tracing;

	if (tracing_open(&tracing, &fault))
		return;
	for (const struct probe *p = probes; p->name; p++) {
		char file[160];

		if (p->kind != PROBE_TASK)
			continue;
		snprintf(file, sizeof(file), "events/%s", p->place);
		if (tracing_exists(&tracing, file))
			line(out, p->name, WORKS, p->place, "");
		else
			line(out, p->name, LACKS, "the kernel has no such event",
				"short-lived processes may stay without a name");
	}
	tracing_undo(&tracing, &fault);
}

int check_run(struct buf *out)
{
	struct fault fault = {0};
	char dir[256];
	bool kprobe, tracepoint;

	/* what was begun is undone: not half way */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	buf_printf(out, "%-24s %-4s  %s\n", "WHAT", "HERE", "WHY; WHAT TO DO");
	check_kernel(out);
	if (why_tracefs(dir, sizeof(dir), &fault)) {
		fault_line(out, "tracefs", &fault);
		return 1;
	}
	line(out, "tracefs", WORKS, dir, "");
	kprobe = check_source(out, "kprobe");
	if (kprobe)
		check_whole(out);
	tracepoint = check_source(out, "tracepoint");
	check_tasks(out);
	buf_printf(out, "\n%s\n",
		kprobe ? "mprottop takes the source kprobe here."
		: tracepoint
			? "mprottop takes the source tracepoint here: 32-bit callers are not seen."
			: "mprottop cannot trace here.");
	return kprobe || tracepoint ? 0 : 1;
}
