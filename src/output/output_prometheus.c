/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text format 0.0.4 of Prometheus, whole: what is not known has no sample. A sample a row and
 * column that is a number; counts are counters, the rest are gauges.
 */
#include "output/output.h"
#include "base/fmt.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* As the format wants a label's value, of clean text. */
static void add_label(struct buf *out, const char *name, const char *text)
{
	char clean[512];

	text_clean(clean, sizeof(clean), text, strlen(text));
	buf_printf(out, "%s=\"", name);
	for (const char *c = clean; *c; c++) {
		if (*c == '\\' || *c == '"')
			buf_putc(out, '\\');
		buf_putc(out, *c);
	}
	buf_putc(out, '"');
}

static void add_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP mprottop_%s %s\n# TYPE mprottop_%s %s\n", name, help, name, type);
}

static void add_count(struct buf *out, const char *name, const char *help, uint64_t count)
{
	add_head(out, name, "counter", help);
	buf_printf(out, "mprottop_%s %" PRIu64 "\n", name, count);
}

static void add_gauge(struct buf *out, const char *name, const char *help, double value)
{
	char text[FMT_SIZE];

	if (!isfinite(value))
		return;
	add_head(out, name, "gauge", help);
	buf_printf(out, "mprottop_%s %s\n", name, fmt_fixed(text, value, 3));
}

static void add_info(struct buf *out, const struct snapshot *snap)
{
	const struct run_info *info = snap->info;

	add_head(out, "info", "gauge", "what the figures come from");
	buf_puts(out, "mprottop_info{");
	add_label(out, "version", info->version);
	buf_putc(out, ',');
	add_label(out, "host", info->host);
	buf_putc(out, ',');
	add_label(out, "kernel", info->kernel);
	buf_putc(out, ',');
	add_label(out, "source", info->source);
	buf_puts(out, "} 1\n");
}

static bool told(const struct snapshot *snap, const char *ids)
{
	uint32_t need = fact_masks(ids);

	return (snap->facts & need) == need;
}

static void add_prots(struct buf *out, const struct counts *total)
{
	add_head(out, "asked_calls_total", "counter", "calls by the protection asked for");
	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		buf_printf(out, "mprottop_asked_calls_total{prot=\"%s\"} %" PRIu64 "\n",
			prot_class_name(i), total->prot[i]);
}

static void add_kinds(struct buf *out, const struct counts *total)
{
	add_head(out, "kind_calls_total", "counter", "calls with a mapping that changed so");
	for (unsigned int i = 0; i < VERDICT_NR_KINDS; i++)
		buf_printf(out, "mprottop_kind_calls_total{kind=\"%s\"} %" PRIu64 "\n",
			kinds[i].name, total->kinds[i]);
}

static void add_totals(struct buf *out, const struct snapshot *snap)
{
	const struct table_totals *totals = &snap->totals;
	const struct health *health = &snap->health;

	add_count(out, "calls_total", "calls traced", totals->total.calls);
	if (told(snap, "asked")) {
		add_count(out, "range_bytes_total", "bytes of address range asked for, not memory",
			totals->total.range);
		add_prots(out, &totals->total);
	}
	if (told(snap, "old,ret"))
		add_kinds(out, &totals->total);
	if (told(snap, "ret")) {
		add_count(out, "errors_total", "calls that failed", totals->total.errors);
		add_count(out, "x_refused_total", "calls that asked for EXEC and were refused",
			totals->total.x_refused);
	}
	add_count(out, "processes_total", "processes with at least a call", totals->processes);
	add_gauge(out, "processes_active", "processes with a call in the interval",
		(double)totals->active);
	add_count(out, "lost_events_total", "events lost: figures are too low", health->lost);
	/* what is not known has no sample */
	if (health_knows(health, health->missed))
		add_count(out, "missed_events_total", "hits that a probe missed", health->missed);
	if (health_knows(health, health->unaccounted))
		add_count(out, "unaccounted_events_total",
			"hits of which nobody knows what came of them", health->unaccounted);
	add_gauge(out, "traced_seconds", "since tracing began", snap->traced_s);
	add_gauge(out, "buffer_percent", "how full the fullest buffer is", health->buffer_pct);
	add_gauge(out, "self_cpu_percent", "CPU of mprottop itself", health->self_cpu_pct);
	if (health->self_pss_bytes)
		add_gauge(out, "self_memory_bytes", "memory of mprottop itself",
			(double)health->self_pss_bytes);
	if (!snap->self.frames)
		return;
	add_count(out, "frames_total", "times that the screen was drawn", snap->self.frames);
	add_gauge(out, "longest_frame_ms", "the longest from waking to having drawn",
		snap->self.longest_frame_ms);
}

static void add_id(struct buf *out, const char *name, uint32_t id)
{
	if (id == EVENT_NO_ID)
		buf_printf(out, "%s=\"\",", name);
	else
		buf_printf(out, "%s=\"%" PRIu32 "\",", name, id);
}

static void add_row_labels(struct buf *out, const struct row *row, const struct output_config *c)
{
	struct value value = {0};

	buf_putc(out, '{');
	if (!c->group) {
		add_id(out, "pid", row->t.pid);
		/* of some nothing else is known */
		if (c->threads || row->t.pid == EVENT_NO_ID)
			add_id(out, "tid", row->t.tid);
		buf_printf(out, "start_ns=\"%" PRIu64 "\",", row->t.start_ns);
		add_label(out, "user", row->user);
		buf_putc(out, ',');
	}
	column_find("comm")->get(row, &value);
	add_label(out, "comm", value.known ? value.text : "");
	buf_putc(out, '}');
}

/* Ids, times of day and text are labels at most. */
static bool is_sample(const struct column *c)
{
	return c->type != &type_id && c->type != &type_text && c->type != &type_clock &&
	       c->type != &type_graph;
}

static void add_column(struct buf *out, const struct column *c, const struct snapshot *snap,
	const struct output_config *config)
{
	bool count = c->type == &type_count || c->type == &type_bytes;
	bool total = count && strcmp(c->id, "threads");
	char name[64];

	snprintf(name, sizeof(name), "process_%s%s%s", c->id,
		c->type == &type_bytes ? "_bytes" : "", total ? "_total" : "");
	add_head(out, name, total ? "counter" : "gauge", c->help);
	for (size_t i = 0; i < snap->nr_rows; i++) {
		struct value value = {0};

		c->get(&snap->rows[i], &value);
		if (!value.known)
			continue;
		buf_printf(out, "mprottop_%s", name);
		add_row_labels(out, &snap->rows[i], config);
		buf_putc(out, ' ');
		type_csv(c->type, &value, out);
		buf_putc(out, '\n');
	}
}

void prometheus_text(
	const struct output_config *config, const struct snapshot *snap, struct buf *out)
{
	add_info(out, snap);
	add_totals(out, snap);
	for (int i = 0; i < config->nr_columns; i++)
		if (is_sample(config->columns[i]))
			add_column(out, config->columns[i], snap, config);
}

/* The last one is written, as the format has no updates. */
static int prometheus_update(struct output *o, const struct snapshot *snap)
{
	buf_reset(&o->page);
	prometheus_text(&o->config, snap, &o->page);
	return 0;
}

static int prometheus_end(struct output *o, const struct end_info *end)
{
	(void)end;
	return output_page(o);
}

const struct format format_prometheus = {
	.name = "prometheus",
	.machine = true,
	.update = prometheus_update,
	.end = prometheus_end,
};
