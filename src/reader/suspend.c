/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/suspend.h"
#include "base/mem.h"

#include <stdlib.h>

#define NSEC_PER_SEC UINT64_C(1000000000)
#define LEAST_NS     UINT64_C(10000000) /* of a suspend: as exact as /proc's start times are */
#define TRIES        5

static uint64_t clock_ns(const struct suspend *suspend, clockid_t id)
{
	struct timespec ts = {0};

	suspend->clock(id, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

/* How far CLOCK_BOOTTIME is ahead. A process that stands still between its two readings measures
 * too much: the least of some measurements is the best one. */
static uint64_t measure(const struct suspend *suspend, uint64_t *boot_ns)
{
	uint64_t least_ns = UINT64_MAX;

	for (int i = 0; i < TRIES && least_ns >= suspend->ahead_ns + LEAST_NS; i++) {
		uint64_t ns = clock_ns(suspend, CLOCK_MONOTONIC);

		*boot_ns = clock_ns(suspend, CLOCK_BOOTTIME);
		ns = *boot_ns > ns ? *boot_ns - ns : 0;
		if (ns < least_ns)
			least_ns = ns;
	}
	return least_ns;
}

void suspend_begin(struct suspend *suspend, suspend_clock clock)
{
	*suspend = (struct suspend){.clock = clock};
	suspend->ahead_ns = measure(suspend, &suspend->boot_ns);
	if (suspend->ahead_ns < LEAST_NS)
		suspend->ahead_ns = 0;
}

void suspend_done(struct suspend *suspend)
{
	free(suspend->steps);
	suspend->steps = NULL;
	suspend->nr_steps = 0;
}

void suspend_look(struct suspend *suspend)
{
	uint64_t boot_ns, ahead_ns = measure(suspend, &boot_ns);
	size_t nr = suspend->nr_steps;

	/* what is less comes of reading one clock after the other */
	if (ahead_ns >= suspend->ahead_ns + LEAST_NS) {
		suspend->steps = mem_one_more(suspend->steps, nr, sizeof(*suspend->steps));
		/* the middle lies within the suspend where that took the longer half */
		suspend->steps[nr] = (struct suspend_step){
			suspend->boot_ns + (boot_ns - suspend->boot_ns) / 2, suspend->ahead_ns};
		suspend->nr_steps++;
		suspend->ahead_ns = ahead_ns;
	}
	suspend->boot_ns = boot_ns;
}

uint64_t suspend_monotonic(const struct suspend *suspend, uint64_t boot_ns)
{
	uint64_t ahead_ns = suspend->ahead_ns;

	for (size_t i = suspend->nr_steps; i && boot_ns < suspend->steps[i - 1].boot_ns; i--)
		ahead_ns = suspend->steps[i - 1].ahead_ns;
	return boot_ns > ahead_ns ? boot_ns - ahead_ns : 1;
}
