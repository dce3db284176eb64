/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens the files that the command line names, with the rights of whoever called mprottop: under
 * sudo those of SUDO_UID's user and its groups, never more. A file is what its own name says, not a
 * link; what others could have put there is refused, and nothing waits for a reader or writer.
 *
 * The recording that is written (keeper.c), the metrics (pager.c) and the settings that are saved
 * (saver.c) get a new file under a name beside it and belong to processes with the same rights.
 *
 * Kernel sources: may_create_in_sticky() in fs/namei.c, sysctl fs.protected_regular and
 * fs.protected_fifos: both look only at an open with O_CREAT.
 */
#ifndef MPROTTOP_USER_FILE_H
#define MPROTTOP_USER_FILE_H

#include "base/fault.h"

#define USER_FILE_NAME 256

enum user_file_use {
	USER_FILE_OUTPUT,    /* a regular file of the caller's, made anew or emptied; /dev/null,
			      * /dev/full or a terminal; a descriptor that the caller gave */
	USER_FILE_RECORDING, /* a regular file to read; a descriptor that is one or a pipe */
	USER_FILE_SETTINGS,  /* a regular file to read, the caller's or root's */
};

/* The descriptor, close-on-exec and the caller's to close, or -errno and a fault. Descriptors that
 * the caller gave are "-" (standard output, to read standard input), /dev/stdin, /dev/stdout,
 * /dev/stderr, /dev/fd/N and /proc/self/fd/N: they are copied, and not opened again. */
int user_file_open(const char *path, enum user_file_use use, struct fault *fault);

/* For a process that has those rights: the name of a file in its directory, short enough to have
 * others made of it (24 bytes more), and the directory, which may be reached by links, open as a
 * place (O_PATH). 0 or the descriptor, or -errno; name is terminated either way. */
int user_file_name(const char *path, char name[USER_FILE_NAME]);
int user_file_dir(const char *path);

#endif
