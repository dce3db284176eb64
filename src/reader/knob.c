/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/knob.h"
#include "base/fd.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KPROBES_ONLY 1u
#define HIDES        2u /* what is not recorded is a hit all the same */
#define ACT          4u /* each time is one of its own, not a state that lasts */

struct knob_cause {
	const char *name; /* of the knob */
	const char *cause, *text, *remedy;
	unsigned int flags;
};

#define AGAIN "start mprottop again"

static const struct knob_cause causes[] = {
	{"ftrace_enabled", "ftrace_disabled",
		"function tracing is switched off, so kprobes are dead",
		"sysctl kernel.ftrace_enabled=1", KPROBES_ONLY},
	{"kprobes_enabled", "kprobes_disabled", "kprobes are switched off",
		"echo 1 > /sys/kernel/debug/kprobes/enabled", KPROBES_ONLY},
	{"tracing_on", "tracing_off", "somebody stopped the recording of our instance",
		"echo 1 into this file, or start mprottop again", 0},
	{"tracing_cpumask", "cpumask", "somebody limited the CPUs that our instance records", AGAIN,
		0},
	{"overwrite", "overwrite", "somebody changed how our full buffer behaves", AGAIN, 0},
	{"buffer_size_kb", "buffer_size", "somebody changed the size of our buffer", AGAIN, 0},
	{"buffer_subbuf_size_kb", "buffer_size", "somebody changed the pages of our buffer", AGAIN,
		0},
	{"trace_clock", "clock", "somebody changed the clock of our instance", AGAIN, 0},
	{"enable", "probe_gone", "somebody switched off or removed our event",
		"end that tool (trace-cmd reset does this): three times it is made again", 0},
	{"filter", "filter", "somebody filters our event", "write 0 into this file, or " AGAIN,
		HIDES},
	{"set_event_pid", "filter", "somebody lets our instance record some processes only",
		"empty this file, or " AGAIN, HIDES},
	{"set_event_notrace_pid", "filter", "somebody hides processes from our instance",
		"empty this file, or " AGAIN, HIDES},
	{"trace", "cleared", "somebody cleared our buffer", "end what writes to this file", ACT},
	{"trace_pipe", "other_reader", "somebody else reads our buffer and takes events away",
		"end that reader (cat trace_pipe, trace-cmd)", 0},
};

static struct knob *find(const struct knobs *knobs, const struct knob_cause *cause,
	unsigned int which, const char *object)
{
	for (size_t i = 0; i < knobs->nr; i++)
		if (knobs->rows[i].cause == cause && knobs->rows[i].which == which &&
			!strcmp(knobs->rows[i].object, object))
			return &knobs->rows[i];
	return NULL;
}

void knobs_add(struct knobs *knobs, const char *name, unsigned int which, const char *expect,
	const char *object, int fd)
{
	const struct knob_cause *cause = NULL;
	struct knob *knob;

	for (size_t i = 0; i < ARRAY_SIZE(causes) && !cause; i++)
		if (!strcmp(causes[i].name, name))
			cause = &causes[i];
	if (!cause) {
		if (fd >= 0)
			close(fd);
		return;
	}
	knob = find(knobs, cause, which, object);
	if (knob) {
		/* an event that was made again: it is on, as it was */
		if (knob->fd >= 0)
			close(knob->fd);
		free(knob->expect);
	} else {
		knobs->rows = mem_resize(knobs->rows, knobs->nr + 1, sizeof(*knobs->rows));
		knob = &knobs->rows[knobs->nr++];
	}
	*knob = (struct knob){.cause = cause, .which = which, .fd = fd};
	knob->expect = mem_strdup(expect);
	snprintf(knob->object, sizeof(knob->object), "%s", object);
}

static bool is_off(const struct knobs *knobs, const struct knob *knob)
{
	char text[4096];
	ssize_t len;

	if (knob->cause->flags & KPROBES_ONLY && !knobs->kprobes)
		return false;
	if (knob->fd < 0)
		return knob->hold > 0;
	/* ENODEV, or nothing, where the event was removed: its "enable" tells that */
	len = fd_piece(knob->fd, text, sizeof(text));
	if (len < 0 || (!len && knob->cause->flags & HIDES))
		return !(knob->cause->flags & HIDES);
	text[strcspn(text, "\n")] = '\0';
	return strcmp(text, knob->expect) != 0;
}

static void fill(const struct knob *knob, struct notice *notice)
{
	*notice = (struct notice){0};
	snprintf(notice->cause, sizeof(notice->cause), "%s", knob->cause->cause);
	snprintf(notice->text, sizeof(notice->text), "%s", knob->cause->text);
	snprintf(notice->object, sizeof(notice->object), "%s", knob->object);
	snprintf(notice->remedy, sizeof(notice->remedy), "%s", knob->cause->remedy);
}

void knobs_age(struct knobs *knobs)
{
	for (size_t i = 0; i < knobs->nr; i++)
		if (knobs->rows[i].hold)
			knobs->rows[i].hold--;
}

void knobs_look(struct knobs *knobs)
{
	for (size_t i = 0; i < knobs->nr; i++)
		knobs->rows[i].now = is_off(knobs, &knobs->rows[i]);
}

void knobs_hit(struct knobs *knobs, const char *name, unsigned int which)
{
	for (size_t i = 0; i < knobs->nr; i++) {
		struct knob *knob = &knobs->rows[i];

		if (knob->which != which || strcmp(knob->cause->name, name))
			continue;
		/* two looks one after the other may see halves of one act */
		if (knob->cause->flags & ACT && knob->hold < KNOB_HOLD - 1)
			knob->off = false;
		knob->hold = KNOB_HOLD;
	}
}

bool knobs_check(struct knobs *knobs, struct notice *notice)
{
	for (size_t i = 0; i < knobs->nr; i++) {
		struct knob *knob = &knobs->rows[i];
		bool was = knob->off;

		knob->off = knob->now;
		if (knob->off && !was) {
			fill(knob, notice);
			return true;
		}
	}
	return false;
}

bool knobs_off(struct knobs *knobs, struct notice *notice)
{
	for (size_t i = 0; i < knobs->nr; i++) {
		if (knobs->rows[i].now) {
			fill(&knobs->rows[i], notice);
			return true;
		}
	}
	return false;
}

bool knobs_gone(const struct knobs *knobs)
{
	for (size_t i = 0; i < knobs->nr; i++)
		if (knobs->rows[i].now && !strcmp(knobs->rows[i].cause->name, "enable"))
			return true;
	return false;
}

bool knobs_filtered(const struct knobs *knobs, unsigned int which)
{
	for (size_t i = 0; i < knobs->nr; i++) {
		const struct knob *knob = &knobs->rows[i];

		if (knob->which == which && knob->cause->flags & HIDES && knob->now)
			return true;
	}
	return false;
}

static void switch_off(const struct knobs *knobs, const char *name, unsigned int most)
{
	/* returns before entries, as they were armed the other way round */
	for (size_t i = knobs->nr; i--;) {
		const struct knob *knob = &knobs->rows[i];

		if (knob->which <= most && !strcmp(knob->cause->name, name) &&
			pwrite(knob->fd, "0", 1, 0) < 0)
			continue;
	}
}

void knobs_stop(const struct knobs *knobs)
{
	switch_off(knobs, "tracing_on", 1);
}

void knobs_disarm(const struct knobs *knobs)
{
	switch_off(knobs, "enable", 0);
}

void knobs_done(struct knobs *knobs)
{
	for (size_t i = 0; i < knobs->nr; i++) {
		if (knobs->rows[i].fd >= 0)
			close(knobs->rows[i].fd);
		free(knobs->rows[i].expect);
	}
	free(knobs->rows);
	*knobs = (struct knobs){0};
}
