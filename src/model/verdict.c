/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/verdict.h"

#include <string.h>

#define R   1
#define W   2
#define X   4
#define RWX (R | W | X)

const struct kind kinds[] = {
	{"w+x", "writable and executable at once", 0, 0, W | X, 0},
	{"w>x", "executable, was writable", W, 0, X, W},
	{"x>w", "writable, was executable", X, 0, W, X},
	{"+x", "executable, was neither", 0, W | X, X, 0},
	{0},
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == VERDICT_NR_KINDS + 1, "a row each");

uint8_t kind_mask(uint32_t before, uint32_t after)
{
	before &= RWX;
	after &= RWX;
	/* each of them is about X */
	if (before == after || !((before | after) & X))
		return 0;
	for (unsigned int i = 0; kinds[i].name; i++) {
		const struct kind *k = &kinds[i];

		if ((before & k->before_set) == k->before_set && !(before & k->before_clear) &&
			(after & k->after_set) == k->after_set && !(after & k->after_clear))
			return (uint8_t)(1u << i);
	}
	return 0;
}

uint8_t kind_find(const char *name)
{
	for (unsigned int i = 0; kinds[i].name; i++)
		if (!strcmp(kinds[i].name, name))
			return (uint8_t)(1u << i);
	return 0;
}
