/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OURS   "p:mprottop_1_2/m1_2_mprotect __x64_sys_mprotect addr=+0x70(%di):x64"
#define THEIRS "p:foo/bar nonsense"
#define ENTRY(reason, command)                                                                     \
	"[  123.456789] trace_kprobe: error: " reason "\n  Command: " command "\n             ^\n"
#define MISSING "Invalid probed address or symbol"

static void test_reason(void **state)
{
	char text[160];

	(void)state;
	assert_true(refusal_reason("", ENTRY(MISSING, OURS), OURS, text, sizeof(text)));
	assert_string_equal(text, MISSING);
	assert_true(refusal_is_missing(text));
	/* the last word counts, and a blank may end the command */
	assert_true(refusal_reason(ENTRY(MISSING, OURS),
		ENTRY(MISSING, OURS) ENTRY("Failed to register probe event", OURS " ")
			ENTRY(MISSING, THEIRS),
		OURS, text, sizeof(text)));
	assert_string_equal(text, "Failed to register probe event");
	assert_false(refusal_is_missing(text));
}

/* Somebody else's error, or one of before, explains nothing. */
static void test_others(void **state)
{
	static const char stale[] = ENTRY(MISSING, OURS);
	char text[160];

	(void)state;
	assert_false(refusal_reason("", "", OURS, text, sizeof(text)));
	assert_false(refusal_reason("", ENTRY(MISSING, THEIRS), OURS, text, sizeof(text)));
	assert_false(refusal_reason("", ENTRY(MISSING, OURS "x"), OURS, text, sizeof(text)));
	assert_false(refusal_reason(stale, stale, OURS, text, sizeof(text)));
	assert_false(refusal_reason("", "  Command: " OURS "\n", OURS, text, sizeof(text)));
	assert_false(
		refusal_reason("", "error: \n  Command: " OURS "\n", OURS, text, sizeof(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_others),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
