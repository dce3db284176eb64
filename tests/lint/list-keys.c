/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the key table, a line a row: the keys as people call them, a tab, the help. */
#include "base/buf.h"
#include "tui/key.h"

#include <stdio.h>

int main(void)
{
	struct buf text = {0};

	for (const struct key *key = keys; key->name; key++) {
		buf_reset(&text);
		key_text(key, &text);
		printf("%s\t%s\n", text.data, key->help);
	}
	buf_done(&text);
	return 0;
}
