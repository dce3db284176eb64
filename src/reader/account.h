/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every event is accounted for: over the counted instance, hits = delivered + lost once tracing has
 * stopped. While it runs, hits read before a drain less what was delivered and lost after it are
 * unaccounted where they survive two looks. Where hits cannot be known (no kprobes, a probe that
 * somebody removed or filters), the account is partial: what another reader took is still known.
 * Embedded; owns the kprobe_profile descriptor.
 *
 * Kernel source: kernel/trace/trace_kprobe.c (probes_profile_seq_show: name, hits, misses).
 */
#ifndef MPROTTOP_ACCOUNT_H
#define MPROTTOP_ACCOUNT_H

#include "model/health.h"
#include "reader/source_live.h"

#define ACCOUNT_MAX    128 /* events that were made again are rows of their own */
#define ACCOUNT_BESIDE 128

struct account {
	int profile; /* kprobe_profile, -1: hits cannot be known */
	struct probe_stat probes[ACCOUNT_MAX];
	unsigned int nr;
	struct probe_stat beside[ACCOUNT_BESIDE]; /* of the side instance: in no account */
	unsigned int nr_beside;
	uint64_t hits;      /* as read before the drain */
	uint64_t last_open; /* what the look before left open */
	uint64_t lost, lost_side, missed, unaccounted;
	bool gone;     /* a probe was removed: what it was hit since is not known */
	bool filtered; /* somebody filtered events: hits outnumber them */
};

void account_init(struct account *account);
void account_done(struct account *account);

/* event: its name in kprobe_profile. */
void account_add(struct account *account, const char *event, const char *place);

/* One of the side instance: there is room for ACCOUNT_BESIDE. */
void account_beside(struct account *account, const char *event, const char *place);

/* Of either instance; NULL: there is none. */
struct probe_stat *account_find(struct account *account, const char *event);

/* Reads the hits; before a drain. */
void account_before(struct account *account);

/* The same from the text of kprobe_profile, which it cuts to pieces. Lines are "NAME HITS MISSED"
 * (probes_profile_seq_show in kernel/trace/trace_kprobe.c); others are passed over. */
void account_profile(struct account *account, char *text);

/* After the drain that followed. final: tracing has stopped and everything was read. */
void account_after(struct account *account, struct source *source, bool final);

/* Sets what the account knows of health. */
void account_health(const struct account *account, struct health *health);

#endif
