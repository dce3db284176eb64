/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/view.h"
#include "model/filter.h"
#include "model/snapshot.h"

bool view_takes(const struct view *view, const struct table_row *t)
{
	if (view->command && !(t->flags & ROW_COMMAND))
		return false;
	if (view->user && (view->uid == t->uid) == view->user_not)
		return false;
	for (unsigned int i = 0; i < view->nr_pids; i++)
		if (view->pids[i] == t->pid && t->pid != EVENT_NO_ID)
			return true;
	return !view->nr_pids;
}

bool view_names(const struct view *view, const char *command)
{
	return !view->text || filter_holds(command, view->text);
}

bool view_passes(const struct view *view, const struct row *row)
{
	const char *name = row->name ? row->name : row->comm;

	return view_names(view, view->cmdline ? row->cmdline : name) &&
	       (!view->where || filter_takes(view->where, row));
}
