/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which system calls each kind of process may make. A call that a machine does not have is left
 * out there; 32-bit machines have some of them twice, for times and offsets of 64 bits. */
#include "base/mem.h"
#include "tracer/box_filter.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/net.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef PR_GET_MDWE
#define PR_GET_MDWE 66 /* since 6.3 */
#endif

#define LIVE    (1u << BOX_MONITOR)
#define REPLAY  (1u << BOX_REPLAY)
#define PARENT  (1u << BOX_PARENT)
#define OPENER  (1u << BOX_OPENER)
#define FILES   (1u << BOX_FILES)
#define CONVERT (1u << BOX_CONVERT)

#define MONITORS (LIVE | REPLAY)
#define ALL      (MONITORS | PARENT | OPENER | FILES | CONVERT)
#define TALKS    (ALL & ~CONVERT)
#define SHOWS    (MONITORS | PARENT)
#define OPENS    (OPENER | FILES)

/* Flags of open(2) that make or change a file. */
#define CHANGES (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY))

static const uint32_t terminal[] = {TCGETS, TCSETS, TCSETSW, TCSETSF, TCFLSH, TIOCGWINSZ, TIOCGPGRP,
#ifdef TCGETS2
	TCGETS2, TCSETS2, TCSETSW2, TCSETSF2
#endif
};
/* F_SETOWN would send signals, and so would O_ASYNC by F_SETFL: of a terminal to all that is in
 * front. */
static const uint32_t descriptor[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL};
static const uint32_t about_itself[] = {PR_SET_NAME, PR_GET_NO_NEW_PRIVS, PR_GET_MDWE};
static const uint32_t no_segment[] = {UINT32_MAX};

#define VALUES(list) .values = (list), .nr_values = ARRAY_SIZE(list)

static const struct box_check ioctls = {BOX_ONE_OF, 1, VALUES(terminal)},
			      fcntls = {BOX_ONE_OF, 1, VALUES(descriptor)},
			      prctls = {BOX_ONE_OF, 0, VALUES(about_itself)},
			      attaches = {BOX_ONE_OF, 0, VALUES(no_segment)},
			      opens_to_read = {BOX_WITHOUT, 2, .bits = CHANGES},
			      opens_plainly = {BOX_WITHOUT, 3, .bits = S_ISUID | S_ISGID},
			      modes = {BOX_WITHOUT, 1, .bits = S_ISUID | S_ISGID},
			      itself = {.test = BOX_SELF}, known = {.test = BOX_KNOWN};
#ifdef __NR_open
static const struct box_check old_to_read = {BOX_WITHOUT, 1, .bits = CHANGES};
static const struct box_check old_plainly = {BOX_WITHOUT, 2, .bits = S_ISUID | S_ISGID};
#endif
#ifdef __NR_socketcall
static const uint32_t messages[] = {SYS_SENDMSG, SYS_RECVMSG};
static const struct box_check socketcalls = {BOX_ONE_OF, 0, VALUES(messages)};
#endif

/* The frequent ones first. */
const struct box_row box_rows[] = {
	{__NR_read, ALL, NULL},
	{__NR_pread64, ALL, NULL},
	{__NR_write, ALL, NULL},
	{__NR_close, ALL, NULL},
#ifdef __NR_poll
	{__NR_poll, TALKS, NULL},
#endif
	{__NR_ppoll, TALKS, NULL},
	{__NR_openat, MONITORS, &opens_to_read},
	{__NR_openat, OPENS, &opens_plainly},
	{__NR_pwrite64, ALL, NULL},
	{__NR_readv, ALL, NULL},
	{__NR_writev, ALL, NULL},
	{__NR_sendmsg, TALKS, NULL},
	{__NR_recvmsg, TALKS, NULL},
	{__NR_ioctl, SHOWS | OPENER, &ioctls},
	{__NR_lseek, ALL, NULL},
	{__NR_fcntl, ALL, &fcntls},
	{__NR_fstat, ALL, NULL},
	/* how newer C libraries make fstat(2) */
	{__NR_statx, ALL, NULL},
	{__NR_dup, ALL, NULL},
	{__NR_dup3, MONITORS, NULL},
	{__NR_getdents64, MONITORS | FILES, NULL},
	{__NR_faccessat, MONITORS | OPENS, NULL},
	{__NR_readlinkat, MONITORS | OPENS, NULL},
	{__NR_uname, MONITORS, NULL},
	{__NR_memfd_create, MONITORS | CONVERT, NULL},
	{__NR_ftruncate, MONITORS | OPENS, NULL},
	{__NR_fallocate, LIVE, NULL},
	{__NR_pipe2, LIVE, NULL},
	/* memory; the canary makes some of them too */
	{__NR_munmap, ALL, NULL},
	{__NR_mremap, ALL, NULL},
	{__NR_brk, ALL, NULL},
	{__NR_madvise, ALL, NULL},
	{__NR_mprotect, ALL, NULL},
#ifdef __NR_pkey_mprotect
	{__NR_pkey_mprotect, LIVE, NULL},
#endif
#ifdef __NR_shmat
	{__NR_shmat, LIVE, &attaches},
#endif
	/* time and signals */
	{__NR_clock_gettime, ALL, NULL},
	{__NR_clock_getres, ALL, NULL},
	{__NR_clock_nanosleep, ALL, NULL},
	{__NR_nanosleep, ALL, NULL},
	{__NR_gettimeofday, ALL, NULL},
	{__NR_restart_syscall, ALL, NULL},
	{__NR_rt_sigaction, ALL, NULL},
	{__NR_rt_sigprocmask, ALL, NULL},
	{__NR_rt_sigreturn, ALL, NULL},
	{__NR_sigaltstack, ALL, NULL},
	{__NR_rt_sigpending, SHOWS, NULL},
	{__NR_signalfd4, MONITORS, NULL},
	{__NR_kill, TALKS & ~PARENT, &itself},
	{__NR_kill, PARENT, &known},
	{__NR_tgkill, ALL, &itself},
	{__NR_tkill, ALL, &itself},
	/* itself, and what it has begun */
	{__NR_getpid, ALL, NULL},
	{__NR_gettid, ALL, NULL},
	{__NR_getppid, ALL, NULL},
	{__NR_getpgid, ALL, NULL},
	{__NR_getuid, ALL, NULL},
	{__NR_geteuid, ALL, NULL},
	{__NR_getgid, ALL, NULL},
	{__NR_getegid, ALL, NULL},
	{__NR_prctl, ALL, &prctls},
	{__NR_sysinfo, ALL, NULL},
	{__NR_sched_getaffinity, ALL, NULL},
	{__NR_sched_yield, ALL, NULL},
	{__NR_getrandom, ALL, NULL},
	{__NR_futex, ALL, NULL},
	{__NR_waitid, SHOWS, NULL},
#ifdef __NR_pidfd_open
	{__NR_pidfd_open, LIVE, NULL},
#endif
	{__NR_exit, ALL, NULL},
	{__NR_exit_group, ALL, NULL},
	/* files with names, of processes that make them */
	{__NR_unlinkat, FILES, NULL},
	{__NR_mkdirat, FILES, NULL},
	{__NR_linkat, FILES, NULL},
	{__NR_renameat2, FILES, NULL},
#ifdef __NR_renameat
	{__NR_renameat, FILES, NULL},
#endif
	{__NR_fsync, FILES, NULL},
	{__NR_fchmod, FILES, &modes},
	{__NR_chdir, FILES, NULL},
/* numbers that some machines alone have */
#ifdef __NR_mmap
	{__NR_mmap, ALL, NULL},
#endif
#ifdef __NR_mmap2
	{__NR_mmap2, ALL, NULL},
#endif
#ifdef __NR_newfstatat
	{__NR_newfstatat, ALL, NULL},
#endif
#ifdef __NR_fstatat64
	{__NR_fstatat64, ALL, NULL},
	{__NR_fstat64, ALL, NULL},
#endif
#ifdef __NR_faccessat2
	{__NR_faccessat2, MONITORS | OPENS, NULL},
#endif
#ifdef __NR_wait4
	{__NR_wait4, SHOWS, NULL},
#endif
#ifdef __NR_socketcall
	{__NR_socketcall, TALKS, &socketcalls},
#endif
#ifdef __NR_open
	{__NR_open, MONITORS, &old_to_read},
	{__NR_open, OPENS, &old_plainly},
	{__NR_stat, MONITORS | OPENS, NULL},
	{__NR_lstat, MONITORS | OPENS, NULL},
	{__NR_access, MONITORS | OPENS, NULL},
	{__NR_readlink, MONITORS | OPENS, NULL},
	{__NR_dup2, MONITORS, NULL},
	{__NR_getpgrp, ALL, NULL},
	{__NR_rename, FILES, NULL},
	{__NR_unlink, FILES, NULL},
	{__NR_mkdir, FILES, NULL},
#endif
#ifdef __NR_sigreturn
	{__NR_sigreturn, ALL, NULL},
#endif
#ifdef __NR__llseek
	{__NR__llseek, ALL, NULL},
#endif
#ifdef __NR_fcntl64
	{__NR_fcntl64, ALL, &fcntls},
	{__NR_ftruncate64, MONITORS | OPENS, NULL},
	{__NR_stat64, MONITORS | OPENS, NULL},
	{__NR_lstat64, MONITORS | OPENS, NULL},
#endif
#ifdef __NR_getuid32
	{__NR_getuid32, ALL, NULL},
	{__NR_geteuid32, ALL, NULL},
	{__NR_getgid32, ALL, NULL},
	{__NR_getegid32, ALL, NULL},
#endif
#ifdef __NR_clock_gettime64
	{__NR_clock_gettime64, ALL, NULL},
	{__NR_clock_getres_time64, ALL, NULL},
	{__NR_clock_nanosleep_time64, ALL, NULL},
	{__NR_futex_time64, ALL, NULL},
	{__NR_ppoll_time64, TALKS, NULL},
#endif
};
const size_t box_nr_rows = ARRAY_SIZE(box_rows);

/* By the numbers of a 32-bit x86, arch/x86/entry/syscalls/syscall_32.tbl; no mapping is ever made
 * without saying of which kind. */
#ifdef __x86_64__
static const uint32_t no_kind[] = {MAP_ANONYMOUS};
static const struct box_check maps_nothing = {BOX_ONE_OF, 3, VALUES(no_kind)};

const struct box_row box_compat_rows[] = {
	{125, LIVE, NULL}, /* mprotect */
	{380, LIVE, NULL}, /* pkey_mprotect */
	{91, LIVE, NULL},  /* munmap */
	{192, LIVE, &maps_nothing},
};
const size_t box_nr_compat_rows = ARRAY_SIZE(box_compat_rows);
#else
const struct box_row box_compat_rows[] = {{-1, 0, NULL}};
const size_t box_nr_compat_rows = 0;
#endif
