/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif

#include "jsoncheck.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEYS_MAX 64

static const char *json_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at != '"'; at++) {
		if ((unsigned char)*at < 0x20)
			return NULL;
		if (*at != '\\')
			continue;
		at++;
		if (*at == 'u') {
			if (strspn(at + 1, "0123456789abcdefABCDEF") < 4)
				return NULL;
			at += 4;
		} else if (!*at || !strchr("\"\\/bfnrt", *at)) {
			return NULL;
		}
	}
	return at + 1;
}

static const char *json_number(const char *at)
{
	at += *at == '-';
	if (at[0] == '0' && at[1] >= '0' && at[1] <= '9')
		return NULL;
	if (!strspn(at, "0123456789"))
		return NULL;
	at += strspn(at, "0123456789");
	if (*at == '.') {
		size_t len = strspn(at + 1, "0123456789");

		if (!len)
			return NULL;
		at += 1 + len;
	}
	return at;
}

static const char *json_list(const char *at)
{
	if (at[1] == ']')
		return at + 2;
	do {
		at = jsoncheck_value(at + 1);
	} while (at && *at == ',');
	return at && *at == ']' ? at + 1 : NULL;
}

static const char *json_object(const char *at)
{
	const char *keys[KEYS_MAX];
	size_t nr = 0;

	if (at[1] == '}')
		return at + 2;
	do {
		const char *key = at + 1, *end = json_string(key);

		if (!end || *end != ':' || nr == KEYS_MAX)
			return NULL;
		/* no key twice */
		for (size_t i = 0; i < nr; i++)
			if (!strncmp(keys[i], key, end - key))
				return NULL;
		keys[nr++] = key;
		at = jsoncheck_value(end + 1);
	} while (at && *at == ',');
	return at && *at == '}' ? at + 1 : NULL;
}

const char *jsoncheck_value(const char *at)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strncmp(at, words[i], strlen(words[i])))
			return at + strlen(words[i]);
	switch (*at) {
	case '{':
		return json_object(at);
	case '[':
		return json_list(at);
	case '"':
		return json_string(at);
	}
	return json_number(at);
}

unsigned int jsoncheck_lines(const char *text)
{
	unsigned int nr = 0;

	for (const char *end; *text; text = end + 1, nr++) {
		end = strchr(text, '\n');
		assert_non_null(end);
		if (*text != '{' || jsoncheck_value(text) != end)
			print_error("no JSON: %.*s\n", (int)(end - text), text);
		assert_true(*text == '{' && jsoncheck_value(text) == end);
		assert_int_equal(strncmp(text, "{\"type\":\"", 9), 0);
		assert_non_null(memmem(text, end - text, ",\"time\":", 8));
	}
	return nr;
}
