/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fmt.h"
#include "base/json.h"
#include "base/prot.h"
#include "base/text.h"
#include "output/output_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct audit_finding *applied(const struct verdict_line *line)
{
	return &line->audit->of[line->applies];
}

/* What decides, where this host's policy has nothing to show. */
static const struct audit_call *deciding(const struct verdict_line *line)
{
	const struct audit_call *call = applied(line)->call;

	for (unsigned int i = 0; i < AUDIT_POLICIES && !call; i++)
		call = line->audit->of[i].call;
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

static void put_call(struct output *o, const struct audit_call *c, double offset_s)
{
	const struct call *call = &c->call;
	bool asked = call->known & CALL_ASKED, changed = call->nr_changes;
	struct buf *out = &o->line;

	json_open(out, '{');
	json_key(out, "time");
	json_double(out, offset_s + (double)call->ts_ns / 1e9);
	json_key(out, "tid");
	json_u64(out, call->tid);
	put_text(out, "syscall", call_name(call));
	json_key(out, "compat");
	json_bool(out, call->flags & EVENT_COMPAT);
	put_number(out, "addr", true, changed ? c->change.start : call->addr,
		asked && (changed || call->addr));
	put_number(out, "len", false, changed ? c->change.end - c->change.start : call->len,
		asked && call->len);
	put_prot(out, "prot", call->prot, o->config.machine, has_prot(call));
	put_prot(out, "old", changed ? change_old(&c->change) : 0, "", changed);
	put_prot(out, "new", changed ? change_new(&c->change) : 0, "", changed);
	put_text(out, "backing", c->backing);
	put_text(out, "site", c->site);
	json_close(out, '}');
}

static void put_dropin(struct buf *out, const struct verdict_line *line)
{
	struct buf path = {0}, text = {0};

	json_key(out, "dropin");
	if (line->unit && applied(line)->result == AUDIT_PASS &&
		audit_dropin(line->unit, &path, &text)) {
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

int json_verdict(struct output *o, const struct verdict_line *line)
{
	struct buf *out = &o->line;

	json_open(out, '{');
	put_text(out, "type", "verdict");
	json_key(out, "time");
	json_double(out, line->time);
	json_key(out, "pid");
	json_u64(out, line->pid);
	put_number(out, "start_ns", false, line->start_ns, line->start_ns);
	put_text(out, "comm", line->comm);
	put_text(out, "user", line->user);
	put_text(out, "unit", line->unit);
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++) {
		const struct audit_finding *f = &line->audit->of[i];

		json_key(out, policies[i].name);
		json_open(out, '{');
		put_text(out, "result", audit_result_name(f->result));
		put_text(out, "reason", f->reason->text);
		json_key(out, "call");
		if (f->call)
			put_call(o, f->call, line->offset_s);
		else
			json_null(out);
		json_close(out, '}');
	}
	put_text(out, "applies", policies[line->applies].name);
	put_text(out, "remedy", audit_remedy(line->audit, line->applies));
	put_dropin(out, line);
	json_close(out, '}');
	return output_line(o);
}

int csv_verdict_head(struct output *o)
{
	if (o->config.quiet)
		return 0;
	buf_puts(&o->line, "time,pid,start_ns,comm,user,unit,");
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		buf_printf(&o->line, "%s,%s_reason,", policies[i].name, policies[i].name);
	buf_puts(&o->line, "applies,syscall,addr,len,prot,old,new,backing,site,remedy");
	return output_line(o);
}

static void csv_text(struct buf *out, const char *text)
{
	const struct value value = {.known = text && *text, .text = text};

	type_csv(&type_text, &value, out);
	buf_putc(out, ',');
}

static void csv_call_part(struct output *o, const struct audit_call *c)
{
	struct buf *out = &o->line;
	bool changed;

	if (!c) {
		buf_puts(out, ",,,,,,,,");
		return;
	}
	changed = c->call.nr_changes;
	buf_printf(out, "%s,", call_name(&c->call));
	if (changed || c->call.addr)
		buf_printf(out, "0x%" PRIx64, changed ? c->change.start : c->call.addr);
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
}

int csv_verdict(struct output *o, const struct verdict_line *line)
{
	struct buf *out = &o->line;
	char text[FMT_SIZE];

	buf_printf(out, "%s,%" PRIu32 ",", fmt_fixed(text, line->time, 6), line->pid);
	if (line->start_ns)
		buf_printf(out, "%" PRIu64, line->start_ns);
	buf_putc(out, ',');
	csv_text(out, line->comm);
	csv_text(out, line->user);
	csv_text(out, line->unit);
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++) {
		csv_text(out, audit_result_name(line->audit->of[i].result));
		csv_text(out, line->audit->of[i].reason->text);
	}
	csv_text(out, policies[line->applies].name);
	csv_call_part(o, deciding(line));
	csv_text(out, audit_remedy(line->audit, line->applies));
	out->data[--out->len] = '\0';
	return output_line(o);
}

/* The last has no end. */
static const int widths[] = {7, -8, -15, -7, -7, -7};

static void put_cell(struct output *o, unsigned int cell, const char *text)
{
	char clean[256];
	int pad, width = widths[cell];

	text_clean(clean, sizeof(clean), text, strlen(text));
	pad = (width < 0 ? -width : width) - text_width(clean);
	if (width > 0 && pad > 0)
		buf_printf(&o->line, "%*s", pad, "");
	buf_puts(&o->line, clean);
	if (width < 0 && pad > 0)
		buf_printf(&o->line, "%*s", pad, "");
	buf_putc(&o->line, ' ');
}

int table_verdict_head(struct output *o)
{
	if (o->config.quiet)
		return 0;
	put_cell(o, 0, "PID");
	put_cell(o, 1, "USER");
	put_cell(o, 2, "COMMAND");
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++) {
		char head[16];

		snprintf(head, sizeof(head), "%s", policies[i].name);
		for (char *c = head; *c; c++)
			*c -= *c >= 'a' && *c <= 'z' ? 'a' - 'A' : 0;
		put_cell(o, 3 + i, head);
	}
	buf_puts(&o->line, "WHY");
	return table_line(o);
}

static int table_dropin(struct output *o, const struct verdict_line *line)
{
	struct buf path = {0}, text = {0};
	int err = 0;

	if (line->unit && applied(line)->result == AUDIT_PASS &&
		audit_dropin(line->unit, &path, &text)) {
		text_clean(text.data, text.len + 1, text.data, text.len);
		buf_printf(&o->line, "        %s: [Service] MemoryDenyWriteExecute=yes", path.data);
		err = table_line(o);
	}
	buf_done(&path);
	buf_done(&text);
	return err;
}

int table_verdict(struct output *o, const struct verdict_line *line)
{
	const struct audit_call *call = deciding(line);
	char text[24];
	int err;

	snprintf(text, sizeof(text), "%" PRIu32, line->pid);
	put_cell(o, 0, text);
	put_cell(o, 1, line->user && *line->user ? line->user : "-");
	put_cell(o, 2, line->comm && *line->comm ? line->comm : "-");
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		put_cell(o, 3 + i, audit_result_name(line->audit->of[i].result));
	buf_puts(&o->line, applied(line)->reason->text);
	if (call) {
		buf_puts(&o->line, "; ");
		audit_call_text(call, &o->line);
	}
	err = table_line(o);
	return err ? err : table_dropin(o, line);
}
