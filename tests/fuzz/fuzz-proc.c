/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as /proc/PID/stat, status and cmdline: a process chooses its name and its arguments. */
#include "reader/proc_text.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* a block of its own: nothing readable behind it */
	char *text = malloc(size + 1);
	struct proc_stat stat;
	uint32_t tgid, uid;
	size_t len;

	fuzz_check(text);
	memcpy(text, data, size);
	text[size] = '\0';
	if (proc_stat_parse(text, size, &stat)) {
		fuzz_check(stat.ppid <= INT32_MAX && stat.nr_threads <= INT32_MAX);
		fuzz_check(stat.start_ticks <= PROC_TICKS_MOST);
		fuzz_check(memchr(text, '(', size) && memchr(text, ')', size));
	}
	if (proc_status_parse(text, &tgid, &uid))
		fuzz_check(strstr(text, "\nTgid:") && strstr(text, "\nUid:"));
	len = proc_words_join(text, size);
	fuzz_check(len <= size && !memchr(text, '\0', len));
	free(text);
	return 0;
}
