/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void formats_layout(struct formats *f, const struct msg_layout *layout)
{
	free(f->records);
	f->records = mem_strdup(layout->event);
}

void formats_event(struct formats *f, const struct msg_event *event, uint32_t id)
{
	struct format_kept *kept;

	/* handed over again, with the others that were made again */
	for (size_t i = 0; i < f->nr; i++)
		if (f->list[i].id == id && f->list[i].which == event->which &&
			!strcmp(f->list[i].event, event->event))
			return;
	f->list = mem_resize(f->list, f->nr + 1, sizeof(*f->list));
	kept = &f->list[f->nr++];
	*kept = (struct format_kept){.which = event->which, .id = id, .flags = event->flags};
	snprintf(kept->name, sizeof(kept->name), "%s", event->name);
	snprintf(kept->system, sizeof(kept->system), "%s", event->system);
	snprintf(kept->event, sizeof(kept->event), "%s", event->event);
	snprintf(kept->place, sizeof(kept->place), "%s", event->place);
	snprintf(kept->shape, sizeof(kept->shape), "%s", event->shape);
	kept->text = mem_strdup(event->text);
}

bool formats_know(const struct formats *f, const char *name)
{
	for (size_t i = 0; i < f->nr; i++)
		if (!strcmp(f->list[i].name, name))
			return true;
	return false;
}

void formats_done(struct formats *f)
{
	for (unsigned int i = 0; i < f->nr; i++)
		free(f->list[i].text);
	free(f->list);
	free(f->records);
	*f = (struct formats){0};
}
