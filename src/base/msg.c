/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/msg.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define MSG_MAGIC 0x6d707431u /* "mpt1": the version is in it */

struct msg_head {
	uint32_t magic;
	uint32_t kind;
	uint32_t len;
	uint32_t nr_fds;
};

static const struct msg_shape {
	size_t min, max;
	unsigned int nr_fds;
} msgs[MSG_NR_KINDS] = {
	[MSG_RUN] = {sizeof(struct msg_run), sizeof(struct msg_run), 0},
	[MSG_LAYOUT] = {sizeof(struct msg_layout), sizeof(struct msg_layout), 0},
	[MSG_EVENT] = {sizeof(struct msg_event), sizeof(struct msg_event), 2},
	[MSG_CPU] = {sizeof(struct msg_cpu), sizeof(struct msg_cpu), 2},
	[MSG_KNOB] = {sizeof(struct msg_knob), sizeof(struct msg_knob), 1},
	[MSG_HOLD] = {0, 0, 1},
	[MSG_READY] = {0, 0, 0},
	[MSG_STARTED] = {sizeof(struct msg_command), sizeof(struct msg_command), 0},
	[MSG_ENDED] = {sizeof(struct msg_command), sizeof(struct msg_command), 0},
	[MSG_EVENTS] = {0, 0, 0},
	[MSG_FACTS] = {sizeof(struct msg_facts), sizeof(struct msg_facts), 0},
	[MSG_COSTS] = {sizeof(struct msg_costs), sizeof(struct msg_costs), 0},
	[MSG_MAPS_OF] = {sizeof(struct msg_maps), sizeof(struct msg_maps), 1},
	[MSG_NO_MAPS] = {sizeof(struct msg_no_maps), sizeof(struct msg_no_maps), 0},
	[MSG_EXE_OF] = {offsetof(struct msg_exe, path), sizeof(struct msg_exe), 0},
	[MSG_ARMED] = {0, 0, 0},
	[MSG_RESTORE] = {0, 1024, 0},
	[MSG_WANT] = {sizeof(struct msg_want), sizeof(struct msg_want), 0},
	[MSG_ARM] = {0, 0, 0},
	[MSG_MEND] = {0, 0, 0},
	[MSG_MAPS] = {sizeof(struct msg_maps), sizeof(struct msg_maps), 0},
	[MSG_EXE] = {sizeof(struct msg_maps), sizeof(struct msg_maps), 0},
	[MSG_KEEPER] = {sizeof(struct msg_keeper), sizeof(struct msg_keeper), 1},
	[MSG_OPEN] = {sizeof(struct msg_open), sizeof(struct msg_open), 0},
	[MSG_SAVE] = {0, MSG_SETTINGS, 0},
	[MSG_SAVED] = {sizeof(struct msg_done), sizeof(struct msg_done), 0},
	[MSG_SAVING] = {0, 0, 0},
	[MSG_PAGE] = {0, 0, 1},
	[MSG_OPENED] = {0, 0, 1},
	[MSG_FILES] = {0, 0, 2},
	[MSG_KEEP] = {0, 0, 0},
	[MSG_KEPT] = {sizeof(struct msg_done), sizeof(struct msg_done), 0},
	[MSG_DONE] = {sizeof(struct msg_done), sizeof(struct msg_done), 0},
};

int msg_pair(int pair[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ? -errno : 0;
}

static bool msg_fits(const struct msg_head *head, size_t len, unsigned int nr_fds)
{
	const struct msg_shape *shape;

	if (head->magic != MSG_MAGIC || head->kind >= MSG_NR_KINDS)
		return false;
	shape = &msgs[head->kind];
	return head->len == len && len >= shape->min && len <= shape->max &&
	       head->nr_fds == nr_fds && nr_fds == shape->nr_fds;
}

static int send_packet(int sock, enum msg_kind kind, const void *body, size_t len, const int *fds,
	unsigned int nr_fds, int flags)
{
	struct msg_head head = {MSG_MAGIC, kind, len, nr_fds};
	struct iovec iov[2] = {{&head, sizeof(head)}, {(void *)body, len}};
	union {
		char space[CMSG_SPACE(sizeof(int) * MSG_MAX_FDS)];
		struct cmsghdr align;
	} control = {0};
	struct msghdr hdr = {.msg_iov = iov, .msg_iovlen = 2};
	ssize_t n;

	assert(msg_fits(&head, len, nr_fds));
	if (nr_fds) {
		struct cmsghdr *c;

		hdr.msg_control = &control;
		hdr.msg_controllen = CMSG_SPACE(sizeof(int) * nr_fds);
		c = CMSG_FIRSTHDR(&hdr);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * nr_fds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * nr_fds);
	}
	do
		n = sendmsg(sock, &hdr, MSG_NOSIGNAL | flags);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int msg_send(int sock, enum msg_kind kind, const void *body, size_t len, const int *fds,
	unsigned int nr_fds)
{
	return send_packet(sock, kind, body, len, fds, nr_fds, 0);
}

int msg_try_send(int sock, enum msg_kind kind, const void *body, size_t len, const int *fds,
	unsigned int nr_fds)
{
	return send_packet(sock, kind, body, len, fds, nr_fds, MSG_DONTWAIT);
}

static void msg_collect(struct msg *msg, struct msghdr *hdr)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(hdr); c; c = CMSG_NXTHDR(hdr, c)) {
		size_t nr;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < nr; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (msg->nr_fds < MSG_MAX_FDS)
				msg->fds[msg->nr_fds++] = fd;
			else
				close(fd);
		}
	}
}

/* A stranger's text might come without its end. */
static void msg_terminate(struct msg *msg)
{
	static const struct {
		enum msg_kind kind;
		size_t at, size;
	} texts[] = {
#define TEXT(kind, type, field)                                                                    \
	{kind, offsetof(struct type, field), sizeof(((struct type *)0)->field)}
		TEXT(MSG_RUN, msg_run, source),
		TEXT(MSG_RUN, msg_run, run),
		TEXT(MSG_LAYOUT, msg_layout, text),
		TEXT(MSG_LAYOUT, msg_layout, event),
		TEXT(MSG_EVENT, msg_event, name),
		TEXT(MSG_EVENT, msg_event, system),
		TEXT(MSG_EVENT, msg_event, event),
		TEXT(MSG_EVENT, msg_event, place),
		TEXT(MSG_EVENT, msg_event, shape),
		TEXT(MSG_EVENT, msg_event, canary),
		TEXT(MSG_EVENT, msg_event, filter),
		TEXT(MSG_EVENT, msg_event, text),
		TEXT(MSG_KNOB, msg_knob, name),
		TEXT(MSG_KNOB, msg_knob, expect),
		TEXT(MSG_FACTS, msg_facts, fault.what),
		TEXT(MSG_FACTS, msg_facts, fault.object),
		TEXT(MSG_FACTS, msg_facts, fault.remedy),
		TEXT(MSG_OPEN, msg_open, name),
		TEXT(MSG_SAVED, msg_done, fault.what),
		TEXT(MSG_SAVED, msg_done, fault.object),
		TEXT(MSG_SAVED, msg_done, fault.remedy),
		TEXT(MSG_KEPT, msg_done, fault.what),
		TEXT(MSG_KEPT, msg_done, fault.object),
		TEXT(MSG_KEPT, msg_done, fault.remedy),
		TEXT(MSG_DONE, msg_done, fault.what),
		TEXT(MSG_DONE, msg_done, fault.object),
		TEXT(MSG_DONE, msg_done, fault.remedy),
#undef TEXT
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].kind == msg->kind)
			msg->u.bytes[texts[i].at + texts[i].size - 1] = '\0';
}

/* Whole but for descriptors, for which this process had no room left: unix(7) says no more. */
static bool is_lacking(
	const struct msg_head *head, size_t len, const struct msghdr *hdr, unsigned int nr_fds)
{
	return len >= sizeof(*head) && (hdr->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == MSG_CTRUNC &&
	       nr_fds < head->nr_fds && msg_fits(head, len - sizeof(*head), head->nr_fds);
}

int msg_recv(int sock, struct msg *msg, bool wait)
{
	bool lacks;
	struct msg_head head = {0};
	struct iovec iov[2] = {{&head, sizeof(head)}, {&msg->u, sizeof(msg->u)}};
	union {
		char space[CMSG_SPACE(sizeof(int) * MSG_MAX_FDS)];
		struct cmsghdr align;
	} control;
	struct msghdr hdr = {.msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	ssize_t n;

	msg->nr_fds = 0;
	/* ECONNRESET tells once that the peer left our messages unread; its own are still queued */
	do
		n = recvmsg(sock, &hdr, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return -errno;
	msg_collect(msg, &hdr);
	/* the end, or an empty packet, which none of ours is: descriptors may come with that */
	if (n == 0) {
		msg_done(msg);
		return 0;
	}
	lacks = is_lacking(&head, (size_t)n, &hdr, msg->nr_fds);
	if (!lacks && ((size_t)n < sizeof(head) || hdr.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
			      !msg_fits(&head, n - sizeof(head), msg->nr_fds))) {
		msg_done(msg);
		return -EPROTO;
	}
	msg->kind = head.kind;
	msg->len = head.len;
	msg_terminate(msg);
	if (!lacks)
		return 1;
	msg_done(msg);
	return -EMFILE;
}

int msg_take(struct msg *msg, unsigned int n)
{
	int fd;

	assert(n < msg->nr_fds);
	fd = msg->fds[n];
	msg->fds[n] = -1;
	return fd;
}

void msg_done(struct msg *msg)
{
	for (unsigned int i = 0; i < msg->nr_fds; i++)
		if (msg->fds[i] >= 0)
			close(msg->fds[i]);
	msg->nr_fds = 0;
}
