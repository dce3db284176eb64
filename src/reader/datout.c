/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/datout.h"
#include "base/mem.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPTION_CPUSTAT 2
#define OPTION_BUFFER  3
#define OPTION_CLOCK   4
#define OPTION_UNAME   5
#define OPTION_VERSION 9
#define TABLES         2
#define NO_PART        SIZE_MAX

/* Where the offset and size of a CPU stand, and what they tell of. */
struct datout_table {
	size_t text;
	size_t part; /* NO_PART: nothing is there */
};

static void put_16(struct datout *dat, uint16_t n)
{
	parts_bytes(&dat->parts, &n, sizeof(n));
}

static void put_32(struct datout *dat, uint32_t n)
{
	parts_bytes(&dat->parts, &n, sizeof(n));
}

static size_t put_64(struct datout *dat, uint64_t n)
{
	return parts_bytes(&dat->parts, &n, sizeof(n));
}

static void set_64(struct datout *dat, size_t text, uint64_t n)
{
	memcpy(dat->parts.text.data + text, &n, sizeof(n));
}

/* Terminated, as names are there. */
static void put_name(struct datout *dat, const char *name)
{
	parts_bytes(&dat->parts, name, strlen(name) + 1);
}

/* With its length before it. */
static void put_text(struct datout *dat, const char *text)
{
	put_64(dat, strlen(text));
	parts_bytes(&dat->parts, text, strlen(text));
}

static void put_option(struct datout *dat, uint16_t id, const char *text)
{
	put_16(dat, id);
	put_32(dat, (uint32_t)strlen(text) + 1);
	put_name(dat, text);
}

static void put_magic(struct datout *dat, const struct depot *depot)
{
	uint8_t order = __BYTE_ORDER == __BIG_ENDIAN, size = sizeof(long);

	parts_bytes(&dat->parts, "\x17\x08\x44tracing6", 12);
	parts_bytes(&dat->parts, &order, 1);
	parts_bytes(&dat->parts, &size, 1);
	put_32(dat, depot->layout.size);
}

static void put_events(struct datout *dat, const struct datout_config *c)
{
	uint32_t nr_systems = 0, nr;

	for (unsigned int i = 0; i < c->nr_events; i++)
		nr_systems += !i || strcmp(c->events[i].system, c->events[i - 1].system);
	put_32(dat, nr_systems);
	for (unsigned int i = 0; i < c->nr_events; i += nr) {
		const struct datout_event *event = &c->events[i];

		for (nr = 1; i + nr < c->nr_events && !strcmp(event[nr].system, event->system);)
			nr++;
		put_name(dat, event->system);
		put_32(dat, nr);
		for (unsigned int n = 0; n < nr; n++)
			put_text(dat, event[n].text);
	}
}

static void put_stats(struct datout *dat, const struct datout_config *c)
{
	struct buf text = {0};

	for (unsigned int i = 0; i < c->nr_cpus; i++) {
		if (c->cpus[i].which || !c->cpus[i].stats)
			continue;
		buf_reset(&text);
		buf_printf(&text, "CPU: %u\n%s", c->cpus[i].cpu, c->cpus[i].stats);
		put_option(dat, OPTION_CPUSTAT, text.data);
	}
	buf_done(&text);
}

static void put_trail(struct datout *dat, const struct datout_config *c)
{
	uint64_t from = 0;

	put_16(dat, c->option);
	put_32(dat, (uint32_t)c->first->len);
	parts_bytes(&dat->parts, c->first->data, c->first->len);
	for (unsigned int i = 0; i < c->nr_ends; i++) {
		put_16(dat, c->option);
		put_32(dat, (uint32_t)(c->ends[i] - from));
		parts_stream(&dat->parts, c->trail, from, c->ends[i] - from);
		from = c->ends[i];
	}
}

/* The table of a buffer's CPUs; what it says is set once it is known. */
static void put_table(struct datout *dat, unsigned int which, const char *clock)
{
	struct buf text = {0};

	parts_bytes(&dat->parts, "flyrecord", 10);
	for (unsigned int i = 0; i < dat->nr_cpus; i++) {
		size_t at = put_64(dat, 0);

		put_64(dat, 0);
		dat->tables[which * dat->nr_cpus + i] = (struct datout_table){at, NO_PART};
	}
	buf_printf(&text, "[%s]", clock);
	put_text(dat, text.data);
	buf_done(&text);
}

static void put_pages(
	struct datout *dat, struct depot *depot, const struct datout_config *c, unsigned int which)
{
	for (unsigned int i = 0; i < c->nr_cpus; i++) {
		const struct datout_cpu *cpu = &c->cpus[i];
		struct datout_table *row = &dat->tables[cpu->which * dat->nr_cpus + cpu->cpu];
		uint64_t len = depot_len(depot, cpu->stream);

		if (cpu->which != which)
			continue;
		/* of an empty one too: a place in the file */
		parts_align(&dat->parts, dat->page_size);
		row->part = parts_stream(&dat->parts, cpu->stream, 0, len);
		set_64(dat, row->text, parts_at(&dat->parts, row->part));
		set_64(dat, row->text + 8, len);
	}
}

static void put_names(struct datout *dat, struct depot *depot, unsigned int stream)
{
	uint64_t len = depot_len(depot, stream);

	put_64(dat, len);
	parts_stream(&dat->parts, stream, 0, len);
}

void datout_make(struct datout *dat, struct depot *depot, int fd, const struct datout_config *c)
{
	size_t buffer;

	*dat = (struct datout){.page_size = depot->layout.size};
	for (unsigned int i = 0; i < c->nr_cpus; i++)
		if (c->cpus[i].cpu >= dat->nr_cpus)
			dat->nr_cpus = c->cpus[i].cpu + 1;
	dat->tables = mem_new((size_t)TABLES * dat->nr_cpus, sizeof(*dat->tables));
	parts_init(&dat->parts, depot, fd);
	put_magic(dat, depot);
	put_name(dat, "header_page");
	put_text(dat, c->header_page);
	put_name(dat, "header_event");
	put_text(dat, c->header_event);
	put_32(dat, 0);
	put_events(dat, c);
	put_32(dat, 0);
	put_32(dat, 0);
	put_names(dat, depot, c->names);
	put_32(dat, dat->nr_cpus);
	parts_bytes(&dat->parts, "options  ", 10);
	put_option(dat, OPTION_VERSION, c->version);
	put_option(dat, OPTION_UNAME, c->uname);
	put_16(dat, OPTION_CLOCK);
	put_32(dat, 0);
	put_stats(dat, c);
	put_16(dat, OPTION_BUFFER);
	put_32(dat, (uint32_t)strlen(c->side) + 9);
	buffer = put_64(dat, 0);
	put_name(dat, c->side);
	put_trail(dat, c);
	put_16(dat, 0);
	put_table(dat, 0, c->clock);
	set_64(dat, buffer, dat->parts.size);
	put_table(dat, 1, c->clock);
	/* where they do not all fit, calls without their processes say little */
	put_pages(dat, depot, c, 1);
	put_pages(dat, depot, c, 0);
}

int datout_write(struct datout *dat, size_t most)
{
	return parts_write(&dat->parts, most);
}

int datout_cut(struct datout *dat)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < TABLES * dat->nr_cpus; i++) {
		struct datout_table *row = &dat->tables[i];
		uint64_t len;
		int err;

		if (row->part == NO_PART)
			continue;
		if (row->part < end || !end)
			end = row->part;
		len = parts_written(&dat->parts, row->part);
		len -= len % dat->page_size;
		set_64(dat, row->text + 8, len);
		if (!len)
			set_64(dat, row->text, 0);
		err = parts_rewrite(&dat->parts, row->text, 2 * sizeof(uint64_t));
		if (err)
			return err;
	}
	/* all before the pages has to be there */
	if (dat->parts.next < end)
		return -ENOSPC;
	end = parts_at(&dat->parts, dat->parts.next) + dat->parts.done;
	return ftruncate(dat->parts.fd, (off_t)end) ? -errno : 0;
}

uint64_t datout_size(const struct datout *dat)
{
	return dat->parts.size;
}

void datout_done(struct datout *dat)
{
	parts_done(&dat->parts);
	free(dat->tables);
	*dat = (struct datout){0};
}
