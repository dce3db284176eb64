/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/locate.h"
#include "base/mem.h"
#include "model/tally.h"

#include <stdlib.h>
#include <string.h>

#define AGAIN_NS  UINT64_C(10000000) /* between two questions about a process, at least */
#define MAP_NS    UINT64_C(30000)    /* and more where it has many mappings: 50 times reading */
#define TRIES     6
#define LOOK_VAIN UINT64_MAX

struct place {
	struct proc *proc;
	struct image *image, *fresh; /* fresh: its time has not come */
	uint64_t image_ns, fresh_ns;
	uint64_t ask_ns;  /* not before */
	uint64_t look_ns; /* a call at that time is looked up; LOOK_VAIN: in vain */
	uint32_t tid;     /* who called last: its leader may have ended */
	unsigned int tries;
	bool asked, refused;
	struct link used, waits;
};

void locate_init(struct locator *l, const struct task_map *map)
{
	*l = (struct locator){.map = map};
	link_init(&l->used);
	link_init(&l->waits);
}

static void image_drop(struct locator *l, struct image **image)
{
	l->nr_maps -= image_nr(*image);
	image_free(*image);
	*image = NULL;
}

static void place_free(struct locator *l, struct place *place)
{
	for (unsigned int i = 0; i < l->nr_asked; i++)
		if (l->asked[i] == place)
			l->asked[i] = NULL;
	image_drop(l, &place->fresh);
	image_drop(l, &place->image);
	link_remove(&place->used);
	link_remove(&place->waits);
	place->proc->place = NULL;
	l->nr--;
	free(place);
}

void locate_done(struct locator *l)
{
	while (!link_empty(&l->used))
		place_free(l, link_of(l->used.next, struct place, used));
	names_done(&l->names);
}

void locate_forget(struct locator *l, struct proc *proc)
{
	if (proc->place)
		place_free(l, proc->place);
}

static struct place *place_new(struct locator *l, struct proc *proc)
{
	struct place *place = mem_new(1, sizeof(*place));

	if (l->nr == LOCATE_PLACES)
		place_free(l, link_of(l->used.next, struct place, used));
	place->proc = proc;
	proc->place = place;
	link_append(&l->used, &place->used);
	l->nr++;
	return place;
}

static void place_want(struct locator *l, struct proc *proc, uint32_t tid)
{
	struct place *place = proc->place ? proc->place : place_new(l, proc);

	place->tid = tid;
	if (place->waits.next)
		return;
	link_append(&l->waits, &place->waits);
	link_remove(&place->used);
	link_append(&l->used, &place->used);
}

void locate_call(struct locator *l, struct tally *tally, const struct call *call)
{
	struct proc *proc = tally->proc;

	if (!tally->sites)
		tally->sites = mem_new(1, sizeof(*tally->sites));
	if (!sites_add(tally->sites, call->site, call->ts_ns) || proc->pid == EVENT_NO_ID)
		return;
	if (proc->place && proc->place->refused)
		sites_give_up(tally->sites, false);
	else
		place_want(l, proc, call->tid);
}

/* All rows of the process; returns whether one still waits. */
static bool place_name(struct place *place, bool any)
{
	struct tally *top = place->proc->tally;
	bool waits = false;

	if (!top)
		return false;
	if (top->sites)
		waits |= sites_name(top->sites, place->image, place->image_ns, any);
	for (struct link *k = top->kids.next; k != &top->kids; k = k->next) {
		struct tally *kid = link_of(k, struct tally, sibling);

		if (kid->sites)
			waits |= sites_name(kid->sites, place->image, place->image_ns, any);
	}
	return waits;
}

static void proc_give_up(struct proc *proc, bool end)
{
	struct tally *top = proc->tally;

	if (!top)
		return;
	if (top->sites)
		sites_give_up(top->sites, end);
	for (struct link *k = top->kids.next; k != &top->kids; k = k->next)
		if (link_of(k, struct tally, sibling)->sites)
			sites_give_up(link_of(k, struct tally, sibling)->sites, end);
}

/* What was read is of use once it is known that the address space was the same all the time. */
static void place_settle(struct locator *l, struct place *place)
{
	const struct proc *proc = place->proc;

	if (proc->flags & PROC_EXITED && proc->exit_ns <= place->fresh_ns) {
		image_drop(l, &place->fresh);
		return;
	}
	image_drop(l, &place->image);
	place->image = place->fresh;
	place->image_ns = place->fresh_ns;
	place->fresh = NULL;
	place->tries = 0;
	place->look_ns = place->look_ns == LOOK_VAIN ? 0 : place->look_ns;
}

void locate_exec(struct locator *l, const struct event *event)
{
	struct task *task = task_find(l->map, event->tid);
	struct place *place;

	if (!task || !task_leads(task) || event->ts_ns < task->from_ns)
		return;
	place = task->proc->place;
	if (place && place->fresh && place->fresh_ns < event->ts_ns)
		place_settle(l, place);
	if (place && place->image)
		place_name(place, true);
	proc_give_up(task->proc, true);
	task->proc->exec_ns = event->ts_ns;
	if (place)
		place_free(l, place);
}

static void ask(struct locator *l, struct place *place, uint32_t *id)
{
	*id = place->tries & 1 ? place->tid : place->proc->pid;
	l->asked[l->nr_asked] = place;
	l->asked_id[l->nr_asked++] = *id;
	place->asked = true;
}

/* Whether to ask for its mappings now; it leaves the ring where nothing waits any more. */
static bool place_wants(struct locator *l, struct place *place, uint64_t fed_ns, uint64_t now_ns)
{
	bool last;

	if (place->asked || (place->fresh && place->fresh_ns > fed_ns))
		return false;
	if (place->fresh)
		place_settle(l, place);
	last = place->proc->flags & PROC_EXITED || place->tries >= TRIES;
	if (place->image && !place_name(place, last) && place->look_ns <= place->image_ns) {
		link_remove(&place->waits);
		return false;
	}
	if (last) {
		proc_give_up(place->proc, false);
		link_remove(&place->waits);
		place->tries = 0;
		place->look_ns = LOOK_VAIN;
	}
	return !last && now_ns >= place->ask_ns;
}

unsigned int locate_wants(
	struct locator *l, uint64_t fed_ns, uint64_t now_ns, uint32_t *ids, unsigned int max)
{
	unsigned int nr = 0;
	struct link *next;

	if (!locate_affords(l, now_ns))
		max = 0;
	for (struct link *w = l->waits.next; w != &l->waits; w = next) {
		struct place *place = link_of(w, struct place, waits);

		next = w->next;
		if (!place_wants(l, place, fed_ns, now_ns))
			continue;
		if (nr < max && l->nr_asked < LOCATE_ASKS)
			ask(l, place, &ids[nr++]);
	}
	return nr;
}

/* The images of others go, their pauses stay. */
static void make_room(struct locator *l, const struct place *keep)
{
	struct link *next;

	for (struct link *u = l->used.next; u != &l->used; u = next) {
		struct place *place = link_of(u, struct place, used);

		next = u->next;
		if (l->nr_maps <= LOCATE_MAPS_MOST)
			break;
		if (place == keep)
			continue;
		image_drop(l, &place->fresh);
		image_drop(l, &place->image);
	}
}

/* Who was asked about; NULL where nobody wants the answer any more, or nobody asked. */
static struct place *answered(struct locator *l, uint32_t id)
{
	struct place *place;
	unsigned int at = 0;

	while (at < l->nr_asked && l->asked_id[at] != id)
		at++;
	if (at == l->nr_asked)
		return NULL;
	place = l->asked[at];
	l->nr_asked--;
	memmove(&l->asked[at], &l->asked[at + 1], (l->nr_asked - at) * sizeof(l->asked[0]));
	memmove(&l->asked_id[at], &l->asked_id[at + 1],
		(l->nr_asked - at) * sizeof(l->asked_id[0]));
	if (place)
		place->asked = false;
	return place;
}

void locate_take(
	struct locator *l, uint32_t id, const struct mapping *list, size_t nr, uint64_t now_ns)
{
	struct place *place = answered(l, id);

	if (!place)
		return;
	/* behind those that there was no time for */
	if (place->waits.next) {
		link_remove(&place->waits);
		link_append(&l->waits, &place->waits);
	}
	if (!nr) {
		place->ask_ns = now_ns + (AGAIN_NS << place->tries);
		place->tries++;
		return;
	}
	place->fresh = image_new(&l->names, list, nr);
	place->fresh_ns = now_ns;
	place->ask_ns = now_ns + (nr * MAP_NS > AGAIN_NS ? nr * MAP_NS : AGAIN_NS);
	l->nr_maps += nr;
	make_room(l, place);
}

void locate_refused(struct locator *l, uint32_t id)
{
	struct place *place = answered(l, id);

	l->nr_refused++;
	if (!place)
		return;
	place->refused = true;
	place->look_ns = LOOK_VAIN;
	proc_give_up(place->proc, false);
	link_remove(&place->waits);
}

void locate_busy(struct locator *l, uint32_t id, uint64_t now_ns)
{
	struct place *place = answered(l, id);

	if (place)
		place->ask_ns = now_ns + AGAIN_NS;
}

void locate_spent(struct locator *l, uint64_t spent_ns, uint64_t now_ns)
{
	if (l->paid_ns + LOCATE_BURST_NS < now_ns)
		l->paid_ns = now_ns - LOCATE_BURST_NS;
	l->paid_ns += spent_ns * LOCATE_SHARE;
}

bool locate_affords(const struct locator *l, uint64_t now_ns)
{
	return l->paid_ns <= now_ns;
}

/* The process of a call, NULL: nobody knows, or it runs another program by now. */
static struct proc *proc_of(const struct locator *l, const struct call *call)
{
	const struct task *task = task_find(l->map, call->tid);

	if (!task || task->proc->pid == EVENT_NO_ID || !task->proc->tally)
		return NULL;
	if (call->ts_ns < task->from_ns || call->ts_ns > task->until_ns ||
		call->ts_ns < task->proc->exec_ns)
		return NULL;
	return task->proc;
}

const struct image *locate_image(const struct locator *l, const struct call *call)
{
	const struct proc *proc = proc_of(l, call);
	const struct place *place = proc ? proc->place : NULL;

	if (!place || !place->image || call->ts_ns > place->image_ns + SITE_FRESH_NS)
		return NULL;
	return place->image;
}

static bool image_tells(const struct image *image, const struct call *call)
{
	if (call->site && !image_name(image, call->site))
		return false;
	for (uint32_t i = 0; i < call->nr_changes; i++)
		if (!image_name(image, call->changes[i].start))
			return false;
	return true;
}

bool locate_look(struct locator *l, const struct call *call)
{
	const struct image *image = locate_image(l, call);
	struct proc *proc = proc_of(l, call);

	if (!proc || (!call->site && !call->nr_changes) || (image && image_tells(image, call)))
		return true;
	if (proc->place && proc->place->image && proc->place->image_ns >= call->ts_ns)
		return true;
	if (proc->place && proc->place->look_ns == LOOK_VAIN)
		return true;
	if (proc->flags & PROC_EXITED &&
		!(proc->place && (proc->place->asked || proc->place->fresh)))
		return true;
	place_want(l, proc, call->tid);
	if (proc->place->look_ns < call->ts_ns)
		proc->place->look_ns = call->ts_ns;
	return false;
}
