/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/canary.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SHOT_PAGES 3    /* a length that no guard page or RELRO segment has at our addresses */
#define ERRNO_MOST 4095 /* MAX_ERRNO, linux/err.h */

/* 32-bit callers cannot name a page above 4 GiB. */
#ifdef MAP_32BIT
#define LOW MAP_32BIT
#else
#define LOW 0
#endif

int canary_init(struct canary *c, struct fault *fault)
{
	*c = (struct canary){
		.tid = (uint32_t)gettid(), .len = SHOT_PAGES * (uint64_t)sysconf(_SC_PAGESIZE)};
	c->pages = mmap(
		NULL, CANARY_MAX * c->len, OWNCALL_PROT, MAP_PRIVATE | MAP_ANONYMOUS | LOW, -1, 0);
	if (c->pages == MAP_FAILED)
		return fault_set(
			fault, errno, "mmap", "free memory", "cannot map the pages of the canary");
	return 0;
}

void canary_done(struct canary *c)
{
	if (c->pages && c->pages != MAP_FAILED)
		munmap(c->pages, CANARY_MAX * c->len);
	c->pages = NULL;
}

void canary_add(struct canary *c, const char *name, const char *place, const char *call,
	uint8_t kind, uint8_t flags)
{
	const struct owncall *way = owncall_find(call);
	struct canary_shot *shot;

	if (!way)
		return;
	assert(c->nr < CANARY_MAX);
	shot = &c->shots[c->nr];
	*shot = (struct canary_shot){.flags = flags, .kind = kind, .way = way};
	snprintf(shot->name, sizeof(shot->name), "%s", name);
	snprintf(shot->place, sizeof(shot->place), "%s", place);
	shot->addr = (uint64_t)(uintptr_t)c->pages + c->nr++ * c->len + way->odd;
}

#ifdef __x86_64__
static sigjmp_buf refused;

static void on_refusal(int signo)
{
	siglongjmp(refused, signo);
}

static long call_compat(const struct canary_shot *shot, uint64_t bytes)
{
	long nr = shot->way->nr_compat, addr = (long)shot->addr, len = (long)bytes;
	long prot = (long)shot->way->prot, key = shot->way->fails ? MAP_ANONYMOUS : -1;

	__asm__ volatile("int $0x80"
			 : "+a"(nr)
			 : "b"(addr), "c"(len), "d"(prot), "S"(key), "D"(-1L)
			 : "memory", "r8", "r9", "r10", "r11");
	return nr;
}

/* Booted with ia32_emulation=0, int 0x80 is a fault: then nobody else can come this way either. */
static bool fire_compat(struct canary_shot *shot, uint64_t len)
{
	struct sigaction act = {.sa_handler = on_refusal}, old;
	volatile bool done = false;

	sigaction(SIGSEGV, &act, &old);
	if (!sigsetjmp(refused, 1)) {
		shot->refused = owncall_refused(shot->way, (int32_t)call_compat(shot, len));
		done = true;
	}
	sigaction(SIGSEGV, &old, NULL);
	return done;
}
#else
static bool fire_compat(struct canary_shot *shot, uint64_t len)
{
	(void)shot;
	(void)len;
	return false;
}
#endif

void canary_fire(struct canary *c, uint64_t now_ns)
{
	c->fired_ns = now_ns;
	for (unsigned int i = 0; i < c->nr; i++) {
		struct canary_shot *shot = &c->shots[i];

		if (shot->impossible)
			continue;
		shot->pending = true;
		shot->wrong = false;
		if (!(shot->flags & EVENT_COMPAT)) {
			shot->refused = owncall_refused(
				shot->way, owncall_make(shot->way, shot->addr, c->len));
		} else if (shot->addr > UINT32_MAX || !fire_compat(shot, c->len)) {
			shot->impossible = true;
			shot->pending = false;
		}
		/* no probe hears of what a seccomp filter stops */
		shot->pending &= !shot->refused;
	}
}

/* -ENOSYS: a kernel without protection keys. */
static bool is_outcome(const struct canary_shot *shot, int64_t value)
{
	return value == shot->way->fails || value == -ENOSYS;
}

/* Whichever of our calls it ends: that it came, with an outcome that a call can have. */
static bool feed_return(struct canary *c, const struct event *event)
{
	if (event->tid != c->tid)
		return false;
	for (unsigned int i = 0; i < c->nr; i++) {
		struct canary_shot *shot = &c->shots[i];

		if (shot->kind != EVENT_RETURN || shot->flags != event->flags || shot->refused)
			continue;
		/* malloc maps and unmaps in between, with any outcome */
		if (shot->way->fails && event->u.ret.value != shot->way->fails &&
			event->u.ret.value >= -ERRNO_MOST && event->u.ret.value != -ENOSYS)
			continue;
		shot->pending = false;
		shot->wrong = !is_outcome(shot, event->u.ret.value);
	}
	return true;
}

/* That it came at all: where from is the C library's business. */
static bool feed_site(struct canary *c, const struct event *event)
{
	for (unsigned int i = 0; event->tid == c->tid && i < c->nr; i++)
		if (c->shots[i].kind == EVENT_SITE && c->shots[i].flags == event->flags)
			c->shots[i].pending = false;
	return event->tid == c->tid;
}

/* Our pages have and keep the same protection: the mapping that they are in may be larger. */
static bool feed_change(struct canary *c, const struct event *event)
{
	uint64_t begin = (uint64_t)(uintptr_t)c->pages;

	if (event->u.change.start < begin || event->u.change.end > begin + CANARY_MAX * c->len)
		return false;
	for (unsigned int i = 0; i < c->nr; i++) {
		struct canary_shot *shot = &c->shots[i];

		if (shot->kind != EVENT_CHANGE)
			continue;
		shot->pending = false;
		shot->wrong = (event->u.change.before & 7) != OWNCALL_PROT ||
			      (event->u.change.after & 7) != OWNCALL_PROT || event->u.change.file;
	}
	return true;
}

static bool is_shot(const struct canary_shot *shot, const struct event *event, uint64_t len)
{
	bool asked = event->u.call.len == (owncall_attaches(shot->way) ? 0 : len) &&
		     event->u.call.prot == shot->way->prot;

	return event->u.call.addr == shot->addr && (asked || event->flags & EVENT_BARE) &&
	       (event->kind != EVENT_WHOLE || is_outcome(shot, event->u.call.value));
}

bool canary_feed(struct canary *c, const struct event *event)
{
	struct canary_shot *waiting = NULL;

	if (event->kind == EVENT_RETURN)
		return feed_return(c, event);
	if (event->kind == EVENT_CHANGE)
		return feed_change(c, event);
	if (event->kind == EVENT_SITE)
		return feed_site(c, event);
	if (event->kind != EVENT_CALL && event->kind != EVENT_WHOLE)
		return false;
	/* every call comes by here: most are told apart at once */
	if (event->tid != c->tid &&
		event->u.call.addr - (uint64_t)(uintptr_t)c->pages >= CANARY_MAX * c->len)
		return false;
	for (unsigned int i = 0; i < c->nr; i++) {
		struct canary_shot *shot = &c->shots[i];

		if (shot->flags != (event->flags & (uint8_t)~EVENT_BARE) ||
			shot->kind != event->kind)
			continue;
		if (is_shot(shot, event, c->len)) {
			shot->pending = false;
			shot->wrong = false;
			shot->refused = false;
			c->tid = event->tid;
			return true;
		}
		/* of malloc's calls nothing follows */
		if (shot->pending && !shot->way->fails)
			waiting = shot;
	}
	/* in our context, of the awaited kind, and yet not what we asked for */
	if (event->tid != c->tid || !waiting)
		return false;
	waiting->wrong = true;
	return true;
}

const struct canary_shot *canary_silent(const struct canary *c)
{
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->shots[i].pending && !c->shots[i].wrong)
			return &c->shots[i];
	return NULL;
}

const struct canary_shot *canary_wrong(const struct canary *c)
{
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->shots[i].wrong)
			return &c->shots[i];
	return NULL;
}

const struct canary_shot *canary_refused(const struct canary *c)
{
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->shots[i].refused)
			return &c->shots[i];
	return NULL;
}
