/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the text of kprobe_profile, read twice: other tools name their probes as they like.
 * The second text stands behind a NUL.
 */
#include "reader/account.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void fuzz_profile(struct account *account, const char *text)
{
	/* a block of its own: nothing readable behind it */
	char *copy = strdup(text);
	uint64_t hits = 0, missed = 0;

	fuzz_check(copy);
	account_profile(account, copy);
	for (unsigned int i = 0; i < account->nr; i++) {
		fuzz_check(!account->probes[i].listed || account->probes[i].hits_known);
		fuzz_check(!account->probes[i].listed || strstr(text, account->probes[i].name));
		hits += account->probes[i].hits;
		missed += account->probes[i].missed;
	}
	fuzz_check(account->hits == hits && account->missed == missed);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct account account;
	char *text = malloc(size + 2);

	fuzz_check(text);
	memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';
	account_init(&account);
	account_add(&account, "mprotect_enter", "__x64_sys_mprotect");
	account_add(&account, "mprotect_return", "__x64_sys_mprotect");
	fuzz_profile(&account, text);
	fuzz_profile(&account, text + strlen(text) + 1);
	account_done(&account);
	free(text);
	return 0;
}
