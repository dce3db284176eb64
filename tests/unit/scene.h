/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ui over a made-up snapshot, for tests: rows, keys, and the screen as text. scene_done() frees
 * what scene_init() made.
 */
#ifndef MPROTTOP_TEST_SCENE_H
#define MPROTTOP_TEST_SCENE_H

#include "base/buf.h"
#include "tui/ui.h"

#define SCENE_ROWS 1000

struct scene {
	struct ui *ui;
	struct snapshot snap;
	struct run_info info;
	struct canvas canvas;
	unsigned int made; /* rows so far */
	struct probe_stat probes[3], beside[2];
	struct cpu_stat cpus[16];
	struct breach_line breaches[12];
	struct log *log;
};

void scene_init(struct scene *scene, unsigned int nr_rows, bool ascii);
void scene_done(struct scene *scene);

/* Sorts as the ui says. */
void scene_sort(struct scene *scene);

/* Counts that are in proportion. */
struct counts scene_counts(uint64_t calls);

/* The screen as text, in *text. */
const char *scene_draw(struct scene *scene, int width, int height, struct buf *text);

/* Adds lines to the log. */
void scene_log(struct scene *scene, unsigned int nr);

/* Presses a key, or one after the other; does what the loop would, returns the REACT_ bits. */
unsigned int scene_press(struct scene *scene, uint32_t code);
unsigned int scene_type(struct scene *scene, const char *text);
unsigned int scene_click(struct scene *scene, uint32_t code, int x, int y);

#endif
