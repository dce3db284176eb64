/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/join.h"
#include "base/mem.h"
#include "model/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#define LEAST_SLOTS  256
#define NR_DENIED    64
#define STACK_SETUP  0x18000
#define PAGE_MOST    65536   /* a length is rounded up to pages */
#define CHANGES_MOST 1000000 /* the kernel's limit of mappings is 65530 by default */

/* A call that has not returned. The kind of its last change counts once that did not fail. */
struct open {
	struct call call;
	uint8_t last;
	bool entered;  /* else only what comes before an entry, or a whole call, was seen */
	bool few;      /* of EVENT_FEW */
	bool doubtful; /* events were lost meanwhile: what follows may be another's */
	struct change *list;
	uint32_t cap;
};

struct join {
	struct join_config config;
	join_emit emit;
	void *arg;
	struct open *slots; /* by tid; tid 0 is free (no thread has it) */
	size_t mask, nr, nr_few;
	uint64_t begin_ns;
	uint32_t denied[NR_DENIED]; /* who got -EPERM last; 0: none */
	unsigned int denied_at;
	bool lost;
};

struct join *join_new(const struct join_config *config, join_emit emit, void *arg)
{
	struct join *j = mem_new(1, sizeof(*j));

	*j = (struct join){.config = *config, .emit = emit, .arg = arg, .begin_ns = UINT64_MAX};
	j->mask = LEAST_SLOTS - 1;
	j->slots = mem_new(LEAST_SLOTS, sizeof(*j->slots));
	return j;
}

const struct join_config *join_configured(const struct join *j)
{
	return &j->config;
}

void join_configure(struct join *j, const struct join_config *config)
{
	j->config = *config;
}

void join_detail(struct join *j)
{
	j->config.detail = true;
}

void join_free(struct join *j)
{
	if (!j)
		return;
	for (size_t i = 0; i <= j->mask; i++)
		if (j->slots[i].call.tid)
			free(j->slots[i].list);
	free(j->slots);
	free(j);
}

void join_begin(struct join *j, uint64_t begin_ns)
{
	j->begin_ns = begin_ns;
	j->lost = false;
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

	free(slot->list);
	j->nr_few -= slot->few;
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

/* Takes a free slot; it may move the others. */
static struct open *slot_take(struct join *j, struct open *slot, const struct open *open)
{
	*slot = *open;
	j->nr_few += open->few;
	if (++j->nr <= j->mask / 2)
		return slot;
	grow(j);
	return slot_of(j, open->call.tid);
}

static void hand_on(struct join *j, struct open *slot)
{
	struct call *call = &slot->call;

	/* no failure was told */
	if (slot->few && !slot->doubtful)
		call->known |= CALL_RETURNED;
	if (slot->doubtful)
		call->known &= (uint8_t)~CALL_CHANGED;
	else
		call->kinds |= slot->last;
	call->changes = slot->list;
	if (call->known & CALL_RETURNED && call->ret == -EPERM)
		j->denied[j->denied_at++ % NR_DENIED] = call->tid;
	if (slot->entered)
		j->emit(call, j->arg);
}

/* Hands on an open call of tid as it stands. */
static void give_up(struct join *j, uint32_t tid)
{
	struct open *slot = slot_of(j, tid);

	if (!slot->call.tid)
		return;
	hand_on(j, slot);
	slot_clear(j, slot);
}

static struct open begin(const struct join *j, const struct event *e)
{
	bool mapped = j->config.changes && j->config.returns && !(e->flags & EVENT_RELATED);

	return (struct open){.entered = true,
		.few = e->flags & EVENT_FEW,
		.call = {.ts_ns = e->ts_ns,
			.addr = e->u.call.addr,
			.len = e->u.call.len,
			.prot = e->u.call.prot,
			.site = e->u.call.site,
			.key = EVENT_NO_KEY,
			.tid = e->tid,
			.cpu = e->cpu,
			.flags = e->flags & (uint8_t)~EVENT_FEW,
			.known = CALL_ASKED | (mapped ? CALL_CHANGED : 0)}};
}

static void on_entry(struct join *j, const struct event *e)
{
	struct open open = begin(j, e), *slot;

	open.call.key = (int32_t)e->u.call.key;
	/* a call that is open tells more */
	if (e->flags & EVENT_INNER && (!e->tid || slot_of(j, e->tid)->call.tid))
		return;
	if ((!j->config.returns && !open.few) || !e->tid) {
		hand_on(j, &open);
		return;
	}
	slot = slot_of(j, e->tid);
	/* else the return of the one before was lost */
	if (slot->call.tid && !slot->entered && !slot->doubtful)
		open.call.site = open.call.site ? open.call.site : slot->call.site;
	if (slot->call.tid) {
		hand_on(j, slot);
		slot_clear(j, slot);
		slot = slot_of(j, e->tid);
	}
	slot_take(j, slot, &open);
}

/* Changes that lie elsewhere are of a call whose end was lost. */
static bool fits(const struct open *slot, const struct event *e)
{
	const uint64_t grows = PROT_GROWSDOWN | PROT_GROWSUP;
	uint64_t start = slot->call.addr, end = start + slot->call.len;

	return !slot->call.maps || e->u.call.prot & grows ||
	       (start >= e->u.call.addr && end - e->u.call.addr <= e->u.call.len + PAGE_MOST);
}

/* A thread that does something else is out of the call, which did not fail; but for what is of
 * flags, or within that. */
static void settle_few(struct join *j, uint32_t tid, uint8_t flags)
{
	const struct open *slot = j->nr_few && tid ? slot_of(j, tid) : NULL;

	if (slot && slot->call.tid && slot->few &&
		(!flags || (slot->call.flags & (uint8_t)~EVENT_INNER) != flags))
		give_up(j, tid);
}

/* What came before it, and the time, where its entry was told too. */
static void on_whole(struct join *j, const struct event *e)
{
	struct open whole = begin(j, e), *slot;

	settle_few(j, e->tid, whole.call.flags);
	slot = e->tid ? slot_of(j, e->tid) : NULL;

	whole.call.known |= CALL_RETURNED;
	whole.call.ret = e->u.call.value;
	if (!slot || !slot->call.tid) {
		hand_on(j, &whole);
		return;
	}
	whole.doubtful = slot->doubtful || (!slot->entered && !fits(slot, e));
	whole.last = slot->last;
	whole.list = slot->list;
	whole.call.kinds = slot->call.kinds;
	whole.call.maps = slot->call.maps;
	whole.call.nr_changes = slot->call.nr_changes;
	if (!slot->doubtful && !whole.call.site)
		whole.call.site = slot->call.site;
	if (!slot->doubtful && slot->entered && !slot->few &&
		slot->call.flags == whole.call.flags) {
		whole.call.known |= CALL_TIMED;
		whole.call.key = slot->call.key;
		whole.call.ts_ns = slot->call.ts_ns;
		whole.call.duration_ns =
			e->ts_ns > slot->call.ts_ns ? e->ts_ns - slot->call.ts_ns : 0;
	}
	hand_on(j, &whole);
	slot_clear(j, slot);
}

/* Without an entry: refused before it, or the entry was lost, or came before the start. */
static void on_lone_return(struct join *j, const struct event *e)
{
	struct open open = {.entered = true,
		.call = {.ts_ns = e->ts_ns,
			.ret = e->u.ret.value,
			.key = EVENT_NO_KEY,
			.tid = e->tid,
			.cpu = e->cpu,
			.flags = e->flags,
			.known = CALL_RETURNED}};

	if (e->ts_ns < j->begin_ns || e->flags & EVENT_FEW)
		return;
	/* where every return shows, it may have been entered before the start */
	if (j->config.seccomp && !j->lost && e->u.ret.value != -EPERM)
		return;
	if (j->config.seccomp && !j->lost)
		open.call.known |= CALL_REFUSED;
	hand_on(j, &open);
}

/* -EPERM, told beside kprobes: seccomp's, unless the call was entered. */
static void on_refusal(struct join *j, const struct event *e)
{
	struct open open = {.entered = true,
		.call = {.ts_ns = e->ts_ns,
			.ret = e->u.ret.value,
			.key = EVENT_NO_KEY,
			.tid = e->tid,
			.cpu = e->cpu,
			.flags = e->flags & EVENT_PKEY,
			.known = CALL_RETURNED | (j->lost ? 0 : CALL_REFUSED)}};
	const struct open *slot = slot_of(j, e->tid);

	for (unsigned int i = 0; i < NR_DENIED; i++) {
		if (j->denied[i] != e->tid)
			continue;
		j->denied[i] = 0;
		return;
	}
	if (e->ts_ns < j->begin_ns || (slot->call.tid && slot->entered && !slot->few))
		return;
	j->emit(&open.call, j->arg);
}

static void on_return(struct join *j, const struct event *e)
{
	struct open *slot = slot_of(j, e->tid);

	if (e->flags & EVENT_FEW && !(e->flags & EVENT_RELATED)) {
		on_refusal(j, e);
		return;
	}
	if (!slot->call.tid || !slot->entered ||
		slot->call.flags != (e->flags & (uint8_t)~EVENT_FEW)) {
		on_lone_return(j, e);
		return;
	}
	if (!slot->doubtful) {
		/* clocks of two CPUs may differ by a little */
		if (e->ts_ns > slot->call.ts_ns)
			slot->call.duration_ns = e->ts_ns - slot->call.ts_ns;
		slot->call.ret = e->u.ret.value;
		slot->call.known |= CALL_TIMED | CALL_RETURNED;
	}
	hand_on(j, slot);
	slot_clear(j, slot);
}

/* exec moves its stack this way: VM_STACK_INCOMPLETE_SETUP, include/linux/mm.h */
static bool is_exec(const struct event *e)
{
	return (e->u.change.before & STACK_SETUP) == STACK_SETUP;
}

/* The open call of a thread; where whole calls come, or what stands before an entry, a new one. */
static struct open *open_of(struct join *j, const struct event *e, bool make)
{
	struct open *slot = slot_of(j, e->tid);
	struct open open = {.call = {.ts_ns = e->ts_ns, .tid = e->tid, .key = EVENT_NO_KEY}};

	if (slot->call.tid)
		return slot;
	return make && e->tid ? slot_take(j, slot, &open) : NULL;
}

static void keep_change(struct open *slot, const struct event *e)
{
	if (slot->call.nr_changes == CHANGES_MOST)
		return;
	if (slot->call.nr_changes == slot->cap) {
		slot->cap = slot->cap ? 2 * slot->cap : 4;
		slot->list = mem_resize(slot->list, slot->cap, sizeof(*slot->list));
	}
	slot->list[slot->call.nr_changes++] = (struct change){.start = e->u.change.start,
		.end = e->u.change.end,
		.before = e->u.change.before,
		.after = e->u.change.after,
		.file = e->u.change.file};
}

static void on_change(struct join *j, const struct event *e)
{
	struct open *slot;

	if (is_exec(e))
		return;
	settle_few(j, e->tid, 0);
	slot = open_of(j, e, j->config.whole);
	if (!slot)
		return;
	/* until a whole call comes, its range is that of its changes */
	if (!slot->entered && !slot->call.maps)
		slot->call.addr = e->u.change.start;
	if (!slot->entered)
		slot->call.len = e->u.change.end - slot->call.addr;
	slot->call.kinds |= slot->last;
	slot->call.maps++;
	slot->last = kind_mask(e->u.change.before, e->u.change.after);
	if (j->config.detail || (j->config.telling && slot->last))
		keep_change(slot, e);
}

static void on_failed(struct join *j, const struct event *e)
{
	struct open *slot = slot_of(j, e->tid);

	if (!slot->call.tid)
		return;
	/* else it was not kept */
	if (slot->call.nr_changes && (j->config.detail || slot->last))
		slot->list[slot->call.nr_changes - 1].failed = true;
	slot->last = 0;
}

/* Comes right before the entry: what is open then has lost its end. */
static void on_site(struct join *j, const struct event *e)
{
	struct open *slot;

	give_up(j, e->tid);
	slot = open_of(j, e, true);
	if (slot)
		slot->call.site = e->u.site.addr;
}

static void on_lost(struct join *j, const struct event *e)
{
	j->lost |= !e->u.lost.side;
	/* what tells of few comes by the side */
	for (size_t i = 0; i <= j->mask; i++)
		j->slots[i].doubtful |= !e->u.lost.side || j->slots[i].few;
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
	case EVENT_WHOLE:
		on_whole(j, e);
		break;
	case EVENT_SITE:
		on_site(j, e);
		break;
	case EVENT_CHANGE:
		on_change(j, e);
		break;
	case EVENT_FAILED:
		on_failed(j, e);
		break;
	case EVENT_LOST:
		on_lost(j, e);
		break;
	case EVENT_NEW:
		give_up(j, e->u.new.tid);
		settle_few(j, e->tid, 0);
		break;
	case EVENT_EXEC:
		settle_few(j, e->tid, 0);
		break;
	case EVENT_EXIT:
		give_up(j, e->tid);
		break;
	default:
		break;
	}
}

void join_settle(struct join *j, uint64_t now_ns)
{
	for (size_t i = 0; i <= j->mask && j->nr_few; i++) {
		struct open *slot = &j->slots[i];

		if (!slot->call.tid || !slot->few || slot->call.ts_ns + JOIN_SETTLE_NS > now_ns)
			continue;
		hand_on(j, slot);
		slot_clear(j, slot);
		i--; /* another may have moved here */
	}
}

uint64_t join_oldest(const struct join *j, uint64_t since_ns)
{
	uint64_t oldest = UINT64_MAX;

	for (size_t i = 0; i <= j->mask && j->nr; i++) {
		const struct open *slot = &j->slots[i];

		if (slot->call.tid && slot->entered && slot->call.ts_ns > since_ns &&
			slot->call.ts_ns < oldest)
			oldest = slot->call.ts_ns;
	}
	return oldest;
}

void join_flush(struct join *j)
{
	for (size_t i = 0; i <= j->mask; i++) {
		if (!j->slots[i].call.tid)
			continue;
		hand_on(j, &j->slots[i]);
		free(j->slots[i].list);
		j->slots[i].call.tid = 0;
	}
	j->nr = j->nr_few = 0;
}
