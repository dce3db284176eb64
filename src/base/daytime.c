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
	size_t low = 0, high = daytime->nr_steps;

	/* the last step that was not after ns */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (daytime->steps[middle].from_ns <= ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? daytime->steps[low - 1].offset_s : daytime->offset_s;
}

double daytime_s(const struct daytime *daytime, uint64_t ns)
{
	return daytime_offset_s(daytime, ns) + (double)ns / 1e9;
}
