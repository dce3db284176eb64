/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the settings of the screen: what is taken of them can be written, and what was
 * written is taken without a doubt and written the same. Without libFuzzer main() replays the files
 * it is given.
 */
#include "base/buf.h"
#include "tui/settings.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_check(bool ok)
{
	if (!ok)
		abort();
}

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

#ifndef FUZZ_LIBFUZZER
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		static uint8_t bytes[1024 * 1024];
		FILE *file = fopen(argv[i], "rb");

		if (!file) {
			perror(argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(bytes, fread(bytes, 1, sizeof(bytes), file));
		fclose(file);
	}
	printf("%d inputs replayed\n", argc - 1);
	return 0;
}
#endif
