/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write-xor-execute policies: what each would have said of a call, and what that means for a
 * process or a group. A row of policies[] a policy. Pure but for texts, which go into a buffer; no
 * I/O, nothing fails. Of two answers the worse wins, so that a pass is never a guess: what was not
 * seen, or not from the start of the program, is unknown.
 *
 * What each policy looks at:
 * - PR_SET_MDWE, map_deny_write_exec() in include/linux/mman.h, since 6.3: mmap_region() in
 * mm/mmap.c refuses a mapping that is writable and executable, whether of a file or not, private or
 * shared, made by mmap, shmat or exec; do_mprotect_pkey() in mm/mprotect.c also what becomes
 * executable and was not. Both look at the flags of the mapping, where READ_IMPLIES_EXEC has added
 * execution to what can be read: do_mmap(), do_mprotect_pkey().
 * - systemd's seccomp_memory_deny_write_execute(): the arguments of the system calls, no more: mmap
 *   with PROT_WRITE and PROT_EXEC, mprotect and pkey_mprotect with PROT_EXEC, shmat with SHM_EXEC;
 *   of 32-bit callers mmap2, and the old mmap whatever it asks. No exec, no personality.
 * - SELinux, security/selinux/hooks.c: file_map_prot_check() asks execmem where execution is asked
 *   for memory without a file, of a file that is the kernel's own (shmat, shared anonymous memory),
 *   or of a private mapping that is writable too. A file's text needs no such permission. For
 *   mprotect, selinux_file_mprotect() asks execheap, execstack and, of a file's memory that was
 *   written to, execmod, where the mapping was not executable before.
 */
#ifndef MPROTTOP_AUDIT_H
#define MPROTTOP_AUDIT_H

#include "model/call.h"
#include "model/column.h"

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* The worse the greater. */
enum audit_result {
	AUDIT_PASS,
	AUDIT_UNKNOWN,
	AUDIT_REFUSED, /* the call was stopped already */
	AUDIT_BREAK,
};

/* Why, and what to do, where no row of remedies[] knows better. */
struct audit_reason {
	const char *text, *remedy;
};

/* Where the events come from: what can be done depends on that. */
enum audit_source {
	AUDIT_KPROBES,
	AUDIT_TRACEPOINTS,
	AUDIT_RECORDED_KPROBES,
	AUDIT_RECORDED_TRACEPOINTS,
};

/* What a policy says of a call; change: the one that decides, or NULL. */
struct audit_answer {
	enum audit_result result;
	const struct audit_reason *reason;
	const struct change *change;
};

struct audit_policy {
	const char *name; /* as in JSON */
	const char *help;
	/* of a call as it was asked, as if it had not failed */
	struct audit_answer (*asked)(const struct call *call);
	/* and of what became of one mapping; NULL: that makes no difference */
	struct audit_answer (*changed)(const struct call *call, const struct change *change);
};

#define AUDIT_POLICIES 3
#define AUDIT_MDWE     0
#define AUDIT_SECCOMP  1
#define AUDIT_SELINUX  2

extern const struct audit_policy policies[AUDIT_POLICIES + 1]; /* ends with a NULL name */

/* The call that decided, as it was then. */
struct audit_call {
	struct call call; /* with one change at most, its own */
	struct change change;
	char site[64], backing[64]; /* empty: not known */
	uint32_t pid;               /* who made it: the process, or one that it was forked from */
	char comm[EVENT_COMM_LEN + 1]; /* of that process then, as it came */
	bool named;                    /* no more names will come */
	struct audit_call *next;
};

/* Of a process, since it runs its program, or of several. */
struct audit {
	struct audit_finding {
		enum audit_result result;
		const struct audit_reason *reason;
		const struct audit_call *call; /* NULL: none decided */
	} of[AUDIT_POLICIES];
	/* once it is concluded: */
	unsigned int applies; /* a row of policies[] */
	enum audit_source source;
};

/* What a pass rests on: of the run, and of the process. */
struct audit_ground {
	bool lost;            /* events are missing */
	bool impaired;        /* a probe or the recording was off for a while */
	bool stray;           /* a call that matters is of nobody known */
	bool mapped;          /* mmap and shmat are traced */
	bool visible;         /* 32-bit callers are */
	bool observed;        /* since it began to run its program */
	bool called;          /* it made calls that are no 32-bit ones */
	bool compat;          /* it made 32-bit calls */
	bool runs;            /* it had not ended when the run did */
	bool outlives;        /* and COMMAND, of which it is, had */
	unsigned int applies; /* a row of policies[]: what this host would use */
	enum audit_source source;
};

const char *audit_result_name(enum audit_result result);

struct audit_answer audit_judge(const struct audit_policy *policy, const struct call *call);

/* Whether any policy says anything but pass. */
bool audit_matters(const struct call *call);

/* Adds what several processes did: the worst result wins, of equal ones the first. */
void audit_fold(struct audit *to, const struct audit *from);

/* The verdict: a pass without its grounds is unknown. */
void audit_conclude(struct audit *audit, const struct audit_ground *ground);

/* Of several that were folded, where others may be among them, or with missing NULL, anything
 * may: what those do not pass is not passed. */
void audit_doubt(struct audit *audit, const struct audit *missing);

/* What expressions can ask of an audit: "verdict.mdwe" and so on, and "verdict.applies". */
extern const struct column audit_columns[]; /* ends with a NULL id */

/* Whether one of those, a bit each, is unknown, or a pass that the rest of a process's life may
 * take back; of no audit (NULL) all are. */
bool audit_undecided(const struct audit *audit, uint32_t mask);

/* The policy that MemoryDenyWriteExecute= means on a host; systemd: its version, 0: not known. */
unsigned int audit_applies(bool mdwe_in_kernel, unsigned int systemd);

/* What to do about a verdict. */
const char *audit_remedy(const struct audit *audit);

/* Whether a pass is of what still runs, or would have been one but for that. */
bool audit_runs(const struct audit *audit);

/* The finding of the policy that applies. */
const struct audit_finding *audit_applied(const struct audit *audit);

/* "libfoo.so+0x12: mprotect rw- > rwx anonymous", as far as it is known; who: "libfoo.so+0x12 in
 * bar: …". */
void audit_call_text(const struct audit_call *call, bool who, struct buf *out);

/* "libfoo.so" of "libfoo.so+0x12"; empty where there is none. */
void audit_library(const struct audit_call *call, char *out, size_t size);

/* Where a unit that passes is told so, and what stands there; false: the name is no service's. */
bool audit_dropin(const char *unit, struct buf *path, struct buf *text);

#endif
