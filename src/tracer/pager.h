/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of its own with the credentials of whoever called mprottop, which keeps one file up to
 * date: each page that the monitor sends, in a MSG_PAGE, replaces the one before by a rename. What
 * stands there must be a regular file of the caller's, or nothing; links are not followed. All may
 * read it, but where /proc hides processes (hidepid) only the owner and the group. It ends when its
 * socket is closed, and what it wrote last stays.
 */
#ifndef MPROTTOP_PAGER_H
#define MPROTTOP_PAGER_H

#include "base/fault.h"

/* Starts one, and waits until it knows that it can write there. Returns the socket to send to, or
 * -errno and a fault. */
int pager_start(const char *path, struct fault *fault);

/* For the caller itself: the text becomes the file at path. 0, or -errno and a fault. */
int pager_write(
	const char *path, const void *text, size_t len, unsigned int mode, struct fault *fault);

#endif
