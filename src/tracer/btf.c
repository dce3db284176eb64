/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/btf.h"
#include "base/mem.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC      0xeb9f
#define VERSION    1
#define HEADER_LEN 24 /* newer ones may be longer */
#define TYPE_LEN   12
#define MEMBER_LEN 12
#define PARAM_LEN  8
#define DEPTH_MAX  16    /* structures in structures, names of names */
#define STEPS_MAX  65536 /* members looked at for one answer */

enum {
	KIND_STRUCT = 4,
	KIND_UNION = 5,
	KIND_TYPEDEF = 8,
	KIND_VOLATILE = 9,
	KIND_CONST = 10,
	KIND_RESTRICT = 11,
	KIND_FUNC = 12,
	KIND_FUNC_PROTO = 13,
	KIND_TYPE_TAG = 18,
	KIND_NR = 20,
};

/* What follows a type: so many bytes, and so many for each of its parts. */
static const struct {
	uint8_t once, each;
} tails[KIND_NR] = {
	[1] = {4, 0},                       /* int */
	[3] = {12, 0},                      /* array */
	[KIND_STRUCT] = {0, MEMBER_LEN},    /* members */
	[KIND_UNION] = {0, MEMBER_LEN},     /* members */
	[6] = {0, 8},                       /* enum */
	[KIND_FUNC_PROTO] = {0, PARAM_LEN}, /* parameters */
	[14] = {4, 0},                      /* variable */
	[15] = {0, 12},                     /* section */
	[17] = {4, 0},                      /* tag of a declaration */
	[19] = {0, 12},                     /* enum of 64 bits */
};

struct type {
	const char *name;
	unsigned int kind;
	uint32_t nr; /* parts */
	bool flag;
	uint32_t ref; /* a type's number, or a size */
	const uint8_t *parts;
};

static uint32_t load(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static const char *name_at(const struct btf *btf, uint32_t offset)
{
	/* the last byte is a NUL */
	return offset < btf->strings_len ? btf->strings + offset : "";
}

/* False for a number that no type has. */
static bool type_at(const struct btf *btf, uint32_t id, struct type *type)
{
	const uint8_t *at;
	uint32_t info;

	if (!id || id > btf->nr_types)
		return false;
	at = btf->types + btf->offsets[id - 1];
	info = load(at + 4);
	*type = (struct type){.name = name_at(btf, load(at)),
		.kind = info >> 24 & 0x1f,
		.nr = info & 0xffff,
		.flag = info >> 31,
		.ref = load(at + 8),
		.parts = at + TYPE_LEN};
	return true;
}

/* The length of the type at an offset, 0 where it is none that is known or whole. */
static uint32_t type_len(const struct btf *btf, uint32_t offset)
{
	uint32_t left = btf->types_len - offset, info, kind, len;

	if (left < TYPE_LEN)
		return 0;
	info = load(btf->types + offset + 4);
	kind = info >> 24 & 0x1f;
	/* bits that have no meaning yet would change the length */
	if (!kind || kind >= KIND_NR || info & 0x60ff0000)
		return 0;
	len = TYPE_LEN + tails[kind].once + (info & 0xffff) * tails[kind].each;
	return len <= left ? len : 0;
}

static int index_types(struct btf *btf, const char *path, struct fault *fault)
{
	uint32_t room = btf->types_len / TYPE_LEN, len;

	btf->offsets = mem_new(room + 1, sizeof(*btf->offsets));
	for (uint32_t at = 0; at < btf->types_len; at += len) {
		len = type_len(btf, at);
		if (!len)
			return fault_set(fault, EBADMSG, path, "",
				"the kernel's type information is damaged or too new at type %u",
				btf->nr_types + 1);
		btf->offsets[btf->nr_types++] = at;
	}
	return 0;
}

/* Finds the sections. */
static int parse_header(struct btf *btf, size_t size, const char *path, struct fault *fault)
{
	const uint8_t *d = btf->data;
	uint32_t len, types, strings;
	uint16_t magic;

	if (size < HEADER_LEN)
		return fault_set(fault, EBADMSG, path, "", "the type information is cut off");
	memcpy(&magic, d, sizeof(magic));
	len = load(d + 4);
	if (magic != MAGIC || d[2] != VERSION || len < HEADER_LEN || len > size)
		return fault_set(fault, EBADMSG, path, "", "this is no BTF of version %d", VERSION);
	types = load(d + 8);
	btf->types_len = load(d + 12);
	strings = load(d + 16);
	btf->strings_len = load(d + 20);
	size -= len;
	if (types > size || btf->types_len > size - types || strings > size ||
		btf->strings_len > size - strings)
		return fault_set(fault, EBADMSG, path, "",
			"a section of the type information lies outside of it");
	btf->types = d + len + types;
	btf->strings = (const char *)d + len + strings;
	if (!btf->strings_len || btf->strings[btf->strings_len - 1])
		return fault_set(
			fault, EBADMSG, path, "", "the names in the type information do not end");
	return 0;
}

/* Its size, or -errno. The kernel gives a page a call. */
static ssize_t read_all(int fd, uint8_t **data)
{
	size_t len = 0;
	struct stat st;
	ssize_t n = 0;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_size > BTF_SIZE_MAX)
		return -EFBIG;
	*data = mem_new(st.st_size ? (size_t)st.st_size : 1, 1);
	while (len < (size_t)st.st_size) {
		n = read(fd, *data + len, (size_t)st.st_size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return n < 0 ? -errno : (ssize_t)len;
}

int btf_parse(struct btf *btf, size_t size, const char *path, struct fault *fault)
{
	int err = parse_header(btf, size, path, fault);

	if (!err)
		err = index_types(btf, path, fault);
	if (err)
		btf_close(btf);
	return err;
}

int btf_open(struct btf *btf, const char *path, struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	*btf = (struct btf){0};
	if (fd < 0)
		return fault_set(
			fault, errno, path, "", "the kernel's type information cannot be opened");
	size = read_all(fd, &btf->data);
	close(fd);
	if (size < 0) {
		btf_close(btf);
		return fault_set(fault, (int)-size, path, "",
			"the kernel's type information cannot be read");
	}
	return btf_parse(btf, (size_t)size, path, fault);
}

void btf_close(struct btf *btf)
{
	free(btf->data);
	free(btf->offsets);
	*btf = (struct btf){0};
}

/* Whether type id is of that kind and name; without looking at the rest of it. */
static bool is_named(const struct btf *btf, uint32_t id, unsigned int kind, const char *name)
{
	const uint8_t *at = btf->types + btf->offsets[id - 1];

	return (at[__BYTE_ORDER == __BIG_ENDIAN ? 4 : 7] & 0x1f) == kind &&
	       !strcmp(name_at(btf, load(at)), name);
}

/* Joins the answers of types of one name: they must agree. */
static bool join(int *all, int one)
{
	if (one < 0)
		return true;
	if (*all >= 0 && *all != one) {
		*all = -ENOENT;
		return false;
	}
	*all = one;
	return true;
}

static int arg_of(const struct btf *btf, uint32_t func, const char *arg)
{
	struct type type;

	if (!type_at(btf, func, &type) || !type_at(btf, type.ref, &type) ||
		type.kind != KIND_FUNC_PROTO)
		return -ENOENT;
	for (uint32_t i = 0; i < type.nr; i++)
		if (!strcmp(name_at(btf, load(type.parts + i * PARAM_LEN)), arg))
			return (int)i;
	return -ENOENT;
}

int btf_func_arg(const struct btf *btf, const char *func, const char *arg)
{
	int nr = -ENOENT;

	for (uint32_t id = 1; id <= btf->nr_types; id++)
		if (is_named(btf, id, KIND_FUNC, func) && !join(&nr, arg_of(btf, id, arg)))
			break;
	return nr;
}

static bool is_alias(unsigned int kind)
{
	return (kind >= KIND_TYPEDEF && kind <= KIND_RESTRICT) || kind == KIND_TYPE_TAG;
}

/* The structure or union behind names and qualifiers. */
static bool resolve(const struct btf *btf, uint32_t id, struct type *type)
{
	for (int i = 0; i < DEPTH_MAX && type_at(btf, id, type); i++) {
		if (type->kind == KIND_STRUCT || type->kind == KIND_UNION)
			return true;
		if (!is_alias(type->kind))
			return false;
		id = type->ref;
	}
	return false;
}

/* In bits. steps: what may still be looked at. */
static int64_t member_bits(const struct btf *btf, const struct type *type, const char *member,
	unsigned int depth, unsigned int *steps)
{
	for (uint32_t i = 0; i < type->nr && *steps; i++, --*steps) {
		const uint8_t *at = type->parts + i * MEMBER_LEN;
		uint32_t bits = load(at + 8), width = type->flag ? bits >> 24 : 0;
		const char *name = name_at(btf, load(at));
		struct type inner;
		int64_t in;

		if (type->flag)
			bits &= 0xffffff;
		if (!strcmp(name, member))
			return width ? -ENOENT : (int64_t)bits;
		if (name[0] || !depth || !resolve(btf, load(at + 4), &inner))
			continue;
		in = member_bits(btf, &inner, member, depth - 1, steps);
		if (in >= 0)
			return bits + in;
		if (!*steps)
			break;
	}
	return -ENOENT;
}

static int member_of(const struct btf *btf, uint32_t id, const char *member)
{
	unsigned int steps = STEPS_MAX;
	struct type type;
	int64_t bits;

	if (!type_at(btf, id, &type))
		return -ENOENT;
	bits = member_bits(btf, &type, member, DEPTH_MAX, &steps);
	return bits < 0 || bits % 8 || bits / 8 >= type.ref ? -ENOENT : (int)(bits / 8);
}

int btf_member(const struct btf *btf, const char *struct_name, const char *member)
{
	int offset = -ENOENT;

	for (uint32_t id = 1; id <= btf->nr_types; id++)
		if (is_named(btf, id, KIND_STRUCT, struct_name) &&
			!join(&offset, member_of(btf, id, member)))
			break;
	return offset;
}
