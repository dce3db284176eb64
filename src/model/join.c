/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/join.h"
#include "base/mem.h"
#include "model/opens.h"
#include "model/verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#define NR_DENIED    64
#define STACK_SETUP  0x18000
#define PAGE_MOST    65536   /* a length is rounded up to pages */
#define CHANGES_MOST 1000000 /* the kernel's limit of mappings is 65530 by default */

struct join {
	struct join_config config;
	join_emit emit;
	void *arg;
	struct opens opens;
	uint64_t begin_ns;
	uint32_t denied[NR_DENIED]; /* who got -EPERM last; 0: none */
	unsigned int denied_at;
	bool lost;
};

struct join *join_new(const struct join_config *config, join_emit emit, void *arg)
{
	struct join *j = mem_new(1, sizeof(*j));

	*j = (struct join){.config = *config, .emit = emit, .arg = arg, .begin_ns = UINT64_MAX};
	opens_init(&j->opens);
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
	opens_done(&j->opens);
	free(j);
}

void join_begin(struct join *j, uint64_t begin_ns)
{
	j->begin_ns = begin_ns;
	j->lost = false;
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

/* What only exec was seen to map, and then no exec came: a system call that is not traced. */
static void no_exec(struct open *slot)
{
	slot->call.flags &= (uint8_t)~EVENT_INNER;
}

/* Hands on an open call of tid as it stands. */
static void give_up(struct join *j, uint32_t tid)
{
	struct open *slot = opens_find(&j->opens, tid);

	if (!slot->call.tid)
		return;
	no_exec(slot);
	hand_on(j, slot);
	opens_clear(&j->opens, slot);
}

static inline void begin(const struct join *j, const struct event *e, struct open *open)
{
	bool mapped = j->config.changes && j->config.returns && !(e->flags & EVENT_RELATED);

	open_init(open, e);
	open->entered = true;
	open->few = e->flags & EVENT_FEW;
	open->call.addr = e->u.call.addr;
	open->call.len = e->u.call.len;
	open->call.prot = e->u.call.prot;
	open->call.site = e->u.call.site;
	open->call.map = (uint32_t)e->u.call.map;
	open->call.flags = e->flags & (uint8_t) ~(EVENT_FEW | EVENT_BARE);
	open->call.known = (e->flags & EVENT_BARE ? 0 : CALL_ASKED) | (mapped ? CALL_CHANGED : 0) |
			   (e->u.call.map & EVENT_MAP_TOLD ? CALL_MAP : 0) |
			   (e->u.call.map & EVENT_MAP_MADE ? CALL_MADE : 0);
}

static void on_entry_alone(struct join *j, const struct event *e)
{
	struct open open;

	begin(j, e, &open);
	open.call.key = (int32_t)e->u.call.key;
	hand_on(j, &open);
}

static void on_entry(struct join *j, const struct event *e)
{
	struct open *slot = e->tid ? opens_find(&j->opens, e->tid) : NULL;
	uint64_t site = 0;

	/* a call that is open tells more */
	if (e->flags & EVENT_INNER && (!slot || slot->call.tid))
		return;
	if (!slot || (!j->config.returns && !(e->flags & EVENT_FEW))) {
		on_entry_alone(j, e);
		return;
	}
	/* else the return of the one before was lost */
	if (slot->call.tid && !slot->entered && !slot->doubtful)
		site = slot->call.site;
	if (slot->call.tid) {
		give_up(j, e->tid);
		slot = opens_find(&j->opens, e->tid);
	}
	begin(j, e, slot);
	slot->call.key = (int32_t)e->u.call.key;
	slot->call.site = slot->call.site ? slot->call.site : site;
	opens_taken(&j->opens, slot);
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
 * flags, or within that: the kernel maps within a 32-bit call as within any. */
static void settle_few(struct join *j, uint32_t tid, uint8_t flags)
{
	const struct open *slot = j->opens.nr_few && tid ? opens_find(&j->opens, tid) : NULL;
	bool inner = slot && slot->call.flags & EVENT_INNER;
	uint8_t outer = inner ? EVENT_INNER | EVENT_COMPAT : 0;

	if (slot && slot->call.tid && slot->few &&
		(!flags || (slot->call.flags & (uint8_t)~outer) != (flags & (uint8_t)~outer)))
		give_up(j, tid);
}

/* The program is there: what was mapped for it is one of its segments. */
static void on_exec(struct join *j, const struct event *e)
{
	struct open *slot = j->opens.nr_few && e->tid ? opens_find(&j->opens, e->tid) : NULL;

	if (!slot || !slot->call.tid || !slot->few)
		return;
	hand_on(j, slot);
	opens_clear(&j->opens, slot);
}

/* What came before it, and the time, where its entry was told too. */
static void on_whole(struct join *j, const struct event *e)
{
	struct open whole, *slot;

	begin(j, e, &whole);
	settle_few(j, e->tid, whole.call.flags);
	slot = e->tid ? opens_find(&j->opens, e->tid) : NULL;

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
	opens_clear(&j->opens, slot);
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
	const struct open *slot = opens_find(&j->opens, e->tid);

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
	struct open *slot = opens_find(&j->opens, e->tid);

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
	opens_clear(&j->opens, slot);
}

/* exec moves its stack this way: VM_STACK_INCOMPLETE_SETUP, include/linux/mm.h */
static bool is_exec(const struct event *e)
{
	return (e->u.change.before & STACK_SETUP) == STACK_SETUP;
}

/* The open call of a thread; where whole calls come, or what stands before an entry, a new one. */
static struct open *open_of(struct join *j, const struct event *e, bool make)
{
	struct open *slot = opens_find(&j->opens, e->tid);

	if (slot->call.tid)
		return slot;
	if (!make || !e->tid)
		return NULL;
	open_init(slot, e);
	return opens_taken(&j->opens, slot);
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
	struct open *slot = opens_find(&j->opens, e->tid);

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
	for (size_t i = 0; i <= j->opens.mask; i++)
		j->opens.slots[i].doubtful |= !e->u.lost.side || j->opens.slots[i].few;
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
		on_exec(j, e);
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
	for (size_t i = 0; i <= j->opens.mask && j->opens.nr_few; i++) {
		struct open *slot = &j->opens.slots[i];
		uint64_t ns = slot->call.flags & EVENT_INNER ? JOIN_EXEC_NS : JOIN_SETTLE_NS;

		if (!slot->call.tid || !slot->few || slot->call.ts_ns + ns > now_ns)
			continue;
		no_exec(slot);
		hand_on(j, slot);
		opens_clear(&j->opens, slot);
		i--; /* another may have moved here */
	}
}

uint64_t join_oldest(const struct join *j, uint64_t since_ns)
{
	uint64_t oldest = UINT64_MAX;

	for (size_t i = 0; i <= j->opens.mask && j->opens.nr; i++) {
		const struct open *slot = &j->opens.slots[i];

		if (slot->call.tid && slot->entered && slot->call.ts_ns > since_ns &&
			slot->call.ts_ns < oldest)
			oldest = slot->call.ts_ns;
	}
	return oldest;
}

void join_flush(struct join *j)
{
	for (size_t i = 0; i <= j->opens.mask; i++) {
		if (!j->opens.slots[i].call.tid)
			continue;
		no_exec(&j->opens.slots[i]);
		hand_on(j, &j->opens.slots[i]);
		free(j->opens.slots[i].list);
		j->opens.slots[i].call.tid = 0;
	}
	j->opens.nr = j->opens.nr_few = 0;
}
