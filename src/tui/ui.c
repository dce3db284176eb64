/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/ui.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "model/count_mode.h"
#include "model/group.h"
#include "tui/state.h"
#include "tui/view_head.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000ULL
#define TOLD_S    10

/* The first holds at the start, x goes round. */
const struct keep keeps[] = {
	{"10s", "exited rows stay 10 s", 10 * SECOND_NS},
	{"always", "exited rows always stay", UINT64_MAX},
	{"never", "exited rows never stay", 0},
	{NULL, NULL, 0},
};

const struct ui_screen screens[] = {
	{.key = '1', .name = "Main", .draw = view_main_draw, .head = HEAD_ALL},
	{.key = '2',
		.name = "W^X",
		.draw = view_wx_draw,
		.columns = "pid,user,verdict,wx,w_to_x,x_new,x_to_w,mmap_wx,x_refused,ask_x,site,"
			   "comm",
		.sort = "verdict",
		.head = HEAD_PROBE | HEAD_WX,
		.want = VIEW_WX,
		.panel = SNAPSHOT_BREACHES + 2,
		.below = true,
		.empty = "no process made memory executable, nor asked for it"},
	{.key = '3',
		.name = "Events",
		.draw = view_events_draw,
		.columns = "",
		.facts = "asked,ret,duration,old,site",
		.head = HEAD_PROBE | HEAD_CALLS,
		.want = VIEW_EVENTS,
		.picks = true,
		.calls = true,
		.holds = view_events_holds},
	{.key = '4',
		.name = "Lat",
		.draw = view_latency_draw,
		.columns = "pid,user,time_pct,calls_per_s,p50_ns,p99_ns,max_ns,comm",
		.sort = "time_pct",
		.head = HEAD_PROBE | HEAD_CALLS,
		.want = VIEW_TIMES,
		.panel = HIST_BITS},
	{.key = '5',
		.name = "Sites",
		.draw = view_sites_draw,
		.columns = "",
		.facts = "site",
		.head = HEAD_PROBE | HEAD_CALLS,
		.want = VIEW_CALLERS,
		.picks = true,
		.holds = view_sites_holds},
	{.key = '6',
		.name = "Self",
		.draw = view_self_draw,
		.columns = "",
		.head = HEAD_PROBE,
		.want = VIEW_SELF},
	{.name = NULL},
};

const struct ui_screen screen_help = {.name = "Help", .draw = view_help_draw};
const struct ui_screen screen_detail = {.name = "Detail",
	.draw = view_detail_draw,
	.facts = "asked,ret,duration,old,site,exe,cmdline,cgroup,why",
	.want = VIEW_DETAIL};

struct ui *ui_new(const struct ui_config *config)
{
	struct ui *ui = mem_new(1, sizeof(*ui));

	assert(config->nr_columns > 0 && config->nr_columns <= COLUMN_MAX);
	memcpy(ui->columns, config->columns, config->nr_columns * sizeof(*ui->columns));
	ui->nr_columns = config->nr_columns;
	if (config->nr_wide)
		memcpy(ui->wide, config->wide, config->nr_wide * sizeof(*ui->wide));
	ui->nr_wide = config->nr_wide;
	if (config->cmdline)
		ui_names(ui, true);
	ui->sort = config->sort ? config->sort : column_find("calls_per_s");
	ui->ascending = config->ascending;
	ui->ascii = config->ascii;
	ui->color = config->color;
	ui->mode = config->mode ? config->mode : count_modes;
	ui->idle = config->idle;
	ui->threads = config->threads;
	ui->tree = config->tree;
	ui->group = config->group;
	if (config->text)
		choice_text(&ui->choice, config->text);
	if (config->user)
		choice_user(&ui->choice, config->uid, config->user_name, config->user_not);
	if (config->where)
		choice_where(&ui->choice, config->where, NULL);
	ui->keep = config->keep ? config->keep : keeps;
	ui->delay_s = config->delay_s;
	ui->replay = config->replay;
	if (config->scope)
		snprintf(ui->scope, sizeof(ui->scope), "%s", config->scope);
	ui->pid_digits = config->pid_digits;
	ui->screen = ui->table = screens;
	return ui;
}

void ui_free(struct ui *ui)
{
	if (!ui)
		return;
	cursor_done(&ui->cursor);
	for (int i = 0; i < SCREENS_MOST; i++)
		cursor_done(&ui->panes[i].cursor);
	menu_done(&ui->menu);
	tags_done(&ui->tags);
	tags_done(&ui->folded);
	choice_done(&ui->choice);
	sieve_done(&ui->sieve);
	free(ui);
}

void ui_tell(struct ui *ui, const char *text)
{
	snprintf(ui->told, sizeof(ui->told), "%s", text);
	ui->told_s = -1;
}

/* A sentence gives way to the keys after a while, by the time of the data. */
static void told_age(struct ui *ui, const struct snapshot *snap)
{
	if (ui->told_s < 0)
		ui->told_s = snap->traced_s;
	if (snap->traced_s - ui->told_s >= TOLD_S)
		ui->told[0] = '\0';
}

const struct column *const *ui_columns(const struct ui *ui, int width, int *nr)
{
	bool wide = ui->nr_wide && width >= LAYOUT_WIDE;

	*nr = wide ? ui->nr_wide : ui->nr_columns;
	return wide ? ui->wide : ui->columns;
}

bool ui_filtered(const struct ui *ui)
{
	const struct choice *choice = &ui->choice;

	if (!ui_lists(ui) && !ui->screen->calls)
		return false;
	return ui->scope[0] || choice->text[0] || choice->user ||
	       (ui->screen->calls ? choice->calls : choice->where);
}

void ui_filter_text(const struct ui *ui, struct buf *out)
{
	choice_tell(&ui->choice, ui->screen->calls, out);
	if (ui->scope[0])
		buf_printf(out, "%s%s", out->len ? ", " : "", ui->scope);
}

const char *ui_record(const struct ui *ui)
{
	return ui->record;
}

double ui_delay_s(const struct ui *ui)
{
	return ui->delay_s;
}

const char *ui_delay_text(const struct ui *ui, char out[FMT_SIZE])
{
	double tenths = ui->delay_s * 10;

	return fmt_fixed(out, ui->delay_s, tenths == (double)num_u64_of_double(tenths) ? 1 : 3);
}

bool ui_paused(const struct ui *ui)
{
	return ui->paused;
}

struct ui_jump ui_jump(struct ui *ui)
{
	struct ui_jump jump = ui->jump;

	ui->jump = (struct ui_jump){0};
	return jump;
}

bool ui_color(const struct ui *ui)
{
	return ui->color;
}

void ui_no_color(struct ui *ui)
{
	ui->color = false;
	ui_tell(ui, "this terminal has no colours");
}

uint64_t ui_keep_ns(const struct ui *ui)
{
	return ui->keep->ns;
}

void ui_view(const struct ui *ui, struct view *view)
{
	view->sort = ui->sort;
	view->ascending = ui->ascending;
	view->threads = ui->threads;
	view->cmdline = ui->cmdline;
	view->group = ui->group;
	view->idle = ui->idle;
	view->live = true;
	/* a held screen stays while the table goes on */
	view->lazy = !ui->paused || ui->replay;
	view->mode = ui->mode;
	view->tree = ui->tree;
	view->folded = ui->folded.list;
	view->nr_folded = ui->folded.nr;
	view->want = ui->screen->want;
	if (ui->over == &screen_detail || ui->under == &screen_detail) {
		view->want |= VIEW_DETAIL;
		view->detail = ui->detail;
	}
	choice_view(&ui->choice, view);
}

void ui_names(struct ui *ui, bool cmdline)
{
	ui->cmdline = cmdline;
	column_names(ui->columns, ui->nr_columns, cmdline);
	column_names(ui->wide, ui->nr_wide, cmdline);
}

const struct row *ui_row(const struct ui *ui)
{
	const struct snapshot *snap = ui->snap;

	size_t at = (size_t)ui->cursor.index;

	return snap && at < snap->nr_rows ? snapshot_at(snap, at) : NULL;
}

static int thread_columns(const struct column **list, int nr, bool threads)
{
	const struct column *tid = column_find("tid");
	int at = 0;

	nr = column_drop(list, nr, tid->id);
	if (!threads || !nr || nr == COLUMN_MAX)
		return nr;
	while (at < nr && list[at] != column_find("pid"))
		at++;
	at = at < nr ? at + 1 : 0;
	memmove(list + at + 1, list + at, (size_t)(nr - at) * sizeof(*list));
	list[at] = tid;
	return nr + 1;
}

void ui_thread_columns(struct ui *ui)
{
	ui->nr_columns = thread_columns(ui->columns, ui->nr_columns, ui->threads);
	ui->nr_wide = thread_columns(ui->wide, ui->nr_wide, ui->threads);
	if (!ui->threads && ui->sort == column_find("tid"))
		ui_sort(ui, column_find("pid"));
}

void ui_sort(struct ui *ui, const struct column *column)
{
	ui->sort = column;
	ui->ascending = column->type->left || column->type == &type_id;
}

const char *ui_header(const struct ui *ui, const struct column *column)
{
	return !strcmp(column->id, "calls") ? ui->mode->calls : column->header;
}

/* top answers a wrong key too; what no keyboard key makes is left alone. */
static unsigned int key_unknown(struct ui *ui, uint32_t code)
{
	struct buf text = {0};

	if (code <= ' ' || code > '~')
		return 0;
	buf_puts(&text, "nothing is on the key ");
	key_code_text(code, &text);
	buf_puts(&text, "; h tells what is");
	ui_tell(ui, text.data);
	buf_done(&text);
	return REACT_REDRAW;
}

/* Whether it means something on this screen. */
static bool key_fits(const struct ui *ui, const struct key *key)
{
	return !key->rows || ui_lists(ui) || (key->lines && ui->screen->holds) ||
	       (key->calls && ui->screen->calls);
}

unsigned int ui_key(struct ui *ui, const struct key_press *press)
{
	const struct key *key = key_find(press->code);
	unsigned int told = ui->told[0] ? REACT_REDRAW : 0;

	ui->told[0] = '\0';
	/* rows may be others than were drawn last: a small window draws none */
	if (ui->snap)
		cursor_update(&ui->cursor, ui->snap, ui->cursor.page);
	if (ui->prompt.accept)
		return told | prompt_key(&ui->prompt, ui, press);
	if (ui->menu.accept)
		return told | menu_key(&ui->menu, ui, press);
	if (!key)
		return told | key_unknown(ui, press->code);
	if (ui->over && !key->anywhere)
		return told;
	if (!key_fits(ui, key)) {
		ui_tell(ui, "this screen has no table of processes; 1 leads to one");
		return REACT_REDRAW;
	}
	ui->press = *press;
	return told | key->act(ui, key);
}

static const char *bar_label(const struct ui *ui, const struct key *key)
{
	if (ui->over || (!ui_lists(ui) && !ui->screen->picks && !key->bar &&
				ui->scroll.nr > ui->scroll.page))
		return key->over;
	return key_fits(ui, key) && (!key->column || ui_lists(ui)) ? key->bar : NULL;
}

/* Which keys stand in the bottom line, and how wide; returns how many. */
static int bar_keys(const struct ui *ui, int room, const struct key **shown)
{
	int widths[BAR_MAX] = {0}, weights[BAR_MAX] = {0};
	const struct key *all[BAR_MAX];
	bool fits[BAR_MAX];
	int nr = 0, nr_shown = 0;

	for (const struct key *key = keys; key->name; key++) {
		struct buf text = {0};

		if (!bar_label(ui, key))
			continue;
		assert(nr < BAR_MAX);
		key_code_text(key->codes[0], &text);
		all[nr] = key;
		weights[nr] = key->weight;
		widths[nr++] = text.len + 1 + strlen(bar_label(ui, key));
		buf_done(&text);
	}
	layout_fit(nr, widths, weights, 2, room, fits);
	for (int i = 0; i < nr; i++)
		if (fits[i])
			shown[nr_shown++] = all[i];
	return nr_shown;
}

static void bar_draw(struct ui *ui, struct canvas *canvas)
{
	const struct rect *bar = &ui->layout.bar;
	const struct key *shown[BAR_MAX];
	struct buf text = {0};
	int x = bar->x;

	ui->nr_bar = bar_keys(ui, bar->w, shown);
	for (int i = 0; i < ui->nr_bar; i++) {
		int from = x;

		buf_reset(&text);
		key_code_text(shown[i]->codes[0], &text);
		x += canvas_put(canvas, x, bar->y, bar->w - x, STYLE_KEY, text.data) + 1;
		x += canvas_put(canvas, x, bar->y, bar->w - x, STYLE_BAR, bar_label(ui, shown[i]));
		ui->bar[i] = (struct bar_item){from, x - from, shown[i]->codes[0]};
		x += 2;
	}
	buf_done(&text);
}

static void bottom_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	const struct rect *bar = &ui->layout.bar;

	told_age(ui, snap);
	ui->nr_bar = 0;
	if (ui->prompt.accept)
		prompt_draw(&ui->prompt, canvas, *bar);
	else if (ui->menu.accept)
		canvas_put(canvas, bar->x, bar->y, bar->w, STYLE_DIM, "Enter: take   Esc: leave");
	else if (ui->told[0])
		canvas_put(canvas, bar->x, bar->y, bar->w, STYLE_PROMPT, ui->told);
	else if (!ui->layout.head.h && view_head_trouble(snap))
		view_head_probe(snap, canvas, *bar);
	else
		bar_draw(ui, canvas);
}

static void small_draw(struct canvas *canvas)
{
	char text[80];

	snprintf(text, sizeof(text), "mprottop needs %dx%d, this is %dx%d", LAYOUT_MIN_WIDTH,
		LAYOUT_MIN_HEIGHT, canvas->width, canvas->height);
	canvas_put(canvas, 0, 0, canvas->width, STYLE_NORMAL, text);
}

static void tell_hidden(struct ui *ui, int hidden)
{
	char text[80];

	if (hidden <= 0 || ui->layout.small)
		return;
	snprintf(text, sizeof(text), "%d column%s not fit: a wider window shows more", hidden,
		hidden == 1 ? " does" : "s do");
	ui_tell(ui, text);
}

/* A screen of ours leaves out what the source cannot tell. */
static const struct column *const *columns_known(
	struct ui *ui, const struct snapshot *snap, const struct column *const *list, int *nr)
{
	if (!ui->table->columns)
		return list;
	memcpy(ui->known, list, *nr * sizeof(*list));
	*nr = column_known(ui->known, *nr, snap->facts);
	return ui->known;
}

static void layout_draw(struct ui *ui, const struct snapshot *snap, const struct canvas *canvas)
{
	struct layout_table table = {.sort = ui->sort, .pid_digits = ui->pid_digits};

	table.list = ui_columns(ui, canvas->width, &table.nr);
	table.list = columns_known(ui, snap, table.list, &table.nr);
	layout_make(&ui->layout, canvas->width, canvas->height, &table,
		__builtin_popcount(ui->screen->head));
	layout_panel(&ui->layout, ui->screen->panel, ui->screen->below, snap->nr_rows);
	if (ui->chosen)
		tell_hidden(ui, table.nr - ui->layout.nr_columns);
	ui->chosen = false;
}

void ui_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	const struct ui_screen *screen = ui->over ? ui->over : ui->screen;

	canvas->ascii = ui->ascii;
	canvas_fill(canvas, (struct rect){0, 0, canvas->width, canvas->height}, STYLE_NORMAL);
	layout_draw(ui, snap, canvas);
	ui->snap = snap;
	cursor_update(&ui->cursor, snap, ui->layout.rows.h);
	if (ui->layout.small) {
		small_draw(canvas);
		return;
	}
	screen->draw(ui, snap, canvas);
	if (ui->menu.accept)
		menu_draw(&ui->menu, canvas, ui_body(ui));
	bottom_draw(ui, snap, canvas);
}
