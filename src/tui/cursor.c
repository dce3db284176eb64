/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/cursor.h"
#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>

static int clamp(int value, int low, int high)
{
	if (value > high)
		value = high;
	return value < low ? low : value;
}

/* The selection stays in view, and no line is empty while rows are left above. */
static void cursor_show(struct cursor *cursor)
{
	int page = cursor->page < 1 ? 1 : cursor->page;

	cursor->top = clamp(cursor->top, cursor->index - page + 1, cursor->index);
	cursor->top = clamp(cursor->top, 0, clamp(cursor->nr - page, 0, INT_MAX));
}

bool cursor_same(const struct row_id *a, const struct row_id *b)
{
	return a->pid == b->pid && a->tid == b->tid && a->start_ns == b->start_ns;
}

static void cursor_copy(struct cursor *cursor, const struct snapshot *snap)
{
	if (cursor->turn && cursor->snap == snap && cursor->turn == snap->turn)
		return;
	cursor->snap = snap;
	cursor->turn = snap->turn;
	cursor->nr = snap->nr_rows;
	if (cursor->nr > cursor->cap) {
		cursor->cap = cursor->nr + cursor->nr / 2;
		cursor->ids = mem_resize(cursor->ids, cursor->cap, sizeof(*cursor->ids));
	}
	for (int i = 0; i < cursor->nr; i++)
		cursor->ids[i] = snapshot_id(snap, (size_t)i);
}

static void cursor_place(struct cursor *cursor, int index)
{
	cursor->index = clamp(index, 0, clamp(cursor->nr - 1, 0, INT_MAX));
	if (!cursor->follow) {
		cursor->pinned = cursor->nr > 0;
		if (cursor->pinned)
			cursor->at = cursor->ids[cursor->index];
	}
	cursor_show(cursor);
}

void cursor_update(struct cursor *cursor, const struct snapshot *snap, int page)
{
	int found = cursor->index;

	cursor_copy(cursor, snap);
	/* a larger window shows the first rows again, if the selection stays in it */
	if (page > cursor->page && cursor->index < page)
		cursor->top = 0;
	cursor->page = page;
	if (!cursor->pinned) {
		cursor_home(cursor);
		return;
	}
	/* most often it is where it was */
	if (found >= cursor->nr || !cursor_same(&cursor->ids[found], &cursor->at))
		for (found = 0; found < cursor->nr; found++)
			if (cursor_same(&cursor->ids[found], &cursor->at))
				break;
	/* gone: the next row takes its place */
	cursor_place(cursor, found < cursor->nr ? found : cursor->index);
}

void cursor_to(struct cursor *cursor, int index)
{
	cursor->follow = false;
	cursor_place(cursor, index);
}

void cursor_follow(struct cursor *cursor)
{
	cursor_to(cursor, cursor->index);
	cursor->follow = cursor->pinned;
}

void cursor_move(struct cursor *cursor, int lines)
{
	cursor_to(cursor, cursor->index + lines);
}

void cursor_home(struct cursor *cursor)
{
	cursor->pinned = cursor->follow = false;
	cursor->index = 0;
	cursor->top = 0;
}

void cursor_done(struct cursor *cursor)
{
	free(cursor->ids);
	*cursor = (struct cursor){0};
}
