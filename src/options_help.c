/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#define HELP_INDENT 28
#define HELP_WIDTH  79

bool options_takes(const struct option_row *row)
{
	return row->arg || row->words;
}

void options_words(const struct option_row *row, struct buf *out)
{
	if (row->words)
		row->words(out);
	else if (row->arg && !strpbrk(row->arg, "[ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		buf_puts(out, row->arg);
}

/* Breaks between words; the first line starts at cell at, the others at indent. */
static void add_wrapped(struct buf *out, const char *text, size_t at, size_t indent)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		if (at > indent && at + 1 + len > HELP_WIDTH) {
			buf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			buf_putc(out, ' ');
			at++;
		}
		buf_add(out, text, len);
		at += len;
		text += len + (text[len] == ' ');
	}
	buf_putc(out, '\n');
}

static void add_spelling(struct buf *out, const struct option_row *row)
{
	const char *between = "";

	for (const char *letter = row->letters; *letter; letter++) {
		buf_printf(out, "%s-%c", between, *letter);
		between = ", ";
	}
	if (row->name)
		buf_printf(out, "%s--%s", *between ? between : "    ", row->name);
	if (!options_takes(row))
		return;
	buf_putc(out, row->name ? '=' : ' ');
	if (row->arg)
		buf_puts(out, row->arg);
	else
		options_words(row, out);
}

void options_help(struct buf *out)
{
	buf_puts(out, "Usage: mprottop [OPTIONS] [-- COMMAND [ARG...]]\n"
		      "Shows which processes change memory protection, how often and how.\n");
	for (const struct option_row *row = options; row->parse; row++) {
		size_t start;

		if (!row->help)
			continue;
		if (row->group)
			buf_printf(out, "\n%s\n", row->group);
		start = out->len;
		buf_puts(out, "  ");
		add_spelling(out, row);
		if (out->len - start > HELP_INDENT - 2) {
			buf_putc(out, '\n');
			start = out->len;
		}
		buf_printf(out, "%*s", (int)(HELP_INDENT - (out->len - start)), "");
		add_wrapped(out, row->help, HELP_INDENT, HELP_INDENT);
	}
	buf_puts(out, "\nCOMMAND is run and traced, with all that it starts. The columns are named "
		      "by\n--list-columns; mprottop(8) says more.\n");
}

void options_columns(struct buf *out)
{
	int id = 0, header = 0;

	for (const struct column *c = columns; c->id; c++) {
		id = id > (int)strlen(c->id) ? id : (int)strlen(c->id);
		header = header > (int)strlen(c->header) ? header : (int)strlen(c->header);
	}
	for (const struct column *c = columns; c->id; c++)
		buf_printf(out, "%-*s  %-*s  %s\n", id, c->id, header, c->header, c->help);
}

/* "-o|-s|--sort" */
static void add_case(struct buf *out, const struct option_row *row)
{
	const char *between = "";

	for (const char *letter = row->letters; *letter; letter++) {
		buf_printf(out, "%s-%c", between, *letter);
		between = "|";
	}
	if (row->name)
		buf_printf(out, "%s--%s", between, row->name);
}

/* What the shell offers for the value of a row. */
static void add_values(struct buf *out, const struct option_row *row)
{
	static const struct {
		const char *arg, *shell;
	} offers[] = {
		{"FILE", "compgen -f -- \"$cur\""},
		{"[!]USER", "compgen -u -- \"$cur\""},
		{"USER", "compgen -u -- \"$cur\""},
		{"PID[,PID...]", "cd /proc && compgen -P \"$head\" -W \"$(echo [0-9]*)\" -- "
				 "\"${cur#\"$head\"}\""},
		{NULL, NULL},
	};
	struct buf words = {0};

	options_words(row, &words);
	for (size_t i = 0; i < words.len; i++)
		if (words.data[i] == '|')
			words.data[i] = ' ';
	for (size_t i = 0; row->arg && offers[i].arg; i++)
		if (!strcmp(row->arg, offers[i].arg))
			buf_printf(out, "$(%s)", offers[i].shell);
	if (words.len)
		buf_printf(out, "$(compgen -P \"$head\" -W \"%s\" -- \"${cur#\"$head\"}\")",
			words.data);
	buf_done(&words);
}

static void add_options(struct buf *out)
{
	for (const struct option_row *row = options; row->parse; row++) {
		if (!row->help)
			continue;
		for (const char *letter = row->letters; *letter; letter++)
			buf_printf(out, " -%c", *letter);
		if (row->name)
			buf_printf(out, " --%s%s", row->name, options_takes(row) ? "=" : "");
	}
}

void options_completion(struct buf *out)
{
	buf_puts(out, "# bash completion of mprottop, as printed by mprottop --completion=bash\n"
		      "_mprottop()\n{\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} head i IFS=$' \\t\\n'\n"
		      "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n\n"
		      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		      "\t\tif [[ ${COMP_WORDS[i]} == -- ]]; then\n"
		      "\t\t\tif declare -F _command_offset >/dev/null; then\n"
		      "\t\t\t\t_command_offset $((i + 1))\n"
		      "\t\t\telse\n"
		      "\t\t\t\tCOMPREPLY=($(compgen -c -- \"$cur\"))\n"
		      "\t\t\tfi\n\t\t\treturn\n\t\tfi\n\tdone\n"
		      "\t[[ $cur == = ]] && cur= || "
		      "{ [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}; }\n"
		      "\thead=${cur%\"${cur##*[,+-]}\"}\n"
		      "\tCOMPREPLY=()\n\tcase $prev in\n");
	for (const struct option_row *row = options; row->parse; row++) {
		if (!options_takes(row) || !row->help)
			continue;
		buf_puts(out, "\t");
		add_case(out, row);
		buf_puts(out, ")\n\t\tCOMPREPLY=(");
		add_values(out, row);
		buf_puts(out, ")\n\t\treturn\n\t\t;;\n");
	}
	buf_puts(out, "\tesac\n\tCOMPREPLY=($(compgen -W \"");
	add_options(out);
	buf_puts(out, " --\" -- \"$cur\"))\n"
		      "\t[[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
		      "}\ncomplete -F _mprottop mprottop\n");
}
