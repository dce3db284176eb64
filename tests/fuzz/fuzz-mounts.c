/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a line of mountinfo: a user may mount file systems where he likes. The first byte is
 * the room for the mount point, less one.
 */
#include "tracer/why.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *point;
	size_t room;

	if (size < 1)
		return 0;
	room = (size_t)data[0] + 1;
	/* blocks of their own: nothing readable behind them */
	text = malloc(size);
	point = malloc(room);
	fuzz_check(text && point);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	if (why_mount_line(text, "tracefs", point, room))
		fuzz_check(strnlen(point, room) < room && strstr(text, "tracefs"));
	free(point);
	free(text);
	return 0;
}
