/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "base/msg.h"
#include "pagegen.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#define MAGIC     0x6d707431u
#define ROUNDS    100000
#define FDS_PROBE 3 /* descriptors that a strange packet may bring */

/* What each kind must be, apart from the table under test. */
static const struct shape {
	enum msg_kind kind;
	size_t len;
	unsigned int nr_fds;
} shapes[] = {
	{MSG_RUN, sizeof(struct msg_run), 0},
	{MSG_LAYOUT, sizeof(struct msg_layout), 0},
	{MSG_EVENT, sizeof(struct msg_event), 2},
	{MSG_CPU, sizeof(struct msg_cpu), 2},
	{MSG_KNOB, sizeof(struct msg_knob), 1},
	{MSG_HOLD, 0, 1},
	{MSG_READY, 0, 0},
	{MSG_STARTED, sizeof(struct msg_command), 0},
	{MSG_ENDED, sizeof(struct msg_command), 0},
	{MSG_EVENTS, 0, 0},
	{MSG_FACTS, sizeof(struct msg_facts), 0},
	{MSG_COSTS, sizeof(struct msg_costs), 0},
	{MSG_MAPS_OF, sizeof(struct msg_maps), 1},
	{MSG_NO_MAPS, sizeof(struct msg_no_maps), 0},
	{MSG_EXE_OF, offsetof(struct msg_exe, path), 0},
	{MSG_EXE_OF, sizeof(struct msg_exe), 0},
	{MSG_SAVED, sizeof(struct msg_done), 0},
	{MSG_KEEPER, sizeof(struct msg_keeper), 1},
	{MSG_ARMED, 0, 0},
	{MSG_RESTORE, 0, 0},
	{MSG_RESTORE, 1024, 0},
	{MSG_WANT, sizeof(struct msg_want), 0},
	{MSG_ARM, 0, 0},
	{MSG_MEND, 0, 0},
	{MSG_MAPS, sizeof(struct msg_maps), 0},
	{MSG_EXE, sizeof(struct msg_maps), 0},
	{MSG_OPEN, sizeof(struct msg_open), 0},
	{MSG_SAVE, 0, 0},
	{MSG_SAVE, MSG_SETTINGS, 0},
	{MSG_SAVING, 0, 0},
	{MSG_DONE, sizeof(struct msg_done), 0},
	{MSG_PAGE, 0, 1},
	{MSG_OPENED, 0, 1},
	{MSG_FILES, 0, 2},
	{MSG_KEEP, 0, 0},
	{MSG_KEPT, sizeof(struct msg_done), 0},
};

struct ends {
	int pair[2];
	int fds[MSG_MAX_FDS + 1]; /* each its own file */
	unsigned int nr_open;
};

static struct msg received; /* larger than a stack likes */

static unsigned int count_fds(void)
{
	DIR *list = opendir("/proc/self/fd");
	unsigned int nr = 0;

	assert_non_null(list);
	while (readdir(list))
		nr++;
	closedir(list);
	return nr;
}

static int ends_open(void **state)
{
	struct ends *e = mem_new(1, sizeof(*e));

	assert_int_equal(msg_pair(e->pair), 0);
	for (unsigned int i = 0; i <= MSG_MAX_FDS; i++) {
		FILE *f = tmpfile();

		assert_non_null(f);
		e->fds[i] = fcntl(fileno(f), F_DUPFD_CLOEXEC, 0);
		fclose(f);
	}
	e->nr_open = count_fds();
	*state = e;
	return 0;
}

static int ends_close(void **state)
{
	struct ends *e = *state;

	for (int i = 0; i < 2; i++)
		if (e->pair[i] >= 0)
			close(e->pair[i]);
	for (unsigned int i = 0; i <= MSG_MAX_FDS; i++)
		close(e->fds[i]);
	free(e);
	return 0;
}

static bool same_file(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* A packet of any words, bytes and descriptors, past msg_send(). */
static void send_raw(const struct ends *e, const void *head, size_t head_len, const void *body,
	size_t len, unsigned int nr_fds)
{
	struct iovec iov[2] = {{(void *)head, head_len}, {(void *)body, len}};
	union {
		char space[CMSG_SPACE(sizeof(int) * (MSG_MAX_FDS + 1))];
		struct cmsghdr align;
	} control = {0};
	struct msghdr hdr = {.msg_iov = iov, .msg_iovlen = 2};

	if (nr_fds) {
		struct cmsghdr *c = &control.align;

		hdr.msg_control = &control;
		hdr.msg_controllen = CMSG_SPACE(sizeof(int) * nr_fds);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * nr_fds);
		memcpy(CMSG_DATA(c), e->fds, sizeof(int) * nr_fds);
	}
	assert_int_equal(sendmsg(e->pair[0], &hdr, 0), head_len + len);
}

static void send_words(const struct ends *e, uint32_t magic, uint32_t kind, uint32_t len,
	uint32_t nr, size_t real_len, unsigned int real_nr)
{
	const uint32_t head[4] = {magic, kind, len, nr};
	char *body = mem_new(1, real_len);

	memset(body, 'x', real_len);
	send_raw(e, head, sizeof(head), body, real_len, real_nr);
	free(body);
}

static void expect_refused(const struct ends *e)
{
	assert_int_equal(msg_recv(e->pair[1], &received, false), -EPROTO);
	assert_int_equal(received.nr_fds, 0);
	assert_int_equal(count_fds(), e->nr_open);
	/* and the packet is gone, whole */
	assert_int_equal(msg_recv(e->pair[1], &received, false), -EAGAIN);
}

static void test_round_trip(void **state)
{
	struct ends *e = *state;
	uint64_t seed = 1;

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct shape *s = &shapes[i];
		char *body = mem_new(1, s->len);

		/* a terminator in every text's last byte */
		for (size_t j = 0; j < s->len && s->kind == MSG_RESTORE; j++)
			body[j] = (char)pagegen_random(&seed);
		assert_int_equal(msg_send(e->pair[0], s->kind, body, s->len, e->fds, s->nr_fds), 0);
		assert_int_equal(msg_recv(e->pair[1], &received, true), 1);
		assert_int_equal(received.kind, s->kind);
		assert_int_equal(received.len, s->len);
		assert_memory_equal(received.u.bytes, body, s->len);
		assert_int_equal(received.nr_fds, s->nr_fds);
		for (unsigned int n = 0; n < s->nr_fds; n++) {
			assert_true(same_file(received.fds[n], e->fds[n]));
			assert_int_equal(fcntl(received.fds[n], F_GETFD), FD_CLOEXEC);
		}
		assert_int_equal(count_fds(), e->nr_open + s->nr_fds);
		msg_done(&received);
		assert_int_equal(count_fds(), e->nr_open);
		free(body);
	}
	/* every kind was here */
	for (unsigned int kind = 0, i = 0; kind < MSG_NR_KINDS; kind++, i++) {
		while (i < ARRAY_SIZE(shapes) && shapes[i].kind != kind)
			i++;
		assert_true(i < ARRAY_SIZE(shapes));
	}
}

static void test_values(void **state)
{
	struct ends *e = *state;
	struct msg_run run = {.source = "kprobe",
		.run = "mprottop_7_8",
		.compat_visible = 1,
		.tracer_pid = 2,
		.guard_pid = 3,
		.cpus = 4,
		.buffer_bytes = 1ull << 40,
		.begin_ns = UINT64_MAX - 5};
	struct msg_done done = {.status = -3, .fault = {.err = EPERM, .what = "a", .remedy = "b"}};

	assert_int_equal(msg_send(e->pair[0], MSG_RUN, &run, sizeof(run), NULL, 0), 0);
	assert_int_equal(msg_send(e->pair[1], MSG_DONE, &done, sizeof(done), NULL, 0), 0);
	assert_int_equal(msg_recv(e->pair[1], &received, true), 1);
	assert_memory_equal(&received.u.run, &run, sizeof(run));
	assert_int_equal(msg_recv(e->pair[0], &received, true), 1);
	assert_int_equal(received.u.done.status, -3);
	assert_memory_equal(&received.u.done.fault, &done.fault, sizeof(done.fault));
}

/* What was taken stays open, the others are closed. */
static void test_take(void **state)
{
	struct ends *e = *state;
	struct msg_cpu cpu = {1, 5};
	int fd;

	assert_int_equal(msg_send(e->pair[0], MSG_CPU, &cpu, sizeof(cpu), e->fds, 2), 0);
	assert_int_equal(msg_recv(e->pair[1], &received, true), 1);
	fd = msg_take(&received, 1);
	msg_done(&received);
	msg_done(&received);
	assert_int_equal(count_fds(), e->nr_open + 1);
	assert_true(same_file(fd, e->fds[1]));
	close(fd);
}

static void test_bad_head(void **state)
{
	struct ends *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct shape *s = &shapes[i];
		size_t len = s->len;
		unsigned int nr = s->nr_fds;

		send_words(e, MAGIC + 1, s->kind, len, nr, len, nr);
		expect_refused(e);
		send_words(e, MAGIC, MSG_NR_KINDS, len, nr, len, nr);
		expect_refused(e);
		send_words(e, MAGIC, UINT32_MAX - s->kind, len, nr, len, nr);
		expect_refused(e);
		send_words(e, MAGIC, s->kind, len + 1, nr, len, nr);
		expect_refused(e);
		send_words(e, MAGIC, s->kind, len, nr + 1, len, nr);
		expect_refused(e);
	}
	send_words(e, MAGIC, MSG_CPU, sizeof(struct msg_cpu), 1, sizeof(struct msg_cpu), 1);
	expect_refused(e);
}

/* The head tells the truth, and yet the kind does not have that. */
static void test_bad_shape(void **state)
{
	struct ends *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct shape *s = &shapes[i];
		size_t len = s->len;
		unsigned int nr = s->nr_fds;

		bool most = s->kind != MSG_RESTORE && s->kind != MSG_EXE_OF && s->kind != MSG_SAVE;
		bool least = most;

		most |= i + 1 == ARRAY_SIZE(shapes) || shapes[i + 1].kind != s->kind;
		least |= !i || shapes[i - 1].kind != s->kind;
		if (most) {
			send_words(e, MAGIC, s->kind, len + 1, nr, len + 1, nr);
			expect_refused(e);
		}
		if (least && len) {
			send_words(e, MAGIC, s->kind, len - 1, nr, len - 1, nr);
			expect_refused(e);
			send_words(e, MAGIC, s->kind, 0, nr, 0, nr);
			expect_refused(e);
		}
		for (unsigned int other = 0; other <= MSG_MAX_FDS + 1; other++) {
			if (other == nr)
				continue;
			send_words(e, MAGIC, s->kind, len, nr, len, other);
			expect_refused(e);
			send_words(e, MAGIC, s->kind, len, other, len, other);
			expect_refused(e);
		}
	}
}

static void test_truncated(void **state)
{
	static const char huge[MSG_MAX_BODY + 100];
	struct ends *e = *state;
	uint32_t head[4] = {MAGIC, MSG_READY, 0, 0};

	for (size_t len = 1; len < sizeof(head); len++) {
		send_raw(e, head, len, NULL, 0, 0);
		expect_refused(e);
		send_raw(e, head, len, NULL, 0, 1);
		expect_refused(e);
	}
	send_raw(e, NULL, 0, NULL, 0, 1);
	assert_int_equal(msg_recv(e->pair[1], &received, false), 0);
	assert_int_equal(count_fds(), e->nr_open);
	head[1] = MSG_RESTORE;
	head[2] = MSG_MAX_BODY;
	send_raw(e, head, sizeof(head), huge, sizeof(huge), 0);
	expect_refused(e);
	send_raw(e, head, sizeof(head), huge, MSG_MAX_BODY, FDS_PROBE);
	expect_refused(e);
}

static void expect_text(const char *text, size_t size)
{
	assert_int_equal(strnlen(text, size), size - 1);
	assert_int_equal(text[0], 'x');
}

#define EXPECT_TEXT(field) expect_text(received.u.field, sizeof(received.u.field))

/* send_words() fills bodies with 'x'. */
static void test_unterminated(void **state)
{
	struct ends *e = *state;

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct shape *s = &shapes[i];

		send_words(e, MAGIC, s->kind, s->len, s->nr_fds, s->len, s->nr_fds);
		assert_int_equal(msg_recv(e->pair[1], &received, false), 1);
		if (s->kind == MSG_RUN) {
			EXPECT_TEXT(run.source);
			EXPECT_TEXT(run.run);
		} else if (s->kind == MSG_LAYOUT) {
			EXPECT_TEXT(layout.text);
		} else if (s->kind == MSG_EVENT) {
			EXPECT_TEXT(event.name);
			EXPECT_TEXT(event.event);
			EXPECT_TEXT(event.place);
			EXPECT_TEXT(event.shape);
			EXPECT_TEXT(event.canary);
			EXPECT_TEXT(event.filter);
			EXPECT_TEXT(event.text);
		} else if (s->kind == MSG_KNOB) {
			EXPECT_TEXT(knob.name);
			EXPECT_TEXT(knob.expect);
		} else if (s->kind == MSG_DONE) {
			EXPECT_TEXT(done.fault.what);
			EXPECT_TEXT(done.fault.object);
			EXPECT_TEXT(done.fault.remedy);
		}
		msg_done(&received);
	}
	assert_int_equal(count_fds(), e->nr_open);
}

static void test_end(void **state)
{
	struct ends *e = *state;

	assert_int_equal(fcntl(e->pair[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(e->pair[1], F_GETFD), FD_CLOEXEC);
	assert_int_equal(msg_recv(e->pair[1], &received, false), -EAGAIN);
	assert_int_equal(msg_send(e->pair[0], MSG_READY, NULL, 0, NULL, 0), 0);
	close(e->pair[0]);
	e->pair[0] = -1;
	/* what was sent before the end comes first */
	assert_int_equal(msg_recv(e->pair[1], &received, true), 1);
	assert_int_equal(received.kind, MSG_READY);
	assert_int_equal(msg_recv(e->pair[1], &received, true), 0);
	assert_int_equal(msg_recv(e->pair[1], &received, false), 0);
	/* no SIGPIPE */
	assert_int_equal(msg_send(e->pair[1], MSG_READY, NULL, 0, NULL, 0), -EPIPE);
	assert_int_equal(msg_send(-1, MSG_READY, NULL, 0, NULL, 0), -EBADF);
	assert_int_equal(msg_recv(-1, &received, true), -EBADF);
}

/* The other side does not read. */
static void test_full(void **state)
{
	struct ends *e = *state;
	struct msg_no_maps none = {1, ESRCH};
	unsigned int nr = 0, read = 0;
	int err;

	while (!(err = msg_try_send(e->pair[0], MSG_NO_MAPS, &none, sizeof(none), NULL, 0)))
		nr++;
	assert_int_equal(err, -EAGAIN);
	assert_true(nr > 16);
	while (msg_recv(e->pair[1], &received, false) == 1)
		read++;
	assert_int_equal(read, nr);
	assert_int_equal(msg_try_send(e->pair[0], MSG_NO_MAPS, &none, sizeof(none), NULL, 0), 0);
}

/* The other side ends with mail of ours unread: its last words still arrive. */
static void test_unread(void **state)
{
	struct ends *e = *state;
	struct msg_done done = {.status = 3};

	assert_int_equal(msg_send(e->pair[0], MSG_READY, NULL, 0, NULL, 0), 0);
	assert_int_equal(msg_send(e->pair[1], MSG_ARMED, NULL, 0, NULL, 0), 0);
	assert_int_equal(msg_send(e->pair[1], MSG_DONE, &done, sizeof(done), NULL, 0), 0);
	close(e->pair[1]);
	e->pair[1] = -1;
	assert_int_equal(msg_recv(e->pair[0], &received, false), 1);
	assert_int_equal(received.kind, MSG_ARMED);
	assert_int_equal(msg_recv(e->pair[0], &received, true), 1);
	assert_int_equal(received.kind, MSG_DONE);
	assert_int_equal(received.u.done.status, 3);
	assert_int_equal(msg_recv(e->pair[0], &received, true), 0);
}

/* Mostly noise; some packets are whole by chance of the choice. */
static void send_noise(struct ends *e, uint64_t *seed)
{
	const struct shape *s = &shapes[pagegen_random(seed) % ARRAY_SIZE(shapes)];
	uint32_t choice = pagegen_random(seed), head[4] = {MAGIC, s->kind, s->len, s->nr_fds};
	static char body[sizeof(struct msg_event) + 64];
	size_t len = choice & 1 ? s->len : pagegen_random(seed) % 200;

	for (size_t i = 0; i < 16 && i < len; i++)
		body[pagegen_random(seed) % len] = (char)pagegen_random(seed);
	if (!(choice & 6))
		head[pagegen_random(seed) % 4] = pagegen_random(seed);
	if (!(choice & 24))
		head[pagegen_random(seed) % 4] ^= 1u << pagegen_random(seed) % 32;
	send_raw(e, head, choice & 96 ? sizeof(head) : 1 + pagegen_random(seed) % 16, body, len,
		choice & 128 ? s->nr_fds : pagegen_random(seed) % (MSG_MAX_FDS + 2));
}

static void test_random(void **state)
{
	struct ends *e = *state;
	uint64_t seed = 42;
	unsigned int good = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		int got;

		send_noise(e, &seed);
		got = msg_recv(e->pair[1], &received, false);
		if (got == 1) {
			good++;
			assert_true(received.kind < MSG_NR_KINDS);
			assert_true(received.nr_fds <= 2);
			msg_done(&received);
		} else {
			assert_int_equal(got, -EPROTO);
			assert_int_equal(received.nr_fds, 0);
		}
	}
	assert_in_range(good, ROUNDS / 100, ROUNDS / 2);
	assert_int_equal(count_fds(), e->nr_open);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ends_open, ends_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_values),
		TEST(test_take),
		TEST(test_bad_head),
		TEST(test_bad_shape),
		TEST(test_truncated),
		TEST(test_unterminated),
		TEST(test_end),
		TEST(test_full),
		TEST(test_unread),
		TEST(test_random),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
