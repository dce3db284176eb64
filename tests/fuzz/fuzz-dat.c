/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a recording, replayed from the file to the lines of calls and rows: what is damaged
 * ends it with a fault that says where, and nothing else happens. The first byte chooses: bit 0
 * lines of calls, bit 1 an audit, bit 2 updates at times of our own, bit 3 only a part of it, bit 4
 * idle rows. The rest is the file.
 */
#include "audit.h"
#include "base/mem.h"
#include "convert.h"
#include "monitor.h"
#include "need.h"
#include "present.h"
#include "replay.h"
#include "request.h"
#include "fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void fuzz_play(struct monitor *m, struct fault *fault)
{
	int err;

	request_names(m);
	err = replay_start(m, fault);
	if (!err) {
		m->view.sort = column_find("calls_per_s");
		m->view.idle = m->config->options->idle;
		request_facts(m, need_facts(m->config->options, false) & fact_free());
		present_lines(m);
		while (replay_play(m, UINT64_MAX) && !m->stop)
			;
		replay_finish(m);
		audit_end(m);
		present_end(m);
		err = replay_err(m, fault);
	}
	/* a fault for each error, and it names the file */
	fuzz_check(!err == !fault->what[0]);
	fuzz_check(!err || !strncmp(fault->object, "fuzzed", 6));
	monitor_done(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int null = -1;
	struct options o = {.read = "fuzzed",
		.batch = true,
		.probe = "auto",
		.color = "never",
		.delay_ns = 1000000000,
		.format = format_find("json")};
	struct fault fault = {0};
	int fd;

	if (size < 1 || size > FUZZ_MOST)
		return 0;
	if (null < 0)
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	fd = memfd_create("fuzzed", MFD_CLOEXEC);
	fuzz_check(fd >= 0 && null >= 0);
	fuzz_check(write(fd, data + 1, size - 1) == (ssize_t)(size - 1));
	/* those are another's to read, in a process that may crash */
	if (convert_needed(fd)) {
		close(fd);
		return 0;
	}
	o.events = data[0] & 1;
	o.audit = data[0] & 2 && !o.events;
	o.delay_given = data[0] & 4;
	o.place_begin = data[0] & 8 ? 10000000 : 0;
	o.place_end = data[0] & 8 ? 500000000 : 0;
	o.idle = data[0] & 16;
	fuzz_play(&(struct monitor){.config = &(struct monitor_config){.options = &o,
					    .output_fd = null,
					    .read_fd = fd},
			  .sock = -1,
			  .signals = -1,
			  .memory = {-1, -1, -1, -1},
			  .keys_fd = -1},
		&fault);
	close(fd);
	return 0;
}
