/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output_call.h"
#include "base/errname.h"
#include "base/fmt.h"
#include "base/num.h"
#include "base/prot.h"
#include "base/text.h"
#include "model/verdict.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MOST 8 /* changes of a call */

/* Cells a column; the last has no end. Numbers stand right. */
static const struct {
	const char *header;
	int width; /* < 0: left */
} cells[] = {{"TIME", 15}, {"PID", 7}, {"COMMAND", -15}, {"CALL", -13}, {"ADDR", 14}, {"LEN", 5},
	{"PROT", -4}, {"RESULT", -7}, {"TOOK", 6}, {"SITE", -24}, {"WHY", -11}, {"CHANGES", 0}};

enum {
	TIME,
	PID,
	COMMAND,
	CALL,
	ADDR,
	LEN,
	PROT,
	RESULT,
	TOOK,
	SITE,
	WHY,
	CHANGES,
	NR_CELLS
};

static void put_cell(struct output *o, unsigned int cell, const char *text)
{
	char clean[256];
	int pad, width = cells[cell].width;

	/* what is measured must be what is shown */
	text_clean(clean, sizeof(clean), text, strlen(text));
	pad = (width < 0 ? -width : width) - text_width(clean);
	if (cell)
		buf_putc(&o->line, ' ');
	if (width > 0 && pad > 0)
		buf_printf(&o->line, "%*s", pad, "");
	buf_puts(&o->line, clean);
	if (width < 0 && pad > 0)
		buf_printf(&o->line, "%*s", pad, "");
}

int table_call_head(struct output *o)
{
	if (o->config.quiet)
		return 0;
	for (unsigned int i = 0; i < NR_CELLS; i++)
		put_cell(o, i, cells[i].header);
	return table_line(o);
}

/* Since the start of tracing, or the time of day. */
static void put_time(struct output *o, const struct call_line *line)
{
	char text[FMT_SIZE], micro[FMT_SIZE];
	bool known = isfinite(line->time);
	double whole = known ? (double)num_i64_of_double(floor(line->time)) : 0;

	if (o->config.timestamps && !known) {
		put_cell(o, TIME, "-");
		return;
	}
	if (!o->config.timestamps) {
		put_cell(o, TIME, fmt_fixed(text, line->since_s, 6));
		return;
	}
	fmt_fixed(micro, line->time - whole, 6);
	/* 0.9999996 is rounded to 1.000000 */
	fmt_clock(text, whole + (micro[0] == '1'));
	memcpy(text + strlen(text), micro + 1, strlen(micro));
	put_cell(o, TIME, text);
}

static void put_number(struct output *o, unsigned int cell, uint64_t n)
{
	char text[FMT_SIZE];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	put_cell(o, cell, text);
}

static void put_asked(struct output *o, const struct call *call)
{
	bool asked = call->known & CALL_ASKED;
	char text[FMT_SIZE];
	struct buf prot = {0};
	uint64_t addr;

	put_cell(o, CALL, call_name(call));
	if (call_place(call, &addr)) {
		snprintf(text, sizeof(text), "0x%" PRIx64, addr);
		put_cell(o, ADDR, text);
	} else {
		put_cell(o, ADDR, "-");
	}
	if (asked && o->config.raw)
		put_number(o, LEN, call->len);
	else
		put_cell(o, LEN, asked ? fmt_bytes(text, call->len) : "-");
	if (asked && !(call->flags & EVENT_MUNMAP))
		prot_text(call->prot, o->config.machine, &prot);
	else
		buf_putc(&prot, '-');
	if (asked && call->flags & EVENT_PKEY)
		buf_printf(&prot, " key %" PRId32, call->key);
	put_cell(o, PROT, prot.data);
	buf_done(&prot);
}

static void put_outcome(struct output *o, const struct call *call)
{
	bool returned = call->known & CALL_RETURNED;
	char name[ERRNAME_SIZE], text[FMT_SIZE];

	if (returned && call->ret < 0)
		put_cell(o, RESULT, errname_text(name, call_error(call)));
	else
		put_cell(o, RESULT, returned ? "ok" : "-");
	if (call->known & CALL_TIMED && o->config.raw)
		put_number(o, TOOK, call->duration_ns);
	else
		put_cell(o, TOOK,
			call->known & CALL_TIMED ? fmt_nanoseconds(text, call->duration_ns) : "-");
}

/* "rw- > r-x w>x libfoo.so" */
static void add_change(
	struct output *o, const struct call *call, const struct change *change, struct buf *out)
{
	const char *kind = change_kind(change);

	prot_text(change_old(change), "", out);
	buf_puts(out, " > ");
	prot_text(change_new(change), "", out);
	buf_printf(out, " %s%s%s", kind ? kind : "", kind ? " " : "",
		call_backing(o->config.names, call, change));
	if (change->failed)
		buf_puts(out, " failed");
}

static void put_changes(struct output *o, const struct call *call)
{
	uint32_t nr = call->nr_changes < SHOWN_MOST ? call->nr_changes : SHOWN_MOST;

	buf_putc(&o->line, ' ');
	if (!(call->known & CALL_CHANGED))
		buf_putc(&o->line, '-');
	else if (!call->nr_changes)
		buf_puts(&o->line, "none");
	for (uint32_t i = 0; i < nr && call->known & CALL_CHANGED; i++) {
		buf_puts(&o->line, i ? ", " : "");
		add_change(o, call, &call->changes[i], &o->line);
	}
	if (call->known & CALL_CHANGED && call->nr_changes > nr)
		buf_printf(&o->line, ", %" PRIu32 " more", call->nr_changes - nr);
}

int table_call_line(struct output *o, const struct call_line *line)
{
	const struct journal_entry *entry = line->entry;
	const char *site = call_site(o->config.names, &entry->call);
	char id[16];

	put_time(o, line);
	snprintf(id, sizeof(id), "%" PRIu32 "%s",
		entry->pid == EVENT_NO_ID ? entry->call.tid : entry->pid,
		entry->pid == EVENT_NO_ID ? "?" : "");
	put_cell(o, PID, id);
	put_cell(o, COMMAND, entry->comm[0] ? entry->comm : "-");
	put_asked(o, &entry->call);
	put_outcome(o, &entry->call);
	put_cell(o, SITE, site ? site : "-");
	put_cell(o, WHY, entry->why ? entry->why : "-");
	put_changes(o, &entry->call);
	return table_line(o);
}

int table_lost(struct output *o, const struct call_line *line)
{
	const struct journal_entry *entry = line->entry;

	put_time(o, line);
	buf_printf(
		&o->line, " -- %" PRIu64 " event%s lost", entry->lost, entry->lost == 1 ? "" : "s");
	if (entry->nowhere)
		buf_puts(&o->line, ", time and CPU not known --");
	else
		buf_printf(&o->line, " on CPU %u --", entry->call.cpu);
	return table_line(o);
}
