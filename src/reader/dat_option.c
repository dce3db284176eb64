/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/dat_option.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION_OURS 0x6d70 /* of a trail: see model/trail.h */

typedef void (*option_take)(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found);

/* The text of an option, cut. */
static void take_text(struct dat_scan *scan, const struct dat_part *part, char *to, size_t size)
{
	size_t len = part->len < size - 1 ? (size_t)part->len : size - 1;

	memset(to, 0, size);
	dat_scan_bytes(scan, to, len);
}

static void take_date(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found)
{
	(void)found;
	take_text(scan, part, dat->date, sizeof(dat->date));
}

static void take_uname(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found)
{
	(void)found;
	take_text(scan, part, dat->uname, sizeof(dat->uname));
}

/* "local global [mono] boot" */
static void take_clock(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found)
{
	char text[512], *from, *to;

	(void)found;
	take_text(scan, part, text, sizeof(text));
	from = strchr(text, '[');
	to = from ? strchr(from, ']') : NULL;
	if (!to)
		return;
	*to = '\0';
	snprintf(dat->clock, sizeof(dat->clock), "%.31s", from + 1);
}

/* "Buffer: side" alone says whose statistics follow; first come those of the top one. */
static void take_stat(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found)
{
	static const char *const lines[] = {
		"\noverrun: ", "\ncommit overrun: ", "\ndropped events: "};
	char text[1024], *line;

	(void)dat;
	take_text(scan, part, text, sizeof(text));
	line = strstr(text, "Buffer: ");
	if (line && found->nr_stats < DAT_BUFFERS_MOST - 1) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(found->stats[++found->nr_stats].name, DAT_NAME, "%.63s",
			line + strlen("Buffer: "));
	}
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		line = strstr(text, lines[i]);
		if (line)
			found->stats[found->nr_stats].lost +=
				strtoull(line + strlen(lines[i]), NULL, 10);
	}
}

static void give_stats(struct dat *dat, const struct dat_options *found)
{
	for (unsigned int s = 0; s <= found->nr_stats; s++)
		for (unsigned int i = 0; i < dat->nr_buffers; i++)
			if (!strcmp(found->stats[s].name, dat->buffers[i].name))
				dat->buffers[i].lost += found->stats[s].lost;
}

static void take_buffer(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found)
{
	struct dat_buffer *buffer = &dat->buffers[dat->nr_buffers];

	if (part->len < 8 || dat->nr_buffers == DAT_BUFFERS_MOST) {
		dat_scan_fail(scan, "an option about a buffer is not as it should be");
		return;
	}
	found->buffers[dat->nr_buffers] = dat_scan_number(scan, 8);
	take_text(scan, &(struct dat_part){scan->at, part->len - 8}, buffer->name,
		sizeof(buffer->name));
	dat->nr_buffers++;
}

static void take_cpus(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found)
{
	(void)dat;
	if (part->len == 4)
		found->nr_cpus = (unsigned int)dat_scan_number(scan, 4);
}

static void take_tsc(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found)
{
	(void)found;
	if (part->len != 16)
		return;
	dat->tsc_mult = (uint32_t)dat_scan_number(scan, 4);
	dat->tsc_shift = (uint32_t)dat_scan_number(scan, 4);
	dat->tsc_offset = dat_scan_number(scan, 8);
	dat->has_tsc = dat->tsc_shift < 64;
}

static void take_trail(struct dat_scan *scan, struct dat *dat, const struct dat_part *part,
	struct dat_options *found)
{
	(void)scan;
	(void)found;
	if (!(dat->nr_trail & (dat->nr_trail - 1)))
		dat->trail = mem_resize(
			dat->trail, dat->nr_trail ? 2 * dat->nr_trail : 1, sizeof(*dat->trail));
	dat->trail[dat->nr_trail++] = *part;
}

static const struct {
	uint16_t id;
	option_take take;
} options[] = {
	{1, take_date},
	{2, take_stat},
	{3, take_buffer},
	{4, take_clock},
	{5, take_uname},
	{8, take_cpus},
	{14, take_tsc},
	{OPTION_OURS, take_trail},
};

int dat_scan_options(struct dat_scan *scan, struct dat *dat, struct dat_options *found)
{
	for (;;) {
		uint64_t id = dat_scan_number(scan, 2);
		struct dat_part part;

		if (!scan->err && !id)
			give_stats(dat, found);
		if (scan->err || !id)
			return scan->err;
		if (dat_scan_part(scan, 4, &part))
			return scan->err;
		for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
			if (options[i].id != id)
				continue;
			scan->at = part.at;
			options[i].take(scan, dat, &part, found);
			if (scan->err)
				return scan->err;
		}
		scan->at = part.at + part.len;
	}
}
