/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of this machine's users. A look-up may ask another machine and take long, so that each uid
 * is looked up once in a run; beyond REPLAY_NAMES_MOST uids the number stands for the name.
 * Embedded: zeroed it is empty, users_done() frees. Nothing fails.
 */
#ifndef MPROTTOP_USERS_H
#define MPROTTOP_USERS_H

#include "replay_names.h"

/* Writes the name of a uid, as it stands in the system's databases; empty: there is none. */
typedef void (*users_look_up)(uint32_t uid, char *text, size_t size);

struct users {
	users_look_up look_up; /* NULL: by getpwuid_r() */
	struct replay_names names;
};

/* The clean name of a uid, or its number; cut to size. */
void users_name(struct users *users, uint32_t uid, char *text, size_t size);
void users_done(struct users *users);

#endif
