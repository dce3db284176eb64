/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One mapping of a process, as /proc/PID/maps tells it. A plain value but for its name, which lies
 * in the text that it was read from.
 */
#ifndef MPROTTOP_MAPPING_H
#define MPROTTOP_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping {
	uint64_t start, end, offset;
	uint64_t ino; /* 0: no file is behind it */
	uint32_t major, minor;
	bool exec;
	const char *name; /* as the kernel wrote it, not terminated */
	size_t name_len;
};

#endif
