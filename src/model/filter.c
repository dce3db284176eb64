/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/filter.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/audit.h"
#include "model/call_column.h"
#include "model/column.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum relation {
	EQUAL,
	UNEQUAL,
	LESS,
	LESS_EQUAL,
	MORE,
	MORE_EQUAL,
	HOLDS,
};

enum step_kind {
	TEST,
	NOT,
	AND,
	OR,
};

/* Of the program that an expression becomes: each works on the results of those before it. */
struct step {
	enum step_kind kind;
	const struct column *column; /* from here on where TEST */
	enum relation relation;
	struct value value; /* its text is the filter's */
};

struct filter {
	char *text;
	struct step *steps;
	size_t nr, cap;
};

/* The longer of two that start alike comes first. */
static const struct {
	const char *sign, *word;
	enum relation relation;
} relations[] = {
	{"!=", "ne", UNEQUAL},
	{"<=", "le", LESS_EQUAL},
	{">=", "ge", MORE_EQUAL},
	{"<", "lt", LESS},
	{">", "gt", MORE},
	{"=", "eq", EQUAL},
	{"~", "has", HOLDS},
};

static const struct column *const row_tables[] = {columns, audit_columns, NULL};
static const struct column *const call_tables[] = {call_columns, NULL};

struct parser {
	const char *text, *at;
	struct filter *filter;
	unsigned int depth;
	struct fault *fault;
	const struct column *const *tables; /* NULL behind the last */
};

static struct step *step_add(struct parser *p, enum step_kind kind)
{
	struct filter *filter = p->filter;

	if (filter->nr == filter->cap) {
		filter->cap = filter->cap ? 2 * filter->cap : 8;
		filter->steps = mem_resize(filter->steps, filter->cap, sizeof(*filter->steps));
	}
	filter->steps[filter->nr] = (struct step){.kind = kind};
	return &filter->steps[filter->nr++];
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void skip_blanks(struct parser *p)
{
	while (isspace((unsigned char)*p->at))
		p->at++;
}

/* The word or the sign at a place, for people. */
static void word_text(const char *at, char *out, size_t size)
{
	size_t len = 0;

	while (is_word(at[len]))
		len++;
	if (!len)
		len = strcspn(at, " \t()&|");
	if (!len)
		len = !!*at;
	text_clean(out, size, at, len);
}

/* what: with a %s for the word. */
static bool bad(struct parser *p, const char *at, const char *what, const char *remedy)
{
	char word[48], place[96];

	word_text(at, word, sizeof(word));
	if (*at)
		snprintf(place, sizeof(place), "'%s' at character %zu", word,
			(size_t)(at - p->text) + 1);
	else
		snprintf(place, sizeof(place), "the end");
	fault_set(p->fault, 0, p->text, remedy, "%s %s", what, place);
	return false;
}

static bool take_sign(struct parser *p, const char *sign)
{
	if (strncmp(p->at, sign, strlen(sign)) != 0)
		return false;
	p->at += strlen(sign);
	return true;
}

static bool take_word(struct parser *p, const char *word)
{
	size_t len = strlen(word);

	if (strncasecmp(p->at, word, len) != 0 || is_word(p->at[len]))
		return false;
	p->at += len;
	return true;
}

static size_t name_len(const char *at, const char *name)
{
	size_t len = strlen(name);

	if (strncasecmp(at, name, len) != 0 ||
		(is_word(name[len - 1]) && (is_word(at[len]) || at[len] == '.')))
		return 0;
	return len;
}

/* Headers hold blanks and signs, so that the longest that fits is meant. */
static const struct column *take_column(struct parser *p)
{
	const struct column *best = NULL;
	size_t most = 0;

	for (const struct column *const *table = p->tables; *table; table++)
		for (const struct column *c = *table; c->id; c++) {
			size_t id = name_len(p->at, c->id), header = name_len(p->at, c->header);

			if (id <= most && header <= most)
				continue;
			most = id > header ? id : header;
			best = c;
		}
	p->at += most;
	return best;
}

static bool bad_column(struct parser *p)
{
	const struct column *unused[COLUMN_MAX];
	struct fault near = {0};
	char word[48];

	word_text(p->at, word, sizeof(word));
	if (!strcasecmp(word, "verdict"))
		return bad(p, p->at, "no such column",
			"verdict.applies, or verdict. and the name of a policy");
	if (!is_word(word[0]))
		return bad(p, p->at, "a column is expected, not", "as in 'calls_per_s gt 100'");
	if (p->tables == call_tables)
		return bad(p, p->at, "no such key of a call:",
			"as in 'prot eq r-x and ok eq true'; mprottop(8) has them under call");
	column_list(word, NULL, 0, unused, COLUMN_MAX, &near);
	return bad(p, p->at, "no such column",
		near.remedy[0] ? near.remedy : "--list-columns names them");
}

static bool take_relation(struct parser *p, enum relation *relation)
{
	for (size_t i = 0; i < ARRAY_SIZE(relations); i++) {
		*relation = relations[i].relation;
		if (take_sign(p, relations[i].sign) || take_word(p, relations[i].word))
			return true;
	}
	return false;
}

/* A quoted text, or what goes on to a blank or a sign that joins; NULL: there is none. */
static char *take_value(struct parser *p)
{
	const char *start = p->at;
	size_t len;
	char *text;

	if (*start == '\'' || *start == '"') {
		const char *end = strchr(start + 1, *start);

		if (!end)
			return NULL;
		start++;
		len = (size_t)(end - start);
		p->at = end + 1;
	} else {
		len = strcspn(start, " \t\n\r\f\v()&|");
		p->at += len;
		if (!len)
			return NULL;
	}
	text = mem_new(len + 1, 1);
	memcpy(text, start, len);
	return text;
}

static bool parse_value(struct parser *p, struct step *step)
{
	const struct type *type = step->column->type;
	const char *at = p->at;
	char *text = take_value(p);

	if (!text && (*at == '\'' || *at == '"'))
		return bad(p, at, "a quote is not closed:", "close it");
	if (!text)
		return bad(p, at, "a value is expected, not",
			"as in 'calls_per_s gt 100 and not user eq root'");
	step->value.known = true;
	step->value.text = text;
	if (type == &type_text)
		return true;
	if (!type->parse(text, &step->value))
		bad(p, at, "no such value of the column:", type->values);
	else
		at = NULL;
	free(text);
	step->value.text = NULL;
	return !at;
}

static bool parse_test(struct parser *p)
{
	const char *start = p->at, *at;
	const struct column *column = take_column(p);
	enum relation relation;
	struct step *step;

	if (!column)
		return bad_column(p);
	skip_blanks(p);
	at = p->at;
	if (!take_relation(p, &relation))
		return bad(p, *at && !strchr(")&|", *at) && !is_word(*at) ? at : start,
			"no comparison with",
			"quote it, as in -e 'calls_per_s gt 100 and not user eq root'");
	if (!column->type->parse)
		return bad(p, start, "nothing can be compared with", "choose another column");
	if (relation == HOLDS && column->type != &type_text)
		return bad(p, at, "only a text can have a part:", "use = < > here");
	skip_blanks(p);
	step = step_add(p, TEST);
	step->column = column;
	step->relation = relation;
	return parse_value(p, step);
}

static bool parse_or(struct parser *p);

static bool parse_factor(struct parser *p)
{
	const char *at;
	bool good;

	skip_blanks(p);
	at = p->at;
	if (p->depth == FILTER_DEEP)
		return bad(p, at, "too many in each other:", "make it simpler");
	p->depth++;
	if (take_word(p, "not") || take_sign(p, "!")) {
		good = parse_factor(p);
		if (good)
			step_add(p, NOT);
	} else if (take_sign(p, "(")) {
		good = parse_or(p);
		skip_blanks(p);
		if (good && !take_sign(p, ")"))
			good = bad(p, p->at, "a parenthesis is not closed before", "add a )");
	} else {
		good = parse_test(p);
	}
	p->depth--;
	return good;
}

static bool parse_and(struct parser *p)
{
	bool good = parse_factor(p);

	for (;;) {
		skip_blanks(p);
		if (!good || !(take_word(p, "and") || take_sign(p, "&")))
			return good;
		take_sign(p, "&");
		good = parse_factor(p);
		step_add(p, AND);
	}
}

static bool parse_or(struct parser *p)
{
	bool good = parse_and(p);

	for (;;) {
		skip_blanks(p);
		if (!good || !(take_word(p, "or") || take_sign(p, "|")))
			return good;
		take_sign(p, "|");
		good = parse_and(p);
		step_add(p, OR);
	}
}

static struct filter *parse(
	const char *text, const struct column *const *tables, struct fault *fault)
{
	struct filter *filter = mem_new(1, sizeof(*filter));
	struct parser p = {text, text, filter, 0, fault, tables};
	bool good;

	filter->text = mem_strdup(text);
	skip_blanks(&p);
	if (!*p.at)
		good = bad(&p, p.at, "an expression is expected, not", "as in 'calls gt 100'");
	else
		good = parse_or(&p);
	if (good && *p.at)
		good = bad(&p, p.at, "and, or, or the end is expected, not",
			"quote a value with blanks or signs in it");
	if (good)
		return filter;
	filter_free(filter);
	return NULL;
}

struct filter *filter_parse(const char *text, struct fault *fault)
{
	return parse(text, row_tables, fault);
}

struct filter *filter_parse_calls(const char *text, struct fault *fault)
{
	return parse(text, call_tables, fault);
}

void filter_free(struct filter *filter)
{
	for (size_t i = 0; filter && i < filter->nr; i++)
		free((char *)filter->steps[i].value.text);
	if (filter) {
		free(filter->steps);
		free(filter->text);
	}
	free(filter);
}

const char *filter_text(const struct filter *filter)
{
	return filter->text;
}

uint32_t filter_facts(const struct filter *filter)
{
	uint32_t mask = 0;

	for (size_t i = 0; filter && i < filter->nr; i++)
		if (filter->steps[i].kind == TEST)
			mask |= fact_masks(filter->steps[i].column->facts);
	return mask;
}

void filter_lacks(const struct filter *filter, uint32_t given, struct buf *out)
{
	for (size_t i = 0; i < filter->nr; i++) {
		const struct column *column = filter->steps[i].column;
		bool before = false;

		if (filter->steps[i].kind != TEST || !(fact_masks(column->facts) & ~given))
			continue;
		for (size_t k = 0; k < i; k++)
			before |=
				filter->steps[k].kind == TEST && filter->steps[k].column == column;
		if (!before)
			buf_printf(out, "%s%s", out->len ? "," : "", column->id);
	}
}

unsigned int filter_parts(const struct filter *filter)
{
	unsigned int parts = PART_WHO;

	for (size_t i = 0; filter && i < filter->nr; i++)
		if (filter->steps[i].kind == TEST)
			parts |= filter->steps[i].column->parts ? filter->steps[i].column->parts
								: PART_ALL;
	return parts;
}

uint32_t filter_verdicts(const struct filter *filter)
{
	uint32_t mask = 0;

	for (size_t i = 0; filter && i < filter->nr; i++)
		for (unsigned int c = 0; audit_columns[c].id; c++)
			if (filter->steps[i].kind == TEST &&
				filter->steps[i].column == &audit_columns[c])
				mask |= 1u << c;
	return mask;
}

bool filter_holds(const char *text, const char *part)
{
	return text && strcasestr(text, part) != NULL;
}

static bool step_holds(const struct step *step, const struct row *row)
{
	struct value value = {0};
	int order;

	step->column->get(row, &value);
	if (!value.known)
		return false;
	if (step->relation == HOLDS)
		return filter_holds(value.text, step->value.text);
	order = step->column->type->compare(&value, &step->value);
	switch (step->relation) {
	case EQUAL:
		return order == 0;
	case UNEQUAL:
		return order != 0;
	case LESS:
		return order < 0;
	case LESS_EQUAL:
		return order <= 0;
	case MORE:
		return order > 0;
	default:
		return order >= 0;
	}
}

bool filter_takes(const struct filter *filter, const struct row *row)
{
	/* each level holds the left side of an or and of an and, and its own result */
	bool results[3 * FILTER_DEEP + 3];
	size_t nr = 0;

	for (size_t i = 0; i < filter->nr; i++) {
		const struct step *step = &filter->steps[i];

		if (step->kind == TEST) {
			assert(nr < ARRAY_SIZE(results));
			results[nr++] = step_holds(step, row);
		} else if (step->kind == NOT) {
			results[nr - 1] = !results[nr - 1];
		} else {
			bool right = results[--nr];

			if (step->kind == AND)
				results[nr - 1] &= right;
			else
				results[nr - 1] |= right;
		}
	}
	assert(nr == 1);
	return results[0];
}
