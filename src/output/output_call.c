/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output_call.h"
#include "model/verdict.h"

uint32_t change_old(const struct change *change)
{
	return change->before & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

uint32_t change_new(const struct change *change)
{
	return change->failed ? change_old(change)
			      : change->after & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

const char *change_kind(const struct change *change)
{
	uint8_t mask = kind_mask(change_old(change), change_new(change));

	for (unsigned int i = 0; i < VERDICT_NR_KINDS; i++)
		if (mask >> i & 1)
			return kinds[i].name;
	return NULL;
}

int output_call(struct output *o, const struct call_line *line)
{
	if (o->err)
		return o->err;
	return line->entry->lost ? o->config.format->lost(o, line)
				 : o->config.format->call(o, line);
}
