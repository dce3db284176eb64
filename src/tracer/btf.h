/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded reader of the kernel's own type information (BTF), which answers two questions: where
 * among a function's arguments one is, and where in a structure a member lies. The file is read
 * whole, up to BTF_SIZE_MAX, in the machine's byte order; every offset and length in it is checked,
 * and damage fails with a fault that names what is wrong. btf_open() allocates, btf_close() frees,
 * also after a failure. A look-up finds nothing (-ENOENT) rather than one of several answers: where
 * types of one name disagree, and for members that do not start at a byte.
 *
 * Kernel sources: Documentation/bpf/btf.rst, include/uapi/linux/btf.h.
 */
#ifndef MPROTTOP_BTF_H
#define MPROTTOP_BTF_H

#include "base/fault.h"

#include <stddef.h>
#include <stdint.h>

#define BTF_PATH     "/sys/kernel/btf/vmlinux"
#define BTF_SIZE_MAX (16u << 20)

struct btf {
	uint8_t *data;
	const uint8_t *types;
	const char *strings;
	uint32_t types_len, strings_len;
	uint32_t *offsets; /* of a type in types, by its number from 1 */
	uint32_t nr_types;
};

/* 0 or -errno with a fault. -ENOENT: the kernel has none. */
int btf_open(struct btf *btf, const char *path, struct fault *fault);
void btf_close(struct btf *btf);

/* The same of size bytes in data, which are btf's from then on; all else in it is 0. */
int btf_parse(struct btf *btf, size_t size, const char *path, struct fault *fault);

/* Which argument of a function, from 0; -ENOENT. */
int btf_func_arg(const struct btf *btf, const char *func, const char *arg);

/* Bytes from the start of a structure to a member, also of an unnamed structure or union in it;
 * -ENOENT. */
int btf_member(const struct btf *btf, const char *struct_name, const char *member);

#endif
