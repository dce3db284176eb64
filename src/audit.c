/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "audit.h"
#include "model/auditor.h"
#include "model/tally.h"
#include "output/output.h"
#include "replay.h"
#include "reader/proc.h"

#include <glob.h>
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
}

void audit_names(struct monitor *m, bool last)
{
	if (m->auditor)
		auditor_names(m->auditor, &m->names, monitor_now_ns(m),
			last ? AUDITOR_ALL : AUDITOR_NONE);
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
	struct verdict_line line;
	enum audit_result wanted;
	uint64_t silent; /* that were merely there */
};

static void verdict(const struct auditor_row *row, void *arg)
{
	struct verdicts *v = arg;
	const struct proc *proc = row->proc;
	struct table_row who = {.comm = ""};
	char user[64] = "";

	row_tell(&who, proc, !proc->nr_live);
	if (row->audit.of[v->line.applies].result != v->wanted || proc->pid == EVENT_NO_ID ||
		!view_takes(&v->m->view, &who))
		return;
	if (!row->told && !v->m->config->options->idle && !v->m->view.nr_pids) {
		v->silent++;
		return;
	}
	if (proc->uid != EVENT_NO_ID)
		monitor_user(v->m, proc->uid, user, sizeof(user));
	v->line.pid = proc->pid;
	v->line.start_ns = proc->start_ns;
	v->line.user = user;
	v->line.comm = proc->comm;
	v->line.audit = &row->audit;
	output_verdict(v->m->output, &v->line);
}

static void tell(
	struct monitor *m, const char *object, uint64_t nr, const char *text, const char *remedy)
{
	struct notice notice = {.cause = "audit"};

	snprintf(notice.object, sizeof(notice.object), "%s", object);
	snprintf(notice.text, sizeof(notice.text), "%llu %s", (unsigned long long)nr, text);
	snprintf(notice.remedy, sizeof(notice.remedy), "%s", remedy);
	monitor_notice(m, &notice);
}

void audit_end(struct monitor *m)
{
	const struct health *h = &m->health;
	uint32_t needed = fact_masks(m->knobs.kprobes ? KPROBE_FACTS : GROUND_FACTS);
	struct audit_ground run = {.lost = h->lost || h->missed || h->unaccounted || h->lost_side,
		.impaired = h->impaired,
		.mapped = (m->view.facts & needed) == needed,
		.visible = m->info.compat_visible};
	struct verdicts v = {.m = m};

	if (!m->auditor)
		return;
	v.line.time = monitor_wall_s(m);
	v.line.offset_s = monitor_offset_s(m);
	v.line.applies = m->replay ? replay_applies(m) : audit_policy();
	output_verdicts(m->output);
	/* the worst first */
	for (int want = AUDIT_BREAK; want >= AUDIT_PASS; want--) {
		v.wanted = (enum audit_result)want;
		auditor_each(m->auditor, &run, verdict, &v);
	}
	if (v.silent)
		tell(m, "--audit", v.silent,
			"processes ran before and made no call, so that nothing is known of them",
			"add --idle to have them listed");
	if (auditor_left_out(m->auditor))
		tell(m, "--audit", auditor_left_out(m->auditor), "processes have no verdict",
			"audit fewer at a time");
}
