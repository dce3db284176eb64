/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Record + format → struct event. Formats are parsed once (format.c), and their fields resolved
 * then to offsets and sizes; a record costs a look-up by event id and a few loads. Each format has
 * a shape, a row of shapes[], that says which fields it must have. The decoder owns what it learnt;
 * decoder_free() frees. Only decoder_add() and decoder_learn() can fail.
 *
 * Kernel sources: the "format" files of events (Documentation/trace/events.rst); the common fields
 * are struct trace_entry in include/linux/trace_events.h.
 */
#ifndef MPROTTOP_DECODE_H
#define MPROTTOP_DECODE_H

#include "base/fault.h"
#include "model/event.h"
#include "reader/field.h"
#include "reader/format.h"

#include <stdbool.h>
#include <stdint.h>

struct decoder;

/* Of a machine with this byte order. */
struct decoder *decoder_new(bool big_endian);
bool decoder_big_endian(const struct decoder *decoder);
void decoder_free(struct decoder *decoder);

/* Learns the format of the event of that name. shape: "call", "unmap", "attach", "whole", "site",
 * "return", "change", "failed", "new", "name", "exec", "exit"; flags go into each event. Returns
 * the event's id, or -errno and a fault that names the field that is missing. */
int decoder_add(struct decoder *decoder, const char *name, const char *shape, uint8_t flags,
	const char *text, struct fault *fault);
int decoder_learn(struct decoder *decoder, const char *name, const char *shape, uint8_t flags,
	const struct format_text *format, struct fault *fault);

/* Whether that is one. */
bool decoder_shape(const char *shape);

/* The kind of the events of a shape. */
uint8_t decoder_kind(const char *shape);

/* The id in a record; -1: it is too short. */
int decoder_id(const struct decoder *decoder, const uint8_t *data, uint32_t len);

/* Fills all of out but ts_ns and cpu. 1: done; 0: an event that nobody added; -1: the record is
 * shorter than its fields. */
int decoder_event(
	const struct decoder *decoder, const uint8_t *data, uint32_t len, struct event *out);

/* Where an EVENT_CALL of mprotect has what it asked for, and by which bits of the first word its
 * event and thread are told. */
struct decoder_asked {
	uint64_t same;
	struct field len, prot;
	bool foreign;
};

/* data: of such a record. False where event and thread are not in the first word. */
bool decoder_asked(const struct decoder *decoder, const uint8_t *data, struct decoder_asked *out);

#endif
