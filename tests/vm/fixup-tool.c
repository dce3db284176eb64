/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds where mprotect_fixup() has what is asked for, by type information and by own calls, and
 * prints both; then makes the probe, fires one known call and prints what the kernel showed of it
 * beside what it has to be: "tag key=value ...". Takes everything back.
 */
#include "tracer/calibrate.h"
#include "tracer/fixup.h"
#include "tracer/why.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define EVENT "fixup_tool"

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void print_fault(const char *tag, const struct fault *fault)
{
	char text[800];

	fault_text(fault, text, sizeof(text));
	printf("%s how=none why=%s\n", tag, text);
}

static void print_fixup(const char *tag, int err, const struct fixup *f, const struct fault *fault)
{
	if (err)
		print_fault(tag, fault);
	else
		printf("%s how=%s start=%d end=%d new=%d vma=%d vm_flags=%u vm_file=%u\n", tag,
			f->how, f->start, f->end, f->new_flags, f->vma, f->vm_flags, f->vm_file);
}

/* What has to be shown; file: the mapping has one. */
static int call(bool file)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = file ? memfd_create("known", 0) : -1;
	char *map = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | (file ? 0 : MAP_ANONYMOUS), fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	printf("expect start=0x%lx end=0x%lx old=3 new=1 file=%d\n", (unsigned long)(map + page),
		(unsigned long)(map + 2 * page), file);
	if (mprotect(map + page, page, PROT_READ))
		return -errno;
	munmap(map, 3 * page);
	close(fd);
	return 0;
}

static void print_lines(struct tracing *tracing, int nr)
{
	char *text = malloc(65536), *at = text;

	tracing_text(tracing, TRACING_CAL, "trace", text, 65536);
	while ((at = strstr(at, EVENT ": ("))) {
		char *end = strchr(at, '\n');

		if (end)
			*end++ = '\0';
		if (!end || !nr--)
			break;
		printf("event %s\n", strchr(at, ')') + 2);
		at = end;
	}
	free(text);
}

static int probe(struct tracing *tracing, const struct fixup *fixup, struct fault *fault)
{
	char fetch[FIXUP_FETCH_SIZE], filter[48], file[160];
	size_t got;
	int err;

	fixup_fetch(fixup, fetch, sizeof(fetch));
	printf("fetch %s\n", fetch);
	err = tracing_instance(tracing, TRACING_CAL, 256, &got, fault);
	if (!err)
		err = tracing_kprobe(tracing, EVENT, FIXUP_SYMBOL, fetch, 0, fault);
	snprintf(file, sizeof(file), "events/%s/" EVENT "/filter", tracing->run);
	snprintf(filter, sizeof(filter), "common_pid == %d", getpid());
	if (!err && !why_pid_namespace())
		err = tracing_set(tracing, TRACING_CAL, file, filter, filter, fault);
	if (!err)
		err = tracing_enable(tracing, TRACING_CAL, tracing->run, EVENT, fault);
	if (!err && (call(true) || call(false)))
		err = fault_set(fault, errno, "mprotect", "", "the known call failed");
	if (!err)
		print_lines(tracing, 2);
	return err;
}

int main(void)
{
	struct fixup btf, own, best;
	struct tracing tracing;
	struct fault fault = {0};
	double t0, t1, t2;
	int err = tracing_open(&tracing, &fault);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (err) {
		print_fault("tracefs", &fault);
		return 1;
	}
	t0 = now_ms();
	err = fixup_from_btf(&btf, BTF_PATH, &fault);
	t1 = now_ms();
	print_fixup("btf", err, &btf, &fault);
	err = calibrate(&own, &tracing, &fault);
	t2 = now_ms();
	print_fixup("calibration", err, &own, &fault);
	printf("time btf_ms=%.1f calibration_ms=%.1f\n", t1 - t0, t2 - t1);
	err = fixup_find(&best, &tracing, &fault);
	print_fixup("found", err, &best, &fault);
	if (!err)
		err = probe(&tracing, &best, &fault);
	if (err)
		print_fault("probe", &fault);
	printf("run name=%s\n", tracing.run);
	if (tracing_undo(&tracing, &fault)) {
		print_fault("undo", &fault);
		return 1;
	}
	return err != 0;
}
