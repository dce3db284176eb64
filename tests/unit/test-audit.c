/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/audit.h"
#include "base/buf.h"
#include "base/mem.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>

#include <cmocka.h>

#define PAGE       4096
#define VM_SHARED  8
#define OTHER_BITS 0x8000070 /* of vm_flags, that mean nothing here */

static const struct audit_policy *policy_find(const char *name)
{
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if (!strcmp(policies[i].name, name))
			return &policies[i];
	fail();
	return NULL;
}

static struct call call_of(uint64_t prot, int64_t ret, const struct change *changes, uint32_t nr)
{
	return (struct call){.addr = 0x10000,
		.len = PAGE,
		.prot = prot,
		.ret = ret,
		.maps = nr,
		.nr_changes = nr,
		.changes = changes,
		.known = CALL_ASKED | CALL_RETURNED | (changes ? CALL_CHANGED : 0)};
}

static char letter(const char *policy, const struct call *call)
{
	return ".URB"[audit_judge(policy_find(policy), call).result];
}

/* A row a protection before, a cell one asked, both from --- to rwx with r as the lowest bit. */
struct square {
	const char *policy;
	bool file, shared;
	const char *rows[8];
};

#define ALL(row)                                                                                   \
	{                                                                                          \
		row, row, row, row, row, row, row, row                                             \
	}

static const struct square squares[] = {
	{"mdwe", false, false,
		{"....BBBB", "....BBBB", "....BBBB", "....BBBB", "......BB", "......BB", "......BB",
			"......BB"}},
	{"mdwe", true, false,
		{"....BBBB", "....BBBB", "....BBBB", "....BBBB", "......BB", "......BB", "......BB",
			"......BB"}},
	{"mdwe", true, true,
		{"....BBBB", "....BBBB", "....BBBB", "....BBBB", "......BB", "......BB", "......BB",
			"......BB"}},
	{"seccomp", false, false, ALL("....BBBB")},
	{"seccomp", true, false, ALL("....BBBB")},
	{"seccomp", true, true, ALL("....BBBB")},
	{"selinux", false, false, ALL("....BBBB")},
	{"selinux", true, false,
		{"....UUBB", "....UUBB", "....BBBB", "....BBBB", "......BB", "......BB", "......BB",
			"......BB"}},
	{"selinux", true, true, ALL("....UUUU")},
};

static void test_squares(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(squares); i++) {
		const struct square *s = &squares[i];

		for (uint32_t cell = 0; cell < 64; cell++) {
			uint32_t old = cell / 8, new = cell % 8;
			uint32_t more = OTHER_BITS | (s->shared ? VM_SHARED : 0);
			struct change change = {.end = PAGE,
				.before = old | more,
				.after = new | more,
				.file = s->file};
			struct call call = call_of(new, 0, &change, 1);
			char got = letter(s->policy, &call);

			if (got != s->rows[old][new])
				print_error("%s file %d shared %d: %u > %u\n", s->policy, s->file,
					s->shared, old, new);
			assert_int_equal(got, s->rows[old][new]);
		}
	}
}

/* Where only what was asked is known. */
static void test_asked(void **state)
{
	static const struct {
		const char *policy, *row;
	} rows[] = {{"mdwe", "....UUBB"}, {"seccomp", "....BBBB"}, {"selinux", "....UUUU"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (uint32_t prot = 0; prot < 8; prot++) {
			struct call call = call_of(prot, 0, NULL, 0);

			assert_int_equal(letter(rows[i].policy, &call), rows[i].row[prot]);
			call.flags = EVENT_PKEY | EVENT_COMPAT;
			assert_int_equal(letter(rows[i].policy, &call), rows[i].row[prot]);
			/* it has not returned, or nobody saw it */
			call.known = CALL_ASKED;
			assert_int_equal(letter(rows[i].policy, &call), rows[i].row[prot]);
			call.len = 0;
			assert_int_equal(
				letter(rows[i].policy, &call), i == 1 ? rows[i].row[prot] : '.');
		}
	}
}

/* Several mappings, of which some are not known, failed, or were not asked for. */
static void test_changes(void **state)
{
	struct change list[2] = {
		{.before = 5, .after = 5, .file = true}, {.before = 3, .after = 5}};
	struct call call = call_of(5, 0, list, 2);

	(void)state;
	assert_int_equal(letter("mdwe", &call), 'B');
	assert_ptr_equal(audit_judge(policy_find("mdwe"), &call).change, &list[1]);
	call.nr_changes = 1;
	assert_int_equal(letter("mdwe", &call), 'U');
	call.maps = 1;
	assert_int_equal(letter("mdwe", &call), '.');
	call.maps = call.nr_changes = 0;
	assert_int_equal(letter("mdwe", &call), 'U');
	assert_int_equal(letter("selinux", &call), 'U');
	/* nothing was changed since the call failed; or it did not return yet */
	call.ret = -EINVAL;
	assert_int_equal(letter("mdwe", &call), 'U');
	call.known &= ~CALL_RETURNED;
	assert_int_equal(letter("mdwe", &call), 'U');
	/* a call over a hole: what it did before counts */
	call = call_of(5, -ENOMEM, &list[1], 1);
	assert_int_equal(letter("mdwe", &call), 'B');
	list[1].failed = true;
	assert_int_equal(letter("mdwe", &call), 'R');
	/* READ_IMPLIES_EXEC */
	list[0] = (struct change){.before = 7, .after = 5};
	call = call_of(1, 0, list, 1);
	assert_int_equal(letter("mdwe", &call), 'B');
	assert_int_equal(letter("seccomp", &call), '.');
	assert_int_equal(letter("selinux", &call), 'B');
}

static void test_failures(void **state)
{
	static const struct {
		int ret;
		char want;
	} rows[] = {{-EACCES, 'R'}, {-EPERM, 'R'}, {-ENOMEM, 'R'}, {-EINVAL, 'U'}};
	struct call call;

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		for (unsigned int i = 0; i < AUDIT_POLICIES; i++) {
			call = call_of(5, rows[r].ret, NULL, 0);
			assert_int_equal(letter(policies[i].name, &call), rows[r].want);
			call.prot = 7;
			call.flags = EVENT_MMAP;
			assert_int_equal(letter(policies[i].name, &call), rows[r].want);
			call.flags = 0;
			call.prot = 3;
			assert_int_equal(letter(policies[i].name, &call), '.');
			call.known = CALL_RETURNED;
			assert_int_equal(letter(policies[i].name, &call), 'U');
			call.known |= CALL_REFUSED;
			assert_int_equal(letter(policies[i].name, &call), 'R');
			assert_true(audit_matters(&call));
		}
	}
}

/* What other calls ask for: for mdwe, seccomp, selinux. */
static void test_related(void **state)
{
	static const struct {
		uint8_t flags;
		uint64_t prot;
		const char *want;
		uint32_t map;
	} rows[] = {
		{EVENT_MMAP, 3, "...", 0},
		/* of a library's text; of a file and of none, private and shared */
		{EVENT_MMAP, 5, "...", MAP_PRIVATE},
		{EVENT_MMAP, 4, "...", MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE},
		{EVENT_MMAP, 7, "BBB", MAP_PRIVATE},
		{EVENT_MMAP, 6, "BBB", MAP_PRIVATE},
		{EVENT_MMAP, 5, "..B", MAP_PRIVATE | MAP_ANONYMOUS},
		{EVENT_MMAP, 7, "BBB", MAP_PRIVATE | MAP_ANONYMOUS},
		{EVENT_MMAP, 5, "..B", MAP_SHARED | MAP_ANONYMOUS},
		{EVENT_MMAP, 7, "BBB", MAP_SHARED | MAP_ANONYMOUS},
		{EVENT_MMAP, 5, "..U", MAP_SHARED},
		{EVENT_MMAP, 7, "BBU", MAP_SHARED},
		{EVENT_MMAP, 3, "...", MAP_PRIVATE | MAP_ANONYMOUS},
		{EVENT_MMAP | EVENT_COMPAT, 5, "...", MAP_PRIVATE},
		{EVENT_MMAP | EVENT_COMPAT, 7, "BBB", MAP_PRIVATE},
		{EVENT_MMAP | EVENT_INNER, 5, "...", MAP_PRIVATE},
		{EVENT_MMAP | EVENT_INNER, 7, "B.B", MAP_PRIVATE},
		/* what it is was not recorded */
		{EVENT_MMAP, 5, "..U", 0},
		{EVENT_MMAP, 7, "BBU", 0},
		{EVENT_MMAP, 3, "...", 0},
		{EVENT_MUNMAP, 7, "...", 0},
		{EVENT_SHMAT, 0, "...", 0},
		{EVENT_SHMAT, 7, "...", 0},
		{EVENT_SHMAT, SHM_EXEC, "BBB", 0},
		{EVENT_SHMAT, SHM_EXEC | SHM_RDONLY, ".BB", 0},
	};

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		struct call call = call_of(rows[r].prot, 0x7f0000000000, NULL, 0);

		call.flags = rows[r].flags;
		call.map = rows[r].map;
		call.known |= call.map ? CALL_MAP : 0;
		if (call.flags & EVENT_MUNMAP)
			call.prot = 0;
		for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
			assert_int_equal(letter(policies[i].name, &call), rows[r].want[i]);
		assert_int_equal(audit_matters(&call), strcmp(rows[r].want, "...") != 0);
	}
}

/* Each ground that is missing takes a pass away, and none takes anything else away. */
static void test_grounds(void **state)
{
	const struct audit_ground all = {.mapped = true, .visible = true, .observed = true};

	(void)state;
	for (int i = 0; i < 9; i++) {
		struct audit_ground g = all;
		struct audit audit = {0};
		bool pass = !i || i == 8;

		g.lost = i == 1;
		g.impaired = i == 2;
		g.stray = i == 3;
		g.mapped = i != 4;
		g.visible = i != 5 && i != 8;
		g.observed = i != 6;
		g.compat = i == 7;
		g.called = i == 8;
		for (int p = 1; p < AUDIT_POLICIES; p++)
			audit.of[p].result = p == 1 ? AUDIT_BREAK : AUDIT_REFUSED;
		audit_conclude(&audit, &g);
		assert_int_equal(audit.of[0].result, pass ? AUDIT_PASS : AUDIT_UNKNOWN);
		assert_non_null(audit.of[0].reason);
		assert_true(strlen(audit_remedy(&audit)) > 0);
		assert_int_equal(audit.of[1].result, AUDIT_BREAK);
		assert_int_equal(audit.of[2].result, AUDIT_REFUSED);
	}
}

static void test_fold(void **state)
{
	static const struct audit_reason a = {"a", "a"}, b = {"b", "b"};

	(void)state;
	for (int one = AUDIT_PASS; one <= AUDIT_BREAK; one++) {
		for (int two = AUDIT_PASS; two <= AUDIT_BREAK; two++) {
			struct audit to = {0}, from = {0};

			from.of[1].result = two;
			from.of[1].reason = &b;
			audit_fold(&to, &from);
			assert_int_equal(to.of[1].result, two);
			to.of[1].result = one;
			to.of[1].reason = &a;
			audit_fold(&to, &from);
			assert_int_equal(to.of[1].result, one > two ? one : two);
			assert_ptr_equal(to.of[1].reason, two > one ? &b : &a);
		}
	}
	assert_string_equal(audit_result_name(AUDIT_PASS), "pass");
	assert_string_equal(audit_result_name(AUDIT_UNKNOWN), "unknown");
	assert_string_equal(audit_result_name(AUDIT_REFUSED), "refused");
	assert_string_equal(audit_result_name(AUDIT_BREAK), "break");
}

/* What others may be among a group takes passes away, and nothing else. */
static void test_doubt(void **state)
{
	static const struct audit_reason a = {"a", "a"};

	(void)state;
	for (int of = AUDIT_PASS; of <= AUDIT_BREAK; of++) {
		for (int other = AUDIT_PASS; other <= AUDIT_BREAK + 1; other++) {
			struct audit audit = {0}, missing = {0};

			audit.of[1].result = of;
			audit.of[1].reason = &a;
			missing.of[1].result = other;
			audit_doubt(&audit, other > AUDIT_BREAK ? NULL : &missing);
			if (of == AUDIT_PASS && other != AUDIT_PASS) {
				assert_int_equal(audit.of[1].result, AUDIT_UNKNOWN);
				assert_ptr_not_equal(audit.of[1].reason, &a);
			} else {
				assert_int_equal(audit.of[1].result, of);
				assert_ptr_equal(audit.of[1].reason, &a);
			}
		}
	}
}

static void test_undecided(void **state)
{
	struct audit audit = {.applies = AUDIT_SECCOMP};

	(void)state;
	assert_false(audit_undecided(NULL, 0));
	assert_true(audit_undecided(NULL, 1));
	assert_false(audit_undecided(&audit, 0xf));
	audit.of[AUDIT_SECCOMP].result = AUDIT_UNKNOWN;
	assert_false(audit_undecided(&audit, 1u << AUDIT_MDWE));
	assert_true(audit_undecided(&audit, 1u << AUDIT_SECCOMP));
	assert_true(audit_undecided(&audit, 1u << AUDIT_POLICIES)); /* the one that applies */
	audit.applies = AUDIT_MDWE;
	assert_false(audit_undecided(&audit, 1u << AUDIT_POLICIES));
	audit.of[AUDIT_SECCOMP].result = AUDIT_BREAK;
	assert_false(audit_undecided(&audit, 0xf));
}

static void test_applies(void **state)
{
	(void)state;
	assert_int_equal(audit_applies(true, 254), AUDIT_MDWE);
	assert_int_equal(audit_applies(true, 0), AUDIT_MDWE);
	assert_int_equal(audit_applies(true, 252), AUDIT_SECCOMP);
	assert_int_equal(audit_applies(false, 257), AUDIT_SECCOMP);
	assert_string_equal(policies[AUDIT_MDWE].name, "mdwe");
	assert_string_equal(policies[AUDIT_SECCOMP].name, "seccomp");
}

static void test_texts(void **state)
{
	struct audit_call c = {.call = {.prot = 5, .known = CALL_ASKED}};
	struct buf out = {0}, path = {0};
	char library[64];
	static const char *const bad[] = {"", ".service", "a.socket", "a/../b.service",
		"a b.service", "a\n.service", "service"};

	(void)state;
	audit_call_text(&c, false, &out);
	assert_string_equal(out.data, "mprotect r-x");
	buf_reset(&out);
	c.call.nr_changes = 1;
	c.change = (struct change){.before = 3, .after = 7};
	strcpy(c.site, "libpcre2-8.so.0+0x1a2b");
	strcpy(c.backing, "anonymous");
	audit_call_text(&c, false, &out);
	assert_string_equal(out.data, "libpcre2-8.so.0+0x1a2b: mprotect rw- > rwx anonymous");
	buf_reset(&out);
	strcpy(c.comm, "php-fpm");
	audit_call_text(&c, true, &out);
	assert_string_equal(
		out.data, "libpcre2-8.so.0+0x1a2b in php-fpm: mprotect rw- > rwx anonymous");
	buf_reset(&out);
	audit_library(&c, library, sizeof(library));
	assert_string_equal(library, "libpcre2-8.so.0");
	strcpy(c.site, "sljit_compile@libpcre2-8.so.0+0x1a2b");
	audit_library(&c, library, sizeof(library));
	assert_string_equal(library, "libpcre2-8.so.0");
	c.site[0] = '\0';
	audit_call_text(&c, true, &out);
	assert_string_equal(out.data, "in php-fpm: mprotect rw- > rwx anonymous");
	buf_reset(&out);
	audit_library(&c, library, sizeof(library));
	assert_string_equal(library, "");
	assert_true(audit_dropin("php8.3-fpm@a.service", &path, &out));
	assert_string_equal(path.data,
		"/etc/systemd/system/php8.3-fpm@a.service.d/memory-deny-write-execute.conf");
	assert_string_equal(out.data, "[Service]\nMemoryDenyWriteExecute=yes\n");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(audit_dropin(bad[i], &path, &out));
	buf_done(&path);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_squares),
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_related),
		cmocka_unit_test(test_grounds),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_undecided),
		cmocka_unit_test(test_applies),
		cmocka_unit_test(test_texts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
