/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_die(void)
{
	static const char text[] = "mprottop: out of memory\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	abort();
}

void *mem_new(size_t nr, size_t size)
{
	void *p = calloc(nr ? nr : 1, size);

	if (!p)
		mem_die();
	return p;
}

void *mem_resize(void *old, size_t nr, size_t size)
{
	void *p = reallocarray(old, nr ? nr : 1, size);

	if (!p)
		mem_die();
	return p;
}

void *mem_one_more(void *old, size_t nr, size_t size)
{
	return nr & (nr - 1) ? old : mem_resize(old, nr ? 2 * nr : 1, size);
}

char *mem_strdup(const char *text)
{
	char *p = strdup(text);

	if (!p)
		mem_die();
	return p;
}
