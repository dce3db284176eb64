/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/study.h"

#include <string.h>

#define REGION_BITS 20
#define PROT_MASK   (STUDY_PROT - 1)

static bool same_region(const struct study_region *region, uint64_t start)
{
	return region->nr && region->start >> REGION_BITS == start >> REGION_BITS;
}

/* The newcomer inherits the count of the rarest, so that a frequent one stays (space-saving). */
static struct study_region *region_of(struct study *study, uint64_t start, uint64_t end)
{
	struct study_region *rarest = study->regions;

	for (unsigned int i = 0; i < STUDY_REGIONS; i++) {
		struct study_region *region = &study->regions[i];

		if (same_region(region, start)) {
			region->start = start < region->start ? start : region->start;
			region->end = end > region->end ? end : region->end;
			return region;
		}
		if (region->nr < rarest->nr)
			rarest = region;
	}
	*rarest = (struct study_region){.start = start, .end = end, .nr = rarest->nr};
	return rarest;
}

static void count_thread(struct study *study, const struct call *call)
{
	struct study_thread *rarest = study->threads;

	for (unsigned int i = 0; i < STUDY_THREADS; i++) {
		struct study_thread *thread = &study->threads[i];

		if (thread->tid == call->tid || !thread->nr) {
			rarest = thread;
			break;
		}
		if (thread->nr < rarest->nr)
			rarest = thread;
	}
	rarest->tid = call->tid;
	rarest->nr++;
	rarest->last_ns = call->ts_ns;
}

static void region_mark(struct study_region *region, const struct call *call, unsigned int reason)
{
	region->nr++;
	region->tid = call->tid;
	region->last_ns = call->ts_ns;
	region->reason = (uint8_t)reason;
}

static void count_change(struct study *study, const struct call *call, const struct change *change,
	unsigned int reason)
{
	struct study_region *region;

	if (change->failed)
		return;
	study->matrix[change->before & PROT_MASK][change->after & PROT_MASK]++;
	study->changes++;
	region = region_of(study, change->start, change->end);
	region_mark(region, call, reason);
	region->before = change->before;
	region->after = change->after;
	region->told = true;
	region->file = change->file;
}

/* Where only what was asked is known. */
static void count_asked(struct study *study, const struct call *call, unsigned int reason)
{
	struct study_region *region;

	if (!(call->known & CALL_ASKED) || !call->len ||
		(call->known & CALL_RETURNED && call->ret < 0))
		return;
	region = region_of(study, call->addr, call->addr + call->len);
	region_mark(region, call, reason);
	region->after = (uint32_t)call->prot & PROT_MASK;
	region->told = false;
}

void study_count(
	struct study *study, const struct call *call, uint64_t exec_ns, unsigned int reason)
{
	if (!study->since_ns)
		study->since_ns = call->ts_ns;
	/* addresses of another program mean nothing */
	if (study->exec_ns != exec_ns)
		memset(study->regions, 0, sizeof(study->regions));
	study->exec_ns = exec_ns;
	count_thread(study, call);
	if (!(call->known & CALL_CHANGED))
		count_asked(study, call, reason);
	for (uint32_t i = 0; call->known & CALL_CHANGED && i < call->nr_changes; i++)
		count_change(study, call, &call->changes[i], reason);
}
