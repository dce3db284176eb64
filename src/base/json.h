/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON into a struct buf, in no locale. Commas are the writer's: a value or key that does
 * not come first behind "{", "[" or ":" puts one before itself. Text goes through the sanitiser. A
 * double always has a point, so that no key has two types; what is no number is null.
 */
#ifndef MPROTTOP_JSON_H
#define MPROTTOP_JSON_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

void json_key(struct buf *out, const char *key);

/* Values; a NULL text is null. */
void json_text(struct buf *out, const char *text);
void json_u64(struct buf *out, uint64_t n);
void json_i64(struct buf *out, int64_t n);
void json_double(struct buf *out, double d);
void json_bool(struct buf *out, bool b);
void json_null(struct buf *out);

/* bracket: { or [, and } or ]. */
void json_open(struct buf *out, char bracket);
void json_close(struct buf *out, char bracket);

#endif
