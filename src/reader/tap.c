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

void tap_record(const struct tap *tap, struct tap_page *part, const struct page_record *record)
{
	const uint8_t *end = record->data + record->len;

	if (end - part->records > tap->most)
		tap_page(tap, part);
	part->len = (uint32_t)(end - part->records);
	part->last_ns = record->ts;
	part->nr++;
}
