/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/canary.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SHOT_PAGES 3 /* a length that no guard page or RELRO segment has at our addresses */
#define PROT_SHOT  PROT_READ

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
		NULL, CANARY_MAX * c->len, PROT_SHOT, MAP_PRIVATE | MAP_ANONYMOUS | LOW, -1, 0);
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
	struct canary_shot *shot;

	if (!call[0])
		return;
	assert(c->nr < CANARY_MAX);
	shot = &c->shots[c->nr];
	*shot = (struct canary_shot){.flags = flags, .kind = kind};
	snprintf(shot->name, sizeof(shot->name), "%s", name);
	snprintf(shot->place, sizeof(shot->place), "%s", place);
	snprintf(shot->call, sizeof(shot->call), "%s", call);
	shot->addr = (uint64_t)(uintptr_t)c->pages + c->nr++ * c->len;
}

static void fire_native(const struct canary_shot *shot, uint64_t len)
{
	/* the key -1 makes pkey_mprotect the same as mprotect */
	if (!strcmp(shot->call, "pkey"))
		syscall(SYS_pkey_mprotect, shot->addr, len, PROT_SHOT, -1);
	else
		syscall(SYS_mprotect, shot->addr, len, PROT_SHOT);
}

#ifdef __x86_64__
#define IA32_MPROTECT      125 /* arch/x86/entry/syscalls/syscall_32.tbl */
#define IA32_PKEY_MPROTECT 380

static sigjmp_buf refused;

static void on_refusal(int signo)
{
	siglongjmp(refused, signo);
}

static void call_compat(const struct canary_shot *shot, uint64_t bytes)
{
	long nr = !strcmp(shot->call, "pkey") ? IA32_PKEY_MPROTECT : IA32_MPROTECT;
	long addr = (long)shot->addr, len = (long)bytes, prot = PROT_SHOT, key = -1;

	__asm__ volatile("int $0x80"
			 : "+a"(nr)
			 : "b"(addr), "c"(len), "d"(prot), "S"(key)
			 : "memory", "r8", "r9", "r10", "r11");
}

/* Booted with ia32_emulation=0, int 0x80 is a fault: then nobody else can come this way either. */
static bool fire_compat(const struct canary_shot *shot, uint64_t len)
{
	struct sigaction act = {.sa_handler = on_refusal}, old;
	volatile bool done = false;

	sigaction(SIGSEGV, &act, &old);
	if (!sigsetjmp(refused, 1)) {
		call_compat(shot, len);
		done = true;
	}
	sigaction(SIGSEGV, &old, NULL);
	return done;
}
#else
static bool fire_compat(const struct canary_shot *shot, uint64_t len)
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
			fire_native(shot, c->len);
		} else if (shot->addr > UINT32_MAX || !fire_compat(shot, c->len)) {
			shot->impossible = true;
			shot->pending = false;
		}
	}
}

/* Whichever of our calls it ends: that it came, with an outcome that a call can have. */
static bool feed_return(struct canary *c, const struct event *event)
{
	if (event->tid != c->tid)
		return false;
	for (unsigned int i = 0; i < c->nr; i++) {
		struct canary_shot *shot = &c->shots[i];

		if (shot->kind != EVENT_RETURN || shot->flags != event->flags)
			continue;
		shot->pending = false;
		/* a kernel without protection keys */
		shot->wrong = event->u.ret.value && event->u.ret.value != -ENOSYS;
	}
	return true;
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
		shot->wrong = (event->u.change.before & 7) != PROT_SHOT ||
			      (event->u.change.after & 7) != PROT_SHOT || event->u.change.file;
	}
	return true;
}

bool canary_feed(struct canary *c, const struct event *event)
{
	struct canary_shot *waiting = NULL;

	if (event->kind == EVENT_RETURN)
		return feed_return(c, event);
	if (event->kind == EVENT_CHANGE)
		return feed_change(c, event);
	if (event->kind != EVENT_CALL)
		return false;
	/* every call comes by here: most are told apart at once */
	if (event->tid != c->tid &&
		event->u.call.addr - (uint64_t)(uintptr_t)c->pages >= CANARY_MAX * c->len)
		return false;
	for (unsigned int i = 0; i < c->nr; i++) {
		struct canary_shot *shot = &c->shots[i];

		if (shot->flags != event->flags || shot->kind != EVENT_CALL)
			continue;
		if (event->u.call.addr == shot->addr && event->u.call.len == c->len &&
			event->u.call.prot == PROT_SHOT) {
			shot->pending = false;
			shot->wrong = false;
			c->tid = event->tid;
			return true;
		}
		if (shot->pending)
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
