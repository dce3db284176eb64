/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/call_column.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/prot.h"
#include "base/text.h"
#include "model/verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct call *call_of(const struct row *row)
{
	return row->call->call;
}

static void number(struct value *v, bool known, uint64_t u)
{
	*v = (struct value){.known = known, .u = u, .d = (double)u};
}

static void text(struct value *v, const char *text)
{
	*v = (struct value){.known = text[0], .text = text};
}

static void get_pid(const struct row *row, struct value *v)
{
	number(v, row->call->pid != EVENT_NO_ID, row->call->pid);
}

static void get_tid(const struct row *row, struct value *v)
{
	number(v, true, call_of(row)->tid);
}

static void get_comm(const struct row *row, struct value *v)
{
	text(v, row->call->comm);
}

static void get_cpu(const struct row *row, struct value *v)
{
	number(v, true, call_of(row)->cpu);
}

static void get_syscall(const struct row *row, struct value *v)
{
	text(v, call_name(call_of(row)));
}

static void get_compat(const struct row *row, struct value *v)
{
	number(v, true, !!(call_of(row)->flags & EVENT_COMPAT));
}

static void get_addr(const struct row *row, struct value *v)
{
	uint64_t addr;
	bool known = call_place(call_of(row), &addr);

	number(v, known, addr);
}

static void get_len(const struct row *row, struct value *v)
{
	number(v, call_of(row)->known & CALL_ASKED, call_of(row)->len);
}

static void get_prot(const struct row *row, struct value *v)
{
	text(v, row->call->prot);
}

static void get_prot_bits(const struct row *row, struct value *v)
{
	number(v, row->call->prot[0], call_of(row)->prot);
}

static void get_pkey(const struct row *row, struct value *v)
{
	const struct call *call = call_of(row);

	*v = (struct value){
		.known = call->known & CALL_ASKED && call->flags & EVENT_PKEY, .d = call->key};
}

static void get_ok(const struct row *row, struct value *v)
{
	number(v, call_of(row)->known & CALL_RETURNED, call_of(row)->ret >= 0);
}

static void get_ret(const struct row *row, struct value *v)
{
	*v = (struct value){
		.known = call_of(row)->known & CALL_RETURNED, .d = (double)call_of(row)->ret};
}

static void get_errname(const struct row *row, struct value *v)
{
	text(v, row->call->errname);
}

static void get_duration(const struct row *row, struct value *v)
{
	number(v, call_of(row)->known & CALL_TIMED, call_of(row)->duration_ns);
}

static void get_site(const struct row *row, struct value *v)
{
	text(v, row->call->site);
}

static void get_site_addr(const struct row *row, struct value *v)
{
	number(v, row->call->site[0], call_of(row)->site);
}

static void get_kinds(const struct row *row, struct value *v)
{
	text(v, row->call->kinds);
}

static void get_why(const struct row *row, struct value *v)
{
	text(v, row->call->why ? row->call->why : "");
}

static int compare_u(const struct value *a, const struct value *b)
{
	return (a->u > b->u) - (a->u < b->u);
}

static int compare_d(const struct value *a, const struct value *b)
{
	return (a->d > b->d) - (a->d < b->d);
}

static bool parse_address(const char *words, struct value *v)
{
	char *end;

	errno = 0;
	v->u = strtoull(words, &end, 0);
	return end != words && !*end && !errno && words[0] != '-';
}

static bool parse_signed(const char *words, struct value *v)
{
	char *end;

	v->d = (double)strtoll(words, &end, 0);
	return end != words && !*end;
}

static bool parse_flag(const char *words, struct value *v)
{
	v->u = !strcasecmp(words, "true") || !strcasecmp(words, "yes") || !strcmp(words, "1");
	return v->u || !strcasecmp(words, "false") || !strcasecmp(words, "no") ||
	       !strcmp(words, "0");
}

/* Only compared: these are columns of no table. */
static const struct type type_address = {.name = "address",
	.compare = compare_u,
	.parse = parse_address,
	.values = "give an address, as in 0x7f0000001000"};
static const struct type type_signed = {.name = "signed",
	.compare = compare_d,
	.parse = parse_signed,
	.values = "give a whole number, as in -13"};
static const struct type type_flag = {
	.name = "flag", .compare = compare_u, .parse = parse_flag, .values = "give true or false"};

#define COLUMN(id, help, type, get)                                                                \
	{                                                                                          \
		id, id, help, type, 0, 0, false, false, "", get, 0                                 \
	}

const struct column call_columns[] = {
	COLUMN("pid", "process", &type_id, get_pid),
	COLUMN("tid", "thread", &type_id, get_tid),
	COLUMN("comm", "name of the process", &type_text, get_comm),
	COLUMN("cpu", "processor", &type_id, get_cpu),
	COLUMN("syscall", "which call", &type_text, get_syscall),
	COLUMN("compat", "whether a 32-bit one", &type_flag, get_compat),
	COLUMN("addr", "where", &type_address, get_addr),
	COLUMN("len", "how much was asked for", &type_bytes, get_len),
	COLUMN("prot", "protection asked for, as in r-x", &type_text, get_prot),
	COLUMN("prot_bits", "the same as a number", &type_address, get_prot_bits),
	COLUMN("pkey", "protection key", &type_signed, get_pkey),
	COLUMN("ok", "whether it succeeded", &type_flag, get_ok),
	COLUMN("ret", "what it returned", &type_signed, get_ret),
	COLUMN("errname", "its error, as in EACCES", &type_text, get_errname),
	COLUMN("duration_ns", "time inside the call", &type_time, get_duration),
	COLUMN("site", "its caller", &type_text, get_site),
	COLUMN("site_addr", "its address", &type_address, get_site_addr),
	COLUMN("why", "what it was made for, as in jit", &type_text, get_why),
	COLUMN("kinds", "what became of mappings, as in w>x", &type_text, get_kinds),
	{.id = NULL},
};

static void kinds_text(const struct call *call, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (unsigned int i = 0; i < VERDICT_NR_KINDS && len < size; i++)
		if (call->known & CALL_CHANGED && call->kinds >> i & 1)
			len += (size_t)snprintf(
				out + len, size - len, "%s%s", len ? "," : "", kinds[i].name);
}

/* All but its caller. */
static void row_fill(struct call_row *row, const struct call *call, uint32_t pid, const char *comm,
	const char *machine)
{
	bool asked = call->known & CALL_ASKED && !(call->flags & EVENT_MUNMAP);
	bool failed = call->known & CALL_RETURNED && call->ret < 0;
	struct buf prot = {0};

	row->call = call;
	row->pid = pid;
	text_clean(row->comm, sizeof(row->comm), comm, strlen(comm));
	if (asked)
		prot_text(call->prot, machine, &prot);
	snprintf(row->prot, sizeof(row->prot), "%s", asked ? prot.data : "");
	buf_done(&prot);
	kinds_text(call, row->kinds, sizeof(row->kinds));
	row->errname[0] = '\0';
	if (failed)
		errname_text(row->errname, call_error(call));
}

void call_row_fill(struct call_row *row, const struct journal_entry *entry,
	const struct call_names *names, const char *machine)
{
	const char *site = call_site(names, &entry->call);

	snprintf(row->site, sizeof(row->site), "%s", site ? site : "");
	row->why = entry->why;
	row_fill(row, &entry->call, entry->pid, entry->comm, machine);
}

void call_row_kept(struct call_row *row, const struct log_entry *entry, const char *machine)
{
	row->site[0] = '\0';
	row->why = entry->why;
	if (entry->site)
		text_clean(
			row->site, sizeof(row->site), entry->site->text, strlen(entry->site->text));
	row_fill(row, &entry->call, entry->pid, entry->comm, machine);
}
