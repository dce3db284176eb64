/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/daytime.h"
#include "base/mem.h"

#include <stdlib.h>

void daytime_begin(struct daytime *daytime, double offset_s)
{
	daytime_done(daytime);
	daytime->offset_s = offset_s;
}

void daytime_done(struct daytime *daytime)
{
	free(daytime->steps);
	*daytime = (struct daytime){0};
}

void daytime_step(struct daytime *daytime, uint64_t from_ns, uint64_t slept_ns)
{
	size_t nr = daytime->nr_steps;
	double offset_s = nr ? daytime->steps[nr - 1].offset_s : daytime->offset_s;

	daytime->steps = mem_one_more(daytime->steps, nr, sizeof(*daytime->steps));
	daytime->steps[nr] = (struct daytime_step){from_ns, offset_s + (double)slept_ns / 1e9};
	daytime->nr_steps++;
}

double daytime_offset_s(const struct daytime *daytime, uint64_t ns)
{
	size_t i = daytime->nr_steps;

	/* most ask of what is new */
	while (i && ns < daytime->steps[i - 1].from_ns)
		i--;
	return i ? daytime->steps[i - 1].offset_s : daytime->offset_s;
}

double daytime_s(const struct daytime *daytime, uint64_t ns)
{
	return daytime_offset_s(daytime, ns) + (double)ns / 1e9;
}
