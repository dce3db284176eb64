/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why something does not work here, read from the kernel's configuration, lockdown state, mounts
 * and permissions, never guessed; where such a source cannot be read, the text says that. Reads
 * files of the kernel's own only.
 */
#ifndef MPROTTOP_WHY_H
#define MPROTTOP_WHY_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>

/* 'y' or 'm' set, 'n' not set, '?' where the configuration cannot be read. symbol: "KPROBES". */
char why_config(const char *symbol);

/* "none", "integrity", "confidentiality", or "" where it cannot be read. */
void why_lockdown(char *state, size_t size);

/* Finds the mounted tracefs: 0, or -errno and a fault that says why there is none. Never mounts. */
int why_tracefs(char *dir, size_t size, struct fault *fault);

/* Fills fault with why the directory holds neither source, or (want: "kprobe", "tracepoint") why
 * not that one. Returns -errno. */
int why_source(const char *dir, const char *want, struct fault *fault);

/*
 * Whether kprobes would be dead, or harm: -errno and a fault by kernel.ftrace_enabled=0, or once
 * the kernel gave up ftrace; else 0. One that is disarmed while ftrace is off leaves flags behind
 * in its function's record; when the last of all is disarmed later, the kernel finds them, warns
 * and gives up ftrace until it boots. To arm that function again and disarm it before the last one
 * clears them (seen on 6.1; ftrace_shutdown() and ftrace_check_record() in kernel/trace/ftrace.c).
 */
int why_ftrace_off(struct fault *fault);

/* Where a file system of a type is mounted, out of a line of mountinfo (proc_pid_mountinfo(5));
 * false: the line is of another type, or none. Pure. */
bool why_mount_line(const char *line, const char *type, char *point, size_t size);

/* How the kernel catches a probe on the symbol, out of the text of debugfs' kprobes/list: "ftrace",
 * "jump", "int3" (show_kprobe_addr() and report_probe() in kernel/kprobes.c); NULL: it is not
 * there. Pure. */
const char *why_probe_kind(const char *list, const char *symbol);

/* Whether this is another pid namespace than the initial one, whose pids events tell. */
bool why_pid_namespace(void);

#endif
