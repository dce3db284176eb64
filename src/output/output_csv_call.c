/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output_call.h"
#include "base/errname.h"
#include "base/fmt.h"
#include "base/prot.h"
#include "model/verdict.h"

#include <inttypes.h>

/* Fields end with a comma, but for the last. */
static const char head[] = "time,pid,tid,comm,cpu,syscall,compat,addr,len,prot,prot_bits,pkey,ok,"
			   "ret,errname,duration_ns,site,kinds,change_addr,change_len,old,new,"
			   "kind,backing,why,lost";

int csv_call_head(struct output *o)
{
	if (o->config.quiet)
		return 0;
	buf_puts(&o->line, head);
	return output_line(o);
}

static void put_text(struct buf *out, const char *text)
{
	const struct value value = {.known = text != NULL, .text = text};

	type_csv(&type_text, &value, out);
	buf_putc(out, ',');
}

static void put_bool(struct buf *out, bool b)
{
	buf_puts(out, b ? "true," : "false,");
}

static void put_u64(struct buf *out, uint64_t n, bool known)
{
	if (known)
		buf_printf(out, "%" PRIu64, n);
	buf_putc(out, ',');
}

static void put_hex(struct buf *out, uint64_t n, bool known)
{
	if (known)
		buf_printf(out, "0x%" PRIx64, n);
	buf_putc(out, ',');
}

static void put_asked(struct output *o, const struct call *call)
{
	bool asked = call->known & CALL_ASKED, prot = asked && !(call->flags & EVENT_MUNMAP);
	struct buf *out = &o->line;
	uint64_t addr;
	bool placed = call_place(call, &addr);

	buf_printf(out, "%s,", call_name(call));
	put_bool(out, call->flags & EVENT_COMPAT);
	put_hex(out, addr, placed);
	put_u64(out, call->len, asked);
	if (prot)
		prot_text(call->prot, o->config.machine, out);
	buf_putc(out, ',');
	put_u64(out, call->prot, prot);
	if (asked && call->flags & EVENT_PKEY)
		buf_printf(out, "%" PRId32, call->key);
	buf_putc(out, ',');
}

static void put_outcome(struct output *o, const struct call *call)
{
	struct buf *out = &o->line;
	bool failed = call->ret < 0;
	char name[ERRNAME_SIZE];

	if (call->known & CALL_RETURNED) {
		put_bool(out, !failed);
		buf_printf(out, "%" PRId64 ",", call->ret);
		if (failed)
			buf_puts(out, errname_text(name, call_error(call)));
		buf_putc(out, ',');
	} else {
		buf_puts(out, ",,,");
	}
	put_u64(out, call->duration_ns, call->known & CALL_TIMED);
	put_text(out, call_site(o->config.names, call));
	for (unsigned int i = 0, nr = 0; i < VERDICT_NR_KINDS; i++)
		if (call->known & CALL_CHANGED && call->kinds >> i & 1)
			buf_printf(out, "%s%s", nr++ ? " " : "", kinds[i].name);
	buf_putc(out, ',');
}

static void put_change(struct output *o, const struct call *call, const struct change *change)
{
	struct buf *out = &o->line;

	put_hex(out, change->start, true);
	put_u64(out, change->end - change->start, true);
	prot_text(change_old(change), "", out);
	buf_putc(out, ',');
	prot_text(change_new(change), "", out);
	buf_putc(out, ',');
	put_text(out, change_kind(change));
	put_text(out, call_backing(o->config.names, call, change));
}

static int call_row(struct output *o, const struct call_line *line, const struct change *change)
{
	const struct journal_entry *entry = line->entry;
	char text[FMT_SIZE];

	buf_printf(&o->line, "%s,", fmt_fixed(text, line->time, 6));
	put_u64(&o->line, entry->pid, entry->pid != EVENT_NO_ID);
	put_u64(&o->line, entry->call.tid, true);
	put_text(&o->line, entry->comm[0] ? entry->comm : NULL);
	put_u64(&o->line, entry->call.cpu, true);
	put_asked(o, &entry->call);
	put_outcome(o, &entry->call);
	if (change)
		put_change(o, &entry->call, change);
	else
		buf_puts(&o->line, ",,,,,,");
	put_text(&o->line, entry->why);
	return output_line(o);
}

int csv_call(struct output *o, const struct call_line *line)
{
	const struct call *call = &line->entry->call;
	int err = 0;

	if (!(call->known & CALL_CHANGED) || !call->nr_changes)
		return call_row(o, line, NULL);
	for (uint32_t i = 0; i < call->nr_changes && !err; i++)
		err = call_row(o, line, &call->changes[i]);
	return err;
}

int csv_lost(struct output *o, const struct call_line *line)
{
	char text[FMT_SIZE];

	buf_printf(&o->line, "%s,,,,", fmt_fixed(text, line->time, 6));
	put_u64(&o->line, line->entry->call.cpu, !line->entry->nowhere);
	/* up to the last field */
	for (const char *comma = head, *skip = head; *comma; comma++)
		if (*comma == ',' && skip++ - head >= 5)
			buf_putc(&o->line, ',');
	buf_printf(&o->line, "%" PRIu64, line->entry->lost);
	return output_line(o);
}
