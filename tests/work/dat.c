/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a recording with known calls to stdout: dat [big] [32] [side=NAME] [lost=N] [calls=N]
 * [pids=N] [step=NS] [trail], see tests/unit/datgen.h and trailgen.h.
 */
#include "../unit/trailgen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct datgen gen = {.long_size = 8, .page_size = 4096};
	struct buf file = {0}, trail = {0};
	bool trailed = false, done;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "big"))
			gen.big_endian = true;
		else if (!strcmp(argv[i], "32"))
			gen.long_size = 4;
		else if (!strncmp(argv[i], "side=", 5))
			gen.side = argv[i] + 5;
		else if (!strncmp(argv[i], "lost=", 5))
			gen.lost = strtoull(argv[i] + 5, NULL, 10);
		else if (!strncmp(argv[i], "calls=", 6))
			gen.calls = (unsigned int)strtoul(argv[i] + 6, NULL, 10);
		else if (!strncmp(argv[i], "pids=", 5))
			gen.pids = (unsigned int)strtoul(argv[i] + 5, NULL, 10);
		else if (!strncmp(argv[i], "step=", 5))
			gen.step_ns = strtoull(argv[i] + 5, NULL, 10);
		else if (!strcmp(argv[i], "trail"))
			trailed = true;
		else
			return 2;
	}
	if (trailed) {
		trailgen_make(&gen, &trail);
		gen.trail = trail.data;
		gen.trail_len = trail.len;
	}
	datgen_make(&gen, &file);
	done = fwrite(file.data, 1, file.len, stdout) == file.len && !fflush(stdout);
	buf_done(&file);
	buf_done(&trail);
	return !done;
}
