/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a recording with known calls to stdout: dat [big] [32] [side=NAME] [lost=N], see
 * tests/unit/datgen.h.
 */
#include "../unit/datgen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct datgen gen = {.long_size = 8, .page_size = 4096};
	struct buf file = {0};
	bool done;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "big"))
			gen.big_endian = true;
		else if (!strcmp(argv[i], "32"))
			gen.long_size = 4;
		else if (!strncmp(argv[i], "side=", 5))
			gen.side = argv[i] + 5;
		else if (!strncmp(argv[i], "lost=", 5))
			gen.lost = strtoull(argv[i] + 5, NULL, 10);
		else
			return 2;
	}
	datgen_make(&gen, &file);
	done = fwrite(file.data, 1, file.len, stdout) == file.len && !fflush(stdout);
	buf_done(&file);
	return !done;
}
