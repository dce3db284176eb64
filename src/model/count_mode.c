/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/count_mode.h"
#include "model/column.h"

#include <string.h>

static void pick_total(const struct row *row, uint64_t total, uint64_t delta, struct value *value)
{
	(void)row;
	(void)delta;
	value->u = total;
}

static void pick_delta(const struct row *row, uint64_t total, uint64_t delta, struct value *value)
{
	(void)row;
	(void)total;
	value->u = delta;
}

static void pick_mean(const struct row *row, uint64_t total, uint64_t delta, struct value *value)
{
	(void)delta;
	value->mean = true;
	value->d = row->seen_s > 0 ? (double)total / row->seen_s : 0;
}

const struct count_mode count_modes[] = {
	{"total", "since start", "TOTAL", pick_total},
	{"interval", "in interval", "TOTAL", pick_delta},
	{"average", "a second, on average", "AVG/s", pick_mean},
	{0},
};

const struct count_mode *count_mode_find(const char *id)
{
	for (const struct count_mode *mode = count_modes; mode->id; mode++)
		if (!strcmp(mode->id, id))
			return mode;
	return NULL;
}
