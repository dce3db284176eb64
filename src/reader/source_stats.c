/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's stats files say of the buffers. */
#include "reader/source_state.h"
#include "base/fd.h"

static void look(struct source *s)
{
	char text[1024];

	s->looked = true;
	for (size_t i = 0; i < s->nr_streams; i++)
		if (fd_piece(s->streams[i].stats, text, sizeof(text)) > 0)
			stat_take(&s->streams[i].look, text, s->streams[i].records);
}

void source_stats(struct source *s, unsigned int which, struct source_stats *out)
{
	if (!s->looked)
		look(s);
	*out = (struct source_stats){0};
	for (size_t i = 0; i < s->nr_streams; i++) {
		const struct stat_look *look = &s->streams[i].look;

		if (s->streams[i].which != which)
			continue;
		out->lost += look->lost_before + look->lost;
		out->waiting += look->waiting;
		out->stolen += look->stolen;
		out->clears += look->clears;
	}
}

unsigned int source_cpus(struct source *s, struct cpu_stat *out, unsigned int max)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < s->nr_streams && nr < max; i++) {
		struct stream *stream = &s->streams[i];

		out[nr++] = (struct cpu_stat){.cpu = stream->cpu,
			.side = stream->which == SOURCE_SIDE,
			.delivered = stream->records,
			.lost = stream->look.lost_before + stream->look.lost,
			.waiting = stream->look.waiting,
			.fill_pct = stream->fill < 1 ? 100 * stream->fill : 100};
		stream->fill = 0;
	}
	return nr;
}
