/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Care for a process's descriptors. Nothing here fails in a way that a caller could mend.
 */
#ifndef MPROTTOP_FD_H
#define MPROTTOP_FD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Opens /dev/null on 0, 1 and 2 where the caller left them closed, so that no other file gets
 * those numbers. For reading only: writing to a closed stdout stays an error. */
void fd_fill_standard(void);

/* Closes all descriptors but 0, 1, 2 and the nr in keep, of which -1 is none. */
void fd_close_others(const int *keep, size_t nr);

/* Reads a file from its start into text, terminated; its length or -errno. */
ssize_t fd_text(int fd, char *text, size_t size);

/* The same by one read: all of a short file that the kernel makes in one piece, as tracefs does. */
ssize_t fd_piece(int fd, char *text, size_t size);

/* Writes all of it at that place of a file: 0 or -errno. */
int fd_write_at(int fd, const void *data, size_t len, uint64_t at);

/* As many open files as this process may have; was: how many it could before. */
void fd_raise_limit(struct rlimit *was);

#endif
