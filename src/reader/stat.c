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

void stat_take(struct stat_look *look, const char *text, uint64_t records)
{
	uint64_t read;
	int64_t ahead;

	/* kernels before 3.8 have no such line */
	if (stat_line(text, "read events", &read)) {
		ahead = (int64_t)(read - records);
		if (!look->damaged && ahead > look->ahead)
			look->stolen += (uint64_t)ahead - (uint64_t)look->ahead;
		if (!look->damaged && ahead < look->ahead) {
			look->clears++;
			look->lost_before += look->lost;
		}
		look->ahead = ahead;
		look->damaged = false;
	}
	stat_line(text, "entries", &look->waiting);
	look->lost = stat_lost(text);
}
