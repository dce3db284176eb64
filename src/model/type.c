/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/type.h"
#include "base/buf.h"
#include "base/fmt.h"
#include "base/json.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int compare_u(const struct value *a, const struct value *b)
{
	return (a->u > b->u) - (a->u < b->u);
}

static int compare_d(const struct value *a, const struct value *b)
{
	return (a->d > b->d) - (a->d < b->d);
}

/* Of one row as of the other: both are means or none is. */
static int compare_count(const struct value *a, const struct value *b)
{
	return a->mean ? compare_d(a, b) : compare_u(a, b);
}

static int compare_text(const struct value *a, const struct value *b)
{
	return strcmp(a->text, b->text);
}

static uint64_t rank_u(const struct value *v)
{
	return v->u;
}

/* The bits of a double sort as it does, once the sign is turned. */
static uint64_t rank_d(const struct value *v)
{
	double d = v->d + 0.0; /* no negative nought */
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t rank_count(const struct value *v)
{
	return v->mean ? rank_d(v) : rank_u(v);
}

static uint64_t rank_text(const struct value *v)
{
	uint64_t rank = 0;
	const char *c = v->text;

	for (unsigned int i = 0; i < sizeof(rank); i++) {
		rank = rank << 8 | (unsigned char)*c;
		c += !!*c;
	}
	return rank;
}

static uint64_t rank_graph(const struct value *v)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < v->nr; i++)
		sum += v->list[i];
	return sum;
}

static int compare_graph(const struct value *a, const struct value *b)
{
	uint64_t sum_a = rank_graph(a), sum_b = rank_graph(b);

	return (sum_a > sum_b) - (sum_a < sum_b);
}

static void csv_u(const struct value *v, struct buf *out)
{
	buf_printf(out, "%" PRIu64, v->u);
}

static void cell_id(const struct value *v, bool raw, struct buf *out)
{
	(void)raw;
	csv_u(v, out);
}

static void cell_mean(
	const struct value *v, const char *(*scale)(char *, double), bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	buf_puts(out, raw ? fmt_fixed(text, v->d, 1) : scale(text, v->d));
}

static void cell_count(const struct value *v, bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	if (v->mean)
		cell_mean(v, fmt_rate, raw, out);
	else if (raw)
		csv_u(v, out);
	else
		buf_puts(out, fmt_count(text, v->u));
}

static void cell_bytes(const struct value *v, bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	if (v->mean)
		cell_mean(v, fmt_byte_rate, raw, out);
	else if (raw)
		csv_u(v, out);
	else
		buf_puts(out, fmt_bytes(text, v->u));
}

static void cell_time(const struct value *v, bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	if (raw)
		csv_u(v, out);
	else
		buf_puts(out, fmt_nanoseconds(text, v->u));
}

static void cell_rate(const struct value *v, bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	buf_puts(out, raw ? fmt_fixed(text, v->d, 1) : fmt_rate(text, v->d));
}

static void cell_byte_rate(const struct value *v, bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	buf_puts(out, raw ? fmt_fixed(text, v->d, 0) : fmt_byte_rate(text, v->d));
}

static void cell_fixed(const struct value *v, bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	(void)raw;
	buf_puts(out, fmt_fixed(text, v->d, 1));
}

static void cell_seconds(const struct value *v, bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	if (raw || v->d < 60)
		buf_puts(out, fmt_fixed(text, v->d, 1));
	else
		buf_puts(out, fmt_duration(text, num_u64_of_double(v->d)));
}

static void cell_clock(const struct value *v, bool raw, struct buf *out)
{
	char text[FMT_SIZE];

	if (raw)
		csv_u(v, out);
	else
		buf_puts(out, fmt_duration(text, v->u / UINT64_C(1000000000)));
}

static void cell_text(const struct value *v, bool raw, struct buf *out)
{
	(void)raw;
	buf_puts(out, v->text);
}

static void cell_graph(const struct value *v, bool raw, struct buf *out)
{
	static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	unsigned int from = v->nr > TYPE_GRAPH_CELLS ? v->nr - TYPE_GRAPH_CELLS : 0, i;
	uint64_t top = 1;

	(void)raw;
	for (i = from; i < v->nr; i++)
		if (v->list[i] > top)
			top = v->list[i];
	for (i = from; i < v->nr; i++)
		buf_puts(out, bars[(v->list[i] * UINT64_C(8) + top - 1) / top]);
}

static void json_count(const struct value *v, struct buf *out)
{
	json_u64(out, v->u);
}

static void json_number(const struct value *v, struct buf *out)
{
	double exact = v->d * 1000;

	/* beyond, a double has no such digits */
	if (exact >= 0 && exact < 9e15)
		json_double(out, (double)num_u64_of_double(exact + 0.5) / 1000.0);
	else
		json_double(out, v->d);
}

static void json_string(const struct value *v, struct buf *out)
{
	json_text(out, v->text);
}

static void json_clock(const struct value *v, struct buf *out)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, v->u);
	json_text(out, text);
}

static void json_graph(const struct value *v, struct buf *out)
{
	json_open(out, '[');
	for (unsigned int i = 0; i < v->nr; i++)
		json_u64(out, v->list[i]);
	json_close(out, ']');
}

static void csv_d(const struct value *v, struct buf *out)
{
	char text[FMT_SIZE];

	buf_puts(out, fmt_fixed(text, v->d, 3));
}

static void csv_text(const struct value *v, struct buf *out)
{
	size_t len = strlen(v->text);

	if (!strpbrk(v->text, ",\"\r\n") && v->text[0] != ' ' &&
		(!len || v->text[len - 1] != ' ')) {
		buf_puts(out, v->text);
		return;
	}
	buf_putc(out, '"');
	for (const char *c = v->text; *c; c++) {
		if (*c == '"')
			buf_putc(out, '"');
		buf_putc(out, *c);
	}
	buf_putc(out, '"');
}

static void csv_graph(const struct value *v, struct buf *out)
{
	for (unsigned int i = 0; i < v->nr; i++)
		buf_printf(out, "%s%" PRIu32, i ? " " : "", v->list[i]);
}

static bool parse_u(const char *text, struct value *v)
{
	return !num_u64(text, 0, UINT64_MAX, &v->u);
}

static bool parse_size(const char *text, struct value *v)
{
	return !num_size(text, 0, UINT64_MAX, &v->u);
}

/* A bare number is in the column's own unit. */
static bool parse_ns(const char *text, struct value *v)
{
	if (!num_u64(text, 0, UINT64_MAX, &v->u))
		return true;
	return text[strspn(text, "0123456789.")] && !num_time(text, 0, UINT64_MAX, &v->u);
}

static bool parse_seconds(const char *text, struct value *v)
{
	uint64_t ns;

	if (num_time(text, 0, UINT64_MAX, &ns))
		return false;
	v->d = (double)ns / 1e9;
	return true;
}

static bool parse_d(const char *text, struct value *v)
{
	return !text[strspn(text, "0123456789.")] && parse_seconds(text, v);
}

static bool parse_percent(const char *text, struct value *v)
{
	char number[32] = "";
	size_t len = strlen(text);

	len -= len && text[len - 1] == '%';
	if (len >= sizeof(number))
		return false;
	memcpy(number, text, len);
	return parse_d(number, v);
}

static bool parse_byte_rate(const char *text, struct value *v)
{
	uint64_t bytes;

	if (num_size(text, 0, UINT64_MAX, &bytes))
		return false;
	v->d = (double)bytes;
	return true;
}

static bool parse_text(const char *text, struct value *v)
{
	v->text = text;
	return true;
}

#define WHOLE "give a whole number"
#define SIZE  "give bytes, as in 4096, 64k or 1.5M"
#define NS    "give ns, or a time with a unit, as in 500us or 1.5ms"

const struct type type_id = {
	"id", false, compare_u, cell_id, json_count, csv_u, rank_u, parse_u, WHOLE};
const struct type type_count = {
	"count", false, compare_count, cell_count, json_count, csv_u, rank_count, parse_u, WHOLE};
const struct type type_bytes = {
	"bytes", false, compare_count, cell_bytes, json_count, csv_u, rank_count, parse_size, SIZE};
const struct type type_time = {
	"time", false, compare_u, cell_time, json_count, csv_u, rank_u, parse_ns, NS};
const struct type type_rate = {"rate", false, compare_d, cell_rate, json_number, csv_d, rank_d,
	parse_d, "give a number, as in 100 or 0.5"};
const struct type type_byte_rate = {"byte rate", false, compare_d, cell_byte_rate, json_number,
	csv_d, rank_d, parse_byte_rate, SIZE};
const struct type type_percent = {"percent", false, compare_d, cell_fixed, json_number, csv_d,
	rank_d, parse_percent, "give a number, as in 99.5 or 5%"};
const struct type type_text = {
	"text", true, compare_text, cell_text, json_string, csv_text, rank_text, parse_text, ""};
const struct type type_clock = {
	"clock", false, compare_u, cell_clock, json_clock, csv_u, rank_u, parse_ns, NS};
const struct type type_seconds = {"seconds", false, compare_d, cell_seconds, json_number, csv_d,
	rank_d, parse_seconds, "give a time, as in 2, 500ms or 1m"};
const struct type type_graph = {
	"graph", true, compare_graph, cell_graph, json_graph, csv_graph, rank_graph, NULL, ""};

int type_compare(const struct type *type, const struct value *a, const struct value *b)
{
	if (!a->known || !b->known)
		return b->known - a->known;
	return type->compare(a, b);
}

void type_cell(const struct type *type, const struct value *v, bool raw, struct buf *out)
{
	if (v->known)
		type->cell(v, raw, out);
	else if (v->thread)
		buf_printf(out, "%" PRIu64 "?", v->u);
	else
		buf_putc(out, '-');
	if (v->known && v->guess)
		buf_putc(out, '~');
}

void type_json(const struct type *type, const struct value *v, struct buf *out)
{
	if (v->known)
		type->json(v, out);
	else
		json_null(out);
}

void type_csv(const struct type *type, const struct value *v, struct buf *out)
{
	if (v->known)
		type->csv(v, out);
}
