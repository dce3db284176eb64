/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/meddle.h"

#include <stdio.h>

static const char *const acts[] = {"trace", "trace_pipe"};

void meddle_init(struct meddle *meddle, struct knobs *knobs, const char *run)
{
	*meddle = (struct meddle){0};
	for (unsigned int which = SOURCE_COUNTED; which <= SOURCE_SIDE; which++) {
		for (unsigned int i = 0; i < 2; i++) {
			char object[96];

			snprintf(object, sizeof(object), "instances/%.50s%s/%s", run,
				which ? "_side" : "", acts[i]);
			knobs_add(knobs, acts[i], which, "", object, -1);
		}
	}
}

void meddle_look(struct meddle *meddle, struct source *source, struct knobs *knobs)
{
	uint64_t lost = 0;

	knobs_age(knobs);
	for (unsigned int which = SOURCE_COUNTED; which <= SOURCE_SIDE; which++) {
		struct source_stats stats;

		source_stats(source, which, &stats);
		if (stats.clears > meddle->clears[which])
			knobs_hit(knobs, "trace", which);
		if (stats.stolen > meddle->stolen[which])
			knobs_hit(knobs, "trace_pipe", which);
		lost += stats.lost;
		meddle->clears[which] = stats.clears;
		meddle->stolen[which] = stats.stolen;
	}
	meddle->losing = lost > meddle->lost;
	meddle->lost = lost;
	knobs_look(knobs);
}
