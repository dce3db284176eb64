/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How soon a person at a terminal sees something: screen first|keys ROUNDS COMMAND [ARG...], in a
 * terminal of 80×24 of its own. "first": from exec to the last line of the first frame; "keys":
 * from a key that changes the screen to the title of that screen, at times that do not follow the
 * program's own. Prints "MEDIAN MOST" in milliseconds. Exit status: 0 done, 1 failed, 2 usage.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST      1000
#define LIMIT_MS  10000
#define BETWEEN   170 /* ms from a screen to the next key, and up to as much more */
#define LAST_LINE "F10"

/* Screens that only their titles have the brackets of. */
static const struct {
	char key;
	const char *title;
} screens[] = {
	{'6', "[6Self]"},
	{'1', "[1Main]"},
};

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void fail(const char *what)
{
	fprintf(stderr, "screen: %s\n", what);
	exit(1);
}

static pid_t begin(char **argv, int *terminal)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	pid_t pid = forkpty(terminal, NULL, NULL, &size);

	if (pid < 0)
		fail("no terminal");
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

/* Reads until mark has come, or for ms where there is none; false at the end. */
static bool see(int terminal, const char *mark, double ms)
{
	static char text[1 << 20];
	double until = now_ms() + ms, left;
	size_t len = 0;

	while ((left = until - now_ms()) > 0) {
		struct pollfd fd = {terminal, POLLIN, 0};
		ssize_t n;

		if (poll(&fd, 1, (int)left + 1) <= 0)
			continue;
		if (len > sizeof(text) - 4096)
			len = 0;
		n = read(terminal, text + len, sizeof(text) - len);
		if (n <= 0)
			return false;
		len += (size_t)n;
		if (mark && memmem(text, len, mark, strlen(mark)))
			return true;
	}
	return !mark;
}

static void end(pid_t pid, int terminal)
{
	if (write(terminal, "q", 1) != 1 || see(terminal, NULL, LIMIT_MS))
		kill(pid, SIGTERM);
	close(terminal);
	waitpid(pid, NULL, 0);
}

static double first(char **argv)
{
	double from = now_ms(), ms;
	int terminal;
	pid_t pid = begin(argv, &terminal);

	if (!see(terminal, LAST_LINE, LIMIT_MS))
		fail("no first frame");
	ms = now_ms() - from;
	end(pid, terminal);
	return ms;
}

static void keys(char **argv, double *ms, int rounds)
{
	int terminal;
	pid_t pid = begin(argv, &terminal);

	if (!see(terminal, LAST_LINE, LIMIT_MS))
		fail("no first frame");
	see(terminal, NULL, 2000);
	for (int i = 0; i < rounds; i++) {
		size_t to = (size_t)i % (sizeof(screens) / sizeof(screens[0]));
		double from = now_ms();

		if (write(terminal, &screens[to].key, 1) != 1 ||
			!see(terminal, screens[to].title, LIMIT_MS))
			fail("no answer to a key");
		ms[i] = now_ms() - from;
		see(terminal, NULL, BETWEEN + rand() % BETWEEN);
	}
	end(pid, terminal);
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static double ms[MOST];
	int rounds = argc > 3 ? atoi(argv[2]) : 0;

	if (rounds < 1 || rounds > MOST || (strcmp(argv[1], "first") && strcmp(argv[1], "keys"))) {
		fprintf(stderr, "usage: screen first|keys ROUNDS COMMAND [ARG...]\n");
		return 2;
	}
	if (!strcmp(argv[1], "keys"))
		keys(argv + 3, ms, rounds);
	else
		for (int i = 0; i < rounds; i++)
			ms[i] = first(argv + 3);
	qsort(ms, (size_t)rounds, sizeof(ms[0]), compare);
	printf("%.1f %.1f\n", ms[rounds / 2], ms[rounds - 1]);
	return 0;
}
