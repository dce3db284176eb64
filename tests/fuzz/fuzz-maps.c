/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the text of /proc/PID/maps: the mappings must be in order, their names within the
 * text, and what the image of them tells of any address terminated and clean.
 */
#include "model/image.h"
#include "reader/maps.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void fuzz_site(const struct image *image, uint64_t addr)
{
	uint64_t offset = 0;
	const struct name *name = image_site(image, addr, &offset);
	char text[96];

	if (name) {
		image_site_text(text, sizeof(text), name, offset);
		fuzz_check(strlen(text) < sizeof(text) && strstr(text, "+0x") != NULL);
		for (const char *c = text; *c; c++)
			fuzz_check((unsigned char)*c >= ' ' && *c != 0x7f);
	}
	if (image_name(image, addr))
		fuzz_check(strlen(image_name(image, addr)) <= 255);
}

static void fuzz_image(const struct maps *maps, const char *text, size_t size)
{
	struct names names = {0};
	struct image *image = image_new(&names, maps->list, maps->nr);
	uint64_t last = 0;

	fuzz_check(maps->nr <= MAPS_MOST);
	for (size_t i = 0; i < maps->nr; i++) {
		const struct mapping *m = &maps->list[i];

		fuzz_check(m->start < m->end && m->start >= last);
		fuzz_check(m->name >= text && m->name + m->name_len <= text + size);
		last = m->end;
		fuzz_site(image, m->start);
		fuzz_site(image, m->end - 1);
		fuzz_site(image, m->end);
	}
	fuzz_site(image, 0);
	fuzz_site(image, UINT64_MAX);
	image_free(image);
	names_done(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a block of its own: nothing readable behind it */
	char *text = malloc(size + !size);
	struct maps maps = {0};

	fuzz_check(text);
	memcpy(text, data, size);
	maps_parse(&maps, text, size);
	fuzz_image(&maps, text, size);
	maps_done(&maps);
	free(text);
	return 0;
}
