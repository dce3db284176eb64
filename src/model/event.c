/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/event.h"

#include <assert.h>
#include <string.h>

const struct fact facts[] = {
	{"asked", "range and protection that a call asked for"},
	{"ret", "what a call returned"},
	{"duration", "time inside a call"},
	{"old", "protection of each mapping before and after"},
	{NULL, NULL},
};

static uint32_t fact_find(const char *id, size_t len)
{
	for (unsigned int i = 0; facts[i].id; i++)
		if (strlen(facts[i].id) == len && !memcmp(facts[i].id, id, len))
			return 1u << i;
	return 0;
}

uint32_t fact_mask(const char *id)
{
	return fact_find(id, strlen(id));
}

uint32_t fact_masks(const char *ids)
{
	uint32_t mask = 0;

	while (ids && *ids) {
		size_t len = strcspn(ids, ",");
		uint32_t one = fact_find(ids, len);

		assert(one);
		mask |= one;
		ids += len + (ids[len] == ',');
	}
	return mask;
}
