/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes mappings in a known number and says how many of them are writable and executable at once:
 * mapper TIMES HOLD_MS [compat]. Those that fail, that ask for less, or that get there by mprotect
 * are not among them. Prints one JSON object.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WX  (PROT_WRITE | PROT_EXEC)
#define RWX (PROT_READ | WX)

#define LEN  8192UL
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static unsigned long made, failed;

static void die(const char *what)
{
	fprintf(stderr, "mapper: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *make(int prot, int flags, int fd)
{
	void *p = mmap(NULL, LEN, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		failed++;
	else
		made += (prot & WX) == WX;
	return p;
}

/* mmap2 of a 32-bit caller, by the number of that table. */
static void make_compat(void)
{
#ifdef __x86_64__
	long nr = 192, addr = 0, len = LEN, prot = RWX, flags = ANON, fd = -1;

	__asm__ volatile("push %%rbp\n\txor %%ebp, %%ebp\n\tint $0x80\n\tpop %%rbp"
			 : "+a"(nr)
			 : "b"(addr), "c"(len), "d"(prot), "S"(flags), "D"(fd)
			 : "memory", "r8", "r9", "r10", "r11");
	if ((int)nr < 0 && (int)nr > -4096)
		die("int 0x80");
	made++;
#endif
}

static void once(int fd)
{
	void *p;

	if (make(RWX, ANON, -1) == MAP_FAILED || make(WX, ANON, -1) == MAP_FAILED)
		die("mmap");
	if (make(RWX, MAP_PRIVATE, fd) == MAP_FAILED)
		die("mmap of a file");
	p = make(PROT_READ | PROT_WRITE, ANON, -1);
	if (p == MAP_FAILED || mprotect(p, LEN, RWX))
		die("mprotect");
	make(PROT_READ | PROT_EXEC, ANON, -1);
	/* neither private nor shared; no such file; shared and writable of a file that is not */
	if (make(RWX, MAP_ANONYMOUS, -1) != MAP_FAILED ||
		make(RWX, MAP_PRIVATE, 12345) != MAP_FAILED ||
		make(RWX, MAP_SHARED, fd) != MAP_FAILED)
		die("an mmap that cannot be");
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	unsigned long ms = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	struct timespec hold = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
	char path[] = "/tmp/mapper.XXXXXX";
	int made_fd = mkstemp(path), fd = open(path, O_RDONLY);

	if (made_fd < 0 || fd < 0 || ftruncate(made_fd, LEN))
		die(path);
	unlink(path);
	for (unsigned long i = 0; i < times; i++) {
		once(fd);
		if (argc > 3)
			make_compat();
	}
	printf("{\"pid\":%d,\"made\":%lu,\"failed\":%lu}\n", (int)getpid(), made, failed);
	fflush(stdout);
	nanosleep(&hold, NULL);
	return 0;
}
