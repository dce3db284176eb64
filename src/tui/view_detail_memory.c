/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/grid.h"
#include "tui/view_detail.h"
#include "base/buf.h"
#include "base/fmt.h"
#include "base/prot.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CELL 7 /* of the matrix */

static void prot_put(struct paper *paper, enum style style, uint32_t prot, int width)
{
	struct buf text = {0};

	prot_text(prot & 7, "", &text);
	paper_printf(paper, style, "%*s", width, text.data);
	buf_done(&text);
}

/* Rows and columns that hold nothing are left out. */
static void used(const struct study *study, bool from[STUDY_PROT], bool to[STUDY_PROT])
{
	for (unsigned int i = 0; i < STUDY_PROT; i++)
		for (unsigned int k = 0; k < STUDY_PROT; k++) {
			from[i] |= study->matrix[i][k] > 0;
			to[k] |= study->matrix[i][k] > 0;
		}
}

/* What makes memory executable stands out, as in the W^X columns. */
static enum style cell_style(unsigned int from, unsigned int to)
{
	uint8_t mask = kind_mask(from, to);

	if (mask & 1u << VERDICT_WX)
		return STYLE_BAD;
	return mask && to & 4 ? STYLE_WARN : STYLE_VALUE;
}

static void matrix_line(struct paper *paper, const struct study *study, unsigned int from,
	const bool to[STUDY_PROT])
{
	char text[FMT_SIZE];

	if (!paper_next(paper))
		return;
	prot_put(paper, STYLE_HEADER, from, 7);
	for (unsigned int k = 0; k < STUDY_PROT; k++) {
		uint64_t nr = study->matrix[from][k];

		if (to[k])
			paper_printf(paper, nr ? cell_style(from, k) : STYLE_DIM, "%*s", CELL,
				nr ? fmt_count(text, nr) : ".");
	}
}

static void matrix_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct study *study = &snap->detail.study;
	bool from[STUDY_PROT] = {0}, to[STUDY_PROT] = {0};

	paper_title(paper, "Changes of protection");
	if (!(snap->facts & fact_mask("old"))) {
		paper_put(paper, STYLE_DIM, "   -   this source does not tell what was before");
		return;
	}
	if (!study->changes) {
		paper_put(paper, STYLE_DIM, "   none since they are counted");
		return;
	}
	used(study, from, to);
	paper_put(paper, STYLE_NORMAL, "   from the left, to the top");
	paper_next(paper);
	paper_put(paper, STYLE_NORMAL, "       ");
	for (unsigned int k = 0; k < STUDY_PROT; k++)
		if (to[k])
			prot_put(paper, STYLE_HEADER, k, CELL);
	for (unsigned int i = 0; i < STUDY_PROT; i++)
		if (from[i])
			matrix_line(paper, study, i, to);
}

static void callers_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct detail *d = &snap->detail;
	uint64_t all = 0;
	char count[FMT_SIZE], pct[FMT_SIZE];

	paper_title(paper, "Called from");
	if (!d->nr_sites) {
		paper_put(paper, STYLE_DIM,
			snap->facts & fact_mask("site") ? "   no call since that is traced"
							: "   -   this source does not tell");
		return;
	}
	for (unsigned int i = 0; i < d->nr_sites; i++)
		all += d->sites[i].nr;
	for (unsigned int i = 0; i < d->nr_sites; i++) {
		const struct detail_site *site = &d->sites[i];

		if (!paper_next(paper))
			continue;
		paper_printf(paper, STYLE_VALUE, "  %7s", fmt_count(count, site->nr));
		paper_printf(paper, STYLE_NORMAL, "%6s%%  %s",
			fmt_fixed(pct, 100.0 * (double)site->nr / (double)all, 1),
			site->text[0] ? site->text : "- (not known)");
	}
}

/* What lies there; where that has no name, what it is used for. */
static const char *region_name(const struct detail *d, unsigned int i)
{
	const struct study_region *region = &d->study.regions[i];
	const char *name = d->regions[i], *why = reasons[region->reason].name;

	if (name[0] && strcmp(name, "anonymous") != 0)
		return name;
	if (!name[0] && !region->told)
		return "-";
	if (region->told && region->file)
		return "file";
	if (!strcmp(why, "stack guard"))
		return "thread stack";
	return !strcmp(why, "arena") ? "malloc arena" : "anonymous";
}

enum {
	CALLS,
	ADDR,
	SIZE,
	CHANGE,
	WHY,
	MEMORY,
};

static const struct grid_column grid_columns[] = {
	[CALLS] = {"CALLS", 7, 100, true},
	[ADDR] = {"ADDRESS", 12, 60, true},
	[SIZE] = {"SPAN", 6, 70, true},
	[CHANGE] = {"OLD > NEW", 9, 80, false},
	[WHY] = {"WHY", 11, 50, false},
	[MEMORY] = {"MEMORY", 16, 90, false},
	{NULL, 0, 0, false},
};

static void region_draw(const struct grid *grid, const struct detail *d, unsigned int i, int y)
{
	const struct study_region *region = &d->study.regions[i];
	char text[FMT_SIZE];
	struct buf change = {0};

	grid_put(grid, CALLS, y, STYLE_VALUE, fmt_count(text, region->nr));
	snprintf(text, sizeof(text), "%" PRIx64, region->start);
	grid_put(grid, ADDR, y, STYLE_NORMAL, text);
	grid_put(grid, SIZE, y, STYLE_NORMAL, fmt_bytes(text, region->end - region->start));
	if (region->told)
		prot_text(region->before & 7, "", &change);
	else
		buf_puts(&change, "-  ");
	buf_puts(&change, " > ");
	prot_text(region->after & 7, "", &change);
	grid_put(grid, CHANGE, y, STYLE_NORMAL, change.data);
	grid_put(grid, WHY, y, STYLE_NORMAL, reasons[region->reason].name);
	grid_put(grid, MEMORY, y, STYLE_VALUE, region_name(d, i));
	buf_done(&change);
}

/* The next one by count behind those in done, STUDY_REGIONS: no more. */
static unsigned int next_region(const struct study *study, unsigned int *done)
{
	unsigned int best = STUDY_REGIONS;

	for (unsigned int i = 0; i < STUDY_REGIONS; i++)
		if (study->regions[i].nr && !(*done & 1u << i) &&
			(best == STUDY_REGIONS || study->regions[i].nr > study->regions[best].nr))
			best = i;
	*done |= 1u << best;
	return best;
}

static void regions_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct detail *d = &snap->detail;
	unsigned int done = 0, i = next_region(&d->study, &done);
	struct grid grid;

	paper_title(paper, "Memory changed most");
	if (i == STUDY_REGIONS) {
		paper_put(paper, STYLE_DIM, "   none since it is counted");
		return;
	}
	grid_make(&grid, paper->canvas, grid_columns, paper->area.x + 2,
		paper->area.x + paper->area.w);
	if (paper_next(paper))
		grid_names(&grid, paper->y);
	for (; i < STUDY_REGIONS; i = next_region(&d->study, &done))
		if (paper_next(paper))
			region_draw(&grid, d, i, paper->y);
}

static void thread_line(struct paper *paper, const struct snapshot *snap, unsigned int i)
{
	const struct study_thread *thread = &snap->detail.study.threads[i];
	uint64_t now_ns = snap->totals.closed_ns;
	double ago = now_ns > thread->last_ns ? (double)(now_ns - thread->last_ns) / 1e9 : 0;
	char count[FMT_SIZE], text[FMT_SIZE];

	if (!paper_next(paper))
		return;
	paper_printf(paper, STYLE_NORMAL, "  %7" PRIu32, thread->tid);
	paper_printf(paper, STYLE_VALUE, "%9s", fmt_count(count, thread->nr));
	paper_printf(paper, STYLE_NORMAL, "%8s s ago  %s", fmt_fixed(text, ago, 1),
		snap->detail.threads[i][0] ? snap->detail.threads[i] : "-");
}

static void threads_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct study *study = &snap->detail.study;

	paper_title(paper, "Threads that called most");
	if (!study->threads[0].nr) {
		paper_put(paper, STYLE_DIM, "   none since they are counted");
		return;
	}
	if (paper_next(paper))
		paper_printf(paper, STYLE_HEADER, "  %7s%9s%14s  NAME", "TID", "CALLS", "LAST");
	for (unsigned int done = 0;;) {
		unsigned int best = STUDY_THREADS;

		for (unsigned int i = 0; i < STUDY_THREADS; i++)
			if (study->threads[i].nr && !(done & 1u << i) &&
				(best == STUDY_THREADS ||
					study->threads[i].nr > study->threads[best].nr))
				best = i;
		if (best == STUDY_THREADS)
			return;
		done |= 1u << best;
		thread_line(paper, snap, best);
	}
}

void view_detail_memory(struct paper *paper, const struct snapshot *snap)
{
	matrix_draw(paper, snap);
	callers_draw(paper, snap);
	regions_draw(paper, snap);
	threads_draw(paper, snap);
}
