/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/image.h"
#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MOST 255 /* NAME_MAX of the kernel */
#define CODE_LOW  UINT64_C(0x10000)
#define CODE_HIGH (UINT64_C(1) << 56) /* with five levels of page tables */

/* What has no name that tells anything: how it is called, and in sites. */
static const struct nameless {
	const char *name, *site;
} anonymous = {"anonymous", "[anon]"}, shared = {"shared memory", "[shared]"};

struct image_map {
	uint64_t start, end;
	uint64_t base; /* what addresses in it are told from */
	struct name *name;
	const struct nameless *what; /* NULL: it has a name */
	bool exec, file;
};

struct image {
	size_t nr;
	struct image_map maps[];
};

/* A file's mappings that were made together: they follow each other, as their offsets do. */
struct load {
	const struct mapping *last;
	uint64_t base;
};

static bool name_starts(const struct mapping *m, const char *text)
{
	return m->name_len >= strlen(text) && !memcmp(m->name, text, strlen(text));
}

/* The last part of a path, without what the kernel says of it; a newline is one again. */
static struct name *base_name(struct names *names, const struct mapping *m)
{
	static const char deleted[] = " (deleted)", newline[] = "\\012";
	const size_t del = sizeof(deleted) - 1;
	char text[NAME_MOST + 1];
	const char *from = m->name;
	size_t len = m->name_len, nr = 0;
	const char *slash;

	if (len > del && from[0] == '/' && !memcmp(from + len - del, deleted, del))
		len -= del;
	/* its name may hold a slash */
	slash = name_starts(m, "/memfd:") ? from : from[0] == '/' ? memrchr(from, '/', len) : NULL;
	if (slash) {
		len -= (size_t)(slash + 1 - from);
		from = slash + 1;
	}
	for (size_t i = 0; i < len && nr < NAME_MOST; i++) {
		if (len - i >= 4 && !memcmp(from + i, newline, 4)) {
			text[nr++] = '\n';
			i += 3;
		} else {
			text[nr++] = from[i];
		}
	}
	return name_get(names, text, nr);
}

/* The kernel gives anonymous memory that is shared a file of this name; the device itself is not
 * deleted. */
static const struct nameless *nameless_of(const struct mapping *m)
{
	static const char zero[] = "/dev/zero (deleted)";

	if (!m->name_len)
		return &anonymous;
	return m->name_len == sizeof(zero) - 1 && name_starts(m, zero) ? &shared : NULL;
}

static bool same_file(const struct mapping *a, const struct mapping *b)
{
	return a->ino == b->ino && a->major == b->major && a->minor == b->minor;
}

static uint64_t base_of(struct load *load, const struct mapping *m)
{
	if (!m->ino)
		return m->start;
	if (!load->last || !same_file(load->last, m) || m->offset < load->last->offset)
		load->base = m->start - m->offset;
	load->last = m;
	return load->base;
}

struct image *image_new(struct names *names, const struct mapping *list, size_t nr)
{
	struct image *image = mem_new(1, sizeof(*image) + nr * sizeof(image->maps[0]));
	struct load load = {0};

	image->nr = nr;
	for (size_t i = 0; i < nr; i++) {
		const struct mapping *m = &list[i];
		const struct nameless *what = nameless_of(m);

		image->maps[i] = (struct image_map){.start = m->start,
			.end = m->end,
			.base = base_of(&load, m),
			.name = what ? name_get(names, what->site, strlen(what->site))
				     : base_name(names, m),
			.what = what,
			.exec = m->exec,
			.file = m->ino && !what};
	}
	return image;
}

void image_free(struct image *image)
{
	for (size_t i = 0; image && i < image->nr; i++)
		name_put(image->maps[i].name);
	free(image);
}

size_t image_nr(const struct image *image)
{
	return image ? image->nr : 0;
}

static const struct image_map *map_at(const struct image *image, uint64_t addr)
{
	size_t low = 0, high = image->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (image->maps[middle].end <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low < image->nr && image->maps[low].start <= addr ? &image->maps[low] : NULL;
}

struct name *image_site(const struct image *image, uint64_t addr, uint64_t *offset)
{
	const struct image_map *map = map_at(image, addr);

	if (!map || !map->exec)
		return NULL;
	*offset = addr - map->base;
	return map->name;
}

const char *image_name(const struct image *image, uint64_t start)
{
	const struct image_map *map = map_at(image, start);

	if (!map)
		return NULL;
	return map->what ? map->what->name : map->name->text;
}

bool image_place(const struct image *image, uint64_t addr, char *text, size_t size)
{
	const struct image_map *map = map_at(image, addr);
	const char *name;

	if (!map)
		return false;
	name = map->what ? map->what->name : map->name->text;
	if (map->file)
		image_site_text(text, size, map->name, addr - map->base);
	else
		text_clean(text, size, name, strlen(name));
	return true;
}

bool image_site_can(uint64_t addr)
{
	return addr >= CODE_LOW && addr < CODE_HIGH;
}

void image_site_text(char *text, size_t size, const struct name *name, uint64_t offset)
{
	char at[24];
	size_t len = (size_t)snprintf(at, sizeof(at), "%s0x%" PRIx64, name ? "+" : "", offset);

	if (len >= size) {
		if (size)
			text[0] = '\0';
		return;
	}
	len = name ? text_clean(text, size - len, name->text, strlen(name->text)) : 0;
	snprintf(text + len, size - len, "%s", at);
}
