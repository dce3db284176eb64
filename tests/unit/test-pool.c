/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *put(struct pool *pool, unsigned int n, size_t room)
{
	char *text = pool_room(pool, room);

	snprintf(text, room, "text %u", n);
	return pool_text(pool, text);
}

/* What was given stays, over more than a chunk, and what was not needed is given back. */
static void test_stays(void **state)
{
	static const char *texts[20000];
	struct pool pool = {0};
	char want[32];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < 20000; i++)
			texts[i] = put(&pool, i, i % 1000 ? 40 : 100000);
		for (unsigned int i = 0; i < 20000; i++) {
			snprintf(want, sizeof(want), "text %u", i);
			assert_string_equal(texts[i], want);
		}
		assert_ptr_equal(texts[1] + strlen("text 1") + 1, texts[2]);
		pool_reset(&pool);
	}
	pool_done(&pool);
	assert_null(pool.first);
	pool_done(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stays),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
