/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * denied COMMAND...: runs it under a seccomp filter that refuses memory which is writable and
 * executable, as a hardened unit does: EPERM to mmap of both, and to mprotect, pkey_mprotect and
 * shmat that make executable. 77 where this machine is no x86-64.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARG(n)      (offsetof(struct seccomp_data, args) + 8 * (n)) /* its lower half */
#define LOAD(at)    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define IS(k, t, f) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, t, f)
#define ALLOW       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* Of a call: whether all of the bits are set in an argument; leaves the number loaded. */
#define DENY(call, arg, bits)                                                                      \
	IS(call, 0, 5), LOAD(ARG(arg)), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, bits), IS(bits, 0, 1), \
		REFUSE, LOAD(offsetof(struct seccomp_data, nr))

int main(int argc, char **argv)
{
#ifdef __x86_64__
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, arch)),
		IS(AUDIT_ARCH_X86_64, 1, 0),
		ALLOW,
		LOAD(offsetof(struct seccomp_data, nr)),
		DENY(SYS_mmap, 2, PROT_WRITE | PROT_EXEC),
		DENY(SYS_mprotect, 2, PROT_EXEC),
		DENY(SYS_pkey_mprotect, 2, PROT_EXEC),
		DENY(SYS_shmat, 2, SHM_EXEC),
		ALLOW,
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (argc < 2) {
		fprintf(stderr, "usage: denied COMMAND...\n");
		return 2;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("seccomp");
		return 1;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
#else
	(void)argc;
	(void)argv;
	return 77;
#endif
}
