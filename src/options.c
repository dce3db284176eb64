/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"
#include "options_value.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS    1000000000ULL
#define DELAY_MIN    (SECOND_NS / 10)
#define DELAY_MAX    (3600 * SECOND_NS)
#define DURATION_MIN (SECOND_NS / 1000)
#define SPEED_MIN    10000000u /* billionths */
#define SPEED_MAX    1000000000000ULL
#define DURATION_MAX (SECOND_NS * 1000000000)
#define WIDTH_MAX    65535
#define PID_MAX      (4 << 20) /* PID_MAX_LIMIT, linux/threads.h */
#define BUFFER_MIN   (64 << 10)
#define BUFFER_MAX   (1 << 30)

/* "--sort=x" or "-C", clean. */
static void option_text(const struct option_row *row, const char *value, char *text, size_t size)
{
	char clean[128] = "";

	if (value)
		text_clean(clean, sizeof(clean), value, strlen(value));
	if (row->name)
		snprintf(text, size, "--%s%s%s", row->name, value ? "=" : "", clean);
	else
		snprintf(text, size, "-%c%s", row->letters[0], clean);
}

int options_bad(const struct option_row *row, const char *value, const char *what,
	const char *remedy, struct fault *fault)
{
	char object[sizeof(fault->object)];

	option_text(row, value, object, sizeof(object));
	return fault_set(fault, 0, object, remedy, "%s", what);
}

/* What a num_*() returned. */
static int check_number(const struct option_row *row, const char *value, int err,
	const char *remedy, struct fault *fault)
{
	if (!err)
		return 0;
	return options_bad(
		row, value, err == -ERANGE ? "out of range" : "no such number", remedy, fault);
}

int parse_flag(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	(void)value;
	(void)fault;
	*(bool *)((char *)o + row->field) = true;
	return 0;
}

int parse_once(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	o->iterations = 1;
	return parse_flag(o, row, value, fault);
}

int parse_mono(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	(void)row;
	(void)value;
	(void)fault;
	o->color = "never";
	return 0;
}

int parse_action(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	if (o->action != OPTIONS_RUN && o->action != row->action)
		return options_bad(row, value, "does not go with what was asked before",
			"ask for one thing at a time", fault);
	o->action = row->action;
	return 0;
}

int parse_iterations(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	int err = num_u64(value, 1, UINT64_MAX, &o->iterations);

	return check_number(row, value, err, "give a whole number from 1", fault);
}

int parse_delay(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	int err = num_time(value, DELAY_MIN, DELAY_MAX, &o->delay_ns);

	o->delay_given = true;
	return check_number(
		row, value, err, "give 0.1 to 3600 s, as in 2, 0.5, 500ms or 1m", fault);
}

int parse_duration(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	int err = num_time(value, DURATION_MIN, DURATION_MAX, &o->duration_ns);

	return check_number(
		row, value, err, "give 1ms to 1000000000 s, as in 10, 500ms, 1m or 2h", fault);
}

/* A point in a recording, counted from its first moment. */
int parse_place(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	uint64_t *field = (uint64_t *)(void *)((char *)o + row->field);
	int err = num_time(value, 0, DURATION_MAX, field);

	/* 0 is where nothing was asked for */
	*field += !err && !*field;
	return check_number(row, value, err,
		"give a time since the start of the recording, as in 10, 500ms or 1m", fault);
}

int parse_speed(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	uint64_t billionths = 0;
	size_t len = strlen(value);
	int err = -EINVAL;

	/* a number alone, though parsed as seconds */
	if (len && strchr("0123456789.", value[len - 1]))
		err = num_time(value, SPEED_MIN, SPEED_MAX, &billionths);
	o->speed = (double)billionths / 1e9;
	return check_number(
		row, value, err, "give 0.01 to 1000, where 1 is as fast as it was", fault);
}

int parse_width(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	uint64_t width = 0;
	int err = num_u64(value, 1, WIDTH_MAX, &width);

	o->width = (int)width;
	return check_number(row, value, err, "give 1 to 65535 columns", fault);
}

int parse_buffer(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	int err = num_size(value, BUFFER_MIN, BUFFER_MAX, &o->buffer_size);

	return check_number(row, value, err, "give 64k to 1G, as in 512k or 4M", fault);
}

static void add_pid(struct options *o, uint32_t pid)
{
	for (unsigned int i = 0; i < o->nr_pids; i++)
		if (o->pids[i] == pid)
			return;
	o->pids = mem_resize(o->pids, o->nr_pids + 1, sizeof(*o->pids));
	o->pids[o->nr_pids++] = pid;
}

int parse_pids(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	const char *item = value, *end;

	do {
		char text[32] = "";
		uint64_t pid = 0;
		int err;

		end = item + strcspn(item, ",");
		if ((size_t)(end - item) < sizeof(text))
			memcpy(text, item, end - item);
		err = num_u64(text, 1, PID_MAX, &pid);
		if (err)
			return check_number(
				row, value, err, "give process ids, as in 1 or 1,4242", fault);
		add_pid(o, (uint32_t)pid);
		item = end + 1;
	} while (*end);
	return 0;
}

int options_bad_column(const struct option_row *row, const char *value, struct fault *fault)
{
	char what[sizeof(fault->what)], remedy[sizeof(fault->remedy)], word[64];

	text_clean(word, sizeof(word), fault->object, strlen(fault->object));
	snprintf(what, sizeof(what), "no such column '%s'", word);
	snprintf(remedy, sizeof(remedy), "%s",
		fault->remedy[0] ? fault->remedy : "--list-columns names them");
	return options_bad(row, value, what, remedy, fault);
}

int parse_sort(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	char sign = *value == '+' || *value == '-' ? *value : '\0';
	const char *name = value + !!sign;
	const struct column *unused[COLUMN_MAX];

	o->sort = column_find(name);
	if (o->sort) {
		o->ascending = sign ? sign == '-' : o->sort->type == &type_text;
		return 0;
	}
	/* for the nearest name */
	fault_set(fault, 0, name, NULL, "no such column");
	if (!strpbrk(name, "+,"))
		column_list(name, NULL, 0, unused, COLUMN_MAX, fault);
	return options_bad_column(row, value, fault);
}

/* What + adds to is known once all options are. */
int parse_columns(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	o->column_list = value;
	return *value ? 0
		      : options_bad(row, value, "no column", "--list-columns names them", fault);
}

int parse_text(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	*(const char **)((char *)o + row->field) = value;
	return *value ? 0 : options_bad(row, value, "empty", "give a name", fault);
}

int parse_output(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	o->batch = true;
	return parse_text(o, row, value, fault);
}

/* -w is the width elsewhere. */
static int parse_recording(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	uint64_t number;

	if (!num_u64(value, 0, UINT64_MAX, &number))
		return options_bad(row, value, "a number is no recording",
			"for wide lines use --width, for a file of that name ./ before it", fault);
	return parse_text(o, row, value, fault);
}

int parse_write(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	if (!strcmp(value, "-"))
		return options_bad(row, value, "a recording is a file",
			"name one, and send that when it is whole", fault);
	return parse_recording(o, row, value, fault);
}

int parse_read(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	return parse_recording(o, row, value, fault);
}

static bool is_word(const char *words, const char *value)
{
	size_t len = strlen(value);

	while (words) {
		if (len == strcspn(words, "|") && !memcmp(words, value, len))
			return true;
		words = strchr(words, '|');
		words += !!words;
	}
	return false;
}

static int check_word(const struct option_row *row, const char *value, struct fault *fault)
{
	static const char lead[] = "give one of ";
	struct buf remedy = {0};
	int err = 0;

	buf_puts(&remedy, lead);
	options_words(row, &remedy);
	if (!is_word(remedy.data + strlen(lead), value))
		err = options_bad(row, value, "no such choice", remedy.data, fault);
	buf_done(&remedy);
	return err;
}

int parse_word(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	*(const char **)((char *)o + row->field) = value;
	return check_word(row, value, fault);
}

int parse_format(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	o->batch = true;
	o->format = format_find(value);
	return check_word(row, value, fault);
}

int parse_lines(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	o->batch = true;
	return parse_flag(o, row, value, fault);
}

static const char *const related[] = {"mmap", "munmap", NULL};

int options_bad_user(const char *value, struct fault *fault)
{
	return options_bad(options_find("user"), value, "no such user",
		"name a user of this system, or a number", fault);
}

/* By name, or by number where no user has that name. */
int parse_user(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	const char *name = value + (*value == '!');
	const struct passwd *pw = *name ? getpwnam(name) : NULL;
	uint64_t id;

	(void)row;
	o->user_name = NULL;
	if (num_u64(name, 0, UINT32_MAX - 1, &id)) {
		if (!isalpha((unsigned char)*name) && *name != '_')
			return options_bad_user(value, fault);
		/* of a recording it is another system's, which is not known yet */
		o->user_name = name;
		id = EVENT_NO_ID;
	}
	o->user = pw ? (uint32_t)pw->pw_uid : (uint32_t)id;
	o->user_not = *value == '!';
	o->user_given = true;
	return 0;
}

int parse_group(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	o->group = group_kinds;
	while (o->group->name && strcmp(o->group->name, value) != 0)
		o->group++;
	if (!o->group->key)
		o->group = NULL;
	return check_word(row, value, fault);
}

/* What it is over is not known yet; what is wrong either way is said at once, before what stands
 * behind it as it was not quoted. */
int parse_where(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	struct fault bad = {0}, other;
	struct filter *filter = filter_parse(value, &bad);

	if (!filter)
		filter = filter_parse_calls(value, &other);
	filter_free(filter);
	o->where_text = value;
	return filter ? 0 : options_bad(row, value, bad.what, bad.remedy, fault);
}

int parse_filter(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	struct filter **filter = (struct filter **)(void *)((char *)o + row->field);
	struct fault bad = {0};

	filter_free(*filter);
	*filter = filter_parse(value, &bad);
	return *filter ? 0 : options_bad(row, value, bad.what, bad.remedy, fault);
}

void words_also(struct buf *out)
{
	for (size_t i = 0; related[i]; i++)
		buf_printf(out, "%s%s", i ? "|" : "", related[i]);
}

int parse_also(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	const char *item = value, *end;

	do {
		size_t i = 0;

		end = item + strcspn(item, ",");
		while (related[i] && (strlen(related[i]) != (size_t)(end - item) ||
					     memcmp(related[i], item, (size_t)(end - item))))
			i++;
		if (!related[i])
			return options_bad(row, value, "no such call",
				"give mmap, munmap, or mmap,munmap", fault);
		o->also |= fact_mask(related[i]);
		item = end + 1;
	} while (*end);
	return 0;
}

int parse_completion(
	struct options *o, const struct option_row *row, const char *value, struct fault *fault)
{
	int err = check_word(row, value, fault);

	return err ? err : parse_action(o, row, value, fault);
}

const struct option_row *options_find(const char *name)
{
	for (const struct option_row *row = options; row->parse; row++)
		if (row->name && !strcmp(row->name, name))
			return row;
	return NULL;
}
