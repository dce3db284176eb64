/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/call.h"

const char *call_name(const struct call *call)
{
	if (call->flags & EVENT_MMAP)
		return "mmap";
	if (call->flags & EVENT_SHMAT)
		return "shmat";
	if (call->flags & EVENT_MUNMAP)
		return "munmap";
	return call->flags & EVENT_PKEY ? "pkey_mprotect" : "mprotect";
}

bool call_place(const struct call *call, uint64_t *addr)
{
	bool made = call->flags & (EVENT_MMAP | EVENT_SHMAT) && call->known & CALL_RETURNED &&
		    call->ret >= 0;

	*addr = made && call->ret ? (uint64_t)call->ret : call->addr;
	/* what is asked of those is a hint, and 0 is none */
	return made ? *addr != 0 : call->known & CALL_ASKED;
}
