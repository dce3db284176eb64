/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/knob.h"
#include "base/fd.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct knob_cause {
	const char *name; /* of the knob */
	const char *cause, *text, *remedy;
	bool kprobes_only;
};

static const struct knob_cause causes[] = {
	{"ftrace_enabled", "ftrace_disabled",
		"function tracing is switched off, so kprobes are dead",
		"sysctl kernel.ftrace_enabled=1", true},
	{"kprobes_enabled", "kprobes_disabled", "kprobes are switched off",
		"echo 1 > /sys/kernel/debug/kprobes/enabled", true},
	{"tracing_on", "tracing_off", "somebody stopped the recording of our instance",
		"echo 1 into this file, or start mprottop again", false},
	{"tracing_cpumask", "cpumask", "somebody limited the CPUs that our instance records",
		"start mprottop again", false},
	{"overwrite", "overwrite", "somebody changed how our full buffer behaves",
		"start mprottop again", false},
	{"enable", "probe_gone", "somebody switched off or removed our event",
		"end that tool (trace-cmd reset does this) and start mprottop again", false},
	{"filter", "filter", "somebody filters our event", "start mprottop again", false},
};

void knobs_add(struct knobs *knobs, const char *name, unsigned int which, const char *expect,
	const char *object, int fd)
{
	const struct knob_cause *cause = NULL;
	struct knob *knob;

	for (size_t i = 0; i < ARRAY_SIZE(causes) && !cause; i++)
		if (!strcmp(causes[i].name, name))
			cause = &causes[i];
	if (!cause) {
		close(fd);
		return;
	}
	knobs->rows = mem_resize(knobs->rows, knobs->nr + 1, sizeof(*knobs->rows));
	knob = &knobs->rows[knobs->nr++];
	*knob = (struct knob){.cause = cause, .which = which, .fd = fd};
	knob->expect = mem_strdup(expect);
	snprintf(knob->object, sizeof(knob->object), "%s", object);
}

static bool is_off(const struct knobs *knobs, const struct knob *knob)
{
	char text[4096];

	if (knob->cause->kprobes_only && !knobs->kprobes)
		return false;
	/* ENODEV where the event was removed */
	if (fd_text(knob->fd, text, sizeof(text)) < 0)
		return true;
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

bool knobs_check(struct knobs *knobs, struct notice *notice)
{
	for (size_t i = 0; i < knobs->nr; i++) {
		struct knob *knob = &knobs->rows[i];
		bool off = is_off(knobs, knob), was = knob->off;

		knob->off = off;
		if (off && !was) {
			fill(knob, notice);
			return true;
		}
	}
	return false;
}

bool knobs_off(struct knobs *knobs, struct notice *notice)
{
	for (size_t i = 0; i < knobs->nr; i++) {
		if (is_off(knobs, &knobs->rows[i])) {
			fill(&knobs->rows[i], notice);
			return true;
		}
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
		close(knobs->rows[i].fd);
		free(knobs->rows[i].expect);
	}
	free(knobs->rows);
	*knobs = (struct knobs){0};
}
