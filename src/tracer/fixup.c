/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/fixup.h"
#include "base/mem.h"
#include "tracer/calibrate.h"

#include <errno.h>
#include <stdio.h>

static int missing(struct fault *fault, const char *path, const char *name)
{
	return fault_set(fault, ENOENT, path, "", "the kernel's type information lacks %s", name);
}

static int find_args(
	struct fixup *fixup, const struct btf *btf, const char *path, struct fault *fault)
{
	const struct {
		const char *name;
		int *nr;
	} args[] = {
		{"start", &fixup->start},
		{"end", &fixup->end},
		{"newflags", &fixup->new_flags},
		{"vma", &fixup->vma},
	};

	for (size_t i = 0; i < ARRAY_SIZE(args); i++) {
		int nr = btf_func_arg(btf, FIXUP_SYMBOL, args[i].name);

		if (nr < 0)
			return missing(fault, path, args[i].name);
		*args[i].nr = nr + 1;
	}
	return 0;
}

static int find_members(
	struct fixup *fixup, const struct btf *btf, const char *path, struct fault *fault)
{
	int flags = btf_member(btf, "vm_area_struct", "vm_flags");
	int file = btf_member(btf, "vm_area_struct", "vm_file");

	if (flags < 0 || file < 0)
		return missing(fault, path, flags < 0 ? "vm_flags" : "vm_file");
	fixup->vm_flags = (unsigned int)flags;
	fixup->vm_file = (unsigned int)file;
	return 0;
}

int fixup_from_btf(struct fixup *fixup, const char *path, struct fault *fault)
{
	struct btf btf;
	int err = btf_open(&btf, path, fault);

	*fixup = (struct fixup){0};
	if (err)
		return err;
	err = find_args(fixup, &btf, path, fault);
	if (!err)
		err = find_members(fixup, &btf, path, fault);
	if (!err)
		fixup->how = "btf";
	btf_close(&btf);
	return err;
}

int fixup_find(struct fixup *fixup, struct tracing *tracing, struct fault *fault)
{
	if (!fixup_from_btf(fixup, BTF_PATH, NULL))
		return 0;
	return calibrate(fixup, tracing, fault);
}

void fixup_fetch(const struct fixup *fixup, char *text, size_t size)
{
	snprintf(text, size,
		"file=+%u($arg%d):x64 start=$arg%d:x64 end=$arg%d:x64 new=$arg%d:x64 "
		"old=+%u($arg%d):x64",
		fixup->vm_file, fixup->vma, fixup->start, fixup->end, fixup->new_flags,
		fixup->vm_flags, fixup->vma);
}
