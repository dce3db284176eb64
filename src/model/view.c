/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/view.h"
#include "model/call_column.h"
#include "model/filter.h"
#include "model/snapshot.h"

bool view_runs(const struct view *view, const struct table_row *t)
{
	if (view->command && !(t->flags & ROW_COMMAND))
		return false;
	for (unsigned int i = 0; i < view->nr_pids; i++)
		if (view->pids[i] == t->pid && t->pid != EVENT_NO_ID)
			return true;
	return !view->nr_pids;
}

static bool takes_user(const struct view *view, uint32_t uid)
{
	return !view->user || (view->uid == uid) != view->user_not;
}

bool view_takes(const struct view *view, const struct table_row *t)
{
	return takes_user(view, t->uid) && view_runs(view, t);
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

bool view_all_calls(const struct view *view)
{
	return !view->user && !view->text && !view->calls;
}

bool view_takes_call(const struct view *view, uint32_t uid, const struct call_row *call)
{
	const struct row row = {.call = call};

	return takes_user(view, uid) && view_names(view, call->comm) &&
	       (!view->calls || filter_takes(view->calls, &row));
}
