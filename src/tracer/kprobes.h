/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's list of kprobe events, held open to read and to change. A kernel that is locked down
 * while we run opens that file for nobody any more, but descriptors from before still work
 * (probes_open() and trace_kprobe_create() ask, the removal does not: kernel/trace/trace_kprobe.c).
 */
#ifndef MPROTTOP_KPROBES_H
#define MPROTTOP_KPROBES_H

struct kprobes {
	int list, change; /* to read, to append to; -1: not open */
	int err;          /* why, errno: ENOENT in a kernel without kprobe events */
};

/* Never closed and not open. */
#define KPROBES_NONE                                                                               \
	{                                                                                          \
		-1, -1, 0                                                                          \
	}

/* Opens both in the directory where tracefs is mounted; what fails is told by err. */
void kprobes_open(struct kprobes *kprobes, const char *dir);
void kprobes_close(struct kprobes *kprobes);

/* The whole list as it is now, the caller's to free; NULL with errno. */
char *kprobes_text(const struct kprobes *kprobes);

/* Writes one command and its line end: 0 or -errno. */
int kprobes_write(const struct kprobes *kprobes, const char *command);

/* Removes "group/event": 0 or -errno; -ENOENT where there is none. */
int kprobes_remove(const struct kprobes *kprobes, const char *name);

#endif
