/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/answer.h"
#include "base/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#define PACE_NS (UINT64_C(1000000000) / ANSWER_RATE)

/* One more each PACE_NS, up to the burst. */
static bool may_answer(struct answerer *a, uint64_t now_ns)
{
	uint64_t more = (now_ns - a->at_ns) / PACE_NS;

	if (!a->at_ns || more >= ANSWER_BURST - a->left) {
		a->left = ANSWER_BURST;
		a->at_ns = now_ns;
	} else {
		a->left += (unsigned int)more;
		a->at_ns += more * PACE_NS;
	}
	if (!a->left)
		return false;
	a->left--;
	return true;
}

/* The descriptor or -errno. */
static int open_maps(uint32_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/maps", pid);
	/* the kernel checks the right to it here, not where it is read */
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return errno == EPERM ? -EACCES : -errno;
}

void answer_maps(struct answerer *a, int sock, uint32_t pid, uint64_t now_ns)
{
	int fd = !may_answer(a, now_ns) ? -EBUSY : open_maps(pid);

	if (fd >= 0) {
		msg_try_send(sock, MSG_MAPS_OF, &(struct msg_maps){pid}, sizeof(struct msg_maps),
			&fd, 1);
		close(fd);
	} else {
		msg_try_send(sock, MSG_NO_MAPS, &(struct msg_no_maps){pid, -fd},
			sizeof(struct msg_no_maps), NULL, 0);
	}
}

void answer_exe(struct answerer *a, int sock, uint32_t pid, uint64_t now_ns)
{
	struct msg_exe m = {.pid = pid};
	ssize_t len = 0;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/exe", pid);
	if (may_answer(a, now_ns))
		len = readlink(path, m.path, sizeof(m.path));
	/* one that fills it may be longer */
	if (len < 0 || (size_t)len == sizeof(m.path))
		len = 0;
	msg_try_send(sock, MSG_EXE_OF, &m, offsetof(struct msg_exe, path) + (size_t)len, NULL, 0);
}
