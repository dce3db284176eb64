/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/choice.h"
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void choice_text(struct choice *choice, const char *text)
{
	choice->nr += strcmp(choice->text, text) != 0;
	snprintf(choice->text, sizeof(choice->text), "%s", text);
}

void choice_user(struct choice *choice, uint32_t uid, const char *name, bool but)
{
	choice->nr++;
	choice->user = true;
	choice->user_not = but;
	choice->uid = uid;
	snprintf(choice->user_name, sizeof(choice->user_name), "%s", name);
}

void choice_no_user(struct choice *choice)
{
	choice->nr += choice->user;
	choice->user = false;
}

static int set(struct choice *choice, struct filter **place, struct filter *filter, bool good)
{
	if (!good)
		return -EINVAL;
	choice->nr += *place || filter;
	filter_free(*place);
	*place = filter;
	return 0;
}

int choice_where(struct choice *choice, const char *text, struct fault *fault)
{
	struct filter *filter = text[0] ? filter_parse(text, fault) : NULL;

	return set(choice, &choice->where, filter, filter || !text[0]);
}

int choice_calls(struct choice *choice, const char *text, struct fault *fault)
{
	struct filter *filter = text[0] ? filter_parse_calls(text, fault) : NULL;

	return set(choice, &choice->calls, filter, filter || !text[0]);
}

bool choice_any(const struct choice *choice)
{
	return choice->text[0] || choice->user || choice->where || choice->calls;
}

void choice_view(const struct choice *choice, struct view *view)
{
	view->text = choice->text[0] ? choice->text : NULL;
	view->user = choice->user;
	view->user_not = choice->user_not;
	view->uid = choice->uid;
	view->where = choice->where;
	view->calls = choice->calls;
	view->choice = choice->nr;
}

void choice_tell(const struct choice *choice, bool calls, struct buf *out)
{
	const struct filter *filter = calls ? choice->calls : choice->where;

	if (choice->user)
		buf_printf(out, "user %s%s", choice->user_not ? "!" : "", choice->user_name);
	if (choice->text[0])
		buf_printf(out, "%s\"%s\"", out->len ? ", " : "", choice->text);
	if (filter)
		buf_printf(out, "%s%s", out->len ? ", " : "", filter_text(filter));
}

void choice_clear(struct choice *choice)
{
	unsigned int nr = choice->nr + 1;

	choice_done(choice);
	choice->nr = nr;
}

void choice_done(struct choice *choice)
{
	filter_free(choice->where);
	filter_free(choice->calls);
	*choice = (struct choice){0};
}
