/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saves the settings: a process for the time that takes, with the credentials of whoever called
 * mprottop. The monitor chooses the text alone, not the file.
 */
#ifndef MPROTTOP_SAVER_H
#define MPROTTOP_SAVER_H

#include "base/fault.h"

#include <stddef.h>

/* Where settings are: $XDG_CONFIG_HOME/mprottop/mprottoprc, by default in ~/.config; under sudo of
 * the home of who called. 0, or -errno where there is no such place. */
int saver_path(char *path, size_t size);

/* Opens what is there for reading. -1: it is not there, or a fault says why it is not taken: it
 * must be a regular file of the caller's or of root, that nobody else may write. */
int saver_open(const char *path, struct fault *fault);

/* Answers MSG_SAVE over sock by MSG_SAVED; never waits for it. path NULL: nothing is saved. */
void saver_answer(int sock, const char *path, const char *text, size_t len);

/* The same for a process that is about to lose the right to start others: what is passed to the
 * saver, whose descriptor is returned (or -errno and a fault), is answered over sock. It ends once
 * that descriptor is closed. */
int saver_start(int sock, const char *path, struct fault *fault);
void saver_pass(int saver, const char *text, size_t len);

#endif
