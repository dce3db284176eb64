/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/who.h"

#include <assert.h>
#include <string.h>

/* /proc counts a start in ticks of 10 ms, an event comes a little after it. */
#define WHO_TICK_NS UINT64_C(20000000)

/* No event tells of setuid: the user of one that calls is asked for again, ever less often. */
#define WHO_WAIT_MOST 63

void who_init(struct who *who, size_t limit, who_ended on_end, void *arg)
{
	*who = (struct who){.limit = limit, .on_end = on_end, .arg = arg};
	link_init(&who->ended);
	task_map_init(&who->map);
}

void who_done(struct who *who)
{
	task_map_done(&who->map);
	names_done(&who->names);
}

static void who_forget(struct who *who, struct task *task)
{
	if (task->ended.next)
		who->nr_ended--;
	if (task_live(task) && task->flags & TASK_CALLED)
		who->nr_callers--;
	if (who->last == task)
		who->last = NULL;
	task_forget(&who->map, task);
}

static void who_forget_oldest(struct who *who)
{
	struct task *task = link_of(who->ended.next, struct task, ended);

	if (task_leads(task) && task->proc->nr_live) {
		link_remove(&task->ended);
		who->nr_ended--;
		return;
	}
	who_forget(who, task);
}

static void who_keep_ended(struct who *who, struct task *task)
{
	if (task->ended.next)
		return;
	link_append(&who->ended, &task->ended);
	who->nr_ended++;
}

static struct task *proc_leader(struct who *who, const struct proc *proc)
{
	struct task *task = task_find(&who->map, proc->pid);

	return task && task->proc == proc ? task : NULL;
}

static void who_end(struct who *who, struct task *task, uint64_t ts_ns)
{
	struct proc *proc = task->proc;
	struct task *leader = proc_leader(who, proc);

	if (!task_live(task))
		return;
	task->until_ns = ts_ns;
	proc->nr_live--;
	if (task->flags & TASK_CALLED)
		who->nr_callers--;
	if (!proc->nr_live) {
		proc->exit_ns = ts_ns;
		proc->flags |= PROC_EXITED;
	}
	who->on_end(who->arg, proc, task, ts_ns);
	if (task != leader)
		who_keep_ended(who, task);
	if (leader && !proc->nr_live)
		who_keep_ended(who, leader);
}

static void who_revive(struct proc *proc)
{
	proc->exit_ns = 0;
	proc->flags &= ~PROC_EXITED;
}

static void who_revive_leader(struct who *who, struct task *leader)
{
	if (task_live(leader))
		return;
	leader->until_ns = UINT64_MAX;
	leader->proc->nr_live++;
	if (leader->flags & TASK_CALLED)
		who->nr_callers++;
	if (leader->ended.next)
		who->nr_ended--;
	link_remove(&leader->ended);
	who_revive(leader->proc);
}

/* It turned out whose the tid is. What it did before stays with nobody: we would be guessing. */
static void who_unmask(struct who *who, struct task *task, uint64_t ts_ns)
{
	struct proc *proc = task->proc;

	if (task_live(task)) {
		task->until_ns = ts_ns;
		proc->nr_live--;
		if (task->flags & TASK_CALLED)
			who->nr_callers--;
	}
	who->on_end(who->arg, proc, NULL, ts_ns);
	who_forget(who, task);
}

/* The tid is another's now: the task is over, and its process with it where it led. */
static void who_retire(struct who *who, struct task *task, uint64_t ts_ns)
{
	struct proc *proc = task->proc;

	if (proc->pid == EVENT_NO_ID) {
		who_unmask(who, task, ts_ns);
		return;
	}
	if (task_leads(task))
		for (struct link *l = proc->tasks.next; l != &proc->tasks; l = l->next)
			who_end(who, link_of(l, struct task, sibling), ts_ns);
	who_end(who, task, ts_ns);
	who_forget(who, task);
}

/* Rounds drop more and more; who called or is of COMMAND goes late, leaders that called never. */
static bool who_evictable(const struct task *task, unsigned int round)
{
	const struct proc *proc = task->proc;

	if (proc->flags & PROC_OWN || (proc->flags & PROC_COMMAND && !round))
		return false;
	if (proc->pid == EVENT_NO_ID)
		return round >= 2;
	if (!task_leads(task))
		return !task->tally || round;
	return proc->tasks.next->next == &proc->tasks && !proc->nr_held;
}

/* Before an event, as the tasks that it names must stay. */
static void who_room(struct who *who)
{
	size_t target = who->limit - who->limit / 16 - 2;
	size_t size = (size_t)1 << who->map.bits;

	if (who->map.nr + 2 <= who->limit)
		return;
	while (who->nr_ended && who->map.nr > target)
		who_forget_oldest(who);
	for (unsigned int round = 0; who->map.nr > target && round < 3; round++)
		for (size_t i = 0; who->map.nr > target && i < size; i++) {
			struct task *task;

			who->hand = (who->hand + 1) & (size - 1);
			/* forgetting may move the next one here */
			while ((task = who->map.slots[who->hand].task) &&
				who_evictable(task, round) && who->map.nr > target) {
				if (task->proc->pid == EVENT_NO_ID)
					who_unmask(who, task, task->told_ns);
				else
					who_forget(who, task);
			}
		}
}

static struct task *who_add(struct who *who, uint32_t tid, struct proc *proc, uint64_t ts_ns)
{
	struct task *task = task_add(&who->map, tid, proc);

	task->from_ns = ts_ns;
	task->told_ns = ts_ns;
	task->doubt = who->doubt;
	task->turn = who->turn - 1;
	return task;
}

/* The task that had the tid at ts_ns, if its process is known. */
static struct task *who_at(const struct who *who, uint32_t tid, uint64_t ts_ns)
{
	struct task *task = task_find(&who->map, tid);

	if (!task || ts_ns < task->from_ns || ts_ns > task->until_ns)
		return NULL;
	return task->proc->pid == EVENT_NO_ID ? NULL : task;
}

static void who_born(struct proc *proc, const struct event *event, const struct proc *maker)
{
	proc->start_ns = event->ts_ns;
	proc->flags |= PROC_BORN;
	comm_copy(proc->comm, event->u.new.comm);
	if (!maker)
		return;
	proc->ppid = maker->pid;
	proc->uid = maker->uid;
	if (maker->uid != EVENT_NO_ID)
		proc->flags |= PROC_UID_GUESS;
	proc->flags |= maker->flags & PROC_COMMAND;
	proc_inherit(proc, maker);
}

static void who_new(struct who *who, const struct event *event)
{
	uint32_t tid = event->u.new.tid;
	struct task *maker = who_at(who, event->tid, event->ts_ns);
	struct task *task = task_find(&who->map, tid);
	bool bare = task && task_leads(task) && !task->proc->start_ns;

	if (task && !bare && !event->u.new.thread && task_leads(task) && task_live(task) &&
		proc_adopt(task->proc, event->ts_ns, maker ? maker->proc : NULL)) {
		task->from_ns = event->ts_ns;
		return;
	}
	if (task && !bare && event->ts_ns <= task->told_ns)
		return;
	if (event->u.new.thread)
		bare = false;
	if (task && !bare) {
		/* with a leader its process goes; of an ended thread only the tid is taken over */
		if (maker && (task == maker || (task_leads(task) && maker->proc == task->proc)))
			maker = NULL;
		who_retire(who, task, event->ts_ns);
		task = NULL;
	}
	if (event->u.new.thread) {
		if (!maker)
			return;
		task = who_add(who, tid, maker->proc, event->ts_ns);
	} else {
		if (!task)
			task = who_add(who, tid, proc_new(tid), event->ts_ns);
		task->from_ns = task->told_ns = event->ts_ns;
		who_born(task->proc, event, maker ? maker->proc : NULL);
	}
	comm_copy(task->comm, event->u.new.comm);
}

/*
 * A thread that is not the first and calls execve has the leader's tid once the leader has ended,
 * and is then given the program's name; the event of the exec comes last (fs/exec.c,
 * begin_new_exec()). Other threads name a leader that ended under their own tid.
 */
static void who_name(struct who *who, const struct event *event)
{
	struct task *task = task_find(&who->map, event->u.name.tid);

	if (task && event->ts_ns > task->until_ns && event->tid == task->tid && task_leads(task) &&
		task->proc->nr_live)
		who_revive_leader(who, task);
	if (!task || event->ts_ns < task->told_ns || event->ts_ns > task->until_ns)
		return;
	comm_copy(task->comm, event->u.name.comm);
	if (task_leads(task) || task->proc->pid == EVENT_NO_ID)
		comm_copy(task->proc->comm, event->u.name.comm);
}

/*
 * The task that calls execve takes over the leader's pid; the kernel has ended all others by then,
 * the leader before this event (fs/exec.c, de_thread()). Its uid may be that of a setuid file.
 */
static void who_exec(struct who *who, const struct event *event)
{
	struct task *leader = task_find(&who->map, event->tid);
	struct proc *proc;

	if (!leader || event->ts_ns < leader->from_ns || !task_leads(leader))
		return;
	proc = leader->proc;
	who_revive_leader(who, leader);
	for (struct link *l = proc->tasks.next; l != &proc->tasks; l = l->next) {
		struct task *task = link_of(l, struct task, sibling);

		/* /proc may have shown the threads of the new program before this event was read */
		if (task != leader && task->told_ns <= event->ts_ns)
			who_end(who, task, event->ts_ns);
	}
	if (proc->uid != EVENT_NO_ID)
		proc->flags |= PROC_UID_GUESS;
	proc_new_program(proc, event->ts_ns);
}

/* The leader of the process that /proc tells of, NULL where what it tells is out of date. */
static struct task *who_ident_leader(struct who *who, const struct event *event)
{
	uint32_t pid = event->u.ident.tgid;
	uint64_t start = event->u.ident.start_ns;
	struct task *leader = task_find(&who->map, pid), *parent;

	if (leader && event->ts_ns < leader->told_ns)
		return NULL;
	if (leader && task_leads(leader) && !proc_same_start(leader->proc, start)) {
		/* with no event lost, its successor's own will come */
		if (leader->proc->flags & PROC_BORN && leader->doubt == who->doubt)
			return NULL;
		who_retire(who, leader, event->ts_ns);
		leader = NULL;
	} else if (leader && !task_leads(leader)) {
		who_retire(who, leader, event->ts_ns);
		leader = NULL;
	}
	if (!leader) {
		leader = who_add(who, pid, proc_new(pid), event->ts_ns);
		leader->from_ns = start > WHO_TICK_NS ? start - WHO_TICK_NS : 0;
		parent = task_find(&who->map, event->u.ident.ppid);
		if (parent && task_leads(parent))
			leader->proc->flags |= parent->proc->flags & PROC_COMMAND;
	}
	return leader;
}

static void who_ident_thread(struct who *who, const struct event *event, struct proc *proc)
{
	uint32_t tid = event->u.ident.tid;
	struct task *task = task_find(&who->map, tid);

	if (task && event->ts_ns < task->told_ns)
		return;
	if (task && (task->proc != proc || !task_live(task))) {
		who_retire(who, task, event->ts_ns);
		task = NULL;
	}
	if (!task) {
		task = who_add(who, tid, proc, event->ts_ns);
		task->from_ns = proc->start_ns > WHO_TICK_NS ? proc->start_ns - WHO_TICK_NS : 0;
		who_revive(proc);
	}
	comm_copy(task->comm, event->u.ident.comm);
	task->told_ns = event->ts_ns;
	task->doubt = who->doubt;
}

static void who_ident(struct who *who, const struct event *event)
{
	struct task *leader = who_ident_leader(who, event);
	struct proc *proc;
	bool named;

	if (!leader)
		return;
	proc = leader->proc;
	/* with no event lost its name is exact, and /proc has that of a later moment */
	named = proc->flags & PROC_BORN && leader->doubt == who->doubt;
	if (!proc->start_ns)
		proc->start_ns = event->u.ident.start_ns;
	proc->ppid = event->u.ident.ppid;
	if (event->u.ident.uid != EVENT_NO_ID) {
		proc->uid = event->u.ident.uid;
		proc->flags &= ~PROC_UID_GUESS;
		proc->uid_turn = who->turn;
		proc->uid_wait =
			proc->uid_wait < WHO_WAIT_MOST / 2 ? 2 * proc->uid_wait + 1 : WHO_WAIT_MOST;
	}
	leader->doubt = who->doubt;
	if (!named)
		leader->told_ns = event->ts_ns;
	if (event->u.ident.tid == proc->pid) {
		if (named)
			return;
		comm_copy(proc->comm, event->u.ident.comm);
		comm_copy(leader->comm, event->u.ident.comm);
		return;
	}
	proc->nr_held++; /* the thread may take the place of its last task */
	who_ident_thread(who, event, proc);
	proc_put(proc);
}

void who_tell(struct who *who, const struct told *told)
{
	task_tell(&who->map, &who->names, told);
}

void who_feed(struct who *who, const struct event *event)
{
	struct task *task;

	who_room(who);
	switch (event->kind) {
	case EVENT_NEW:
		who_new(who, event);
		break;
	case EVENT_NAME:
		who_name(who, event);
		break;
	case EVENT_EXEC:
		who_exec(who, event);
		break;
	case EVENT_EXIT:
		task = task_find(&who->map, event->tid);
		if (task && event->ts_ns >= task->from_ns)
			who_end(who, task, event->ts_ns);
		break;
	case EVENT_IDENT:
		who_ident(who, event);
		break;
	default:
		assert(!"not an event about tasks");
	}
	while (who->nr_ended > who->limit / 8 + 1)
		who_forget_oldest(who);
}

void who_doubt(struct who *who)
{
	who->doubt++;
}

struct task *who_task(struct who *who, uint32_t tid, uint64_t ts_ns)
{
	struct task *task;

	who_room(who);
	task = task_find(&who->map, tid);
	if (task && ts_ns < task->from_ns)
		return NULL;
	if (task && ts_ns > task->until_ns) {
		/* /proc showed it after its end, so that an exec was lost */
		if (task_leads(task) && task->told_ns > task->until_ns) {
			who_revive_leader(who, task);
		} else {
			who_retire(who, task, ts_ns);
			task = NULL;
		}
	}
	if (!task)
		task = who_add(who, tid, proc_new(EVENT_NO_ID), 0);
	task->doubt = who->doubt;
	task->turn = who->turn;
	return task;
}

struct task *who_called(struct who *who, uint32_t tid, uint64_t ts_ns)
{
	struct task *task = who_task(who, tid, ts_ns);

	if (task && !(task->flags & TASK_CALLED) && task_live(task) &&
		!(task->proc->flags & PROC_OWN)) {
		who->nr_callers++;
		task->flags |= TASK_CALLED;
	}
	return task;
}

bool who_knows(struct who *who, uint32_t tid)
{
	const struct task *task = who_find(who, tid);
	const struct proc *proc = task ? task->proc : NULL;

	if (!task || !task_live(task))
		return false;
	if (proc->flags & PROC_OWN)
		return true;
	if (proc->pid == EVENT_NO_ID || !proc->start_ns || proc->uid == EVENT_NO_ID ||
		proc->flags & PROC_UID_GUESS)
		return task->turn == who->turn;
	if (who->turn - proc->uid_turn >= proc->uid_wait && task->turn != who->turn)
		return false;
	return task->doubt == who->doubt;
}

void who_mark(struct who *who, uint32_t pid, uint32_t flags)
{
	struct task *task;

	who_room(who);
	task = task_find(&who->map, pid);
	if (task && !task_leads(task)) {
		who_retire(who, task, task->told_ns);
		task = NULL;
	}
	if (!task)
		task = who_add(who, pid, proc_new(pid), 0);
	task->proc->flags |= flags;
}

void who_turn(struct who *who, uint64_t ts_ns)
{
	while (who->nr_ended) {
		struct task *task = link_of(who->ended.next, struct task, ended);

		if (task->until_ns >= ts_ns)
			break;
		who_forget_oldest(who);
	}
	who->turn++;
}
