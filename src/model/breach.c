/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/breach.h"
#include "base/mem.h"
#include "model/verdict.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLD_MOST 4 /* of the newest, that a new one may be like */

struct breaches {
	size_t limit, nr, cap;
	uint64_t seen, kept;
	struct breach *ring; /* the next one goes to kept % limit */
};

struct breaches *breaches_new(size_t limit)
{
	struct breaches *b = mem_new(1, sizeof(*b));

	assert(limit);
	b->limit = limit;
	return b;
}

void breaches_free(struct breaches *b)
{
	if (!b)
		return;
	free(b->ring);
	free(b);
}

static bool asks_exec(const struct call *call)
{
	return call->known & CALL_ASKED && call->prot & PROT_EXEC && !(call->flags & EVENT_RELATED);
}

enum breach_result breach_of(const struct call *call)
{
	const uint64_t wx = PROT_WRITE | PROT_EXEC;
	bool returned = call->known & CALL_RETURNED;

	if (call->known & CALL_REFUSED)
		return BREACH_REFUSED;
	if (call->kinds & VERDICT_GAINS_X || call_maps_wx(call))
		return BREACH_MADE;
	if (!asks_exec(call))
		return BREACH_NONE;
	if (returned && call->ret < 0)
		return call->ret == -EACCES || call->ret == -EPERM ? BREACH_REFUSED : BREACH_NONE;
	if ((call->prot & wx) == wx && returned)
		return call_leaves_wx(call) ? BREACH_MADE : BREACH_SAME;
	/* a call of no length changes nothing */
	if (!call->len)
		return BREACH_NONE;
	if ((call->prot & wx) == wx)
		return BREACH_PERHAPS;
	return call->known & CALL_CHANGED ? BREACH_NONE : BREACH_PERHAPS;
}

/* The first change of the worst kind: their table begins with it. */
static const struct change *deciding(const struct call *call)
{
	const struct change *worst = NULL;
	uint8_t best = 0;

	for (uint32_t i = 0; i < call->nr_changes; i++) {
		const struct change *change = &call->changes[i];
		uint8_t kind = change->failed ? 0 : kind_mask(change->before, change->after);

		if (!worst || (kind && (!best || kind < best))) {
			worst = change;
			best = kind;
		}
	}
	return worst;
}

static struct breach *breach_at(const struct breaches *b, size_t i)
{
	assert(i < b->nr);
	return &b->ring[(b->kept - 1 - i) % b->limit];
}

static bool same_range(const struct breach *a, const struct breach *b)
{
	if (a->call.nr_changes != b->call.nr_changes)
		return false;
	if (!a->call.nr_changes)
		return a->call.addr == b->call.addr && a->call.prot == b->call.prot;
	return a->change.start == b->change.start && a->change.before == b->change.before &&
	       a->change.after == b->change.after;
}

/* What a generator of code does again and again is one, the newest. */
static bool fold(struct breaches *b, const struct breach *new)
{
	struct breach old;

	for (size_t i = 0; i < FOLD_MOST && i < b->nr; i++) {
		old = *breach_at(b, i);
		if (old.pid != new->pid || old.call.site != new->call.site ||
			old.result != new->result || !same_range(&old, new))
			continue;
		for (; i; i--)
			*breach_at(b, i) = *breach_at(b, i - 1);
		old.nr++;
		old.call.ts_ns = new->call.ts_ns;
		*breach_at(b, 0) = old;
		return true;
	}
	return false;
}

void breaches_add(struct breaches *b, const struct call *call, uint32_t pid,
	const char comm[EVENT_COMM_LEN + 1])
{
	enum breach_result result = breach_of(call);
	const struct change *change;
	struct breach new;

	if (result == BREACH_NONE)
		return;
	if (!b->ring)
		b->ring = mem_new(b->limit, sizeof(*b->ring));
	b->seen++;
	change = deciding(call);
	new = (struct breach){.call = *call, .result = result, .nr = 1, .pid = pid};
	if (change)
		new.change = *change;
	new.call.nr_changes = change != NULL;
	new.call.changes = NULL; /* it will be elsewhere */
	memcpy(new.comm, comm, sizeof(new.comm));
	if (fold(b, &new))
		return;
	b->ring[b->kept++ % b->limit] = new;
	if (b->nr < b->limit)
		b->nr++;
}

void breaches_name(struct breaches *b, const struct call_names *names, size_t i)
{
	struct breach *breach = breach_at(b, i);
	struct call call = breach->call;
	const char *text;

	if (breach->named)
		return;
	call.changes = &breach->change;
	breach->named = !names->ready || names->ready(&call, names->arg);
	text = call.site ? call_site(names, &call) : NULL;
	if (text)
		snprintf(breach->site, sizeof(breach->site), "%s", text);
	text = call.nr_changes ? call_backing(names, &call, &breach->change) : NULL;
	if (text)
		snprintf(breach->backing, sizeof(breach->backing), "%s", text);
}

uint64_t breaches_seen(const struct breaches *b)
{
	return b->seen;
}

size_t breaches_nr(const struct breaches *b)
{
	return b->nr;
}

const struct breach *breaches_at(const struct breaches *b, size_t i)
{
	return breach_at(b, i);
}
