/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/settings.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/text.h"
#include "model/count_mode.h"
#include "model/group.h"
#include "tui/state.h"

#include <stdio.h>
#include <string.h>

#define DELAY_MIN_NS 100000000ULL
#define DELAY_MAX_NS 3600000000000ULL
#define LINE_MOST    1024

static bool take_columns(struct settings *s, const char *value)
{
	int nr = value[0] == '+' ? -1 : column_list(value, NULL, 0, s->columns, COLUMN_MAX, NULL);

	s->nr_columns = nr > 0 ? nr : 0;
	return nr > 0;
}

static void put_columns(const struct settings *s, struct buf *out)
{
	for (int i = 0; i < s->nr_columns; i++)
		buf_printf(out, "%s%s", i ? "," : "", s->columns[i]->id);
}

static bool take_sort(struct settings *s, const char *value)
{
	const struct column *column = column_find(value + 1);

	if ((value[0] != '+' && value[0] != '-') || !column)
		return false;
	s->sort = column;
	s->ascending = value[0] == '-';
	return true;
}

static void put_sort(const struct settings *s, struct buf *out)
{
	if (s->sort)
		buf_printf(out, "%c%s", s->ascending ? '-' : '+', s->sort->id);
}

static bool take_delay(struct settings *s, const char *value)
{
	uint64_t ns;

	if (num_time(value, DELAY_MIN_NS, DELAY_MAX_NS, &ns))
		return false;
	s->delay_s = (double)ns / 1e9;
	return true;
}

static void put_delay(const struct settings *s, struct buf *out)
{
	char text[FMT_SIZE];

	if (s->delay_s > 0)
		buf_puts(out, fmt_fixed(text, s->delay_s, 9));
}

static bool take_group(struct settings *s, const char *value)
{
	for (const struct group_kind *g = group_kinds; g->name; g++)
		if (!strcmp(g->name, value)) {
			s->group = g;
			return true;
		}
	return false;
}

static void put_group(const struct settings *s, struct buf *out)
{
	if (s->group)
		buf_puts(out, s->group->name);
}

static bool take_count(struct settings *s, const char *value)
{
	const struct count_mode *mode = count_mode_find(value);

	if (mode)
		s->mode = mode;
	return mode;
}

static void put_count(const struct settings *s, struct buf *out)
{
	if (s->mode)
		buf_puts(out, s->mode->id);
}

static bool take_exited(struct settings *s, const char *value)
{
	for (const struct keep *keep = keeps; keep->text; keep++)
		if (!strcmp(keep->id, value)) {
			s->keep = keep;
			return true;
		}
	return false;
}

static void put_exited(const struct settings *s, struct buf *out)
{
	if (s->keep)
		buf_puts(out, s->keep->id);
}

static bool take_flag(int *flag, const char *value)
{
	bool yes = !strcmp(value, "yes");

	if (!yes && strcmp(value, "no") != 0)
		return false;
	*flag = yes;
	return true;
}

static void put_flag(int flag, struct buf *out)
{
	if (flag >= 0)
		buf_puts(out, flag ? "yes" : "no");
}

#define FLAG(name)                                                                                 \
	static bool take_##name(struct settings *s, const char *value)                             \
	{                                                                                          \
		return take_flag(&s->name, value);                                                 \
	}                                                                                          \
                                                                                                   \
	static void put_##name(const struct settings *s, struct buf *out)                          \
	{                                                                                          \
		put_flag(s->name, out);                                                            \
	}

FLAG(idle)
FLAG(threads)
FLAG(tree)
FLAG(cmdline)
FLAG(color)
FLAG(ascii)

const struct setting settings[] = {
	{"columns", "ids of columns, in their order", take_columns, put_columns},
	{"sort", "+COLUMN the largest first, -COLUMN the smallest first", take_sort, put_sort},
	{"delay", "time between updates", take_delay, put_delay},
	{"group", "process, program, user, unit or container", take_group, put_group},
	{"count", "total, interval or average", take_count, put_count},
	{"exited", "10s, always or never", take_exited, put_exited},
	{"idle", "yes or no", take_idle, put_idle},
	{"threads", "yes or no: a row a thread", take_threads, put_threads},
	{"tree", "yes or no: children below their parents", take_tree, put_tree},
	{"cmdline", "yes or no: command lines in place of names", take_cmdline, put_cmdline},
	{"color", "yes or no: colours, where the terminal has them", take_color, put_color},
	{"ascii", "yes or no: no character beyond ASCII", take_ascii, put_ascii},
	{0},
};

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && strchr(" \t\r", text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* Of a line that is changed; empty ones and comments mean nothing. */
static bool take_line(struct settings *to, char *line)
{
	char *name = trim(line), *value = strchr(name, '=');

	if (!name[0] || name[0] == '#')
		return true;
	if (!value)
		return false;
	*value++ = '\0';
	name = trim(name);
	value = trim(value);
	for (const struct setting *s = settings; s->name; s++)
		if (!strcmp(s->name, name))
			return s->take(to, value);
	return false;
}

void settings_parse(struct settings *to, const char *text, size_t len, struct settings_doubt *doubt)
{
	unsigned int number = 0;

	*to = (struct settings){
		.idle = -1, .threads = -1, .tree = -1, .cmdline = -1, .color = -1, .ascii = -1};
	*doubt = (struct settings_doubt){0};
	for (const char *at = text, *end = text + len; at < end; number++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t size = (size_t)((stop ? stop : end) - at);
		char line[LINE_MOST];
		bool good = size < sizeof(line) && !memchr(at, '\0', size);

		snprintf(line, sizeof(line), "%.*s", good ? (int)size : 0, at);
		good = good && take_line(to, line);
		if (!good && !doubt->nr++) {
			doubt->line = number + 1;
			text_clean(doubt->text, sizeof(doubt->text), at, size);
		}
		at += size + 1;
	}
}

void settings_write(const struct settings *from, struct buf *out)
{
	struct buf value = {0};

	buf_puts(out, "# of mprottop; written by the key W\n");
	for (const struct setting *s = settings; s->name; s++) {
		buf_reset(&value);
		s->put(from, &value);
		if (value.len)
			buf_printf(out, "%s = %s\n", s->name, value.data);
	}
	buf_done(&value);
}

/* The first screen's, which may wait for its turn. */
void settings_of(const struct ui *ui, struct settings *to)
{
	const struct pane *pane = &ui->panes[0];
	bool shown = ui->table == screens;
	bool chosen = shown ? !ui->nr_wide : !pane->nr_wide;

	*to = (struct settings){.sort = shown ? ui->sort : pane->sort,
		.ascending = shown ? ui->ascending : pane->ascending,
		.delay_s = ui->delay_s,
		.group = ui->group ? ui->group : group_kinds,
		.mode = ui->mode,
		.keep = ui->keep,
		.idle = ui->idle,
		.threads = ui->threads,
		.tree = ui->tree,
		.cmdline = ui->cmdline,
		.color = ui->color,
		.ascii = ui->ascii};
	if (!chosen)
		return;
	to->nr_columns = shown ? ui->nr_columns : pane->nr_columns;
	memcpy(to->columns, shown ? ui->columns : pane->columns, sizeof(to->columns));
}

void settings_apply(const struct settings *from, struct ui_config *to)
{
	if (!to->nr_columns && from->nr_columns) {
		to->columns = from->columns;
		to->nr_columns = from->nr_columns;
	}
	if (!to->sort && from->sort) {
		to->sort = from->sort;
		to->ascending = from->ascending;
	}
	if (to->delay_s <= 0)
		to->delay_s = from->delay_s;
	to->mode = from->mode;
	to->keep = from->keep;
	to->idle |= from->idle > 0;
	to->ascii |= from->ascii > 0;
	/* threads, groups, and trees and command lines of processes exclude each other */
	if (!to->group && !to->threads && !to->tree && !to->cmdline)
		to->threads |= from->threads > 0;
	if (!to->threads && !to->group && !to->tree)
		to->group = from->group && from->group->key ? from->group : NULL;
	if (!to->threads && !to->group)
		to->tree |= from->tree > 0;
	if (!to->threads)
		to->cmdline |= from->cmdline > 0;
}
