/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the settings of the screen: what is taken of them can be written, and what was
 * written is taken without a doubt and written the same.
 */
#include "base/buf.h"
#include "tui/settings.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a block of its own: nothing readable behind it */
	char *text = malloc(size ? size : 1);
	struct settings_doubt doubt, none;
	struct buf first = {0}, second = {0};
	struct ui_config config = {.delay_s = 0};
	struct settings s;

	fuzz_check(text != NULL);
	memcpy(text, data, size);
	settings_parse(&s, text, size, &doubt);
	for (const char *c = doubt.text; *c; c++)
		fuzz_check(*c < 0 || *c >= ' ');
	settings_write(&s, &first);
	settings_apply(&s, &config);
	fuzz_check(!(config.threads && (config.group || config.tree)));
	settings_parse(&s, first.data, first.len, &none);
	fuzz_check(!none.nr);
	settings_write(&s, &second);
	fuzz_check(!strcmp(first.data, second.data));
	buf_done(&first);
	buf_done(&second);
	free(text);
	return 0;
}
