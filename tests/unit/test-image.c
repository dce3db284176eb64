/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/image.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PAGE 4096

struct made {
	struct names names;
	struct image *image;
};

static struct mapping mapping(
	uint64_t start, uint64_t offset, uint64_t ino, bool exec, const char *name)
{
	return (struct mapping){.start = start * PAGE,
		.end = (start + 1) * PAGE,
		.offset = offset * PAGE,
		.ino = ino,
		.exec = exec,
		.name = name,
		.name_len = strlen(name)};
}

static void make(struct made *made, const struct mapping *list, size_t nr)
{
	*made = (struct made){0};
	made->image = image_new(&made->names, list, nr);
	assert_int_equal(image_nr(made->image), nr);
}

static void done(struct made *made)
{
	image_free(made->image);
	names_done(&made->names);
}

/* site NULL: nothing is known of addr. */
static void site_is(const struct made *made, uint64_t addr, const char *site)
{
	uint64_t offset = 0;
	const struct name *name = image_site(made->image, addr, &offset);
	char text[96];

	if (!site) {
		assert_null(name);
		return;
	}
	assert_non_null(name);
	image_site_text(text, sizeof(text), name, offset);
	assert_string_equal(text, site);
}

static void test_sites(void **state)
{
	const struct mapping list[] = {
		mapping(0x400, 0, 1, false, "/bin/prog"), /* at a fixed address */
		mapping(0x401, 1, 1, true, "/bin/prog"), mapping(0x402, 2, 1, false, "/bin/prog"),
		mapping(0x403, 2, 1, false, "/bin/prog"), /* the same page of the file again */
		mapping(0x500, 0, 0, false, "[heap]"), mapping(0x600, 0, 0, true, ""),
		mapping(0x700, 0, 2, false, "/lib/libfoo.so.1"),
		mapping(0x701, 3, 2, true, "/lib/libfoo.so.1"),
		mapping(0x702, 0, 0, false, ""), /* a hole in it */
		mapping(0x703, 5, 2, true, "/lib/libfoo.so.1"),
		mapping(0x704, 0, 2, false, "/lib/libfoo.so.1"), /* a second load */
		mapping(0x705, 1, 2, true, "/lib/libfoo.so.1"),
		mapping(0x706, 0, 3, true, "/other/libfoo.so.1"), /* another of that name */
		mapping(0x800, 0, 4, true, "/memfd:a/b (deleted)"),
		mapping(0x801, 0, 5, true, "/lib/old.so (deleted)"),
		mapping(0x802, 0, 6, true, "/tmp/new\\012line"),
		mapping(0x803, 0, 0, true, "[vdso]"),
		mapping(0x804, 7, 8, true, "/tmp/part"), /* mapped from its middle */
	};
	struct made made;

	(void)state;
	make(&made, list, ARRAY_SIZE(list));
	site_is(&made, 0, NULL);
	site_is(&made, 0x3fffff, NULL);
	site_is(&made, 0x400123, NULL);
	site_is(&made, 0x401123, "prog+0x1123");
	site_is(&made, 0x401fff, "prog+0x1fff");
	site_is(&made, 0x402000, NULL);
	site_is(&made, 0x500000, NULL);
	site_is(&made, 0x600010, "[anon]+0x10");
	site_is(&made, 0x701010, "libfoo.so.1+0x1010");
	site_is(&made, 0x702010, NULL);
	site_is(&made, 0x703010, "libfoo.so.1+0x3010");
	site_is(&made, 0x705010, "libfoo.so.1+0x1010");
	site_is(&made, 0x706010, "libfoo.so.1+0x10");
	site_is(&made, 0x800001, "memfd:a/b+0x1");
	site_is(&made, 0x801001, "old.so+0x1");
	site_is(&made, 0x802001, "new?line+0x1");
	site_is(&made, 0x803001, "[vdso]+0x1");
	site_is(&made, 0x804001, "part+0x7001");
	site_is(&made, 0x805000, NULL);
	site_is(&made, UINT64_MAX, NULL);
	done(&made);
}

static void test_names(void **state)
{
	const struct mapping list[] = {
		mapping(1, 0, 1, false, "/lib/libfoo.so"),
		mapping(2, 0, 0, false, "[stack]"),
		mapping(3, 0, 0, false, ""),
		mapping(4, 0, 2, false, "/memfd:name (deleted)"),
		mapping(5, 0, 3, true, "/dev/zero (deleted)"),
		mapping(6, 0, 4, false, "/dev/zero"),
	};
	struct made made;
	char text[96];

	(void)state;
	make(&made, list, ARRAY_SIZE(list));
	assert_null(image_name(made.image, 0));
	assert_string_equal(image_name(made.image, 0x1fff), "libfoo.so");
	assert_string_equal(image_name(made.image, 0x2000), "[stack]");
	assert_string_equal(image_name(made.image, 0x3000), "anonymous");
	assert_string_equal(image_name(made.image, 0x4000), "memfd:name");
	assert_string_equal(image_name(made.image, 0x5000), "shared memory");
	assert_true(image_place(made.image, 0x5010, text, sizeof(text)));
	assert_string_equal(text, "shared memory");
	site_is(&made, 0x5010, "[shared]+0x10");
	assert_string_equal(image_name(made.image, 0x6000), "zero");
	assert_null(image_name(made.image, 0x7000));
	done(&made);
}

/* The offset stays whole, whatever the name is. */
static void test_text(void **state)
{
	char path[600] = "/", text[96];
	struct mapping m;
	struct made made;
	uint64_t offset = 0;
	struct name *name;

	(void)state;
	memset(path + 1, 'x', sizeof(path) - 2);
	m = mapping(1, 0, 1, true, path);
	make(&made, &m, 1);
	name = image_site(made.image, 0x1abc, &offset);
	assert_non_null(name);
	assert_int_equal(strlen(name->text), 255);
	image_site_text(text, sizeof(text), name, offset);
	assert_int_equal(strlen(text), sizeof(text) - 1);
	assert_string_equal(text + sizeof(text) - 1 - 6, "+0xabc");
	image_site_text(text, 7, name, offset);
	assert_string_equal(text, "+0xabc");
	image_site_text(text, 6, name, offset);
	assert_string_equal(text, "");
	done(&made);
	m = mapping(1, 0, 1, true, "/\033[2J\xff");
	make(&made, &m, 1);
	site_is(&made, 0x1001, "?[2J?+0x1");
	done(&made);
	make(&made, NULL, 0);
	site_is(&made, 0x1001, NULL);
	done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
