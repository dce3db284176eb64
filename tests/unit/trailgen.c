/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trailgen.h"
#include "model/event.h"
#include "model/trail.h"

#define SECOND 1000000000ULL

static void add(const struct trailgen *t, const struct trail_record *record)
{
	trail_add(t->out, record, t->big_endian);
}

static uint64_t start_ns(const struct trailgen *t)
{
	return t->begin_ns > SECOND ? t->begin_ns - SECOND : 0;
}

static void add_settings(const struct trailgen *t)
{
	add(t, &(struct trail_record){.kind = TRAIL_SETTINGS,
		       .u.settings = {.version = TRAIL_VERSION,
			       .cpus = t->cpus,
			       .pid_digits = 5,
			       .start_ns = start_ns(t),
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
	for (uint32_t i = 0; i < 2 * t->cpus; i++)
		add(t, &(struct trail_record){
			       .kind = TRAIL_STREAM, .u.stream = {i / t->cpus, i % t->cpus}});
}

static void add_events(const struct trailgen *t)
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
		if (!(i ? i == 1 && t->no_exit : t->no_enter))
			add(t, &(struct trail_record){.kind = TRAIL_EVENT,
				       .u.event = {events[i].which, events[i].id, 0,
					       trail_text(events[i].event),
					       trail_text(events[i].system),
					       trail_text(events[i].event), trail_text("place"),
					       trail_text(events[i].shape)}});
	add(t, &(struct trail_record){.kind = TRAIL_FACTS,
		       .u.facts = {fact_masks("asked,ret,duration,refused,exe"),
			       TRAIL_RETURNS | TRAIL_SECCOMP}});
}

static void add_parent(const struct trailgen *t)
{
	static const char exe[] = "/usr/bin/parent";

	add(t, &(struct trail_record){.kind = TRAIL_USER, .u.user = {1000, trail_text("alice")}});
	add(t, &(struct trail_record){.kind = TRAIL_IDENT,
		       .ts_ns = t->begin_ns,
		       .u.ident = {99, 99, 1, 1000, start_ns(t), trail_text("parent")}});
	add(t, &(struct trail_record){.kind = TRAIL_TOLD,
		       .ts_ns = t->begin_ns,
		       .u.told = {99, TOLD_EXE, start_ns(t), trail_text(exe)}});
}

void trailgen_begin(const struct trailgen *t)
{
	add_settings(t);
	add_events(t);
	add(t, &(struct trail_record){.kind = TRAIL_OWN, .u.task = {4242}});
	add(t, &(struct trail_record){.kind = TRAIL_BEGIN, .ts_ns = t->begin_ns});
	add_parent(t);
}

void trailgen_pull(const struct trailgen *t, uint64_t ts, uint16_t flags, const uint32_t *counts)
{
	struct buf list = {0};

	for (uint32_t i = 0; i < 2 * t->cpus; i++)
		if (counts[i])
			trail_pair_add(&list, i, counts[i], t->big_endian);
	add(t, &(struct trail_record){.kind = TRAIL_PULL,
		       .flags = flags,
		       .ts_ns = ts,
		       .u.pull = {{list.len ? list.data : "", (uint32_t)list.len}}});
	buf_done(&list);
}

void trailgen_update(const struct trailgen *t, uint64_t ts, uint16_t flags, uint64_t lost)
{
	add(t, &(struct trail_record){.kind = TRAIL_SETTLE, .ts_ns = ts});
	add(t, &(struct trail_record){.kind = TRAIL_WANTS, .ts_ns = ts, .u.wants = {ts}});
	add(t, &(struct trail_record){.kind = TRAIL_HEALTH,
		       .u.health = {.lost = lost,
			       .flags = TRAIL_PARTIAL,
			       .pss_bytes = 4096,
			       .buffer_pct = 1.5,
			       .cpu_pct = 0.5,
			       .trouble = trail_text("")}});
	add(t, &(struct trail_record){.kind = TRAIL_PROBE, .u.probe = {0, 0, 0, 0}});
	add(t, &(struct trail_record){.kind = TRAIL_UPDATE,
		       .flags = flags,
		       .ts_ns = ts,
		       .u.update = {TRAILGEN_OFFSET + (double)ts / 1e9}});
}

void trailgen_end(const struct trailgen *t, uint64_t ts, uint64_t lost)
{
	add(t, &(struct trail_record){.kind = TRAIL_FLUSH, .ts_ns = ts});
	trailgen_update(t, ts, TRAIL_FINAL, lost);
	add(t, &(struct trail_record){.kind = TRAIL_MARK, .ts_ns = ts});
}

void trailgen_make(const struct datgen *gen, struct buf *out)
{
	/* entries and returns up to each second; what began before it may end after it */
	static const uint32_t first[4] = {1, 197, 1, 0}, second[4] = {0, 200, 0, 0},
			      rest[4] = {0, 203, 1, 0};
	const struct trailgen *t = &(struct trailgen){
		.big_endian = gen->big_endian, .cpus = 2, .begin_ns = DATGEN_BEGIN, .out = out};

	trailgen_begin(t);
	trailgen_pull(t, DATGEN_BEGIN + SECOND, 0, first);
	trailgen_update(t, DATGEN_BEGIN + SECOND, 0, 0);
	add(t, &(struct trail_record){.kind = TRAIL_NOTICE,
		       .ts_ns = DATGEN_BEGIN + SECOND,
		       .u.notice = {TRAILGEN_OFFSET, trail_text("cpumask"),
			       trail_text("a \x1b file"), trail_text("was written"),
			       trail_text("leave it")}});
	add(t, &(struct trail_record){.kind = TRAIL_LOST,
		       .ts_ns = DATGEN_BEGIN + SECOND + 5 * DATGEN_STEP,
		       .u.lost = {1, 207, TRAILGEN_LOST}});
	trailgen_pull(t, DATGEN_BEGIN + 2 * SECOND, 0, second);
	trailgen_update(t, DATGEN_BEGIN + 2 * SECOND, 0, TRAILGEN_LOST);
	trailgen_pull(t, DATGEN_BEGIN + 4 * SECOND, TRAIL_FINAL, rest);
	trailgen_end(t, DATGEN_BEGIN + 4 * SECOND, TRAILGEN_LOST);
}
