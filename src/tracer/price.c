/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/price.h"

#include <math.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGES 3 /* what is before, price->page, price_mark() */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

double price_least(const uint64_t *batch_ns, unsigned int nr, unsigned int calls)
{
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < nr; i++)
		if (batch_ns[i] < least)
			least = batch_ns[i];
	return nr && calls ? (double)least / calls : NAN;
}

double price_added(double before_ns, double after_ns)
{
	double added = after_ns - before_ns;

	return added < 0 ? 0 : added;
}

/* call NULL: getppid, which no probe is on. NAN where a seccomp filter stops it before a probe. */
static double time_call(const struct price *price, const struct owncall *call, uint64_t at)
{
	uint64_t batch_ns[PRICE_BATCHES];

	for (int i = 0; i < PRICE_BATCHES; i++) {
		uint64_t begin_ns = now_ns();

		for (int n = 0; n < PRICE_CALLS; n++) {
			if (!call)
				syscall(SYS_getppid);
			else if (owncall_refused(
					 call, owncall_make(call, at + call->odd, price->page_len)))
				return NAN;
		}
		batch_ns[i] = now_ns() - begin_ns;
	}
	return price_least(batch_ns, PRICE_BATCHES, PRICE_CALLS);
}

uint64_t price_mark(const struct price *price)
{
	return price->page ? price->page + price->page_len : 0;
}

void price_init(struct price *price)
{
	size_t len = (size_t)sysconf(_SC_PAGESIZE);
	void *pages = mmap(NULL, PAGES * len, OWNCALL_PROT, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*price = (struct price){.bare_ns = {NAN, NAN}};
	if (pages == MAP_FAILED)
		return;
	/* not the first: where its mapping begins a call takes longer */
	price->page = (uint64_t)(uintptr_t)pages + len;
	price->page_len = len;
}

void price_done(struct price *price)
{
	if (price->page)
		munmap((void *)(uintptr_t)(price->page - price->page_len), PAGES * price->page_len);
	price->page = 0;
}

void price_begin(struct price *price)
{
	if (!price->page)
		return;
	price->begin_ns[0] = time_call(price, owncall_find("mprotect"), price->page);
	price->begin_ns[1] = time_call(price, NULL, 0);
	for (int i = 0; i < 2; i++)
		if (isnan(price->bare_ns[i]))
			price->bare_ns[i] = price->begin_ns[i];
}

void price_before(struct price *price, const char *call)
{
	price->timed = price->page ? owncall_find(call) : NULL;
	if (price->timed)
		price->before_ns = time_call(price, price->timed, price->page);
}

double price_after(struct price *price)
{
	if (!price->timed)
		return NAN;
	return price_added(price->before_ns, time_call(price, price->timed, price->page));
}

void price_sum(struct price *price)
{
	if (!price->page)
		return;
	/* not less what a call took without any: the machine may have been slower then */
	price->call_ns += price_added(
		price->begin_ns[0], time_call(price, owncall_find("mprotect"), price_mark(price)));
	price->other_ns += price_added(price->begin_ns[1], time_call(price, NULL, 0));
}

double price_inner_ns(const struct price *price)
{
	return price_added(price->bare_ns[1], price->bare_ns[0]);
}
