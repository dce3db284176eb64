/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/tap.h"

void tap_page(const struct tap *tap, struct tap_page *part)
{
	if (!part->nr)
		return;
	tap->page(tap->arg, part);
	part->records += part->len;
	part->ts_ns = part->last_ns;
	part->len = part->nr = 0;
	part->lost = 0;
}

static bool leaves_out(const struct tap *tap, const struct event *event)
{
	return event && event->tid == tap->but_tid && event->ts_ns < tap->but_ns &&
	       event->kind <= EVENT_FAILED;
}

void tap_record(const struct tap *tap, struct tap_page *part, const struct page_record *record,
	const struct event *event)
{
	const uint8_t *end = record->data + record->len;

	if (leaves_out(tap, event)) {
		tap_page(tap, part);
		part->records = end;
		part->ts_ns = record->ts;
		tap->left_out(tap->arg, part->stream);
		return;
	}
	if (end - part->records > tap->most)
		tap_page(tap, part);
	part->len = (uint32_t)(end - part->records);
	part->last_ns = record->ts;
	part->nr++;
}
