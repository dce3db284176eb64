/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* getopt_long */
#endif

#include "options.h"
#include "base/text.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE      2
#define USAGE_RUN  125 /* with COMMAND: as env(1) */
#define SECOND_NS  1000000000ULL
#define LONG_FIRST 256 /* getopt's value of the row 0 */

/* What getopt_long() wants, made from the table. */
struct spelling {
	char letters[2 + 3 * OPTIONS_MAX];
	struct option names[OPTIONS_MAX + 1];
};

static void spell(struct spelling *s)
{
	struct option *name = s->names;
	char *at = s->letters;

	/* + stops at the first word, whatever POSIXLY_CORRECT says; : keeps getopt quiet */
	*at++ = '+';
	*at++ = ':';
	for (const struct option_row *row = options; row->parse; row++) {
		bool takes = options_takes(row);

		assert(row - options < OPTIONS_MAX);
		for (const char *letter = row->letters; *letter; letter++) {
			*at++ = *letter;
			if (takes)
				*at++ = ':';
			assert(at < s->letters + sizeof(s->letters));
		}
		if (row->name)
			*name++ = (struct option){
				row->name, takes, NULL, LONG_FIRST + (int)(row - options)};
	}
	*at = '\0';
	*name = (struct option){0};
}

static const struct option_row *row_of(int c)
{
	if (c >= LONG_FIRST)
		return &options[c - LONG_FIRST];
	for (const struct option_row *row = options; row->parse; row++)
		if (c > 0 && strchr(row->letters, c))
			return row;
	return NULL;
}

/* How many options start like the word --WORD=. */
static int nr_alike(const char *word)
{
	size_t len = strcspn(word + 2, "=");
	int nr = 0;

	for (const struct option_row *row = options; row->parse; row++)
		nr += row->name && !strncmp(row->name, word + 2, len);
	return nr;
}

/* getopt said c, ':' or '?', about the option opt in word. */
static int bad_option(int c, int opt, const char *word, struct fault *fault)
{
	const struct option_row *row = row_of(opt);
	char text[128], letter[2] = {(char)opt, '\0'}, clean[2];

	if (row && c == ':')
		return options_bad(row, NULL, "the option needs a value", "", fault);
	if (row)
		return options_bad(row, NULL, "the option takes no value", "", fault);
	if (opt) {
		text_ascii(clean, sizeof(clean), letter, 1);
		snprintf(text, sizeof(text), "-%s", clean);
		return fault_set(fault, 0, text, "", "no such option");
	}
	text_clean(text, sizeof(text), word, strlen(word));
	return fault_set(fault, 0, text, "", "%s",
		nr_alike(word) > 1 ? "several options start like this" : "no such option");
}

static int bad_word(const char *word, struct fault *fault)
{
	char text[128];

	text_clean(text, sizeof(text), word, strlen(word));
	return fault_set(fault, 0, text, "put -- before a COMMAND, as in mprottop -- COMMAND",
		"not an option");
}

/* Takes all options; what is left starts at optind. */
static int parse_all(int argc, char **argv, struct options *o, struct fault *fault)
{
	struct spelling spelling;

	spell(&spelling);
	opterr = 0;
	optind = 0;
	for (;;) {
		int before = optind ? optind : 1;
		int c = getopt_long(argc, argv, spelling.letters, spelling.names, NULL);
		const struct option_row *row = row_of(c);
		int err;

		if (c == -1 && optind == before)
			return optind < argc ? bad_word(argv[optind], fault) : 0;
		if (c == -1)
			break;
		if (!row || c == ':' || c == '?')
			return bad_option(c, optopt, argv[optind - 1], fault);
		err = row->parse(o, row, optarg, fault);
		if (err || o->action == OPTIONS_HELP || o->action == OPTIONS_VERSION)
			return err;
	}
	if (optind == argc)
		return fault_set(
			fault, 0, "--", "put a COMMAND behind it, or leave it out", "no COMMAND");
	o->command = argv + optind;
	return 0;
}

/* A recording was traced already. */
static int check_read(const struct options *o, struct fault *fault)
{
	const char *alone = o->place_begin ? "--begin"
			    : o->place_end ? "--end"
			    : o->speed > 0 ? "--speed"
					   : NULL;
	const char *tracing = o->command                 ? "-- COMMAND"
			      : o->write                 ? "--write"
			      : o->buffer_size           ? "--buffer-size"
			      : strcmp(o->probe, "auto") ? "--probe"
							 : NULL;

	if (!o->read && o->user_name && o->user == EVENT_NO_ID)
		return options_bad_user(o->user_name, fault);
	if (!o->read && alone)
		return fault_set(fault, 0, alone, "add --read=FILE", "there is no recording");
	if (o->read && tracing)
		return fault_set(
			fault, 0, tracing, "leave one of them out", "--read traces nothing");
	if (o->place_end && o->place_end <= o->place_begin)
		return fault_set(fault, 0, "--end", "give a later one", "it is before --begin");
	return 0;
}

static int check_lines(const struct options *o, struct fault *fault)
{
	if (o->also && !o->events)
		return fault_set(fault, 0, "--also", "add --events",
			"related calls show only where each call is a line");
	if (o->events && !o->format->call)
		return fault_set(fault, 0, "--events", "choose another --format",
			"this format has no lines for calls");
	if (o->events && (o->column_list || o->sort))
		return fault_set(fault, 0, o->column_list ? "--columns" : "--sort",
			"leave one of them out", "the lines of --events have no columns");
	return 0;
}

/* What no option can see alone. */
static int check_together(const struct options *o, struct fault *fault)
{
	bool other = o->action != OPTIONS_RUN;

	if (other && o->command)
		return fault_set(fault, 0, "-- COMMAND", "leave one of them out",
			"a COMMAND is run only where there is something to trace");
	if (other && (o->format != formats[0] || o->output || o->events || o->audit))
		return fault_set(fault, 0,
			o->output   ? "--output"
			: o->events ? "--events"
			: o->audit  ? "--audit"
				    : "--format",
			"leave it out", "no part of what was asked for has rows");
	if (o->command && o->nr_pids)
		return fault_set(fault, 0, "--pid", "leave one of them out",
			"only COMMAND and its descendants show");
	if (o->command_user && !o->command)
		return fault_set(
			fault, 0, "--command-user", "add -- COMMAND", "there is no COMMAND to run");
	if (o->fail_fast && !o->fail_if)
		return fault_set(fault, 0, "--fail-fast", "add --fail-if=EXPR",
			"there is nothing to fail by");
	if (o->group && (o->events || o->threads))
		return fault_set(
			fault, 0, "--group", "leave one of them out", "only processes have groups");
	if (o->audit && !o->format->verdict)
		return fault_set(fault, 0, "--audit", "choose another --format",
			"this format has no lines for verdicts");
	if (o->tree && (o->events || o->audit || o->threads || o->group))
		return fault_set(fault, 0, "--tree", "leave one of them out",
			"only rows of processes form a tree");
	if (o->cmdline && (o->events || o->threads))
		return fault_set(fault, 0, "--cmdline", "leave one of them out",
			"only a process has a command line");
	if (o->audit && (o->events || o->column_list || o->sort || o->threads))
		return fault_set(fault, 0,
			o->events        ? "--events"
			: o->column_list ? "--columns"
			: o->sort        ? "--sort"
					 : "--threads",
			"leave one of them out",
			"--audit has a verdict a process, neither rows of threads nor lines of "
			"calls");
	if (!o->audit && (filter_verdicts(o->where) || filter_verdicts(o->fail_if)))
		return fault_set(fault, 0, filter_verdicts(o->where) ? "--where" : "--fail-if",
			"add --audit", "verdicts are there at the end of an audit only");
	if (o->width && o->format != &format_table)
		return fault_set(fault, 0, "--width", "use it with --format=table",
			"lines of this format are never cut");
	return check_lines(o, fault);
}

static int find_where(struct options *o, struct fault *fault)
{
	struct fault bad = {0};

	if (!o->where_text)
		return 0;
	o->where = o->events ? filter_parse_calls(o->where_text, &bad)
			     : filter_parse(o->where_text, &bad);
	return o->where ? 0
			: options_bad(options_find("where"), o->where_text, bad.what, bad.remedy,
				  fault);
}

static int find_columns(struct options *o, struct fault *fault)
{
	const struct column *base[COLUMN_MAX];
	int nr;

	if (!o->column_list)
		return 0;
	if (o->format->machine)
		nr = column_machine(o->threads, base, COLUMN_MAX);
	else
		nr = column_screen(o->threads, false, base, COLUMN_MAX);
	nr = column_list(o->column_list, base, nr, o->columns, COLUMN_MAX, fault);
	if (nr > 0) {
		o->nr_columns = nr;
		if (o->cmdline && !o->format->machine)
			column_names(o->columns, nr, true);
		return 0;
	}
	return options_bad_column(options_find("columns"), o->column_list, fault);
}

static bool has_command(int argc, char **argv)
{
	for (int i = 1; i < argc - 1; i++)
		if (!strcmp(argv[i], "--"))
			return true;
	return false;
}

int options_parse(int argc, char **argv, struct options *out, struct fault *fault)
{
	static const char hint[] = "try 'mprottop --help'";
	size_t len;
	int err;

	*out = (struct options){
		.delay_ns = SECOND_NS,
		.format = formats[0],
		.probe = "auto",
		.color = "auto",
	};
	err = parse_all(argc, argv, out, fault);
	if (!err && out->action != OPTIONS_HELP && out->action != OPTIONS_VERSION) {
		err = find_where(out, fault);
		err = err ? err : find_columns(out, fault);
		err = err ? err : check_together(out, fault);
		err = err ? err : check_read(out, fault);
	}
	if (!err)
		return 0;
	fault->status = has_command(argc, argv) ? USAGE_RUN : USAGE;
	len = strlen(fault->remedy);
	snprintf(fault->remedy + len, sizeof(fault->remedy) - len, "%s%s", len ? "; " : "", hint);
	return err;
}

void options_done(struct options *o)
{
	free(o->pids);
	filter_free(o->where);
	filter_free(o->fail_if);
	*o = (struct options){0};
}
