/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/view_head.h"
#include "base/buf.h"
#include "base/errname.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/prot.h"
#include "model/count_mode.h"
#include "tui/graph.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HEAD_ERRORS 3 /* names at most */

/* A line being filled from the left. */
struct line {
	struct canvas *canvas;
	int x, y, end;
};

static bool known(double d)
{
	return isfinite(d) && d >= 0;
}

/* All or nothing: half a figure would be a wrong one. */
static bool line_add(struct line *line, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool line_add(struct line *line, enum style style, const char *format, ...)
{
	char text[192];
	va_list ap;
	int width;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	width = canvas_text_width(line->canvas, text);
	if (line->x + width > line->end)
		return false;
	line->x += canvas_put(line->canvas, line->x, line->y, width, style, text);
	return true;
}

static struct line line_label(struct canvas *canvas, struct rect area, const char *label)
{
	struct line line = {canvas, area.x, area.y, area.x + area.w};

	line_add(&line, STYLE_LABEL, "%-6s", label);
	return line;
}

/* "9.1 MiB" of "9.1M", "812 B" of "812". */
static const char *bytes_text(char out[FMT_SIZE], double bytes)
{
	size_t len;

	fmt_byte_rate(out, bytes);
	len = strlen(out);
	if (!known(bytes) || !len)
		return out;
	if (strchr("KMGTPE", out[len - 1]))
		snprintf(out + len - 1, FMT_SIZE - len, " %ciB", (char)out[len - 1]);
	else
		snprintf(out + len, FMT_SIZE - len, " B");
	return out;
}

static double per_second(uint64_t count, double seconds)
{
	return seconds > 0 ? count / seconds : NAN;
}

static bool lossy(const struct health *health)
{
	return health->lost || health->missed || health->unaccounted;
}

bool view_head_trouble(const struct snapshot *snap)
{
	return snap->health.trouble[0] || lossy(&snap->health);
}

static void probe_lost(struct line *line, const struct health *health)
{
	line_add(line, health->lost ? STYLE_BAD : STYLE_NORMAL, "   lost %" PRIu64, health->lost);
	if (health_knows(health, health->missed))
		line_add(line, health->missed ? STYLE_BAD : STYLE_NORMAL, "   missed %" PRIu64,
			health->missed);
	if (health->unaccounted)
		line_add(line, STYLE_BAD, "   unaccounted %" PRIu64, health->unaccounted);
}

/* What costs events of its own: with it off, less is written for a call. */
#define DEAR "ret,old,site,mmap,munmap"

static void probe_advice(struct line *line, const struct snapshot *snap)
{
	const char *advice = snap->health.lost ? "raise --buffer-size" : "see --check";

	/* what --check tells is of this machine, now */
	if (snap->replay)
		advice = snap->health.lost ? "record with a larger --buffer-size"
					   : "record it again";

	if (snap->health.lost && snap->facts & fact_masks(DEAR) &&
		(line_add(line, STYLE_BAD, "   %s or take --columns=pid,comm,calls", advice) ||
			line_add(line, STYLE_BAD, "   %s; fewer columns", advice)))
		return;
	if (!line_add(line, STYLE_BAD, "   figures too low: %s", advice) &&
		!line_add(line, STYLE_BAD, "   %s", advice))
		line_add(line, STYLE_BAD, " too low");
}

void view_head_probe(const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	const struct health *health = &snap->health;
	struct line line = line_label(canvas, area, "Probe");
	char text[FMT_SIZE], cpu[FMT_SIZE];

	if (health->trouble[0]) {
		line.x += canvas_put(canvas, line.x + 1, line.y, line.end - line.x - 1, STYLE_WARN,
				  health->trouble) +
			  1;
		if (lossy(health))
			probe_lost(&line, health);
		return;
	}
	line_add(&line, lossy(health) ? STYLE_BAD : STYLE_GOOD, " %s %s", snap->info->source,
		lossy(health) ? "LOSSY" : "ok");
	if (!snap->info->compat_visible && !lossy(health))
		line_add(&line, STYLE_WARN, ", 64-bit callers only");
	probe_lost(&line, health);
	if (lossy(health))
		probe_advice(&line, snap);
	/* of a recording by another program nobody knows */
	if (!isfinite(health->buffer_pct))
		return;
	line_add(&line, STYLE_NORMAL, "   buffer %s%%", fmt_fixed(text, health->buffer_pct, 0));
	bytes_text(text, health->self_pss_bytes);
	fmt_fixed(cpu, health->self_cpu_pct, 1);
	if (!line_add(&line, STYLE_NORMAL, "   self %s%% CPU, %s", cpu, text))
		line_add(&line, STYLE_NORMAL, "   self %s%% CPU", cpu);
}

static bool told(const struct snapshot *snap, const char *ids)
{
	uint32_t need = fact_masks(ids);

	return (snap->facts & need) == need;
}

/* The error most frequent of those not yet in done; NULL: no more. */
static const struct error_count *error_next(const struct error_count *errors, unsigned int *done)
{
	const struct error_count *best = NULL;

	for (unsigned int i = 0; i < TABLE_ERRORS && errors[i].error; i++)
		if (!(*done & 1u << i) && (!best || errors[i].nr > best->nr))
			best = &errors[i];
	if (best)
		*done |= 1u << (best - errors);
	return best;
}

/* "EACCES 2, ENOMEM 1", of at most nr. */
static void errors_text(const struct table_totals *totals, unsigned int nr, struct buf *out)
{
	const struct error_count *e;
	unsigned int done = 0;
	char name[ERRNAME_SIZE];

	buf_reset(out);
	for (; nr && (e = error_next(totals->errors, &done)); nr--)
		buf_printf(out, "%s%s %" PRIu64, out->len ? ", " : "", errname_text(name, e->error),
			e->nr);
}

/* With as many names as there is room for. */
static void errors_add_to(struct line *line, const struct snapshot *snap)
{
	uint64_t errors = snap->totals.total.errors;
	struct buf names = {0};

	if (!told(snap, "ret")) {
		line_add(line, STYLE_NORMAL, "   errors -");
		return;
	}
	for (unsigned int nr = errors ? HEAD_ERRORS : 0; nr; nr--) {
		errors_text(&snap->totals, nr, &names);
		if (names.len && line_add(line, STYLE_VALUE, "   errors %" PRIu64 " (%s)", errors,
					 names.data))
			goto out;
	}
	line_add(line, errors ? STYLE_VALUE : STYLE_NORMAL, "   errors %" PRIu64, errors);
out:
	buf_done(&names);
}

static void calls_draw(const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	struct line line = line_label(canvas, area, "Calls");
	char text[FMT_SIZE];

	fmt_rate(text, per_second(snap->totals.delta.calls, snap->interval_s));
	if (snap->chosen) {
		line_add(&line, STYLE_VALUE, "%7s/s", text);
		fmt_rate(text, per_second(snap->shown.calls, snap->interval_s));
		line_add(&line, STYLE_VALUE, ", shown %s/s", text);
	} else {
		line_add(&line, STYLE_VALUE, "%7s/s now", text);
	}
	fmt_rate(text, per_second(snap->totals.total.calls, snap->traced_s));
	line_add(&line, STYLE_NORMAL, "%10s/s mean", text);
	line_add(&line, STYLE_NORMAL, "%10" PRIu64 " total", snap->totals.total.calls);
	errors_add_to(&line, snap);
}

/* As much of a text as there is room for; whether that is all. */
static bool line_cut(struct line *line, enum style style, const char *text)
{
	int room = line->end - line->x;
	bool whole = canvas_text_width(line->canvas, text) <= room;

	line->x += canvas_put(line->canvas, line->x, line->y, room, style, text);
	if (!whole)
		canvas_put(line->canvas, line->end - 1, line->y, 1, style,
			line->canvas->ascii ? "~" : "…");
	return whole;
}

static void procs_add(struct line *line, const struct table_totals *totals, const int widths[4])
{
	const struct {
		uint64_t nr;
		const char *name;
	} parts[] = {{totals->active, "active"}, {totals->processes, "seen"},
		{totals->exited, "exited"}, {totals->threads, "threads"}};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		line_add(line, i ? STYLE_NORMAL : STYLE_VALUE, "%s%*" PRIu64 " %s", i ? "  " : "",
			widths[i], parts[i].nr, parts[i].name);
}

/* The figures move together where the filter wants their room; whether it shows whole. */
static bool procs_draw(
	const struct ui *ui, const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	static const int widths[][4] = {{7, 7, 9, 7}, {7, 4, 4, 4}, {2, 1, 1, 1}};
	const struct line start = line_label(canvas, area, "Procs");
	const struct table_totals *totals = &snap->totals;
	struct line line = start;
	struct buf filter = {0};
	int wanted;
	bool whole;

	ui_filter_text(ui, &filter);
	wanted = filter.len ? 10 + canvas_text_width(canvas, filter.data) : 0;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		canvas_fill(canvas, (struct rect){start.x, area.y, start.end - start.x, 1},
			STYLE_NORMAL);
		line = start;
		procs_add(&line, totals, widths[i]);
		if (line.x + wanted <= line.end)
			break;
	}
	whole = line_add(&line, STYLE_NORMAL, "   filter ") &&
		line_cut(&line, filter.len ? STYLE_VALUE : STYLE_NORMAL,
			filter.len ? filter.data : "-");
	buf_done(&filter);
	if (totals->folded)
		line_add(&line, STYLE_WARN, "%9" PRIu64 " rows folded", totals->folded);
	if (snap->health.lost_side)
		line_add(&line, STYLE_WARN, "   lost %" PRIu64 " task events: names may be old",
			snap->health.lost_side);
	return whole || !ui_filtered(ui);
}

/* A kind of change a second; "-" where the source does not tell. */
static void kind_add(struct line *line, const struct snapshot *snap, const char *name)
{
	uint64_t nr = snap->totals.delta.kinds[__builtin_ctz(kind_find(name))];
	char text[FMT_SIZE];

	if (told(snap, "old,ret"))
		line_add(line, nr ? STYLE_VALUE : STYLE_NORMAL, "%6s/s %s",
			fmt_rate(text, per_second(nr, snap->interval_s)), name);
	else
		line_add(line, STYLE_NORMAL, "%8s %s", "-", name);
}

/* What is writable and executable now: some of it is known whatever it was before. */
static void made_add(struct line *line, const struct snapshot *snap)
{
	const struct counts *total = &snap->totals.total;
	bool all = told(snap, "old,ret");
	uint64_t nr = all ? counts_wx(total) : total->made_wx + total->mmap_wx;
	char text[FMT_SIZE];

	if (all || nr)
		line_add(line, nr ? STYLE_VALUE : STYLE_NORMAL, "%6s w+x", fmt_count(text, nr));
	else
		line_add(line, STYLE_NORMAL, "%8s w+x", "-");
}

/* Why kinds are not known, once. */
static void why_add(struct line *line, const struct ui *ui, const struct snapshot *snap)
{
	if (!strcmp(snap->info->source, "kprobe") && !(ui_facts(ui) & fact_mask("old"))) {
		if (!line_add(line, STYLE_DIM, "   its probe is off: a column W>X turns it on"))
			line_add(line, STYLE_DIM, "   -: its probe is off");
	} else if (!line_add(line, STYLE_DIM, "   -: no earlier protection on this source")) {
		line_add(line, STYLE_DIM, "   no earlier protection");
	}
}

static void wx_draw(
	const struct ui *ui, const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	struct line line = line_label(canvas, area, "W^X");
	uint64_t refused = snap->totals.total.x_refused, broke = snap->totals.broke;
	char text[FMT_SIZE] = "-";

	kind_add(&line, snap, "w>x");
	kind_add(&line, snap, "x>w");
	made_add(&line, snap);
	if (told(snap, "ret"))
		fmt_count(text, refused);
	line_add(&line, refused ? STYLE_VALUE : STYLE_NORMAL, "%6s refused", text);
	if (broke && !line_add(&line, STYLE_BAD, "   ! %" PRIu64 " %s broke W^X", broke,
			     broke == 1 ? "process" : "processes"))
		line_add(&line, STYLE_BAD, "   ! %" PRIu64 " broke W^X", broke);
	if (!told(snap, "old"))
		why_add(&line, ui, snap);
}

/* The class asked for most of those not yet in done, PROT_NR_CLASSES: no more. */
static unsigned int share_next(const uint64_t *prot, unsigned int *done)
{
	unsigned int best = PROT_NR_CLASSES;

	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		if (prot[i] && !(*done & 1u << i) &&
			(best == PROT_NR_CLASSES || prot[i] > prot[best]))
			best = i;
	*done |= 1u << best;
	return best;
}

static void share_add(struct line *line, unsigned int class, double percent)
{
	struct buf name = {0};
	char text[FMT_SIZE];

	if (class < PROT_NR_CLASSES - 1)
		prot_text(class, "", &name);
	else
		buf_puts(&name, prot_class_name(class));
	line_add(line, STYLE_NORMAL, "   %s %s%%", name.data, fmt_fixed(text, percent, 1));
	buf_done(&name);
}

static void shares_draw(struct line *line, const struct counts *delta)
{
	unsigned int done = 0, class;

	while ((class = share_next(delta->prot, &done)) < PROT_NR_CLASSES)
		share_add(line, class, 100.0 * delta->prot[class] / delta->calls);
}

static void asked_draw(const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	struct line line = line_label(canvas, area, "Asked");
	const struct counts *delta = &snap->totals.delta;
	char text[FMT_SIZE];

	bytes_text(text, per_second(delta->range, snap->interval_s));
	line_add(&line, STYLE_VALUE, "%9s/s", text);
	fmt_rate(text, per_second(delta->ask_x, snap->interval_s));
	line_add(&line, delta->ask_x ? STYLE_VALUE : STYLE_NORMAL, "   ask x %s/s", text);
	shares_draw(&line, delta);
}

static void graph_draw(const struct snapshot *snap, struct canvas *canvas, struct rect area)
{
	const struct table_totals *totals = &snap->totals;
	uint32_t scale = graph_scale(totals->history, TABLE_HISTORY);
	struct rect bars = area;
	char text[FMT_SIZE];

	if (area.w <= 0)
		return;
	bars.w -= bars.w % TABLE_HISTORY;
	bars.x = area.x + area.w - bars.w;
	fmt_rate(text, per_second(scale, snap->interval_s));
	canvas_put_right(canvas, area.x, area.y, bars.x - area.x - 1, STYLE_LABEL, text);
	canvas_put_right(canvas, area.x, area.y + 1, bars.x - area.x - 1, STYLE_LABEL, "calls/s");
	canvas_put_right(
		canvas, area.x, area.y + area.h - 1, bars.x - area.x - 1, STYLE_LABEL, "0");
	graph_put(canvas, bars, STYLE_GRAPH, totals->history, TABLE_HISTORY, scale);
}

/* "rows 4 to 20 of 187", where not all of them show. */
static void place_draw(const struct ui *ui, struct line *line)
{
	const struct cursor *cursor = &ui->cursor;
	int last = cursor->top + cursor->page;
	char text[64];
	int width;

	if (!ui_lists(ui) || cursor->nr <= cursor->page)
		return;
	snprintf(text, sizeof(text), "rows %d to %d of %d", cursor->top + 1,
		last < cursor->nr ? last : cursor->nr, cursor->nr);
	width = canvas_text_width(line->canvas, text);
	if (line->end - width < line->x)
		return;
	line->end -= width;
	canvas_put(line->canvas, line->end, line->y, width, STYLE_DIM, text);
	line->end -= 3;
}

/* What the columns that count do, and why that is not what they did before. */
static void counts_put(struct line *line, const struct ui *ui, const struct snapshot *snap)
{
	enum style style = ui->mode == count_modes ? STYLE_DIM : STYLE_VALUE;
	char text[VIEW_COUNTS];

	if (!view_counts(ui, snap, text)) {
		line_add(line, style, "%s", text);
		return;
	}
	if (!line_add(line, STYLE_VALUE, "%s, when threads were asked for", text))
		line_add(line, STYLE_VALUE, "%s", text);
}

/* How the table below is made: what its columns count, which rows it has. */
static void note_draw(
	const struct ui *ui, const struct snapshot *snap, struct canvas *canvas, bool told)
{
	const struct rect *area = &ui->layout.note;
	struct line line = {canvas, area->x, area->y, area->x + area->w};
	struct buf filter = {0};

	if (!area->h)
		return;
	place_draw(ui, &line);
	if (ui_lists(ui))
		counts_put(&line, ui, snap);
	if (!told && ui_filtered(ui)) {
		ui_filter_text(ui, &filter);
		if (line_add(&line, STYLE_NORMAL, "%sfilter ", line.x > area->x ? "   " : ""))
			line_cut(&line, STYLE_VALUE, filter.data);
	}
	buf_done(&filter);
}

/* One line, in their order; false: what it had to tell did not fit. */
static bool head_line(const struct ui *ui, const struct snapshot *snap, struct canvas *canvas,
	struct rect line, unsigned int which)
{
	switch (which) {
	case HEAD_PROBE:
		view_head_probe(snap, canvas, line);
		break;
	case HEAD_CALLS:
		calls_draw(snap, canvas, line);
		break;
	case HEAD_PROCS:
		return procs_draw(ui, snap, canvas, line);
	case HEAD_WX:
		wx_draw(ui, snap, canvas, line);
		break;
	default:
		asked_draw(snap, canvas, line);
	}
	return true;
}

void view_head_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	struct rect line = ui->layout.head;
	int end = line.y + line.h;
	bool told = ui->screen->head & HEAD_PROCS;

	view_title_draw(ui, snap, canvas);
	line.h = 1;
	for (unsigned int which = 1; which & HEAD_ALL && line.y < end; which <<= 1)
		if (ui->screen->head & which) {
			told &= head_line(ui, snap, canvas, line, which);
			line.y++;
		}
	note_draw(ui, snap, canvas, told);
	graph_draw(snap, canvas, ui->layout.graph);
}
