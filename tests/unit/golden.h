/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole screens as text, against golden/NAME.txt; MPROTTOP_GOLDEN=write writes them anew.
 */
#ifndef MPROTTOP_TEST_GOLDEN_H
#define MPROTTOP_TEST_GOLDEN_H

#include "scene.h"

/* Draws at a size, compares with golden/NAME.txt. */
void golden(struct scene *scene, const char *name, int width, int height);

/* At the four sizes that each screen is looked at, as NAME-WIDTHxHEIGHT. */
void golden_sizes(struct scene *scene, const char *name);

#endif
