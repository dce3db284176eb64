/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a trace.dat holds and where: an own, bounded reader of version 6 of that format. The file is
 * a stranger's: each count and size is held against what is left of the file before anything is
 * made of it, so that memory stays within DAT_EVENTS_MOST and a share of the file's size, and time
 * within one pass over it. Nothing is read of kernel symbols and printk formats. struct dat owns
 * all that it points to, but not the descriptor; dat_done() frees, also after a failure. Where the
 * file is damaged, the fault names it and the byte.
 *
 * Source: trace-cmd.dat.v6(5).
 */
#ifndef MPROTTOP_DAT_H
#define MPROTTOP_DAT_H

#include "base/fault.h"
#include "reader/page.h"

#include <stdbool.h>
#include <stdint.h>

#define DAT_NAME         64
#define DAT_EVENTS_MOST  65536 /* ids have 16 bits */
#define DAT_FORMAT_MOST  65536 /* bytes of one text */
#define DAT_CPUS_MOST    8192  /* of the kernel */
#define DAT_BUFFERS_MOST 64
#define DAT_TEXT_MOST    4096 /* of an option that is a text */
#define DAT_BLOB_MOST    (64u << 20)

/* A piece of the file. */
struct dat_part {
	uint64_t at, len;
};

/* The format of an event. */
struct dat_event {
	char system[DAT_NAME], name[DAT_NAME];
	struct dat_part text;
	uint32_t id;
};

/* What was recorded on a CPU in a buffer: whole pages. */
struct dat_cpu {
	unsigned int buffer, cpu;
	struct dat_part pages;
};

/* An instance. */
struct dat_buffer {
	char name[DAT_NAME]; /* "" the top one */
	uint64_t lost;       /* as its statistics say */
};

struct dat {
	int fd;
	char name[200]; /* of the file, for people */
	uint64_t size;
	bool big_endian;
	unsigned int page_size;
	struct page_layout layout;
	struct dat_event *events;
	size_t nr_events;
	struct dat_part cmdlines;
	struct dat_cpu *cpus;
	size_t nr_cpus;
	unsigned int nr_found;                       /* CPUs of the machine */
	uint64_t sum;                                /* bytes of their pages */
	struct dat_buffer buffers[DAT_BUFFERS_MOST]; /* the first is the top one */
	unsigned int nr_buffers;
	struct dat_part *trail; /* contents of the options TRAIL_OPTION, in their order */
	size_t nr_trail;
	char clock[32], uname[256], date[32];
	bool has_tsc; /* stamps of the clock are ticks: ns = offset + ticks × mult >> shift */
	uint32_t tsc_mult, tsc_shift;
	uint64_t tsc_offset;
};

/* fd: a file that can be read at any place. */
int dat_open(struct dat *dat, int fd, const char *name, struct fault *fault);
void dat_done(struct dat *dat);

/* Reads a part, of at most most bytes; NULL and a fault where it cannot. The caller frees; a NUL
 * follows it. */
char *dat_read(
	const struct dat *dat, const struct dat_part *part, uint64_t most, struct fault *fault);

/* The event of that system and name, or of that name alone where system is NULL; or NULL. */
const struct dat_event *dat_event(const struct dat *dat, const char *system, const char *name);

/* "the recording is damaged: …" at a byte; returns -EINVAL. */
int dat_damaged(const struct dat *dat, uint64_t at, struct fault *fault, const char *what);

#endif
