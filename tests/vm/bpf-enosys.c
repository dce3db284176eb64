/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the name of the error that bpf(2) gives for a map that any kernel with
 * BPF would make.  Exit status 0: ENOSYS, the kernel has no bpf(2) at all.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	/* The head of union bpf_attr for BPF_MAP_CREATE, so that no header of the
	   kernel is needed: type (2 = array), key size, value size, entries. */
	unsigned int attr[32] = {2, 4, 4, 1};
	long fd = syscall(SYS_bpf, 0, attr, sizeof attr);

	if (fd >= 0) {
		puts("bpf: made a map");
		return 1;
	}
	printf("bpf: %s\n", strerrorname_np(errno));
	return errno == ENOSYS ? 0 : 1;
}
