/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/errname.h"

#include <errno.h>
#include <stdio.h>

/* Those of mprotect and its kin, and what seccomp filters like to return. */
static const struct {
	unsigned int error;
	const char *name;
} errnames[] = {
	{EPERM, "EPERM"},
	{ENOENT, "ENOENT"},
	{EINTR, "EINTR"},
	{EIO, "EIO"},
	{EBADF, "EBADF"},
	{EAGAIN, "EAGAIN"},
	{ENOMEM, "ENOMEM"},
	{EACCES, "EACCES"},
	{EFAULT, "EFAULT"},
	{EBUSY, "EBUSY"},
	{EEXIST, "EEXIST"},
	{ENODEV, "ENODEV"},
	{EINVAL, "EINVAL"},
	{ENFILE, "ENFILE"},
	{ENOSPC, "ENOSPC"},
	{ENOSYS, "ENOSYS"},
	{EOVERFLOW, "EOVERFLOW"},
	{EOPNOTSUPP, "EOPNOTSUPP"},
	{0, NULL},
};

const char *errname_text(char out[ERRNAME_SIZE], unsigned int error)
{
	for (unsigned int i = 0; errnames[i].name; i++)
		if (errnames[i].error == error) {
			snprintf(out, ERRNAME_SIZE, "%s", errnames[i].name);
			return out;
		}
	snprintf(out, ERRNAME_SIZE, "%u", error);
	return out;
}
