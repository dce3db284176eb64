/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of a thread in a row → one event, where nothing but their number and what they asked for
 * counts: a few instructions a call. It owns nothing; nothing fails.
 */
#ifndef MPROTTOP_FOLD_H
#define MPROTTOP_FOLD_H

#include "reader/decode.h"
#include "reader/page.h"

#define FOLD_NS 1000000 /* a thread does not end and come again meanwhile */

/* Takes the records behind this one, of an EVENT_CALL of mprotect, that are of the same event and
 * thread, and not much later; where there are any, call becomes an EVENT_CALLS of them all, at the
 * time of the last: what happens to the thread in between comes first. record is then the one
 * behind those; false where the page ended. */
bool fold_calls(const struct decoder *decoder, struct page *page, struct event *call,
	struct page_record *record);

#endif
