/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"
#include "base/json.h"
#include "model/audit.h"

#include <strings.h>

static void get_result(const struct row *row, unsigned int policy, struct value *v)
{
	const struct audit *audit = row->audit;

	*v = (struct value){.known = audit != NULL};
	if (audit)
		v->u = audit->of[policy].result;
}

static void get_mdwe(const struct row *row, struct value *v)
{
	get_result(row, AUDIT_MDWE, v);
}

static void get_seccomp(const struct row *row, struct value *v)
{
	get_result(row, AUDIT_SECCOMP, v);
}

static void get_selinux(const struct row *row, struct value *v)
{
	get_result(row, AUDIT_SELINUX, v);
}

static void get_applies(const struct row *row, struct value *v)
{
	get_result(row, row->audit ? row->audit->applies : 0, v);
}

static int compare(const struct value *a, const struct value *b)
{
	return (a->u > b->u) - (a->u < b->u);
}

static const char *name_of(const struct value *v)
{
	return audit_result_name((enum audit_result)v->u);
}

static void cell(const struct value *v, bool raw, struct buf *out)
{
	(void)raw;
	buf_puts(out, name_of(v));
}

static void json(const struct value *v, struct buf *out)
{
	json_text(out, name_of(v));
}

static void csv(const struct value *v, struct buf *out)
{
	buf_puts(out, name_of(v));
}

static uint64_t rank(const struct value *v)
{
	return v->u;
}

static bool parse(const char *text, struct value *v)
{
	for (unsigned int i = AUDIT_PASS; i <= AUDIT_BREAK; i++) {
		v->u = i;
		if (!strcasecmp(text, name_of(v)))
			return true;
	}
	return false;
}

/* The worse the greater. */
static const struct type type_result = {"result", true, compare, cell, json, csv, rank, parse,
	"give pass, unknown, refused or break"};

#define COLUMN(id, help, get)                                                                      \
	{                                                                                          \
		id, id, help, &type_result, 7, 0, false, false, "", get, 0                         \
	}

const struct column audit_columns[] = {
	COLUMN("verdict.mdwe", "what PR_SET_MDWE would do", get_mdwe),
	COLUMN("verdict.seccomp", "what systemd's filter of system calls would do", get_seccomp),
	COLUMN("verdict.selinux", "what SELinux would do", get_selinux),
	COLUMN("verdict.applies", "what MemoryDenyWriteExecute= would do here", get_applies),
	{.id = NULL},
};

_Static_assert(sizeof(audit_columns) / sizeof(audit_columns[0]) == AUDIT_POLICIES + 2,
	"a row each, and that of the one that applies");

bool audit_undecided(const struct audit *audit, uint32_t mask)
{
	struct row row = {.audit = audit};

	for (unsigned int i = 0; audit_columns[i].id; i++) {
		struct value v;

		if (!(mask & 1u << i))
			continue;
		audit_columns[i].get(&row, &v);
		if (!v.known || v.u == AUDIT_UNKNOWN || (v.u == AUDIT_PASS && audit_runs(audit)))
			return true;
	}
	return false;
}
