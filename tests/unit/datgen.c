/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datgen.h"
#include "base/mem.h"
#include "datpart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct datpart part_of(const struct datgen *gen)
{
	return (struct datpart){.big_endian = gen->big_endian,
		.long_size = gen->long_size,
		.page_size = gen->page_size};
}

static void make_calls(const struct datgen *gen, struct datpart_pages *p)
{
	const struct datpart part = part_of(gen);
	struct buf data = {0};

	for (unsigned int i = 0; i < (gen->calls ? gen->calls : DATGEN_CALLS); i++) {
		uint64_t step_ns = gen->step_ns ? gen->step_ns : DATGEN_STEP;
		uint64_t ts = DATGEN_BEGIN + 2 * (uint64_t)DATGEN_STEP + i * step_ns;
		uint32_t pid = DATGEN_PID + (gen->pids ? i % gen->pids : 0);

		datpart_record(&part, &data, DATPART_ENTER, pid);
		datpart_number(&part, &data, gen->long_size, 10);
		datpart_number(&part, &data, gen->long_size, DATGEN_ADDR(i));
		datpart_number(&part, &data, gen->long_size, 0x1000);
		datpart_number(&part, &data, gen->long_size, i % 3 ? 1 : 5);
		datpart_add(p, ts, &data);
		datpart_record(&part, &data, DATPART_EXIT, pid);
		datpart_number(&part, &data, gen->long_size, 10);
		datpart_number(&part, &data, gen->long_size, i % 10 ? 0 : (uint64_t)-12);
		datpart_add(p, ts + DATGEN_TAKES, &data);
	}
	datpart_close(p);
	buf_done(&data);
}

static void make_born(const struct datgen *gen, struct datpart_pages *p)
{
	const struct datpart part = part_of(gen);
	struct buf data = {0};

	for (unsigned int i = 0; i < (gen->pids && !gen->strangers ? gen->pids : 1); i++) {
		char comm[16] = "parent";

		if (i)
			snprintf(comm, sizeof(comm), "p-%u", i);
		datpart_record(&part, &data, DATPART_NEW, 99);
		datpart_number(&part, &data, 4, DATGEN_PID + i);
		buf_add(&data, comm, sizeof(comm));
		datpart_number(&part, &data, 4, 0);
		datpart_number(&part, &data, gen->long_size, 0x11);
		datpart_add(p, DATGEN_BEGIN + i, &data);
	}
	datpart_close(p);
	buf_done(&data);
}

static void make_ends(const struct datgen *gen, struct datpart_pages *p)
{
	const struct datpart part = part_of(gen);
	struct buf data = {0};

	datpart_record(&part, &data, DATPART_EXEC, DATGEN_PID);
	datpart_number(&part, &data, 4, DATGEN_PID);
	datpart_number(&part, &data, 4, DATGEN_PID);
	datpart_add(p, DATGEN_BEGIN + DATGEN_STEP, &data);
	datpart_record(&part, &data, DATPART_END, DATGEN_PID);
	datpart_number(&part, &data, 4, DATGEN_PID);
	datpart_add(p, DATGEN_BEGIN + (DATGEN_CALLS + 2) * (uint64_t)DATGEN_STEP, &data);
	datpart_close(p);
	buf_done(&data);
}

static size_t padded(size_t len)
{
	return (len + 4095) / 4096 * 4096;
}

static void put_options(const struct datgen *gen, struct buf *out, size_t *side_at)
{
	const struct datpart part = part_of(gen);
	char stat[100];

	buf_add(out, "options  ", 10);
	datpart_option(&part, out, 4, "local [mono] boot", 18);
	datpart_option(&part, out, 5, "Linux elsewhere 6.1.0 s390x", 28);
	datpart_option(&part, out, 0x7777, "of somebody else", 16);
	snprintf(stat, sizeof(stat), "CPU: 0\nentries: 0\noverrun: %llu\ncommit overrun: 0\n",
		(unsigned long long)gen->lost);
	datpart_option(&part, out, 2, stat, strlen(stat) + 1);
	if (gen->trail)
		datpart_option(&part, out, 0x6d70, gen->trail, gen->trail_len);
	if (gen->side) {
		datpart_number(&part, out, 2, 3);
		datpart_number(&part, out, 4, 8 + strlen(gen->side) + 1);
		*side_at = out->len;
		datpart_number(&part, out, 8, 0);
		buf_add(out, gen->side, strlen(gen->side) + 1);
	}
	datpart_number(&part, out, 2, 0);
}

/* The table of a buffer, its data padded to pages of the file. */
static void put_buffer(const struct datgen *gen, struct buf *out, struct datpart_pages cpus[2])
{
	const struct datpart part = part_of(gen);
	size_t tables;

	buf_add(out, "flyrecord", 10);
	tables = out->len;
	for (int i = 0; i < 4; i++)
		datpart_number(&part, out, 8, 0);
	for (int i = 0; i < 2; i++) {
		while (out->len < padded(out->len))
			buf_putc(out, '\0');
		datpart_patch(&part, out, tables + 16 * (size_t)i, out->len);
		datpart_patch(&part, out, tables + 16 * (size_t)i + 8, cpus[i].out.len);
		if (cpus[i].out.len)
			buf_add(out, cpus[i].out.data, cpus[i].out.len);
	}
}

void datgen_make(const struct datgen *gen, struct buf *out)
{
	const struct datpart part = part_of(gen);
	struct datpart_pages cpus[2], side[2];
	size_t side_at = 0;

	for (int i = 0; i < 2; i++) {
		datpart_begin(&part, &cpus[i]);
		datpart_begin(&part, &side[i]);
	}
	if (!gen->silent) {
		make_born(gen, &cpus[0]);
		make_calls(gen, &cpus[1]);
		make_ends(gen, &side[0]);
		if (gen->twice)
			make_calls(gen, &side[1]);
	}
	datpart_head(&part, out);
	datpart_number(&part, out, 4, 2);
	put_options(gen, out, &side_at);
	put_buffer(gen, out, cpus);
	if (gen->side) {
		datpart_patch(&part, out, side_at, out->len);
		put_buffer(gen, out, side);
	}
	for (int i = 0; i < 2; i++) {
		datpart_done(&cpus[i]);
		datpart_done(&side[i]);
	}
}

int datgen_fd(const void *data, size_t len)
{
	int fd = memfd_create("recording", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	return fd;
}
