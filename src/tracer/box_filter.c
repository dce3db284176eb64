/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/box_filter.h"
#include "base/mem.h"

#include <asm/ioctls.h>
#include <assert.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A jump goes by so many instructions at most. */
#define JUMP_MOST 255

/* Where the low half of an argument stands. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW 0
#else
#define LOW 4
#endif

#define REFUSED (SECCOMP_RET_ERRNO | EPERM)

static void add(struct box_program *p, uint16_t code, uint32_t value, size_t yes, size_t no)
{
	assert(p->len < BOX_PROGRAM && yes <= JUMP_MOST && no <= JUMP_MOST);
	p->code[p->len++] = (struct sock_filter){code, (uint8_t)yes, (uint8_t)no, value};
}

static void add_load(struct box_program *p, size_t offset)
{
	add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void add_load_arg(struct box_program *p, unsigned int arg)
{
	add_load(p, offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t) + LOW);
}

static void add_return(struct box_program *p, uint32_t value)
{
	add(p, BPF_RET | BPF_K, value, 0, 0);
}

/* Where the accumulator is value, the next nr instructions are run; else they are left out. */
static void add_if(struct box_program *p, uint32_t value, size_t nr)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, nr);
}

/* The other way round. */
static void add_unless(struct box_program *p, uint32_t value, size_t nr)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, value, nr, 0);
}

static void add_allowed(struct box_program *p, uint32_t value)
{
	add_if(p, value, 1);
	add_return(p, SECCOMP_RET_ALLOW);
}

static void add_check(struct box_program *p, const struct box_check *check, pid_t other)
{
	if (!check) {
		add_return(p, SECCOMP_RET_ALLOW);
		return;
	}
	add_load_arg(p, check->arg);
	switch (check->test) {
	case BOX_ANY:
		add_return(p, SECCOMP_RET_ALLOW);
		break;
	case BOX_WITHOUT:
		add(p, BPF_JMP | BPF_JSET | BPF_K, check->bits, 1, 0);
		add_return(p, SECCOMP_RET_ALLOW);
		break;
	case BOX_ONE_OF:
		for (size_t i = 0; i < check->nr_values; i++)
			add_allowed(p, check->values[i]);
		break;
	case BOX_KNOWN:
		if (other > 0)
			add_allowed(p, (uint32_t)other);
		/* fall through */
	case BOX_SELF:
		add_allowed(p, (uint32_t)getpid());
		break;
	}
	add_return(p, REFUSED);
}

/* A call's number is in the accumulator; what follows is not reached by a call of the list. */
static void add_rows(struct box_program *p, const struct box_row *rows, size_t nr,
	enum box_kind kind, pid_t other)
{
	add_load(p, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < nr; i++) {
		unsigned short begin = p->len;

		if (!(rows[i].kinds & 1u << kind))
			continue;
		add_if(p, (uint32_t)rows[i].nr, 0);
		add_check(p, rows[i].check, other);
		assert(p->len - begin - 1 <= JUMP_MOST);
		p->code[begin].jf = (uint8_t)(p->len - begin - 1);
	}
	add_return(p, REFUSED);
}

#ifdef BOX_ARCH

void box_program(struct box_program *p, enum box_kind kind, pid_t other)
{
	unsigned short begin;

	p->len = 0;
	if (box_nr_compat_rows) {
		add_load(p, offsetof(struct seccomp_data, arch));
		begin = p->len;
		add_if(p, AUDIT_ARCH_I386, 0);
		add_rows(p, box_compat_rows, box_nr_compat_rows, kind, other);
		assert(p->len - begin - 1 <= JUMP_MOST);
		p->code[begin].jf = (uint8_t)(p->len - begin - 1);
	}
	add_load(p, offsetof(struct seccomp_data, arch));
	add_unless(p, BOX_ARCH, 1);
	add_return(p, REFUSED);
	/* the numbers of x32 have a bit more, and so are none of these */
	add_rows(p, box_rows, box_nr_rows, kind, other);
}

/* ioctl(2) of each way into the kernel. */
static const struct {
	uint32_t arch, nr;
} ioctls[] = {
	{BOX_ARCH, __NR_ioctl},
#if defined(__x86_64__)
	/* of x32: by its own number, and by that of 64 bits with x32's mark */
	{BOX_ARCH, 514},
	{BOX_ARCH, 0x40000000u | 514},
	{BOX_ARCH, 0x40000000u | __NR_ioctl},
	{AUDIT_ARCH_I386, 54},
#elif defined(__aarch64__)
	{AUDIT_ARCH_ARM, 54},
#elif defined(__riscv)
	{AUDIT_ARCH_RISCV32, 29},
#elif defined(__s390x__)
	{AUDIT_ARCH_S390, 54},
#endif
};

void box_program_terminal(struct box_program *p)
{
	/* the last of them makes a process the one that reads what is typed */
	static const uint32_t refused[] = {TIOCSTI, TIOCLINUX, TIOCSETD, TIOCSCTTY, TIOCSPGRP};

	p->len = 0;
	for (size_t i = 0; i < ARRAY_SIZE(ioctls); i++) {
		add_load(p, offsetof(struct seccomp_data, arch));
		add_if(p, ioctls[i].arch, 3 + 2 * ARRAY_SIZE(refused) + 1);
		add_load(p, offsetof(struct seccomp_data, nr));
		add_if(p, ioctls[i].nr, 1 + 2 * ARRAY_SIZE(refused) + 1);
		add_load_arg(p, 1);
		for (size_t r = 0; r < ARRAY_SIZE(refused); r++) {
			add_if(p, refused[r], 1);
			add_return(p, REFUSED);
		}
		add_return(p, SECCOMP_RET_ALLOW);
	}
	add_return(p, SECCOMP_RET_ALLOW);
}

#endif
