/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/mend.h"
#include "base/mem.h"
#include "tracer/why.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REMEDY "end what resets tracing (trace-cmd reset), and start mprottop again"

static bool is_there(const struct tracing *tracing, const struct setup_event *e)
{
	char file[256];

	snprintf(file, sizeof(file), "instances/%s%s/events/%s/%s", tracing->run,
		tracing_suffix(e->which), e->system, e->event);
	return tracing_exists(tracing, file);
}

/* How the event is taken back, or how it is switched off. */
static struct undo *find_undo(const struct tracing *tracing, const char *name)
{
	for (size_t i = 0; i < tracing->nr_undos; i++)
		if (!strcmp(tracing->undos[i].name, name))
			return &tracing->undos[i];
	return NULL;
}

static void enable_path(
	const struct tracing *tracing, const struct setup_event *e, char *path, size_t size)
{
	snprintf(path, size, "%s/instances/%s%s/events/%s/%s/enable", tracing->dir, tracing->run,
		tracing_suffix(e->which), e->system, e->event);
}

static void rename_undo(struct undo *undo, const char *name)
{
	free(undo->name);
	undo->name = mem_strdup(name);
}

/* The same command with another name: "p:RUN/EVENT SYMBOL FETCH". */
static int make_again(
	struct tracing *tracing, struct setup_event *e, unsigned int nr, struct fault *fault)
{
	char old[140], name[140], event[64], command[1024], path[512];
	const char *rest, *slash;
	struct undo *made, *enabled;
	int err;

	snprintf(old, sizeof(old), "%s/%s", e->system, e->event);
	enable_path(tracing, e, path, sizeof(path));
	made = find_undo(tracing, old);
	enabled = find_undo(tracing, path);
	if (!made || !made->made)
		return fault_set(fault, ENOENT, e->name, REMEDY, "the event is gone");
	rest = strchr(made->made, ' ');
	slash = strchr(made->made, '/');
	snprintf(event, sizeof(event), "%.58s_r%u", e->event, nr % 100);
	snprintf(name, sizeof(name), "%s/%s", e->system, event);
	snprintf(command, sizeof(command), "%.*s%s%s", (int)(slash + 1 - made->made), made->made,
		event, rest);
	/* before it is made: what fails half way is taken back too */
	rename_undo(made, name);
	snprintf(e->event, sizeof(e->event), "%s", event);
	enable_path(tracing, e, path, sizeof(path));
	if (enabled)
		rename_undo(enabled, path);
	err = kprobes_write(&tracing->kprobes, command);
	if (err)
		return fault_set(fault, -err, e->name, REMEDY, "the event cannot be made again");
	free(made->made);
	made->made = mem_strdup(command);
	if (enabled) {
		close(enabled->fd);
		enabled->fd = open(path, O_WRONLY | O_CLOEXEC);
	}
	if (!e->probe->filter)
		return 0;
	return tracing_filter(tracing, e->which, e->system, e->event, e->probe->filter, fault);
}

int mend_events(struct setup *setup, struct tracing *tracing, unsigned int nr, struct fault *fault)
{
	int first = strcmp(setup->source, "kprobe") ? 0 : why_ftrace_off(fault);

	if (first)
		return first;
	for (unsigned int i = 0; i < setup->nr_events; i++) {
		int err = 0;

		if (!is_there(tracing, &setup->events[i]))
			err = make_again(tracing, &setup->events[i], nr, first ? NULL : fault);
		first = first ? first : err;
	}
	return first;
}

int mend_arm(const struct setup *setup, struct tracing *tracing, struct fault *fault)
{
	int first = 0;

	for (int which = TRACING_SIDE; which >= TRACING_COUNTED; which--) {
		for (unsigned int i = 0; i < setup->nr_events; i++) {
			const struct setup_event *e = &setup->events[i];
			const struct undo *undo;
			char path[512];

			if (e->which != (unsigned int)which)
				continue;
			enable_path(tracing, e, path, sizeof(path));
			undo = find_undo(tracing, path);
			if ((!undo || write(undo->fd, "1", 1) < 0) && !first)
				first = fault_set(fault, undo ? errno : ENOENT, path, REMEDY,
					"cannot switch the event on again");
		}
	}
	return first;
}
