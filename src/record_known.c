/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recorder.h"
#include "base/text.h"
#include "model/name.h"
#include "model/task.h"

#include <stdio.h>
#include <string.h>

static struct event ident_of(const struct task *task, uint64_t now_ns)
{
	const struct proc *proc = task->proc;
	struct event event = {.ts_ns = now_ns, .tid = task->tid, .kind = EVENT_IDENT};

	event.u.ident.tid = task->tid;
	event.u.ident.tgid = proc->pid;
	event.u.ident.ppid = proc->ppid;
	event.u.ident.uid = proc->uid;
	event.u.ident.start_ns = proc->start_ns;
	memcpy(event.u.ident.comm, task->comm, EVENT_COMM_LEN);
	return event;
}

static void tell_texts(struct record *r, const struct proc *proc, uint64_t now_ns)
{
	for (unsigned int i = 0; i < TOLD_NR; i++) {
		const struct name *name = proc->texts[i];

		if (name)
			record_told(r->m, &(struct told){now_ns, proc->start_ns, proc->pid, i,
						  name->text, strlen(name->text)});
	}
}

/* What is not known of a task is told once the walk over /proc has come by. */
static void tell_tasks(struct record *r, bool leaders, uint64_t now_ns)
{
	const struct task_map *map = table_map(r->m->table);

	for (size_t i = 0; i < (size_t)1 << map->bits; i++) {
		const struct task *task = map->slots[i].task;
		struct event event;

		if (!task || !task_live(task) || task->proc->pid == EVENT_NO_ID ||
			task->proc->uid == EVENT_NO_ID || !task->proc->start_ns ||
			task_leads(task) != leaders)
			continue;
		if (leaders && task->proc->flags & PROC_COMMAND)
			record_command(r->m, task->proc->pid);
		event = ident_of(task, now_ns);
		record_ident(r->m, &event);
		if (leaders)
			tell_texts(r, task->proc, now_ns);
	}
}

void record_known(struct record *r)
{
	struct monitor *m = r->m;
	uint64_t now_ns = monitor_now_ns(m);

	r->begin_ns = now_ns;
	tell_tasks(r, true, now_ns);
	tell_tasks(r, false, now_ns);
	r->begun = true;
	record_add(r, &(struct trail_record){.kind = TRAIL_BEGIN, .ts_ns = now_ns});
	/* who was born a moment ago, in pages that were read before */
	m->scanning = !m->foreign;
}

static int add_name(struct record *r, uint32_t tid, const char *comm)
{
	char clean[4 * EVENT_COMM_LEN], line[sizeof(clean) + 16];
	int len;

	if (!comm[0])
		return 0;
	text_clean(clean, sizeof(clean), comm, strnlen(comm, EVENT_COMM_LEN));
	len = snprintf(line, sizeof(line), "%u %s\n", tid, clean);
	return depot_bytes(&r->depot, r->nr_streams + 1, line, (size_t)len);
}

void record_task(struct monitor *m, const struct event *event)
{
	struct record *r = record_running(m);
	const struct task *task;
	int err;

	if (!r || event->kind != EVENT_EXIT)
		return;
	task = task_find(table_map(m->table), event->tid);
	err = task ? add_name(r, task->tid, task->comm) : 0;
	if (err)
		record_fail(r, err, "cannot write the recording");
}

void record_names(struct record *r)
{
	const struct task_map *map = table_map(r->m->table);

	/* what does not fit is missed by other tools only */
	for (size_t i = 0; i < (size_t)1 << map->bits; i++)
		if (map->slots[i].task)
			add_name(r, map->slots[i].tid, map->slots[i].task->comm);
}
