/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/breach.h"
#include "base/mem.h"
#include "model/verdict.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct breaches {
	size_t limit, nr, cap;
	uint64_t seen;
	struct breach *ring; /* the next one goes to seen % limit */
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
	const uint8_t makes_x = kind_find("w+x") | kind_find("w>x") | kind_find("+x");
	const uint64_t wx = PROT_WRITE | PROT_EXEC;
	bool returned = call->known & CALL_RETURNED;

	if (call->known & CALL_REFUSED)
		return BREACH_REFUSED;
	if (call->kinds & makes_x || call_maps_wx(call))
		return BREACH_MADE;
	if (!asks_exec(call))
		return BREACH_NONE;
	if (returned && call->ret < 0)
		return call->ret == -EACCES || call->ret == -EPERM ? BREACH_REFUSED : BREACH_NONE;
	if ((call->prot & wx) == wx)
		return returned ? BREACH_MADE : BREACH_PERHAPS;
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

void breaches_add(struct breaches *b, const struct call *call, uint32_t pid,
	const char comm[EVENT_COMM_LEN + 1])
{
	enum breach_result result = breach_of(call);
	const struct change *change;
	struct breach *to;

	if (result == BREACH_NONE)
		return;
	if (!b->ring)
		b->ring = mem_new(b->limit, sizeof(*b->ring));
	to = &b->ring[b->seen++ % b->limit];
	change = deciding(call);
	*to = (struct breach){.call = *call, .result = result, .pid = pid};
	if (change)
		to->change = *change;
	to->call.nr_changes = change != NULL;
	to->call.changes = NULL; /* the ring may move */
	memcpy(to->comm, comm, sizeof(to->comm));
	if (b->nr < b->limit)
		b->nr++;
}

static struct breach *breach_at(const struct breaches *b, size_t i)
{
	assert(i < b->nr);
	return &b->ring[(b->seen - 1 - i) % b->limit];
}

void breaches_name(struct breaches *b, const struct call_names *names, size_t nr)
{
	for (size_t i = 0; i < nr && i < b->nr; i++) {
		struct breach *breach = breach_at(b, i);
		struct call call = breach->call;
		const char *text;

		if (breach->named)
			continue;
		call.changes = &breach->change;
		breach->named = !names->ready || names->ready(&call, names->arg);
		text = call.site ? call_site(names, &call) : NULL;
		if (text)
			snprintf(breach->site, sizeof(breach->site), "%s", text);
		text = call.nr_changes ? call_backing(names, &call, &breach->change) : NULL;
		if (text)
			snprintf(breach->backing, sizeof(breach->backing), "%s", text);
	}
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
