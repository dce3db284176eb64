/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include "reader/proc_text.h"
#include "base/num.h"

#include <string.h>

#define CMDLINE_MOST 1024
#define PF_EXITING   0x4 /* include/linux/sched.h: set before the end is traced */

/* Takes the word at *text, up to a blank, and moves on. */
static bool proc_number(const char **text, uint64_t max, uint64_t *n)
{
	size_t len = strcspn(*text, " \t\n");
	char word[24];

	if (len >= sizeof(word))
		return false;
	memcpy(word, *text, len);
	word[len] = '\0';
	*text += len;
	*text += strspn(*text, " \t");
	return !num_u64(word, 0, max, n);
}

static void proc_skip(const char **text, unsigned int words)
{
	while (words--) {
		*text += strcspn(*text, " \n");
		*text += strspn(*text, " ");
	}
}

bool proc_stat_parse(const char *text, size_t len, struct proc_stat *out)
{
	const char *from = memchr(text, '(', len), *to = memrchr(text, ')', len);
	uint64_t ppid, flags, nr_threads;

	if (!from || !to || to <= from || text + len - to < 3)
		return false;
	memset(out->comm, 0, sizeof(out->comm));
	len = to - from - 1;
	memcpy(out->comm, from + 1, len < sizeof(out->comm) ? len : sizeof(out->comm));
	to += 2;
	out->ended = *to == 'Z' || *to == 'X';
	proc_skip(&to, 1);
	if (!proc_number(&to, INT32_MAX, &ppid))
		return false;
	proc_skip(&to, 4);
	if (!proc_number(&to, UINT32_MAX, &flags))
		return false;
	proc_skip(&to, 10);
	if (!proc_number(&to, INT32_MAX, &nr_threads))
		return false;
	out->ended |= flags & PF_EXITING;
	proc_skip(&to, 1);
	out->ppid = ppid;
	out->nr_threads = nr_threads;
	return proc_number(&to, PROC_TICKS_MOST, &out->start_ticks);
}

/* The number behind "KEY:" at the start of a line, after some others. */
static bool proc_field(const char *text, const char *key, unsigned int skip, uint32_t *n)
{
	const char *at = strstr(text, key);
	uint64_t value;

	if (!at)
		return false;
	at += strlen(key);
	at += strspn(at, " \t");
	while (skip--)
		if (!proc_number(&at, UINT32_MAX, &value))
			return false;
	if (!proc_number(&at, UINT32_MAX, &value))
		return false;
	*n = value;
	return true;
}

bool proc_status_parse(const char *text, uint32_t *tgid, uint32_t *uid)
{
	return proc_field(text, "\nTgid:", 0, tgid) && proc_field(text, "\nUid:", 1, uid);
}

size_t proc_words_join(char *text, size_t len)
{
	if (len > CMDLINE_MOST)
		len = CMDLINE_MOST;
	while (len && !text[len - 1])
		len--;
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = ' ';
	return len;
}
