/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datpart.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIME_MOST ((1ull << 58) - 1) /* of a step or a stamp within a page */

#define COMMON                                                                                     \
	"format:\n"                                                                                \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"             \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"

void datpart_number(const struct datpart *dat, struct buf *out, unsigned int size, uint64_t value)
{
	for (unsigned int i = 0; i < size; i++)
		buf_putc(out, (char)(value >> 8 * (dat->big_endian ? size - 1 - i : i)));
}

void datpart_text(const struct datpart *dat, struct buf *out, const char *text)
{
	datpart_number(dat, out, 8, strlen(text));
	buf_puts(out, text);
}

void datpart_option(
	const struct datpart *dat, struct buf *out, unsigned int id, const void *data, size_t len)
{
	datpart_number(dat, out, 2, id);
	datpart_number(dat, out, 4, len);
	buf_add(out, data, len);
}

void datpart_patch(const struct datpart *dat, struct buf *out, size_t at, uint64_t value)
{
	struct buf word = {0};

	datpart_number(dat, &word, 8, value);
	memcpy(out->data + at, word.data, 8);
	buf_done(&word);
}

/* A field of a long at the nth place behind the head. */
static void field(const struct datpart *dat, struct buf *text, const char *name, unsigned int nth)
{
	buf_printf(text, "\tfield:unsigned long %s;\toffset:%u;\tsize:%u;\tsigned:0;\n", name,
		8 + nth * dat->long_size, dat->long_size);
}

static void put_calls(const struct datpart *dat, struct buf *out)
{
	struct buf text = {0};

	buf_puts(out, "syscalls");
	datpart_number(dat, out, 1, 0);
	datpart_number(dat, out, 4, !dat->no_enter + !dat->no_exit);
	buf_printf(&text, "name: sys_enter_mprotect\nID: %d\n" COMMON, DATPART_ENTER);
	field(dat, &text, "start", 1);
	field(dat, &text, "len", 2);
	field(dat, &text, "prot", 3);
	if (!dat->no_enter)
		datpart_text(dat, out, text.data);
	buf_reset(&text);
	buf_printf(&text, "name: sys_exit_mprotect\nID: %d\n" COMMON, DATPART_EXIT);
	field(dat, &text, "ret", 1);
	if (!dat->no_exit)
		datpart_text(dat, out, text.data);
	buf_done(&text);
}

static void put_tasks(const struct datpart *dat, struct buf *out)
{
	struct buf text = {0};

	buf_puts(out, "sched");
	datpart_number(dat, out, 1, 0);
	datpart_number(dat, out, 4, 2);
	buf_printf(&text,
		"name: sched_process_exec\nID: %d\n" COMMON
		"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"
		"\tfield:pid_t old_pid;\toffset:12;\tsize:4;\tsigned:1;\n",
		DATPART_EXEC);
	datpart_text(dat, out, text.data);
	buf_reset(&text);
	buf_printf(&text,
		"name: sched_process_exit\nID: %d\n" COMMON
		"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n",
		DATPART_END);
	datpart_text(dat, out, text.data);
	buf_reset(&text);
	buf_puts(out, "task");
	datpart_number(dat, out, 1, 0);
	datpart_number(dat, out, 4, 1);
	buf_printf(&text,
		"name: task_newtask\nID: %d\n" COMMON
		"\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"
		"\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;\n"
		"\tfield:unsigned long clone_flags;\toffset:32;\tsize:%u;\tsigned:0;\n",
		DATPART_NEW, dat->long_size);
	datpart_text(dat, out, text.data);
	buf_done(&text);
}

void datpart_head(const struct datpart *dat, struct buf *out)
{
	struct page_layout layout = pagegen_layout(dat->long_size, dat->big_endian, dat->page_size);
	char page[400];

	buf_add(out, "\x17\x08\x44tracing", 10);
	buf_add(out, "6", 2);
	datpart_number(dat, out, 1, dat->big_endian);
	datpart_number(dat, out, 1, dat->long_size);
	datpart_number(dat, out, 4, 4096);
	snprintf(page, sizeof(page),
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:%u;\tsigned:1;\n"
		"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		"\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:0;\n",
		dat->long_size, layout.header_len, layout.size - layout.header_len);
	buf_add(out, "header_page", 12);
	datpart_text(dat, out, page);
	buf_add(out, "header_event", 13);
	datpart_text(dat, out, "# compressed entry header\n");
	datpart_number(dat, out, 4, 1);
	datpart_text(dat, out, "name: function\nID: 1\n" COMMON);
	datpart_number(dat, out, 4, 3);
	put_calls(dat, out);
	put_tasks(dat, out);
	datpart_number(dat, out, 4, 3);
	buf_add(out, "sym", 3);
	datpart_number(dat, out, 4, 0);
	datpart_text(dat, out, "99 parent\n100 child\n");
}

void datpart_record(const struct datpart *dat, struct buf *out, unsigned int id, uint32_t tid)
{
	buf_reset(out);
	datpart_number(dat, out, 2, id);
	datpart_number(dat, out, 2, 0);
	datpart_number(dat, out, 4, tid);
}

void datpart_begin(const struct datpart *dat, struct datpart_pages *p)
{
	*p = (struct datpart_pages){
		.layout = pagegen_layout(dat->long_size, dat->big_endian, dat->page_size)};
	p->page = mem_new(1, dat->page_size);
}

void datpart_close(struct datpart_pages *p)
{
	if (!p->open)
		return;
	pagegen_end(&p->gen, 0);
	buf_add(&p->out, p->page, p->layout.size);
	p->open = false;
}

/* Brings the page that is open to a time; false: a new one must begin there. */
static bool step(struct datpart_pages *p, uint64_t ts)
{
	bool back = ts < p->ts;

	if (!p->open || (back ? p->ts : ts - p->ts) > TIME_MOST)
		return false;
	if (!back && ts - p->ts <= PAGEGEN_DELTA_MAX)
		return true;
	if (!(back ? pagegen_stamp(&p->gen, ts) : pagegen_extend(&p->gen, ts - p->ts)))
		return false;
	p->ts = ts;
	return true;
}

void datpart_add(struct datpart_pages *p, uint64_t ts, const struct buf *data)
{
	if (!step(p, ts) ||
		!pagegen_data(&p->gen, (uint32_t)(ts - p->ts), data->data, (uint32_t)data->len)) {
		datpart_close(p);
		pagegen_begin(&p->gen, &p->layout, p->page, ts);
		pagegen_data(&p->gen, 0, data->data, (uint32_t)data->len);
	}
	p->open = true;
	p->ts = ts;
}

void datpart_done(struct datpart_pages *p)
{
	buf_done(&p->out);
	free(p->page);
}
