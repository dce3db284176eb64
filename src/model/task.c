/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/task.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TASK_MAP_BITS 8
#define TASK_HEAP     12 /* bytes that a piece of the heap costs more, about */

/* /proc counts a start in ticks of 10 ms, an event comes a little after it. */
#define SLACK_NS UINT64_C(100000000)
#define CLOCK_NS UINT64_C(1000000) /* between two clocks, read one after the other */

void link_init(struct link *head)
{
	head->next = head->prev = head;
}

bool link_empty(const struct link *head)
{
	return head->next == head;
}

void link_append(struct link *head, struct link *link)
{
	assert(!link->next);
	link->next = head;
	link->prev = head->prev;
	head->prev->next = link;
	head->prev = link;
}

void link_remove(struct link *link)
{
	if (!link->next)
		return;
	link->next->prev = link->prev;
	link->prev->next = link->next;
	link->next = link->prev = NULL;
}

void comm_copy(char to[EVENT_COMM_LEN + 1], const char from[EVENT_COMM_LEN])
{
	size_t len = strnlen(from, EVENT_COMM_LEN);

	memcpy(to, from, len);
	memset(to + len, 0, EVENT_COMM_LEN + 1 - len);
}

static void proc_free_unused(struct proc *proc)
{
	if (proc->nr_held || !link_empty(&proc->tasks))
		return;
	for (unsigned int i = 0; i < TOLD_NR; i++)
		name_put(proc->texts[i]);
	free(proc);
}

void task_map_init(struct task_map *map)
{
	map->nr = 0;
	map->bits = TASK_MAP_BITS;
	map->slots = mem_new((size_t)1 << map->bits, sizeof(*map->slots));
}

void task_map_done(struct task_map *map)
{
	for (size_t i = 0; i < (size_t)1 << map->bits; i++) {
		struct task *task = map->slots[i].task;

		if (!task)
			continue;
		link_remove(&task->sibling);
		proc_free_unused(task->proc);
		free(task);
	}
	free(map->slots);
	map->slots = NULL;
	map->nr = 0;
}

size_t task_map_size(const struct task_map *map)
{
	return (sizeof(*map->slots) << map->bits) +
	       map->nr * (sizeof(struct task) + sizeof(struct proc) + 2 * TASK_HEAP);
}

static void task_put(struct task_map *map, struct task *task)
{
	size_t mask = ((size_t)1 << map->bits) - 1;
	size_t i = task_slot_of(map, task->tid);

	while (map->slots[i].task) {
		assert(map->slots[i].tid != task->tid);
		i = (i + 1) & mask;
	}
	map->slots[i] = (struct task_slot){task->tid, task};
}

static void task_map_resize(struct task_map *map, unsigned int bits)
{
	struct task_slot *old = map->slots;
	size_t nr = (size_t)1 << map->bits;

	map->bits = bits;
	map->slots = mem_new((size_t)1 << bits, sizeof(*map->slots));
	for (size_t i = 0; i < nr; i++)
		if (old[i].task)
			task_put(map, old[i].task);
	free(old);
}

struct task *task_add(struct task_map *map, uint32_t tid, struct proc *proc)
{
	struct task *task = mem_new(1, sizeof(*task));

	if (2 * (map->nr + 1) > (size_t)1 << map->bits)
		task_map_resize(map, map->bits + 1);
	task->tid = tid;
	task->proc = proc;
	task->until_ns = UINT64_MAX;
	task_put(map, task);
	map->nr++;
	link_append(&proc->tasks, &task->sibling);
	proc->nr_live++;
	return task;
}

/* Moves back what the hole would hide, so that no tombstones pile up. */
static void task_unmap(struct task_map *map, uint32_t tid)
{
	size_t mask = ((size_t)1 << map->bits) - 1;
	size_t hole = task_slot_of(map, tid), i;

	while (map->slots[hole].tid != tid || !map->slots[hole].task)
		hole = (hole + 1) & mask;
	for (i = (hole + 1) & mask; map->slots[i].task; i = (i + 1) & mask) {
		size_t home = task_slot_of(map, map->slots[i].tid);

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		map->slots[hole] = map->slots[i];
		hole = i;
	}
	map->slots[hole] = (struct task_slot){0};
	map->nr--;
}

void task_forget(struct task_map *map, struct task *task)
{
	struct proc *proc = task->proc;

	assert(task_find(map, task->tid) == task);
	task_unmap(map, task->tid);
	link_remove(&task->sibling);
	link_remove(&task->ended);
	if (task_live(task))
		proc->nr_live--;
	free(task);
	proc_free_unused(proc);
}

struct proc *proc_new(uint32_t pid)
{
	struct proc *proc = mem_new(1, sizeof(*proc));

	proc->pid = pid;
	proc->ppid = EVENT_NO_ID;
	proc->uid = EVENT_NO_ID;
	link_init(&proc->tasks);
	return proc;
}

void proc_put(struct proc *proc)
{
	assert(proc->nr_held);
	proc->nr_held--;
	proc_free_unused(proc);
}

bool task_silent(const struct task *task, bool threads)
{
	const struct proc *proc = task->proc;

	if (proc->flags & PROC_OWN || proc->pid == EVENT_NO_ID)
		return false;
	if (threads)
		return task_live(task) && !(task->flags & TASK_CALLED);
	return task_leads(task) && proc->nr_live && !(proc->flags & PROC_CALLED);
}

bool proc_same_start(const struct proc *proc, uint64_t start_ns)
{
	uint64_t a = proc->start_ns, b = start_ns;

	/* what starts after the event is a successor with the same pid */
	if (proc->flags & PROC_BORN && b > a + CLOCK_NS)
		return false;
	return !a || !b || (a > b ? a - b : b - a) <= SLACK_NS;
}

/* Takes over the hold on name, or NULL. */
static void proc_text(struct proc *proc, enum told_what what, struct name *name)
{
	name_put(proc->texts[what]);
	proc->texts[what] = name;
}

void proc_inherit(struct proc *proc, const struct proc *maker)
{
	for (unsigned int i = 0; i < TOLD_NR; i++)
		proc_text(proc, i, maker->texts[i] ? name_hold(maker->texts[i]) : NULL);
}

bool proc_adopt(struct proc *proc, uint64_t ts_ns, const struct proc *maker)
{
	if (proc->flags & PROC_BORN || !proc_same_start(proc, ts_ns))
		return false;
	proc->start_ns = ts_ns;
	proc->flags |= PROC_BORN;
	if (!maker || maker == proc)
		return true;
	proc->flags |= maker->flags & PROC_COMMAND;
	for (unsigned int i = 0; i < TOLD_NR; i++)
		if (!proc->texts[i] && maker->texts[i])
			proc_text(proc, i, name_hold(maker->texts[i]));
	return true;
}

void proc_new_program(struct proc *proc, uint64_t ts_ns)
{
	/* of any of them that was read later it is the new one's */
	for (unsigned int i = 0; i < TOLD_NR; i++)
		if (i != TOLD_CGROUP && proc->told_ns[i] < ts_ns)
			proc_text(proc, i, NULL);
	proc->program_ns = ts_ns;
}

void task_tell(struct task_map *map, struct names *names, const struct told *told)
{
	struct task *leader = task_find(map, told->pid);
	struct proc *proc = leader ? leader->proc : NULL;

	if (!proc || !task_leads(leader) || !proc_same_start(proc, told->start_ns) ||
		told->ts_ns < proc->told_ns[told->what])
		return;
	if (told->what != TOLD_CGROUP && told->ts_ns < proc->program_ns)
		return;
	proc->told_ns[told->what] = told->ts_ns;
	proc_text(proc, told->what, told->len ? name_get(names, told->text, told->len) : NULL);
}
