/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "golden.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static FILE *golden_open(const char *name, const char *mode)
{
	const char *dir = getenv("srcdir");
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/unit/golden/%s.txt", dir ? dir : ".", name);
	file = fopen(path, mode);
	if (!file)
		fail_msg("cannot open %s", path);
	return file;
}

static void expect_golden(const char *name, const char *text)
{
	const char *mode = getenv("MPROTTOP_GOLDEN");
	bool write = mode && strcmp(mode, "write") == 0;
	FILE *file = golden_open(name, write ? "w" : "r");
	struct buf want = {0};
	char part[4096];
	size_t len;

	if (write)
		fputs(text, file);
	while (!write && (len = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(&want, part, len);
	fclose(file);
	if (!write)
		assert_string_equal(text, want.data ? want.data : "");
	buf_done(&want);
}

void golden(struct scene *scene, const char *name, int width, int height)
{
	struct buf text = {0};

	expect_golden(name, scene_draw(scene, width, height, &text));
	buf_done(&text);
}

void golden_sizes(struct scene *scene, const char *name)
{
	static const int sizes[][2] = {{20, 5}, {80, 24}, {140, 40}, {200, 60}};
	char full[64];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		snprintf(full, sizeof(full), "%s-%dx%d", name, sizes[i][0], sizes[i][1]);
		golden(scene, full, sizes[i][0], sizes[i][1]);
	}
}
