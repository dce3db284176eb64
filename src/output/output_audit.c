/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fmt.h"
#include "base/json.h"
#include "base/prot.h"
#include "base/text.h"
#include "output/output_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *who(const struct row *row)
{
	return row->name ? row->name : row->comm;
}

/* What decides, where this host's policy has nothing to show. */
static const struct audit_call *deciding(const struct audit *audit)
{
	const struct audit_call *call = audit_applied(audit)->call;

	for (unsigned int i = 0; i < AUDIT_POLICIES && !call; i++)
		call = audit->of[i].call;
	return call;
}

static void put_text(struct buf *out, const char *key, const char *text)
{
	json_key(out, key);
	json_text(out, text && *text ? text : NULL);
}

static void put_number(struct buf *out, const char *key, bool hex, uint64_t n, bool known)
{
	char text[24];

	snprintf(text, sizeof(text), hex ? "0x%" PRIx64 : "%" PRIu64, n);
	put_text(out, key, known ? text : NULL);
}

static void put_prot(
	struct buf *out, const char *key, uint64_t prot, const char *machine, bool known)
{
	struct buf text = {0};

	prot_text(prot, machine, &text);
	put_text(out, key, known ? text.data : NULL);
	buf_done(&text);
}

/* Flags of shmat are no protection. */
static bool has_prot(const struct call *call)
{
	return call->known & CALL_ASKED && !(call->flags & EVENT_SHMAT);
}

/* Where the mapping is that decided, or what was asked for or made. */
static bool place(const struct audit_call *c, uint64_t *addr)
{
	bool known = call_place(&c->call, addr);

	if (c->call.nr_changes)
		*addr = c->change.start;
	return c->call.nr_changes || (known && *addr);
}

static void put_call(struct output *o, const struct audit_call *c, const struct daytime *daytime)
{
	const struct call *call = &c->call;
	bool asked = call->known & CALL_ASKED, changed = call->nr_changes, known;
	struct buf *out = &o->line;
	char library[64];
	uint64_t addr;

	json_open(out, '{');
	json_key(out, "time");
	json_double(out, daytime_s(daytime, call->ts_ns));
	json_key(out, "pid");
	json_u64(out, c->pid);
	json_key(out, "tid");
	json_u64(out, call->tid);
	put_text(out, "comm", c->comm);
	put_text(out, "syscall", call_name(call));
	json_key(out, "compat");
	json_bool(out, call->flags & EVENT_COMPAT);
	known = place(c, &addr);
	put_number(out, "addr", true, addr, known);
	put_number(out, "len", false, changed ? c->change.end - c->change.start : call->len,
		asked && call->len);
	put_prot(out, "prot", call->prot, o->config.machine, has_prot(call));
	put_prot(out, "old", changed ? change_old(&c->change) : 0, "", changed);
	put_prot(out, "new", changed ? change_new(&c->change) : 0, "", changed);
	put_text(out, "backing", c->backing);
	put_text(out, "site", c->site);
	audit_library(c, library, sizeof(library));
	put_text(out, "library", library);
	json_close(out, '}');
}

static void put_dropin(struct buf *out, const struct verdict_line *line)
{
	struct buf path = {0}, text = {0};

	json_key(out, "dropin");
	if (line->unit_passes && audit_dropin(line->row->unit, &path, &text)) {
		json_open(out, '{');
		put_text(out, "path", path.data);
		put_text(out, "section", "Service");
		put_text(out, "setting", "MemoryDenyWriteExecute=yes");
		json_close(out, '}');
	} else {
		json_null(out);
	}
	buf_done(&path);
	buf_done(&text);
}

static void put_finding(
	struct output *o, const struct audit_finding *f, const struct daytime *daytime)
{
	struct buf *out = &o->line;

	json_open(out, '{');
	put_text(out, "result", audit_result_name(f->result));
	put_text(out, "reason", f->reason->text);
	json_key(out, "call");
	if (f->call)
		put_call(o, f->call, daytime);
	else
		json_null(out);
	json_close(out, '}');
}

int json_verdict(struct output *o, const struct verdict_line *line)
{
	const struct row *row = line->row;
	struct buf *out = &o->line;

	json_open(out, '{');
	put_text(out, "type", "verdict");
	json_key(out, "time");
	json_double(out, line->time);
	if (line->group)
		put_text(out, "group", line->group);
	json_key(out, "pid");
	if (line->group)
		json_null(out);
	else
		json_u64(out, row->t.pid);
	put_number(out, "start_ns", false, row->t.start_ns, row->t.start_ns && !line->group);
	put_text(out, "comm", who(row));
	put_text(out, "user", row->user);
	put_text(out, "unit", row->unit);
	put_text(out, "container", row->container);
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++) {
		json_key(out, policies[i].name);
		put_finding(o, &row->audit->of[i], line->daytime);
	}
	put_text(out, "applies", policies[row->audit->applies].name);
	put_text(out, "remedy", audit_remedy(row->audit));
	put_dropin(out, line);
	json_close(out, '}');
	return output_line(o);
}

int csv_verdict_head(struct output *o, const char *group, unsigned int applies)
{
	(void)group;
	(void)applies;
	if (o->config.quiet)
		return 0;
	buf_puts(&o->line, "time,pid,start_ns,comm,user,unit,container,");
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		buf_printf(&o->line, "%s,%s_reason,", policies[i].name, policies[i].name);
	buf_puts(&o->line, "applies,call_time,call_pid,call_comm,syscall,addr,len,prot,old,new,"
			   "backing,site,library,remedy");
	return output_line(o);
}

static void csv_text(struct buf *out, const char *text)
{
	const struct value value = {.known = text && *text, .text = text};

	type_csv(&type_text, &value, out);
	buf_putc(out, ',');
}

static void csv_call_part(
	struct output *o, const struct audit_call *c, const struct daytime *daytime)
{
	struct buf *out = &o->line;
	char text[FMT_SIZE], library[64];
	uint64_t addr;
	bool changed;

	if (!c) {
		buf_puts(out, ",,,,,,,,,,,,");
		return;
	}
	buf_printf(out, "%s,%" PRIu32 ",", fmt_fixed(text, daytime_s(daytime, c->call.ts_ns), 6),
		c->pid);
	csv_text(out, c->comm);
	changed = c->call.nr_changes;
	buf_printf(out, "%s,", call_name(&c->call));
	if (place(c, &addr))
		buf_printf(out, "0x%" PRIx64, addr);
	buf_putc(out, ',');
	if (c->call.len)
		buf_printf(
			out, "%" PRIu64, changed ? c->change.end - c->change.start : c->call.len);
	buf_putc(out, ',');
	if (has_prot(&c->call))
		prot_text(c->call.prot, o->config.machine, out);
	buf_putc(out, ',');
	if (changed)
		prot_text(change_old(&c->change), "", out);
	buf_putc(out, ',');
	if (changed)
		prot_text(change_new(&c->change), "", out);
	buf_putc(out, ',');
	csv_text(out, c->backing);
	csv_text(out, c->site);
	audit_library(c, library, sizeof(library));
	csv_text(out, library);
}

int csv_verdict(struct output *o, const struct verdict_line *line)
{
	const struct row *row = line->row;
	struct buf *out = &o->line;
	char text[FMT_SIZE];

	buf_printf(out, "%s,", fmt_fixed(text, line->time, 6));
	if (!line->group)
		buf_printf(out, "%" PRIu32, row->t.pid);
	buf_putc(out, ',');
	if (row->t.start_ns && !line->group)
		buf_printf(out, "%" PRIu64, row->t.start_ns);
	buf_putc(out, ',');
	csv_text(out, who(row));
	csv_text(out, row->user);
	csv_text(out, row->unit);
	csv_text(out, row->container);
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++) {
		csv_text(out, audit_result_name(row->audit->of[i].result));
		csv_text(out, row->audit->of[i].reason->text);
	}
	csv_text(out, policies[row->audit->applies].name);
	csv_call_part(o, deciding(row->audit), line->daytime);
	csv_text(out, audit_remedy(row->audit));
	out->data[--out->len] = '\0';
	return output_line(o);
}

/* Below 0: aligned left. What a row is stands first, then the results. */
#define WIDTH_PID    7
#define WIDTH_USER   -8
#define WIDTH_COMM   -15
#define WIDTH_GROUP  -28
#define WIDTH_RESULT -7

static void put_cell(struct output *o, int width, const char *text)
{
	char clean[256];
	int pad;

	text_clean(
		clean, sizeof(clean), text && *text ? text : "-", text && *text ? strlen(text) : 1);
	pad = (width < 0 ? -width : width) - text_width(clean);
	if (width > 0 && pad > 0)
		buf_printf(&o->line, "%*s", pad, "");
	buf_puts(&o->line, clean);
	if (width < 0 && pad > 0)
		buf_printf(&o->line, "%*s", pad, "");
	buf_putc(&o->line, ' ');
}

static void put_head(struct output *o, int width, const char *text)
{
	char head[16];

	snprintf(head, sizeof(head), "%s", text);
	for (char *c = head; *c; c++)
		*c -= *c >= 'a' && *c <= 'z' ? 'a' - 'A' : 0;
	put_cell(o, width, head);
}

int table_verdict_head(struct output *o, const char *group, unsigned int applies)
{
	if (o->config.quiet)
		return 0;
	if (group) {
		put_head(o, WIDTH_GROUP, group);
	} else {
		put_head(o, WIDTH_PID, "PID");
		put_head(o, WIDTH_USER, "USER");
		put_head(o, WIDTH_COMM, "COMMAND");
	}
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		put_head(o, WIDTH_RESULT, policies[i].name);
	buf_printf(&o->line, "WHY (%s applies)", policies[applies].name);
	return table_line(o);
}

static int table_dropin(struct output *o, const struct verdict_line *line)
{
	struct buf path = {0}, text = {0};
	int err = 0;

	if (line->dropin && line->unit_passes && audit_dropin(line->row->unit, &path, &text)) {
		text_clean(text.data, text.len + 1, text.data, text.len);
		buf_printf(&o->line, "        %s: [Service] MemoryDenyWriteExecute=yes", path.data);
		err = table_line(o);
	}
	buf_done(&path);
	buf_done(&text);
	return err;
}

/* Which call, where and when. */
static void put_deciding(struct output *o, const struct verdict_line *line)
{
	const struct audit_call *c = deciding(line->row->audit);
	struct buf *out = &o->line;
	char text[FMT_SIZE];
	uint64_t addr;
	bool changed;

	if (!c)
		return;
	changed = c->call.nr_changes;
	buf_puts(out, "; ");
	audit_call_text(c, line->group != NULL, out);
	if (place(c, &addr) && (changed || c->call.len))
		buf_printf(out, ", %s at 0x%" PRIx64,
			fmt_bytes(text, changed ? c->change.end - c->change.start : c->call.len),
			addr);
	buf_printf(out, ", after %s s",
		fmt_fixed(text, (double)c->call.ts_ns / 1e9 - line->begin_s, 3));
}

int table_verdict(struct output *o, const struct verdict_line *line)
{
	const struct row *row = line->row;
	char text[24];
	int err;

	if (line->group) {
		put_cell(o, WIDTH_GROUP, who(row));
	} else {
		snprintf(text, sizeof(text), "%" PRIu32, row->t.pid);
		put_cell(o, WIDTH_PID, text);
		put_cell(o, WIDTH_USER, row->user);
		put_cell(o, WIDTH_COMM, who(row));
	}
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		put_cell(o, WIDTH_RESULT, audit_result_name(row->audit->of[i].result));
	buf_puts(&o->line, audit_applied(row->audit)->reason->text);
	put_deciding(o, line);
	buf_printf(&o->line, "; %s", audit_remedy(row->audit));
	err = table_line(o);
	return err ? err : table_dropin(o, line);
}
