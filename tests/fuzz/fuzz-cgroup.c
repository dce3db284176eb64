/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the text of /proc/PID/cgroup: what it tells is clean and terminated, in room of any
 * size. The first byte is the size less one.
 */
#include "model/cgroup.h"
#include "base/mem.h"
#include "base/text.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void fuzz_clean(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	fuzz_check(len < size);
	while (len) {
		uint32_t c;
		size_t one = text_decode(text, len, &c);

		fuzz_check(one && text_printable(c));
		text += one;
		len -= one;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void (*const what[])(const char *text, char *out, size_t size) = {
		cgroup_path, cgroup_unit, cgroup_container};
	char *text;

	if (size < 1)
		return 0;
	/* a block of its own: nothing readable behind it */
	text = malloc(size);
	fuzz_check(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(what); i++) {
		size_t room = (size_t)data[0] + 1;
		char *out = malloc(room);

		fuzz_check(out);
		what[i](text, out, room);
		fuzz_clean(out, room);
		free(out);
	}
	free(text);
	return 0;
}
