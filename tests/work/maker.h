/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes one call of mprotect at a time and keeps account of what it must come to. Every page is a
 * mapping of its own, which none beside it can merge with; what became of it is read in
 * /proc/self/maps where there is one thread. Nothing returns after a failure.
 */
#ifndef MPROTTOP_MAKER_H
#define MPROTTOP_MAKER_H

#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/mman.h>

#define R          PROT_READ
#define W          PROT_WRITE
#define X          PROT_EXEC
#define PAGE       4096ul
#define AREA_PAGES 16
#define MAX_ERRORS 64

enum backing {
	ANON,
	FILE_PRIVATE,
	FILE_SHARED,
	STACK
};
enum how {
	NATIVE,
	PKEY,
	COMPAT
};
enum kind {
	X_NEW,
	W_TO_X,
	X_TO_W,
	WX,
	NR_KINDS
};

/* For all makers; files_open() sets the descriptors. */
struct work {
	enum backing backing;
	enum how how;
	unsigned long threads;
	bool rie; /* READ_IMPLIES_EXEC */
	int fd, read_only;
};

extern struct work work;

/* What one thread has, did, and expects to have done. */
struct maker {
	char *area;
	unsigned char now[AREA_PAGES]; /* protection, or HOLE */
	unsigned long calls, maps, x_refused, refused;
	unsigned long kinds[NR_KINDS], errors[MAX_ERRORS];
};

/* What a call may come to: an errno, the pages changed before it, and the mappings reached. */
struct outcome {
	int error;
	unsigned int changed, reached;
};

noreturn void die(const char *what);
noreturn void not_here(const char *why);
void how_check(void);
void files_open(void);

/* What the kernel makes of the protection that was asked. */
unsigned char effective(unsigned long prot);

/* Pages that nothing can merge with before they are mapped. */
void area_make(struct maker *m);
void map(struct maker *m, unsigned int page, unsigned int nr, enum backing backing,
	unsigned int prot);
void hole(struct maker *m, unsigned int page);

long call_raw(unsigned long addr, unsigned long len, unsigned long prot);
/* One call of len bytes from byte `at` of the area. */
void call(struct maker *m, unsigned long at, unsigned long len, unsigned long prot,
	struct outcome outcome);

#endif
