/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/audit.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/prot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

#define VM_WRITE     0x2 /* include/linux/mm.h, the protection's own bits */
#define VM_EXEC      0x4
#define VM_SHARED    0x8
#define ANONYMOUS    0x20 /* uapi/asm-generic/mman-common.h, of all machines that have probes */
#define WX           (PROT_WRITE | PROT_EXEC)
#define SYSTEMD_MDWE 254 /* takes PR_SET_MDWE where the kernel has it */

#define REASON(name, told, todo) static const struct audit_reason name = {told, todo}

#define FIX     "let it use two mappings of one memory, or turn its code generator off"
#define RESTART "restart it under -- COMMAND, or start mprottop before it"
#define ALREADY "see which policy it runs under already"

REASON(nothing, "nothing that it asks for would be refused",
	"MemoryDenyWriteExecute=yes can be set");
REASON(so_far, "nothing that it asked for so far would be refused; it still runs",
	"MemoryDenyWriteExecute=yes can be set if it has done all that it does in its service");
REASON(makes_wx, "makes memory writable and executable", FIX);
REASON(makes_x, "makes memory executable that was not", FIX);
REASON(maps_wx, "maps memory writable and executable", FIX);
REASON(segment, "its file has a segment that is writable and executable",
	"link it without one: ld -z separate-code");
REASON(attaches_wx, "attaches shared memory writable and executable", FIX);
REASON(implies_x, "its readable memory is executable (READ_IMPLIES_EXEC)",
	"link it without an executable stack, or clear that personality");
REASON(asks_x, "asks mprotect for PROT_EXEC", FIX);
REASON(attaches_x, "attaches shared memory with SHM_EXEC", FIX);
REASON(execmem, "makes private memory executable (execmem)", FIX);
REASON(execheap, "makes the heap executable (execheap)", FIX);
REASON(execstack, "makes a stack executable (execstack)", FIX);
REASON(execmod, "makes a file's memory executable that was writable (execmod)", FIX);
REASON(former, "asks for PROT_EXEC on memory whose protection before is not known",
	"trace where the kernel has kprobes");
REASON(unseen, "what became of its memory was not seen", RESTART);
REASON(perhaps_execmod, "makes a file's memory executable; execmod if it was written before",
	"see the audit log of SELinux in permissive mode");
REASON(perhaps_anonymous, "maps executable memory, and it is not told whether a file is behind it",
	"record again with --audit (it traces mmap and shmat too)");
REASON(shared_x, "makes shared memory executable",
	"see the audit log of SELinux in permissive mode");
REASON(by_seccomp, "a seccomp filter refuses its calls", ALREADY);
REASON(by_access, "was refused with EACCES: PR_SET_MDWE, SELinux, or how a file is mounted",
	ALREADY);
REASON(by_right, "was refused with EPERM: a mount without exec, or sealed memory", ALREADY);
REASON(by_memory, "failed with ENOMEM: the limit of mappings, or nothing was mapped there",
	"see vm.max_map_count");
REASON(failed, "asked for execution, and failed for another reason", "see --events");
REASON(not_observed, "was not observed since it began to run its program", RESTART);
REASON(events_lost, "events were lost", "take a larger --buffer-size");
REASON(was_off, "tracing was off or damaged for a while", "run the audit again");
REASON(nobodys, "a call that breaks a policy is of a process that is not known",
	"run the audit again");
REASON(elsewhere, "a process of which the group is not known may be one of its own",
	"run the audit again, for longer");
REASON(not_mapped, "mmap and shmat are not traced here", "trace where the kernel has kprobes");
REASON(is_compat, "makes 32-bit calls, of which not all are traced", "audit a 64-bit program");
REASON(outlived, "still ran when the run ended: what it does later was not observed",
	"have COMMAND wait for it, or audit it without COMMAND for as long as it runs");
REASON(no_call, "made no call: were it a 32-bit program, none would be seen",
	"trace where the kernel has kprobes");

#define BIT(source)      (1u << (source))
#define LIVE             (BIT(AUDIT_KPROBES) | BIT(AUDIT_TRACEPOINTS))
#define RECORDED         (BIT(AUDIT_RECORDED_KPROBES) | BIT(AUDIT_RECORDED_TRACEPOINTS))
#define RECORD           "record again with --audit (it traces mmap and shmat too)"
#define RECORD_KPROBES   "record again where the kernel has kprobes"
#define RECORD_FROM_TASK "record again, and start it after the recording"

/* Where the remedy of a reason is another one. */
static const struct {
	const struct audit_reason *reason;
	unsigned int sources;
	const char *remedy;
} remedies[] = {
	{&former, BIT(AUDIT_KPROBES), "see --check for what this kernel does not tell"},
	{&former, BIT(AUDIT_RECORDED_KPROBES), RECORD},
	{&former, BIT(AUDIT_RECORDED_TRACEPOINTS), RECORD_KPROBES},
	{&unseen, RECORDED, RECORD},
	{&failed, RECORDED, "see --events of the recording"},
	{&by_memory, RECORDED, "see vm.max_map_count where it was recorded"},
	{&not_observed, RECORDED, RECORD_FROM_TASK},
	{&events_lost, RECORDED, "record again with a larger --buffer-size"},
	{&was_off, RECORDED, "record again"},
	{&nobodys, RECORDED, RECORD},
	{&elsewhere, RECORDED, "record again, for longer"},
	{&not_mapped, RECORDED, RECORD},
	{&not_mapped, LIVE, "see --check for what this kernel does not tell"},
	{&outlived, RECORDED, "record again, for as long as it runs"},
	{&no_call, RECORDED, RECORD_KPROBES},
};

static struct audit_answer pass(void)
{
	return (struct audit_answer){AUDIT_PASS, &nothing, NULL};
}

static struct audit_answer answer(enum audit_result result, const struct audit_reason *reason)
{
	return (struct audit_answer){result, reason, NULL};
}

static bool asks_exec(const struct call *call)
{
	if (call->flags & EVENT_SHMAT)
		return call->prot & SHM_EXEC;
	return !(call->flags & EVENT_MUNMAP) && call->prot & PROT_EXEC;
}

static bool asks_wx(const struct call *call)
{
	if (call->flags & EVENT_SHMAT)
		return call->prot & SHM_EXEC && !(call->prot & SHM_RDONLY);
	return (call->prot & WX) == WX;
}

/* An empty range is looked at by nobody. */
static struct audit_answer mdwe_asked(const struct call *call)
{
	if (call->flags & EVENT_SHMAT)
		return asks_wx(call) ? answer(AUDIT_BREAK, &attaches_wx) : pass();
	if (call->known & CALL_MADE)
		return answer(AUDIT_BREAK, &implies_x);
	if (call->flags & EVENT_INNER)
		return asks_wx(call) ? answer(AUDIT_BREAK, &segment) : pass();
	if (call->flags & EVENT_MMAP)
		return asks_wx(call) ? answer(AUDIT_BREAK, &maps_wx) : pass();
	if (!asks_exec(call) || !call->len)
		return pass();
	if (asks_wx(call))
		return answer(AUDIT_BREAK, &makes_wx);
	return call->known & CALL_CHANGED ? pass() : answer(AUDIT_UNKNOWN, &former);
}

/* Executable though nobody asked: then each readable mapping is, made by mmap too. */
static struct audit_answer mdwe_changed(const struct call *call, const struct change *change)
{
	if (!(change->after & VM_EXEC))
		return pass();
	if (!asks_exec(call))
		return answer(AUDIT_BREAK, &implies_x);
	if (change->after & VM_WRITE)
		return answer(AUDIT_BREAK, &makes_wx);
	return change->before & VM_EXEC ? pass() : answer(AUDIT_BREAK, &makes_x);
}

static struct audit_answer seccomp_asked(const struct call *call)
{
	/* exec maps without a system call; and nobody asked for what personality adds */
	if (!asks_exec(call) || call->flags & EVENT_INNER || call->known & CALL_MADE)
		return pass();
	if (call->flags & EVENT_SHMAT)
		return answer(AUDIT_BREAK, &attaches_x);
	if (call->flags & EVENT_MMAP)
		return asks_wx(call) ? answer(AUDIT_BREAK, &maps_wx) : pass();
	return answer(AUDIT_BREAK, &asks_x);
}

/* What may be a file in memory is left to the policy that is loaded. */
static struct audit_answer selinux_mapped(const struct call *call)
{
	if (!(call->known & CALL_MAP))
		return answer(AUDIT_UNKNOWN, &perhaps_anonymous);
	if (call->map & ANONYMOUS)
		return answer(AUDIT_BREAK, &execmem);
	if ((call->map & MAP_TYPE) == MAP_SHARED)
		return answer(AUDIT_UNKNOWN, &shared_x);
	return asks_wx(call) ? answer(AUDIT_BREAK, &execmem) : pass();
}

static struct audit_answer selinux_asked(const struct call *call)
{
	if (!asks_exec(call))
		return pass();
	if (call->flags & EVENT_MMAP)
		return selinux_mapped(call);
	if (call->flags & EVENT_SHMAT)
		return answer(AUDIT_BREAK, &execmem);
	if (call->known & CALL_CHANGED || !call->len)
		return pass();
	return answer(AUDIT_UNKNOWN, &former);
}

static struct audit_answer selinux_changed(const struct call *call, const struct change *change)
{
	(void)call;
	if (!(change->after & VM_EXEC))
		return pass();
	if (!change->file)
		return answer(AUDIT_BREAK, &execmem);
	if (change->after & VM_SHARED)
		return answer(AUDIT_UNKNOWN, &shared_x);
	if (change->after & VM_WRITE)
		return answer(AUDIT_BREAK, &execmem);
	if (change->before & VM_EXEC)
		return pass();
	return change->before & VM_WRITE ? answer(AUDIT_BREAK, &execmod)
					 : answer(AUDIT_UNKNOWN, &perhaps_execmod);
}

const struct audit_policy policies[] = {
	{"mdwe", "prctl(PR_SET_MDWE)", mdwe_asked, mdwe_changed},
	{"seccomp", "systemd's filter of system calls", seccomp_asked, NULL},
	{"selinux", "execmem, execmod, execheap, execstack", selinux_asked, selinux_changed},
	{0},
};

_Static_assert(sizeof(policies) / sizeof(policies[0]) == AUDIT_POLICIES + 1, "a row each");

const char *audit_result_name(enum audit_result result)
{
	static const char *const names[] = {"pass", "unknown", "refused", "break"};

	return names[result];
}

static void worsen(struct audit_answer *to, struct audit_answer from)
{
	if (from.result > to->result)
		*to = from;
}

/* A change that failed says no more than its call. */
static struct audit_answer judge_changes(
	const struct audit_policy *policy, const struct call *call, bool done)
{
	struct audit_answer worst = pass();

	if (!policy->changed || !(call->known & CALL_CHANGED))
		return worst;
	for (uint32_t i = 0; i < call->nr_changes; i++) {
		struct audit_answer one = policy->changed(call, &call->changes[i]);

		one.change = &call->changes[i];
		if (!call->changes[i].failed)
			worsen(&worst, one);
	}
	/* a range that is not empty has a mapping, or the call fails */
	if (asks_exec(call) &&
		(call->maps != call->nr_changes || (done && call->len && !call->nr_changes)))
		worsen(&worst, answer(AUDIT_UNKNOWN, &unseen));
	return worst;
}

static struct audit_answer judge_failure(const struct call *call)
{
	switch (call_error(call)) {
	case EACCES:
		return answer(AUDIT_REFUSED, &by_access);
	case EPERM:
		return answer(AUDIT_REFUSED, &by_right);
	case ENOMEM:
		return answer(AUDIT_REFUSED, &by_memory);
	default:
		return answer(AUDIT_UNKNOWN, &failed);
	}
}

struct audit_answer audit_judge(const struct audit_policy *policy, const struct call *call)
{
	bool returned = call->known & CALL_RETURNED, ok = returned && call->ret >= 0;
	struct audit_answer worst;

	if (call->known & CALL_REFUSED)
		return answer(AUDIT_REFUSED, &by_seccomp);
	/* only a loss makes that */
	if (!(call->known & CALL_ASKED))
		return answer(AUDIT_UNKNOWN, &events_lost);
	worst = judge_changes(policy, call, !returned || ok);
	if (!returned || ok)
		worsen(&worst, policy->asked(call));
	else if (asks_exec(call))
		worsen(&worst, judge_failure(call));
	return worst;
}

bool audit_matters(const struct call *call)
{
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if (audit_judge(&policies[i], call).result != AUDIT_PASS)
			return true;
	return false;
}

void audit_fold(struct audit *to, const struct audit *from)
{
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if (!to->of[i].reason || from->of[i].result > to->of[i].result)
			to->of[i] = from->of[i];
		else if (from->of[i].result == AUDIT_PASS && from->of[i].reason == &so_far &&
			 to->of[i].result == AUDIT_PASS)
			to->of[i] = from->of[i];
	to->applies = from->applies;
	to->source = from->source;
}

void audit_doubt(struct audit *audit, const struct audit *missing)
{
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if ((!missing || missing->of[i].result != AUDIT_PASS) &&
			audit->of[i].result == AUDIT_PASS)
			audit->of[i] = (struct audit_finding){AUDIT_UNKNOWN, &elsewhere, NULL};
}

/* The first that is missing; NULL: a pass is one. */
static const struct audit_reason *doubt(const struct audit_ground *g)
{
	if (!g->observed)
		return &not_observed;
	if (g->impaired)
		return &was_off;
	if (g->lost)
		return &events_lost;
	if (g->stray)
		return &nobodys;
	if (!g->mapped)
		return &not_mapped;
	if (g->compat)
		return &is_compat;
	if (g->runs && g->outlives)
		return &outlived;
	return g->visible || g->called ? NULL : &no_call;
}

/* Where anonymous memory lies, its mapping's name tells. */
static const struct audit_reason *refine(const struct audit_finding *f)
{
	if (f->reason == &execmem && f->call && !strcmp(f->call->backing, "[heap]"))
		return &execheap;
	if (f->reason == &execmem && f->call && !strcmp(f->call->backing, "[stack]"))
		return &execstack;
	return f->reason;
}

void audit_conclude(struct audit *audit, const struct audit_ground *ground)
{
	const struct audit_reason *why = doubt(ground);

	audit->applies = ground->applies;
	audit->source = ground->source;
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++) {
		struct audit_finding *f = &audit->of[i];

		f->reason = refine(f);
		if (f->result != AUDIT_PASS)
			continue;
		f->result = why ? AUDIT_UNKNOWN : AUDIT_PASS;
		f->reason = why ? why : ground->runs ? &so_far : &nothing;
	}
}

unsigned int audit_applies(bool mdwe_in_kernel, unsigned int systemd)
{
	return mdwe_in_kernel && (!systemd || systemd >= SYSTEMD_MDWE) ? AUDIT_MDWE : AUDIT_SECCOMP;
}

bool audit_runs(const struct audit *audit)
{
	for (unsigned int i = 0; i < AUDIT_POLICIES; i++)
		if (audit->of[i].reason == &so_far || audit->of[i].reason == &outlived)
			return true;
	return false;
}

const struct audit_finding *audit_applied(const struct audit *audit)
{
	return &audit->of[audit->applies];
}

const char *audit_remedy(const struct audit *audit)
{
	const struct audit_reason *reason = audit_applied(audit)->reason;

	for (size_t i = 0; i < ARRAY_SIZE(remedies); i++)
		if (remedies[i].reason == reason && remedies[i].sources & BIT(audit->source))
			return remedies[i].remedy;
	return reason->remedy;
}

static const char *call_word(const struct call *call)
{
	if (call->flags & EVENT_SHMAT)
		return "shmat";
	if (call->flags & EVENT_MMAP)
		return "mmap";
	return call->flags & EVENT_PKEY ? "pkey_mprotect" : "mprotect";
}

void audit_library(const struct audit_call *call, char *out, size_t size)
{
	/* an address alone is in none that is known */
	size_t len = strchr(call->site, '+') ? strcspn(call->site, "+") : 0;

	/* "name@libfoo.so+0x12" */
	const char *at = memchr(call->site, '@', len);
	const char *from = at ? at + 1 : call->site;

	snprintf(out, size, "%.*s", (int)(call->site + len - from), from);
}

void audit_call_text(const struct audit_call *c, bool who, struct buf *out)
{
	const struct call *call = &c->call;

	if (c->site[0])
		buf_puts(out, c->site);
	if (who && c->comm[0])
		buf_printf(out, "%sin %s", c->site[0] ? " " : "", c->comm);
	if (c->site[0] || (who && c->comm[0]))
		buf_puts(out, ": ");
	buf_puts(out, call_word(call));
	if (call->nr_changes) {
		buf_putc(out, ' ');
		prot_text(c->change.before & 7, "", out);
		buf_puts(out, " > ");
		prot_text(c->change.after & 7, "", out);
	} else if (call->known & CALL_ASKED && !(call->flags & EVENT_SHMAT)) {
		buf_putc(out, ' ');
		prot_text(call->prot, "", out);
	}
	if (c->backing[0])
		buf_printf(out, " %s", c->backing);
}

/* What a unit's name may hold: systemd.unit(5). */
bool audit_dropin(const char *unit, struct buf *path, struct buf *text)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   ":-_.\\@";
	size_t len = strlen(unit), end = sizeof(".service") - 1;

	if (len <= end || strcmp(unit + len - end, ".service") || strspn(unit, fine) != len)
		return false;
	buf_printf(path, "/etc/systemd/system/%s.d/memory-deny-write-execute.conf", unit);
	buf_puts(text, "[Service]\nMemoryDenyWriteExecute=yes\n");
	return true;
}
