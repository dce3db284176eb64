/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output_call.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/prot.h"
#include "model/group.h"

#include <stdio.h>

#define JSON_SCHEMA 1 /* keys are added, never changed */

static void key_text(struct buf *out, const char *key, const char *text)
{
	json_key(out, key);
	json_text(out, text);
}

static void key_u64(struct buf *out, const char *key, uint64_t n)
{
	json_key(out, key);
	json_u64(out, n);
}

static void key_double(struct buf *out, const char *key, double d)
{
	json_key(out, key);
	json_double(out, d);
}

static void key_bool(struct buf *out, const char *key, bool b)
{
	json_key(out, key);
	json_bool(out, b);
}

static void key_null(struct buf *out, const char *key)
{
	json_key(out, key);
	json_null(out);
}

static void key_known(struct buf *out, const char *key, bool known, uint64_t n)
{
	if (known)
		key_u64(out, key, n);
	else
		key_null(out, key);
}

static struct buf *json_begin(struct output *o, const char *type, double time)
{
	json_open(&o->line, '{');
	key_text(&o->line, "type", type);
	key_double(&o->line, "time", time);
	return &o->line;
}

static int json_finish(struct output *o)
{
	json_close(&o->line, '}');
	return output_line(o);
}

static int json_start(struct output *o, const struct run_info *info, double time)
{
	struct buf *out = json_begin(o, "start", time);

	key_u64(out, "schema", JSON_SCHEMA);
	key_text(out, "version", info->version);
	/* of a recording that does not tell they are not this machine's */
	key_text(out, "host", info->host[0] ? info->host : NULL);
	key_text(out, "boot_id", info->boot_id[0] ? info->boot_id : NULL);
	key_text(out, "kernel", info->kernel[0] ? info->kernel : NULL);
	key_text(out, "machine", info->machine[0] ? info->machine : NULL);
	key_text(out, "source", info->source);
	json_key(out, "probes");
	json_open(out, '[');
	for (unsigned int i = 0; i < info->nr_probes; i++)
		json_text(out, info->probes[i]);
	json_close(out, ']');
	key_double(out, "delay_s", info->delay_s);
	key_u64(out, "cpus", info->cpus);
	key_bool(out, "compat_visible", info->compat_visible);
	return json_finish(o);
}

static int json_row(struct output *o, const struct snapshot *snap, const struct row *row)
{
	const struct column *user = column_find("user");
	struct buf *out = json_begin(o, "process", snap->time);
	bool tid = false;

	key_u64(out, "seq", snap->seq);
	key_double(out, "interval_s", snap->interval_s);
	if (snap->group)
		key_text(out, "group", snap->group->name);
	for (int i = 0; i < o->config.nr_columns; i++) {
		const struct column *c = o->config.columns[i];
		struct value value = {0};

		tid |= c == column_find("tid");

		json_key(out, c->id);
		c->get(row, &value);
		type_json(c->type, &value, out);
		if (c == user)
			key_bool(out, "user_inherited", value.guess);
	}
	/* a thread whose process is not known */
	if (!tid && row->t.flags & ROW_UNRESOLVED)
		key_u64(out, "tid", row->t.tid);
	return json_finish(o);
}

/* As of a row, null where the source does not tell. */
static void key_outcome(struct buf *out, const struct output *o, const struct table_totals *totals)
{
	static const char *const ids[] = {"x_new", "w_to_x", "x_to_w", "wx", "x_refused", "errors"};
	struct row all = {.facts = o->config.facts};
	struct value value;

	all.t.total = totals->total;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct column *c = column_find(ids[i]);

		json_key(out, c->id);
		c->get(&all, &value);
		type_json(c->type, &value, out);
	}
	key_known(out, "refused", all.facts & fact_mask("refused"), totals->total.refused);
	key_known(out, "unreturned", all.facts & fact_mask("ret"), totals->total.unreturned);
}

/* of "summary" and "end" */
static void key_account(
	struct buf *out, const struct table_totals *totals, const struct health *health)
{
	key_u64(out, "calls", totals->total.calls);
	key_u64(out, "processes", totals->processes);
	key_u64(out, "lost", health->lost);
	key_known(out, "missed", health_knows(health, health->missed), health->missed);
	key_known(
		out, "unaccounted", health_knows(health, health->unaccounted), health->unaccounted);
	key_u64(out, "lost_tasks", health->lost_side);
	key_u64(out, "own_calls", totals->own_calls);
}

static int json_summary(struct output *o, const struct snapshot *snap)
{
	struct buf *out = json_begin(o, "summary", snap->time);

	key_u64(out, "seq", snap->seq);
	key_double(out, "interval_s", snap->interval_s);
	key_account(out, &snap->totals, &snap->health);
	key_outcome(out, o, &snap->totals);
	key_double(out, "buffer_pct", snap->health.buffer_pct);
	key_double(out, "self_cpu_pct", snap->health.self_cpu_pct);
	key_known(out, "self_pss_bytes", snap->health.self_pss_bytes, snap->health.self_pss_bytes);
	return json_finish(o);
}

static int json_update(struct output *o, const struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_rows && output_rows(o); i++) {
		int err = json_row(o, snap, &snap->rows[i]);

		if (err)
			return err;
	}
	return json_summary(o, snap);
}

static int json_notice(struct output *o, const struct notice *notice, double time)
{
	struct buf *out = json_begin(o, "notice", time);

	key_text(out, "cause", notice->cause);
	key_text(out, "object", notice->object);
	key_text(out, "remedy", notice->remedy);
	key_text(out, "text", notice->text);
	return json_finish(o);
}

static void key_counts(struct buf *out, const struct counts *counts, bool asked)
{
	key_known(out, "range", asked, counts->range);
	key_known(out, "ask_x", asked, counts->ask_x);
	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++) {
		char key[16];

		snprintf(key, sizeof(key), "p_%s", prot_class_name(i));
		key_known(out, key, asked, counts->prot[i]);
	}
}

static int json_end(struct output *o, const struct end_info *end)
{
	struct buf *out = json_begin(o, "end", end->time);

	key_double(out, "traced_s", end->traced_s);
	key_u64(out, "updates", end->updates);
	key_account(out, end->totals, end->health);
	key_counts(out, &end->totals->total, o->config.facts & fact_mask("asked"));
	key_outcome(out, o, end->totals);
	key_bool(out, "complete", output_complete(end->health));
	key_text(out, "account", end->health->partial ? "partial" : "full");
	if (end->has_command)
		key_u64(out, "command_status", end->command_status);
	else
		key_null(out, "command_status");
	if (end->has_frames) {
		key_u64(out, "frames", end->frames);
		key_double(out, "longest_frame_ms", end->longest_frame_ms);
	} else {
		key_null(out, "frames");
		key_null(out, "longest_frame_ms");
	}
	return json_finish(o);
}

const struct format format_json = {
	.name = "json",
	.machine = true,
	.identity = true,
	.start = json_start,
	.update = json_update,
	.notice = json_notice,
	.end = json_end,
	.call = json_call,
	.lost = json_lost,
	.verdict = json_verdict,
};
