/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/view_head.h"
#include "base/fmt.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"
#include "model/count_mode.h"
#include "model/group.h"

#include <stdio.h>
#include <string.h>

#define HOST_CELLS 24

/* The title from left to right, each with the weight by which it stays. */
enum {
	PROGRAM,
	STATE,
	HOST,
	CLOCK,
	TRACED,
	SOURCE,
	GROUP,
	COUNTS,       /* what columns count, where that is not since the start */
	COUNTS_SINCE, /* where it is */
	COUNTS_TOO,   /* as the line above the table does */
	SORT,
	TABS,
	TABS_MORE, /* what all of them need beyond the shown one */
	DELAY,
	ITEMS,
};

static const int item_weights[ITEMS] = {100, 99, 60, 70, 75, 20, 45, 97, 15, 40, 30, 98, 50, 80};

struct title {
	char text[ITEMS][96];
	int widths[ITEMS];
	bool fits[ITEMS];
};

/* "[1Main]", "2W^X" */
static const char *tab_text(const struct ui *ui, int i, char out[24])
{
	bool shown = &screens[i] == ui->screen;

	snprintf(out, 24, shown ? "[%c%s]" : "%c%s", screens[i].key, screens[i].name);
	return out;
}

/* Those from to last, with what stands for others at either end. */
static int tabs_width(const struct ui *ui, int from, int last)
{
	char text[24];
	int width = from > 0;

	for (int i = from; i <= last; i++)
		width += (int)strlen(tab_text(ui, i, text)) + (i > from);
	return width + !!screens[last + 1].name;
}

/* Stands for the screens that have no room, and leads to the nearest of them. */
static int more_put(struct ui *ui, struct canvas *canvas, int x, int screen)
{
	int w = canvas_put(canvas, x, 0, 1, STYLE_DIM, ui->ascii ? "~" : "…");

	ui->tabs[ui->nr_tabs++] = (struct bar_item){x, w, (uint32_t)screen};
	return w;
}

static int tabs_draw(struct ui *ui, struct canvas *canvas, int x, int room)
{
	int shown = (int)(ui->screen - screens), from = shown, last = shown;
	char text[24];

	while (screens[last + 1].name && tabs_width(ui, from, last + 1) <= room)
		last++;
	while (from > 0 && tabs_width(ui, from - 1, last) <= room)
		from--;
	ui->nr_tabs = 0;
	if (from > 0)
		x += more_put(ui, canvas, x, from - 1);
	for (int i = from; i <= last; i++) {
		enum style style = i == shown ? STYLE_SORTED : STYLE_HEADER;
		int w = canvas_put(canvas, x, 0, room, style, tab_text(ui, i, text));

		ui->tabs[ui->nr_tabs++] = (struct bar_item){x, w, (uint32_t)i};
		x += w + (i < last);
	}
	if (screens[last + 1].name)
		x += more_put(ui, canvas, x, last + 1);
	return x;
}

/* "REPLAY 0:00:12/0:01:03 x2" */
static const char *place_text(const struct snapshot *snap, char out[72])
{
	char at[FMT_SIZE], of[FMT_SIZE], speed[FMT_SIZE];

	fmt_duration(at, num_u64_of_double(snap->place_s));
	fmt_duration(of, num_u64_of_double(snap->length_s));
	fmt_fixed(
		speed, snap->speed, snap->speed == (double)num_u64_of_double(snap->speed) ? 0 : 2);
	snprintf(out, 72, "REPLAY %.20s/%.20s%s%.12s", at, of, snap->speed > 0 ? " x" : "",
		snap->speed > 0 ? speed : "");
	return out;
}

static void state_fill(char *out, size_t size, const struct ui *ui, const struct snapshot *snap)
{
	char bytes[FMT_SIZE], place[72];
	int len = 0;

	if (snap->replay)
		len = snprintf(out, size, "%s", place_text(snap, place));
	if (snap->recorded)
		len = snprintf(out, size, "REC %s", fmt_bytes(bytes, snap->recorded));
	if (ui->paused)
		len += snprintf(out + len, size - len, "%sPAUSED", len ? " " : "");
	if (snap->ended)
		snprintf(out + len, size - len, "%sENDED", len ? " " : "");
}

const char *view_clock(const struct snapshot *snap, uint64_t ns, char out[FMT_SIZE])
{
	double ago = ((double)snap->totals.closed_ns - (double)ns) / 1e9;

	/* what lies before a suspend is longer ago than CLOCK_MONOTONIC says */
	if (snap->daytime)
		ago += daytime_offset_s(snap->daytime, snap->totals.closed_ns) -
		       daytime_offset_s(snap->daytime, ns);
	return ns ? fmt_clock(out, snap->time - ago) : "-";
}

bool view_counts(const struct ui *ui, const struct snapshot *snap, char out[VIEW_COUNTS])
{
	bool late = ui->threads && ui->mode == count_modes && snap->totals.threads_ns;
	char text[FMT_SIZE];

	if (late)
		snprintf(out, VIEW_COUNTS, "counts since %s",
			view_clock(snap, snap->totals.threads_ns, text));
	else
		snprintf(out, VIEW_COUNTS, "counts %s", ui->mode->name);
	return late;
}

static int counts_item(const struct ui *ui, bool late)
{
	if (ui->mode == count_modes && !late)
		return COUNTS_SINCE;
	return ui->layout.note.h ? COUNTS_TOO : COUNTS;
}

static void title_fill(struct title *t, const struct ui *ui, const struct snapshot *snap)
{
	const char *mark = ui->ascending ? "▲" : "▼";
	const char *host = snap->info->host;
	char text[FMT_SIZE], counts[VIEW_COUNTS];
	bool late;

	if (ui->ascii)
		mark = ui->ascending ? " ^" : " v";
	snprintf(t->text[PROGRAM], sizeof(t->text[0]), "mprottop");
	state_fill(t->text[STATE], sizeof(t->text[0]), ui, snap);
	snprintf(t->text[HOST], sizeof(t->text[0]), "%.*s", (int)text_fit(host, HOST_CELLS, NULL),
		host);
	snprintf(t->text[CLOCK], sizeof(t->text[0]), " %s", fmt_clock(text, snap->time));
	/* the place in a recording tells that */
	if (!snap->replay)
		snprintf(t->text[TRACED], sizeof(t->text[0]), " traced %s",
			fmt_duration(text, num_u64_of_double(snap->traced_s)));
	if (!snap->replay)
		snprintf(t->text[SOURCE], sizeof(t->text[0]), " %s", snap->info->source);
	if (ui->tree && ui_lists(ui))
		snprintf(t->text[GROUP], sizeof(t->text[0]), " tree");
	if (ui->group && ui_lists(ui))
		snprintf(t->text[GROUP], sizeof(t->text[0]), " a row a %s", ui->group->name);
	late = view_counts(ui, snap, counts);
	if (ui_lists(ui))
		snprintf(t->text[counts_item(ui, late)], sizeof(t->text[0]), " %s", counts);
	if (ui_lists(ui))
		snprintf(t->text[SORT], sizeof(t->text[0]), " sort %s%s", ui_header(ui, ui->sort),
			mark);
	snprintf(t->text[DELAY], sizeof(t->text[0]), "  delay %ss", ui_delay_text(ui, text));
}

static void title_fit(struct title *t, const struct ui *ui, int room)
{
	int shown = (int)(ui->screen - screens), nr = 0, at[ITEMS];
	int widths[ITEMS], weights[ITEMS];
	bool fits[ITEMS];

	while (screens[nr].name)
		nr++;
	t->widths[TABS] = 1 + tabs_width(ui, shown, shown);
	t->widths[TABS_MORE] = tabs_width(ui, 0, nr - 1) - tabs_width(ui, shown, shown);
	nr = 0;
	for (int i = 0; i < ITEMS; i++) {
		if (t->text[i][0])
			t->widths[i] = text_width(t->text[i]);
		if (!t->widths[i])
			continue;
		at[nr] = i;
		widths[nr] = t->widths[i];
		weights[nr++] = item_weights[i];
	}
	layout_fit(nr, widths, weights, 1, room, fits);
	for (int i = 0; i < nr; i++)
		t->fits[at[i]] = fits[i];
}

void view_title_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	struct title t = {0};
	int x = 0, end = ui->layout.title.w;

	title_fill(&t, ui, snap);
	title_fit(&t, ui, end);
	for (int i = 0; i < TABS; i++) {
		enum style style = i == PROGRAM ? STYLE_TITLE
				   : i == STATE ? STYLE_WARN
						: STYLE_NORMAL;

		if (t.fits[i])
			x += !!x + canvas_put(canvas, x + !!x, 0, end - x, style, t.text[i]);
	}
	if (t.fits[DELAY]) {
		end -= t.widths[DELAY];
		canvas_put(canvas, end, 0, t.widths[DELAY], STYLE_NORMAL, t.text[DELAY]);
	}
	ui->nr_tabs = 0;
	if (t.fits[TABS])
		tabs_draw(ui, canvas, x + 2, end - x - 2);
}
