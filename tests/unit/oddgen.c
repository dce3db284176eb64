/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "oddgen.h"
#include "datpart.h"
#include "model/trail.h"
#include "trailedit.h"
#include "trailgen.h"

#include <stdio.h>
#include <string.h>

#define CPUS   3
#define MANY   100
#define STEP   10000000ull /* between calls, ns */
#define TAKES  1500
#define OTHERS 1000 /* so far are the threads of the second buffer from those of the first */
#define SECOND 1000000000ull

/* clang-format off */
enum { LITTLE, BIG };
enum { LONG_8, LONG_4 };
enum { PAGE_4K, PAGE_64K, PAGE_SMALL };
enum { CPUS_1, CPUS_0, CPUS_3, CPUS_LACK };
enum { EVENTS_MANY, EVENTS_NONE, EVENTS_ONE, EVENTS_TWICE, EVENTS_ENTRIES, EVENTS_RETURNS };
enum { TIMES_STEADY, TIMES_SAME, TIMES_BACK, TIMES_LAST, TIMES_FIRST, TIMES_ENDS, TIMES_FAR };
enum { WHO_ONE, WHO_THREE, WHO_ZERO, WHO_LAST };
enum { FORMATS_ALL, FORMATS_NO_RETURN, FORMATS_NO_ENTRY, FORMATS_NONE };
enum { BUFFERS_MAIN, BUFFERS_SECOND, BUFFERS_ALIKE, BUFFERS_OTHERS, BUFFERS_FEWER, BUFFERS_EMPTY,
       BUFFERS_BEHIND, BUFFERS_SHARED };
enum { TASKS_NONE, TASKS_TOLD, TASKS_EXIT, TASKS_CIRCLE };
enum { CLOCK_MONO, CLOCK_NONE, CLOCK_TSC, CLOCK_COUNTER };
enum { LOST_NONE, LOST_SOME, LOST_ALL };
enum { TRAIL_NONE, TRAIL_OURS, TRAIL_SHORT, TRAIL_SWAPPED, TRAIL_DOUBLED, TRAIL_DROPPED,
       TRAIL_RETIMED, TRAIL_TWICE, TRAIL_LACKS };
/* clang-format on */

const struct oddgen_choices oddgen_choices[ODDGEN_NR] = {
	[ODDGEN_ORDER] = {"order", {"little", "big"}},
	[ODDGEN_WORD] = {"word", {"8", "4"}},
	[ODDGEN_PAGE] = {"page", {"4096", "65536", "512"}},
	[ODDGEN_CPUS] = {"cpus", {"1", "0", "3", "lack"}, 1 << CPUS_0},
	[ODDGEN_EVENTS] = {"events", {"many", "none", "one", "twice", "entries", "returns"}},
	[ODDGEN_TIMES] = {"times", {"steady", "same", "back", "last", "first", "ends", "far"}},
	[ODDGEN_WHO] = {"who", {"one", "three", "zero", "last"}},
	[ODDGEN_FORMATS] = {"formats", {"all", "no-return", "no-entry", "none"}, 1 << FORMATS_NONE},
	[ODDGEN_BUFFERS] = {"buffers",
		{"main", "second", "alike", "others", "fewer", "empty", "behind", "shared"},
		1 << BUFFERS_BEHIND | 1 << BUFFERS_SHARED},
	[ODDGEN_TASKS] = {"tasks", {"none", "told", "exit", "circle"}},
	[ODDGEN_CLOCK] = {"clock", {"mono", "none", "tsc", "counter"}, 1 << CLOCK_COUNTER},
	[ODDGEN_LOST] = {"lost", {"none", "some", "all"}},
	[ODDGEN_TRAIL] = {"trail", {"none", "ours", "cut", "swapped", "doubled", "dropped",
					   "retimed", "twice", "lacks"}},
	[ODDGEN_PLACE] = {"place", {"0", "1", "2", "3", "4", "5", "6", "7"}},
};

/* What is made of a row. */
struct odd {
	const unsigned int *row;
	struct datpart part;
	unsigned int cpus, calls, pids;
	struct datpart_pages pages[2][CPUS]; /* of a buffer */
	uint32_t records[2 * CPUS];          /* of a stream */
	uint64_t entries[2], returns[2];     /* that stand in a buffer */
	uint64_t errors[2];                  /* of these returns */
	uint64_t first_ns, last_ns;
};

static bool is(const struct odd *odd, enum oddgen_choice choice, unsigned int value)
{
	return odd->row[choice] == value;
}

static struct datpart part_of(const unsigned int *row)
{
	static const unsigned int sizes[] = {4096, 65536, 512};
	unsigned int formats = row[ODDGEN_FORMATS];

	return (struct datpart){.big_endian = row[ODDGEN_ORDER] == BIG,
		.long_size = row[ODDGEN_WORD] == LONG_8 ? 8 : 4,
		.page_size = sizes[row[ODDGEN_PAGE]],
		.no_enter = formats == FORMATS_NO_ENTRY || formats == FORMATS_NONE,
		.no_exit = formats == FORMATS_NO_RETURN || formats == FORMATS_NONE};
}

/* When the nth call begins. */
static uint64_t time_of(const struct odd *odd, unsigned int i)
{
	switch (odd->row[ODDGEN_TIMES]) {
	case TIMES_SAME:
		return DATGEN_BEGIN;
	case TIMES_BACK:
		return DATGEN_BEGIN + (odd->calls - i) * STEP;
	case TIMES_LAST:
		return UINT64_MAX - TAKES;
	case TIMES_FIRST:
		return i;
	case TIMES_ENDS:
		return i % 2 ? UINT64_MAX - MANY - TAKES + i : i;
	case TIMES_FAR:
		return i * (UINT64_MAX / MANY / 2);
	default:
		return DATGEN_BEGIN + i * STEP;
	}
}

static uint32_t tid_of(const struct odd *odd, unsigned int i)
{
	switch (odd->row[ODDGEN_WHO]) {
	case WHO_ZERO:
		return 0;
	case WHO_LAST:
		return UINT32_MAX;
	default:
		return DATGEN_PID + i % odd->pids;
	}
}

static void add(
	struct odd *odd, unsigned int buffer, unsigned int cpu, uint64_t ts, const struct buf *data)
{
	datpart_add(&odd->pages[buffer][cpu], ts, data);
	odd->records[buffer * odd->cpus + cpu]++;
	ts = ts < INT64_MAX ? ts : INT64_MAX;
	odd->first_ns = ts < odd->first_ns ? ts : odd->first_ns;
	odd->last_ns = ts > odd->last_ns ? ts : odd->last_ns;
}

static void add_enter(struct odd *odd, unsigned int buffer, unsigned int i, uint32_t tid)
{
	const struct datpart *part = &odd->part;
	struct buf data = {0};

	datpart_record(part, &data, DATPART_ENTER, tid);
	datpart_number(part, &data, part->long_size, 10);
	datpart_number(part, &data, part->long_size, DATGEN_ADDR(i));
	datpart_number(part, &data, part->long_size, 0x1000);
	datpart_number(part, &data, part->long_size, i % 3 ? 1 : 5);
	add(odd, buffer, i % odd->cpus, time_of(odd, i), &data);
	odd->entries[buffer]++;
	buf_done(&data);
}

static void add_exit(struct odd *odd, unsigned int buffer, unsigned int i, uint32_t tid)
{
	const struct datpart *part = &odd->part;
	struct buf data = {0};

	datpart_record(part, &data, DATPART_EXIT, tid);
	datpart_number(part, &data, part->long_size, 10);
	datpart_number(part, &data, part->long_size, i % 10 ? 0 : (uint64_t)-12);
	add(odd, buffer, i % odd->cpus,
		time_of(odd, i) + (is(odd, ODDGEN_TIMES, TIMES_SAME) ? 0 : TAKES), &data);
	odd->returns[buffer]++;
	odd->errors[buffer] += i % 10 == 0;
	buf_done(&data);
}

static void add_calls(struct odd *odd, unsigned int buffer, unsigned int nr, uint32_t more)
{
	unsigned int times = is(odd, ODDGEN_EVENTS, EVENTS_TWICE) ? 2 : 1;

	for (unsigned int i = 0; i < nr; i++) {
		uint32_t tid = tid_of(odd, i) + more;

		if (is(odd, ODDGEN_CPUS, CPUS_LACK) && i % odd->cpus == 1)
			continue;
		for (unsigned int k = 0; k < times && !is(odd, ODDGEN_EVENTS, EVENTS_RETURNS); k++)
			add_enter(odd, buffer, i, tid);
		for (unsigned int k = 0; k < times && !is(odd, ODDGEN_EVENTS, EVENTS_ENTRIES); k++)
			add_exit(odd, buffer, i, tid);
	}
}

static void add_new(struct odd *odd, unsigned int buffer, uint64_t ts, uint32_t from, uint32_t to)
{
	const struct datpart *part = &odd->part;
	struct buf data = {0};
	char comm[16];

	snprintf(comm, sizeof(comm), "p-%u", to);
	datpart_record(part, &data, DATPART_NEW, from);
	datpart_number(part, &data, 4, to);
	buf_add(&data, comm, sizeof(comm));
	datpart_number(part, &data, 4, 0);
	datpart_number(part, &data, part->long_size, 0x11);
	add(odd, buffer, 0, ts, &data);
	buf_done(&data);
}

/* The exec or the end of a task. */
static void add_task(
	struct odd *odd, unsigned int buffer, uint64_t ts, enum datpart_id id, uint32_t tid)
{
	const struct datpart *part = &odd->part;
	struct buf data = {0};

	datpart_record(part, &data, id, tid);
	datpart_number(part, &data, 4, tid);
	if (id == DATPART_EXEC)
		datpart_number(part, &data, 4, tid);
	add(odd, buffer, 0, ts, &data);
	buf_done(&data);
}

static void add_before(struct odd *odd, unsigned int buffer)
{
	if (is(odd, ODDGEN_TASKS, TASKS_NONE))
		return;
	for (unsigned int i = 0; i < odd->pids; i++) {
		add_new(odd, buffer, time_of(odd, 0), 99, tid_of(odd, i));
		if (is(odd, ODDGEN_TASKS, TASKS_CIRCLE))
			add_new(odd, buffer, time_of(odd, 0), tid_of(odd, i), 99);
	}
	add_task(odd, buffer, time_of(odd, 0), DATPART_EXEC, tid_of(odd, 0));
}

static void add_after(struct odd *odd, unsigned int buffer)
{
	uint64_t ts = time_of(odd, odd->calls ? odd->calls - 1 : 0) + TAKES;

	if (!is(odd, ODDGEN_TASKS, TASKS_EXIT))
		return;
	for (unsigned int i = 0; i < odd->pids; i++)
		add_task(odd, buffer, ts, DATPART_END, tid_of(odd, i));
}

static void add_events(struct odd *odd)
{
	unsigned int tasks =
		is(odd, ODDGEN_BUFFERS, BUFFERS_SECOND) ||
		(!is(odd, ODDGEN_BUFFERS, BUFFERS_MAIN) && !is(odd, ODDGEN_TRAIL, TRAIL_NONE));

	if (!odd->cpus)
		return;
	add_before(odd, tasks);
	if (!is(odd, ODDGEN_BUFFERS, BUFFERS_SECOND))
		add_calls(odd, 0, odd->calls, 0);
	if (is(odd, ODDGEN_BUFFERS, BUFFERS_SECOND) || is(odd, ODDGEN_BUFFERS, BUFFERS_ALIKE))
		add_calls(odd, 1, odd->calls, 0);
	if (is(odd, ODDGEN_BUFFERS, BUFFERS_OTHERS))
		add_calls(odd, 1, odd->calls, OTHERS);
	if (is(odd, ODDGEN_BUFFERS, BUFFERS_FEWER))
		add_calls(odd, 1, odd->calls / 2, 0);
	add_after(odd, tasks);
}

static void make_trail(const struct odd *odd, struct buf *out)
{
	const struct trailgen trail = {.big_endian = odd->part.big_endian,
		.cpus = odd->cpus,
		.begin_ns = odd->first_ns,
		.no_enter = odd->part.no_enter,
		.no_exit = odd->part.no_exit,
		.out = out};
	uint64_t middle_ns = odd->first_ns + (odd->last_ns - odd->first_ns) / 2;
	uint32_t counts[2][2 * CPUS];

	for (unsigned int i = 0; i < 2 * odd->cpus; i++) {
		counts[0][i] = odd->records[i] / 2;
		counts[1][i] = odd->records[i] - counts[0][i];
	}
	trailgen_begin(&trail);
	trailgen_pull(&trail, middle_ns, 0, counts[0]);
	trailgen_update(&trail, middle_ns, 0, 0);
	trailgen_pull(&trail, odd->last_ns, TRAIL_FINAL, counts[1]);
	trailgen_end(&trail, odd->last_ns, is(odd, ODDGEN_LOST, LOST_NONE) ? 0 : TRAILGEN_LOST);
}

static void put_options(const struct odd *odd, struct buf *out, size_t *side_at)
{
	static const uint64_t losts[] = {0, 5, UINT64_MAX};
	const struct datpart *part = &odd->part;
	struct buf text = {0};

	buf_add(out, "options  ", 10);
	if (is(odd, ODDGEN_CLOCK, CLOCK_MONO))
		datpart_option(part, out, 4, "local [mono] boot", 18);
	else if (is(odd, ODDGEN_CLOCK, CLOCK_COUNTER))
		datpart_option(part, out, 4, "local [counter] boot", 21);
	else if (is(odd, ODDGEN_CLOCK, CLOCK_TSC)) {
		datpart_number(part, &text, 4, UINT32_MAX);
		datpart_number(part, &text, 4, 32);
		datpart_number(part, &text, 8, 1000);
		datpart_option(part, out, 14, text.data, text.len);
		buf_reset(&text);
	}
	buf_printf(&text, "CPU: 0\nentries: 0\noverrun: %llu\ncommit overrun: 0\n",
		(unsigned long long)losts[odd->row[ODDGEN_LOST]]);
	datpart_option(part, out, 2, text.data, text.len + 1);
	if (!is(odd, ODDGEN_TRAIL, TRAIL_NONE)) {
		buf_reset(&text);
		make_trail(odd, &text);
		datpart_option(part, out, 0x6d70, text.data, text.len);
	}
	buf_done(&text);
	if (!is(odd, ODDGEN_BUFFERS, BUFFERS_MAIN)) {
		datpart_number(part, out, 2, 3);
		datpart_number(part, out, 4, 8 + sizeof("side"));
		*side_at = out->len;
		datpart_number(part, out, 8, 1ull << 40);
		buf_add(out, "side", sizeof("side"));
	}
	datpart_number(part, out, 2, 0);
}

static void put_buffer(const struct odd *odd, struct buf *out, const struct datpart_pages *cpus)
{
	size_t tables;

	buf_add(out, "flyrecord", 10);
	tables = out->len;
	for (unsigned int i = 0; i < 2 * odd->cpus; i++)
		datpart_number(&odd->part, out, 8, 0);
	for (unsigned int i = 0; i < odd->cpus; i++) {
		while (out->len % 4096)
			buf_putc(out, '\0');
		if (!cpus[i].out.len)
			continue;
		datpart_patch(&odd->part, out, tables + 16 * (size_t)i, out->len);
		datpart_patch(&odd->part, out, tables + 16 * (size_t)i + 8, cpus[i].out.len);
		buf_add(out, cpus[i].out.data, cpus[i].out.len);
	}
}

static void put_file(const struct odd *odd, struct buf *out)
{
	size_t side_at = 0, main_at;

	datpart_head(&odd->part, out);
	datpart_number(&odd->part, out, 4, odd->cpus);
	put_options(odd, out, &side_at);
	main_at = out->len;
	put_buffer(odd, out, odd->pages[0]);
	if (!side_at || is(odd, ODDGEN_BUFFERS, BUFFERS_BEHIND))
		return;
	datpart_patch(&odd->part, out, side_at,
		is(odd, ODDGEN_BUFFERS, BUFFERS_SHARED) ? main_at : out->len);
	if (!is(odd, ODDGEN_BUFFERS, BUFFERS_SHARED))
		put_buffer(odd, out, odd->pages[1]);
}

/* Without all records of the kind of the nth. */
static void lack(struct trailedit *edit, size_t n)
{
	uint16_t kind = trailedit_kind(edit, n);

	for (size_t i = edit->nr; i--;)
		if (trailedit_kind(edit, i) == kind)
			trailedit_drop(edit, i);
}

static void swap(struct trailedit *edit, size_t n)
{
	struct trailedit_record *a = &edit->records[n], *b = &edit->records[(7 * n + 3) % edit->nr];
	struct trailedit_record record = *a;

	*a = *b;
	*b = record;
}

/* Another time in the head of the nth; copy: room for it. */
static void retime(struct trailedit *edit, size_t n, unsigned int place, struct buf *copy)
{
	static const uint64_t times[] = {0, INT64_MAX, UINT64_MAX, DATGEN_BEGIN, 1ull << 62};
	struct trailedit_record *record = &edit->records[n];

	buf_add(copy, record->data, record->len);
	trailedit_put(edit, (uint8_t *)copy->data + 8, 8, times[place % 5]);
	record->data = (uint8_t *)copy->data;
}

static void edit_trail(const struct odd *odd, struct buf *file)
{
	unsigned int place = odd->row[ODDGEN_PLACE];
	struct buf copy = {0}, out = {0};
	struct trailedit edit;
	size_t n, nr;

	if (odd->row[ODDGEN_TRAIL] <= TRAIL_OURS || !trailedit_load(&edit, file->data, file->len))
		return;
	nr = edit.nr;
	n = place * (nr - 1) / 7;
	if (is(odd, ODDGEN_TRAIL, TRAIL_SHORT))
		edit.nr = n;
	else if (is(odd, ODDGEN_TRAIL, TRAIL_SWAPPED))
		swap(&edit, n);
	else if (is(odd, ODDGEN_TRAIL, TRAIL_DOUBLED))
		trailedit_insert(&edit, n, edit.records[n]);
	else if (is(odd, ODDGEN_TRAIL, TRAIL_DROPPED))
		trailedit_drop(&edit, n);
	else if (is(odd, ODDGEN_TRAIL, TRAIL_RETIMED))
		retime(&edit, n, place, &copy);
	else if (is(odd, ODDGEN_TRAIL, TRAIL_LACKS))
		lack(&edit, n);
	for (size_t i = 0; i < nr && is(odd, ODDGEN_TRAIL, TRAIL_TWICE); i++)
		trailedit_insert(&edit, edit.nr, edit.records[i]);
	trailedit_make(&edit, &out);
	trailedit_done(&edit);
	buf_done(&copy);
	buf_done(file);
	*file = out;
}

/* What a replay must come to. */
static void tell(const struct odd *odd, struct oddgen_known *known)
{
	bool steady = is(odd, ODDGEN_TIMES, TIMES_STEADY) && odd->cpus;
	uint64_t entries = odd->entries[0] > odd->entries[1] ? odd->entries[0] : odd->entries[1];

	known->in_order = !is(odd, ODDGEN_TIMES, TIMES_BACK) && !is(odd, ODDGEN_TIMES, TIMES_ENDS);
	known->errors = odd->errors[0] > odd->errors[1] ? odd->errors[0] : odd->errors[1];
	known->damaged = !odd->cpus || is(odd, ODDGEN_BUFFERS, BUFFERS_BEHIND) ||
			 (is(odd, ODDGEN_BUFFERS, BUFFERS_SHARED) && odd->records[0]);
	if (is(odd, ODDGEN_BUFFERS, BUFFERS_OTHERS)) {
		entries = odd->entries[0] + odd->entries[1];
		known->errors = odd->errors[0] + odd->errors[1];
	}
	known->exact = steady && odd->row[ODDGEN_TRAIL] <= TRAIL_OURS && entries &&
		       is(odd, ODDGEN_FORMATS, FORMATS_ALL) &&
		       !is(odd, ODDGEN_EVENTS, EVENTS_TWICE);
	if (is(odd, ODDGEN_TRAIL, TRAIL_OURS) && odd->row[ODDGEN_BUFFERS] != BUFFERS_MAIN)
		known->exact = false;
	known->calls = known->exact ? entries
				    : odd->entries[0] + odd->entries[1] + odd->returns[0] +
					      odd->returns[1];
}

void oddgen_make(const unsigned int *row, struct buf *file, struct oddgen_known *known)
{
	static const unsigned int cpus[] = {1, 0, 3, 3};
	struct odd odd = {.row = row,
		.part = part_of(row),
		.cpus = cpus[row[ODDGEN_CPUS]],
		.calls = row[ODDGEN_EVENTS] == EVENTS_NONE  ? 0
			 : row[ODDGEN_EVENTS] == EVENTS_ONE ? 1
							    : MANY,
		.pids = row[ODDGEN_WHO] == WHO_THREE ? 3 : 1,
		.first_ns = INT64_MAX};

	for (unsigned int i = 0; i < 2 * CPUS; i++)
		datpart_begin(&odd.part, &odd.pages[i / CPUS][i % CPUS]);
	add_events(&odd);
	for (unsigned int i = 0; i < 2 * CPUS; i++)
		datpart_close(&odd.pages[i / CPUS][i % CPUS]);
	if (odd.first_ns > odd.last_ns)
		odd.first_ns = odd.last_ns = DATGEN_BEGIN;
	put_file(&odd, file);
	edit_trail(&odd, file);
	tell(&odd, known);
	for (unsigned int i = 0; i < 2 * CPUS; i++)
		datpart_done(&odd.pages[i / CPUS][i % CPUS]);
}
