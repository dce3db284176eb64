/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers → short texts, at most REPLAY_NAMES_MOST of them: what is beyond is left out. Embedded:
 * zeroed it is empty, replay_names_done() frees.
 */
#ifndef MPROTTOP_REPLAY_NAMES_H
#define MPROTTOP_REPLAY_NAMES_H

#include <stddef.h>
#include <stdint.h>

#define REPLAY_NAMES_MOST 65536
#define REPLAY_NAME_LEN   36

struct replay_name {
	uint32_t id;
	char text[REPLAY_NAME_LEN]; /* empty: the place is free */
};

struct replay_names {
	struct replay_name *slots; /* by a hash of id; a power of two of them */
	size_t nr, cap;
};

/* Replaces what there was; the text is cut. */
void replay_names_set(struct replay_names *names, uint32_t id, const char *text, size_t len);

/* NULL: none. */
const char *replay_names_find(const struct replay_names *names, uint32_t id);

/* The number with that text, or none. */
uint32_t replay_names_id(const struct replay_names *names, const char *text, uint32_t none);

void replay_names_done(struct replay_names *names);

#endif
