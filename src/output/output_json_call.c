/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output_call.h"
#include "base/errname.h"
#include "base/json.h"
#include "base/prot.h"
#include "model/verdict.h"

#include <inttypes.h>
#include <stdio.h>

#define EXACT_MOST (INT64_C(1) << 53) /* of a double */

static void put_text(struct buf *out, const char *key, const char *text)
{
	json_key(out, key);
	json_text(out, text);
}

static void put_hex(struct buf *out, const char *key, uint64_t n, bool known)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, n);
	put_text(out, key, known ? text : NULL);
}

static void put_decimal(struct buf *out, const char *key, uint64_t n, bool known)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	put_text(out, key, known ? text : NULL);
}

static void put_i64(struct buf *out, const char *key, int64_t n, bool known)
{
	json_key(out, key);
	if (!known || n >= EXACT_MOST)
		json_null(out);
	else if (n >= 0)
		json_u64(out, (uint64_t)n);
	else
		json_i64(out, n);
}

static void put_bool(struct buf *out, const char *key, bool b, bool known)
{
	json_key(out, key);
	if (known)
		json_bool(out, b);
	else
		json_null(out);
}

static void put_prot(struct buf *out, const char *key, uint64_t prot, const char *machine)
{
	struct buf text = {0};

	prot_text(prot, machine, &text);
	put_text(out, key, text.data);
	buf_done(&text);
}

static void put_begin(struct output *o, const char *type, const struct call_line *line)
{
	json_open(&o->line, '{');
	put_text(&o->line, "type", type);
	json_key(&o->line, "time");
	json_double(&o->line, line->time);
}

static void put_asked(struct output *o, const struct call *call)
{
	bool asked = call->known & CALL_ASKED, prot = asked && !(call->flags & EVENT_MUNMAP);
	struct buf *out = &o->line;
	uint64_t addr;
	bool placed = call_place(call, &addr);

	put_text(out, "syscall", call_name(call));
	put_bool(out, "compat", call->flags & EVENT_COMPAT, true);
	put_hex(out, "addr", addr, placed);
	put_decimal(out, "len", call->len, asked);
	if (prot)
		put_prot(out, "prot", call->prot, o->config.machine);
	else
		put_text(out, "prot", NULL);
	json_key(out, "prot_bits");
	if (prot)
		json_u64(out, call->prot);
	else
		json_null(out);
	put_i64(out, "pkey", call->key, asked && call->flags & EVENT_PKEY);
}

static void put_outcome(struct output *o, const struct call *call)
{
	bool returned = call->known & CALL_RETURNED, failed = returned && call->ret < 0;
	char name[ERRNAME_SIZE];
	const char *site;

	put_bool(&o->line, "ok", !failed, returned);
	put_i64(&o->line, "ret", call->ret, returned);
	put_text(&o->line, "errname", failed ? errname_text(name, call_error(call)) : NULL);
	put_i64(&o->line, "duration_ns", (int64_t)call->duration_ns, call->known & CALL_TIMED);
	site = call_site(o->config.names, call);
	put_text(&o->line, "site", site);
	put_hex(&o->line, "site_addr", call->site, site);
}

static void put_kinds(struct buf *out, const struct call *call)
{
	json_key(out, "kinds");
	if (!(call->known & CALL_CHANGED)) {
		json_null(out);
		return;
	}
	json_open(out, '[');
	for (unsigned int i = 0; i < VERDICT_NR_KINDS; i++)
		if (call->kinds >> i & 1)
			json_text(out, kinds[i].name);
	json_close(out, ']');
}

static void put_change(struct output *o, const struct call *call, const struct change *change)
{
	struct buf *out = &o->line;

	json_open(out, '{');
	put_hex(out, "addr", change->start, true);
	put_decimal(out, "len", change->end - change->start, true);
	put_prot(out, "old", change_old(change), "");
	put_prot(out, "new", change_new(change), "");
	put_text(out, "kind", change_kind(change));
	put_text(out, "backing", call_backing(o->config.names, call, change));
	json_close(out, '}');
}

static void put_changes(struct output *o, const struct call *call)
{
	json_key(&o->line, "changes");
	if (!(call->known & CALL_CHANGED)) {
		json_null(&o->line);
		return;
	}
	json_open(&o->line, '[');
	for (uint32_t i = 0; i < call->nr_changes; i++)
		put_change(o, call, &call->changes[i]);
	json_close(&o->line, ']');
}

int json_call(struct output *o, const struct call_line *line)
{
	const struct journal_entry *entry = line->entry;
	const struct call *call = &entry->call;

	put_begin(o, "call", line);
	put_i64(&o->line, "pid", entry->pid, entry->pid != EVENT_NO_ID);
	put_i64(&o->line, "tid", call->tid, true);
	put_text(&o->line, "comm", entry->comm[0] ? entry->comm : NULL);
	put_i64(&o->line, "cpu", call->cpu, true);
	put_asked(o, call);
	put_outcome(o, call);
	put_text(&o->line, "why", entry->why);
	put_kinds(&o->line, call);
	put_changes(o, call);
	json_close(&o->line, '}');
	return output_line(o);
}

int json_lost(struct output *o, const struct call_line *line)
{
	put_begin(o, "lost", line);
	put_i64(&o->line, "cpu", line->entry->call.cpu, !line->entry->nowhere);
	put_i64(&o->line, "count", (int64_t)line->entry->lost, true);
	json_close(&o->line, '}');
	return output_line(o);
}
