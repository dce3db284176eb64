/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/column.h"
#include "model/count_mode.h"
#include "model/verdict.h"

#include <stddef.h>
#include <strings.h>

static void value_d(struct value *v, bool known, double d)
{
	*v = (struct value){.known = known, .d = known ? d : 0};
}

static void value_id(struct value *v, uint32_t id)
{
	*v = (struct value){.known = id != EVENT_NO_ID, .u = id};
}

static void value_text(struct value *v, const char *text)
{
	*v = (struct value){.known = text && text[0], .text = text};
}

#define COUNT(field) offsetof(struct counts, field)

/* A field of struct counts, as the row's mode says. */
static void value_count(const struct row *row, bool known, size_t field, struct value *v)
{
	uint64_t total = *(const uint64_t *)((const char *)&row->t.total + field);
	uint64_t delta = *(const uint64_t *)((const char *)&row->t.delta + field);

	*v = (struct value){.known = known, .u = total};
	if (row->mode)
		row->mode->pick(row, total, delta, v);
}

static void get_pid(const struct row *row, struct value *v)
{
	value_id(v, row->t.pid);
	if (!v->known && row->t.flags & ROW_UNRESOLVED) {
		v->thread = true;
		v->u = row->t.tid;
	}
}

static void get_tid(const struct row *row, struct value *v)
{
	value_id(v, row->t.tid);
}

static void get_ppid(const struct row *row, struct value *v)
{
	value_id(v, row->t.ppid);
}

static void get_start_ns(const struct row *row, struct value *v)
{
	/* that of a group is an id of ours */
	*v = (struct value){
		.known = row->t.start_ns && !(row->t.flags & ROW_GROUP), .u = row->t.start_ns};
}

static void get_state(const struct row *row, struct value *v)
{
	value_text(v, row->t.flags & ROW_OTHER    ? ""
		      : row->t.flags & ROW_EXITED ? "exited"
						  : "live");
}

static void get_user(const struct row *row, struct value *v)
{
	value_text(v, row->user);
	v->guess = row->t.flags & ROW_UID_GUESS;
}

static void get_comm(const struct row *row, struct value *v)
{
	value_text(v, row->name ? row->name : row->comm);
}

static void get_calls_per_s(const struct row *row, struct value *v)
{
	value_d(v, row->interval_s > 0, row->t.delta.calls / row->interval_s);
}

static void get_calls(const struct row *row, struct value *v)
{
	value_count(row, true, COUNT(calls), v);
}

static bool row_told(const struct row *row, const char *fact)
{
	return row->facts & fact_mask(fact);
}

static void get_range_per_s(const struct row *row, struct value *v)
{
	value_d(v, row_told(row, "asked") && row->interval_s > 0,
		row->t.delta.range / row->interval_s);
}

static void get_range(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(range), v);
}

static void get_p_none(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[0]), v);
}

static void get_p_r(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[1]), v);
}

static void get_p_w(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[2]), v);
}

static void get_p_rw(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[3]), v);
}

static void get_p_x(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[4]), v);
}

static void get_p_rx(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[5]), v);
}

static void get_p_wx(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[6]), v);
}

static void get_p_rwx(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[7]), v);
}

static void get_p_other(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(prot[PROT_NR_CLASSES - 1]), v);
}

static void get_ask_x(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked"), COUNT(ask_x), v);
}

/* What became of mappings is known of calls whose end is. */
#define FACTS_KIND "old,ret"

static void value_kind(const struct row *row, const char *name, struct value *v)
{
	uint32_t need = fact_masks(FACTS_KIND);

	size_t kind = (size_t)__builtin_ctz(kind_find(name)) * sizeof(row->t.total.kinds[0]);

	value_count(row, (row->facts & need) == need, COUNT(kinds) + kind, v);
}

static void get_x_new(const struct row *row, struct value *v)
{
	value_kind(row, "+x", v);
}

static void get_w_to_x(const struct row *row, struct value *v)
{
	value_kind(row, "w>x", v);
}

static void get_x_to_w(const struct row *row, struct value *v)
{
	value_kind(row, "x>w", v);
}

static void get_wx(const struct row *row, struct value *v)
{
	value_kind(row, "w+x", v);
}

static void get_maps_per_call(const struct row *row, struct value *v)
{
	const struct counts *total = &row->t.total;

	value_d(v, total->mapped && row_told(row, "old") && row_told(row, "ret"),
		(double)total->maps / total->mapped);
}

static void get_x_refused(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "asked") && row_told(row, "ret"), COUNT(x_refused), v);
}

static void get_errors(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "ret"), COUNT(errors), v);
}

static void get_errname(const struct row *row, struct value *v)
{
	value_text(v, row_told(row, "ret") ? row->errname : "");
}

static void value_time(const struct row *row, uint64_t ns, struct value *v)
{
	*v = (struct value){.known = row->t.total.timed && row_told(row, "duration"), .u = ns};
}

static void get_p50_ns(const struct row *row, struct value *v)
{
	value_time(row, row->t.p50_ns, v);
}

static void get_p99_ns(const struct row *row, struct value *v)
{
	value_time(row, row->t.p99_ns, v);
}

static void get_max_ns(const struct row *row, struct value *v)
{
	value_time(row, row->t.max_ns, v);
}

static void get_time_pct(const struct row *row, struct value *v)
{
	value_d(v, row->interval_s > 0 && row_told(row, "duration"),
		row->t.delta.time_ns / row->interval_s / 1e7);
}

static void get_mmap_wx(const struct row *row, struct value *v)
{
	value_count(row, row_told(row, "mmap_wx"), COUNT(mmap_wx), v);
}

static void get_site(const struct row *row, struct value *v)
{
	value_text(v, row->site);
}

static void get_why(const struct row *row, struct value *v)
{
	value_text(v, row->why);
}

/* The worst that was seen. On top when the largest comes first. */
static void get_verdict(const struct row *row, struct value *v)
{
	const struct counts *total = &row->t.total;

	value_text(v, counts_wx(total)     ? "w+x"
		      : counts_mdwe(total) ? "mdwe"
		      : total->x_refused   ? "denied"
		      : total->ask_x       ? "asks x"
					   : "");
}

static void get_exe(const struct row *row, struct value *v)
{
	value_text(v, row->exe);
}

static void get_cmdline(const struct row *row, struct value *v)
{
	value_text(v, row->cmdline);
}

static void get_cgroup(const struct row *row, struct value *v)
{
	value_text(v, row->cgroup);
}

static void get_unit(const struct row *row, struct value *v)
{
	value_text(v, row->unit);
}

static void get_container(const struct row *row, struct value *v)
{
	value_text(v, row->container);
}

static void get_pct(const struct row *row, struct value *v)
{
	value_d(v, true, row->share);
}

static void get_peak_per_s(const struct row *row, struct value *v)
{
	value_d(v, !(row->t.flags & (ROW_OTHER | ROW_GROUP | ROW_FOLDED)), row->t.peak_per_s);
}

static void get_avg_per_s(const struct row *row, struct value *v)
{
	value_d(v, true, row->mean_per_s);
}

static void get_history(const struct row *row, struct value *v)
{
	*v = (struct value){.known = true, .list = row->t.history, .nr = TABLE_HISTORY};
}

static void get_idle_s(const struct row *row, struct value *v)
{
	value_d(v, row->t.last_ns, row->idle_s);
}

static void get_threads(const struct row *row, struct value *v)
{
	*v = (struct value){.known = !(row->t.flags & ROW_OTHER), .u = row->t.nr_threads};
}

#define PART_COUNT (PART_TOTAL | PART_MODE)

/* The order of machine output; on screen too, but what takes the rest of the line comes last. */
const struct column columns[] = {
	{"pid", "PID", "process id", &type_id, 7, 100, true, false, "", get_pid, PART_WHO},
	{"tid", "TID", "thread id", &type_id, 7, 99, true, true, "", get_tid, PART_WHO},
	{"start_ns", "START", "start of the process, since boot without suspend", &type_clock, 11,
		0, true, false, "", get_start_ns, PART_WHO},
	{"state", "STATE", "live or exited", &type_text, 6, 0, true, false, "", get_state,
		PART_WHO},
	{"user", "USER", "effective user", &type_text, 8, 70, true, false, "", get_user, PART_USER},
	{"comm", "COMMAND", "name of the process or thread", &type_text, 0, 98, true, false, "",
		get_comm, PART_COMM},
	{"calls_per_s", "CALLS/s", "calls a second, in the last interval", &type_rate, 7, 97, true,
		false, "", get_calls_per_s, PART_DELTA},
	{"calls", "TOTAL", "calls since the start", &type_count, 8, 90, true, false, "", get_calls,
		PART_COUNT},
	{"range_per_s", "RANGE/s", "bytes of address range asked for a second, not memory",
		&type_byte_rate, 7, 60, true, false, "asked", get_range_per_s, PART_DELTA},
	{"range", "RANGE", "bytes of address range asked for, not memory used", &type_bytes, 6, 0,
		true, false, "asked", get_range, PART_COUNT},
	{"p_none", "P NONE", "calls that asked for no access", &type_count, 6, 0, true, false,
		"asked", get_p_none, PART_COUNT},
	{"p_r", "P R", "calls that asked for READ alone", &type_count, 6, 0, true, false, "asked",
		get_p_r, PART_COUNT},
	{"p_w", "P W", "calls that asked for WRITE alone", &type_count, 6, 0, true, false, "asked",
		get_p_w, PART_COUNT},
	{"p_x", "P X", "calls that asked for EXEC alone", &type_count, 6, 0, true, false, "asked",
		get_p_x, PART_COUNT},
	{"p_rw", "P RW", "calls that asked for READ and WRITE", &type_count, 6, 0, true, false,
		"asked", get_p_rw, PART_COUNT},
	{"p_rx", "P RX", "calls that asked for READ and EXEC", &type_count, 6, 0, true, false,
		"asked", get_p_rx, PART_COUNT},
	{"p_wx", "P WX", "calls that asked for WRITE and EXEC", &type_count, 6, 0, true, false,
		"asked", get_p_wx, PART_COUNT},
	{"p_rwx", "P RWX", "calls that asked for READ, WRITE and EXEC", &type_count, 6, 0, true,
		false, "asked", get_p_rwx, PART_COUNT},
	{"p_other", "P OTHER", "calls that asked for bits beyond READ, WRITE, EXEC", &type_count, 7,
		0, true, false, "asked", get_p_other, PART_COUNT},
	{"ask_x", "ASK X", "calls that asked for EXEC", &type_count, 6, 30, true, false, "asked",
		get_ask_x, PART_COUNT},
	{"x_new", "+X", "calls that made executable what was neither W nor X", &type_count, 5, 0,
		true, false, FACTS_KIND, get_x_new, PART_COUNT},
	{"w_to_x", "W>X", "calls that made executable what was writable", &type_count, 5, 54, true,
		false, FACTS_KIND, get_w_to_x, PART_COUNT},
	{"x_to_w", "X>W", "calls that made writable what was executable", &type_count, 5, 0, true,
		false, FACTS_KIND, get_x_to_w, PART_COUNT},
	{"wx", "W+X", "calls that made memory writable and executable at once", &type_count, 5, 52,
		true, false, FACTS_KIND, get_wx, PART_COUNT},
	{"x_refused", "DENY", "calls that asked for EXEC and were refused", &type_count, 5, 0, true,
		false, "asked,ret", get_x_refused, PART_COUNT},
	{"errors", "ERR", "calls that failed", &type_count, 5, 45, true, false, "ret", get_errors,
		PART_COUNT},
	{"errname", "ERRNAME", "the most frequent error", &type_text, 8, 0, true, false, "ret",
		get_errname, PART_ERRNAME},
	{"pct", "%CALL", "share of all calls in the last interval", &type_percent, 5, 20, false,
		false, "", get_pct, PART_FIGURES},
	{"peak_per_s", "PEAK/s", "the most calls a second of any interval", &type_rate, 8, 10,
		false, false, "", get_peak_per_s, PART_OUTCOME},
	{"avg_per_s", "AVG/s", "calls a second, mean since its start or ours", &type_rate, 8, 0,
		false, false, "", get_avg_per_s, PART_FIGURES},
	{"p50_ns", "p50", "time that half of the calls took at most", &type_time, 6, 0, false,
		false, "duration", get_p50_ns, PART_TOTAL | PART_OUTCOME},
	{"p99_ns", "p99", "time that 99 of 100 calls took at most", &type_time, 6, 0, false, false,
		"duration", get_p99_ns, PART_TOTAL | PART_OUTCOME},
	{"max_ns", "MAX", "time that the longest call took", &type_time, 6, 0, false, false,
		"duration", get_max_ns, PART_TOTAL | PART_OUTCOME},
	{"time_pct", "%TIME", "time inside calls / interval; one thread = 100", &type_percent, 6, 0,
		false, false, "duration", get_time_pct, PART_DELTA},
	{"maps_per_call", "MAP/C", "mappings that a call touched, mean", &type_rate, 6, 0, false,
		false, FACTS_KIND, get_maps_per_call, PART_TOTAL},
	{"mmap_wx", "MMAP!", "mappings made writable and executable at once by mmap", &type_count,
		5, 0, false, false, "mmap_wx", get_mmap_wx, PART_COUNT},
	{"site", "SITE", "the most frequent caller: file and offset in it", &type_text, 24, 0,
		false, false, "site", get_site, PART_SITE},
	{"why", "WHY", "the most frequent reason, by the shape of calls", &type_text, 11, 0, false,
		false, "asked,why", get_why, PART_WHY},
	{"verdict", "VERDICT", "w+x; mdwe: PR_SET_MDWE would refuse it; denied; or asks x",
		&type_text, 8, 0, false, false, "asked", get_verdict, PART_TOTAL},
	{"history", "HISTORY", "graph of calls a second", &type_graph, TYPE_GRAPH_CELLS, 47, false,
		false, "", get_history, PART_HISTORY},
	{"idle_s", "IDLE", "seconds since the last call", &type_seconds, 8, 0, false, false, "",
		get_idle_s, PART_FIGURES},
	{"ppid", "PPID", "process id of the parent", &type_id, 7, 0, false, false, "", get_ppid,
		PART_WHO},
	{"unit", "UNIT", "systemd unit, by the control group", &type_text, 24, 0, false, false,
		"cgroup", get_unit, PART_TEXTS},
	{"container", "CONTAINER", "runtime and id of the container, by the control group",
		&type_text, 23, 0, false, false, "cgroup", get_container, PART_TEXTS},
	{"cgroup", "CGROUP", "path of the control group", &type_text, 32, 0, false, false, "cgroup",
		get_cgroup, PART_TEXTS},
	{"exe", "COMMAND", "path of the program", &type_text, 0, 0, false, false, "exe", get_exe,
		PART_TEXTS},
	{"cmdline", "COMMAND", "command line", &type_text, 0, 0, false, false, "cmdline",
		get_cmdline, PART_TEXTS},
	{"threads", "THR", "threads that called", &type_count, 5, 0, false, false, "", get_threads,
		PART_WHO},
	{0},
};

const struct column *column_find(const char *name)
{
	const struct column *c;

	for (c = columns; c->id; c++)
		if (!strcasecmp(c->id, name))
			return c;
	for (c = columns; c->id; c++)
		if (!strcasecmp(c->header, name))
			return c;
	return NULL;
}
