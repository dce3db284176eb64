/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "model/event.h"
#include "reader/decode.h"
#include "tracer/probe.h"
#include "tracer/setup.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The rows of each machine in their order, and what they make of mprotect. */
static const struct text {
	const char *machine, *symbol, *name, *fetch;
	bool compat, older;
} texts[] = {
	{"x86_64", "__x64_sys_mprotect", "mprotect",
		"addr=+0x70(%di):u64 len=+0x68(%di):u64 prot=+0x60(%di):u64", false, false},
	{"x86_64", "SyS_mprotect", "mprotect", "addr=%di:u64 len=%si:u64 prot=%dx:u64", false,
		true},
	{"x86_64", "sys_mprotect", "mprotect", "addr=%di:u64 len=%si:u64 prot=%dx:u64", false,
		true},
	{"x86_64", "__ia32_sys_mprotect", "mprotect_ia32",
		"addr=+0x28(%di):u32 len=+0x58(%di):u32 prot=+0x60(%di):u32", true, false},
	{"aarch64", "__arm64_sys_mprotect", "mprotect",
		"addr=+0(%x0):u64 len=+8(%x0):u64 prot=+16(%x0):u64", false, false},
	{"s390x", "__s390x_sys_mprotect", "mprotect",
		"addr=+152(%r2):u64 len=+48(%r2):u64 prot=+56(%r2):u64", false, false},
};

static const struct probe *find_probe(const char *name)
{
	for (const struct probe *p = probes; p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	fail();
	return NULL;
}

static void test_texts(void **state)
{
	const struct probe *probe = find_probe("mprotect");
	const struct machine *m = machines;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++, m++) {
		char text[256];

		assert_string_equal(m->name, texts[i].machine);
		assert_int_equal(m->compat, texts[i].compat);
		assert_int_equal(m->older, texts[i].older);
		probe_symbol(probe, m, text, sizeof(text));
		assert_string_equal(text, texts[i].symbol);
		probe_name(probe, m, text, sizeof(text));
		assert_string_equal(text, texts[i].name);
		probe_fetch(probe, m, fact_mask("asked"), text, sizeof(text));
		assert_string_equal(text, texts[i].fetch);
	}
	/* a row without a line here is not tested */
	assert_null(m->name);
}

/* pkey_mprotect takes the same three first, and its key is the fourth. */
static void test_pkey(void **state)
{
	const struct probe *probe = find_probe("pkey_mprotect");
	const struct machine *ia32 = machine_next("x86_64", NULL);
	char text[256];

	(void)state;
	probe_symbol(probe, ia32, text, sizeof(text));
	assert_string_equal(text, "__x64_sys_pkey_mprotect");
	probe_fetch(probe, ia32, fact_mask("asked"), text, sizeof(text));
	assert_string_equal(text, texts[0].fetch);
	while (ia32 && !ia32->compat)
		ia32 = machine_next("x86_64", ia32);
	assert_non_null(ia32);
	probe_symbol(probe, ia32, text, sizeof(text));
	assert_string_equal(text, "__ia32_sys_pkey_mprotect");
	probe_name(probe, ia32, text, sizeof(text));
	assert_string_equal(text, "pkey_mprotect_ia32");
	assert_int_equal(probe->flags, EVENT_PKEY);
}

/* What is fetched beside, only where it is wanted. */
static void test_wanted(void **state)
{
	const struct probe *probe = find_probe("pkey_mprotect");
	uint32_t site = fact_mask("site"), key = fact_mask("key"), asked = fact_mask("asked");
	char text[256];

	(void)state;
	/* counts need no more than what tells an own call */
	probe_fetch(find_probe("mprotect"), machines, fact_mask("call"), text, sizeof(text));
	assert_string_equal(text, "addr=+0x70(%di):u64");
	assert_false(probe_facts(probe, machines, fact_mask("call")) & asked);
	assert_true(probe_facts(probe, machines, asked) & asked);
	probe_fetch(probe, machines, asked | site | key, text, sizeof(text));
	assert_string_equal(text, "addr=+0x70(%di):u64 len=+0x68(%di):u64 prot=+0x60(%di):u64 "
				  "site=+u0(+0x98(%di)):x64 key=+0x38(%di):u64");
	assert_int_equal(probe_facts(probe, machines, site) & (site | key), site);
	assert_int_equal(probe_facts(probe, machines, key) & (site | key), key);
	/* the row that tells the caller alone has nothing to tell of 32-bit ones */
	probe = find_probe("mprotect_site");
	probe_fetch(probe, &machines[3], site, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(probe_facts(probe, &machines[3], site), 0);
}

/* At a return the registers are others': what it was entered with is $arg1. */
static void test_whole(void **state)
{
	const struct probe *probe = find_probe("mprotect_whole");
	char text[256];

	(void)state;
	probe_fetch(probe, machines, fact_masks("asked,site"), text, sizeof(text));
	assert_string_equal(text, "ret=$retval:s64 addr=+0x70($arg1):u64 len=+0x68($arg1):u64 "
				  "prot=+0x60($arg1):u64 site=+u0(+0x98($arg1)):x64");
	probe_fetch(probe, &machines[4], fact_mask("asked"), text, sizeof(text));
	assert_string_equal(
		text, "ret=$retval:s64 addr=+0($arg1):u64 len=+8($arg1):u64 prot=+16($arg1):u64");
	/* mmap of 32-bit callers has a name of its own */
	probe = find_probe("mmap");
	probe_symbol(probe, &machines[3], text, sizeof(text));
	assert_string_equal(text, "__ia32_sys_mmap_pgoff");
	probe_symbol(probe, &machines[0], text, sizeof(text));
	assert_string_equal(text, "__x64_sys_mmap");
}

/* Where arguments 4 to 6 lie: struct pt_regs of each machine. */
static void test_last_arguments(void **state)
{
	static const char *const want[][3] = {
		{"+0x38(%di)", "+0x48(%di)", "+0x40(%di)"}, /* r10 r8 r9 */
		{"%cx", "%r8", "%r9"},
		{"%cx", "%r8", "%r9"},
		{"+0x68(%di)", "+0x70(%di)", "+0x20(%di)"}, /* si di bp */
		{"+24(%x0)", "+32(%x0)", "+40(%x0)"},
		{"+64(%r2)", "+72(%r2)", "+80(%r2)"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		for (int n = 0; n < 3; n++)
			assert_string_equal(machines[i].args[3 + n], want[i][n]);
		for (int a = 0; a < 6; a++)
			for (int b = 0; b < a; b++)
				assert_string_not_equal(machines[i].args[a], machines[i].args[b]);
	}
}

static void test_machines(void **state)
{
	static const struct {
		const char *name;
		unsigned int nr;
	} known[] = {{"x86_64", 4}, {"aarch64", 1}, {"s390x", 1}, {"", 0}, {"x86", 0},
		{"x86_64x", 0}, {"i686", 0}, {"armv7l", 0}, {"riscv64", 0}, {"ppc64le", 0}};
	unsigned int nr = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		unsigned int n = 0;

		for (const struct machine *m = machine_next(known[i].name, NULL); m;
			m = machine_next(known[i].name, m)) {
			assert_string_equal(m->name, known[i].name);
			n++;
		}
		assert_int_equal(n, known[i].nr);
		nr += n;
	}
	for (const struct machine *m = machines; m->name; m++)
		nr--;
	assert_int_equal(nr, 0);
}

/* No two rows of a machine are the same, and an older one has one before it to give way to. */
static void test_rows(void **state)
{
	(void)state;
	for (const struct machine *m = machines; m->name; m++) {
		bool newer = false;

		for (const struct machine *o = machines; o != m; o++) {
			if (strcmp(o->name, m->name))
				continue;
			assert_string_not_equal(o->prefix, m->prefix);
			newer |= !strcmp(o->abi, m->abi);
		}
		assert_int_equal(m->older, newer);
		assert_int_equal(m->compat, m->abi[0] != '\0');
		assert_string_equal(m->word, m->compat ? "u32" : "u64");
	}
}

static bool is_name(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_')
			return false;
	return text[0] && !isdigit((unsigned char)text[0]);
}

/* Names that the kernel takes, each once: kprobe_profile tells them apart by that alone. */
static void test_names(void **state)
{
	char names[64][64];
	unsigned int nr = 0;

	(void)state;
	for (const struct probe *p = probes; p->name; p++) {
		const struct machine *m = p->kind == PROBE_KPROBE ? machines : NULL;

		do {
			bool counts = !m || !strcmp(m->name, "x86_64");

			assert_true(nr < ARRAY_SIZE(names));
			if (m && counts && !m->older)
				probe_name(p, m, names[nr++], sizeof(names[0]));
			else if (!m)
				snprintf(names[nr++], sizeof(names[0]), "%s", p->name);
		} while (m && (++m)->name);
	}
	assert_true(nr <= SETUP_MAX_EVENTS);
	for (unsigned int i = 0; i < nr; i++) {
		assert_true(is_name(names[i]));
		for (unsigned int j = 0; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
}

static bool is_fact(const char *id, size_t len)
{
	for (unsigned int i = 0; facts[i].id; i++)
		if (strlen(facts[i].id) == len && !strncmp(facts[i].id, id, len))
			return true;
	return false;
}

static void test_gives(void **state)
{
	uint32_t all = 0;

	(void)state;
	for (const struct probe *p = probes; p->name; p++) {
		for (const char *at = p->gives ? p->gives : ""; *at;) {
			size_t len = strcspn(at, ",");

			assert_true(is_fact(at, len));
			at += len + (at[len] == ',');
		}
		all |= probe_facts(p, machines, UINT32_MAX);
	}
	/* no column asks for what nobody gives */
	for (unsigned int i = 0; facts[i].id; i++)
		assert_true((all | fact_free()) & fact_mask(facts[i].id));
}

/* Every shape is one that the decoder has, and what a kprobe fetches fills it. */
static void test_shapes(void **state)
{
	(void)state;
	/* an unknown shape would end this program */
	for (const struct probe *p = probes; p->name; p++) {
		uint8_t kind = decoder_kind(p->shape);

		if (p->kind == PROBE_KPROBE || p->kind == PROBE_WHOLE)
			assert_non_null(p->args);
		assert_int_equal(
			kind == EVENT_RETURN || kind == EVENT_FAILED || kind == EVENT_WHOLE,
			p->kind == PROBE_RETURN || p->kind == PROBE_FAILED ||
				p->kind == PROBE_WHOLE ||
				(p->kind >= PROBE_TRACEPOINT && strstr(p->name, "_exit_")));
	}
}

static bool is_canary(const char *text)
{
	return !text || !strcmp(text, "mprotect") || !strcmp(text, "pkey") ||
	       !strcmp(text, "mmap") || !strcmp(text, "mmap_wx") || !strcmp(text, "munmap") ||
	       !strcmp(text, "shm_exec");
}

static void test_probes(void **state)
{
	bool needed[PROBE_TASK + 1] = {false};

	(void)state;
	for (const struct probe *p = probes; p->name; p++) {
		const char *slash = strchr(p->place, '/');

		assert_true(is_canary(p->canary));
		/* what counts calls must be proved; a failure cannot be had on demand */
		assert_int_equal(p->canary != NULL,
			p->kind != PROBE_TASK && p->kind != PROBE_FAILED &&
				!(p->kind == PROBE_INNER && p->with) && p->kind != PROBE_BESIDE);
		if (p->canary)
			assert_int_equal(!strcmp(p->canary, "pkey"), !!(p->flags & EVENT_PKEY));
		assert_int_equal(slash != NULL, p->kind >= PROBE_TRACEPOINT);
		/* what has a name of its own there is another use of the same event */
		if (slash && !p->filter)
			assert_string_equal(slash + 1, p->name);
		needed[p->kind] |= p->needed;
		for (const struct probe_arg *a = p->args; a && a->name; a++)
			assert_in_range(a->nr - PROBE_SITE, 0, 6);
	}
	assert_true(needed[PROBE_KPROBE]);
	assert_true(needed[PROBE_TRACEPOINT]);
	assert_false(needed[PROBE_TASK]);
}

/* A small buffer is filled, ended and not left. */
static void test_cut(void **state)
{
	const struct probe *probe = find_probe("mprotect");
	char text[100];

	(void)state;
	for (size_t size = 1; size <= strlen(texts[0].fetch) + 1; size++) {
		memset(text, '#', sizeof(text));
		probe_fetch(probe, machines, fact_mask("asked"), text, size);
		assert_int_equal(strlen(text), size - 1);
		assert_memory_equal(text, texts[0].fetch, size - 1);
		assert_int_equal(text[size], '#');
	}
	probe_fetch(find_probe("task_rename"), machines, ~0u, text, sizeof(text));
	assert_string_equal(text, "");
	probe_symbol(probe, machines, text, 6);
	assert_string_equal(text, "__x64");
	probe_name(probe, machines, text, 5);
	assert_string_equal(text, "mpro");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_pkey),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_last_arguments),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_gives),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
