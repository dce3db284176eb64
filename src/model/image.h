/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The address space of a process, as it was when its mappings were read: which file lies where. An
 * image owns its list and holds its names; whoever made it frees it. Nothing fails.
 *
 * An ELF address is the offset from where the file is loaded: from the lowest mapping of the load,
 * less that mapping's offset in the file.
 */
#ifndef MPROTTOP_IMAGE_H
#define MPROTTOP_IMAGE_H

#include "base/mapping.h"
#include "model/name.h"

struct image;

/* The mappings in order of their addresses, and apart. */
struct image *image_new(struct names *names, const struct mapping *list, size_t nr);
void image_free(struct image *image);

size_t image_nr(const struct image *image);

/* The name of what is executed at addr, and where in it that is; NULL where nothing executable
 * lies there. The name is the image's. */
struct name *image_site(const struct image *image, uint64_t addr, uint64_t *offset);

/* What the range is of, by its start: "libfoo.so", "[heap]", "memfd:name", "anonymous"; NULL where
 * nothing lies there. */
const char *image_name(const struct image *image, uint64_t start);

/* "libfoo.so+0x1a2000" of a file, else as image_name(), clean; false where nothing lies there. */
bool image_place(const struct image *image, uint64_t addr, char *text, size_t size);

/* Whether a program's code can lie at addr: not in the first pages (mmap_min_addr), nor where the
 * kernel's half begins. */
bool image_site_can(uint64_t addr);

/* "libfoo.so+0x1a2b", clean; a name that is too long for text is cut. NULL: offset is an address of
 * which no mapping is known, "0x7f00000a2b". */
void image_site_text(char *text, size_t size, const struct name *name, uint64_t offset);

#endif
