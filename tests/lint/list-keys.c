/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the key table, a line a row: the keys as people call them, a tab, the help; or the table
 * of settings: the name, a tab, the help. */
#include "base/buf.h"
#include "tui/key.h"
#include "tui/settings.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct buf text = {0};

	if (argc > 1 && !strcmp(argv[1], "settings")) {
		for (const struct setting *s = settings; s->name; s++)
			printf("%s\t%s\n", s->name, s->help);
		return 0;
	}
	for (const struct key *key = keys; key->name; key++) {
		buf_reset(&text);
		key_text(key, &text);
		printf("%s\t%s\n", text.data, key->help);
	}
	buf_done(&text);
	return 0;
}
