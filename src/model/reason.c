/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/reason.h"
#include "model/verdict.h"

#include <errno.h>
#include <string.h>

#define VM_PROT     0x7 /* the protection in vm_flags: include/linux/mm.h */
#define VM_SHARED   0x8
#define STARTED_NS  1000000000ULL /* a program's libraries are loaded by then */
#define STACK_NS    200000000ULL  /* between a stack's mprotect and its clone */
#define GUARD_MOST  (64 * 1024)   /* the JVM's zones; pages of 64 KiB */
#define ARENA_ALIGN (64ULL << 20) /* glibc: HEAP_MAX_SIZE of 64-bit programs */
#define RELRO_MOST  (16ULL << 20)

/* Whether it changed anonymous memory so. */
static bool is_turn(const struct reason_scene *scene, uint32_t before, uint32_t after)
{
	const struct change *change = scene->change;

	return change && !change->file && (change->before & VM_PROT) == before &&
	       (change->after & VM_PROT) == after;
}

static bool asks(const struct call *call, uint64_t prot)
{
	return (call->prot & VM_PROT) == prot;
}

static bool rule_jit(const struct call *call, const struct reason_scene *scene)
{
	return scene->change ? scene->code != NULL : call->prot & PROT_EXEC;
}

static bool rule_relro(const struct call *call, const struct reason_scene *scene)
{
	const struct change *change = scene->change;

	if (!asks(call, PROT_READ) || call->len > RELRO_MOST)
		return false;
	if (!change)
		return scene->age_ns < STARTED_NS;
	return change->file && !(change->after & VM_SHARED) &&
	       (change->before & VM_PROT) == (PROT_READ | PROT_WRITE);
}

static bool rule_arena(const struct call *call, const struct reason_scene *scene)
{
	if (!asks(call, PROT_READ | PROT_WRITE) || !(scene->arena || scene->like_before))
		return false;
	return !scene->change || is_turn(scene, PROT_NONE, PROT_READ | PROT_WRITE);
}

/* That of a stack to be is told by the thread that follows: reasons_thread(). */
static bool rule_stack(const struct call *call, const struct reason_scene *scene)
{
	if (asks(call, PROT_NONE) && call->len <= GUARD_MOST)
		return !scene->change || is_turn(scene, PROT_READ | PROT_WRITE, PROT_NONE);
	return scene->like_before && asks(call, PROT_READ | PROT_WRITE) &&
	       (!scene->change || is_turn(scene, PROT_NONE, PROT_READ | PROT_WRITE));
}

static bool rule_barrier(const struct call *call, const struct reason_scene *scene)
{
	const uint32_t rw = PROT_READ | PROT_WRITE;

	/* a barrier is taken down wherever it may stand */
	if (scene->like_before && asks(call, rw) && is_turn(scene, rw, rw))
		return true;
	return is_turn(scene, rw, PROT_READ) || is_turn(scene, PROT_READ, rw) ||
	       is_turn(scene, PROT_READ, PROT_NONE) || is_turn(scene, PROT_NONE, PROT_READ);
}

static bool rule_reserve(const struct call *call, const struct reason_scene *scene)
{
	(void)call;
	return is_turn(scene, PROT_NONE, PROT_READ | PROT_WRITE) ||
	       is_turn(scene, PROT_READ | PROT_WRITE, PROT_NONE);
}

static bool rule_unknown(const struct call *call, const struct reason_scene *scene)
{
	(void)call;
	(void)scene;
	return true;
}

/* Their order is that of the rules. */
enum {
	JIT,
	RELRO,
	ARENA,
	STACK,
	BARRIER,
	RESERVE,
	UNKNOWN
};

const struct reason reasons[] = {
	[JIT] = {"jit", "a code generator changes its code", rule_jit},
	[RELRO] = {"relro", "the loader write-protects what it has relocated", rule_relro},
	[ARENA] = {"arena", "malloc extends the heap of a thread", rule_arena},
	[STACK] = {REASON_STACK, "a thread's stack or its guard pages are set up", rule_stack},
	[BARRIER] = {"gc barrier", "a collector or safepoint takes access away or gives it back",
		rule_barrier},
	[RESERVE] = {"reserve", "reserved address range is taken into use or given up",
		rule_reserve},
	[UNKNOWN] = {"unknown", "none of these", rule_unknown},
	{NULL, NULL, NULL},
};

_Static_assert(sizeof(reasons) / sizeof(reasons[0]) <= REASON_MOST + 1, "a counter each");

/* Code that is a file's was loaded, not made; memfd and the like are shared. */
static bool is_code(const struct change *change)
{
	return (change->before | change->after) & PROT_EXEC &&
	       !(change->file && !(change->after & VM_SHARED));
}

static void look_at_changes(struct reason_scene *scene, const struct call *call)
{
	if (!(call->known & CALL_CHANGED))
		return;
	for (uint32_t i = 0; i < call->nr_changes; i++) {
		const struct change *change = &call->changes[i];

		if (change->failed)
			continue;
		if (!scene->change)
			scene->change = change;
		if (!scene->code && is_code(change))
			scene->code = change;
	}
}

/* A runtime's own function changes all of its memory; the places in the C library that do it for
 * heaps and stacks ask for rw- alone. */
static bool is_general(struct reasons *r, const struct call *call)
{
	if (!call->site)
		return false;
	for (unsigned int i = 0; i < REASON_SITES; i++)
		if (r->general[i] == call->site)
			return true;
	if (asks(call, PROT_READ | PROT_WRITE))
		return false;
	r->general[r->next_general++ % REASON_SITES] = call->site;
	for (unsigned int i = 0; i < REASON_MOST; i++)
		if (r->sites[i] == call->site)
			r->sites[i] = 0;
	return true;
}

/* Whether the range begins a heap of malloc's, or goes on where one ended. */
static bool is_arena(struct reasons *r, const struct call *call, bool general)
{
	uint64_t end = call->addr + call->len;
	bool starts = call->addr && !(call->addr % ARENA_ALIGN) && call->len < ARENA_ALIGN;

	if (general || !asks(call, PROT_READ | PROT_WRITE))
		return false;
	for (unsigned int i = 0; i < REASON_ARENAS; i++)
		if (r->arenas[i] && r->arenas[i] == call->addr && end % ARENA_ALIGN) {
			r->arenas[i] = end;
			return true;
		}
	if (!starts)
		return false;
	r->arenas[r->next++ % REASON_ARENAS] = end;
	return true;
}

/* It failed and changed nothing; what one that was refused asked for tells what it was for. */
static bool is_vain(const struct call *call, const struct reason_scene *scene)
{
	return call->known & CALL_RETURNED && call->ret < 0 && call->ret != -EACCES &&
	       call->ret != -EPERM && !scene->change;
}

static unsigned int reason_of(
	const struct reasons *r, const struct call *call, struct reason_scene *scene)
{
	if (is_vain(call, scene))
		return UNKNOWN;
	for (unsigned int i = 0;; i++) {
		scene->like_before = call->site && call->site == r->sites[i];
		if (reasons[i].rule(call, scene))
			return i;
	}
}

unsigned int reasons_count(struct reasons *r, const struct call *call, uint64_t program_ns)
{
	struct reason_scene scene = {.age_ns = UINT64_MAX};
	unsigned int which;
	bool general;

	r->latest = NULL;
	if (!(call->known & CALL_ASKED))
		return UNKNOWN;
	look_at_changes(&scene, call);
	if (program_ns && call->ts_ns >= program_ns)
		scene.age_ns = call->ts_ns - program_ns;
	general = is_general(r, call);
	scene.arena = is_arena(r, call, general);
	which = reason_of(r, call, &scene);
	r->nr[which]++;
	r->latest = reasons[which].name;
	if (which == ARENA && scene.arena && call->site)
		r->sites[ARENA] = call->site;
	if (which == BARRIER && !general)
		r->sites[BARRIER] = call->site;
	/* pthread_create() allocates between a stack and its thread */
	if (r->stack_tid == call->tid && which != ARENA)
		r->stack_tid = 0;
	if (asks(call, PROT_READ | PROT_WRITE) && !general && !is_vain(call, &scene) &&
		(which == RESERVE || which == UNKNOWN)) {
		r->stack_tid = call->tid;
		r->stack_ns = call->ts_ns;
		r->stack_site = call->site;
		r->stack_was = which;
	}
	return which;
}

uint64_t reasons_thread(struct reasons *r, uint32_t tid, uint64_t ts_ns)
{
	if (!tid || tid != r->stack_tid || ts_ns < r->stack_ns || ts_ns - r->stack_ns > STACK_NS)
		return 0;
	r->nr[r->stack_was]--;
	r->nr[STACK]++;
	if (r->stack_site)
		r->sites[STACK] = r->stack_site;
	r->stack_tid = 0;
	return r->stack_ns;
}

void reasons_absorb(struct reasons *to, const struct reasons *from)
{
	for (unsigned int i = 0; i < REASON_MOST; i++)
		to->nr[i] += from->nr[i];
}

const char *reasons_top(const struct reasons *r)
{
	unsigned int top = 0;

	for (unsigned int i = 1; i < REASON_MOST; i++)
		if (r->nr[i] > r->nr[top])
			top = i;
	return r->nr[top] ? reasons[top].name : NULL;
}
