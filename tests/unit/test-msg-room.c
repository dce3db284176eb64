/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "base/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define FDS_LOOKED_AT 256

static int count_fds(void)
{
	int nr = 0;

	for (int fd = 0; fd < FDS_LOOKED_AT; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
}

/* No room for the descriptors: told as that, with the message, and none stays open. */
static void test_no_room(void **state)
{
	const struct msg_maps maps = {4711};
	const struct msg_cpu cpu = {1, 2};
	struct msg *received = mem_new(1, sizeof(*received));
	struct rlimit was, none;
	int pair[2], nr_open;

	(void)state;
	assert_int_equal(msg_pair(pair), 0);
	nr_open = count_fds();
	assert_int_equal(msg_send(pair[0], MSG_MAPS_OF, &maps, sizeof(maps), pair, 1), 0);
	assert_int_equal(msg_send(pair[0], MSG_CPU, &cpu, sizeof(cpu), pair, 2), 0);
	assert_int_equal(msg_send(pair[0], MSG_CPU, &cpu, sizeof(cpu), pair, 2), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = was;
	/* whose number is the first that is free */
	none.rlim_cur = (rlim_t)dup(0);
	close((int)none.rlim_cur);
	setrlimit(RLIMIT_NOFILE, &none);
	assert_int_equal(msg_recv(pair[1], received, false), -EMFILE);
	assert_int_equal(received->kind, MSG_MAPS_OF);
	assert_int_equal(received->u.maps.pid, 4711);
	assert_int_equal(received->nr_fds, 0);
	/* for the first of two alone */
	none.rlim_cur++;
	setrlimit(RLIMIT_NOFILE, &none);
	assert_int_equal(msg_recv(pair[1], received, false), -EMFILE);
	assert_int_equal(received->kind, MSG_CPU);
	setrlimit(RLIMIT_NOFILE, &was);
	assert_int_equal(count_fds(), nr_open);
	assert_int_equal(msg_recv(pair[1], received, false), 1);
	assert_int_equal(received->nr_fds, 2);
	msg_done(received);
	close(pair[0]);
	close(pair[1]);
	free(received);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
