/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/dat.h"
#include "base/mem.h"
#include "reader/dat_option.h"
#include "reader/dat_scan.h"
#include "reader/format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST_SIZE  20   /* up to the page size */
#define HEADER_MOST 4096 /* of a text about pages */
#define NAMES_MOST  (1u << 20)
#define WORD        10 /* "options  " and its kin, with the NUL */

static const uint8_t magic[] = {0x17, 0x08, 0x44, 't', 'r', 'a', 'c', 'i', 'n', 'g'};

int dat_damaged(const struct dat *dat, uint64_t at, struct fault *fault, const char *what)
{
	char object[256];

	snprintf(object, sizeof(object), "%.200s, byte %" PRIu64, dat->name, at);
	return fault_set(
		fault, 0, object, "record or copy it again", "the recording is damaged: %s", what);
}

char *dat_read(
	const struct dat *dat, const struct dat_part *part, uint64_t most, struct fault *fault)
{
	uint64_t done = 0;
	char *bytes;

	if (part->at > dat->size || part->len > dat->size - part->at || part->len > most) {
		dat_damaged(dat, part->at, fault, "a part of it is too long");
		return NULL;
	}
	bytes = mem_new(part->len + 1, 1);
	while (done < part->len) {
		ssize_t n =
			pread(dat->fd, bytes + done, part->len - done, (off_t)(part->at + done));

		if (n <= 0) {
			dat_damaged(dat, part->at + done, fault, "it cannot be read");
			free(bytes);
			return NULL;
		}
		done += (uint64_t)n;
	}
	return bytes;
}

static int other_version(const struct dat *dat, const char *version, struct fault *fault)
{
	char object[256];

	snprintf(object, sizeof(object), "%.200s, byte %zu", dat->name, sizeof(magic));
	return fault_set(fault, 0, object,
		"convert it with: trace-cmd convert --file-version 6 -i FILE -o NEW",
		"the recording has version %.8s of its format, and only 6 can be read", version);
}

static int scan_start(struct dat_scan *scan, struct dat *dat)
{
	char version[16];
	uint64_t at;

	if (dat->size < LEAST_SIZE ||
		dat_scan_expect(scan, magic, sizeof(magic), "it is no trace.dat at all"))
		return dat_scan_fail(scan, "it is no trace.dat, for it is too short");
	at = scan->at;
	if (dat_scan_text(scan, version, sizeof(version)))
		return scan->err;
	if (strcmp(version, "6") != 0) {
		for (char *c = version; *c; c++)
			if (*c < '0' || *c > '9')
				*c = '?';
		scan->at = at;
		return scan->err = other_version(dat, version, scan->fault);
	}
	at = dat_scan_number(scan, 1);
	if (at > 1)
		return dat_scan_fail(scan, "it names no byte order");
	dat->big_endian = at;
	at = dat_scan_number(scan, 1);
	if (at != 4 && at != 8)
		return dat_scan_fail(scan, "a long has neither 4 nor 8 bytes");
	dat->page_size = (unsigned int)dat_scan_number(scan, 4);
	if (!scan->err && (!dat->page_size || dat->page_size & (dat->page_size - 1) ||
				  dat->page_size > PAGE_SIZE_MAX))
		return dat_scan_fail(scan, "no machine has such pages");
	return scan->err;
}

static int scan_headers(struct dat_scan *scan, struct dat *dat)
{
	struct dat_part part;
	struct fault none;
	char *text;
	int err;

	if (dat_scan_expect(scan, "header_page", 12, "header_page is missing") ||
		dat_scan_part(scan, 8, &part))
		return scan->err;
	text = dat_read(dat, &part, HEADER_MOST, scan->fault);
	if (!text)
		return scan->err = -EINVAL;
	err = page_layout_parse(&dat->layout, text, dat->big_endian, &none);
	free(text);
	if (err) {
		scan->at = part.at;
		return dat_scan_fail(scan, "its pages have a layout that is not known");
	}
	if (dat_scan_expect(scan, "header_event", 13, "header_event is missing"))
		return scan->err;
	return dat_scan_part(scan, 8, &part);
}

/* A format that has no name or id is of no use to anybody. */
static int take_event(
	struct dat_scan *scan, struct dat *dat, const char *system, const struct dat_part *part)
{
	struct format_head head;
	struct dat_event *e;
	char *text;

	if (part->len > DAT_FORMAT_MOST)
		return 0;
	text = dat_read(dat, part, DAT_FORMAT_MOST, scan->fault);
	if (!text)
		return scan->err = -EINVAL;
	if (format_head(&(struct format_text){text, part->len}, &head) &&
		head.name_len < DAT_NAME && strlen(system) < DAT_NAME) {
		if (dat->nr_events == DAT_EVENTS_MOST) {
			free(text);
			return dat_scan_fail(scan, "it has more events than there can be");
		}
		if (!(dat->nr_events & (dat->nr_events - 1)))
			dat->events = mem_resize(dat->events,
				dat->nr_events ? 2 * dat->nr_events : 1, sizeof(*dat->events));
		e = &dat->events[dat->nr_events++];
		*e = (struct dat_event){.text = *part, .id = head.id};
		snprintf(e->system, sizeof(e->system), "%s", system);
		memcpy(e->name, head.name, head.name_len);
	}
	free(text);
	return 0;
}

/* nr formats; system NULL: of no use. */
static int scan_formats(struct dat_scan *scan, struct dat *dat, const char *system, uint64_t nr)
{
	struct dat_part part;

	for (; nr && !scan->err; nr--)
		if (!dat_scan_part(scan, 8, &part) && system)
			take_event(scan, dat, system, &part);
	return scan->err;
}

static int scan_systems(struct dat_scan *scan, struct dat *dat)
{
	uint64_t nr = dat_scan_number(scan, 4);
	char system[2 * DAT_NAME];

	for (; nr && !scan->err; nr--)
		if (!dat_scan_text(scan, system, sizeof(system)))
			scan_formats(scan, dat, system, dat_scan_number(scan, 4));
	return scan->err;
}

/* The table of where the data of each CPU lie. */
static int scan_cpus(struct dat_scan *scan, struct dat *dat, unsigned int buffer, unsigned int nr)
{
	if (!nr || nr > DAT_CPUS_MOST)
		return dat_scan_fail(scan, "no machine has so many CPUs");
	if (scan->err)
		return scan->err;
	dat->cpus = mem_resize(dat->cpus, dat->nr_cpus + nr, sizeof(*dat->cpus));
	for (unsigned int cpu = 0; cpu < nr; cpu++) {
		struct dat_part pages = {.at = dat_scan_number(scan, 8)};

		pages.len = dat_scan_number(scan, 8);
		if (scan->err)
			break;
		if (!pages.len)
			continue;
		if (pages.at > dat->size || pages.len > dat->size - pages.at) {
			scan->at -= 16;
			return dat_scan_fail(scan, "the data of a CPU lie behind its end");
		}
		dat->sum += pages.len;
		dat->cpus[dat->nr_cpus++] = (struct dat_cpu){buffer, cpu, pages};
	}
	return scan->err;
}

static int by_place(const void *a, const void *b)
{
	uint64_t x = ((const struct dat_part *)a)->at, y = ((const struct dat_part *)b)->at;

	return (x > y) - (x < y);
}

/* Or a small file could take a long time, and events would count twice. */
static int check_overlap(struct dat_scan *scan, const struct dat *dat)
{
	struct dat_part *pages = mem_new(dat->nr_cpus + 1, sizeof(*pages));

	for (size_t i = 0; i < dat->nr_cpus; i++)
		pages[i] = dat->cpus[i].pages;
	qsort(pages, dat->nr_cpus, sizeof(*pages), by_place);
	for (size_t i = 1; i < dat->nr_cpus && !scan->err; i++) {
		if (pages[i].at - pages[i - 1].at >= pages[i - 1].len)
			continue;
		scan->at = pages[i].at;
		dat_scan_fail(scan, "the data of two CPUs overlap");
	}
	free(pages);
	return scan->err;
}

static int scan_rest(struct dat_scan *scan, struct dat *dat)
{
	unsigned int cpus = (unsigned int)dat_scan_number(scan, 4);
	struct dat_options found = {.nr_cpus = cpus};
	char word[WORD];
	uint64_t at = scan->at;

	dat->nr_buffers = 1;
	dat_scan_bytes(scan, word, sizeof(word));
	if (!scan->err && !memcmp(word, "options  ", WORD)) {
		if (dat_scan_options(scan, dat, &found))
			return scan->err;
		at = scan->at;
		dat_scan_bytes(scan, word, sizeof(word));
	}
	if (scan->err)
		return scan->err;
	if (!memcmp(word, "latency  ", WORD)) {
		scan->at = at;
		return dat_scan_fail(scan, "it holds text of a latency tracer, and no events");
	}
	if (memcmp(word, "flyrecord", WORD) != 0) {
		scan->at = at;
		return dat_scan_fail(scan, "flyrecord is missing");
	}
	dat->nr_found = found.nr_cpus;
	if (scan_cpus(scan, dat, 0, found.nr_cpus))
		return scan->err;
	for (unsigned int i = 1; i < dat->nr_buffers && !scan->err; i++) {
		dat_scan_begin(scan, dat, found.buffers[i], scan->fault);
		if (!dat_scan_expect(scan, "flyrecord", WORD, "flyrecord of a buffer is missing"))
			scan_cpus(scan, dat, i, found.nr_cpus);
	}
	return scan->err ? scan->err : check_overlap(scan, dat);
}

static int scan_all(struct dat_scan *scan, struct dat *dat)
{
	struct dat_part part;

	if (scan_start(scan, dat) || scan_headers(scan, dat))
		return scan->err;
	/* the tracers' own events */
	if (scan_formats(scan, dat, NULL, dat_scan_number(scan, 4)) || scan_systems(scan, dat))
		return scan->err;
	/* symbols, then printk formats */
	if (dat_scan_part(scan, 4, &part) || dat_scan_part(scan, 4, &part))
		return scan->err;
	if (dat_scan_part(scan, 8, &dat->cmdlines))
		return scan->err;
	return scan_rest(scan, dat);
}

int dat_open(struct dat *dat, int fd, const char *name, struct fault *fault)
{
	struct dat_scan *scan;
	struct stat st;
	int err;

	*dat = (struct dat){.fd = fd};
	snprintf(dat->name, sizeof(dat->name), "%s", name);
	if (fstat(fd, &st))
		return fault_set(fault, errno, name, "", "cannot read the recording");
	if (!S_ISREG(st.st_mode))
		return fault_set(fault, 0, name, "name a file, or - for standard input",
			"the recording is no file");
	dat->size = (uint64_t)st.st_size;
	scan = mem_new(1, sizeof(*scan));
	dat_scan_begin(scan, dat, 0, fault);
	err = scan_all(scan, dat);
	free(scan);
	return err;
}

void dat_done(struct dat *dat)
{
	free(dat->events);
	free(dat->cpus);
	free(dat->trail);
	*dat = (struct dat){.fd = -1};
}

const struct dat_event *dat_event(const struct dat *dat, const char *system, const char *name)
{
	for (size_t i = 0; i < dat->nr_events; i++) {
		const struct dat_event *e = &dat->events[i];

		if (!strcmp(e->name, name) && (!system || !strcmp(e->system, system)))
			return e;
	}
	return NULL;
}
