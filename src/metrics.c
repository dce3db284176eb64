/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "metrics.h"
#include "base/mem.h"
#include "output/output.h"
#include "present.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct metrics {
	int fd;
	struct snapshot snap;
	struct output_config config;
	struct buf text;
};

struct metrics *metrics_new(struct monitor *m, int fd)
{
	const struct options *o = m->config->options;
	struct metrics *metrics = mem_new(1, sizeof(*metrics));

	metrics->fd = fd;
	metrics->snap.info = &m->info;
	metrics->config = (struct output_config){.format = &format_prometheus,
		.nr_columns = o->nr_columns,
		.columns_given = o->nr_columns > 0,
		.threads = o->threads,
		.group = o->group != NULL};
	memcpy(metrics->config.columns, o->columns, sizeof(o->columns));
	output_columns(&metrics->config);
	return metrics;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	close(metrics->fd);
	snapshot_done(&metrics->snap);
	buf_done(&metrics->text);
	free(metrics);
}

static void page_send(const struct metrics *metrics)
{
	int fd = memfd_create("page", MFD_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, metrics->text.data, metrics->text.len) == (ssize_t)metrics->text.len)
		msg_try_send(metrics->fd, MSG_PAGE, NULL, 0, &fd, 1);
	close(fd);
}

void metrics_update(struct metrics *metrics, struct monitor *m, double time)
{
	struct view view;

	present_view(m, &view);
	snapshot_take(&metrics->snap, m->table, &view, m->begin_ns, monitor_user, m);
	metrics->snap.health = m->health;
	metrics->snap.seq = m->seq;
	metrics->snap.time = time;
	metrics->snap.self.frames = m->frames;
	metrics->snap.self.longest_frame_ms = m->longest_frame_ms;
	buf_reset(&metrics->text);
	prometheus_text(&metrics->config, &metrics->snap, &metrics->text);
	page_send(metrics);
}
