/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rows and calls are let through, as chosen by keys or options: by text, by user, by an
 * expression. Embedded: a zeroed one lets all through, choice_done() frees. Only an expression can
 * fail.
 */
#ifndef MPROTTOP_CHOICE_H
#define MPROTTOP_CHOICE_H

#include "base/fault.h"
#include "model/filter.h"
#include "model/snapshot.h"

struct buf;

#define CHOICE_TEXT 160

struct choice {
	char text[CHOICE_TEXT]; /* that commands hold; empty: any */
	bool user, user_not;    /* this user's, all but this one's */
	uint32_t uid;
	char user_name[SNAPSHOT_USER];
	struct filter *where, *calls; /* of rows, of calls; NULL: none */
	unsigned int nr;              /* another one at each change */
};

void choice_text(struct choice *choice, const char *text);

void choice_user(struct choice *choice, uint32_t uid, const char *name, bool but);
void choice_no_user(struct choice *choice);

/* An empty text takes the expression away. -EINVAL and a fault: the one before stays. */
int choice_where(struct choice *choice, const char *text, struct fault *fault);
int choice_calls(struct choice *choice, const char *text, struct fault *fault);

bool choice_any(const struct choice *choice);

/* Sets what it decides of view, which must not outlive the next change. */
void choice_view(const struct choice *choice, struct view *view);

/* What holds for rows, or for calls, for people; nothing where it lets all through. */
void choice_tell(const struct choice *choice, bool calls, struct buf *out);

/* Lets all through again. */
void choice_clear(struct choice *choice);

void choice_done(struct choice *choice);

#endif
