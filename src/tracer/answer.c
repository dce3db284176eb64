/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/answer.h"
#include "base/msg.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
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

void answer_maps(struct answerer *a, int sock, uint32_t pid, uint64_t now_ns)
{
	struct msg_maps m = {pid};
	char path[32];
	int fd = -1;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/maps", pid);
	/* the kernel checks the right to it here, not where it is read */
	if (may_answer(a, now_ns))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	msg_send(sock, fd < 0 ? MSG_NO_MAPS : MSG_MAPS_OF, &m, sizeof(m), &fd, fd < 0 ? 0 : 1);
	if (fd >= 0)
		close(fd);
}
