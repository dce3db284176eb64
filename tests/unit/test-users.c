/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "users.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static unsigned int looked_up;

static void count_look_ups(uint32_t uid, char *text, size_t size)
{
	looked_up++;
	snprintf(text, size, "%s", uid % 2 ? "" : "even\n\x1b[m");
}

static void expect(struct users *users, uint32_t uid, const char *name)
{
	char text[REPLAY_NAME_LEN];

	users_name(users, uid, text, sizeof(text));
	assert_string_equal(text, name);
}

static void test_system(void **state)
{
	struct users users = {0};
	char text[3];

	(void)state;
	expect(&users, 0, "root");
	expect(&users, 4200000000u, "4200000000");
	expect(&users, 0, "root");
	users_name(&users, 0, text, sizeof(text));
	assert_string_equal(text, "ro");
	users_done(&users);
}

/* Whoever owns a range of uids can have any two of them: none drives out another. */
static void test_once_each(void **state)
{
	struct users users = {.look_up = count_look_ups};
	char number[16];

	(void)state;
	looked_up = 0;
	for (int frame = 0; frame < 3; frame++) {
		for (uint32_t i = 0; i < 20; i++) {
			/* of the same remainder by each power of two up to 65,536 */
			uint32_t uid = 100001 + i * 65536;

			snprintf(number, sizeof(number), "%" PRIu32, uid);
			expect(&users, uid, number);
		}
		expect(&users, 2, "even??[m");
	}
	assert_int_equal(looked_up, 21);
	users_done(&users);
}

/* Memory has an end, and so has the time that look-ups take. */
static void test_bound(void **state)
{
	struct users users = {.look_up = count_look_ups};
	char text[REPLAY_NAME_LEN];

	(void)state;
	looked_up = 0;
	for (int frame = 0; frame < 2; frame++)
		for (uint32_t uid = 0; uid < REPLAY_NAMES_MOST + 100; uid++)
			users_name(&users, uid, text, sizeof(text));
	assert_int_equal(looked_up, REPLAY_NAMES_MOST);
	assert_int_equal(users.names.nr, REPLAY_NAMES_MOST);
	expect(&users, 0, "even??[m");
	expect(&users, REPLAY_NAMES_MOST, "65536");
	users_done(&users);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_once_each),
		cmocka_unit_test(test_bound),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
