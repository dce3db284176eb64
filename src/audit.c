/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "audit.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/auditor.h"
#include "model/filter.h"
#include "model/group.h"
#include "model/tally.h"
#include "output/output.h"
#include "replay.h"
#include "reader/proc.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#ifndef PR_GET_MDWE
#define PR_GET_MDWE 66 /* linux/prctl.h, since 6.3 */
#endif

#define GROUND_FACTS "mmap_wx,shm_exec"
#define KPROBE_FACTS GROUND_FACTS ",exec_map"

void audit_start(struct monitor *m)
{
	m->auditor = auditor_new(table_map(m->table), AUDITOR_LIMIT);
}

void audit_call(struct monitor *m, const struct call *call)
{
	if (m->auditor)
		auditor_call(m->auditor, table_proc(m->table, call), call);
}

void audit_before(struct monitor *m, const struct event *event)
{
	/* its addresses mean nothing in the program that it runs now */
	if (m->auditor && event->kind == EVENT_EXEC)
		auditor_names(m->auditor, &m->names, event->ts_ns, event->tid);
}

void audit_feed(struct monitor *m, const struct event *event)
{
	if (m->auditor)
		auditor_feed(m->auditor, event);
	/* who starts programs for others moves them first, as service managers do */
	if (event->kind == EVENT_EXEC && (m->auditor || m->replay))
		monitor_identify(m, event->tid, event->ts_ns);
}

struct pids {
	uint32_t *list;
	size_t nr, cap;
};

static void pid_add(const struct auditor_row *row, void *arg)
{
	struct pids *pids = arg;

	if (!row->told || !row->proc->nr_live)
		return;
	if (pids->nr == pids->cap) {
		pids->cap = pids->cap ? 2 * pids->cap : 64;
		pids->list = mem_resize(pids->list, pids->cap, sizeof(*pids->list));
	}
	pids->list[pids->nr++] = row->proc->pid;
}

/* Which group those belong to by now that live. */
static void look_again(struct monitor *m)
{
	const struct audit_ground none = {0};
	struct pids pids = {0};

	auditor_each(m->auditor, &none, pid_add, &pids);
	for (size_t i = 0; i < pids.nr; i++)
		monitor_identify(m, pids.list[i], monitor_now_ns(m));
	free(pids.list);
}

void audit_names(struct monitor *m, bool last)
{
	if (!m->auditor)
		return;
	auditor_names(m->auditor, &m->names, monitor_now_ns(m), last ? AUDITOR_ALL : AUDITOR_NONE);
	if (last && !m->replay)
		look_again(m);
}

/* By the name of its library, which holds the version; 0: there is none, or it tells none. */
static unsigned int systemd_version(void)
{
	static const char *const places[] = {"/usr/lib/systemd/libsystemd-shared-*.so",
		"/usr/lib/*/systemd/libsystemd-shared-*.so", "/lib/systemd/libsystemd-shared-*.so",
		"/usr/lib64/systemd/libsystemd-shared-*.so"};
	unsigned int version = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !version; i++) {
		glob_t found;

		if (glob(places[i], 0, NULL, &found))
			continue;
		for (size_t f = 0; f < found.gl_pathc; f++)
			sscanf(strrchr(found.gl_pathv[f], '/'), "/libsystemd-shared-%u", &version);
		globfree(&found);
	}
	return version;
}

unsigned int audit_policy(void)
{
	return audit_applies(prctl(PR_GET_MDWE, 0, 0, 0, 0) >= 0, systemd_version());
}

/* What goes through the verdicts. */
struct verdicts {
	struct monitor *m;
	struct audit_ground run;
	struct verdict_line line;
	const struct group_kind *group; /* NULL: a row a process */
	struct groups units, groups;
	struct pool names;              /* of both */
	struct audit no_unit, no_group; /* of processes of which those are not known */
	enum audit_result wanted;
	uint64_t silent;  /* that were merely there */
	uint64_t passes;  /* of mdwe */
	uint64_t running; /* that were listed, and still run */
	char runs[96];    /* of the first of those */
};

/* Whether those show of which nothing is known: who chose them asks for them. */
static bool is_wanted(const struct monitor *m)
{
	const struct view *view = &m->view;

	return m->config->options->idle || view->nr_pids || view->user || view->text || view->where;
}

/* The row of a process, with texts that stay; false: none can be made. */
static bool fill(struct verdicts *v, const struct auditor_row *from, struct row *row)
{
	struct monitor *m = v->m;
	struct table_row t;

	if (from->proc->pid == EVENT_NO_ID)
		return false;
	row_of_proc(&t, from->proc);
	snapshot_row(&m->snap, &m->view, m->begin_ns, monitor_user, m, &t, row);
	row->audit = &from->audit;
	row->listed = (from->told || is_wanted(m)) && view_takes(&m->view, &t);
	return true;
}

static const struct group_kind *kind_of(const char *name)
{
	const struct group_kind *kind = group_kinds;

	while (strcmp(kind->name, name) != 0)
		kind++;
	return kind;
}

/* Whether it cannot be told which group it belongs to, as against: to none. What it was in before
 * it ran its program says little. */
static bool is_nameless(
	const struct group_kind *kind, const struct row *row, const struct proc *proc)
{
	const char *key = kind->sure(row);

	if (fact_masks(kind->facts) & fact_mask("cgroup"))
		return !row->t.texts[TOLD_CGROUP] ||
		       (proc->program_ns && proc->told_ns[TOLD_CGROUP] < proc->program_ns);
	return !key || !*key;
}

/* It may be of any group: what it did counts, and where it lives, that it may have. Of one that is
 * gone and did nothing that was seen no more can be said than of those that went before; what lives
 * and has a group of a kind but no name in it is the kernel's. */
static void fold_nameless(
	struct audit *to, const struct group_kind *kind, const struct auditor_row *from)
{
	struct audit audit = from->audit;
	bool lives = from->proc->nr_live && kind->sure == kind->key;

	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if (!audit.of[i].call && !lives && !from->compat)
			audit.of[i].result = AUDIT_PASS;
	audit_fold(to, &audit);
}

/* Units are judged by all that runs in them, whatever was chosen. */
static void gather(const struct auditor_row *from, void *arg)
{
	const struct group_kind *units = kind_of("unit");
	struct verdicts *v = arg;
	struct row row;

	if (!fill(v, from, &row))
		return;
	groups_add(&v->units, units, &row, &v->names);
	if (is_nameless(units, &row, from->proc))
		fold_nameless(&v->no_unit, units, from);
	if (!v->group || (v->m->view.command && !(row.t.flags & ROW_COMMAND)))
		return;
	groups_add(&v->groups, v->group, &row, &v->names);
	if (is_nameless(v->group, &row, from->proc))
		fold_nameless(&v->no_group, v->group, from);
}

static bool unit_passes(struct verdicts *v, const char *unit)
{
	const struct audit *audit = unit ? groups_audit(&v->units, unit) : NULL;

	return audit && audit_applied(audit)->result == AUDIT_PASS;
}

/* Names the first of those that pass and still run; the notice counts the others. */
static void note_running(struct verdicts *v, const struct row *row)
{
	const char *name = row->name ? row->name : row->comm;
	size_t len = strlen(v->runs), room = sizeof(v->runs) - len;
	char one[64], pid[16] = "";

	if (!v->group)
		snprintf(pid, sizeof(pid), " (%" PRIu32 ")", row->t.pid);
	text_clean(one, sizeof(one), name, strlen(name));
	v->running++;
	if (len + (len ? 2 : 0) + strlen(one) + strlen(pid) + sizeof(", ...") <= sizeof(v->runs))
		snprintf(v->runs + len, room, "%s%s%s", len ? ", " : "", one, pid);
	else if (len + sizeof(", ...") <= sizeof(v->runs) && strcmp(v->runs + len - 3, "...") != 0)
		snprintf(v->runs + len, room, ", ...");
}

/* One that was chosen, and is to be listed now. */
static void tell_row(struct verdicts *v, const struct row *row)
{
	const struct options *o = v->m->config->options;

	if (audit_applied(row->audit)->result != v->wanted || !view_passes(&v->m->view, row))
		return;
	v->line.row = row;
	/* a unit within a container is none of this host's */
	v->line.unit_passes = !(row->container && *row->container) && unit_passes(v, row->unit);
	v->line.dropin = v->line.unit_passes && groups_once(&v->units, row->unit);
	v->m->failed |= o->fail_if && filter_takes(o->fail_if, row);
	v->m->undecided |= audit_undecided(row->audit, filter_verdicts(o->fail_if));
	v->passes += row->audit->of[AUDIT_MDWE].result == AUDIT_PASS;
	if (audit_runs(row->audit))
		note_running(v, row);
	output_verdict(v->m->output, &v->line);
}

static void tell_process(const struct auditor_row *from, void *arg)
{
	struct verdicts *v = arg;
	struct row row;

	pool_reset(&v->m->snap.texts);
	if (audit_applied(&from->audit)->result != v->wanted || !fill(v, from, &row))
		return;
	if (row.listed)
		tell_row(v, &row);
	else
		v->silent += !from->told && view_takes(&v->m->view, &row.t);
}

static void tell_groups(struct verdicts *v)
{
	for (size_t i = 0; i < v->groups.nr; i++) {
		uint64_t begin_ns;
		struct row row;

		groups_row(&v->groups, i, &row, &begin_ns);
		if (row.listed)
			tell_row(v, &row);
		else
			v->silent += v->wanted == AUDIT_PASS;
	}
}

/* noun: of one; of more it has an s or es; names: of some of them, or empty. */
static void tell(struct monitor *m, const char *cause, uint64_t nr, const char *noun,
	const char *text, const char *names, const char *remedy)
{
	struct notice notice = {.object = "--audit"};
	bool hisses = noun[strlen(noun) - 1] == 's';

	snprintf(notice.cause, sizeof(notice.cause), "%s", cause);
	snprintf(notice.text, sizeof(notice.text), "%llu %s%s %s%s%s", (unsigned long long)nr, noun,
		nr == 1  ? ""
		: hisses ? "es"
			 : "s",
		text, names[0] ? ": " : "", names);
	snprintf(notice.remedy, sizeof(notice.remedy), "%s", remedy);
	monitor_notice(m, &notice);
}

static void tell_rest(struct verdicts *v)
{
	struct monitor *m = v->m;
	const char *noun = v->group ? v->group->name : "process";

	if (v->running)
		tell(m, "still_running", v->running, noun,
			"still ran when the run ended, and may yet do what was not observed",
			v->runs, "let the run go on until they have done all that they do");
	if (v->silent)
		tell(m, "audit", v->silent, noun,
			"ran before and made no call, so that nothing is known there", "",
			"add --idle for a line each");
	if (v->passes && !m->info.compat_visible)
		tell(m, "audit", v->passes, noun,
			"with a pass of mdwe that leaves out what this source does not see: 32-bit "
			"calls, READ_IMPLIES_EXEC, segments that are writable and executable",
			"",
			m->replay ? "to be sure record where the kernel has kprobes"
				  : "to be sure audit where the kernel has kprobes");
	if (auditor_left_out(m->auditor))
		tell(m, "audit", auditor_left_out(m->auditor), "event",
			"of processes without room for a verdict", "", "audit fewer at a time");
	m->undecided |=
		auditor_left_out(m->auditor) && filter_verdicts(m->config->options->fail_if);
}

/* One that has no verdict may have been of any group. */
static void doubt_groups(struct verdicts *v)
{
	bool left_out = auditor_left_out(v->m->auditor);

	groups_doubt(&v->units, left_out ? NULL : &v->no_unit);
	groups_doubt(&v->groups, left_out ? NULL : &v->no_group);
}

static struct audit_ground ground_of(const struct monitor *m)
{
	const struct health *h = &m->health;
	uint32_t needed = fact_masks(m->knobs.kprobes ? KPROBE_FACTS : GROUND_FACTS);

	unsigned int source = m->replay ? AUDIT_RECORDED_KPROBES : AUDIT_KPROBES;

	return (struct audit_ground){.lost = h->lost || h->missed || h->unaccounted || h->lost_side,
		.impaired = h->impaired,
		.mapped = (m->view.facts & needed) == needed,
		.visible = m->info.compat_visible,
		.outlives = m->view.command,
		.source = (enum audit_source)(source + !m->knobs.kprobes),
		.applies = m->replay ? replay_applies(m) : audit_policy()};
}

void audit_end(struct monitor *m)
{
	const struct group_kind *group = m->view.group;
	struct verdicts v = {.m = m, .run = ground_of(m)};

	if (!m->auditor)
		return;
	v.group = group && group->key ? group : NULL;
	v.line.group = v.group ? v.group->name : NULL;
	v.line.time = monitor_wall_s(m);
	v.line.daytime = monitor_daytime(m);
	v.line.begin_s = (double)m->begin_ns / 1e9;
	auditor_each(m->auditor, &v.run, gather, &v);
	doubt_groups(&v);
	output_verdicts(m->output, v.line.group, v.run.applies);
	/* the worst first */
	for (int want = AUDIT_BREAK; want >= AUDIT_PASS; want--) {
		v.wanted = (enum audit_result)want;
		if (v.group)
			tell_groups(&v);
		else
			auditor_each(m->auditor, &v.run, tell_process, &v);
	}
	tell_rest(&v);
	groups_done(&v.units);
	groups_done(&v.groups);
	pool_done(&v.names);
}
