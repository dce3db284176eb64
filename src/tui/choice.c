/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/choice.h"
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>

void choice_text(struct choice *choice, const char *text)
{
	snprintf(choice->text, sizeof(choice->text), "%s", text);
}

void choice_user(struct choice *choice, uint32_t uid, const char *name, bool but)
{
	choice->user = true;
	choice->user_not = but;
	choice->uid = uid;
	snprintf(choice->user_name, sizeof(choice->user_name), "%s", name);
}

void choice_no_user(struct choice *choice)
{
	choice->user = false;
}

int choice_where(struct choice *choice, const char *text, struct fault *fault)
{
	struct filter *filter = NULL;

	if (text[0]) {
		filter = filter_parse(text, fault);
		if (!filter)
			return -EINVAL;
	}
	filter_free(choice->where);
	choice->where = filter;
	return 0;
}

bool choice_any(const struct choice *choice)
{
	return choice->text[0] || choice->user || choice->where;
}

void choice_view(const struct choice *choice, struct view *view)
{
	view->text = choice->text[0] ? choice->text : NULL;
	view->user = choice->user;
	view->user_not = choice->user_not;
	view->uid = choice->uid;
	view->where = choice->where;
}

void choice_tell(const struct choice *choice, struct buf *out)
{
	if (choice->user)
		buf_printf(out, "user %s%s", choice->user_not ? "!" : "", choice->user_name);
	if (choice->text[0])
		buf_printf(out, "%s\"%s\"", out->len ? ", " : "", choice->text);
	if (choice->where)
		buf_printf(out, "%s%s", out->len ? ", " : "", filter_text(choice->where));
}

void choice_done(struct choice *choice)
{
	filter_free(choice->where);
	*choice = (struct choice){0};
}
