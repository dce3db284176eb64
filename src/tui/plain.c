/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/plain.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct plain {
	int in, out;
	bool raw; /* was is to be put back */
	struct termios was;
	struct buf before; /* the lines of the last drawing */
	char keys[64];
	size_t nr_keys;
} plain;

static const struct {
	const char *bytes;
	uint32_t code;
} sequences[] = {
	{"[A", PRESS_UP},
	{"[B", PRESS_DOWN},
	{"[C", PRESS_RIGHT},
	{"[D", PRESS_LEFT},
	{"OA", PRESS_UP},
	{"OB", PRESS_DOWN},
	{"OC", PRESS_RIGHT},
	{"OD", PRESS_LEFT},
	{"[H", PRESS_HOME},
	{"[F", PRESS_END},
	{"[5~", PRESS_PAGE_UP},
	{"[6~", PRESS_PAGE_DOWN},
	{"[3~", PRESS_DELETE},
	{"[Z", PRESS_SHIFT_TAB},
	{"OP", PRESS_F0 + 1},
	{"OQ", PRESS_F0 + 2},
	{"OR", PRESS_F0 + 3},
	{"OS", PRESS_F0 + 4},
	{"[15~", PRESS_F0 + 5},
	{"[17~", PRESS_F0 + 6},
	{"[18~", PRESS_F0 + 7},
	{"[19~", PRESS_F0 + 8},
	{"[20~", PRESS_F0 + 9},
	{"[21~", PRESS_F10},
};

static void modes_set(void)
{
	struct termios raw;

	if (tcgetattr(plain.in, &plain.was))
		return;
	raw = plain.was;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	plain.raw = !tcsetattr(plain.in, TCSADRAIN, &raw);
}

void plain_open(int in_fd, int out_fd)
{
	plain.in = in_fd;
	plain.out = out_fd;
	plain.nr_keys = 0;
	modes_set();
}

void plain_again(void)
{
	modes_set();
}

void plain_close(void)
{
	if (plain.raw)
		tcsetattr(plain.in, TCSADRAIN, &plain.was);
	plain.raw = false;
	buf_done(&plain.before);
}

static void line_text(const struct canvas *canvas, int y, struct buf *out)
{
	buf_puts(out, canvas_cell(canvas, 0, y)->style == STYLE_SELECTED ? "> " : "  ");
	for (int x = 0; x < canvas->width; x++)
		buf_puts(out, canvas_cell(canvas, x, y)->text);
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf_putc(out, '\n');
}

/* Whether a line, with its end, is one of text. */
static bool has_line(const struct buf *text, const char *line)
{
	size_t len = strlen(line);
	const char *at = text->data;

	while (at && (at = strstr(at, line))) {
		if (at == text->data || at[-1] == '\n')
			return true;
		at += len;
	}
	return false;
}

void plain_text(
	const struct canvas *canvas, const struct buf *before, struct buf *all, struct buf *out)
{
	struct buf line = {0};

	for (int y = 0; y < canvas->height; y++) {
		buf_reset(&line);
		line_text(canvas, y, &line);
		if (line.len == 1)
			continue;
		if (!before->len || !has_line(before, line.data))
			buf_puts(out, line.data);
		buf_puts(all, line.data);
	}
	if (out->len)
		buf_putc(out, '\n');
	buf_done(&line);
}

static void write_all(const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(plain.out, text, len);

		if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){.fd = plain.out, .events = POLLOUT}, 1, -1);
		else if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
}

void plain_show(const struct canvas *canvas, bool repaint)
{
	struct buf all = {0}, out = {0};

	if (repaint)
		buf_reset(&plain.before);
	plain_text(canvas, &plain.before, &all, &out);
	write_all(out.data, out.len);
	buf_done(&plain.before);
	plain.before = all;
	buf_done(&out);
}

static size_t decode_escape(const char *bytes, size_t len, struct key_press *press)
{
	for (size_t i = 0; i < ARRAY_SIZE(sequences); i++) {
		size_t size = strlen(sequences[i].bytes);

		if (len > size && !memcmp(bytes + 1, sequences[i].bytes, size)) {
			press->code = sequences[i].code;
			return 1 + size;
		}
	}
	press->code = PRESS_ESC;
	return 1;
}

size_t plain_decode(const char *bytes, size_t len, struct key_press *press)
{
	uint32_t c;
	size_t size;

	*press = (struct key_press){.code = PRESS_NONE};
	if (!len)
		return 0;
	if (bytes[0] == PRESS_ESC)
		return decode_escape(bytes, len, press);
	if (bytes[0] == '\n' || bytes[0] == '\r')
		press->code = PRESS_ENTER;
	else if (bytes[0] == '\b' || bytes[0] == 0x7f)
		press->code = PRESS_BACKSPACE;
	if (press->code != PRESS_NONE)
		return 1;
	size = text_decode(bytes, len, &c);
	press->code = size ? c : PRESS_NONE;
	return size ? size : 1;
}

bool plain_key(struct key_press *press)
{
	size_t size;

	do {
		struct pollfd in = {.fd = plain.in, .events = POLLIN};
		ssize_t n = 0;

		if (plain.nr_keys < sizeof(plain.keys) && poll(&in, 1, 0) == 1 &&
			in.revents & POLLIN)
			n = read(plain.in, plain.keys + plain.nr_keys,
				sizeof(plain.keys) - plain.nr_keys);
		plain.nr_keys += n > 0 ? (size_t)n : 0;
		size = plain_decode(plain.keys, plain.nr_keys, press);
		plain.nr_keys -= size;
		memmove(plain.keys, plain.keys + size, plain.nr_keys);
	} while (size && press->code == PRESS_NONE);
	return size > 0;
}
