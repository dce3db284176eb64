/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "recorder.h"
#include "audit.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define STATS_SIZE 1024

static void make_settings(struct record *r)
{
	const struct monitor *m = r->m;
	const struct run_info *info = &m->info;
	struct trail_record s = {.kind = TRAIL_SETTINGS, .ts_ns = monitor_now_ns(m)};

	s.u.settings.version = TRAIL_VERSION;
	s.u.settings.flags = (info->compat_visible ? TRAIL_COMPAT_VISIBLE : 0) |
			     (m->foreign ? TRAIL_FOREIGN : 0) |
			     (m->config->options->command ? TRAIL_HAS_COMMAND : 0) |
			     (r->late ? TRAIL_LATE : 0) | (r->cut ? TRAIL_CUT : 0) |
			     (r->full ? TRAIL_FULL : 0);
	s.u.settings.cpus = info->cpus;
	s.u.settings.pid_digits = (uint32_t)monitor_pid_digits();
	s.u.settings.applies = audit_policy();
	s.u.settings.canary_tid = m->canary.tid;
	s.u.settings.canary_ns = r->late ? 0 : m->canary_ns;
	s.u.settings.start_ns = r->late ? r->begin_ns : m->run.begin_ns;
	s.u.settings.buffer_size = m->run.buffer_bytes;
	s.u.settings.delay_s = info->delay_s;
	s.u.settings.offset_s = r->offset_s;
	s.u.settings.program = trail_text(PACKAGE_VERSION);
	s.u.settings.host = trail_text(info->host);
	s.u.settings.kernel = trail_text(info->kernel);
	s.u.settings.machine = trail_text(info->machine);
	s.u.settings.boot_id = trail_text(info->boot_id);
	s.u.settings.source = trail_text(info->source);
	s.u.settings.run = trail_text(m->run.run);
	trail_add(&r->settings, &s, __BYTE_ORDER == __BIG_ENDIAN);
}

/* Those of a system behind each other, in the order of the first of each. */
static struct datout_event *make_events(const struct formats *f)
{
	struct datout_event *events = mem_new(f->nr + 1, sizeof(*events));
	unsigned int nr = 0;

	for (unsigned int i = 0; i < f->nr; i++) {
		bool first = true;

		for (unsigned int j = 0; j < i && first; j++)
			first = strcmp(f->list[j].system, f->list[i].system) != 0;
		for (unsigned int j = i; first && j < f->nr; j++)
			if (!strcmp(f->list[j].system, f->list[i].system))
				events[nr++] =
					(struct datout_event){f->list[i].system, f->list[j].text};
	}
	return events;
}

static struct datout_cpu *make_cpus(const struct record *r)
{
	struct datout_cpu *cpus = mem_new(r->nr_streams, sizeof(*cpus));
	char text[STATS_SIZE];

	for (unsigned int i = 0; i < r->nr_streams; i++) {
		cpus[i].stream = i;
		source_stream_is(r->m->source, i, &cpus[i].which, &cpus[i].cpu, text, sizeof(text));
		cpus[i].stats = mem_strdup(text);
	}
	return cpus;
}

/* As a kernel whose sub-buffers have the size of our pages tells it. */
static void make_header(struct record *r)
{
	const struct page_layout *layout = &r->depot.layout;

	snprintf(r->header, sizeof(r->header),
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:%u;\tsigned:1;\n"
		"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		"\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:1;\n",
		layout->long_size, layout->header_len, layout->size - layout->header_len);
}

static void make_file(
	struct record *r, const struct datout_event *events, const struct datout_cpu *cpus)
{
	const struct formats *f = &r->m->formats;
	char uname_text[4 * sizeof(((struct utsname *)0)->nodename)];
	struct utsname uts;
	struct datout_config config = {.header_page = r->header,
		.header_event = f->records,
		.events = events,
		.nr_events = f->nr,
		.cpus = cpus,
		.nr_cpus = r->nr_streams,
		.names = r->nr_streams + 1,
		.clock = "mono",
		.uname = uname_text,
		.version = PACKAGE_STRING,
		.side = "side",
		.option = TRAIL_OPTION,
		.first = &r->settings,
		.trail = r->nr_streams,
		.ends = r->ends,
		.nr_ends = r->nr_ends};

	uname(&uts);
	snprintf(uname_text, sizeof(uname_text), "%s %s %s %s", uts.sysname, uts.nodename,
		uts.release, uts.machine);
	datout_make(&r->dat, &r->depot, r->file, &config);
}

static void end_trail(struct record *r)
{
	uint64_t now_ns = monitor_now_ns(r->m);
	struct trail_record mark = {.kind = TRAIL_MARK, .ts_ns = now_ns};
	/* what was kept of the reading that failed, and what waited for a later one */
	struct trail_record pull = record_pull(r, now_ns, false);

	buf_reset(&r->bytes);
	/* it failed before: nothing else may end a trail that has not begun */
	if (!r->begun)
		trail_add(&r->bytes, &(struct trail_record){.kind = TRAIL_BEGIN, .ts_ns = now_ns},
			__BYTE_ORDER == __BIG_ENDIAN);
	if (pull.u.pull.list.len || r->cut)
		trail_add(&r->bytes, &pull, __BYTE_ORDER == __BIG_ENDIAN);
	trail_add(&r->bytes, &mark, __BYTE_ORDER == __BIG_ENDIAN);
	depot_force(&r->depot, r->nr_streams, r->bytes.data, r->bytes.len);
	r->ends = mem_one_more(r->ends, r->nr_ends, sizeof(*r->ends));
	r->ends[r->nr_ends++] = depot_len(&r->depot, r->nr_streams);
}

void record_save(struct record *r)
{
	struct datout_event *events = make_events(&r->m->formats);
	struct datout_cpu *cpus = make_cpus(r);

	record_names(r);
	source_tap(r->m->source, NULL);
	end_trail(r);
	make_settings(r);
	r->state = RECORD_SAVING;
	make_header(r);
	make_file(r, events, cpus);
	for (unsigned int i = 0; i < r->nr_streams; i++)
		free((char *)cpus[i].stats);
	free(cpus);
	free(events);
}
