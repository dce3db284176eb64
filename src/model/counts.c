/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/counts.h"

#include <sys/mman.h>

bool counts_exec(const struct counts *c)
{
	return c->ask_x || c->x_refused || counts_mdwe(c);
}

/* What is writable and executable it refuses even where nothing changes. */
bool counts_mdwe(const struct counts *c)
{
	for (unsigned int i = 0; i < VERDICT_NR_KINDS; i++)
		if (VERDICT_GAINS_X >> i & 1 && c->kinds[i])
			return true;
	return c->mmap_wx || c->prot[PROT_WRITE | PROT_EXEC] ||
	       c->prot[PROT_READ | PROT_WRITE | PROT_EXEC];
}

uint64_t counts_wx(const struct counts *c)
{
	return c->kinds[VERDICT_WX] + c->made_wx + c->mmap_wx;
}

void counts_add(struct counts *to, const struct counts *from)
{
	to->calls += from->calls;
	to->range = counts_sum(to->range, from->range);
	to->ask_x += from->ask_x;
	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		to->prot[i] += from->prot[i];
	to->unasked += from->unasked;
	to->returned += from->returned;
	to->unreturned += from->unreturned;
	to->errors += from->errors;
	to->x_refused += from->x_refused;
	to->refused += from->refused;
	to->mmap_wx += from->mmap_wx;
	to->timed += from->timed;
	to->time_ns += from->time_ns;
	to->mapped += from->mapped;
	to->maps += from->maps;
	for (unsigned int i = 0; i < VERDICT_NR_KINDS; i++)
		to->kinds[i] += from->kinds[i];
	to->made_wx += from->made_wx;
}
