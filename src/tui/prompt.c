/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tui/prompt.h"
#include "tui/ui.h"

#include <stdio.h>
#include <string.h>

void prompt_ask(struct prompt *prompt, const char *label, const char *text, prompt_accept accept)
{
	*prompt = (struct prompt){.accept = accept, .label = label, .fresh = true};
	snprintf(prompt->text, sizeof(prompt->text), "%s", text);
	prompt->len = strlen(prompt->text);
}

static void prompt_cut(struct prompt *prompt, int len)
{
	prompt->len = len < 0 ? 0 : len;
	prompt->text[prompt->len] = '\0';
	prompt->fresh = false;
}

static void prompt_type(struct prompt *prompt, char c)
{
	if (prompt->fresh)
		prompt_cut(prompt, 0);
	if (prompt->len + 1 >= (int)sizeof(prompt->text))
		return;
	prompt->text[prompt->len++] = c;
	prompt->text[prompt->len] = '\0';
}

static unsigned int prompt_enter(struct prompt *prompt, struct ui *ui)
{
	unsigned int react = prompt->accept(ui, prompt->text, prompt->error, sizeof(prompt->error));

	if (react)
		prompt->accept = NULL;
	return react | REACT_REDRAW;
}

unsigned int prompt_key(struct prompt *prompt, struct ui *ui, const struct key_press *press)
{
	prompt->error[0] = '\0';
	switch (press->code) {
	case PRESS_ENTER:
		return prompt_enter(prompt, ui);
	case PRESS_ESC:
		prompt->accept = NULL;
		break;
	case PRESS_BACKSPACE:
		prompt_cut(prompt, prompt->len - 1);
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
		break;
	default:
		if (press->code >= ' ' && press->code <= '~')
			prompt_type(prompt, press->code);
	}
	return REACT_REDRAW;
}

void prompt_draw(const struct prompt *prompt, struct canvas *canvas, struct rect bar)
{
	enum style text = prompt->fresh ? STYLE_CURSOR : STYLE_PROMPT;
	int x = bar.x;
	int end = bar.x + bar.w;
	int room, from;

	x += canvas_put(canvas, x, bar.y, end - x, STYLE_PROMPT, prompt->label);
	room = end - x - 1;
	/* the end of a long text is what is being typed */
	from = prompt->len > room && room > 0 ? prompt->len - room : 0;
	x += canvas_put(canvas, x, bar.y, end - x, text, prompt->text + from);
	if (!prompt->fresh)
		x += canvas_put(canvas, x, bar.y, end - x, STYLE_CURSOR, " ");
	if (prompt->error[0])
		canvas_put(canvas, x + 2, bar.y, end - x - 2, STYLE_BAD, prompt->error);
	else
		canvas_put(canvas, x + 2, bar.y, end - x - 2, STYLE_DIM,
			prompt->hint ? prompt->hint : "Enter: set   Esc: cancel");
}
