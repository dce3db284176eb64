/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replayer.h"
#include "audit.h"
#include "datgen.h"
#include "monitor.h"
#include "need.h"
#include "present.h"
#include "replay.h"
#include "request.h"

#include <fcntl.h>
#include <unistd.h>

struct options replayer_options(const char *name)
{
	return (struct options){.read = name,
		.batch = true,
		.probe = "auto",
		.color = "never",
		.delay_ns = 1000000000,
		.format = format_find("json")};
}

static int play(struct monitor *m, struct fault *fault)
{
	const struct options *o = m->config->options;
	int err;

	request_names(m);
	err = replay_start(m, fault);
	if (!err) {
		present_view(m, &m->view);
		request_facts(m, need_facts(o, false) & fact_free());
		present_lines(m);
		while (replay_play(m, UINT64_MAX) && !m->stop)
			;
		replay_finish(m);
		audit_end(m);
		present_end(m);
		err = replay_err(m, fault);
	}
	monitor_done(m);
	return err;
}

int replayer_play(const void *file, size_t len, const struct options *o, struct fault *fault)
{
	int fd = datgen_fd(file, len), null = open("/dev/null", O_WRONLY | O_CLOEXEC), err;

	err = play(&(struct monitor){.config = &(struct monitor_config){.options = o,
					     .output_fd = null,
					     .settings_fd = -1,
					     .metrics_fd = -1,
					     .read_fd = fd},
			   .sock = -1,
			   .signals = -1,
			   .memory = {-1, -1, -1, -1},
			   .keys_fd = -1},
		fault);
	close(null);
	close(fd);
	return err;
}
