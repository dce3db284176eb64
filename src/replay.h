/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recording in place of live buffers: it drives the same monitor, with the time that the
 * recording tells. One of ours has a trail (model/trail.h) that says what the live run did, and
 * when; any other is merged by time. struct monitor owns the replay, replay_free() frees. What is
 * damaged ends the replay: replay_err() then is not 0.
 */
#ifndef MPROTTOP_REPLAY_H
#define MPROTTOP_REPLAY_H

#include "monitor.h"

/* Takes the recording from the configuration and makes all ready for its first event. */
int replay_start(struct monitor *m, struct fault *fault);
void replay_free(struct replay *replay);

/* Back to the start; what was counted is forgotten. */
int replay_rewind(struct monitor *m, struct fault *fault);

/* Goes on up to until_ns of the recording's time, or to the next update. False: it has ended, and
 * its last update was made. */
bool replay_play(struct monitor *m, uint64_t until_ns);

/* The end comes here and now, with a last update. */
void replay_finish(struct monitor *m);

/* 0, or -errno and the fault of a damaged recording. */
int replay_err(const struct monitor *m, struct fault *fault);

/* Updates come so often from now on, also after a rewind. */
void replay_delay(struct monitor *m, uint64_t delay_ns);

/* When the recording begins and ends. */
uint64_t replay_first_ns(const struct monitor *m);
uint64_t replay_last_ns(const struct monitor *m);

/* When the next update is due; UINT64_MAX: where the recording has one. */
uint64_t replay_due_ns(const struct monitor *m);

int replay_pid_digits(const struct monitor *m);

/* Whether a COMMAND was recorded, and only what it did shows. */
bool replay_command(const struct monitor *m);

/* It cannot go on, which replay_err() tells from now on; true. */
bool replay_failed(struct monitor *m, const struct fault *fault);

/* How much of the pages was read, 0 to 1. */
double replay_share(const struct monitor *m);

/* What the monitor asks in place of /proc and its canary: who a task is, where that was asked then;
 * after a call was counted; whether an event is of its own call. */
void replay_ask(struct monitor *m, uint32_t tid, uint64_t ts_ns);
void replay_called(struct monitor *m, const struct call *call);
bool replay_own(struct monitor *m, const struct event *event);

/* Before an event about tasks. */
void replay_before(struct monitor *m, const struct event *event);

/* The name of a uid, as of the recorded machine. A snapshot_user. */
void replay_user(const struct replay *replay, uint32_t uid, char *text, size_t size);

/* From its clock to the time of day. */
const struct daytime *replay_daytime(const struct monitor *m);

#define REPLAY_NOBODY (EVENT_NO_ID - 1) /* a uid that nobody has */

/* The uid that --user means there. */
uint32_t replay_uid(const struct monitor *m);

/* Which of the policies of --audit its MemoryDenyWriteExecute= means. */
unsigned int replay_applies(const struct monitor *m);

#endif
