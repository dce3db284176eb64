/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "reader/otherdat.h"

#ifdef HAVE_TRACECMD

#include "base/buf.h"
#include "base/mem.h"
#include "reader/dat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trace-cmd.h>
#include <unistd.h>

#define PAGE      65536
#define HEADER    16
#define DATA_AT   (32ull << 20) /* what stands before the pages is shorter */
#define DELTA     (1u << 27)
#define SHORT     112 /* bytes of a record whose length stands in its head */
#define TIDS      4194304
#define OF_DAY_NS 1000000000000000000ULL /* no clock that began at a boot has come so far */

/* A CPU's pages, where they lie in the new file. */
struct place {
	uint64_t at, len;
};

struct copy {
	int to;
	bool big;
	uint64_t at; /* where the next page goes */
	struct tep_handle *tep;
	uint8_t *page;
	size_t used; /* of the page, the header not counted; 0: none is begun */
	uint64_t ts_ns, first_ns, lost;
	uint8_t *tids;     /* a bit each */
	unsigned int cpus; /* of each buffer; their places stand one buffer after the other */
	struct place *places;
	unsigned int nr_buffers; /* the first is the top one */
	char names[DAT_BUFFERS_MOST][64];
	int err;
};

static void put(const struct copy *c, uint8_t *to, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> 8 * (c->big ? size - 1 - i : i));
}

static void add(const struct copy *c, struct buf *out, unsigned int size, uint64_t value)
{
	uint8_t bytes[8];

	put(c, bytes, size, value);
	buf_add(out, bytes, size);
}

static void write_at(struct copy *c, const void *data, size_t len, uint64_t at)
{
	if (!c->err && pwrite(c->to, data, len, (off_t)at) != (ssize_t)len)
		c->err = errno ? -errno : -EIO;
}

static void end_page(struct copy *c)
{
	uint64_t commit = c->used;

	if (!c->used)
		return;
	if (c->lost && PAGE - HEADER - c->used >= 8) {
		put(c, c->page + HEADER + c->used, 8, c->lost);
		commit |= 1u << 30;
	}
	if (c->lost)
		commit |= 1u << 31;
	put(c, c->page + 8, 8, commit);
	write_at(c, c->page, PAGE, c->at);
	c->at += PAGE;
	c->used = 0;
	c->lost = 0;
}

static void add_head(struct copy *c, unsigned int type, uint64_t delta)
{
	delta &= DELTA - 1;
	put(c, c->page + HEADER + c->used, 4,
		c->big ? (uint64_t)type << 27 | delta : delta << 5 | type);
	c->used += 4;
}

static void add_word(struct copy *c, uint64_t word)
{
	put(c, c->page + HEADER + c->used, 4, word);
	c->used += 4;
}

static void add_record(struct copy *c, const struct tep_record *record)
{
	size_t len = ((size_t)record->size + 3) & ~(size_t)3;
	uint64_t delta;

	if (record->size <= 0 || len > PAGE / 2)
		return;
	if (record->missed_events || c->used + len + 16 > PAGE - HEADER || record->ts < c->ts_ns)
		end_page(c);
	if (!c->used) {
		memset(c->page, 0, PAGE);
		put(c, c->page, 8, record->ts);
		c->ts_ns = record->ts;
		if (record->missed_events)
			c->lost = record->missed_events > 0 ? (uint64_t)record->missed_events : 1;
	}
	delta = record->ts - c->ts_ns;
	if (delta >= DELTA) {
		add_head(c, 30, delta);
		add_word(c, delta >> 27);
		delta = 0;
	}
	add_head(c, len > SHORT ? 0 : (unsigned int)(len / 4), delta);
	if (len > SHORT)
		add_word(c, len + 4);
	memcpy(c->page + HEADER + c->used, record->data, (size_t)record->size);
	c->used += len;
	c->ts_ns = record->ts;
}

static struct place copy_cpu(struct copy *c, struct tracecmd_input *input, int cpu)
{
	struct place place = {.at = c->at};
	struct tep_record *record;

	c->ts_ns = 0;
	while (!c->err && (record = tracecmd_read_data(input, cpu))) {
		int tid = tep_data_pid(c->tep, record);

		if (tid >= 0 && tid < TIDS)
			c->tids[tid / 8] |= (uint8_t)(1 << tid % 8);
		if (record->ts < c->first_ns)
			c->first_ns = record->ts;
		add_record(c, record);
		tracecmd_free_record(record);
	}
	end_page(c);
	place.len = c->at - place.at;
	return place;
}

static void add_field(struct buf *text, const struct tep_format_field *f)
{
	buf_printf(text, "\tfield:%s %.48s%s;\toffset:%d;\tsize:%d;\tsigned:0;\n", "int", f->name,
		f->flags & TEP_FIELD_IS_ARRAY ? "[]" : "", f->offset, f->size);
}

/* "name: …", as the kernel writes it, of what the library made of it. */
static void add_event(const struct copy *c, struct buf *out, const struct tep_event *e)
{
	struct buf text = {0};

	buf_printf(&text, "name: %.60s\nID: %d\nformat:\n", e->name, e->id);
	for (struct tep_format_field *f = e->format.common_fields; f; f = f->next)
		add_field(&text, f);
	for (struct tep_format_field *f = e->format.fields; f; f = f->next)
		add_field(&text, f);
	buf_printf(out, "%.60s", e->system);
	add(c, out, 1, 0);
	add(c, out, 4, 1);
	add(c, out, 8, text.len);
	buf_add(out, text.data, text.len);
	buf_done(&text);
}

static bool is_wanted(const struct tep_event *e)
{
	return !strcmp(e->system, "syscalls") || !strcmp(e->system, "task") ||
	       !strcmp(e->system, "sched") || !strncmp(e->system, "mprottop_", 9);
}

static void add_events(const struct copy *c, struct buf *out)
{
	struct tep_event **list = tep_list_events(c->tep, TEP_EVENT_SORT_ID);
	uint32_t nr = 0;

	for (int i = 0; list && list[i] && i < DAT_EVENTS_MOST; i++)
		nr += is_wanted(list[i]);
	add(c, out, 4, nr);
	for (int i = 0; list && list[i] && i < DAT_EVENTS_MOST; i++)
		if (is_wanted(list[i]))
			add_event(c, out, list[i]);
}

static void add_text(const struct copy *c, struct buf *out, const char *text)
{
	add(c, out, 8, strlen(text));
	buf_puts(out, text);
}

static void add_names(const struct copy *c, struct buf *out)
{
	struct buf names = {0};

	for (int tid = 1; tid < TIDS; tid++) {
		const char *comm = NULL;

		if (c->tids[tid / 8] & 1 << tid % 8)
			comm = tep_data_comm_from_pid(c->tep, tid);
		if (comm)
			buf_printf(&names, "%d %.15s\n", tid, comm);
	}
	add(c, out, 8, names.len);
	if (names.len)
		buf_add(out, names.data, names.len);
	buf_done(&names);
}

/* The buffers but the first; where each begins is not known yet, the place of that is in at. */
static void add_buffers(const struct copy *c, struct buf *out, size_t at[DAT_BUFFERS_MOST])
{
	for (unsigned int i = 1; i < c->nr_buffers; i++) {
		add(c, out, 2, 3);
		add(c, out, 4, 8 + strlen(c->names[i]) + 1);
		at[i] = out->len;
		add(c, out, 8, 0);
		buf_add(out, c->names[i], strlen(c->names[i]) + 1);
	}
}

static void add_options(const struct copy *c, struct buf *out, size_t at[DAT_BUFFERS_MOST])
{
	buf_add(out, "options  ", 10);
	if (c->first_ns != UINT64_MAX && c->first_ns > OF_DAY_NS) {
		add(c, out, 2, 1);
		add(c, out, 4, 4);
		buf_add(out, "0x0", 4);
	}
	add_buffers(c, out, at);
	add(c, out, 2, 0);
}

/* All before the pages. */
static void add_start(const struct copy *c, struct buf *out)
{
	static const char pages[] = "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
				    "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
				    "\tfield: char data;\toffset:16;\tsize:65520;\tsigned:0;\n";
	size_t at[DAT_BUFFERS_MOST];

	buf_add(out, "\x17\x08\x44tracing6", 12);
	add(c, out, 1, c->big);
	add(c, out, 1, tep_get_long_size(c->tep) == 4 ? 4 : 8);
	add(c, out, 4, 4096);
	buf_add(out, "header_page", 12);
	add_text(c, out, pages);
	buf_add(out, "header_event", 13);
	add_text(c, out, "");
	add(c, out, 4, 0);
	add_events(c, out);
	add(c, out, 4, 0);
	add(c, out, 4, 0);
	add_names(c, out);
	add(c, out, 4, c->cpus);
	add_options(c, out, at);
	for (unsigned int i = 0; i < c->nr_buffers; i++) {
		if (i)
			put(c, (uint8_t *)out->data + at[i], 8, out->len);
		buf_add(out, "flyrecord", 10);
		for (unsigned int cpu = 0; cpu < c->cpus; cpu++) {
			add(c, out, 8, c->places[i * c->cpus + cpu].at);
			add(c, out, 8, c->places[i * c->cpus + cpu].len);
		}
	}
}

/* The top buffer, then the instances. */
static void copy_all(struct copy *c, struct tracecmd_input *input)
{
	int cpus = tep_get_cpus(c->tep), nr = tracecmd_buffer_instances(input);

	if (cpus < 1 || cpus > DAT_CPUS_MOST || nr >= DAT_BUFFERS_MOST) {
		c->err = -E2BIG;
		return;
	}
	c->cpus = (unsigned int)cpus;
	c->places = mem_new((size_t)(nr + 1) * c->cpus, sizeof(*c->places));
	for (int i = -1; i < nr && !c->err; i++) {
		struct tracecmd_input *one =
			i < 0 ? input : tracecmd_buffer_instance_handle(input, i);
		const char *name = i < 0 ? "" : tracecmd_buffer_instance_name(input, i);
		struct place *places = c->places + (size_t)c->nr_buffers * c->cpus;

		for (int cpu = 0; one && cpu < cpus; cpu++)
			places[cpu] = copy_cpu(c, one, cpu);
		snprintf(c->names[c->nr_buffers++], sizeof(c->names[0]), "%s", name ? name : "");
		if (i >= 0 && one)
			tracecmd_close(one);
	}
}

bool otherdat_can(void)
{
	return true;
}

int otherdat_copy(int from, int to)
{
	struct tracecmd_input *input = tracecmd_open_fd(from, TRACECMD_FL_LOAD_NO_PLUGINS);
	struct copy *c = mem_new(1, sizeof(*c));
	struct buf start = {0};

	if (!input)
		return -EINVAL;
	c->to = to;
	c->at = DATA_AT;
	c->first_ns = UINT64_MAX;
	c->tep = tracecmd_get_tep(input);
	c->big = tep_is_file_bigendian(c->tep);
	c->page = mem_new(1, PAGE);
	c->tids = mem_new(1, TIDS / 8);
	copy_all(c, input);
	add_start(c, &start);
	if (start.len > DATA_AT)
		c->err = -EFBIG;
	write_at(c, start.data, start.len, 0);
	/* the process ends, and all memory with it */
	return c->err;
}

#else

#include <errno.h>

bool otherdat_can(void)
{
	return false;
}

int otherdat_copy(int from, int to)
{
	(void)from;
	(void)to;
	return -ENOSYS;
}

#endif
