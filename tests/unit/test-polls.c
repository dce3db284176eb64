/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "livegen.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

/* Whether one of them has something, as poll(2) sees it; nr: how many may be asked. */
static bool wakes(struct livegen *gen, unsigned int nr)
{
	struct pollfd fds[2 * LIVEGEN_CPUS + 2];
	unsigned int asked = 0;
	size_t streams = source_polls(gen->source, fds);

	assert_int_equal(streams, source_streams(gen->source));
	for (size_t i = 0; i < streams; i++)
		asked += fds[i].fd >= 0;
	assert_int_equal(asked, nr);
	assert_true(poll(fds, streams, 0) >= 0);
	return source_polled(gen->source, fds);
}

/* What was written and not read wakes, of whichever instance; what waits in us does not. */
static void test_wakes(void **state)
{
	struct livegen *gen = *state;

	assert_int_equal(source_streams(gen->source), 0);
	assert_false(wakes(gen, 0));
	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	livegen_cpu(gen, SOURCE_COUNTED, 1, "");
	livegen_cpu(gen, SOURCE_SIDE, 1, "");
	assert_false(wakes(gen, 3));
	for (unsigned int i = 0; i < 3; i++) {
		livegen_page(gen, i > 1, i > 0, UINT64_MAX / 4 + i, 1, 0);
		assert_true(wakes(gen, 3));
		assert_true(wakes(gen, 3));
		livegen_drain(gen, false);
		assert_false(wakes(gen, 3));
	}
	assert_int_equal(gen->nr_got, 0);
	assert_false(livegen_drain(gen, true));
	assert_int_equal(gen->nr_got, 3);
}

/* A CPU that is away answers at once, each time: nobody would sleep any more. */
static void test_away(void **state)
{
	struct livegen *gen = *state;
	int pair[2];

	assert_int_equal(pipe2(pair, O_NONBLOCK | O_CLOEXEC), 0);
	close(pair[1]);
	livegen_cpu(gen, SOURCE_COUNTED, 0, "");
	source_cpu(gen->source, SOURCE_COUNTED, 1, pair[0], -1);
	assert_false(wakes(gen, 2));
	assert_false(wakes(gen, 1));
	livegen_page(gen, SOURCE_COUNTED, 0, 100, 1, 0);
	assert_true(wakes(gen, 1));
	livegen_drain(gen, true);
	assert_int_equal(gen->nr_got, 1);
}

/* The counters are read once after a drain, however often they are asked for. */
static void test_looks(void **state)
{
	struct livegen *gen = *state;
	struct source_stats stats;

	livegen_cpu(gen, SOURCE_COUNTED, 0, "overrun: 1\n");
	source_stats(gen->source, SOURCE_COUNTED, &stats);
	assert_int_equal(stats.lost, 1);
	livegen_stats(gen, SOURCE_COUNTED, 0, "overrun: 2\n");
	source_stats(gen->source, SOURCE_COUNTED, &stats);
	assert_int_equal(stats.lost, 1);
	livegen_drain(gen, false);
	source_stats(gen->source, SOURCE_COUNTED, &stats);
	assert_int_equal(stats.lost, 2);
	livegen_cpu(gen, SOURCE_SIDE, 0, "overrun: 3\n");
	source_stats(gen->source, SOURCE_SIDE, &stats);
	assert_int_equal(stats.lost, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_wakes, livegen_open, livegen_close),
		cmocka_unit_test_setup_teardown(test_away, livegen_open, livegen_close),
		cmocka_unit_test_setup_teardown(test_looks, livegen_open, livegen_close),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
