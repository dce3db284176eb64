/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as what a terminal sends: each takes at least a byte and no more than there are, and is
 * a character or a key with a name.
 */
#include "base/buf.h"
#include "tui/key.h"
#include "tui/plain.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void fuzz_key(const struct key_press *press)
{
	const struct key *key = key_find(press->code);
	struct buf text = {0};

	fuzz_check(press->code <= PRESS_F12);
	key_code_text(press->code, &text);
	if (key) {
		fuzz_check(key->act && key->name && text.len);
		key_text(key, &text);
	}
	buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a block of its own: nothing readable behind it */
	char *bytes = malloc(size + !size);
	size_t at = 0;

	fuzz_check(bytes);
	memcpy(bytes, data, size);
	for (;;) {
		struct key_press press;
		size_t took = plain_decode(bytes + at, size - at, &press);

		fuzz_check(took <= size - at && !took == (at == size));
		if (!took)
			break;
		fuzz_key(&press);
		at += took;
	}
	free(bytes);
	return 0;
}
