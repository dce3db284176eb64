/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trailgen.h"
#include "model/event.h"
#include "model/trail.h"

#define SECOND 1000000000ULL

struct making {
	const struct datgen *gen;
	struct buf *out;
};

static void add(const struct making *g, const struct trail_record *record)
{
	trail_add(g->out, record, g->gen->big_endian);
}

static void add_settings(const struct making *g)
{
	add(g, &(struct trail_record){.kind = TRAIL_SETTINGS,
		       .u.settings = {.version = TRAIL_VERSION,
			       .cpus = 2,
			       .pid_digits = 5,
			       .start_ns = DATGEN_BEGIN - SECOND,
			       .buffer_size = 65536,
			       .delay_s = 1,
			       .offset_s = TRAILGEN_OFFSET,
			       .program = trail_text("0.1.0"),
			       .host = trail_text("elsewhere"),
			       .kernel = trail_text("6.1.0"),
			       .machine = trail_text("x86_64"),
			       .boot_id = trail_text("0"),
			       .source = trail_text("tracepoint"),
			       .run = trail_text("mprottop_1_1")}});
	for (uint32_t i = 0; i < 4; i++)
		add(g, &(struct trail_record){.kind = TRAIL_STREAM, .u.stream = {i / 2, i % 2}});
}

static void add_events(const struct making *g)
{
	static const struct {
		uint32_t which, id;
		const char *system, *event, *shape;
	} events[] = {{0, 700, "syscalls", "sys_enter_mprotect", "call"},
		{0, 701, "syscalls", "sys_exit_mprotect", "return"},
		{1, 100, "task", "task_newtask", "new"},
		{1, 101, "sched", "sched_process_exec", "exec"},
		{1, 102, "sched", "sched_process_exit", "exit"}};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		add(g, &(struct trail_record){.kind = TRAIL_EVENT,
			       .u.event = {events[i].which, events[i].id, 0,
				       trail_text(events[i].event), trail_text(events[i].system),
				       trail_text(events[i].event), trail_text("place"),
				       trail_text(events[i].shape)}});
	add(g, &(struct trail_record){.kind = TRAIL_FACTS,
		       .u.facts = {fact_masks("asked,ret,duration,refused,exe"),
			       TRAIL_RETURNS | TRAIL_SECCOMP}});
}

static void add_parent(const struct making *g)
{
	static const char exe[] = "/usr/bin/parent";

	add(g, &(struct trail_record){.kind = TRAIL_USER, .u.user = {1000, trail_text("alice")}});
	add(g, &(struct trail_record){.kind = TRAIL_IDENT,
		       .ts_ns = DATGEN_BEGIN,
		       .u.ident = {99, 99, 1, 1000, DATGEN_BEGIN - SECOND, trail_text("parent")}});
	add(g, &(struct trail_record){.kind = TRAIL_TOLD,
		       .ts_ns = DATGEN_BEGIN,
		       .u.told = {99, TOLD_EXE, DATGEN_BEGIN - SECOND, trail_text(exe)}});
}

/* Records of each stream on, up to ts. */
static void add_pull(const struct making *g, uint64_t ts, uint16_t flags, const uint32_t counts[4])
{
	struct buf list = {0};

	for (uint32_t i = 0; i < 4; i++)
		if (counts[i])
			trail_pair_add(&list, i, counts[i], g->gen->big_endian);
	add(g, &(struct trail_record){.kind = TRAIL_PULL,
		       .flags = flags,
		       .ts_ns = ts,
		       .u.pull = {{list.data, (uint32_t)list.len}}});
	buf_done(&list);
}

static void add_update(const struct making *g, uint64_t ts, uint16_t flags, uint64_t lost)
{
	add(g, &(struct trail_record){.kind = TRAIL_SETTLE, .ts_ns = ts});
	add(g, &(struct trail_record){.kind = TRAIL_WANTS, .ts_ns = ts, .u.wants = {ts}});
	add(g, &(struct trail_record){.kind = TRAIL_HEALTH,
		       .u.health = {.lost = lost,
			       .flags = TRAIL_PARTIAL,
			       .pss_bytes = 4096,
			       .buffer_pct = 1.5,
			       .cpu_pct = 0.5,
			       .trouble = trail_text("")}});
	add(g, &(struct trail_record){.kind = TRAIL_PROBE, .u.probe = {0, 0, 0, 0}});
	add(g, &(struct trail_record){.kind = TRAIL_UPDATE,
		       .flags = flags,
		       .ts_ns = ts,
		       .u.update = {TRAILGEN_OFFSET + (double)ts / 1e9}});
}

void trailgen_make(const struct datgen *gen, struct buf *out)
{
	/* entries and returns up to each second; what began before it may end after it */
	static const uint32_t first[4] = {1, 197, 1, 0}, second[4] = {0, 200, 0, 0},
			      rest[4] = {0, 203, 1, 0};
	const struct making g = {gen, out};

	add_settings(&g);
	add_events(&g);
	add(&g, &(struct trail_record){.kind = TRAIL_OWN, .u.task = {4242}});
	add(&g, &(struct trail_record){.kind = TRAIL_BEGIN, .ts_ns = DATGEN_BEGIN});
	add_parent(&g);
	add_pull(&g, DATGEN_BEGIN + SECOND, 0, first);
	add_update(&g, DATGEN_BEGIN + SECOND, 0, 0);
	add(&g, &(struct trail_record){.kind = TRAIL_NOTICE,
			.ts_ns = DATGEN_BEGIN + SECOND,
			.u.notice = {TRAILGEN_OFFSET, trail_text("cpumask"),
				trail_text("a \x1b file"), trail_text("was written"),
				trail_text("leave it")}});
	add(&g, &(struct trail_record){.kind = TRAIL_LOST,
			.ts_ns = DATGEN_BEGIN + SECOND + 5 * DATGEN_STEP,
			.u.lost = {1, 207, TRAILGEN_LOST}});
	add_pull(&g, DATGEN_BEGIN + 2 * SECOND, 0, second);
	add_update(&g, DATGEN_BEGIN + 2 * SECOND, 0, TRAILGEN_LOST);
	add_pull(&g, DATGEN_BEGIN + 4 * SECOND, TRAIL_FINAL, rest);
	add(&g, &(struct trail_record){.kind = TRAIL_FLUSH, .ts_ns = DATGEN_BEGIN + 4 * SECOND});
	add_update(&g, DATGEN_BEGIN + 4 * SECOND, TRAIL_FINAL, TRAILGEN_LOST);
	add(&g, &(struct trail_record){.kind = TRAIL_MARK, .ts_ns = DATGEN_BEGIN + 4 * SECOND});
}
