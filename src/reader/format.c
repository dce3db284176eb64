/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/format.h"

#include <string.h>

#define NUMBER_MOST UINT32_MAX

/* The next line of text, without its blanks; false at the end. */
static bool next_line(struct format_text *rest, struct format_text *line)
{
	const char *end;

	if (!rest->len)
		return false;
	end = memchr(rest->text, '\n', rest->len);
	line->text = rest->text;
	line->len = end ? (size_t)(end - rest->text) : rest->len;
	rest->text += line->len;
	rest->len -= line->len;
	if (end) {
		rest->text++;
		rest->len--;
	}
	while (line->len && (*line->text == ' ' || *line->text == '\t')) {
		line->text++;
		line->len--;
	}
	return true;
}

/* Steps over a word that the line starts with, and blanks. */
static bool skip(struct format_text *line, const char *word)
{
	size_t len = strlen(word);

	if (line->len < len || memcmp(line->text, word, len) != 0)
		return false;
	line->text += len;
	line->len -= len;
	while (line->len && (*line->text == ' ' || *line->text == '\t')) {
		line->text++;
		line->len--;
	}
	return true;
}

static bool take_number(struct format_text *line, uint32_t *out)
{
	uint64_t value = 0;
	size_t at = 0;

	for (; at < line->len && line->text[at] >= '0' && line->text[at] <= '9'; at++) {
		value = 10 * value + (uint64_t)(line->text[at] - '0');
		if (value > NUMBER_MOST)
			return false;
	}
	*out = (uint32_t)value;
	line->text += at;
	line->len -= at;
	return at > 0;
}

bool format_head(const struct format_text *format, struct format_head *out)
{
	struct format_text rest = *format, line;
	bool named = false, numbered = false;

	while (!(named && numbered) && next_line(&rest, &line)) {
		if (skip(&line, "name:")) {
			out->name = line.text;
			out->name_len = line.len;
			named = line.len > 0;
		} else if (skip(&line, "ID:")) {
			numbered = take_number(&line, &out->id);
		}
	}
	return named && numbered;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* "char comm[16]": whether what is declared has that name, and whether it is an array. */
static bool declares(const struct format_text *decl, const char *name, bool *array)
{
	size_t len = decl->len, want = strlen(name);

	*array = false;
	while (len && (decl->text[len - 1] == ' ' || decl->text[len - 1] == '\t'))
		len--;
	if (len && decl->text[len - 1] == ']') {
		while (len && decl->text[len - 1] != '[')
			len--;
		len -= len > 0;
		*array = true;
	}
	return len >= want && !memcmp(decl->text + len - want, name, want) &&
	       (len == want || !is_word(decl->text[len - want - 1]));
}

static bool take_place(struct format_text *line, struct format_field *out)
{
	return skip(line, ";") && skip(line, "offset:") && take_number(line, &out->offset) &&
	       skip(line, ";") && skip(line, "size:") && take_number(line, &out->size) &&
	       skip(line, ";");
}

bool format_field(const struct format_text *format, const char *name, struct format_field *out)
{
	struct format_text rest = *format, line, decl;

	while (next_line(&rest, &line)) {
		const char *end;

		if (!skip(&line, "field:"))
			continue;
		end = memchr(line.text, ';', line.len);
		if (!end)
			continue;
		decl.text = line.text;
		decl.len = (size_t)(end - line.text);
		if (!declares(&decl, name, &out->array))
			continue;
		line.len -= decl.len;
		line.text = end;
		return take_place(&line, out);
	}
	return false;
}
