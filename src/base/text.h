/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one sanitiser in front of every output, and the width of what it let through. A name from a
 * process is bytes from a stranger: controls, invalid UTF-8, and characters that reorder, hide or
 * break a line become "?", one for each bad byte or character, so text never grows. Nothing is
 * allocated and nothing fails. Cleaning knows no locale; widths come from wcwidth(), which knows
 * characters beyond ASCII only after setlocale(LC_CTYPE) to a UTF-8 locale: before, each counts 1.
 */
#ifndef MPROTTOP_TEXT_H
#define MPROTTOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copies what can be shown of bytes, up to len or a NUL, and terminates it. A character that does
 * not fit into size is left out whole, with all behind it. out may be bytes. Returns the length of
 * out.
 */
size_t text_clean(char *out, size_t size, const void *bytes, size_t len);

/* The same, and each character beyond ASCII becomes "?". */
size_t text_ascii(char *out, size_t size, const void *bytes, size_t len);

/*
 * The length in bytes of the well-formed character at text, 1 to 4, and the character itself in
 * *c; 0 where text (of len bytes) does not start with one.
 */
size_t text_decode(const void *text, size_t len, uint32_t *c);

/* Whether the character may reach a terminal or a file. */
bool text_printable(uint32_t c);

/* Terminal cells of one character, or of clean text. */
int text_cells(uint32_t c);
int text_width(const char *text);

/*
 * The length in bytes of the longest prefix of clean text that fits into cells, with the cells
 * that it takes in *used unless NULL. Combining characters stay with their base.
 */
size_t text_fit(const char *text, int cells, int *used);

#endif
