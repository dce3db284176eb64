/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a sub-buffer of any layout. Byte 0 chooses: bit 0 long size, bit 1 byte order, bits
 * 2 and 3 the sub-buffer size, bit 4 padding behind the header, bit 5 a layout parsed from the
 * bytes up to a NUL instead. The rest is the page.
 */
#include "reader/page.h"
#include "fuzz.h"

#include <stdlib.h>

static void fuzz_walk(const struct page_layout *layout, const uint8_t *bytes, size_t len)
{
	const uint8_t *last = bytes + layout->header_len;
	struct page_record r;
	struct page page;
	uint64_t sum = 0;

	if (page_begin(&page, layout, bytes, len) == PAGE_OK)
		fuzz_check(layout->size <= PAGE_SIZE_MAX);
	while (page_next(&page, &r)) {
		fuzz_check(r.len > 0 && r.len % 4 == 0 && r.data >= last + 4);
		fuzz_check(r.len <= (size_t)(bytes + len - r.data));
		for (uint32_t i = 0; i < r.len; i++)
			sum += r.data[i];
		last = r.data + r.len;
	}
	fuzz_check(!page_next(&page, &r) && sum <= 255ull * len);
	fuzz_check(page_error_name(page.error)[0]);
}

static struct page_layout fuzz_layout(unsigned int choice)
{
	static const unsigned int sizes[] = {4096, 65536, PAGE_SIZE_MAX, 64};
	unsigned int long_size = choice & 1 ? 8 : 4;

	return (struct page_layout){.long_size = long_size,
		.big_endian = choice & 2,
		.size = sizes[choice >> 2 & 3],
		.header_len = 8 + long_size + (choice & 16 ? 4 : 0)};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct page_layout layout;
	size_t used = 1;
	uint8_t *page;

	if (size < 1)
		return 0;
	layout = fuzz_layout(data[0]);
	if (data[0] & 32) {
		char *text = calloc(1, size);

		fuzz_check(text);
		memcpy(text, data + 1, size - 1);
		used = 1 + strlen(text);
		if (page_layout_parse(&layout, text, data[0] & 2, NULL) != 0)
			used = size;
		free(text);
	}
	/* a block of its own: nothing readable behind it */
	page = malloc(size - used + !(size - used));
	fuzz_check(page);
	memcpy(page, data + used, size - used);
	fuzz_walk(&layout, page, size - used);
	free(page);
	return 0;
}
