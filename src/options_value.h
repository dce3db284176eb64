/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rows of the table of options take of their values, for options_table.c only. Each sets
 * its field of struct options, or returns -EINVAL and a fault that names the option.
 */
#ifndef MPROTTOP_OPTIONS_VALUE_H
#define MPROTTOP_OPTIONS_VALUE_H

#include "options.h"

#define OPTION_PARSER(name)                                                                        \
	int name(struct options *o, const struct option_row *row, const char *value,               \
		struct fault *fault)

OPTION_PARSER(parse_flag);
OPTION_PARSER(parse_once);
OPTION_PARSER(parse_mono);
OPTION_PARSER(parse_action);
OPTION_PARSER(parse_iterations);
OPTION_PARSER(parse_delay);
OPTION_PARSER(parse_duration);
OPTION_PARSER(parse_place);
OPTION_PARSER(parse_speed);
OPTION_PARSER(parse_width);
OPTION_PARSER(parse_buffer);
OPTION_PARSER(parse_pids);
OPTION_PARSER(parse_sort);
OPTION_PARSER(parse_columns);
OPTION_PARSER(parse_text);
OPTION_PARSER(parse_output);
OPTION_PARSER(parse_word);
OPTION_PARSER(parse_write);
OPTION_PARSER(parse_read);
OPTION_PARSER(parse_format);
OPTION_PARSER(parse_lines);
OPTION_PARSER(parse_also);
OPTION_PARSER(parse_completion);
OPTION_PARSER(parse_user);
OPTION_PARSER(parse_group);
OPTION_PARSER(parse_filter);
OPTION_PARSER(parse_where);

void words_also(struct buf *out);

#endif
