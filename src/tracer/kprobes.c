/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/kprobes.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_SIZE 65536

void kprobes_open(struct kprobes *kprobes, const char *dir)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/kprobe_events", dir);
	*kprobes = (struct kprobes)KPROBES_NONE;
	kprobes->list = open(path, O_RDONLY | O_CLOEXEC);
	/* never without O_APPEND: opening with O_TRUNC clears everybody's probes */
	if (kprobes->list >= 0)
		kprobes->change = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (kprobes->change < 0)
		kprobes->err = errno;
}

void kprobes_close(struct kprobes *kprobes)
{
	if (kprobes->list >= 0)
		close(kprobes->list);
	if (kprobes->change >= 0)
		close(kprobes->change);
	*kprobes = (struct kprobes)KPROBES_NONE;
}

char *kprobes_text(const struct kprobes *kprobes)
{
	size_t len = 0, size = FIRST_SIZE;
	char *text;
	ssize_t n;

	if (kprobes->list < 0) {
		errno = kprobes->err;
		return NULL;
	}
	text = mem_new(size, 1);
	/* from its start each time: the tracer and its guard share the place in the file */
	while ((n = pread(kprobes->list, text + len, size - len - 1, (off_t)len)) > 0) {
		len += (size_t)n;
		if (len + 1 == size)
			text = mem_resize(text, size *= 2, 1);
	}
	text[len] = '\0';
	if (n == 0)
		return text;
	n = errno;
	free(text);
	errno = (int)n;
	return NULL;
}

int kprobes_write(const struct kprobes *kprobes, const char *command)
{
	char line[1024];
	int len = snprintf(line, sizeof(line), "%s\n", command);

	if (kprobes->change < 0)
		return -kprobes->err;
	if ((size_t)len >= sizeof(line))
		return -E2BIG;
	return write(kprobes->change, line, (size_t)len) < 0 ? -errno : 0;
}

int kprobes_remove(const struct kprobes *kprobes, const char *name)
{
	char command[200];

	snprintf(command, sizeof(command), "-:%s", name);
	return kprobes_write(kprobes, command);
}
