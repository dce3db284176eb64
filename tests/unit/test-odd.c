/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Well-formed but odd recordings through the whole program, so that each two choices meet: what
 * the recording holds, how it is looked at, and up to where. Whatever it is, the program ends
 * soon, in little memory, with a result or a message that names the file; a result counts no call
 * twice. The variable ODD asks for more than pairs: triples, or a number of random rows. ODD=ROW,
 * as a failure prints it, with ODD_FILE=FILE writes that recording to FILE.
 */
#include "base/mem.h"
#include "cover.h"
#include "jsoncheck.h"
#include "oddgen.h"
#include "pagegen.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS       8
#define OUTPUT_MOST (64u << 20)
#define WALL_S      120
#define PRESSED     40 /* pressed on a screen */
#define TURNS       25 /* then no end is waited for any longer */
#ifdef __SANITIZE_ADDRESS__
#define CPU_S     60
#define MEMORY_KB (1024 * 1024)
#else
#define CPU_S     10
#define MEMORY_KB (64 * 1024)
#endif

enum {
	OUTPUT = ODDGEN_NR,
	SPAN,
	CHOICES
};

enum kind {
	LINES,
	JSON,
	SCREEN, /* on a terminal, */
	KEYS    /* where keys are pressed */
};

struct way {
	const char *name;
	enum kind kind;
	const char *words[WORDS];
};

static const struct way outputs[] = {
	{"json", JSON, {"-f", "json"}},
	{"table", LINES, {"-f", "table"}},
	{"csv", LINES, {"-f", "csv", "--threads"}},
	{"tree", JSON, {"-f", "json", "--tree", "--idle"}},
	{"group", JSON, {"-f", "json", "--group=program"}},
	{"prometheus", LINES, {"-f", "prometheus"}},
	{"events", JSON, {"--events", "-f", "json"}},
	{"events-table", LINES, {"--events"}},
	{"events-csv", LINES, {"--events", "-f", "csv"}},
	{"audit", JSON, {"--audit", "-f", "json"}},
	{"audit-table", LINES, {"--audit"}},
	{"plain", SCREEN, {"--plain", "--no-config"}},
	{"screen", SCREEN, {"--no-config", "--ascii"}},
	{"keys", KEYS, {"--no-config"}},
};

static const struct way spans[] = {
	{"whole", LINES, {NULL}},
	{"often", LINES, {"-d", "0.1"}},
	{"rarely", LINES, {"-d", "3600"}},
	{"first", LINES, {"-n", "1"}},
	{"part", LINES, {"--begin=0.2", "--end=0.5"}},
	{"short", LINES, {"--duration=0.3"}},
	{"early", LINES, {"--end=0.505"}},
	{"late", LINES, {"--begin=0.505"}},
};
#define EARLY 6 /* and the next is what is left */
#define WHOLE 3 /* of these, from the first on */

/* Rows that once went wrong. */
static const char *const kept[] = {
	/* calls before --begin counted: thread 0 was taken for that of the canary */
	"little,8,4096,3,one,back,zero,all,second,circle,none,none,none,0,events,part",
	/* pages of a CPU that are another's too counted twice, in a trail's side buffer */
	"little,4,512,3,entries,far,one,all,shared,told,tsc,all,ours,3,json,whole",
};

struct test {
	unsigned int row[CHOICES];
	struct cover cover;
	char path[64];
	char *out, *err;    /* of the last run */
	struct buf pressed; /* the keys of the last one that had some */
	struct oddgen_known known;
	unsigned int nr, failed;
};

static const char *value_name(unsigned int choice, unsigned int value)
{
	if (choice < ODDGEN_NR)
		return oddgen_choices[choice].values[value];
	return choice == OUTPUT ? outputs[value].name : spans[value].name;
}

static unsigned int nr_values(unsigned int choice)
{
	unsigned int nr = 0;

	if (choice >= ODDGEN_NR)
		return choice == OUTPUT ? ARRAY_SIZE(outputs) : ARRAY_SIZE(spans);
	while (nr < ODDGEN_VALUES && oddgen_choices[choice].values[nr])
		nr++;
	return nr;
}

/* "little,8,…" */
static void row_text(const struct test *t, char *text, size_t size)
{
	size_t len = 0;

	for (unsigned int i = 0; i < CHOICES && len < size; i++)
		len += (size_t)snprintf(
			text + len, size - len, "%s%s", i ? "," : "", value_name(i, t->row[i]));
}

static bool row_parse(struct test *t, const char *text)
{
	for (unsigned int i = 0; i < CHOICES; i++) {
		size_t len = strcspn(text, ",");
		unsigned int v = 0;

		while (v < nr_values(i) && (strlen(value_name(i, v)) != len ||
						   memcmp(value_name(i, v), text, len) != 0))
			v++;
		if (v == nr_values(i))
			return false;
		t->row[i] = v;
		text += len + (text[len] == ',');
	}
	return true;
}

static void wrong(struct test *t, const char *what)
{
	char row[256];

	row_text(t, row, sizeof(row));
	print_error("%s: %s\n%.300s", row, what, t->err ? t->err : "");
	if (t->pressed.len)
		print_error("keys:");
	for (size_t i = 0; i < t->pressed.len; i++)
		print_error(" %02x", (unsigned char)t->pressed.data[i]);
	print_error("\n");
	t->failed++;
}

static char *contents(int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *text = mem_new(1, (size_t)len + 1);

	assert_int_equal(pread(fd, text, (size_t)len, 0), len);
	return text;
}

static void child(const struct test *t, const struct way *way, const struct way *span)
{
	const char *program = getenv("MPROTTOP"), *words[2 * WORDS + 4] = {"mprottop"};
	struct rlimit cpu = {CPU_S, CPU_S}, size = {OUTPUT_MOST, OUTPUT_MOST};
	size_t nr = 1;

	for (size_t i = 0; i < WORDS && way->words[i]; i++)
		words[nr++] = way->words[i];
	for (size_t i = 0; i < WORDS && span->words[i]; i++)
		words[nr++] = span->words[i];
	words[nr++] = "-r";
	words[nr++] = t->path;
	if (way->kind >= SCREEN)
		words[nr++] = "--speed=1000";
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_FSIZE, &size);
	alarm(WALL_S);
	setenv("TERM", "xterm", 1);
	execv(program ? program : "./mprottop", (char **)words);
	_exit(127);
}

/* A key, or what a terminal sends for one. */
static void press(struct test *t, int fd)
{
	static const char *const others[] = {"\r", "\t", "\x1b", "\x1b[A", "\x1b[B", "\x1b[C",
		"\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1b[Z", "\x1b[15~", "\x7f"};
	unsigned int nr = pagegen_random(&t->cover.random) % (95 + ARRAY_SIZE(others));
	const char letter[2] = {(char)(' ' + nr % 95)};
	const char *key = nr < 95 ? letter : others[nr - 95];

	/* what quits, or writes a file */
	if (!strchr("qQwW", key[0]))
		buf_add(&t->pressed, key, (size_t)write(fd, key, strlen(key)));
}

/* The program has taken the terminal over, and what it is sent. */
static bool is_raw(int fd)
{
	struct termios modes;

	return !tcgetattr(fd, &modes) && !(modes.c_lflag & ICANON);
}

/* Looks on until the recording has ended, or presses keys, and ends the program. */
static void watch(struct test *t, int fd, pid_t pid, bool random)
{
	unsigned int keys = random ? PRESSED : 0, turns = 0;
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	bool ended = false, told = false;
	char bytes[65536];
	ssize_t n;

	for (;;) {
		if (poll(&wait, 1, 10)) {
			n = read(fd, bytes, sizeof(bytes) - 1);
			if (n <= 0)
				return;
			bytes[n] = '\0';
			ended |= strstr(bytes, "ENDED") != NULL;
		}
		if (!is_raw(fd)) {
			;
		} else if (keys) {
			keys--;
			press(t, fd);
		} else if (!told && (random || ended || ++turns > TURNS)) {
			told = true;
			kill(pid, SIGTERM);
		}
	}
}

static int open_terminal(struct test *t, int *slave)
{
	static const unsigned short rows[] = {24, 60, 3, 1}, columns[] = {100, 200, 40, 80, 5, 1};
	struct winsize size = {.ws_row = rows[t->row[ODDGEN_PLACE] % ARRAY_SIZE(rows)],
		.ws_col = columns[t->nr % ARRAY_SIZE(columns)]};
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(fd >= 0 && !grantpt(fd) && !unlockpt(fd));
	*slave = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*slave >= 0);
	ioctl(fd, TIOCSWINSZ, &size);
	return fd;
}

/* A run by a way; its status, as of waitpid. What it writes is in out and err. */
static int run(struct test *t, const struct way *way, const struct way *span)
{
	int out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), master = -1, slave = null, status;
	struct rusage usage;
	pid_t pid;

	buf_reset(&t->pressed);
	if (way->kind >= SCREEN)
		master = open_terminal(t, &slave);
	pid = fork();
	if (!pid) {
		setsid();
		dup2(slave, STDIN_FILENO);
		dup2(way->kind >= SCREEN ? slave : out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		if (way->kind >= SCREEN)
			ioctl(STDIN_FILENO, TIOCSCTTY, 0);
		child(t, way, span);
	}
	close(slave);
	if (way->kind >= SCREEN) {
		watch(t, master, pid, way->kind == KEYS);
		close(master);
	}
	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	free(t->out);
	free(t->err);
	t->out = contents(out);
	t->err = contents(err);
	close(out);
	close(err);
	if (way->kind < SCREEN)
		close(null);
	if (usage.ru_maxrss > MEMORY_KB)
		wrong(t, "it took more memory than there is for it");
	return status;
}

/* Ended by itself: 0, or 1 with a message that names the file, and the byte of what is damaged. */
static bool ended(struct test *t, const struct way *way, int status)
{
	char byte[128];

	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
		wrong(t, way->name);
		return false;
	}
	snprintf(byte, sizeof(byte), "%s, byte ", t->path);
	if (!status && t->known.damaged)
		wrong(t, "no word of what is damaged");
	if (status && !strstr(t->err, t->path))
		wrong(t, "a message that does not name the file");
	else if (status && (t->known.damaged || strstr(t->err, "damaged")) && !strstr(t->err, byte))
		wrong(t, "a message that does not name the byte");
	return true;
}

/* A number behind a key in a line of JSON; false: it is none. */
static bool number(const char *line, const char *key, uint64_t *out)
{
	char word[64];
	const char *at;
	char *end;

	snprintf(word, sizeof(word), "\"%s\":", key);
	at = strstr(line, word);
	if (!at || at[strlen(word)] < '0' || at[strlen(word)] > '9')
		return false;
	*out = strtoull(at + strlen(word), &end, 10);
	return *end == ',' || *end == '}';
}

/* The line that tells of the end; NULL: there is none, or more than that one. */
static const char *end_line(const char *text)
{
	static const char begin[] = "{\"type\":\"end\"";
	const char *line = strstr(text, begin);

	return line && !strstr(line + 1, begin) && strchr(line, '\n') == strrchr(line, '\n') ? line
											     : NULL;
}

static void check_end(struct test *t, const char *line, bool whole, uint64_t *calls)
{
	static const char *const kinds[] = {
		"p_none", "p_r", "p_w", "p_rw", "p_x", "p_rx", "p_wx", "p_rwx", "p_other"};
	static const char *const parts[] = {"errors", "refused", "unreturned", "ask_x"};
	uint64_t sum = 0, nr;

	if (!number(line, "calls", calls)) {
		wrong(t, "the end does not tell how many calls there were");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		sum += number(line, kinds[i], &nr) ? nr : 0;
	if (sum > *calls)
		wrong(t, "calls of a protection are more than all");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (number(line, parts[i], &nr) && nr > *calls)
			wrong(t, parts[i]);
	if (whole && t->known.exact && number(line, "errors", &nr) && nr != t->known.errors)
		wrong(t, "not as many errors as there are");
	if (!strstr(line, "\"complete\":true") && !strstr(line, "\"complete\":false"))
		wrong(t, "complete is neither true nor false");
	if (strstr(line, ":-"))
		wrong(t, "a total is negative");
}

static uint64_t count(const char *text, const char *word)
{
	uint64_t nr = 0;

	while ((text = strstr(text, word))) {
		nr++;
		text++;
	}
	return nr;
}

/* A recording by a way, whole or not, and its calls; calls: as were told before, or UINT64_MAX. */
static uint64_t look(struct test *t, const struct way *way, const struct way *span, uint64_t calls)
{
	bool whole = span < spans + WHOLE;
	int status = run(t, way, span);
	uint64_t got = UINT64_MAX;
	const char *line;

	if (!ended(t, way, status) || status || way->kind != JSON)
		return UINT64_MAX;
	jsoncheck_lines(t->out);
	line = end_line(t->out);
	if (line)
		check_end(t, line, whole, &got);
	else
		wrong(t, "no end, or more than one");
	if (got > t->known.calls || (whole && t->known.exact && got != t->known.calls))
		wrong(t, "not as many calls as there are");
	if (calls != UINT64_MAX && got != calls)
		wrong(t, "not as many calls as otherwise");
	if (way->words[0][2] == 'e' && count(t->out, "{\"type\":\"call\"") != got)
		wrong(t, "not a line a call");
	return got;
}

static void make(struct test *t, const char *path)
{
	struct buf file = {0};
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	oddgen_make(t->row, &file, &t->known);
	assert_int_equal(fwrite(file.data, 1, file.len, f), file.len);
	assert_int_equal(fclose(f), 0);
	buf_done(&file);
}

static void try_row(struct test *t)
{
	const struct way *span = &spans[t->row[SPAN]];
	uint64_t calls, other;

	make(t, t->path);
	calls = look(t, &outputs[0], &spans[0], UINT64_MAX);
	if (span >= spans + WHOLE) {
		other = look(t, &outputs[0], span, UINT64_MAX);
		if (span == &spans[EARLY] && t->known.in_order && other != UINT64_MAX &&
			calls != UINT64_MAX &&
			other + look(t, &outputs[0], span + 1, UINT64_MAX) != calls)
			wrong(t, "two parts of it do not have as many calls as all of it");
		calls = other;
	}
	look(t, &outputs[t->row[OUTPUT]], span, calls);
	t->nr++;
}

static void test_odd(void **state)
{
	const char *odd = getenv("ODD"), *file = getenv("ODD_FILE");
	unsigned int sizes[CHOICES];
	struct test t = {.path = "/tmp/test-odd.XXXXXX"};
	unsigned long nr = odd ? strtoul(odd, NULL, 10) : 0;
	int fd = mkstemp(t.path);

	(void)state;
	assert_true(fd >= 0 && !close(fd));
	for (unsigned int i = 0; i < CHOICES; i++)
		sizes[i] = nr_values(i);
	cover_begin(&t.cover, odd && !strcmp(odd, "triples") ? 3 : 2, CHOICES, sizes);
	for (unsigned int i = 0; i < ODDGEN_NR; i++)
		for (unsigned int v = 0; v < sizes[i]; v++)
			if (oddgen_choices[i].hides & 1u << v)
				cover_hides(&t.cover, i, v);
	if (odd && strchr(odd, ',')) {
		assert_true(row_parse(&t, odd));
		if (file)
			make(&t, file);
		try_row(&t);
	} else if (nr) {
		t.cover.random = (uint64_t)time(NULL);
		while (nr--) {
			cover_random(&t.cover, t.row);
			try_row(&t);
		}
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
			assert_true(row_parse(&t, kept[i]));
			try_row(&t);
		}
		while (cover_next(&t.cover, t.row))
			try_row(&t);
	}
	print_message("# %u recordings\n", t.nr);
	cover_done(&t.cover);
	free(t.out);
	free(t.err);
	buf_done(&t.pressed);
	unlink(t.path);
	assert_int_equal(t.failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_odd),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
