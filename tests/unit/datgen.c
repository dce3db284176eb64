/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datgen.h"
#include "base/mem.h"
#include "pagegen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COMMON                                                                                     \
	"format:\n"                                                                                \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"             \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

enum {
	ENTER = 700,
	EXIT,
	NEW = 100,
	EXEC,
	END
};

static void put(const struct datgen *gen, struct buf *out, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++)
		buf_putc(out, (char)(value >> 8 * (gen->big_endian ? size - 1 - i : i)));
}

static void put_text(const struct datgen *gen, struct buf *out, const char *text)
{
	put(gen, out, 8, strlen(text));
	buf_puts(out, text);
}

static void put_option(
	const struct datgen *gen, struct buf *out, unsigned int id, const void *data, size_t len)
{
	put(gen, out, 2, id);
	put(gen, out, 4, len);
	buf_add(out, data, len);
}

/* A field of a long at the nth place behind the head. */
static void field(const struct datgen *gen, struct buf *text, const char *name, unsigned int nth)
{
	buf_printf(text, "\tfield:unsigned long %s;\toffset:%u;\tsize:%u;\tsigned:0;\n", name,
		8 + nth * gen->long_size, gen->long_size);
}

static void put_calls(const struct datgen *gen, struct buf *out)
{
	struct buf text = {0};

	buf_puts(out, "syscalls");
	put(gen, out, 1, 0);
	put(gen, out, 4, 2);
	buf_printf(&text, "name: sys_enter_mprotect\nID: %d\n" COMMON, ENTER);
	field(gen, &text, "start", 1);
	field(gen, &text, "len", 2);
	field(gen, &text, "prot", 3);
	put_text(gen, out, text.data);
	buf_reset(&text);
	buf_printf(&text, "name: sys_exit_mprotect\nID: %d\n" COMMON, EXIT);
	field(gen, &text, "ret", 1);
	put_text(gen, out, text.data);
	buf_done(&text);
}

static void put_tasks(const struct datgen *gen, struct buf *out)
{
	struct buf text = {0};

	buf_puts(out, "sched");
	put(gen, out, 1, 0);
	put(gen, out, 4, 2);
	buf_printf(&text,
		"name: sched_process_exec\nID: %d\n" COMMON
		"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"
		"\tfield:pid_t old_pid;\toffset:12;\tsize:4;\tsigned:1;\n",
		EXEC);
	put_text(gen, out, text.data);
	buf_reset(&text);
	buf_printf(&text,
		"name: sched_process_exit\nID: %d\n" COMMON
		"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n",
		END);
	put_text(gen, out, text.data);
	buf_reset(&text);
	buf_puts(out, "task");
	put(gen, out, 1, 0);
	put(gen, out, 4, 1);
	buf_printf(&text,
		"name: task_newtask\nID: %d\n" COMMON
		"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"
		"\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;\n"
		"\tfield:unsigned long clone_flags;\toffset:32;\tsize:%u;\tsigned:0;\n",
		NEW, gen->long_size);
	put_text(gen, out, text.data);
	buf_done(&text);
}

static void put_head(const struct datgen *gen, struct buf *out)
{
	struct page_layout layout = pagegen_layout(gen->long_size, gen->big_endian, gen->page_size);
	char page[400];

	buf_add(out, "\x17\x08\x44tracing", 10);
	buf_add(out, "6", 2);
	put(gen, out, 1, gen->big_endian);
	put(gen, out, 1, gen->long_size);
	put(gen, out, 4, 4096);
	snprintf(page, sizeof(page),
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:%u;\tsigned:1;\n"
		"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		"\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:0;\n",
		gen->long_size, layout.header_len, layout.size - layout.header_len);
	buf_add(out, "header_page", 12);
	put_text(gen, out, page);
	buf_add(out, "header_event", 13);
	put_text(gen, out, "# compressed entry header\n");
	put(gen, out, 4, 1);
	put_text(gen, out, "name: function\nID: 1\n" COMMON);
	put(gen, out, 4, 3);
	put_calls(gen, out);
	put_tasks(gen, out);
	put(gen, out, 4, 3);
	buf_add(out, "sym", 3);
	put(gen, out, 4, 0);
	put_text(gen, out, "99 parent\n100 child\n");
}

/* A record that the kernel would write; its words behind the head. */
static void record(const struct datgen *gen, struct buf *out, unsigned int id, uint32_t tid)
{
	buf_reset(out);
	put(gen, out, 2, id);
	put(gen, out, 2, 0);
	put(gen, out, 4, tid);
}

/* Pages of a CPU, one after the other. */
struct pages {
	struct pagegen gen;
	struct page_layout layout;
	uint8_t *page;
	uint64_t ts;
	struct buf out;
};

static void close_page(struct pages *p)
{
	if (!p->ts)
		return;
	pagegen_end(&p->gen, 0);
	buf_add(&p->out, p->page, p->layout.size);
	p->ts = 0;
}

static void add(struct pages *p, uint64_t ts, const struct buf *data)
{
	if (p->ts && ts - p->ts > PAGEGEN_DELTA_MAX && pagegen_extend(&p->gen, ts - p->ts))
		p->ts = ts;
	if (p->ts &&
		pagegen_data(&p->gen, (uint32_t)(ts - p->ts), data->data, (uint32_t)data->len)) {
		p->ts = ts;
		return;
	}
	close_page(p);
	pagegen_begin(&p->gen, &p->layout, p->page, ts);
	pagegen_data(&p->gen, 0, data->data, (uint32_t)data->len);
	p->ts = ts;
}

static void begin(const struct datgen *gen, struct pages *p)
{
	*p = (struct pages){
		.layout = pagegen_layout(gen->long_size, gen->big_endian, gen->page_size)};
	p->page = mem_new(1, gen->page_size);
}

static void make_calls(const struct datgen *gen, struct pages *p)
{
	struct buf data = {0};

	for (unsigned int i = 0; i < (gen->calls ? gen->calls : DATGEN_CALLS); i++) {
		uint64_t step_ns = gen->step_ns ? gen->step_ns : DATGEN_STEP;
		uint64_t ts = DATGEN_BEGIN + 2 * (uint64_t)DATGEN_STEP + i * step_ns;
		uint32_t pid = DATGEN_PID + (gen->pids ? i % gen->pids : 0);

		record(gen, &data, ENTER, pid);
		put(gen, &data, gen->long_size, 10);
		put(gen, &data, gen->long_size, DATGEN_ADDR(i));
		put(gen, &data, gen->long_size, 0x1000);
		put(gen, &data, gen->long_size, i % 3 ? 1 : 5);
		add(p, ts, &data);
		record(gen, &data, EXIT, pid);
		put(gen, &data, gen->long_size, 10);
		put(gen, &data, gen->long_size, i % 10 ? 0 : (uint64_t)-12);
		add(p, ts + DATGEN_TAKES, &data);
	}
	close_page(p);
	buf_done(&data);
}

static void make_born(const struct datgen *gen, struct pages *p)
{
	struct buf data = {0};

	for (unsigned int i = 0; i < (gen->pids && !gen->strangers ? gen->pids : 1); i++) {
		char comm[16] = "parent";

		if (i)
			snprintf(comm, sizeof(comm), "p-%u", i);
		record(gen, &data, NEW, 99);
		put(gen, &data, 4, DATGEN_PID + i);
		buf_add(&data, comm, sizeof(comm));
		put(gen, &data, 4, 0);
		put(gen, &data, gen->long_size, 0x11);
		add(p, DATGEN_BEGIN + i, &data);
	}
	close_page(p);
	buf_done(&data);
}

static void make_ends(const struct datgen *gen, struct pages *p)
{
	struct buf data = {0};

	record(gen, &data, EXEC, DATGEN_PID);
	put(gen, &data, 4, DATGEN_PID);
	put(gen, &data, 4, DATGEN_PID);
	add(p, DATGEN_BEGIN + DATGEN_STEP, &data);
	record(gen, &data, END, DATGEN_PID);
	put(gen, &data, 4, DATGEN_PID);
	add(p, DATGEN_BEGIN + (DATGEN_CALLS + 2) * (uint64_t)DATGEN_STEP, &data);
	close_page(p);
	buf_done(&data);
}

static size_t padded(size_t len)
{
	return (len + 4095) / 4096 * 4096;
}

static void put_options(const struct datgen *gen, struct buf *out, size_t *side_at)
{
	char stat[100];

	buf_add(out, "options  ", 10);
	put_option(gen, out, 4, "local [mono] boot", 18);
	put_option(gen, out, 5, "Linux elsewhere 6.1.0 s390x", 28);
	put_option(gen, out, 0x7777, "of somebody else", 16);
	snprintf(stat, sizeof(stat), "CPU: 0\nentries: 0\noverrun: %llu\ncommit overrun: 0\n",
		(unsigned long long)gen->lost);
	put_option(gen, out, 2, stat, strlen(stat) + 1);
	if (gen->trail)
		put_option(gen, out, 0x6d70, gen->trail, gen->trail_len);
	if (gen->side) {
		put(gen, out, 2, 3);
		put(gen, out, 4, 8 + strlen(gen->side) + 1);
		*side_at = out->len;
		put(gen, out, 8, 0);
		buf_add(out, gen->side, strlen(gen->side) + 1);
	}
	put(gen, out, 2, 0);
}

static void patch(const struct datgen *gen, struct buf *out, size_t at, uint64_t value)
{
	struct buf word = {0};

	put(gen, &word, 8, value);
	memcpy(out->data + at, word.data, 8);
	buf_done(&word);
}

/* The table of a buffer, its data padded to pages of the file. */
static void put_buffer(const struct datgen *gen, struct buf *out, struct pages cpus[2])
{
	size_t tables;

	buf_add(out, "flyrecord", 10);
	tables = out->len;
	for (int i = 0; i < 4; i++)
		put(gen, out, 8, 0);
	for (int i = 0; i < 2; i++) {
		while (out->len < padded(out->len))
			buf_putc(out, '\0');
		patch(gen, out, tables + 16 * (size_t)i, out->len);
		patch(gen, out, tables + 16 * (size_t)i + 8, cpus[i].out.len);
		if (cpus[i].out.len)
			buf_add(out, cpus[i].out.data, cpus[i].out.len);
	}
}

static void done(struct pages *p)
{
	buf_done(&p->out);
	free(p->page);
}

void datgen_make(const struct datgen *gen, struct buf *out)
{
	struct pages cpus[2], side[2];
	size_t side_at = 0;

	for (int i = 0; i < 2; i++) {
		begin(gen, &cpus[i]);
		begin(gen, &side[i]);
	}
	if (!gen->silent) {
		make_born(gen, &cpus[0]);
		make_calls(gen, &cpus[1]);
		make_ends(gen, &side[0]);
		if (gen->twice)
			make_calls(gen, &side[1]);
	}
	put_head(gen, out);
	put(gen, out, 4, 2);
	put_options(gen, out, &side_at);
	put_buffer(gen, out, cpus);
	if (gen->side) {
		patch(gen, out, side_at, out->len);
		put_buffer(gen, out, side);
	}
	for (int i = 0; i < 2; i++) {
		done(&cpus[i]);
		done(&side[i]);
	}
}

int datgen_fd(const void *data, size_t len)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	return fd;
}
