/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output_call.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define CLOCK_CELLS 8 /* 14:03:27 */

/* Bars of graphs, U+2581 to 2588, for those who have none: as on screen. */
static void fold_bars(char *text)
{
	static const char bars[] = "_.-=+*#@";
	char *out = text;

	while (*text) {
		unsigned char last = 0;

		if (!strncmp(text, "\xe2\x96", 2))
			last = text[2];
		if (last >= 0x81 && last <= 0x88) {
			*out++ = bars[last - 0x81];
			text += 3;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* Cleaned before it is measured and cut; without blanks at its end. */
int table_line(struct output *o)
{
	struct buf *line = &o->line;
	char *text;
	size_t len;

	buf_puts(line, "");
	text = line->data;
	if (o->config.ascii) {
		fold_bars(text);
		len = text_ascii(text, line->len + 1, text, strlen(text));
	} else {
		len = text_clean(text, line->len + 1, text, line->len);
	}
	if (o->config.width)
		len = text_fit(text, o->config.width, NULL);
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	line->len = len;
	return output_line(o);
}

static void add_count(struct output *o, uint64_t n, const char *what)
{
	char text[FMT_SIZE];

	if (o->config.raw)
		buf_printf(&o->line, "  %" PRIu64 " %s", n, what);
	else
		buf_printf(&o->line, "  %s %s", fmt_count(text, n), what);
}

static void add_rate(struct output *o, const char *lead, uint64_t count, double seconds)
{
	double rate = seconds > 0 ? count / seconds : NAN;
	char text[FMT_SIZE];

	buf_printf(&o->line, "%s%s/s", lead,
		o->config.raw ? fmt_fixed(text, rate, 3) : fmt_rate(text, rate));
}

static void add_bytes(struct output *o, uint64_t bytes, const char *what)
{
	char text[FMT_SIZE];

	if (o->config.raw)
		buf_printf(&o->line, "  %" PRIu64 " %s", bytes, what);
	else
		buf_printf(&o->line, "  %s %s", fmt_bytes(text, bytes), what);
}

static int title_line(struct output *o, const struct snapshot *snap)
{
	char clock[FMT_SIZE], traced[FMT_SIZE], interval[FMT_SIZE];

	buf_printf(&o->line, "mprottop %s  %s  traced %s  %s  update %" PRIu64 " after %s s%s",
		snap->info->host, fmt_clock(clock, snap->time),
		fmt_duration(traced, num_u64_of_double(snap->traced_s)), snap->info->source,
		snap->seq, fmt_fixed(interval, snap->interval_s, 1), snap->ended ? "  ended" : "");
	return table_line(o);
}

static int calls_line(struct output *o, const struct snapshot *snap)
{
	const struct table_totals *totals = &snap->totals;

	buf_puts(&o->line, "Calls");
	add_rate(o, "  ", totals->delta.calls, snap->interval_s);
	if (snap->chosen)
		add_rate(o, ", shown ", snap->shown.calls, snap->interval_s);
	else
		buf_puts(&o->line, " now");
	add_rate(o, "  ", totals->total.calls, snap->traced_s);
	buf_puts(&o->line, " mean");
	add_count(o, totals->total.calls, "total");
	if (o->config.facts & fact_mask("asked")) {
		add_count(o, totals->total.ask_x, "asked for exec");
		add_bytes(o, totals->total.range, "range");
	}
	return table_line(o);
}

static int procs_line(struct output *o, const struct snapshot *snap)
{
	const struct table_totals *totals = &snap->totals;

	buf_puts(&o->line, "Procs");
	add_count(o, totals->active, "active");
	add_count(o, totals->processes, "seen");
	add_count(o, totals->exited, "exited");
	add_count(o, totals->threads, "threads");
	if (totals->folded)
		add_count(o, totals->folded, "folded into one row");
	return table_line(o);
}

static void add_hits(
	struct output *o, const struct health *health, const char *name, uint64_t count)
{
	if (health_knows(health, count))
		buf_printf(&o->line, "  %s %" PRIu64, name, count);
	else
		buf_printf(&o->line, "  %s -", name);
}

static int probe_line(struct output *o, const struct snapshot *snap)
{
	const struct health *health = &snap->health;
	char text[FMT_SIZE];

	buf_printf(&o->line, "Probe  lost %" PRIu64, health->lost);
	add_hits(o, health, "missed", health->missed);
	add_hits(o, health, "unaccounted", health->unaccounted);
	if (isfinite(health->buffer_pct)) {
		buf_printf(&o->line, "  buffer %s%%", fmt_fixed(text, health->buffer_pct, 0));
		buf_printf(&o->line, "  self %s%% CPU", fmt_fixed(text, health->self_cpu_pct, 1));
		add_bytes(o, health->self_pss_bytes, "memory");
	}
	if (!snap->info->compat_visible)
		buf_puts(&o->line, "  64-bit callers only");
	return table_line(o);
}

static int note_line(struct output *o, const char *text)
{
	buf_printf(&o->line, "Note   %s", text);
	return table_line(o);
}

/* Only where there is something to say. */
static int note_lines(struct output *o, const struct health *health)
{
	struct buf doubt = {0};
	int err = 0;

	if (output_doubt(health, &doubt))
		err = note_line(o, doubt.data);
	if (!err && health->lost_side) {
		buf_reset(&doubt);
		buf_printf(&doubt, "names and users may be old: %" PRIu64 " task events lost",
			health->lost_side);
		err = note_line(o, doubt.data);
	}
	if (!err && health->trouble[0])
		err = note_line(o, health->trouble);
	buf_done(&doubt);
	return err;
}

static int summary_lines(struct output *o, const struct snapshot *snap)
{
	static int (*const lines[])(struct output *, const struct snapshot *) = {
		title_line, calls_line, procs_line, probe_line};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lines) && !err; i++)
		err = lines[i](o, snap);
	if (!err)
		err = note_lines(o, &snap->health);
	return err ? err : table_line(o);
}

/* The cells of an update, row by row, each with its terminator, and the widest a column. */
struct cells {
	struct buf text;
	int widths[COLUMN_MAX];
};

static void cells_end(struct cells *cells, int column, size_t start)
{
	int width;

	buf_puts(&cells->text, "");
	width = text_width(cells->text.data + start);
	buf_putc(&cells->text, '\0');
	if (width > cells->widths[column])
		cells->widths[column] = width;
}

static void cells_fill(
	struct cells *cells, const struct output_config *c, const struct snapshot *snap)
{
	for (int i = 0; i < c->nr_columns && !c->quiet; i++) {
		size_t start = cells->text.len;

		buf_puts(&cells->text, c->columns[i]->header);
		cells_end(cells, i, start);
	}
	for (size_t r = 0; r < snap->nr_rows; r++) {
		for (int i = 0; i < c->nr_columns; i++) {
			size_t start = cells->text.len;
			struct value value = {0};

			c->columns[i]->get(&snap->rows[r], &value);
			if (c->tree && tree_names(c->columns[i]))
				tree_text(&snap->rows[r], c->ascii, &cells->text);
			type_cell(c->columns[i]->type, &value, c->raw, &cells->text);
			cells_end(cells, i, start);
		}
	}
}

/* Takes a row of cells; returns what follows it. */
static const char *add_cells(struct output *o, const struct cells *cells, const char *cell)
{
	for (int i = 0; i < o->config.nr_columns; i++) {
		int pad = cells->widths[i] - text_width(cell);
		bool left = o->config.columns[i]->type->left;

		if (i)
			buf_putc(&o->line, ' ');
		if (!left)
			buf_printf(&o->line, "%*s", pad, "");
		buf_puts(&o->line, cell);
		if (left)
			buf_printf(&o->line, "%*s", pad, "");
		cell += strlen(cell) + 1;
	}
	return cell;
}

static int table_rows(struct output *o, const struct snapshot *snap)
{
	struct cells cells = {0};
	size_t nr = snap->nr_rows + !o->config.quiet;
	const char *cell;
	char text[FMT_SIZE];
	int err = 0;

	cells_fill(&cells, &o->config, snap);
	cell = cells.text.data;
	for (size_t r = 0; r < nr && !err; r++) {
		bool header = !r && !o->config.quiet;

		if (o->config.timestamps)
			buf_printf(&o->line, "%-*s ", CLOCK_CELLS,
				header ? "TIME" : fmt_clock(text, snap->time));
		cell = add_cells(o, &cells, cell);
		err = table_line(o);
	}
	buf_done(&cells.text);
	return err;
}

static int table_update(struct output *o, const struct snapshot *snap)
{
	int err = 0;

	if (!output_rows(o) || (o->config.quiet && !snap->nr_rows))
		return 0;
	if (!o->config.quiet)
		err = summary_lines(o, snap);
	if (!err)
		err = table_rows(o, snap);
	return err ? err : table_line(o);
}

/* What the account found after the last update. */
static int table_end(struct output *o, const struct end_info *end)
{
	return o->config.quiet ? 0 : note_lines(o, end->health);
}

const struct format format_table = {
	.name = "table",
	.update = table_update,
	.end = table_end,
	.call_head = table_call_head,
	.call = table_call_line,
	.lost = table_lost,
	.verdict_head = table_verdict_head,
	.verdict = table_verdict,
};
