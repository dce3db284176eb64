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
#define ARENA_LEAST (32 * 1024)   /* HEAP_MIN_SIZE */
#define ARENA_FIRST (1ULL << 20)  /* what a heap is made with at most */
#define RELRO_MOST  (16ULL << 20)
#define RELROS_MOST 512 /* a program's libraries */
/* Guard pages at a place that had some: with its threads, and a few whatever it has. */
#define GUARDS_A_THREAD 4
#define GUARDS_AGAIN    64

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

	if (!asks(call, PROT_READ) || call->len > RELRO_MOST || scene->relro_again)
		return false;
	if (!change)
		return scene->age_ns < STARTED_NS;
	return change->file && !(change->after & VM_SHARED) &&
	       (change->before & VM_PROT) == (PROT_READ | PROT_WRITE);
}

static bool rule_arena(const struct call *call, const struct reason_scene *scene)
{
	(void)call;
	if (!scene->arena && !(scene->heap && scene->like_before))
		return false;
	return !scene->change || is_turn(scene, PROT_NONE, PROT_READ | PROT_WRITE);
}

/* That of a stack to be is told by the thread that follows: reasons_thread(). */
static bool rule_stack(const struct call *call, const struct reason_scene *scene)
{
	if (asks(call, PROT_NONE) && call->len <= GUARD_MOST && !scene->guard_again)
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
	bool turns, turned = false;

	if (!(call->known & CALL_CHANGED))
		return;
	for (uint32_t i = 0; i < call->nr_changes; i++) {
		const struct change *change = &call->changes[i];

		if (change->failed)
			continue;
		turns = (change->before ^ change->after) & VM_PROT;
		scene->partly |= !turns;
		if (!scene->change || (turns && !turned))
			scene->change = change;
		turned |= turns;
		if (!scene->code && is_code(change))
			scene->code = change;
	}
}

static bool has(const uint64_t *list, unsigned int nr, uint64_t addr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (list[i] == addr)
			return true;
	return false;
}

/* From there all kinds of memory are changed: what it was taken for was a guess. */
static void make_general(struct reasons *r, uint64_t site)
{
	r->general[r->next_general++ % REASON_SITES] = site;
	for (unsigned int i = 0; i < REASON_MOST; i++)
		if (r->sites[i] == site)
			r->sites[i] = 0;
}

/* A runtime's own function changes all of its memory; the places in the C library that do it for
 * heaps and stacks ask for rw- alone. */
static bool is_general(struct reasons *r, const struct call *call)
{
	if (!call->site)
		return false;
	if (has(r->general, REASON_SITES, call->site))
		return true;
	if (asks(call, PROT_READ | PROT_WRITE))
		return false;
	make_general(r, call->site);
	return true;
}

/* A range that malloc would take into use: within 64 MiB, and from their start only a new heap. */
static bool is_of_heap(const struct call *call, const struct reason_scene *scene)
{
	if (!asks(call, PROT_READ | PROT_WRITE) || scene->partly || !call->addr ||
		call->len > ARENA_ALIGN ||
		call->addr / ARENA_ALIGN != (call->addr + call->len - 1) / ARENA_ALIGN)
		return false;
	return call->addr % ARENA_ALIGN || (call->len >= ARENA_LEAST && call->len <= ARENA_FIRST);
}

/* One that grows from its start, or beyond what a heap can be, is no heap. */
static bool is_refuted(struct reasons *r, const struct call *call, const struct reason_scene *scene)
{
	uint64_t base = call->addr - call->addr % ARENA_ALIGN, end = call->addr + call->len;
	bool from_start, beyond;

	for (unsigned int i = 0; i < REASON_ARENAS; i++) {
		if (!base || r->arenas[i].base != base)
			continue;
		from_start = call->addr == base &&
			     (scene->partly || (!scene->change && end > r->arenas[i].end));
		beyond = call->addr == r->arenas[i].end && !scene->heap;
		if (r->arenas[i].end && asks(call, PROT_READ | PROT_WRITE) &&
			(from_start || beyond)) {
			r->arenas[i].end = 0;
			if (call->site)
				make_general(r, call->site);
		}
		return !r->arenas[i].end;
	}
	return false;
}

/* Whether the range begins a heap of malloc's, or goes on where one ended. */
static bool is_arena(struct reasons *r, const struct call *call, const struct reason_scene *scene)
{
	uint64_t end = call->addr + call->len, base = call->addr - call->addr % ARENA_ALIGN;
	unsigned int at = r->next;

	if (!scene->heap)
		return false;
	for (unsigned int i = 0; i < REASON_ARENAS; i++) {
		if (r->arenas[i].base != base)
			continue;
		if (call->addr == r->arenas[i].end) {
			r->arenas[i].end = end;
			return true;
		}
		at = i;
	}
	if (call->addr != base)
		return false;
	r->arenas[at % REASON_ARENAS].base = base;
	r->arenas[at % REASON_ARENAS].end = end;
	r->next += at == r->next;
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

/* Another program: what was learnt about places of the one before means nothing. */
static void begin_program(struct reasons *r, uint64_t program_ns)
{
	struct reasons old = *r;

	if (old.program_ns && program_ns > old.program_ns) {
		*r = (struct reasons){0};
		memcpy(r->nr, old.nr, sizeof(r->nr));
	}
	if (program_ns)
		r->program_ns = program_ns;
}

static void look(struct reasons *r, const struct call *call, struct reason_scene *scene)
{
	bool general;

	look_at_changes(scene, call);
	if (r->program_ns && call->ts_ns >= r->program_ns)
		scene->age_ns = call->ts_ns - r->program_ns;
	scene->general = is_general(r, call);
	scene->heap = is_of_heap(call, scene);
	general = is_refuted(r, call, scene) || scene->general;
	scene->heap &= !general;
	scene->arena = is_arena(r, call, scene);
	scene->relro_again =
		r->nr_relros >= RELROS_MOST || has(r->relros, REASON_RANGES, call->addr);
	scene->guard_again =
		has(r->guards, REASON_RANGES, call->addr) &&
		r->nr_guards_again >= GUARDS_AGAIN + GUARDS_A_THREAD * (uint64_t)r->nr_threads;
}

/* Keeps what the reasons of later calls depend on. */
static void learn(struct reasons *r, const struct call *call, const struct reason_scene *scene,
	unsigned int which)
{
	if (which == ARENA && scene->arena && call->site)
		r->sites[ARENA] = call->site;
	if (which == BARRIER && !scene->general)
		r->sites[BARRIER] = call->site;
	if (which == RELRO)
		r->relros[r->nr_relros++ % REASON_RANGES] = call->addr;
	if (which == STACK && asks(call, PROT_NONE)) {
		if (has(r->guards, REASON_RANGES, call->addr))
			r->nr_guards_again++;
		else
			r->guards[r->nr_guards++ % REASON_RANGES] = call->addr;
	}
}

unsigned int reasons_count(struct reasons *r, const struct call *call, uint64_t program_ns)
{
	struct reason_scene scene = {.age_ns = UINT64_MAX};
	unsigned int which = UNKNOWN;

	r->latest = NULL;
	if (!(call->known & CALL_ASKED))
		return UNKNOWN;
	begin_program(r, program_ns);
	if (call->len) {
		look(r, call, &scene);
		which = reason_of(r, call, &scene);
	}
	r->nr[which]++;
	r->latest = reasons[which].name;
	if (!call->len)
		return which;
	learn(r, call, &scene, which);
	/* pthread_create() allocates between a stack and its thread */
	if (r->stack_tid == call->tid && which != ARENA)
		r->stack_tid = 0;
	if (asks(call, PROT_READ | PROT_WRITE) && !scene.general && !is_vain(call, &scene) &&
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
	r->nr_threads++;
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
