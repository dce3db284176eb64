/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/event.h"

#include <assert.h>
#include <string.h>

const struct fact facts[] = {
	{"asked", "range and protection that a call asked for", NULL, NULL},
	{"ret", "what a call returned", NULL, NULL},
	{"duration", "time inside a call", NULL, NULL},
	{"refused", "calls that seccomp refused before they were entered", NULL, NULL},
	{"old", "protection of each mapping before and after", NULL, NULL},
	{"site", "where a call comes from", NULL, NULL},
	{"key", "protection key that a call asked for", NULL, NULL},
	{"mmap_wx", "mappings made writable and executable at once", NULL, NULL},
	{"mmap", "mappings that are made", "mmap_wx", NULL},
	{"munmap", "mappings that are removed", NULL, NULL},
	{"exec_map", "segments of a program made writable and executable at once", NULL, NULL},
	{"shm_exec", "shared memory attached to be executed", NULL, NULL},
	{"exe", "program that a process runs", NULL, NULL},
	{"cmdline", "command line of a process", NULL, NULL},
	{"cgroup", "control group of a process", NULL, NULL},
	{"why", "why a call was made, by its shape", NULL, "old"},
	{"call", "that a call was made", NULL, NULL},
	{NULL, NULL, NULL, NULL},
};

const char *const told_facts[TOLD_NR] = {"exe", "cmdline", "cgroup"};

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

uint32_t fact_told(void)
{
	uint32_t mask = 0;

	for (unsigned int i = 0; i < TOLD_NR; i++)
		mask |= fact_mask(told_facts[i]);
	return mask;
}

uint32_t fact_free(void)
{
	return fact_told() | fact_mask("why");
}

uint32_t fact_helpers(uint32_t mask)
{
	uint32_t helpers = 0;

	for (unsigned int i = 0; facts[i].id; i++)
		if (mask & 1u << i)
			helpers |= fact_masks(facts[i].helper);
	return helpers;
}

uint32_t fact_covered(uint32_t mask)
{
	uint32_t covered = 0;

	for (unsigned int i = 0; facts[i].id; i++)
		if (mask & 1u << i && facts[i].covers)
			covered |= fact_mask(facts[i].covers);
	return covered;
}
