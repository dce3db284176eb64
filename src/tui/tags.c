/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/tags.h"
#include "base/mem.h"

#include <stdlib.h>

/* -1: it is not there. */
static int tags_find(const struct tags *tags, const struct row_id *id)
{
	int at = tags->nr - 1;

	while (at >= 0 && !cursor_same(&tags->list[at], id))
		at--;
	return at;
}

bool tags_has(const struct tags *tags, const struct row_id *id)
{
	return tags_find(tags, id) >= 0;
}

bool tags_turn(struct tags *tags, const struct row_id *id)
{
	int at = tags_find(tags, id);

	if (at >= 0) {
		tags->list[at] = tags->list[--tags->nr];
		return true;
	}
	if (tags->nr == TAGS_MOST)
		return false;
	if (tags->nr == tags->cap) {
		tags->cap = tags->cap ? 2 * tags->cap : 16;
		tags->list = mem_resize(tags->list, tags->cap, sizeof(*tags->list));
	}
	tags->list[tags->nr++] = *id;
	return true;
}

void tags_done(struct tags *tags)
{
	free(tags->list);
	*tags = (struct tags){0};
}
