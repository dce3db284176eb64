/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/stat.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

bool stat_line(const char *text, const char *name, uint64_t *out)
{
	size_t len = strlen(name);

	*out = 0;
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && line[len] == ':') {
			*out = strtoull(line + len + 1, NULL, 10);
			return true;
		}
	}
	return false;
}

uint64_t stat_lost(const char *text)
{
	static const char *const names[] = {"overrun", "commit overrun", "dropped events"};
	uint64_t sum = 0, nr;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		stat_line(text, names[i], &nr);
		sum += nr;
	}
	return sum;
}
