/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings made to be expensive, of some MiB each: the program replays them, or tells where they
 * are damaged, in memory and time that are bounded by their size.
 */
#include "base/mem.h"
#include "model/trail.h"
#include "trailedit.h"
#include "trailgen.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FILE_SIZE (2u << 20)
#define PAGE      (1u << 20)
#define CPU_S     20
#ifdef __SANITIZE_ADDRESS__
#define MEMORY_KB (1024 * 1024) /* what was freed is kept for a while */
#else
#define MEMORY_KB (96 * 1024)
#endif

static char path[64], told[4096];

/* A recording with 2 CPUs and a trail. */
static void make(unsigned int page_size, struct buf *out)
{
	struct datgen gen = {.long_size = 8, .page_size = page_size, .side = "side"};
	struct buf trail = {0};

	trailgen_make(&gen, &trail);
	gen.trail = trail.data;
	gen.trail_len = trail.len;
	datgen_make(&gen, out);
	buf_done(&trail);
}

static void save(const struct buf *file)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(file->data, 1, file->len, f), file->len);
	assert_int_equal(fclose(f), 0);
}

static void child(const char *option)
{
	const char *program = getenv("MPROTTOP");
	struct rlimit cpu = {CPU_S, CPU_S}, memory = {8ull * MEMORY_KB * 1024, RLIM_INFINITY};
	int fd = open(path, O_RDONLY), null = open("/dev/null", O_WRONLY);

	(void)fd;
	setrlimit(RLIMIT_CPU, &cpu);
#ifndef __SANITIZE_ADDRESS__
	setrlimit(RLIMIT_AS, &memory);
#else
	(void)memory;
#endif
	dup2(null, STDOUT_FILENO);
	execl(program ? program : "./mprottop", "mprottop", "-r", path, "-f", "json", option,
		(char *)NULL);
	_exit(127);
}

/* The status of a run of all its processes; what it says on stderr is in told. */
static int run(const char *option)
{
	struct rusage usage;
	int status, pipes[2];
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		child(option);
	}
	close(pipes[1]);
	while ((n = read(pipes[0], told + len, sizeof(told) - 1 - len)) > 0)
		len += (size_t)n;
	told[len] = '\0';
	close(pipes[0]);
	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	/* the largest of a process and those that it waited for */
	if (usage.ru_maxrss > MEMORY_KB)
		print_error("%ld kB: %s\n", usage.ru_maxrss, told);
	assert_true(usage.ru_maxrss <= MEMORY_KB);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Every way to look at it: a result, or a message with the file and the byte. */
static void look(void)
{
	static const char *const options[] = {"--events", "--audit", "--idle"};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		int status = run(options[i]);

		assert_true(status == 0 || status == 1);
		if (status)
			assert_true(strstr(told, "damaged") && strstr(told, path) &&
				    strstr(told, ", byte "));
	}
}

/* Adds records of FILE_SIZE bytes before the nth. */
static void fill(struct trailedit *edit, size_t n,
	void (*make_next)(size_t i, struct trail_record *record, struct buf *list))
{
	struct buf all = {0}, list = {0}, *parts;
	size_t nr = 0, most = FILE_SIZE / TRAIL_HEAD;

	parts = mem_new(most, sizeof(*parts));
	for (size_t sum = 0; sum < FILE_SIZE && nr < most; nr++) {
		struct trail_record record = {0};

		buf_reset(&list);
		make_next(nr, &record, &list);
		trail_add(&parts[nr], &record, false);
		sum += parts[nr].len;
	}
	for (size_t i = 0; i < edit->nr; i++) {
		for (size_t k = 0; i == n && k < nr; k++)
			buf_add(&all, parts[k].data, parts[k].len);
		buf_add(&all, edit->records[i].data, edit->records[i].len);
	}
	edit->nr = 0;
	trailedit_insert(edit, 0, (struct trailedit_record){(uint8_t *)all.data, all.len});
	buf_reset(&list);
	trailedit_make(edit, &list);
	save(&list);
	for (size_t k = 0; k < nr; k++)
		buf_done(&parts[k]);
	free(parts);
	buf_done(&all);
	buf_done(&list);
}

static void try_records(unsigned int page_size, uint16_t before,
	void (*make_next)(size_t i, struct trail_record *record, struct buf *list))
{
	struct trailedit edit;
	struct buf file = {0};
	size_t n = 0;

	make(page_size, &file);
	assert_true(trailedit_load(&edit, file.data, file.len));
	while (trailedit_kind(&edit, n) != before)
		n++;
	fill(&edit, n, make_next);
	look();
	trailedit_done(&edit);
	buf_done(&file);
}

static void same_cpu(size_t i, struct trail_record *record, struct buf *list)
{
	(void)i;
	(void)list;
	record->kind = TRAIL_STREAM;
}

/* A CPU that has pages, again and again: each would have pages of its own. */
static void test_same_cpu(void **state)
{
	(void)state;
	try_records(PAGE, TRAIL_EVENT, same_cpu);
	assert_non_null(strstr(told, "a CPU twice"));
}

/* Half of them streams, then pulls of nothing. */
static void other_cpus(size_t i, struct trail_record *record, struct buf *list)
{
	(void)list;
	record->kind = i < 16000 ? TRAIL_STREAM : TRAIL_PULL;
	if (i < 16000)
		record->u.stream.cpu = (uint32_t)i + 2;
	record->u.pull.list.data = i < 16000 ? record->u.pull.list.data : "";
	record->ts_ns = DATGEN_BEGIN;
}

static void test_empty_pulls(void **state)
{
	(void)state;
	try_records(4096, TRAIL_EVENT, other_cpus);
}

static void same_event(size_t i, struct trail_record *record, struct buf *list)
{
	(void)i;
	(void)list;
	*record = (struct trail_record){.kind = TRAIL_EVENT,
		.u.event = {0, 700, 0, trail_text("sys_enter_mprotect"), trail_text("syscalls"),
			trail_text("sys_enter_mprotect"), trail_text("place"), trail_text("call")}};
}

static void test_same_event(void **state)
{
	(void)state;
	try_records(4096, TRAIL_FACTS, same_event);
}

/* All before a pull of nothing. */
static void losses(size_t i, struct trail_record *record, struct buf *list)
{
	(void)list;
	*record = (struct trail_record){.kind = TRAIL_LOST,
		.ts_ns = i % 2 ? UINT64_MAX : DATGEN_BEGIN,
		.u.lost = {i % 4, i / 1000, UINT64_MAX}};
}

static void test_losses(void **state)
{
	(void)state;
	try_records(4096, TRAIL_PULL, losses);
}

static void tasks(size_t i, struct trail_record *record, struct buf *list)
{
	(void)list;
	*record = (struct trail_record){.kind = TRAIL_IDENT,
		.ts_ns = DATGEN_BEGIN,
		.u.ident = {(uint32_t)i, (uint32_t)i, 1, (uint32_t)i, i, trail_text("x")}};
}

static void test_tasks(void **state)
{
	(void)state;
	try_records(4096, TRAIL_PULL, tasks);
}

static void settles(size_t i, struct trail_record *record, struct buf *list)
{
	(void)list;
	record->kind = i % 2 ? TRAIL_SETTLE : TRAIL_WANTS;
	record->ts_ns = DATGEN_BEGIN + i;
}

static void test_settles(void **state)
{
	(void)state;
	try_records(4096, TRAIL_FLUSH, settles);
}

static int set_up(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/test-replay-bound.XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? fd : close(fd);
}

static int clean_up(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_cpu),
		cmocka_unit_test(test_empty_pulls),
		cmocka_unit_test(test_same_event),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_settles),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, clean_up);
}
