/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "livegen.h"

#include "base/mem.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COMMON                                                                                     \
	"format:\n"                                                                                \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"                     \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"             \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
#define EXIT_ID    369
#define PIPE_BYTES (1 << 20)
#define ROUNDS     8

static const char call_format[] =
	"name: sys_enter_mprotect\nID: 705\n" COMMON
	"\tfield:unsigned long start;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:size_t len;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:unsigned long prot;\toffset:32;\tsize:8;\tsigned:0;\n\nprint fmt: \"\"\n";
static const char exit_format[] =
	"name: sched_process_exit\nID: 369\n" COMMON
	"\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
	"\tfield:pid_t pid;\toffset:24;\tsize:4;\tsigned:1;\n\nprint fmt: \"\"\n";

struct exit_record {
	uint16_t type;
	uint16_t flags;
	uint32_t pid;
	char comm[16];
	uint32_t task, prio;
};

void livegen_layout(struct livegen *gen, unsigned int which, unsigned int size)
{
	char text[512];

	gen->sizes[which] = size;
	snprintf(text, sizeof(text),
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		"\tfield: char data;\toffset:16;\tsize:%u;\tsigned:0;\n",
		size - 16);
	assert_int_equal(source_layout(gen->source, which, text, NULL), 0);
}

int livegen_open(void **state)
{
	struct livegen *gen = mem_new(1, sizeof(*gen));
	const bool big = __BYTE_ORDER == __BIG_ENDIAN;

	gen->decoder = decoder_new(big);
	assert_int_equal(
		decoder_add(gen->decoder, "sys_enter_mprotect", "call", 0, call_format, NULL),
		LIVEGEN_CALL_ID);
	assert_int_equal(
		decoder_add(gen->decoder, "sched_process_exit", "exit", 0, exit_format, NULL),
		EXIT_ID);
	gen->source = source_new(gen->decoder, LIVEGEN_BUFFER);
	gen->got = mem_new(LIVEGEN_MAX, sizeof(*gen->got));
	livegen_layout(gen, SOURCE_COUNTED, LIVEGEN_PAGE);
	livegen_layout(gen, SOURCE_SIDE, LIVEGEN_PAGE);
	for (unsigned int i = 0; i < 2 * LIVEGEN_CPUS; i++)
		gen->cpus[i / LIVEGEN_CPUS][i % LIVEGEN_CPUS].raw = -1;
	*state = gen;
	return 0;
}

int livegen_close(void **state)
{
	struct livegen *gen = *state;

	source_free(gen->source);
	decoder_free(gen->decoder);
	for (unsigned int i = 0; i < 2 * LIVEGEN_CPUS; i++) {
		struct livegen_cpu *c = &gen->cpus[i / LIVEGEN_CPUS][i % LIVEGEN_CPUS];

		if (c->raw >= 0)
			close(c->raw);
		if (c->stats)
			fclose(c->stats);
		free(c->page);
	}
	free(gen->got);
	free(gen);
	return 0;
}

void livegen_stats(struct livegen *gen, unsigned int which, unsigned int cpu, const char *stats)
{
	FILE *f = gen->cpus[which][cpu].stats;

	assert_int_equal(ftruncate(fileno(f), 0), 0);
	rewind(f);
	fputs(stats, f);
	assert_int_equal(fflush(f), 0);
}

void livegen_cpu(struct livegen *gen, unsigned int which, unsigned int cpu, const char *stats)
{
	struct livegen_cpu *c = &gen->cpus[which][cpu];
	int pair[2], fd;

	assert_int_equal(pipe2(pair, O_NONBLOCK | O_CLOEXEC), 0);
	assert_true(fcntl(pair[1], F_SETPIPE_SZ, PIPE_BYTES) >= PIPE_BYTES);
	c->raw = pair[1];
	c->page = mem_new(1, gen->sizes[which]);
	c->stats = tmpfile();
	assert_non_null(c->stats);
	livegen_stats(gen, which, cpu, stats);
	fd = fcntl(fileno(c->stats), F_DUPFD_CLOEXEC, 0);
	assert_true(fd >= 0);
	source_cpu(gen->source, which, cpu, pair[0], fd);
}

void livegen_begin(struct livegen *gen, unsigned int which, unsigned int cpu, uint64_t ts)
{
	struct livegen_cpu *c = &gen->cpus[which][cpu];
	struct page_layout layout =
		pagegen_layout(8, __BYTE_ORDER == __BIG_ENDIAN, gen->sizes[which]);

	pagegen_begin(&c->gen, &layout, c->page, ts);
	c->ts = ts;
	c->begun = true;
}

void livegen_bytes(struct livegen *gen, unsigned int which, unsigned int cpu, size_t len)
{
	struct livegen_cpu *c = &gen->cpus[which][cpu];

	assert_int_equal(write(c->raw, c->page, len), len);
	c->begun = false;
}

void livegen_end(struct livegen *gen, unsigned int which, unsigned int cpu, uint64_t lost)
{
	pagegen_end(&gen->cpus[which][cpu].gen, lost);
	livegen_bytes(gen, which, cpu, gen->sizes[which]);
}

void livegen_put(
	struct livegen *gen, unsigned int which, unsigned int cpu, uint64_t ts, uint32_t pid)
{
	const struct livegen_call call = {LIVEGEN_CALL_ID, 0, pid, 0, LIVEGEN_ADDR + pid, 4096, 5};
	const struct exit_record bye = {EXIT_ID, 0, 1, "x", pid, 0};
	const void *data = which == SOURCE_SIDE ? (const void *)&bye : &call;
	uint32_t len = which == SOURCE_SIDE ? sizeof(bye) : sizeof(call);
	struct livegen_cpu *c = &gen->cpus[which][cpu];

	for (int tries = 0; tries < 2; tries++) {
		if (!c->begun)
			livegen_begin(gen, which, cpu, ts);
		if (pagegen_data(&c->gen, (uint32_t)(ts - c->ts), data, len)) {
			c->ts = ts;
			return;
		}
		livegen_end(gen, which, cpu, 0);
	}
	fail();
}

void livegen_page(struct livegen *gen, unsigned int which, unsigned int cpu, uint64_t ts,
	uint32_t pid, uint64_t lost)
{
	livegen_begin(gen, which, cpu, ts);
	livegen_put(gen, which, cpu, ts, pid);
	livegen_end(gen, which, cpu, lost);
}

static void collect(const struct event *event, void *arg)
{
	struct livegen *gen = arg;

	assert_true(gen->nr_got < LIVEGEN_MAX);
	gen->got[gen->nr_got++] = *event;
}

bool livegen_drain(struct livegen *gen, bool final)
{
	return source_drain(gen->source, final, collect, gen);
}

void livegen_drain_often(struct livegen *gen)
{
	for (unsigned int i = 0; i < ROUNDS; i++)
		livegen_drain(gen, false);
}
