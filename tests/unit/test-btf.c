/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "tracer/btf.h"

#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADER_LEN 24
#define KFLAG      (1u << 31)

enum {
	INT = 1,
	PTR,
	ARRAY,
	STRUCT,
	UNION,
	ENUM,
	FWD,
	TYPEDEF,
	VOLATILE,
	CONST,
	RESTRICT,
	FUNC,
	PROTO,
	VAR,
	DATASEC,
	FLOAT,
	DECL_TAG,
	TYPE_TAG,
	ENUM64,
};

struct blob {
	uint32_t types[512];
	size_t nr_words;
	char strings[2048];
	size_t strings_len;
	uint32_t nr_types;
};

static uint32_t put_name(struct blob *b, const char *name)
{
	size_t len = strlen(name) + 1;
	uint32_t at = (uint32_t)b->strings_len;

	/* the empty name is at 0 */
	if (len == 1 && at)
		return 0;
	assert_true(at + len <= sizeof(b->strings));
	memcpy(b->strings + at, name, len);
	b->strings_len += len;
	return at;
}

static void put_word(struct blob *b, uint32_t word)
{
	assert_true(b->nr_words < ARRAY_SIZE(b->types));
	b->types[b->nr_words++] = word;
}

/* Its number. */
static uint32_t put_type(struct blob *b, const char *name, uint32_t kind, uint32_t nr, uint32_t ref)
{
	put_word(b, put_name(b, name));
	put_word(b, (kind & KFLAG) | (kind & ~KFLAG) << 24 | nr);
	put_word(b, ref);
	return ++b->nr_types;
}

static void put_member(struct blob *b, const char *name, uint32_t type, uint32_t bits)
{
	put_word(b, put_name(b, name));
	put_word(b, type);
	put_word(b, bits);
}

static void put_zeros(struct blob *b, size_t nr)
{
	while (nr--)
		put_word(b, 0);
}

static void blob_init(struct blob *b)
{
	*b = (struct blob){0};
	put_name(b, "");
	put_type(b, "long unsigned int", INT, 0, 8);
	put_word(b, 64);
}

/* The sections as a file holds them. */
static size_t blob_bytes(const struct blob *b, uint8_t *bytes)
{
	size_t types_len = b->nr_words * 4;
	uint32_t header[HEADER_LEN / 4] = {0, HEADER_LEN, 0, (uint32_t)types_len,
		(uint32_t)types_len, (uint32_t)b->strings_len};
	uint16_t magic = 0xeb9f;

	memcpy(bytes, header, HEADER_LEN);
	memcpy(bytes, &magic, 2);
	bytes[2] = 1;
	memcpy(bytes + HEADER_LEN, b->types, types_len);
	memcpy(bytes + HEADER_LEN + types_len, b->strings, b->strings_len);
	return HEADER_LEN + types_len + b->strings_len;
}

static int open_bytes(struct btf *btf, const uint8_t *bytes, size_t len, struct fault *fault)
{
	int fd = memfd_create("btf", MFD_CLOEXEC), err;
	char path[64];

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = btf_open(btf, path, fault);
	close(fd);
	return err;
}

static void open_blob(struct btf *btf, const struct blob *b)
{
	uint8_t bytes[HEADER_LEN + sizeof(b->types) + sizeof(b->strings)];

	assert_int_equal(open_bytes(btf, bytes, blob_bytes(b, bytes), NULL), 0);
	assert_int_equal(btf->nr_types, b->nr_types);
}

static void put_others(struct blob *b)
{
	put_type(b, "", ARRAY, 0, 0);
	put_zeros(b, 3);
	put_type(b, "color", ENUM, 2, 4);
	put_zeros(b, 4);
	put_type(b, "later", FWD, 0, 0);
	put_type(b, "", VOLATILE, 0, 1);
	put_type(b, "", RESTRICT, 0, 1);
	put_type(b, "jiffies", VAR, 0, 1);
	put_zeros(b, 1);
	put_type(b, ".data", DATASEC, 2, 16);
	put_zeros(b, 6);
	put_type(b, "double", FLOAT, 0, 8);
	put_type(b, "tag", DECL_TAG, 0, 1);
	put_zeros(b, 1);
	put_type(b, "tag", TYPE_TAG, 0, 1);
	put_type(b, "wide", ENUM64, 1, 8);
	put_zeros(b, 3);
}

static void put_func(struct blob *b)
{
	static const char *const args[] = {
		"vmi", "tlb", "vma", "pprev", "start", "end", "newflags"};
	uint32_t proto = put_type(b, "", PROTO, ARRAY_SIZE(args), 1);

	for (size_t i = 0; i < ARRAY_SIZE(args); i++) {
		put_word(b, put_name(b, args[i]));
		put_word(b, 1);
	}
	put_type(b, "mprotect_fixup", FUNC, 1, proto);
}

/* Like the kernel's: vm_flags in an unnamed union behind a qualifier and a name. */
static void put_vma(struct blob *b)
{
	uint32_t alias = put_type(b, "vm_flags_t", TYPEDEF, 0, 1);
	uint32_t constant = put_type(b, "", CONST, 0, alias), range, either, flags;

	range = put_type(b, "", STRUCT, 2, 16);
	put_member(b, "vm_start", 1, 0);
	put_member(b, "vm_end", 1, 64);
	either = put_type(b, "", UNION, 1, 16);
	put_member(b, "", range, 0);
	flags = put_type(b, "", UNION, 2, 8);
	put_member(b, "__vm_flags", alias, 0);
	put_member(b, "vm_flags", constant, 0);
	flags = put_type(b, "", CONST, 0, flags);
	put_type(b, "vm_area_struct", STRUCT, 4, 64);
	put_member(b, "", either, 0);
	put_member(b, "vm_mm", 1, 128);
	put_member(b, "", flags, 256);
	put_member(b, "vm_file", 1, 384);
}

static void put_all(struct blob *b)
{
	blob_init(b);
	put_others(b);
	put_vma(b);
	put_func(b);
}

static void test_known(void **state)
{
	struct blob b;
	struct btf btf;

	(void)state;
	put_all(&b);
	open_blob(&btf, &b);
	assert_int_equal(btf_func_arg(&btf, "mprotect_fixup", "vmi"), 0);
	assert_int_equal(btf_func_arg(&btf, "mprotect_fixup", "newflags"), 6);
	assert_int_equal(btf_func_arg(&btf, "mprotect_fixup", "new"), -ENOENT);
	assert_int_equal(btf_func_arg(&btf, "mprotect", "vmi"), -ENOENT);
	assert_int_equal(btf_func_arg(&btf, "vm_area_struct", "vmi"), -ENOENT);
	assert_int_equal(btf_member(&btf, "vm_area_struct", "vm_start"), 0);
	assert_int_equal(btf_member(&btf, "vm_area_struct", "vm_end"), 8);
	assert_int_equal(btf_member(&btf, "vm_area_struct", "vm_flags"), 32);
	assert_int_equal(btf_member(&btf, "vm_area_struct", "vm_file"), 48);
	assert_int_equal(btf_member(&btf, "vm_area_struct", "vm_pgoff"), -ENOENT);
	assert_int_equal(btf_member(&btf, "file", "f_inode"), -ENOENT);
	assert_int_equal(btf_member(&btf, "mprotect_fixup", "vm_file"), -ENOENT);
	btf_close(&btf);
	btf_close(&btf);
}

static void test_bit_fields(void **state)
{
	struct blob b;
	struct btf btf;

	(void)state;
	blob_init(&b);
	put_type(&b, "bits", STRUCT | KFLAG, 3, 16);
	put_member(&b, "whole", 1, 64);
	put_member(&b, "some", 1, 3u << 24 | 64);
	put_member(&b, "odd", 1, 67);
	open_blob(&btf, &b);
	assert_int_equal(btf_member(&btf, "bits", "whole"), 8);
	assert_int_equal(btf_member(&btf, "bits", "some"), -ENOENT);
	assert_int_equal(btf_member(&btf, "bits", "odd"), -ENOENT);
	btf_close(&btf);
}

static void put_file(struct blob *b, uint32_t inode_bits)
{
	put_type(b, "file", STRUCT, 2, 64);
	put_member(b, "f_mode", 1, 0);
	put_member(b, "f_inode", 1, inode_bits);
}

/* Two of one name: one answer if they agree, none if not. */
static void test_twice(void **state)
{
	struct blob b;
	struct btf btf;

	(void)state;
	blob_init(&b);
	put_func(&b);
	put_func(&b);
	put_file(&b, 64);
	put_file(&b, 64);
	open_blob(&btf, &b);
	assert_int_equal(btf_member(&btf, "file", "f_inode"), 8);
	assert_int_equal(btf_func_arg(&btf, "mprotect_fixup", "vma"), 2);
	btf_close(&btf);
	put_file(&b, 128);
	open_blob(&btf, &b);
	assert_int_equal(btf_member(&btf, "file", "f_inode"), -ENOENT);
	assert_int_equal(btf_member(&btf, "file", "f_mode"), 0);
	btf_close(&btf);
}

/* Types that hold or name themselves end all the same. */
static void test_circles(void **state)
{
	struct blob b;
	struct btf btf;
	uint32_t self;

	(void)state;
	blob_init(&b);
	self = b.nr_types + 1;
	put_type(&b, "", STRUCT, 8, 8);
	for (int i = 0; i < 8; i++)
		put_member(&b, "", self, 0);
	put_type(&b, "name", TYPEDEF, 0, b.nr_types + 1);
	put_type(&b, "circle", STRUCT, 3, 8);
	put_member(&b, "", b.nr_types - 1, 0);
	put_member(&b, "", self, 0);
	put_member(&b, "", 999, 0);
	put_type(&b, "far", FUNC, 0, 999);
	put_type(&b, "self", FUNC, 0, b.nr_types + 1);
	open_blob(&btf, &b);
	assert_int_equal(btf_member(&btf, "circle", "x"), -ENOENT);
	assert_int_equal(btf_func_arg(&btf, "far", "x"), -ENOENT);
	assert_int_equal(btf_func_arg(&btf, "self", "x"), -ENOENT);
	btf_close(&btf);
}

/* The fault names what is wrong. */
static void expect_fault(const uint8_t *bytes, size_t len, const char *what)
{
	struct fault fault = {0};
	struct btf btf;

	assert_int_equal(open_bytes(&btf, bytes, len, &fault), -EBADMSG);
	assert_non_null(strstr(fault.what, what));
	assert_null(btf.data);
}

static void test_faults(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *what;
	} samples[] = {
		{0, 0x9e, "no BTF"},
		{2, 2, "no BTF"},
		{4, 23, "no BTF"},
		{7, 1, "no BTF"},
		{11, 1, "section"},
		{15, 1, "section"},
		{19, 1, "section"},
		{23, 1, "section"},
		{HEADER_LEN + 7, 20, "type 1"},
		{HEADER_LEN + 7, 0, "type 1"},
		{HEADER_LEN + 7, 0x41, "type 1"},
		{HEADER_LEN + 6, 1, "type 1"},
	};
	uint8_t bytes[8192], bad[8192];
	struct fault fault = {0};
	struct btf btf;
	struct blob b;
	size_t len;

	(void)state;
	put_all(&b);
	len = blob_bytes(&b, bytes);
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		memcpy(bad, bytes, len);
		/* the samples are little-endian */
		if (__BYTE_ORDER == __BIG_ENDIAN)
			continue;
		bad[samples[i].at] = samples[i].value;
		expect_fault(bad, len, samples[i].what);
	}
	memcpy(bad, bytes, len);
	bad[len - 1] = 'x';
	expect_fault(bad, len, "names");
	assert_int_equal(btf_open(&btf, "/proc/self/nothing", &fault), -ENOENT);
	assert_string_equal(fault.object, "/proc/self/nothing");
}

static void test_too_large(void **state)
{
	int fd = memfd_create("btf", MFD_CLOEXEC);
	struct btf btf;
	char path[64];

	(void)state;
	assert_int_equal(ftruncate(fd, BTF_SIZE_MAX + 1), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(btf_open(&btf, path, NULL), -EFBIG);
	close(fd);
}

static void ask_all(const struct btf *btf)
{
	static const char *const members[] = {"vm_start", "vm_flags", "vm_file", "none"};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		assert_true(btf_member(btf, "vm_area_struct", members[i]) < 1 << 29);
	assert_true(btf_func_arg(btf, "mprotect_fixup", "newflags") < 65536);
}

static void test_cut(void **state)
{
	uint8_t bytes[8192];
	struct btf btf;
	struct blob b;
	size_t len;

	(void)state;
	put_all(&b);
	len = blob_bytes(&b, bytes);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(open_bytes(&btf, bytes, i, NULL), -EBADMSG);
	assert_int_equal(open_bytes(&btf, bytes, len, NULL), 0);
	btf_close(&btf);
}

static void test_flips(void **state)
{
	uint8_t bytes[8192];
	struct btf btf;
	struct blob b;
	size_t len;

	(void)state;
	put_all(&b);
	len = blob_bytes(&b, bytes);
	for (size_t i = 0; i < len * 8; i++) {
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		if (!open_bytes(&btf, bytes, len, NULL)) {
			ask_all(&btf);
			btf_close(&btf);
		}
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

/* This kernel's, where it has one: real ones are read. */
static void test_kernel(void **state)
{
	struct btf btf;

	(void)state;
	if (access(BTF_PATH, R_OK) || btf_open(&btf, BTF_PATH, NULL))
		return;
	assert_true(btf_func_arg(&btf, "mprotect_fixup", "newflags") > 0);
	assert_true(btf_member(&btf, "vm_area_struct", "vm_flags") > 0);
	btf_close(&btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_bit_fields),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_circles),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_kernel),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
