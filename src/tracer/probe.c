/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/probe.h"
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

const struct machine machines[] = {
	{"x86_64", "", "__x64_sys_", false, "u64", X64_REGS, false},
	{"x86_64", "", "SyS_", false, "u64", X64_PLAIN, true},
	{"x86_64", "", "sys_", false, "u64", X64_PLAIN, true},
	{"x86_64", "ia32", "__ia32_sys_", true, "u32", IA32_REGS, false},
	{"aarch64", "", "__arm64_sys_", false, "u64", ARM64_REGS, false},
	{"s390x", "", "__s390x_sys_", false, "u64", S390_REGS, false},
	{NULL, NULL, NULL, false, NULL, {NULL}, false},
};

static const struct probe_arg asked[] = {{"addr", 0}, {"len", 1}, {"prot", 2}, {NULL, 0}};

const struct probe probes[] = {
	{"mprotect", PROBE_KPROBE, "mprotect", asked, "asked", "call", "mprotect", 0, true},
	{"pkey_mprotect", PROBE_KPROBE, "pkey_mprotect", asked, "asked", "call", "pkey", EVENT_PKEY,
		false},
	/* entries come before returns: they are armed in this order */
	{"mprotect_return", PROBE_RETURN, "mprotect", NULL, "ret,duration", "return", "mprotect", 0,
		false},
	{"pkey_mprotect_return", PROBE_RETURN, "pkey_mprotect", NULL, "ret,duration", "return",
		"pkey", EVENT_PKEY, false},
	{"mprotect_fixup", PROBE_FIXUP, "mprotect_fixup", NULL, "old", "change", "mprotect", 0,
		false},
	{"mprotect_fixup_failed", PROBE_FAILED, "mprotect_fixup", NULL, "old", "failed", "", 0,
		false},
	{"sys_enter_mprotect", PROBE_TRACEPOINT, "syscalls/sys_enter_mprotect", NULL, "asked",
		"call", "mprotect", 0, true},
	{"sys_enter_pkey_mprotect", PROBE_TRACEPOINT, "syscalls/sys_enter_pkey_mprotect", NULL,
		"asked", "call", "pkey", EVENT_PKEY, false},
	{"sys_exit_mprotect", PROBE_TRACEPOINT, "syscalls/sys_exit_mprotect", NULL, "ret,duration",
		"return", "mprotect", 0, false},
	{"sys_exit_pkey_mprotect", PROBE_TRACEPOINT, "syscalls/sys_exit_pkey_mprotect", NULL,
		"ret,duration", "return", "pkey", EVENT_PKEY, false},
	{"task_newtask", PROBE_TASK, "task/task_newtask", NULL, "", "new", "", 0, false},
	{"task_rename", PROBE_TASK, "task/task_rename", NULL, "", "name", "", 0, false},
	{"sched_process_exec", PROBE_TASK, "sched/sched_process_exec", NULL, "", "exec", "", 0,
		false},
	{"sched_process_exit", PROBE_TASK, "sched/sched_process_exit", NULL, "", "exit", "", 0,
		false},
	{NULL, PROBE_TASK, NULL, NULL, NULL, NULL, NULL, 0, false},
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
	snprintf(text, size, "%s%s", machine->prefix, probe->place);
}

static bool is_return(const struct probe *probe)
{
	return probe->kind == PROBE_RETURN || probe->kind == PROBE_FAILED;
}

void probe_fetch(const struct probe *probe, const struct machine *machine, char *text, size_t size)
{
	size_t len = 0;

	snprintf(text, size, "%s", is_return(probe) ? "ret=$retval:s64" : "");
	for (const struct probe_arg *a = probe->args; a && a->name && len < size; a++)
		len += snprintf(text + len, size - len, "%s%s=%s:%s", len ? " " : "", a->name,
			machine->args[a->nr], machine->word);
}

void probe_name(const struct probe *probe, const struct machine *machine, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s", probe->name, machine->abi[0] ? "_" : "", machine->abi);
}
