/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "need.h"
#include "model/event.h"
#include "tui/ui.h"

#define CALL_FACTS  "asked,ret,duration,old,site,key"
#define HEAD_FACTS  "asked" /* of the screen, which finds them cheap */
#define AUDIT_FACTS "asked,ret,old,site,refused,mmap_wx,exec_map,shm_exec,cgroup"

static uint32_t shown_facts(const struct options *o, bool live)
{
	const struct column *set[COLUMN_MAX];
	bool machine = !live && (o->format->machine || (o->metrics_file && !o->batch));
	uint32_t mask = filter_facts(o->where) | filter_facts(o->fail_if) |
			(o->group ? fact_masks(o->group->facts) : 0) |
			(o->sort ? fact_masks(o->sort->facts) : 0);
	int nr = o->nr_columns;

	if (o->audit)
		return fact_masks(AUDIT_FACTS) | mask;
	if (o->events)
		return fact_masks(CALL_FACTS) | o->also | mask;
	if (nr)
		return mask | column_facts(o->columns, nr);
	if (machine)
		nr = column_machine(o->threads, set, COLUMN_MAX);
	else
		nr = column_screen(o->threads, false, set, COLUMN_MAX);
	if (!machine && o->cmdline)
		column_names(set, nr, true);
	if (o->metrics_file && !machine) {
		mask |= column_facts(set, nr);
		nr = column_machine(o->threads, set, COLUMN_MAX);
	}
	return mask | column_facts(set, nr);
}

/* What the columns, or the lines of calls, to be shown need to know. */
uint32_t need_facts(const struct options *o, bool live)
{
	uint32_t mask = shown_facts(o, live) | (live ? fact_masks(HEAD_FACTS) : 0);

	return mask | fact_helpers(mask);
}

uint32_t need_ever(const struct options *o, bool live)
{
	uint32_t mask = need_facts(o, live) | (live ? ui_facts_ever() : 0);

	/* a recording tells who the processes were; the screen may begin one at any time */
	if (live || o->write)
		mask |= fact_told();
	return mask | fact_helpers(mask);
}
