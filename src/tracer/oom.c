/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/oom.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OOM_FILE  "/proc/self/oom_score_adj"
#define OOM_LEAST (-1000)
#define OOM_STEP  100

static bool write_value(int value)
{
	int fd = open(OOM_FILE, O_WRONLY | O_CLOEXEC), len;
	char text[16];
	bool done;

	if (fd < 0)
		return false;
	len = snprintf(text, sizeof(text), "%d", value);
	done = write(fd, text, (size_t)len) == len;
	close(fd);
	return done;
}

static bool read_value(int *value)
{
	int fd = open(OOM_FILE, O_RDONLY | O_CLOEXEC);
	char text[16];
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	*value = (int)strtol(text, NULL, 10);
	return true;
}

void oom_protect(struct oom *oom)
{
	*oom = (struct oom){0};
	oom->known = read_value(&oom->was);
	oom->kept = oom->was;
	/* without CAP_SYS_RESOURCE it goes as far down as somebody with that allowed */
	for (int value = OOM_LEAST; oom->known && value < oom->was; value += OOM_STEP) {
		if (write_value(value)) {
			oom->kept = value;
			return;
		}
	}
}

void oom_lift(const struct oom *oom)
{
	if (oom->known && oom->kept != oom->was)
		write_value(oom->was);
}

void oom_lower(const struct oom *oom)
{
	if (oom->known && oom->kept != oom->was)
		write_value(oom->kept);
}
