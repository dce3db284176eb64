/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/canary.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define PAGES 3 /* of a shot */

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static struct event event_of(const struct canary_shot *shot, uint32_t tid)
{
	return (struct event){.kind = EVENT_CALL,
		.flags = shot->flags,
		.tid = tid,
		.u.call = {shot->addr, PAGES * page_bytes(), PROT_READ}};
}

static void canary_of(struct canary *c)
{
	assert_int_equal(canary_init(c, NULL), 0);
	canary_add(c, "mprotect", "__x64_sys_mprotect", "mprotect", EVENT_CALL, 0);
	canary_add(c, "task_newtask", "task_newtask", "", EVENT_CALL, 0);
	canary_add(c, "pkey_mprotect", "__x64_sys_pkey_mprotect", "pkey", EVENT_CALL, EVENT_PKEY);
	assert_int_equal(c->nr, 2);
}

/* By the kernel's own eyes: no access of ours could fault. */
static bool is_writable(uint64_t addr)
{
	int pair[2];
	ssize_t n;

	assert_int_equal(pipe(pair), 0);
	assert_int_equal(write(pair[1], "", 1), 1);
	n = read(pair[0], (void *)(uintptr_t)addr, 1);
	if (n < 0)
		assert_int_equal(errno, EFAULT);
	close(pair[0]);
	close(pair[1]);
	return n == 1;
}

/* How many of the shot's pages can be written to. */
static unsigned int nr_writable(const struct canary_shot *shot)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < PAGES; i++)
		nr += is_writable(shot->addr + i * page_bytes());
	return nr;
}

/* Kernels built without protection keys have no such call. */
static bool is_executed(const struct canary_shot *shot)
{
	return !(shot->flags & EVENT_PKEY) || !syscall(SYS_pkey_mprotect, NULL, 0, PROT_READ, -1) ||
	       errno != ENOSYS;
}

/* What the shot asks for, read-only, comes true on its own pages. */
static void check_real(struct canary *c)
{
	size_t len = PAGES * page_bytes();

	for (unsigned int i = 0; i < c->nr; i++)
		assert_int_equal(
			mprotect((void *)(uintptr_t)c->shots[i].addr, len, PROT_READ | PROT_WRITE),
			0);
	for (unsigned int i = 0; i < c->nr; i++)
		assert_int_equal(nr_writable(&c->shots[i]), PAGES);
	canary_fire(c, 77);
	assert_int_equal(c->fired_ns, 77);
	for (unsigned int i = 0; i < c->nr; i++) {
		const struct canary_shot *shot = &c->shots[i];

		if (shot->impossible) {
			assert_true(shot->flags & EVENT_COMPAT);
			assert_false(shot->pending);
			assert_int_equal(nr_writable(shot), PAGES);
		} else {
			assert_true(shot->pending);
			assert_int_equal(nr_writable(shot), is_executed(shot) ? 0 : PAGES);
		}
	}
}

static void test_real(void **state)
{
	struct canary c;

	(void)state;
	canary_of(&c);
	assert_string_equal(c.shots[0].name, "mprotect");
	assert_string_equal(c.shots[1].name, "pkey_mprotect");
	assert_string_equal(c.shots[1].place, "__x64_sys_pkey_mprotect");
	for (int i = 0; i < 4; i++)
		check_real(&c);
	canary_done(&c);
	canary_done(&c);
}

static void never(int signo)
{
	(void)signo;
}

/* They really execute, or are marked; either way nothing else is touched. */
static void test_compat(void **state)
{
	struct sigaction act = {.sa_handler = never}, now;
	struct canary c;

	(void)state;
	assert_int_equal(canary_init(&c, NULL), 0);
	canary_add(
		&c, "mprotect_ia32", "__ia32_sys_mprotect", "mprotect", EVENT_CALL, EVENT_COMPAT);
	canary_add(&c, "pkey_mprotect_ia32", "__ia32_sys_pkey_mprotect", "pkey", EVENT_CALL,
		EVENT_COMPAT | EVENT_PKEY);
	sigaction(SIGSEGV, &act, &now);
	check_real(&c);
	check_real(&c);
	assert_int_equal(c.shots[0].impossible, c.shots[1].impossible);
#ifdef __x86_64__
	assert_true(c.shots[1].addr + PAGES * page_bytes() <= UINT32_MAX);
#else
	assert_true(c.shots[0].impossible);
#endif
	if (c.shots[0].impossible) {
		print_message("# this kernel refuses int 0x80\n");
		assert_null(canary_silent(&c));
	}
	sigaction(SIGSEGV, &now, &act);
	assert_ptr_equal(act.sa_handler, never);
	canary_done(&c);
}

/* Each is on pages of its own. */
static void test_apart(void **state)
{
	struct canary c;

	(void)state;
	assert_int_equal(canary_init(&c, NULL), 0);
	for (unsigned int i = 0; i < CANARY_MAX; i++)
		canary_add(&c, "a", "b", "mprotect", EVENT_CALL, 0);
	for (unsigned int i = 1; i < CANARY_MAX; i++)
		assert_true(c.shots[i].addr >= c.shots[i - 1].addr + PAGES * page_bytes());
	check_real(&c);
	canary_done(&c);
}

static void test_right(void **state)
{
	struct canary c;
	struct event first, second;

	(void)state;
	canary_of(&c);
	assert_null(canary_silent(&c));
	canary_fire(&c, 1);
	first = event_of(&c.shots[0], c.tid);
	second = event_of(&c.shots[1], c.tid);
	assert_ptr_equal(canary_silent(&c), &c.shots[0]);
	assert_true(canary_feed(&c, &first));
	assert_ptr_equal(canary_silent(&c), &c.shots[1]);
	assert_true(canary_feed(&c, &second));
	assert_null(canary_silent(&c));
	assert_null(canary_wrong(&c));
	/* and each time anew */
	canary_fire(&c, 2);
	assert_true(canary_feed(&c, &second));
	assert_ptr_equal(canary_silent(&c), &c.shots[0]);
	canary_done(&c);
}

/* One word that is not what was asked for. */
static void test_wrong(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		struct canary c;
		struct event event;

		canary_of(&c);
		canary_fire(&c, 1);
		event = event_of(&c.shots[1], c.tid);
		event.u.call.addr += i == 0;
		event.u.call.addr ^= (uint64_t)(i == 1) << 63;
		event.u.call.len -= i == 2;
		event.u.call.len |= (uint64_t)(i == 3) << 32;
		event.u.call.prot |= i == 4 ? PROT_WRITE : 0;
		event.u.call.prot |= (uint64_t)(i == 5) << 40;
		assert_true(canary_feed(&c, &event));
		assert_ptr_equal(canary_wrong(&c), &c.shots[1]);
		/* it fired, so it is not silent; the other one is */
		assert_ptr_equal(canary_silent(&c), &c.shots[0]);
		event = event_of(&c.shots[0], c.tid);
		assert_true(canary_feed(&c, &event));
		assert_null(canary_silent(&c));
		/* the right one behind it settles it */
		event = event_of(&c.shots[1], c.tid);
		assert_true(canary_feed(&c, &event));
		assert_null(canary_wrong(&c));
		canary_done(&c);
	}
}

static void test_others(void **state)
{
	struct canary c;
	struct event event;

	(void)state;
	canary_of(&c);
	assert_int_equal(c.tid, (uint32_t)gettid());
	canary_fire(&c, 1);
	/* another task's call of the same kind */
	event = event_of(&c.shots[0], c.tid + 1);
	event.u.call.addr += 4096;
	assert_false(canary_feed(&c, &event));
	/* ours, but of a kind that nobody awaits */
	event.tid = c.tid;
	event.flags = EVENT_COMPAT;
	assert_false(canary_feed(&c, &event));
	/* no call at all */
	event = event_of(&c.shots[0], c.tid);
	for (unsigned int kind = 0; kind <= EVENT_LOST; kind++) {
		event.kind = (uint8_t)kind;
		if (kind != EVENT_CALL && kind != EVENT_RETURN && kind != EVENT_CHANGE &&
			kind != EVENT_SITE)
			assert_false(canary_feed(&c, &event));
	}
	assert_null(canary_wrong(&c));
	assert_ptr_equal(canary_silent(&c), &c.shots[0]);
	canary_done(&c);
}

/* The way back and the change of a mapping are awaited, each by its own probe. */
static void test_kinds(void **state)
{
	struct event event = {.kind = EVENT_RETURN};
	struct canary c;

	(void)state;
	assert_int_equal(canary_init(&c, NULL), 0);
	canary_add(&c, "return", "mprotect", "mprotect", EVENT_RETURN, 0);
	canary_add(&c, "fixup", "mprotect_fixup", "mprotect", EVENT_CHANGE, 0);
	canary_fire(&c, 1);
	event.tid = c.tid + 1;
	assert_false(canary_feed(&c, &event));
	assert_ptr_equal(canary_silent(&c), &c.shots[0]);
	event.tid = c.tid;
	assert_true(canary_feed(&c, &event));
	assert_ptr_equal(canary_silent(&c), &c.shots[1]);
	event = (struct event){.kind = EVENT_CHANGE, .tid = c.tid};
	assert_false(canary_feed(&c, &event));
	event.u.change.start = c.shots[1].addr;
	event.u.change.end = c.shots[1].addr + c.len;
	event.u.change.before = 3;
	event.u.change.after = 1;
	assert_true(canary_feed(&c, &event));
	assert_ptr_equal(canary_wrong(&c), &c.shots[1]);
	event.u.change.before = 1;
	assert_true(canary_feed(&c, &event));
	assert_null(canary_wrong(&c));
	assert_null(canary_silent(&c));
	event = (struct event){.kind = EVENT_RETURN, .tid = c.tid, .u.ret.value = -12};
	assert_true(canary_feed(&c, &event));
	assert_ptr_equal(canary_wrong(&c), &c.shots[0]);
	canary_done(&c);
}

/* What the related calls would do, they must not: they fail, and that is awaited. */
static void test_related(void **state)
{
	static const char *const calls[] = {"mmap", "mmap_wx", "munmap", "shm_exec"};
	const uint8_t flags[] = {
		EVENT_MMAP, EVENT_MMAP | EVENT_FEW, EVENT_MUNMAP, EVENT_SHMAT | EVENT_FEW};
	const uint64_t asked[] = {PROT_READ, 7, 0, SHM_EXEC};
	struct event event = {.kind = EVENT_RETURN};
	struct canary c;

	(void)state;
	assert_int_equal(canary_init(&c, NULL), 0);
	for (unsigned int i = 0; i < 4; i++)
		canary_add(&c, calls[i], calls[i], calls[i], EVENT_CALL, flags[i]);
	for (unsigned int i = 0; i < 4; i++)
		canary_add(&c, calls[i], calls[i], calls[i], EVENT_RETURN, flags[i]);
	canary_fire(&c, 1);
	for (unsigned int i = 0; i < 4; i++) {
		uint64_t prot = asked[i];

		event = event_of(&c.shots[i], c.tid);
		event.u.call.len = i == 3 ? 0 : event.u.call.len;
		/* malloc calls too: what is not ours says nothing, and proves nothing */
		event.u.call.prot = prot ^ 2;
		assert_false(canary_feed(&c, &event));
		assert_null(canary_wrong(&c));
		assert_ptr_equal(canary_silent(&c), &c.shots[i]);
		event.u.call.prot = prot;
		assert_true(canary_feed(&c, &event));
		assert_null(canary_wrong(&c));
		/* the pages are still there, and read-only */
		assert_int_equal(nr_writable(&c.shots[i]), 0);
	}
	for (unsigned int i = 0; i < 4; i++) {
		event = (struct event){.kind = EVENT_RETURN, .flags = flags[i], .tid = c.tid};
		assert_true(canary_feed(&c, &event));
		assert_null(canary_wrong(&c));
		assert_ptr_equal(canary_silent(&c), &c.shots[4 + i]);
		/* what no call returns */
		event.u.ret.value = INT64_MIN;
		assert_true(canary_feed(&c, &event));
		assert_ptr_equal(canary_wrong(&c), &c.shots[4 + i]);
		event.u.ret.value = -EINVAL;
		assert_true(canary_feed(&c, &event));
		assert_null(canary_wrong(&c));
	}
	assert_null(canary_silent(&c));
	canary_done(&c);
}

/* A call in one event carries its outcome; where a call comes from proves itself by coming. */
static void test_whole(void **state)
{
	struct event event;
	struct canary c;

	(void)state;
	assert_int_equal(canary_init(&c, NULL), 0);
	canary_add(&c, "whole", "mprotect", "mprotect", EVENT_WHOLE, 0);
	canary_add(&c, "site", "mprotect", "mprotect", EVENT_SITE, 0);
	canary_fire(&c, 1);
	event = event_of(&c.shots[0], c.tid);
	assert_false(canary_feed(&c, &event));
	event.kind = EVENT_WHOLE;
	event.u.call.value = -12;
	assert_true(canary_feed(&c, &event));
	assert_ptr_equal(canary_wrong(&c), &c.shots[0]);
	event.u.call.value = 0;
	assert_true(canary_feed(&c, &event));
	assert_null(canary_wrong(&c));
	assert_ptr_equal(canary_silent(&c), &c.shots[1]);
	event = (struct event){.kind = EVENT_SITE, .tid = c.tid + 1};
	assert_false(canary_feed(&c, &event));
	event.tid = c.tid;
	assert_true(canary_feed(&c, &event));
	assert_null(canary_silent(&c));
	canary_done(&c);
}

/* Our own calls between two shots, such as malloc's, are nobody's fault. */
static void test_not_awaited(void **state)
{
	struct canary c;
	struct event event;

	(void)state;
	canary_of(&c);
	event = event_of(&c.shots[0], c.tid);
	event.u.call.len = 4096;
	assert_false(canary_feed(&c, &event));
	canary_fire(&c, 1);
	for (unsigned int i = 0; i < c.nr; i++) {
		struct event right = event_of(&c.shots[i], c.tid);

		assert_true(canary_feed(&c, &right));
	}
	assert_false(canary_feed(&c, &event));
	assert_null(canary_wrong(&c));
	canary_done(&c);
}

/* In a pid namespace events tell another number: the first right one teaches it. */
static void test_namespace(void **state)
{
	struct canary c;
	struct event event;

	(void)state;
	canary_of(&c);
	canary_fire(&c, 1);
	event = event_of(&c.shots[0], 1000000000);
	assert_true(canary_feed(&c, &event));
	event = event_of(&c.shots[1], (uint32_t)gettid());
	event.u.call.prot = 0;
	assert_false(canary_feed(&c, &event));
	assert_null(canary_wrong(&c));
	event.tid = 1000000000;
	assert_true(canary_feed(&c, &event));
	assert_ptr_equal(canary_wrong(&c), &c.shots[1]);
	canary_done(&c);
}

/* By its address alone, where no more is told. */
static void test_bare(void **state)
{
	struct event event;
	struct canary c;

	(void)state;
	assert_int_equal(canary_init(&c, NULL), 0);
	canary_add(&c, "mprotect", "__x64_sys_mprotect", "mprotect", EVENT_CALL, 0);
	canary_fire(&c, 77);
	event = event_of(&c.shots[0], c.tid);
	event.flags = EVENT_BARE;
	event.u.call.len = event.u.call.prot = 0;
	event.u.call.addr += 4096;
	assert_true(canary_feed(&c, &event));
	assert_ptr_equal(canary_wrong(&c), &c.shots[0]);
	canary_fire(&c, 78);
	event.u.call.addr -= 4096;
	assert_true(canary_feed(&c, &event));
	assert_null(canary_wrong(&c));
	assert_null(canary_silent(&c));
	/* where more is, it counts */
	canary_fire(&c, 79);
	event.flags = 0;
	assert_true(canary_feed(&c, &event));
	assert_non_null(canary_wrong(&c));
	canary_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_compat),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_related),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_not_awaited),
		cmocka_unit_test(test_namespace),
		cmocka_unit_test(test_bare),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
