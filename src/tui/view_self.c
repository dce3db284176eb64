/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/paper.h"
#include "tui/state.h"
#include "tui/view_head.h"
#include "base/fmt.h"
#include "base/num.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define INDENT     12
#define WIDE       96
#define NAME_CELLS 34
#define NAME_FEW   24 /* in a narrower window */
#define BAR_CELLS  20 /* of a buffer that is full */

static void number(struct paper *paper, int width, bool known, uint64_t n)
{
	char text[FMT_SIZE];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	paper_printf(paper, n ? STYLE_VALUE : STYLE_NORMAL, "%*s", width, known ? text : "-");
}

static void loss(struct paper *paper, int width, bool known, uint64_t n)
{
	char text[FMT_SIZE];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	paper_printf(
		paper, known && n ? STYLE_BAD : STYLE_NORMAL, "%*s", width, known ? text : "-");
}

static void part(struct paper *paper, const char *name, bool known, uint64_t n)
{
	paper_printf(paper, STYLE_NORMAL, "  %s ", name);
	number(paper, 0, known, n);
}

/* The law: what was hit came, or was lost. */
static void account_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct self_stat *self = &snap->self;
	const struct health *health = &snap->health;

	paper_title(paper, "Account");
	paper_next(paper);
	part(paper, "hits", self->hits_known, self->hits);
	part(paper, "delivered", true, self->delivered);
	paper_put(paper, STYLE_NORMAL, "   lost ");
	loss(paper, 0, true, self->lost);
	paper_put(paper, STYLE_NORMAL, "   unaccounted ");
	loss(paper, 0, self->hits_known || health->unaccounted, health->unaccounted);
	paper_next(paper);
	paper_put(paper, STYLE_NORMAL, "  missed by probes ");
	loss(paper, 0, self->hits_known || health->missed, health->missed);
	paper_put(paper, STYLE_NORMAL, "   read by others ");
	loss(paper, 0, true, self->stolen);
	part(paper, " not read yet", true, self->waiting);
	paper_put(paper, STYLE_NORMAL, "   task events lost ");
	loss(paper, 0, true, health->lost_side);
	paper_next(paper);
	paper_put(paper, STYLE_DIM,
		self->hits_known ? "  full: of each hit it is known what came of it (hits are read "
				   "before the rest)"
				 : "  partial: this source counts no hits, so what never came "
				   "cannot be told");
}

static void cost_draw(struct paper *paper, const struct snapshot *snap)
{
	static const char *const names[] = {"tracer", "monitor"};
	const struct self_stat *self = &snap->self;
	char cpu[FMT_SIZE], pss[FMT_SIZE], ms[FMT_SIZE];

	paper_title(paper, "Own cost");
	for (int i = 0; i < 2; i++) {
		fmt_fixed(cpu, self->cpu_pct[i], 1);
		paper_next(paper);
		paper_printf(paper, STYLE_NORMAL, "  %-*s%8s%% CPU", INDENT, names[i], cpu);
		paper_printf(paper, STYLE_NORMAL, "%9s memory",
			self->pss_bytes[i] ? fmt_bytes(pss, self->pss_bytes[i]) : "-");
		if (i)
			paper_put(paper, STYLE_DIM, "   reads and shows; not privileged");
		else
			paper_put(paper, STYLE_DIM, "   holds the privilege; waits");
	}
	paper_next(paper);
	paper_printf(paper, STYLE_NORMAL, "  %-*s%8" PRIu64 " drawn, the longest took %s ms",
		INDENT, "frames", self->frames, fmt_fixed(ms, self->longest_frame_ms, 1));
	paper_next(paper);
	paper_printf(paper, STYLE_NORMAL, "  %-*s%8" PRIu64 " of mprottop itself, in no row",
		INDENT, "own calls", snap->totals.own_calls);
}

/* The end of a name tells the most: "m4242_777_mprotect_return". */
static void event_name(struct paper *paper, int cells, const char *name)
{
	size_t len = strlen(name), room = (size_t)cells;
	const char *more = paper->canvas->ascii ? "~" : "…";

	if (len <= room)
		paper_printf(paper, STYLE_NORMAL, "  %-*s", cells, name);
	else
		paper_printf(paper, STYLE_NORMAL, "  %s%s", more, name + len - room + 1);
}

static void probe_draw(struct paper *paper, int cells, const struct probe_stat *probe)
{
	bool known = probe->hits_known;
	char cost[FMT_SIZE];

	paper_next(paper);
	event_name(paper, cells, probe->name);
	number(paper, 12, known, probe->hits);
	loss(paper, 8, known, probe->missed);
	paper_printf(paper, STYLE_NORMAL, "%9s  ", fmt_about(cost, probe->cost_ns));
	/* by somebody else: in front, as places are cut */
	if (known && !probe->listed)
		paper_put(paper, STYLE_BAD, "removed: ");
	paper_put(paper, STYLE_NORMAL, probe->place);
}

static void costs_draw(struct paper *paper, const struct probe_cost *cost)
{
	char call[FMT_SIZE], other[FMT_SIZE];

	paper_next(paper);
	if (isnan(cost->call_ns)) {
		paper_put(
			paper, STYLE_DIM, "  COST: what a probe adds to a call is not known here");
		return;
	}
	paper_printf(paper, STYLE_NORMAL, "  all add %s to a call of mprotect",
		fmt_about(call, cost->call_ns));
	if (!isnan(cost->other_ns))
		paper_printf(paper, STYLE_NORMAL, ", and %s to every other system call",
			fmt_about(other, cost->other_ns));
	paper_next(paper);
	paper_put(paper, STYLE_DIM,
		"  COST: what it added to an own call when it was switched on; -: not measured");
}

static void probes_draw(struct paper *paper, const struct snapshot *snap)
{
	const struct self_stat *self = &snap->self;
	int cells = paper->area.w < WIDE ? NAME_FEW : NAME_CELLS;

	paper_title(paper, "Probes");
	if (paper_next(paper))
		paper_printf(paper, STYLE_HEADER, "  %-*s%12s%8s%9s  %s", cells, "EVENT", "HITS",
			"MISSED", "COST", "PLACE");
	for (unsigned int i = 0; i < self->nr_probes; i++)
		probe_draw(paper, cells, &self->probes[i]);
	/* hits of those are in no account: what matters is what they cost */
	for (unsigned int i = 0; i < self->nr_beside; i++)
		if (!isnan(self->beside[i].cost_ns))
			probe_draw(paper, cells, &self->beside[i]);
	costs_draw(paper, &snap->cost);
}

static void fill_bar(struct paper *paper, double pct)
{
	const char *full = paper->canvas->ascii ? "#" : "█";
	uint64_t cells = num_u64_of_double(pct * BAR_CELLS / 100 + 0.999);

	for (unsigned int i = 0; i < BAR_CELLS; i++)
		paper_put(paper, i < cells ? STYLE_GRAPH : STYLE_DIM, i < cells ? full : ".");
}

static void buffers_draw(struct paper *paper, const struct self_stat *self)
{
	char text[FMT_SIZE];

	paper_title(paper, "Buffers");
	if (paper_next(paper))
		paper_printf(paper, STYLE_HEADER, "  %-5s%-8s%12s%10s%10s  FILL of %s", "CPU", "OF",
			"DELIVERED", "LOST", "WAITING",
			self->buffer_bytes ? fmt_bytes(text, self->buffer_bytes) : "-");
	for (unsigned int i = 0; i < self->nr_cpus; i++) {
		const struct cpu_stat *cpu = &self->cpus[i];

		if (!paper_next(paper))
			continue;
		paper_printf(paper, STYLE_NORMAL, "  %-5" PRIu32 "%-8s%12" PRIu64, cpu->cpu,
			cpu->side ? "tasks" : "calls", cpu->delivered);
		loss(paper, 10, true, cpu->lost);
		number(paper, 10, true, cpu->waiting);
		paper_printf(paper, STYLE_NORMAL, "  ");
		fill_bar(paper, cpu->fill_pct);
		paper_printf(paper, STYLE_NORMAL, "%5s%%", fmt_fixed(text, cpu->fill_pct, 1));
	}
}

static void self_lines(struct paper *paper, const struct snapshot *snap)
{
	account_draw(paper, snap);
	cost_draw(paper, snap);
	probes_draw(paper, snap);
	buffers_draw(paper, &snap->self);
}

void view_self_draw(struct ui *ui, const struct snapshot *snap, struct canvas *canvas)
{
	struct paper paper = {.canvas = canvas, .area = ui_body(ui)};
	int page = paper.area.h;

	view_head_draw(ui, snap, canvas);
	paper.area.h = 0;
	self_lines(&paper, snap); /* counts them */
	paper.area.h = page;
	paper.top = ui_scrolled(ui, paper.line, page);
	paper.line = 0;
	self_lines(&paper, snap);
}
