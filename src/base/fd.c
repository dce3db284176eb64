/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/resource.h>
#include <unistd.h>

void fd_fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd < 3);
	if (fd >= 3)
		close(fd);
}

static void close_between(unsigned int first, unsigned int last)
{
	unsigned int most = (unsigned int)sysconf(_SC_OPEN_MAX);

#ifdef SYS_close_range
	if (!syscall(SYS_close_range, first, last, 0u))
		return;
#endif
	/* before 5.9 */
	for (unsigned int fd = first; fd <= last && fd < most; fd++)
		close((int)fd);
}

/* The least of keep from from on, or ~0. */
static unsigned int next_kept(const int *keep, size_t nr, unsigned int from)
{
	unsigned int next = ~0u;

	for (size_t i = 0; i < nr; i++)
		if (keep[i] >= 0 && (unsigned int)keep[i] >= from && (unsigned int)keep[i] < next)
			next = (unsigned int)keep[i];
	return next;
}

void fd_close_others(const int *keep, size_t nr)
{
	unsigned int from = 3, next;

	while ((next = next_kept(keep, nr, from)) != ~0u) {
		if (next > from)
			close_between(from, next - 1);
		from = next + 1;
	}
	close_between(from, ~0u);
}

ssize_t fd_text(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n = 0;

	while (len < size - 1) {
		n = pread(fd, text + len, size - 1 - len, (off_t)len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	return n < 0 ? -errno : (ssize_t)len;
}

ssize_t fd_piece(int fd, char *text, size_t size)
{
	ssize_t n;

	do
		n = pread(fd, text, size - 1, 0);
	while (n < 0 && errno == EINTR);
	text[n > 0 ? n : 0] = '\0';
	return n < 0 ? -errno : n;
}

int fd_write_at(int fd, const void *data, size_t len, uint64_t at)
{
	const char *from = data;

	while (len) {
		ssize_t n = pwrite(fd, from, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		from += n;
		len -= (size_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

void fd_raise_limit(struct rlimit *was)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, was);
	limit = *was;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
