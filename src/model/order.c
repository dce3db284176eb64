/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/order.h"
#include "base/mem.h"
#include "model/column.h"
#include "model/view.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS 8
#define VALUES 256
#define FEW    48 /* that are put in by hand */

struct order_item {
	uint64_t rank;
	uint32_t place;
};

struct order {
	const struct order_key *keys;
	struct order_item *items, *spare; /* as many */
	bool ascending;
};

static void insert(struct order_item *items, size_t nr)
{
	for (size_t i = 1; i < nr; i++) {
		struct order_item item = items[i];
		size_t at = i;

		for (; at && items[at - 1].rank > item.rank; at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

static unsigned int digit_of(const struct order_item *item, unsigned int digit)
{
	return item->rank >> 8 * digit & (VALUES - 1);
}

static void count_digits(const struct order_item *items, size_t nr, uint32_t counts[DIGITS][VALUES])
{
	memset(counts, 0, DIGITS * sizeof(*counts));
	for (size_t i = 0; i < nr; i++)
		for (unsigned int digit = 0; digit < DIGITS; digit++)
			counts[digit][digit_of(&items[i], digit)]++;
}

static void deal(const struct order_item *from, struct order_item *to, size_t nr,
	unsigned int digit, uint32_t counts[VALUES])
{
	uint32_t sum = 0;

	for (unsigned int value = 0; value < VALUES; value++) {
		uint32_t count = counts[value];

		counts[value] = sum;
		sum += count;
	}
	for (size_t i = 0; i < nr; i++)
		to[counts[digit_of(&from[i], digit)]++] = from[i];
}

/* By rank; what is equal stays as it is. */
static void sort(struct order *order, size_t from, size_t nr)
{
	struct order_item *items = order->items + from, *spare = order->spare + from, *old = items;
	uint32_t counts[DIGITS][VALUES];

	if (nr <= FEW) {
		insert(items, nr);
		return;
	}
	count_digits(items, nr, counts);
	for (unsigned int digit = 0; digit < DIGITS; digit++) {
		struct order_item *other = items;

		/* the same of all */
		if (counts[digit][digit_of(items, digit)] == nr)
			continue;
		deal(items, spare, nr, digit, counts[digit]);
		items = spare;
		spare = other;
	}
	if (items != old)
		memcpy(old, items, nr * sizeof(*items));
}

/* How many from there on have the same rank. */
static size_t run_len(const struct order *order, size_t from, size_t end)
{
	size_t at = from + 1;

	while (at < end && order->items[at].rank == order->items[from].rank)
		at++;
	return at - from;
}

static const struct order_key *key_of(const struct order *order, size_t at)
{
	return &order->keys[order->items[at].place];
}

/* By pid and tid, then by start where a pid came again. */
static void sort_who(struct order *order, size_t nr)
{
	bool threads = false;

	for (size_t i = 0; i < nr; i++)
		threads |= order->keys[i].tid != order->keys[i].pid;
	for (size_t i = 0; i < nr; i++) {
		const struct order_key *key = &order->keys[i];

		order->items[i] = (struct order_item){
			threads ? (uint64_t)key->pid << 32 | key->tid : key->pid, (uint32_t)i};
	}
	sort(order, 0, nr);
	for (size_t i = 0, len; i < nr; i += len) {
		len = run_len(order, i, nr);
		if (len == 1)
			continue;
		for (size_t at = i; at < i + len; at++)
			order->items[at].rank = key_of(order, at)->start_ns;
		sort(order, i, len);
	}
}

static void sort_calls(struct order *order, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		order->items[i].rank = ~key_of(order, i)->calls;
	sort(order, 0, nr);
}

/* The known first; returns how many they are. */
static size_t part_known(struct order *order, size_t nr)
{
	size_t known = 0, unknown = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct order_key *key = key_of(order, i);

		if (!key->known) {
			order->spare[unknown++] = order->items[i];
			continue;
		}
		order->items[known] = order->items[i];
		order->items[known++].rank = order->ascending ? key->rank : ~key->rank;
	}
	memcpy(order->items + known, order->spare, unknown * sizeof(*order->spare));
	return known;
}

static uint64_t text_rank(const struct order *order, const char *text)
{
	uint64_t rank = type_text.rank(&(struct value){.known = true, .text = text});

	return order->ascending ? rank : ~rank;
}

/* Texts that begin alike, in their first at bytes: by the next ones. */
static void sort_texts(struct order *order, size_t from, size_t nr, size_t at)
{
	const char *first = key_of(order, from)->text;

	/* they are the same to their ends */
	if (nr == 1 || !first || memchr(first + at - DIGITS, '\0', DIGITS))
		return;
	for (size_t i = from; i < from + nr; i++)
		order->items[i].rank = text_rank(order, key_of(order, i)->text + at);
	sort(order, from, nr);
	for (size_t i = from, len; i < from + nr; i += len) {
		len = run_len(order, i, from + nr);
		sort_texts(order, i, len, at + DIGITS);
	}
}

static void sort_ranks(struct order *order, size_t nr)
{
	size_t known = part_known(order, nr);

	sort(order, 0, known);
	for (size_t i = 0, len; i < known; i += len) {
		len = run_len(order, i, known);
		sort_texts(order, i, len, DIGITS);
	}
}

void order_done(struct order_room *room)
{
	free(room->items);
	*room = (struct order_room){0};
}

void order_ready(struct order_room *room, size_t nr)
{
	size_t size = 2 * nr * sizeof(*room->items);

	if (room->items && room->cap >= nr)
		return;
	order_done(room);
	room->cap = nr;
	room->items = memset(mem_new(1, size ? size : 1), 0, size);
}

void order_make(const struct order_key *keys, size_t nr, bool ascending, struct order_room *room,
	uint32_t *places)
{
	struct order order = {.keys = keys, .ascending = ascending};

	order_ready(room, nr);
	order.items = room->items;
	order.spare = order.items + nr;
	if (nr) {
		sort_who(&order, nr);
		sort_calls(&order, nr);
		sort_ranks(&order, nr);
	}
	for (size_t i = 0; i < nr; i++)
		places[i] = order.items[i].place;
}

void order_key(const struct view *view, const struct row *row, struct order_key *key)
{
	struct value value = {0};

	view->sort->get(row, &value);
	*key = (struct order_key){.calls = row->t.delta.calls,
		.start_ns = row->t.start_ns,
		.pid = row->t.pid,
		.tid = row->t.tid,
		.known = value.known};
	if (!value.known)
		return;
	key->rank = view->sort->type->rank(&value);
	if (view->sort->type == &type_text)
		key->text = value.text;
}
