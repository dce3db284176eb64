/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"
#include "base/mem.h"
#include "base/prot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_class(void **state)
{
	static const char *const want[] = {"none", "r", "w", "rw", "x", "rx", "wx", "rwx", "other"};

	(void)state;
	for (unsigned int prot = 0; prot < 8; prot++) {
		assert_int_equal(prot_class(prot), prot);
		assert_string_equal(prot_class_name(prot), want[prot]);
	}
	assert_int_equal(prot_class(8), 8);
	assert_int_equal(prot_class(0x01000003), 8);
	assert_int_equal(prot_class(0x100000001ULL), 8);
	assert_int_equal(prot_class(UINT64_MAX), 8);
	assert_string_equal(prot_class_name(8), "other");
	assert_string_equal(prot_class_name(99), "other");
}

static void test_text(void **state)
{
	static const struct {
		uint64_t prot;
		const char *machine, *want;
	} samples[] = {
		{0, "x86_64", "---"},
		{3, "x86_64", "rw-"},
		{5, "x86_64", "r-x"},
		{7, "x86_64", "rwx"},
		{2, "x86_64", "-w-"},
		{8, "x86_64", "---|SEM"},
		{0x15, "aarch64", "r-x|BTI"},
		{0x15, "aarch64_be", "r-x|BTI"},
		{0x15, "ppc64le", "r-x|SAO"},
		{0x15, "x86_64", "r-x|0x10"},
		{0x01000043, "x86_64", "rw-|GROWSDOWN|0x40"},
		{0x03000000, "x86_64", "---|GROWSDOWN|GROWSUP"},
		{UINT64_MAX, "x86_64", "rwx|SEM|GROWSDOWN|GROWSUP|0xfffffffffcfffff0"},
	};
	struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		buf_reset(&out);
		prot_text(samples[i].prot, samples[i].machine, &out);
		assert_string_equal(out.data, samples[i].want);
	}
	buf_done(&out);
}

/* No bit twice on one machine, no name twice, one bit a row. */
static void test_table(void **state)
{
	(void)state;
	for (const struct prot *p = prots; p->name; p++) {
		assert_true(p->bit && !(p->bit & (p->bit - 1)));
		for (const struct prot *q = p + 1; q->name; q++) {
			assert_string_not_equal(p->name, q->name);
			if (p->bit == q->bit)
				assert_true(
					p->machine && q->machine && strcmp(p->machine, q->machine));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_class),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_table),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
