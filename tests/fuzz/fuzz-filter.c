/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as an expression over columns: it is refused with a word about it, or it tells the same
 * each time of a row, and the opposite behind a not.
 */
#include "model/filter.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fuzz_rows(const struct filter *filter, const struct filter *other)
{
	struct row rows[2] = {{.interval_s = 1, .facts = UINT32_MAX, .unit = "a.service"}};

	strcpy(rows[0].comm, "node");
	rows[1].t.pid = rows[1].t.uid = EVENT_NO_ID;
	for (int i = 0; i < 2; i++) {
		bool takes = filter_takes(filter, &rows[i]);

		fuzz_check(takes == filter_takes(filter, &rows[i]));
		fuzz_check(!other || takes != filter_takes(other, &rows[i]));
	}
	filter_facts(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a block of its own: nothing readable behind it */
	char *text = malloc(size + 1), *negated = malloc(size + 7);
	struct filter *filter, *other;
	struct fault fault = {0};

	fuzz_check(text && negated);
	memcpy(text, data, size);
	text[size] = '\0';
	snprintf(negated, size + 7, "not(%s)", text);
	filter = filter_parse(text, &fault);
	other = filter_parse(negated, NULL);
	if (filter)
		fuzz_rows(filter, other);
	else
		fuzz_check(fault.what[0] &&
			   strnlen(fault.what, sizeof(fault.what)) < sizeof(fault.what));
	filter_free(other);
	filter_free(filter);
	free(negated);
	free(text);
	return 0;
}
