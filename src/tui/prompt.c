/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/prompt.h"
#include "base/text.h"
#include "tui/ui.h"

#include <stdio.h>
#include <string.h>

void prompt_ask(struct prompt *prompt, const char *label, const char *text, prompt_accept accept)
{
	*prompt = (struct prompt){.accept = accept, .label = label, .fresh = true};
	snprintf(prompt->text, sizeof(prompt->text), "%s", text);
	snprintf(prompt->before, sizeof(prompt->before), "%s", text);
	prompt->len = strlen(prompt->text);
}

static void prompt_cut(struct prompt *prompt, int len)
{
	prompt->len = len < 0 ? 0 : len;
	prompt->text[prompt->len] = '\0';
	prompt->fresh = false;
}

/* A whole character. */
static void prompt_rub(struct prompt *prompt)
{
	int len = prompt->len - 1;

	while (len > 0 && (prompt->text[len] & 0xc0) == 0x80)
		len--;
	prompt_cut(prompt, len);
}

/* As UTF-8. */
static int character_put(uint32_t c, char out[4])
{
	int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	out[0] = more ? (char)(0xff00 >> (more + 1) | c >> 6 * more) : (char)c;
	for (int i = 1; i <= more; i++)
		out[i] = (char)(0x80 | (c >> 6 * (more - i) & 0x3f));
	return more + 1;
}

static void prompt_type(struct prompt *prompt, uint32_t c)
{
	char bytes[4];
	int len = character_put(c, bytes);

	if (prompt->fresh)
		prompt_cut(prompt, 0);
	if (prompt->len + len >= (int)sizeof(prompt->text))
		return;
	memcpy(prompt->text + prompt->len, bytes, len);
	prompt_cut(prompt, prompt->len + len);
}

static unsigned int prompt_enter(struct prompt *prompt, struct ui *ui)
{
	prompt_accept accept = prompt->accept;
	unsigned int react = accept(ui, prompt->text, prompt->error, sizeof(prompt->error));

	/* it may have asked the next question */
	if (react && prompt->accept == accept)
		prompt->accept = NULL;
	return react | REACT_REDRAW;
}

static unsigned int prompt_leave(struct prompt *prompt, struct ui *ui)
{
	prompt->accept = NULL;
	return REACT_REDRAW | (prompt->change ? prompt->change(ui, prompt->before) : 0);
}

static unsigned int prompt_step(struct prompt *prompt, struct ui *ui, int step)
{
	return prompt->step ? prompt->step(ui, step) : 0;
}

unsigned int prompt_key(struct prompt *prompt, struct ui *ui, const struct key_press *press)
{
	unsigned int react = REACT_REDRAW;

	prompt->error[0] = '\0';
	if (prompt->once && press->code != PRESS_CTRL('l'))
		return press->code == 'y' || press->code == 'Y' ? prompt_enter(prompt, ui)
								: prompt_leave(prompt, ui);
	switch (press->code) {
	case PRESS_ENTER:
		return prompt_enter(prompt, ui);
	case PRESS_ESC:
		return prompt_leave(prompt, ui);
	case PRESS_F0 + 3:
	case PRESS_DOWN:
		return prompt_step(prompt, ui, 1);
	case PRESS_UP:
		return prompt_step(prompt, ui, -1);
	case PRESS_BACKSPACE:
		prompt_rub(prompt);
		break;
	case PRESS_CTRL('u'):
		prompt_cut(prompt, 0);
		break;
	case PRESS_CTRL('l'):
		return REACT_REPAINT;
	case PRESS_LEFT:
	case PRESS_RIGHT:
	case PRESS_HOME:
	case PRESS_END:
		prompt->fresh = false;
		return react;
	default:
		if (press->code < ' ' || !text_printable(press->code))
			return react;
		prompt_type(prompt, press->code);
	}
	return react | (prompt->change ? prompt->change(ui, prompt->text) : 0);
}

/* The end of a long text is what is being typed. */
static const char *prompt_end(const struct prompt *prompt, const struct canvas *canvas, int room)
{
	const char *text = prompt->text;

	while (*text && canvas_text_width(canvas, text) > room) {
		text++;
		while ((*text & 0xc0) == 0x80)
			text++;
	}
	return text;
}

/* How many bytes of text go into a line, by whole words where one is not longer than it. */
static int line_len(const char *text, int room)
{
	int fits = (int)text_fit(text, room, NULL), len = fits;

	if (!text[fits])
		return fits;
	while (len > 0 && text[len] != ' ')
		len--;
	return len ? len : fits ? fits : (int)strlen(text);
}

/* In the lines above, as many as it needs; what there is no room for is cut. */
static void above_draw(struct canvas *canvas, struct rect bar, enum style style, const char *text)
{
	char line[512];
	int nr = 0;

	for (const char *at = text; *at && nr < bar.y; nr++) {
		at += line_len(at, bar.w);
		at += *at == ' ';
	}
	bar.y -= nr;
	for (; nr; nr--, bar.y++) {
		int len = line_len(text, bar.w);

		canvas_fill(canvas, bar, STYLE_NORMAL);
		snprintf(line, sizeof(line), "%.*s", len, text);
		canvas_put(canvas, bar.x, bar.y, bar.w, style, line);
		text += len + (text[len] == ' ');
	}
}

/* Behind the text, or above where there is no room for it. */
static void error_draw(const struct prompt *prompt, struct canvas *canvas, struct rect bar, int x)
{
	if (x + canvas_text_width(canvas, prompt->error) > bar.x + bar.w)
		above_draw(canvas, bar, STYLE_BAD, prompt->error);
	else
		canvas_put(canvas, x, bar.y, bar.x + bar.w - x, STYLE_BAD, prompt->error);
}

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect bar)
{
	enum style text = prompt->fresh ? STYLE_CURSOR : STYLE_PROMPT;
	int x = bar.x;
	int end = bar.x + bar.w;

	x += canvas_put(canvas, x, bar.y, end - x, STYLE_PROMPT, prompt->label);
	x += canvas_put(canvas, x, bar.y, end - x, text, prompt_end(prompt, canvas, end - x - 1));
	if (!prompt->fresh)
		x += canvas_put(canvas, x, bar.y, end - x, STYLE_CURSOR, " ");
	if (prompt->error[0])
		error_draw(prompt, canvas, bar, x + 2);
	else if (prompt->more[0])
		above_draw(canvas, bar, STYLE_DIM, prompt->more);
	if (!prompt->error[0])
		canvas_put(canvas, x + 2, bar.y, end - x - 2, STYLE_DIM,
			prompt->hint ? prompt->hint : "Enter: set   Esc: cancel");
}
