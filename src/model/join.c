/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/join.h"
#include "base/mem.h"
#include "model/verdict.h"

#include <errno.h>
#include <stdlib.h>

#define LEAST_SLOTS 256
#define STACK_SETUP 0x18000

/* A call that has not returned. The kind of its last change counts once that did not fail. */
struct open {
	struct call call;
	uint8_t last;
};

struct join {
	bool returns, changes, seccomp;
	join_emit emit;
	void *arg;
	struct open *slots; /* by tid; tid 0 is free (no thread has it) */
	size_t mask, nr;
	uint64_t begin_ns;
	bool lost;
};

struct join *join_new(bool returns, bool changes, bool seccomp, join_emit emit, void *arg)
{
	struct join *j = mem_new(1, sizeof(*j));

	*j = (struct join){.returns = returns,
		.changes = changes,
		.seccomp = seccomp,
		.emit = emit,
		.arg = arg,
		.begin_ns = UINT64_MAX};
	j->mask = LEAST_SLOTS - 1;
	j->slots = mem_new(LEAST_SLOTS, sizeof(*j->slots));
	return j;
}

void join_free(struct join *j)
{
	if (!j)
		return;
	free(j->slots);
	free(j);
}

void join_begin(struct join *j, uint64_t begin_ns)
{
	j->begin_ns = begin_ns;
}

static size_t home(const struct join *j, uint32_t tid)
{
	return ((uint64_t)(tid * 2654435769u) * (j->mask + 1)) >> 32;
}

/* Its slot, or the free one where it belongs. */
static struct open *slot_of(struct join *j, uint32_t tid)
{
	size_t at = home(j, tid);

	while (j->slots[at].call.tid && j->slots[at].call.tid != tid)
		at = (at + 1) & j->mask;
	return &j->slots[at];
}

static void grow(struct join *j)
{
	struct open *old = j->slots;
	size_t nr = j->mask + 1;

	j->mask = 2 * nr - 1;
	j->slots = mem_new(2 * nr, sizeof(*j->slots));
	for (size_t i = 0; i < nr; i++)
		if (old[i].call.tid)
			*slot_of(j, old[i].call.tid) = old[i];
	free(old);
}

/* Moves what comes behind forward, so that no search stops short. */
static void slot_clear(struct join *j, struct open *slot)
{
	size_t gap = (size_t)(slot - j->slots), at = gap;

	for (;;) {
		at = (at + 1) & j->mask;
		if (!j->slots[at].call.tid)
			break;
		if (((at - home(j, j->slots[at].call.tid)) & j->mask) < ((at - gap) & j->mask))
			continue;
		j->slots[gap] = j->slots[at];
		gap = at;
	}
	j->slots[gap].call.tid = 0;
	j->nr--;
}

static void hand_on(struct join *j, struct open *slot)
{
	slot->call.kinds |= slot->last;
	j->emit(&slot->call, j->arg);
}

/* Hands on an open call of tid as it stands. */
static void give_up(struct join *j, uint32_t tid)
{
	struct open *slot = slot_of(j, tid);

	if (!slot->call.tid)
		return;
	hand_on(j, slot);
	slot_clear(j, slot_of(j, tid));
}

static struct open begin(const struct join *j, const struct event *e)
{
	return (struct open){
		.call = {.ts_ns = e->ts_ns,
			.addr = e->u.call.addr,
			.len = e->u.call.len,
			.prot = e->u.call.prot,
			.tid = e->tid,
			.cpu = e->cpu,
			.flags = e->flags,
			.known = CALL_ASKED | (j->changes && j->returns ? CALL_CHANGED : 0)}};
}

static void on_entry(struct join *j, const struct event *e)
{
	struct open open = begin(j, e), *slot;

	if (!j->returns || !e->tid) {
		hand_on(j, &open);
		return;
	}
	slot = slot_of(j, e->tid);
	if (slot->call.tid) {
		/* the return of the one before was lost */
		hand_on(j, slot);
		*slot = open;
		return;
	}
	*slot = open;
	if (++j->nr > j->mask / 2)
		grow(j);
}

/* Without an entry: refused before it, or the entry was lost. */
static void on_lone_return(struct join *j, const struct event *e)
{
	struct open open = {.call = {.ts_ns = e->ts_ns,
				    .ret = e->u.ret.value,
				    .tid = e->tid,
				    .cpu = e->cpu,
				    .flags = e->flags,
				    .known = CALL_RETURNED}};

	/* it may have been entered before the probes were armed */
	if (e->ts_ns < j->begin_ns)
		return;
	if (j->seccomp && e->u.ret.value == -EPERM && !j->lost)
		open.call.known |= CALL_REFUSED;
	hand_on(j, &open);
}

static void on_return(struct join *j, const struct event *e)
{
	struct open *slot = slot_of(j, e->tid);

	if (!slot->call.tid || slot->call.flags != e->flags) {
		on_lone_return(j, e);
		return;
	}
	/* clocks of two CPUs may differ by a little */
	if (e->ts_ns > slot->call.ts_ns)
		slot->call.duration_ns = e->ts_ns - slot->call.ts_ns;
	slot->call.ret = e->u.ret.value;
	slot->call.known |= CALL_TIMED | CALL_RETURNED;
	hand_on(j, slot);
	slot_clear(j, slot_of(j, e->tid));
}

/* exec moves its stack this way: VM_STACK_INCOMPLETE_SETUP, include/linux/mm.h */
static bool is_exec(const struct event *e)
{
	return (e->u.change.before & STACK_SETUP) == STACK_SETUP;
}

static void on_change(struct join *j, const struct event *e)
{
	struct open *slot = slot_of(j, e->tid);

	if (!slot->call.tid || is_exec(e))
		return;
	slot->call.kinds |= slot->last;
	slot->call.maps++;
	slot->last = kind_mask(e->u.change.before, e->u.change.after);
}

static void on_failed(struct join *j, const struct event *e)
{
	struct open *slot = slot_of(j, e->tid);

	if (slot->call.tid)
		slot->last = 0;
}

void join_feed(struct join *j, const struct event *e)
{
	switch (e->kind) {
	case EVENT_CALL:
		on_entry(j, e);
		break;
	case EVENT_RETURN:
		on_return(j, e);
		break;
	case EVENT_CHANGE:
		on_change(j, e);
		break;
	case EVENT_FAILED:
		on_failed(j, e);
		break;
	case EVENT_LOST:
		j->lost |= !e->u.lost.side;
		break;
	case EVENT_NEW:
		give_up(j, e->u.new.tid);
		break;
	case EVENT_EXIT:
		give_up(j, e->tid);
		break;
	default:
		break;
	}
}

void join_flush(struct join *j)
{
	for (size_t i = 0; i <= j->mask; i++) {
		if (!j->slots[i].call.tid)
			continue;
		hand_on(j, &j->slots[i]);
		j->slots[i].call.tid = 0;
	}
	j->nr = 0;
}
