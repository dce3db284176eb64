/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live screen under a recording, with keys: the first byte chooses the keys and the sizes of
 * the window, the rest is the file. The screen is the plain one, which takes any size and needs no
 * terminal.
 */
#include "base/mem.h"
#include "convert.h"
#include "monitor.h"
#include "need.h"
#include "player.h"
#include "present.h"
#include "react.h"
#include "replay.h"
#include "request.h"
#include "tui/screen.h"
#include "../unit/datgen.h"
#include "../unit/replayer.h"
#include "fuzz.h"
#include "trailmutate.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NR_KEYS 60
#define STEP_NS 150000000u

static unsigned int draw(uint32_t *random, unsigned int nr)
{
	*random = *random * 1664525u + 1013904223u;
	return (*random >> 8) % nr;
}

/* Every second key is one that leads somewhere or takes rows away. */
static struct key_press choose(uint32_t *random)
{
	static const uint32_t telling[] = {'1', '2', '3', '4', '5', '6', '\r', 'b', '0', ']', '[',
		'/', 'n', 't', '-', 'H', 'g', 'x', 'i', 'r', 'y', 'Z', 'e', '\\', '=', 'u', ' ',
		PRESS_ESC};
	struct key_press press = {0};

	switch (draw(random, 4)) {
	case 0:
		press.code = 0x20 + draw(random, 0x5f);
		break;
	case 1:
		press.code = PRESS_NONE + 1 + draw(random, PRESS_F12 - PRESS_NONE);
		press.x = (int)draw(random, 90);
		press.y = (int)draw(random, 30);
		break;
	default:
		press.code = telling[draw(random, ARRAY_SIZE(telling))];
	}
	return press;
}

static void resize(uint32_t *random)
{
	char width[8], height[8];

	snprintf(width, sizeof(width), "%u", 1 + draw(random, 200));
	snprintf(height, sizeof(height), "%u", 1 + draw(random, 60));
	setenv("COLUMNS", width, 1);
	setenv("LINES", height, 1);
}

/* As the loop does. */
static void press_key(struct monitor *m, const struct key_press *press)
{
	unsigned int react = ui_key(m->ui, press);

	ui_view(m->ui, &m->view);
	react_to(m, react & ~(unsigned int)REACT_SAVE);
	m->stop |= react & REACT_QUIT;
	if (react & (REACT_JUMP | REACT_PAUSE | REACT_DELAY))
		player_react(m, react);
	if (!m->stop)
		react_draw(m, react);
}

static void play(struct monitor *m, uint32_t random)
{
	const struct column *list[COLUMN_MAX];
	const struct ui_config config = {.columns = list,
		.nr_columns = column_screen(false, false, list, COLUMN_MAX),
		.delay_s = 1,
		.replay = true,
		.pid_digits = 7};
	struct fault fault = {0};
	uint64_t clock_ns = monitor_clock_ns();

	request_names(m);
	if (!replay_start(m, &fault)) {
		present_view(m, &m->view);
		request_facts(m, need_facts(m->config->options, true) & fact_free());
		m->ui = ui_new(&config);
		player_start(m);
		monitor_retake(m);
		for (unsigned int i = 0; i < NR_KEYS && !m->stop; i++) {
			struct key_press press = choose(&random);

			if (!draw(&random, 5))
				resize(&random);
			player_go(m, clock_ns += STEP_NS);
			press_key(m, &press);
		}
		replay_finish(m);
		replay_err(m, &fault);
	}
	monitor_done(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct screen_config screen = {.color = false, .plain = true};
	struct options o = replayer_options("fuzzed");
	struct fault fault = {0};
	char note[160];
	int fd;

	if (size < 1 || size > FUZZ_MOST)
		return 0;
	fd = datgen_fd(data + 1, size - 1);
	if (convert_needed(fd)) {
		close(fd);
		return 0;
	}
	o.batch = false;
	screen.in_fd = screen.out_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	fuzz_check(!screen_open(&screen, note, sizeof(note), &fault));
	play(&(struct monitor){.config = &(struct monitor_config){.options = &o,
				       .live = true,
				       .output_fd = -1,
				       .settings_fd = -1,
				       .metrics_fd = -1,
				       .read_fd = fd},
		     .sock = -1,
		     .signals = -1,
		     .memory = {-1, -1, -1, -1},
		     .keys_fd = -1},
		data[0]);
	screen_close();
	close(screen.out_fd);
	close(fd);
	return 0;
}

#ifdef FUZZ_LIBFUZZER
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	return trailmutate(data, size, max, seed, 1);
}
#endif
