/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/calibrate.h"
#include "base/mem.h"
#include "tracer/why.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NR_ARGS    7
#define NR_SHOTS   3
#define NR_PAGES   3
#define MAX_POINT  5 /* pointers followed at once: a line of trace text has to fit a page */
#define NR_WORDS   32
#define WORD_LEN   8 /* all kernels that are traced have 64 bits */
#define MAX_VALUES (NR_ARGS + MAX_POINT * NR_WORDS)
#define TEXT_SIZE  65536u
#define BUFFER_KB  64

/* Of vm_flags: what mmap() and these calls decide, not READ_IMPLIES_EXEC; and VM_MAYREAD and
 * VM_MAYWRITE, which are set. */
#define FLAGS_MASK 0x0b
#define FLAGS_MAY  0x30

/* A call: the middle page of a mapping of its own. */
struct shot {
	int file; /* of two */
	uint64_t pgoff;
	int old, new;
	uint64_t map, page;
	bool seen;
	uint64_t values[MAX_VALUES]; /* the arguments, then what else was fetched */
};

struct calibration {
	struct tracing *tracing;
	uint64_t page_size;
	int files[2];
	unsigned int nr_probes; /* made so far */
	unsigned int nr_values; /* that the probe fetches */
	struct shot shots[NR_SHOTS];
};

/* What a value of a shot has to be. */
typedef bool matcher(const struct calibration *c, const struct shot *s, uint64_t value);

static int open_file(void)
{
	int fd = memfd_create("mprottop", MFD_CLOEXEC);

	return fd >= 0 ? fd : open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static int open_files(struct calibration *c, struct fault *fault)
{
	for (int i = 0; i < 2; i++) {
		c->files[i] = open_file();
		if (c->files[i] < 0)
			return fault_set(fault, errno, "/tmp", "make it writable",
				"cannot make a temporary file to calibrate with");
	}
	return 0;
}

static int map_shots(struct calibration *c, struct fault *fault)
{
	for (int i = 0; i < NR_SHOTS; i++) {
		struct shot *s = &c->shots[i];
		/* beyond the end of the file: never touched */
		void *map = mmap(NULL, NR_PAGES * c->page_size, s->old, MAP_PRIVATE,
			c->files[s->file], (off_t)(s->pgoff * c->page_size));

		if (map == MAP_FAILED)
			return fault_set(fault, errno, "mmap", "",
				"cannot map a temporary file to calibrate with");
		s->map = (uintptr_t)map;
		s->page = s->map + c->page_size;
		s->seen = false;
	}
	return 0;
}

/* All mappings first, so that the calls follow each other. */
static int fire(struct calibration *c, struct fault *fault)
{
	int err = map_shots(c, fault);

	for (int i = 0; i < NR_SHOTS && !err; i++) {
		const struct shot *s = &c->shots[i];

		if (mprotect((void *)(uintptr_t)s->page, c->page_size, s->new))
			err = fault_set(fault, errno, "mprotect",
				errno == EPERM ? "run it where no seccomp filter refuses mprotect"
					       : "",
				"an own call failed");
	}
	for (int i = 0; i < NR_SHOTS; i++) {
		if (c->shots[i].map)
			munmap((void *)(uintptr_t)c->shots[i].map, NR_PAGES * c->page_size);
		c->shots[i].map = 0;
	}
	return err;
}

/* The hexadecimal numbers of one line, behind the event's name; whether there were enough. */
static bool parse_values(const char *line, unsigned int nr, uint64_t *values)
{
	const char *at = strchr(line, ')');

	for (unsigned int i = 0; i < nr; i++) {
		char *end;

		at = at ? strstr(at, "0x") : NULL;
		if (!at)
			return false;
		values[i] = strtoull(at, &end, 16);
		at = end;
	}
	return true;
}

static bool has_arg(const uint64_t *values, uint64_t want)
{
	for (int i = 0; i < NR_ARGS; i++)
		if (values[i] == want)
			return true;
	return false;
}

static void take_line(struct calibration *c, const char *line)
{
	uint64_t values[MAX_VALUES];

	if (!parse_values(line, c->nr_values, values))
		return;
	for (int i = 0; i < NR_SHOTS; i++) {
		struct shot *s = &c->shots[i];

		if (!has_arg(values, s->page) || !has_arg(values, s->page + c->page_size))
			continue;
		memcpy(s->values, values, c->nr_values * sizeof(*values));
		s->seen = true;
	}
}

static int read_lines(struct calibration *c, const char *event, struct fault *fault)
{
	char *text = mem_new(TEXT_SIZE, 1), *line, *save, mark[128];
	ssize_t len = tracing_text(c->tracing, TRACING_CAL, "trace", text, TEXT_SIZE);
	unsigned int nr = 0;

	snprintf(mark, sizeof(mark), " %s: (", event);
	line = len > 0 ? strtok_r(text, "\n", &save) : NULL;
	for (; line; line = strtok_r(NULL, "\n", &save)) {
		const char *at = strstr(line, mark);

		if (at)
			take_line(c, at);
	}
	free(text);
	for (int i = 0; i < NR_SHOTS; i++)
		nr += c->shots[i].seen;
	if (len < 0)
		return fault_set(fault, (int)-len, "trace", "", "cannot read what was traced");
	if (nr < NR_SHOTS)
		return fault_set(fault, ENODATA, FIXUP_SYMBOL, "",
			"a probe showed %u of %d known calls", nr, NR_SHOTS);
	return 0;
}

/* Arms a probe that fetches the arguments and more, fires the calls and reads what it saw. */
static int arm(struct calibration *c, const char *event, const char *more, struct fault *fault)
{
	struct tracing *t = c->tracing;
	char file[192], filter[48], fetch[1024] = "";
	size_t len = 0;
	int err;

	for (int i = 1; i <= NR_ARGS; i++)
		len += (size_t)snprintf(fetch + len, sizeof(fetch) - len, "a%d=$arg%d:x64 ", i, i);
	snprintf(fetch + len, sizeof(fetch) - len, "%s", more);
	err = tracing_kprobe(t, event, FIXUP_SYMBOL, fetch, 0, fault);
	snprintf(file, sizeof(file), "events/%s/%s/filter", t->run, event);
	snprintf(filter, sizeof(filter), "common_pid == %d", gettid());
	/* elsewhere events tell other numbers than we know of ourselves */
	if (!err && !why_pid_namespace())
		err = tracing_set(t, TRACING_CAL, file, filter, filter, fault);
	if (!err)
		err = tracing_enable(t, TRACING_CAL, t->run, event, fault);
	if (!err)
		err = fire(c, fault);
	return err ? err : read_lines(c, event, fault);
}

static int look(
	struct calibration *c, const char *more, unsigned int nr_values, struct fault *fault)
{
	size_t mark = c->tracing->nr_undos;
	char event[64];
	int err, undone;

	snprintf(event, sizeof(event), "m%s_cal%u", c->tracing->run + strlen(TRACING_PREFIX),
		c->nr_probes++);
	c->nr_values = NR_ARGS + nr_values;
	err = arm(c, event, more, fault);
	undone = tracing_undo_to(c->tracing, mark, err ? NULL : fault);
	return err ? err : undone;
}

/* Whether value number i is right in every shot. */
static bool fits(const struct calibration *c, matcher *match, unsigned int i)
{
	for (int s = 0; s < NR_SHOTS; s++)
		if (!match(c, &c->shots[s], c->shots[s].values[i]))
			return false;
	return true;
}

/* The first of nr values from number `from` that fits, counted from there; -1. */
static int find(const struct calibration *c, matcher *match, unsigned int from, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (fits(c, match, from + i))
			return (int)i;
	return -1;
}

static bool is_start(const struct calibration *c, const struct shot *s, uint64_t value)
{
	(void)c;
	return value == s->page;
}

static bool is_end(const struct calibration *c, const struct shot *s, uint64_t value)
{
	return value == s->page + c->page_size;
}

static bool is_new(const struct calibration *c, const struct shot *s, uint64_t value)
{
	(void)c;
	return (value & FLAGS_MASK) == (unsigned int)s->new && (value & FLAGS_MAY) == FLAGS_MAY;
}

static bool is_old(const struct calibration *c, const struct shot *s, uint64_t value)
{
	(void)c;
	return (value & FLAGS_MASK) == (unsigned int)s->old && (value & FLAGS_MAY) == FLAGS_MAY;
}

static bool is_map(const struct calibration *c, const struct shot *s, uint64_t value)
{
	(void)c;
	return value == s->map;
}

static bool is_pgoff(const struct calibration *c, const struct shot *s, uint64_t value)
{
	(void)c;
	return value == s->pgoff;
}

/* Where the kernel's addresses lie differs between machines. */
static bool is_pointer(const struct calibration *c, const struct shot *s, uint64_t value)
{
	(void)s;
	return value >= c->page_size && value % sizeof(void *) == 0;
}

/* Whether value number i points to what each of the two files has one of. */
static bool is_of_file(const struct calibration *c, unsigned int i)
{
	const struct shot *s = c->shots;

	for (int a = 0; a < NR_SHOTS; a++)
		for (int b = 0; b < NR_SHOTS; b++)
			if ((s[a].file == s[b].file) != (s[a].values[i] == s[b].values[i]))
				return false;
	return fits(c, is_pointer, i);
}

/* vm_file follows vm_pgoff, not always at once: the first such word behind it, or -1. */
static int find_file(const struct calibration *c, unsigned int from, int pgoff)
{
	for (unsigned int i = (unsigned int)pgoff + 1; i < NR_WORDS; i++)
		if (is_of_file(c, from + i))
			return (int)i;
	return -1;
}

static int not_found(struct fault *fault, const char *what)
{
	return fault_set(fault, ENODATA, FIXUP_SYMBOL, "", "own calls do not show %s", what);
}

/* What the stack holds behind the last argument may repeat one: the first is taken. */
static int find_args(struct calibration *c, struct fixup *fixup, struct fault *fault)
{
	int err = look(c, "", 0, fault);

	if (err)
		return err;
	fixup->start = find(c, is_start, 0, NR_ARGS) + 1;
	fixup->end = find(c, is_end, 0, NR_ARGS) + 1;
	fixup->new_flags = find(c, is_new, 0, NR_ARGS) + 1;
	if (!fixup->start || !fixup->end || !fixup->new_flags)
		return not_found(fault, "its arguments");
	return 0;
}

/* The argument that points to where the mapping's start, its page offset and flags are. */
static int find_vma(struct calibration *c, struct fixup *fixup, struct fault *fault)
{
	unsigned int args[NR_ARGS], nr = 0;
	char more[512] = "";
	size_t len = 0;
	int err;

	for (unsigned int i = 0; i < NR_ARGS; i++) {
		if (!fits(c, is_pointer, i) || fits(c, is_start, i) || fits(c, is_end, i))
			continue;
		if (nr == MAX_POINT)
			break;
		args[nr++] = i + 1;
		len += (size_t)snprintf(more + len, sizeof(more) - len, "w%u=+0($arg%u):x64[%d] ",
			i, i + 1, NR_WORDS);
	}
	err = look(c, more, nr * NR_WORDS, fault);
	for (unsigned int i = 0; i < nr && !err; i++) {
		unsigned int from = NR_ARGS + i * NR_WORDS;
		int flags = find(c, is_old, from, NR_WORDS);
		int pgoff = find(c, is_pgoff, from, NR_WORDS), file;

		if (flags < 0 || pgoff < 0 || find(c, is_map, from, NR_WORDS) < 0)
			continue;
		file = find_file(c, from, pgoff);
		if (file < 0)
			return not_found(fault, "vm_file");
		fixup->vma = (int)args[i];
		fixup->vm_flags = (unsigned int)flags * WORD_LEN;
		fixup->vm_file = (unsigned int)file * WORD_LEN;
		return 0;
	}
	return err ? err : not_found(fault, "the mapping");
}

/* A new instance takes the form of its text over from the top level. */
static void set_form(struct tracing *tracing)
{
	static const char *const off[] = {"raw", "hex", "bin", "fields"};

	for (size_t i = 0; i < ARRAY_SIZE(off); i++) {
		char file[32];

		snprintf(file, sizeof(file), "options/%s", off[i]);
		tracing_set(tracing, TRACING_CAL, file, "0", "0", NULL);
	}
	tracing_set(tracing, TRACING_CAL, "options/context-info", "1", "1", NULL);
}

static int find_all(struct calibration *c, struct fixup *fixup, struct fault *fault)
{
	size_t got;
	int err = open_files(c, fault);

	if (!err)
		err = tracing_instance(c->tracing, TRACING_CAL, BUFFER_KB, &got, fault);
	if (err)
		return err;
	set_form(c->tracing);
	err = find_args(c, fixup, fault);
	if (!err)
		err = find_vma(c, fixup, fault);
	return err;
}

int calibrate(struct fixup *fixup, struct tracing *tracing, struct fault *fault)
{
	struct calibration c = {.tracing = tracing,
		.page_size = (uint64_t)sysconf(_SC_PAGESIZE),
		.files = {-1, -1},
		.shots = {
			{.file = 0,
				.pgoff = 0x5a17c3,
				.old = PROT_READ | PROT_WRITE,
				.new = PROT_READ},
			{.file = 1, .pgoff = 0x2b3d95, .old = PROT_READ, .new = PROT_NONE},
			{.file = 0,
				.pgoff = 0x71e64b,
				.old = PROT_NONE,
				.new = PROT_READ | PROT_WRITE},
		}};
	size_t mark = tracing->nr_undos;
	int err, undone;

	*fixup = (struct fixup){0};
	err = find_all(&c, fixup, fault);
	if (!err)
		fixup->how = "calibration";
	undone = tracing_undo_to(tracing, mark, err ? NULL : fault);
	for (int i = 0; i < 2; i++)
		if (c.files[i] >= 0)
			close(c.files[i]);
	return err ? err : undone;
}
