/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/owncall.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

/* of 32-bit machines that have no other; neither maps anything here */
#ifndef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#define PROT_WX (PROT_READ | PROT_WRITE | PROT_EXEC)

static const struct owncall calls[] = {
	{"mprotect", SYS_mprotect, 125, 0, OWNCALL_PROT, 0},
	/* the key -1 makes it the same as mprotect */
	{"pkey", SYS_pkey_mprotect, 380, 0, OWNCALL_PROT, 0},
	{"mmap", SYS_mmap, 192, 0, OWNCALL_PROT, -EINVAL},
	{"mmap_wx", SYS_mmap, 192, 0, PROT_WX, -EINVAL},
	{"munmap", SYS_munmap, 91, 1, 0, -EINVAL},
	{"shm_exec", SYS_shmat, 0, 0, SHM_EXEC, -EINVAL},
};

const struct owncall *owncall_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	return NULL;
}

bool owncall_attaches(const struct owncall *call)
{
	return call->nr == SYS_shmat;
}

int owncall_make(const struct owncall *call, uint64_t addr, uint64_t len)
{
	long value;

	if (owncall_attaches(call))
		value = syscall(call->nr, -1L, (long)addr, (long)call->prot);
	else
		/* a long each, as syscall() takes them; the fourth: pkey_mprotect's key; of mmap
		 * with a real kind of mapping it would be flags */
		value = syscall(call->nr, (long)addr, (long)len, (long)call->prot,
			call->fails ? (long)MAP_ANONYMOUS : -1L, -1L, 0L);
	return value == -1 ? -errno : 0;
}

bool owncall_refused(const struct owncall *call, int64_t outcome)
{
	return outcome != call->fails && outcome != -ENOSYS;
}
