/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the texts of per_cpu/cpuN/stats over time, each up to a NUL: whatever they say, what
 * was taken by others never shrinks. Eight bytes in front tell how many records came in between.
 */
#include "reader/stat.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stat_look look = {0};
	uint64_t records = 0, more;
	char *text;

	if (size < sizeof(more))
		return 0;
	memcpy(&more, data, sizeof(more));
	data += sizeof(more);
	size -= sizeof(more);
	text = malloc(size + 1);
	fuzz_check(text);
	memcpy(text, data, size);
	text[size] = '\0';
	for (const char *at = text; at <= text + size; at += strlen(at) + 1) {
		uint64_t clears = look.clears;

		stat_take(&look, at, records);
		fuzz_check(look.clears - clears <= 1);
		fuzz_check(look.lost == stat_lost(at));
		look.damaged = !*at;
		records += more;
	}
	free(text);
	return 0;
}
