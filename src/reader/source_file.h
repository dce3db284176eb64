/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source that is a recording: the pages of a trace.dat → records of a struct source, which
 * decodes and merges them. A stream is a CPU's data of a buffer, in the order in which they were
 * added. Memory for pages is bounded by SOURCE_FILE_PAGES, and never more than the pages that there
 * are; a few hundred events of a stream wait to be merged. Damaged pages are counted and left out,
 * as of a live source; a file that can no longer be read ends there. It owns its pages; recording
 * and source must outlive it.
 */
#ifndef MPROTTOP_SOURCE_FILE_H
#define MPROTTOP_SOURCE_FILE_H

#include "reader/dat.h"
#include "reader/source_live.h"

#define SOURCE_FILE_PAGES   (64u << 20)
#define SOURCE_FILE_STREAMS 16384

struct source_file;

/* A fault where the recording has more CPUs than memory for their pages. */
struct source_file *source_file_new(
	const struct dat *dat, struct source *source, struct fault *fault);
void source_file_free(struct source_file *file);

/* Adds a stream; cpu NULL: one of which nothing was recorded. marks: what pages say of losses
 * counts. Returns its number. */
unsigned int source_file_stream(struct source_file *file, const struct dat_cpu *cpu,
	unsigned int which, unsigned int nr, bool marks);

/* A loss before the data record at of a stream; in the order of at. */
void source_file_lost(
	struct source_file *file, unsigned int stream, uint64_t at, uint64_t ts_ns, uint64_t count);

/* So many records more of the stream are to be read by the next source_file_pull(). */
void source_file_want(struct source_file *file, unsigned int stream, uint64_t nr);

/* Reads what is wanted; or (all) everything up to horizon. Then feeds what is not younger. */
void source_file_pull(
	struct source_file *file, bool all, uint64_t horizon, source_feed feed, void *arg);

/* The time of the oldest record that was not read yet; UINT64_MAX: all were. */
uint64_t source_file_next(struct source_file *file);

/* Records of a buffer for which it says false are left out; before anything is pulled. */
typedef bool (*source_takes)(const struct page_record *record, unsigned int buffer, void *arg);
void source_file_choose(struct source_file *file, source_takes takes, void *arg);

/* Shows every record once, a stream after the other, before anything is pulled. */
void source_file_scan(struct source_file *file, const struct decoder *decoder,
	void (*visit)(const struct page_record *record, int id, unsigned int buffer, void *arg),
	void *arg);

/* Bytes of pages that were read, for a progress. */
uint64_t source_file_done(const struct source_file *file);

#endif
