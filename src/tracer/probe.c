/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/probe.h"
#include "base/buf.h"
#include "model/event.h"

#include <stdio.h>
#include <string.h>

#define X64_REGS                                                                                   \
	{                                                                                          \
		"+0x70(%di)", "+0x68(%di)", "+0x60(%di)", "+0x38(%di)", "+0x48(%di)", "+0x40(%di)" \
	}
#define X64_PLAIN                                                                                  \
	{                                                                                          \
		"%di", "%si", "%dx", "%cx", "%r8", "%r9"                                           \
	}
#define IA32_REGS                                                                                  \
	{                                                                                          \
		"+0x28(%di)", "+0x58(%di)", "+0x60(%di)", "+0x68(%di)", "+0x70(%di)", "+0x20(%di)" \
	}
#define ARM64_REGS                                                                                 \
	{                                                                                          \
		"+0(%x0)", "+8(%x0)", "+16(%x0)", "+24(%x0)", "+32(%x0)", "+40(%x0)"               \
	}
/* argument 1 is orig_gpr2: gpr2 itself may hold the return value */
#define S390_REGS                                                                                  \
	{                                                                                          \
		"+152(%r2)", "+48(%r2)", "+56(%r2)", "+64(%r2)", "+72(%r2)", "+80(%r2)"            \
	}

/* The user's stack pointer is at 0x98 and, as the C library's stub is a leaf, points at the return
 * address; arm64 has that in regs[30], s390 in gprs[14] (neither was tried). */
#define X64_SITE   "+u0(+0x98(%di)):x64"
#define ARM64_SITE "+240(%x0):x64"
#define S390_SITE  "+136(%r2):x64"

const struct machine machines[] = {
	{"x86_64", "", "__x64_sys_", false, "u64", X64_REGS, X64_SITE, false},
	{"x86_64", "", "SyS_", false, "u64", X64_PLAIN, NULL, true},
	{"x86_64", "", "sys_", false, "u64", X64_PLAIN, NULL, true},
	{"x86_64", "ia32", "__ia32_sys_", true, "u32", IA32_REGS, NULL, false},
	{"aarch64", "", "__arm64_sys_", false, "u64", ARM64_REGS, ARM64_SITE, false},
	{"s390x", "", "__s390x_sys_", false, "u64", S390_REGS, S390_SITE, false},
	{NULL, NULL, NULL, false, NULL, {NULL}, NULL, false},
};

#define ADDR_LEN                                                                                   \
	{"addr", 0, NULL},                                                                         \
	{                                                                                          \
		"len", 1, NULL                                                                     \
	}
#define ADDR_LEN_PROT                                                                              \
	ADDR_LEN,                                                                                  \
	{                                                                                          \
		"prot", 2, NULL                                                                    \
	}
#define SITE                                                                                       \
	{                                                                                          \
		"site", PROBE_SITE, "site"                                                         \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, 0, NULL                                                                      \
	}

/* the address is what tells an own call */
#define CALLED                                                                                     \
	{"addr", 0, NULL}, {"len", 1, "asked"},                                                    \
	{                                                                                          \
		"prot", 2, "asked"                                                                 \
	}

static const struct probe_arg called[] = {CALLED, SITE, END};
static const struct probe_arg called_key[] = {CALLED, SITE, {"key", 3, "key"}, END};
static const struct probe_arg asked[] = {ADDR_LEN_PROT, {"flags", 3, NULL}, SITE, END};
static const struct probe_arg asked_few[] = {ADDR_LEN_PROT, {"flags", 3, NULL}, END};
static const struct probe_arg asked_inner[] = {
	{"addr", 1, NULL}, {"len", 2, NULL}, {"prot", 3, NULL}, {"flags", 4, NULL}, END};
static const struct probe_arg made_region[] = {
	{"file", 0, NULL}, {"addr", 1, NULL}, {"len", 2, NULL}, {"vm_flags", 3, NULL}, END};
static const struct probe_arg asked_shm[] = {{"shmaddr", 1, NULL}, {"shmflg", 2, NULL}, END};
static const struct probe_arg unmapped[] = {ADDR_LEN, SITE, END};
static const struct probe_arg site[] = {SITE, END};
static const struct probe_arg key[] = {{"pkey", 3, "key"}, END};

#define CALL   .shape = "call"
#define RETURN .shape = "return"
#define WHOLE  .shape = "whole"
/* SELinux minds anonymous memory that is executable at once, too: MAP_ANONYMOUS is 0x20 */
#define IS_WX       .filter = "prot & 4 && (prot & 2 || flags & 32)"
#define IS_SHM_EXEC .filter = "shmflg & 32768"
#define IS_REFUSED  .filter = "ret == -1"
/* what returned with an address, or failed; a filter keeps it beside what is counted */
#define IS_TOLD .filter = "ret != 0"

const struct probe probes[] = {
	/* one event a call is cheaper than two, but tells no time */
	{"mprotect_whole", PROBE_WHOLE, "mprotect", .args = called, .gives = "call,ret",
		.only = "ret", .unless = "duration,key", WHOLE, .canary = "mprotect"},
	{"pkey_mprotect_whole", PROBE_WHOLE, "pkey_mprotect", .args = called, .gives = "call,ret",
		.only = "ret", .unless = "duration,key", WHOLE, .canary = "pkey",
		.flags = EVENT_PKEY},
	/* the time needs both ends: who wants it wants the outcome */
	{"mprotect", PROBE_KPROBE, "mprotect", .args = called, .gives = "call,duration", CALL,
		.canary = "mprotect", .needed = true},
	{"pkey_mprotect", PROBE_KPROBE, "pkey_mprotect", .args = called_key,
		.gives = "call,duration", CALL, .canary = "pkey", .flags = EVENT_PKEY},
	/* entries come before returns: they are armed in this order */
	{"mprotect_return", PROBE_RETURN, "mprotect", .gives = "ret", RETURN, .canary = "mprotect"},
	{"pkey_mprotect_return", PROBE_RETURN, "pkey_mprotect", .gives = "ret", RETURN,
		.canary = "pkey", .flags = EVENT_PKEY},
	/* where it is wanted once the entry is there */
	{"mprotect_site", PROBE_KPROBE, "mprotect", .args = site, .shape = "site",
		.canary = "mprotect"},
	{"pkey_mprotect_site", PROBE_KPROBE, "pkey_mprotect", .args = site, .shape = "site",
		.canary = "pkey", .flags = EVENT_PKEY},
	{"mprotect_fixup", PROBE_FIXUP, "mprotect_fixup", .gives = "old", .shape = "change",
		.canary = "mprotect"},
	{"mprotect_fixup_failed", PROBE_FAILED, "mprotect_fixup", .with = "mprotect_fixup",
		.filter = "ret != 0", .shape = "failed", .priced = "mprotect"},
	{"mmap", PROBE_KPROBE, "mmap", "mmap_pgoff", asked, "mmap", .only = "mmap", CALL,
		.canary = "mmap", .flags = EVENT_MMAP},
	{"mmap_return", PROBE_RETURN, "mmap", "mmap_pgoff", .with = "mmap", RETURN,
		.canary = "mmap", .flags = EVENT_MMAP},
	{"munmap", PROBE_KPROBE, "munmap", .args = unmapped, .gives = "munmap", .only = "munmap",
		.shape = "unmap", .canary = "munmap", .flags = EVENT_MUNMAP},
	{"munmap_return", PROBE_RETURN, "munmap", .with = "munmap", RETURN, .canary = "munmap",
		.flags = EVENT_MUNMAP},
	{"mmap_wx", PROBE_WHOLE, "mmap", "mmap_pgoff", asked_few, "mmap_wx", .only = "mmap_wx",
		.unless = "mmap", IS_WX, WHOLE, .canary = "mmap_wx", .flags = EVENT_MMAP},
	{"mmap_wx_entry", PROBE_KPROBE, "mmap", "mmap_pgoff", asked_few, "mmap_wx",
		.only = "mmap_wx", .unless = "mmap", IS_WX, CALL, .canary = "mmap_wx",
		.flags = EVENT_MMAP | EVENT_FEW},
	{"mmap_wx_return", PROBE_RETURN, "mmap", "mmap_pgoff", .with = "mmap_wx_entry", IS_TOLD,
		RETURN, .canary = "mmap_wx", .flags = EVENT_MMAP | EVENT_FEW},

	/* exec maps without a system call; vm_mmap_pgoff(file, addr, len, prot, flags, …),
	   mm/util.c */
	{"exec_map", PROBE_INNER, "vm_mmap_pgoff", .args = asked_inner, .gives = "exec_map",
		.only = "exec_map", IS_WX, CALL, .canary = "mmap_wx",
		.flags = EVENT_MMAP | EVENT_FEW | EVENT_INNER},
	/* what READ_IMPLIES_EXEC makes of a call that asks for less, and what PR_SET_MDWE looks at;
	   mmap_region(file, addr, len, vm_flags, …), mm/mmap.c: an own call does not come so far */
	{"mmap_region", PROBE_INNER, "mmap_region", .args = made_region, .with = "exec_map",
		.filter = "vm_flags & 2 && vm_flags & 4", .shape = "region", .priced = "mmap_wx",
		.flags = EVENT_MMAP | EVENT_FEW | EVENT_INNER},
	{"shm_exec", PROBE_KPROBE, "shmat", .args = asked_shm, .gives = "shm_exec",
		.only = "shm_exec", IS_SHM_EXEC, .shape = "attach", .canary = "shm_exec",
		.flags = EVENT_SHMAT | EVENT_FEW, .native = true},
	{"shm_exec_return", PROBE_RETURN, "shmat", .with = "shm_exec", IS_TOLD, RETURN,
		.canary = "shm_exec", .flags = EVENT_SHMAT | EVENT_FEW, .native = true},

	/* what seccomp refuses is never entered, but left: -1 is -EPERM */
	{"sys_exit_mprotect_refused", PROBE_BESIDE, "syscalls/sys_exit_mprotect",
		.gives = "refused", .only = "refused", IS_REFUSED, RETURN, .priced = "mprotect",
		.flags = EVENT_FEW},
	{"sys_exit_pkey_mprotect_refused", PROBE_BESIDE, "syscalls/sys_exit_pkey_mprotect",
		.gives = "refused", .only = "refused", IS_REFUSED, RETURN, .priced = "pkey",
		.flags = EVENT_PKEY | EVENT_FEW},

	{"sys_enter_mprotect", PROBE_TRACEPOINT, "syscalls/sys_enter_mprotect",
		.gives = "call,asked,duration", CALL, .canary = "mprotect", .needed = true},
	{"sys_enter_pkey_mprotect", PROBE_TRACEPOINT, "syscalls/sys_enter_pkey_mprotect",
		.args = key, .gives = "call,asked,duration", CALL, .canary = "pkey",
		.flags = EVENT_PKEY},
	{"sys_exit_mprotect", PROBE_TRACEPOINT, "syscalls/sys_exit_mprotect",
		.gives = "ret,refused", RETURN, .canary = "mprotect"},
	{"sys_exit_pkey_mprotect", PROBE_TRACEPOINT, "syscalls/sys_exit_pkey_mprotect",
		.gives = "ret,refused", RETURN, .canary = "pkey", .flags = EVENT_PKEY},
	{"sys_enter_mmap", PROBE_TRACEPOINT, "syscalls/sys_enter_mmap", .gives = "mmap",
		.only = "mmap", CALL, .canary = "mmap", .flags = EVENT_MMAP},
	{"sys_exit_mmap", PROBE_TRACEPOINT, "syscalls/sys_exit_mmap", .with = "sys_enter_mmap",
		RETURN, .canary = "mmap", .flags = EVENT_MMAP},
	{"sys_enter_munmap", PROBE_TRACEPOINT, "syscalls/sys_enter_munmap", .gives = "munmap",
		.only = "munmap", .shape = "unmap", .canary = "munmap", .flags = EVENT_MUNMAP},
	{"sys_exit_munmap", PROBE_TRACEPOINT, "syscalls/sys_exit_munmap",
		.with = "sys_enter_munmap", RETURN, .canary = "munmap", .flags = EVENT_MUNMAP},
	{"sys_enter_mmap_wx", PROBE_TRACEPOINT, "syscalls/sys_enter_mmap", .gives = "mmap_wx",
		.only = "mmap_wx", .unless = "mmap", IS_WX, CALL, .canary = "mmap_wx",
		.flags = EVENT_MMAP | EVENT_FEW},
	{"sys_exit_mmap_wx", PROBE_TRACEPOINT, "syscalls/sys_exit_mmap",
		.with = "sys_enter_mmap_wx", IS_TOLD, RETURN, .canary = "mmap_wx",
		.flags = EVENT_MMAP | EVENT_FEW},

	{"sys_enter_shm_exec", PROBE_TRACEPOINT, "syscalls/sys_enter_shmat", .gives = "shm_exec",
		.only = "shm_exec", IS_SHM_EXEC, .shape = "attach", .canary = "shm_exec",
		.flags = EVENT_SHMAT | EVENT_FEW},
	{"sys_exit_shm_exec", PROBE_TRACEPOINT, "syscalls/sys_exit_shmat",
		.with = "sys_enter_shm_exec", IS_TOLD, RETURN, .canary = "shm_exec",
		.flags = EVENT_SHMAT | EVENT_FEW},

	/* switched on in this order: whose birth is told, its end will be too */
	{"sched_process_exit", PROBE_TASK, "sched/sched_process_exit", .shape = "exit"},
	{"sched_process_exec", PROBE_TASK, "sched/sched_process_exec", .shape = "exec"},
	{"task_rename", PROBE_TASK, "task/task_rename", .shape = "name"},
	{"task_newtask", PROBE_TASK, "task/task_newtask", .shape = "new"},
	{0},
};

const struct machine *machine_next(const char *name, const struct machine *prev)
{
	for (const struct machine *m = prev ? prev + 1 : machines; m->name; m++)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

void probe_symbol(const struct probe *probe, const struct machine *machine, char *text, size_t size)
{
	bool other = machine->compat && probe->compat_place;

	snprintf(text, size, "%s%s", machine->prefix, other ? probe->compat_place : probe->place);
}

static bool has_arg(const struct probe_arg *arg, const struct machine *machine, uint32_t wanted)
{
	if (arg->fact && !(fact_mask(arg->fact) & wanted))
		return false;
	return arg->nr != PROBE_SITE || (machine && machine->site);
}

uint32_t probe_facts(const struct probe *probe, const struct machine *machine, uint32_t wanted)
{
	uint32_t mask = fact_masks(probe->gives);

	for (const struct probe_arg *a = probe->args; a && a->name; a++)
		if (a->fact && has_arg(a, machine, wanted))
			mask |= fact_mask(a->fact);
	return mask;
}

static bool has_return(const struct probe *probe)
{
	return probe->kind == PROBE_RETURN || probe->kind == PROBE_FAILED ||
	       probe->kind == PROBE_WHOLE;
}

/* Where an argument lies; at a return, registers are others', but $arg1 is as it was. */
static void put_place(const char *place, bool at_return, struct buf *out)
{
	const char *reg = strchr(place, '%');

	if (!at_return || !reg) {
		buf_puts(out, place);
		return;
	}
	buf_add(out, place, (size_t)(reg - place));
	buf_puts(out, "$arg1");
	buf_puts(out, reg + 1 + strspn(reg + 1, "abcdefghijklmnopqrstuvwxyz0123456789"));
}

void probe_fetch(const struct probe *probe, const struct machine *machine, uint32_t wanted,
	char *text, size_t size)
{
	struct buf out = {0};

	buf_puts(&out, has_return(probe) ? " ret=$retval:s64" : "");
	for (const struct probe_arg *a = probe->args; a && a->name; a++) {
		if (!has_arg(a, machine, wanted))
			continue;
		buf_printf(&out, " %s=", a->name);
		if (probe->kind == PROBE_INNER) {
			buf_printf(&out, "$arg%d:u64", a->nr + 1);
			continue;
		}
		put_place(a->nr == PROBE_SITE ? machine->site : machine->args[a->nr],
			probe->kind == PROBE_WHOLE, &out);
		if (a->nr != PROBE_SITE)
			buf_printf(&out, ":%s", machine->word);
	}
	snprintf(text, size, "%s", out.len ? out.data + 1 : "");
	buf_done(&out);
}

void probe_name(const struct probe *probe, const struct machine *machine, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s", probe->name, machine->abi[0] ? "_" : "", machine->abi);
}
