/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a recording of another version, which a library converts in a process of its own:
 * however that ends, it is a file that a replay reads or refuses, or a fault that names it.
 */
#include "base/fault.h"
#include "convert.h"
#include "reader/dat.h"
#include "fuzz.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef FUZZ_LIBFUZZER
void __sanitizer_set_death_callback(void (*callback)(void));

/* A crash of that process is none of ours. */
static void fuzz_forked(void)
{
	static const int signals[] = {
		SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGALRM, SIGTERM, SIGINT};

	__sanitizer_set_death_callback(NULL);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_DFL);
}
#endif

static void fuzz_read(int fd)
{
	struct fault fault = {0};
	struct dat dat;
	int err = dat_open(&dat, fd, "fuzzed", &fault);

	fuzz_check(!err == !fault.what[0]);
	dat_done(&dat);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int stop[2] = {-1, -1};
	struct fault fault = {0};
	struct convert convert;
	int fd;

	if (stop[0] < 0) {
		fuzz_check(!pipe(stop));
#ifdef FUZZ_LIBFUZZER
		pthread_atfork(NULL, NULL, fuzz_forked);
#endif
	}
	fd = memfd_create("fuzzed", MFD_CLOEXEC);
	fuzz_check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	if (convert_needed(fd)) {
		fuzz_check(!convert_prepare(&convert, fd, &fault));
		if (!convert_open(&convert, fd, stop[0], "fuzzed", &fault)) {
			fuzz_check(!fault.what[0]);
			fuzz_read(fd);
		} else {
			fuzz_check(!strncmp(fault.object, "fuzzed", 6));
		}
	}
	close(fd);
	return 0;
}
