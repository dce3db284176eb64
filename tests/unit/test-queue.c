/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/queue.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define QUEUES 70
#define EVENTS 20000

struct got {
	uint64_t ts_ns;
	uint32_t nr, soon, last_soon, stop;
	bool after; /* the one before was of a queue that comes behind those of its time */
};

static void put(struct queue *queue, uint64_t ts_ns, uint32_t tid)
{
	*queue_add(queue) = (struct event){.ts_ns = ts_ns, .tid = tid, .cpu = queue->after};
}

static void fed(const struct event *event, void *arg)
{
	struct got *got = arg;

	assert_true(event->ts_ns >= got->ts_ns);
	assert_true(event->ts_ns > got->ts_ns || event->cpu >= got->after);
	got->ts_ns = event->ts_ns;
	got->after = event->cpu;
	got->nr++;
}

static size_t heads_of(struct queue *queues, size_t nr, struct queue_head *heads)
{
	size_t waiting = 0;

	for (size_t i = 0; i < nr; i++)
		if (queue_waits(&queues[i]))
			heads[waiting++].queue = &queues[i];
	return waiting;
}

/* Any number of queues comes as one, in steps, and nothing above a horizon. */
static void test_merge(void **state)
{
	static const size_t numbers[] = {1, 2, 3, 4, 5, 8, 64, QUEUES};

	(void)state;
	srand(8);
	for (size_t n = 0; n < ARRAY_SIZE(numbers); n++) {
		struct queue queues[QUEUES] = {0};
		struct queue_head heads[QUEUES + 1];
		struct queue_fed state_fed = {0};
		struct got got = {0};
		uint64_t ts_ns = 0;

		for (size_t i = 0; i < numbers[n]; i++)
			queues[i].after = i % 2;
		for (uint32_t i = 0; i < EVENTS; i++) {
			ts_ns += (uint64_t)rand() % 3;
			put(&queues[(size_t)rand() % numbers[n]], ts_ns, i);
		}
		for (uint64_t horizon = ts_ns / 2; horizon <= ts_ns; horizon += ts_ns / 2) {
			queues_merge(heads, heads_of(queues, numbers[n], heads), horizon,
				&state_fed, fed, &got);
			assert_true(got.ts_ns <= horizon);
			for (size_t i = 0; i < numbers[n]; i++)
				assert_true(!queue_waits(&queues[i]) ||
					    queues[i].events[queues[i].first].ts_ns > horizon);
		}
		queues_merge(heads, heads_of(queues, numbers[n], heads), UINT64_MAX, &state_fed,
			fed, &got);
		assert_int_equal(got.nr, EVENTS);
		assert_int_equal(state_fed.late, 0);
		assert_int_equal(state_fed.ts_ns, ts_ns);
		for (size_t i = 0; i < numbers[n]; i++)
			queue_done(&queues[i]);
	}
}

/* The first event of tid is tid * 3 - 3. */
static bool soon(uint32_t tid, void *arg)
{
	struct got *got = arg;

	assert_true(tid > got->last_soon);
	assert_true(got->nr <= 3 * tid - 3);
	assert_true(got->nr + 100 >= 3 * tid - 3);
	got->last_soon = tid;
	got->soon++;
	return tid != got->stop;
}

/* Whoever is not the one before is told in time, once, but for the first ones. */
static void test_look_ahead(void **state)
{
	struct queue queue = {0};
	struct queue_head heads[2] = {{.queue = &queue}};
	struct got got = {0};
	struct queue_fed state_fed = {.soon = soon, .soon_arg = &got};

	(void)state;
	for (uint32_t i = 0; i < 900; i++)
		put(&queue, 1000 + i, 1 + i / 3);
	queues_merge(heads, 1, UINT64_MAX, &state_fed, fed, &got);
	assert_int_equal(got.nr, 900);
	assert_int_equal(got.last_soon, 300);
	assert_in_range(got.soon, 260, 299);
	/* until nobody needs to know */
	got = (struct got){.stop = 100};
	for (uint32_t i = 0; i < 900; i++)
		put(&queue, 1000 + i, 1 + i / 3);
	queues_merge(heads, 1, UINT64_MAX, &state_fed, fed, &got);
	assert_int_equal(got.nr, 900);
	assert_int_equal(got.last_soon, 100);
	queue_done(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_look_ahead),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
