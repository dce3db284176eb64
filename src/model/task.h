/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tid → task map, and the processes that tasks belong to: identity only, no counters. A map
 * owns its tasks; a process lives while it has a task or somebody holds it (nr_held), and is freed
 * by task_forget() or proc_put(). Pointers to tasks and processes are stable. Nothing fails.
 *
 * A leader stays in the map after its exit while threads of it live, as the kernel keeps its pid.
 * Other tasks that ended stay until task_forget(), so that an event read late finds them.
 */
#ifndef MPROTTOP_TASK_H
#define MPROTTOP_TASK_H

#include "model/event.h"
#include "model/name.h"

#include <stdbool.h>
#include <stddef.h>

/* A ring of embedded links; a zeroed or removed one points nowhere. */
struct link {
	struct link *next, *prev;
};

#define link_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

void link_init(struct link *head);
bool link_empty(const struct link *head);
void link_append(struct link *head, struct link *link);
void link_remove(struct link *link); /* harmless where it is in no ring */

struct tally;
struct place;
struct ward;

/* flags of a process */
#define PROC_OWN       0x1
#define PROC_COMMAND   0x2
#define PROC_UID_GUESS 0x4
#define PROC_BORN      0x8 /* its start is that of an EVENT_NEW */
#define PROC_CALLED    0x10
#define PROC_EXITED    0x20
#define PROC_BROKE     0x40 /* it made memory writable and executable */

struct proc {
	uint32_t pid; /* EVENT_NO_ID: not known whose thread its only task is */
	uint32_t ppid, uid, flags;
	uint32_t uid_turn; /* when it was told */
	uint32_t nr_live;  /* tasks that did not end */
	uint32_t nr_held;
	uint8_t uid_wait; /* for how many turns what was told will do */
	char comm[EVENT_COMM_LEN + 1];
	uint64_t start_ns; /* 0: not known */
	uint64_t exit_ns;
	uint64_t program_ns; /* what texts tell of it is not of before */
	uint64_t told_ns[TOLD_NR];
	struct name *texts[TOLD_NR]; /* NULL: not known */
	struct link tasks;           /* of struct task.sibling */
	struct tally *tally;         /* the table's */
	struct place *place;         /* of struct locator */
	struct ward *ward;           /* of struct auditor */
	uint64_t exec_ns;            /* its address space is another since then; 0: not known */
};

/* flags of a task */
#define TASK_CALLED 0x1

struct task {
	uint32_t tid;
	uint32_t doubt, turn; /* of struct who, as they were then */
	uint8_t flags;
	char comm[EVENT_COMM_LEN + 1];
	uint64_t from_ns, until_ns; /* calls outside of these times are another's */
	struct tally *tally;        /* the table's */
	struct proc *proc;
	uint64_t told_ns; /* of the newest event that said who it is */
	struct link sibling, ended;
};

struct task_slot {
	uint32_t tid;
	struct task *task; /* NULL: free */
};

/* Open addressing, linear probing, at most half full. */
struct task_map {
	struct task_slot *slots;
	unsigned int bits;
	size_t nr;
};

void task_map_init(struct task_map *map);
void task_map_done(struct task_map *map); /* the tasks, and processes that nobody holds */

static inline size_t task_slot_of(const struct task_map *map, uint32_t tid)
{
	return tid * UINT32_C(0x9e3779b9) >> (32 - map->bits);
}

static inline struct task *task_find(const struct task_map *map, uint32_t tid)
{
	size_t mask = ((size_t)1 << map->bits) - 1;
	size_t i = task_slot_of(map, tid);

	while (map->slots[i].task && map->slots[i].tid != tid)
		i = (i + 1) & mask;
	return map->slots[i].task;
}

/* Has the slot of tid fetched. */
static inline void task_fetch(const struct task_map *map, uint32_t tid)
{
	__builtin_prefetch(&map->slots[task_slot_of(map, tid)]);
}

/* About how many bytes they take, as if each was a process. */
size_t task_map_size(const struct task_map *map);

/* A living task of proc; tid must not be in the map. */
struct task *task_add(struct task_map *map, uint32_t tid, struct proc *proc);

/* Frees it, and its process where it was the last that kept it. */
void task_forget(struct task_map *map, struct task *task);

static inline bool task_live(const struct task *task)
{
	return task->until_ns == UINT64_MAX;
}

static inline bool task_leads(const struct task *task)
{
	return task->tid == task->proc->pid;
}

/* A living one that never called, or with threads false, the leader of such a process. One that
 * called and has no row is folded into "other". */
bool task_silent(const struct task *task, bool threads);

/* pid may be EVENT_NO_ID; ppid and uid are not known yet. */
struct proc *proc_new(uint32_t pid);

/* Whether that is the start of proc, as far as a tick of /proc tells. */
bool proc_same_start(const struct proc *proc, uint64_t start_ns);

/* A child is where its maker is, and runs what that runs, unless told otherwise. */
void proc_inherit(struct proc *proc, const struct proc *maker);

/* Its birth is read after /proc told of it: takes what only that tells; false: it was another's. */
bool proc_adopt(struct proc *proc, uint64_t ts_ns, const struct proc *maker);

/* It runs another program since ts_ns. */
void proc_new_program(struct proc *proc, uint64_t ts_ns);

/* Gives a text, kept in names, to a process that is known; of others it is dropped. */
void task_tell(struct task_map *map, struct names *names, const struct told *told);

/* Gives up a hold; frees a process without holds and tasks. */
void proc_put(struct proc *proc);

void comm_copy(char to[EVENT_COMM_LEN + 1], const char from[EVENT_COMM_LEN]);

#endif
