/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spool.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHUNK 65536

static const uint8_t magic[] = {0x17, 0x08, 0x44};

int spool_open(struct fault *fault)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir && dir[0] == '/' ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		fd = memfd_create("recording", MFD_CLOEXEC);
	if (fd >= 0)
		return fd;
	return fault_set(fault, errno, "temporary file", "name the file itself",
		"cannot keep the recording");
}

/* How many bytes came; 0: the end. */
static ssize_t read_some(int fd, int stop, uint8_t *bytes)
{
	struct pollfd fds[] = {{fd, POLLIN, 0}, {stop, POLLIN, 0}};
	ssize_t n;

	do {
		if (poll(fds, 2, -1) < 0)
			n = -1;
		else if (fds[1].revents)
			return -EINTR;
		else
			n = read(fd, bytes, CHUNK);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	return n < 0 ? -errno : n;
}

static int keep(int to, const uint8_t *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(to, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static int refuse(const char *name, struct fault *fault)
{
	char object[256];

	snprintf(object, sizeof(object), "%.200s, byte 0", name);
	return fault_set(fault, 0, object, "pipe a trace.dat into it",
		"the recording is damaged: it is no trace.dat at all");
}

int spool_read(int fd, int to, int stop, const char *name, struct fault *fault)
{
	uint8_t *bytes = mem_new(1, CHUNK);
	uint64_t total = 0;
	ssize_t n;
	int err = 0;

	while (!err && (n = read_some(fd, stop, bytes)) != 0) {
		if (n < 0)
			err = fault_set(fault, (int)-n, name, "", "cannot read the recording");
		else if (!total && memcmp(bytes, magic,
					   (size_t)n < sizeof(magic) ? (size_t)n : sizeof(magic)))
			err = refuse(name, fault);
		else if ((total += (uint64_t)n) > SPOOL_MOST)
			err = fault_set(fault, EFBIG, name, "name the file itself",
				"a recording from a pipe has 1 GiB at most");
		else if ((n = keep(to, bytes, (size_t)n)) < 0)
			err = fault_set(fault, (int)-n, "temporary file",
				"make room in TMPDIR, or name the file itself",
				"cannot keep the recording");
	}
	free(bytes);
	return err;
}
