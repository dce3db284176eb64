/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/maps.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a line is read, and whether all of it was as it should be so far. */
struct scan {
	const char *at, *end;
	bool good;
};

static int digit_of(char c, unsigned int base)
{
	int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

	return digit < (int)base ? digit : -1;
}

static uint64_t take_number(struct scan *scan, unsigned int base)
{
	const char *from = scan->at;
	uint64_t number = 0;
	int digit;

	for (; scan->at < scan->end && (digit = digit_of(*scan->at, base)) >= 0; scan->at++)
		scan->good &= !__builtin_mul_overflow(number, base, &number) &&
			      !__builtin_add_overflow(number, (uint64_t)digit, &number);
	scan->good &= scan->at > from;
	return number;
}

static void take_char(struct scan *scan, char c)
{
	if (scan->at < scan->end && *scan->at == c)
		scan->at++;
	else
		scan->good = false;
}

/* "rwxp" */
static bool take_exec(struct scan *scan)
{
	bool exec;

	scan->good &= scan->end - scan->at >= 4;
	if (!scan->good)
		return false;
	exec = scan->at[2] == 'x';
	scan->good &= exec || scan->at[2] == '-';
	scan->at += 4;
	return exec;
}

static bool parse_line(const char *line, const char *end, struct mapping *m)
{
	struct scan scan = {line, end, true};

	*m = (struct mapping){0};
	m->start = take_number(&scan, 16);
	take_char(&scan, '-');
	m->end = take_number(&scan, 16);
	take_char(&scan, ' ');
	m->exec = take_exec(&scan);
	take_char(&scan, ' ');
	m->offset = take_number(&scan, 16);
	take_char(&scan, ' ');
	m->major = (uint32_t)take_number(&scan, 16);
	take_char(&scan, ':');
	m->minor = (uint32_t)take_number(&scan, 16);
	take_char(&scan, ' ');
	m->ino = take_number(&scan, 10);
	/* padding up to a column; a path starts with no blank */
	while (scan.at < end && *scan.at == ' ')
		scan.at++;
	m->name = scan.at;
	m->name_len = (size_t)(end - scan.at);
	return scan.good && m->start < m->end;
}

void maps_parse(struct maps *maps, const char *text, size_t len)
{
	const char *end = text + len, *next;
	struct mapping m;

	maps->nr = 0;
	for (const char *line = text; line < end && maps->nr < MAPS_MOST; line = next) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		next = stop ? stop + 1 : end;
		/* a last line without its end may be half of one */
		if (!stop || !parse_line(line, stop, &m))
			continue;
		/* the kernel's are in order, and apart */
		if (maps->nr && m.start < maps->list[maps->nr - 1].end)
			continue;
		if (maps->nr == maps->cap) {
			maps->cap = maps->cap ? 2 * maps->cap : 64;
			maps->list = mem_resize(maps->list, maps->cap, sizeof(*maps->list));
		}
		maps->list[maps->nr++] = m;
	}
}

int maps_read(struct maps *maps, int fd)
{
	static const size_t chunk = 16384;
	char *bytes = mem_new(1, chunk);
	ssize_t n = 0;

	buf_reset(&maps->text);
	while (maps->text.len < MAPS_TEXT_MOST) {
		n = read(fd, bytes, chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_add(&maps->text, bytes, (size_t)n);
	}
	n = n < 0 ? -errno : 0;
	free(bytes);
	maps->nr = 0;
	if (maps->text.len)
		maps_parse(maps, maps->text.data, maps->text.len);
	return (int)n;
}

void maps_done(struct maps *maps)
{
	buf_done(&maps->text);
	free(maps->list);
	*maps = (struct maps){0};
}
