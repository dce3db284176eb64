/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/prot.h"
#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

const struct prot prots[] = {
	{0x1, 'r', "READ", NULL},
	{0x2, 'w', "WRITE", NULL},
	{0x4, 'x', "EXEC", NULL},
	{0x8, 0, "SEM", NULL},
	{0x10, 0, "BTI", "aarch64"},
	{0x10, 0, "SAO", "ppc64"},
	{0x20, 0, "MTE", "aarch64"},
	{0x01000000, 0, "GROWSDOWN", NULL},
	{0x02000000, 0, "GROWSUP", NULL},
	{0, 0, NULL, NULL},
};

const char *prot_class_name(unsigned int class)
{
	static const char *const names[PROT_NR_CLASSES] = {
		"none", "r", "w", "rw", "x", "rx", "wx", "rwx", "other"};

	return names[class < PROT_NR_CLASSES ? class : PROT_NR_CLASSES - 1];
}

void prot_text(uint64_t prot, const char *machine, struct buf *out)
{
	uint64_t rest = prot;

	for (const struct prot *p = prots; p->name; p++) {
		if (!p->letter)
			continue;
		buf_putc(out, prot & p->bit ? p->letter : '-');
		rest &= ~p->bit;
	}
	for (const struct prot *p = prots; p->name; p++) {
		if (p->letter || !(rest & p->bit))
			continue;
		if (p->machine && strncmp(machine, p->machine, strlen(p->machine)))
			continue;
		buf_printf(out, "|%s", p->name);
		rest &= ~p->bit;
	}
	if (rest)
		buf_printf(out, "|0x%llx", (unsigned long long)rest);
}
