/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays the files it is given through the fuzz target that it is linked with. */
#include "fuzz.h"

#ifndef FUZZ_LIBFUZZER
#include <stdio.h>

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		static uint8_t bytes[FUZZ_MOST];
		FILE *file = fopen(argv[i], "rb");

		if (!file) {
			perror(argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(bytes, fread(bytes, 1, sizeof(bytes), file));
		fclose(file);
	}
	printf("%d inputs replayed\n", argc - 1);
	return 0;
}
#endif
