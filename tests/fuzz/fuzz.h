/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fuzz targets share. A target is one LLVMFuzzerTestOneInput(), which returns 0 and keeps
 * nothing; libFuzzer calls it, or the main() of fuzz.c with the files that it is given.
 */
#ifndef MPROTTOP_FUZZ_H
#define MPROTTOP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define FUZZ_MOST (4 << 20) /* bytes of an input */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_check(bool ok)
{
	if (!ok)
		abort();
}

#endif
