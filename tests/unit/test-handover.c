/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/msg.h"
#include "tracer/handover.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tracefs.h>
#include <unistd.h>

#include <cmocka.h>

#define WAITS 3

struct peer {
	int pair[2];
	int waits;
	bool reads; /* makes room when it is waited for */
};

static void drain(int sock)
{
	static struct msg msg;

	while (msg_recv(sock, &msg, false) > 0)
		msg_done(&msg);
}

static int wait_for_peer(void *arg)
{
	struct peer *peer = arg;

	if (peer->reads)
		drain(peer->pair[1]);
	return ++peer->waits < WAITS ? 0 : -EINTR;
}

static void fill(int sock)
{
	while (!msg_try_send(sock, MSG_READY, NULL, 0, NULL, 0))
		;
}

static struct handover handover_to(
	struct peer *peer, const struct setup *setup, const struct tracing *tracing)
{
	assert_int_equal(msg_pair(peer->pair), 0);
	fill(peer->pair[0]);
	return (struct handover){.setup = setup,
		.tracing = tracing,
		.keeper = -1,
		.wait = wait_for_peer,
		.arg = peer};
}

static void peer_done(const struct peer *peer)
{
	close(peer->pair[0]);
	close(peer->pair[1]);
}

/* A monitor that stands still: the tracer is asked each time, and may give up. */
static void test_still(void **state)
{
	struct setup setup = {.source = "kprobe"};
	struct tracing tracing = TRACING_NONE;
	struct peer peer = {.reads = false};
	struct handover h = handover_to(&peer, &setup, &tracing);
	struct fault fault = {0};

	(void)state;
	assert_true(handover_send(&h, peer.pair[0], &fault) < 0);
	assert_int_equal(peer.waits, WAITS);
	assert_non_null(strstr(fault.what, "handed over"));
	peer_done(&peer);
}

/* One that reads again: what was to be sent comes, and what is next is another matter. */
static void test_reads_again(void **state)
{
	struct setup setup = {.source = "kprobe"};
	struct tracing tracing = {.dir = "/nonexistent", .run = "mprottop_1_1"};
	struct peer peer = {.reads = true};
	struct handover h = handover_to(&peer, &setup, &tracing);
	struct fault fault = {0};
	struct msg msg;

	(void)state;
	/* no file of the kernel's is needed for the first */
	assert_int_equal(tracefs_set_tracing_dir("/nonexistent"), 0);
	assert_true(handover_send(&h, peer.pair[0], &fault) < 0);
	assert_int_equal(peer.waits, 1);
	assert_int_equal(msg_recv(peer.pair[1], &msg, false), 1);
	assert_int_equal(msg.kind, MSG_RUN);
	assert_string_equal(msg.u.run.source, "kprobe");
	msg_done(&msg);
	peer_done(&peer);
}

/* While it runs nothing waits: the rest is sent later. */
static void test_later(void **state)
{
	struct setup setup = {.source = "kprobe"};
	struct tracing tracing = TRACING_NONE;
	struct peer peer = {.reads = false};
	struct handover h = handover_to(&peer, &setup, &tracing);
	struct fault fault = {0};
	unsigned int next = 0;

	(void)state;
	h.wait = NULL;
	assert_int_equal(handover_more(&h, &next, peer.pair[0], &fault), -EAGAIN);
	drain(peer.pair[1]);
	assert_int_equal(handover_more(&h, &next, peer.pair[0], &fault), 0);
	peer_done(&peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_still),
		cmocka_unit_test(test_reads_again),
		cmocka_unit_test(test_later),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
