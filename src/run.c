/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "run.h"
#include "base/buf.h"
#include "base/mem.h"
#include "monitor.h"
#include "need.h"
#include "options.h"
#include "tracer/check.h"
#include "tracer/cleanup.h"
#include "tracer/pager.h"
#include "tracer/saver.h"
#include "tracer/tracer.h"
#include "tracer/user_file.h"
#include "tracer/why.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Prints text to stdout; a closed or full stdout is an error, a reader that left is not. */
static int print(struct buf *text, struct fault *fault)
{
	size_t done = 0;
	int err = 0;

	while (done < text->len && !err) {
		ssize_t n = write(STDOUT_FILENO, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR)
			err = errno;
		if (n > 0)
			done += (size_t)n;
	}
	buf_done(text);
	if (!err || err == EPIPE)
		return 0;
	fault_set(fault, err, "standard output", "make room or write elsewhere", "cannot write");
	return 1;
}

static int clean(struct fault *fault)
{
	struct buf text = {0};
	char dir[256];
	int nr = why_tracefs(dir, sizeof(dir), fault);

	if (!nr)
		nr = cleanup_run(dir, NULL, fault);
	if (nr < 0)
		return 1;
	buf_printf(&text, "removed %d thing%s that dead runs left in %s\n", nr, nr == 1 ? "" : "s",
		dir);
	return print(&text, fault);
}

/* What cannot be read is told on the screen. */
static int open_settings(const struct options *o, struct monitor_config *monitor)
{
	if (o->no_config)
		return -1;
	if (o->config)
		snprintf(monitor->settings, sizeof(monitor->settings), "%s", o->config);
	else if (saver_path(monitor->settings, sizeof(monitor->settings)))
		monitor->settings[0] = '\0';
	if (monitor->settings[0])
		monitor->settings_fd = saver_open(monitor->settings, &monitor->settings_fault);
	return monitor->settings_fd;
}

static int prepare(void *arg, struct fault *fault)
{
	struct monitor_config *monitor = arg;

	return monitor->read_fd < 0 ? 0
				    : convert_prepare(&monitor->convert, monitor->read_fd, fault);
}

static int trace(const struct options *o, struct fault *fault)
{
	struct monitor_config monitor = {.options = o,
		.read_fd = -1,
		.metrics_fd = -1,
		.settings_fd = -1,
		.live = !o->batch && !o->output && isatty(STDOUT_FILENO),
		.silent = o->metrics_file && !o->batch,
		.output_fd = o->command ? STDERR_FILENO : STDOUT_FILENO};
	struct tracer_config config = {.probe = o->probe,
		.buffer_kb = (size_t)((o->buffer_size + 1023) / 1024),
		.facts = need_facts(o, monitor.live) & ~fact_free(),
		.ever = need_ever(o, monitor.live),
		.command = o->command,
		.command_user = o->command_user,
		.write = o->write,
		.live = monitor.live,
		.keep_fd = -1,
		.read_fd = -1,
		.metrics_fd = -1,
		.settings_fd = -1,
		.prepare = prepare,
		.monitor = loop_run,
		.arg = &monitor};

	if (o->output) {
		config.keep_fd = monitor.output_fd =
			user_file_open(o->output, USER_FILE_OUTPUT, fault);
		if (config.keep_fd < 0)
			return o->command ? 125 : 1;
	}
	if (o->read) {
		config.read_fd = monitor.read_fd =
			user_file_open(o->read, USER_FILE_RECORDING, fault);
		if (config.read_fd < 0)
			return 1;
	}
	if (o->metrics_file) {
		config.metrics_fd = monitor.metrics_fd = pager_start(o->metrics_file, fault);
		if (config.metrics_fd < 0)
			return o->command ? 125 : 1;
	}
	if (monitor.live)
		config.settings_fd = open_settings(o, &monitor);
	config.settings = monitor.settings[0] ? monitor.settings : NULL;
	return tracer_run(&config, fault);
}

int run(const struct options *o, struct fault *fault)
{
	struct buf text = {0};
	int status;

	switch (o->action) {
	case OPTIONS_HELP:
		options_help(&text);
		return print(&text, fault);
	case OPTIONS_VERSION:
		buf_printf(&text, "%s\n", PACKAGE_STRING);
		return print(&text, fault);
	case OPTIONS_COLUMNS:
		options_columns(&text);
		return print(&text, fault);
	case OPTIONS_COMPLETION:
		options_completion(&text);
		return print(&text, fault);
	case OPTIONS_CHECK:
		status = check_run(&text);
		return print(&text, fault) ? 1 : status;
	case OPTIONS_CLEANUP:
		return clean(fault);
	case OPTIONS_RUN:
		break;
	}
	return trace(o, fault);
}
