/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small strict reader of JSON for tests: it takes what RFC 8259 allows and no key twice. Nothing
 * is allocated; jsoncheck_lines() fails the test that calls it.
 */
#ifndef MPROTTOP_JSONCHECK_H
#define MPROTTOP_JSONCHECK_H

/* What follows the value at text, NULL where there is none. */
const char *jsoncheck_value(const char *text);

/* Each line of text must be an object that starts with type and time. How many lines. */
unsigned int jsoncheck_lines(const char *text);

#endif
