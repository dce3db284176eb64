/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording of ours, replayed as by the program: what its trail says, in any order, ends with a
 * result, or with a fault that says where. The first byte chooses: bit 0 lines of calls, bit 1 an
 * audit, bit 2 updates at times of our own, bit 3 only a part of it, bit 4 idle rows, bit 5 as a
 * tree, bit 6 threads, bit 7 another format. The rest is the file.
 */
#include "base/mem.h"
#include "convert.h"
#include "formats.h"
#include "../unit/datgen.h"
#include "../unit/replayer.h"
#include "fuzz.h"
#include "trailmutate.h"

#include <string.h>
#include <unistd.h>

#define NAME "fuzzed"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options o = replayer_options(NAME);
	struct fault fault = {0};
	bool others;
	int err, fd;

	if (size < 1 || size > FUZZ_MOST)
		return 0;
	fd = datgen_fd(data + 1, size - 1);
	others = convert_needed(fd);
	close(fd);
	/* those are another's to read, in a process that may crash */
	if (others)
		return 0;
	o.events = data[0] & 1;
	o.audit = data[0] & 2 && !o.events;
	o.delay_given = data[0] & 4;
	o.place_begin = data[0] & 8 ? 10000000 : 0;
	o.place_end = data[0] & 8 ? 500000000 : 0;
	o.idle = data[0] & 16;
	o.tree = data[0] & 32 && !o.events && !o.audit;
	o.threads = data[0] & 64;
	if (data[0] & 128)
		o.format = format_find(o.audit || data[0] & 4 ? "table" : "csv");
	err = replayer_play(data + 1, size - 1, &o, &fault);
	/* a fault for each error, and it names the file */
	fuzz_check(!err == !fault.what[0]);
	fuzz_check(!err || !strncmp(fault.object, NAME, sizeof(NAME) - 1));
	return 0;
}

#ifdef FUZZ_LIBFUZZER
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	return trailmutate(data, size, max, seed, 1);
}
#endif
