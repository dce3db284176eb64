/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a packet between the tracer and the monitor: it is refused, or it is a message whose
 * body can be sent again as it came, but for the ends of its texts; no descriptor is left open.
 * Byte 0 chooses: bits 0 to 2 how many descriptors come with it, bit 3 whether the head is made
 * right, with byte 1 as the kind. The rest is the packet, or its body.
 */
#include "base/msg.h"
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS_MOST 7

/* The first words of a message, as the other side sends them. */
static uint32_t fuzz_magic(void)
{
	static uint32_t magic;
	int pair[2];

	if (magic)
		return magic;
	fuzz_check(!msg_pair(pair));
	fuzz_check(!msg_send(pair[0], MSG_READY, NULL, 0, NULL, 0));
	fuzz_check(recv(pair[1], &magic, sizeof(magic), 0) == sizeof(magic));
	close(pair[0]);
	close(pair[1]);
	return magic;
}

static bool fuzz_send(int sock, const uint8_t *data, size_t size)
{
	unsigned int nr_fds = data[0] & 7;
	uint32_t head[4] = {fuzz_magic(), data[1], (uint32_t)(size - 2), nr_fds};
	struct iovec iov[2] = {
		{head, data[0] & 8 ? sizeof(head) : 0}, {(void *)(data + 2), size - 2}};
	union {
		char space[CMSG_SPACE(sizeof(int) * FDS_MOST)];
		struct cmsghdr align;
	} control = {0};
	struct msghdr hdr = {.msg_iov = iov, .msg_iovlen = 2};

	if (nr_fds) {
		struct cmsghdr *c;

		hdr.msg_control = &control;
		hdr.msg_controllen = CMSG_SPACE(sizeof(int) * nr_fds);
		c = CMSG_FIRSTHDR(&hdr);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * nr_fds);
		for (unsigned int i = 0; i < nr_fds; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int), &sock, sizeof(sock));
	}
	return sendmsg(sock, &hdr, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static void fuzz_fault(const struct fault *fault)
{
	fuzz_check(memchr(fault->what, 0, sizeof(fault->what)) != NULL);
	fuzz_check(memchr(fault->object, 0, sizeof(fault->object)) != NULL);
	fuzz_check(memchr(fault->remedy, 0, sizeof(fault->remedy)) != NULL);
}

/* What was taken is a message: sent, it is the same message again. */
static void fuzz_again(const int pair[2], struct msg *msg)
{
	static struct msg again;

	fuzz_check(msg->kind < MSG_NR_KINDS && msg->len <= sizeof(msg->u));
	if (msg->kind == MSG_SAVED || msg->kind == MSG_KEPT || msg->kind == MSG_DONE)
		fuzz_fault(&msg->u.done.fault);
	if (msg->kind == MSG_FACTS)
		fuzz_fault(&msg->u.facts.fault);
	fuzz_check(!msg_send(pair[0], msg->kind, &msg->u, msg->len, msg->fds, msg->nr_fds));
	fuzz_check(msg_recv(pair[1], &again, false) == 1);
	fuzz_check(again.kind == msg->kind && again.len == msg->len);
	fuzz_check(again.nr_fds == msg->nr_fds && !memcmp(&again.u, &msg->u, msg->len));
	msg_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct msg msg;
	int pair[2], next, lowest;

	if (size < 2 || size > sizeof(msg.u) + 2)
		return 0;
	fuzz_check(!msg_pair(pair));
	lowest = fcntl(pair[1], F_DUPFD_CLOEXEC, 0);
	close(lowest);
	if (fuzz_send(pair[0], data, size)) {
		int got = msg_recv(pair[1], &msg, false);

		fuzz_check(got == 1 || got == -EPROTO || !got);
		if (got == 1) {
			fuzz_again(pair, &msg);
			msg_done(&msg);
		}
	}
	next = fcntl(pair[1], F_DUPFD_CLOEXEC, 0);
	fuzz_check(next == lowest);
	close(next);
	close(pair[0]);
	close(pair[1]);
	return 0;
}
