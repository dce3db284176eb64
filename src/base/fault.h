/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong in the world, on which object, and what to do about it. A function that can fail
 * that way returns -errno and fills the caller's struct fault; only main prints it. The struct owns
 * its text, can be copied by value and sent to another process of this program.
 */
#ifndef MPROTTOP_FAULT_H
#define MPROTTOP_FAULT_H

#include <stddef.h>

struct fault {
	int err;          /* errno, 0 where none fits */
	int status;       /* exit status that it asks for, 0: the usual one */
	char what[192];   /* "cannot create the instance" */
	char object[256]; /* a path, an option, a pid */
	char remedy[320]; /* "run as root", may be empty */
};

/* Fills f (unless NULL) and returns -err, or -EINVAL where err is 0. */
int fault_set(struct fault *f, int err, const char *object, const char *remedy, const char *what,
	...) __attribute__((format(printf, 5, 6)));

/* "what: object: error text; remedy", without a new line; always terminated. */
void fault_text(const struct fault *f, char *text, size_t size);

#endif
