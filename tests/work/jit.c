/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes memory executable, or does not, in one of the ways that programs have: jit MODE. Returns 0
 * where each call succeeded, 1 where one was refused. With --under=mdwe or --under=seccomp it runs
 * itself under that policy, or behind -- any program, 77 where the kernel has none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE              65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

#define LINGER_MS 150 /* for whoever wants to read its mappings; JIT_LINGER_MS: for longer */
#define DAEMON_US 1000000
#define RW        (PROT_READ | PROT_WRITE)
#define RX        (PROT_READ | PROT_EXEC)
#define RWX       (RW | PROT_EXEC)

static const char *self;
static size_t page;

static void linger(void)
{
	const char *ms = getenv("JIT_LINGER_MS");

	usleep(1000 * (ms ? (useconds_t)strtoul(ms, NULL, 10) : LINGER_MS));
}

static void *map(int prot)
{
	return mmap(NULL, page, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void *map_file(int prot)
{
	int fd = open(self, O_RDONLY);
	void *at = fd < 0 ? MAP_FAILED : mmap(NULL, page, prot, MAP_PRIVATE, fd, 0);

	close(fd);
	return at;
}

/* A mapping that is there, and another protection for it. */
static int change(void *at, int prot)
{
	return at == MAP_FAILED || mprotect(at, page, prot);
}

static int clean(void)
{
	return change(map(PROT_READ), RW);
}

static int relro(void)
{
	return change(map_file(RW), PROT_READ);
}

static int flip(void)
{
	return change(map(RW), RX);
}

static int keep(void)
{
	return change(map(RW), RWX);
}

static int rwx(void)
{
	return map(RWX) == MAP_FAILED;
}

static int anonymous(void)
{
	return map(RX) == MAP_FAILED;
}

static int again(void)
{
	return change(map_file(RX), RX);
}

static int text(void)
{
	void *at = map_file(RX);

	return change(at, RW) || change(at, RX);
}

static int attach(int flags)
{
	int id = shmget(IPC_PRIVATE, page, IPC_CREAT | 0700);
	void *at = id < 0 ? (void *)-1 : shmat(id, NULL, flags);

	if (id < 0)
		return 77;
	shmctl(id, IPC_RMID, NULL);
	return at == (void *)-1;
}

static int shm(void)
{
	return attach(SHM_EXEC | SHM_RDONLY);
}

static int shmw(void)
{
	return attach(SHM_EXEC);
}

/* More processes than have room. */
static int many(void)
{
	for (int i = 0; i < 33000; i++) {
		if (!vfork())
			_exit(0);
		wait(NULL);
	}
	return 0;
}

static int child(void)
{
	int failed = flip();

	if (!failed && !fork()) {
		linger();
		_exit(0);
	}
	wait(NULL);
	return failed;
}

/* What is left of it makes memory executable once the first process has ended. */
static int leave_daemon(void)
{
	int null = open("/dev/null", O_RDWR);

	if (fork())
		return 0;
	setsid();
	if (fork())
		_exit(0);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	usleep(DAEMON_US);
	_exit(flip());
}

static int exec_after(void)
{
	if (flip())
		return 1;
	linger();
	return execl(self, self, "clean", (char *)NULL);
}

static void *run_from_thread(void *mode)
{
	execl("/proc/self/exe", self, (const char *)mode, (char *)NULL);
	return NULL;
}

/* A thread that is not the first runs this program, as "exe". */
static int thread_exec(void)
{
	char mode[] = "flip";
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_from_thread, mode))
		return 2;
	pthread_join(thread, NULL);
	return 2;
}

/* A call of a 32-bit program, by the number of that table; the sixth argument is 0. */
static int compat_call(long nr, long a, long b, long c, long d, long e)
{
#ifdef __x86_64__
	__asm__ volatile("push %%rbp\n\txor %%ebp, %%ebp\n\tint $0x80\n\tpop %%rbp"
			 : "+a"(nr)
			 : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)nr == -ENOSYS ? 77 : (int)nr < 0 && (int)nr > -4096;
#else
	(void)nr, (void)a, (void)b, (void)c, (void)d, (void)e;
	return 77;
#endif
}

static int mmap2(void)
{
	return compat_call(192, 0, (long)page, RWX, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

/* The one before mmap2, which takes its arguments from memory. */
static int old_mmap(void)
{
#ifdef __x86_64__
	unsigned int *args = mmap(NULL, page, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (args == MAP_FAILED)
		return 2;
	args[1] = (unsigned int)page;
	args[2] = RWX;
	args[3] = MAP_PRIVATE | MAP_ANONYMOUS;
	args[4] = (unsigned int)-1;
	return compat_call(90, (long)args, 0, 0, 0, 0);
#else
	return 77;
#endif
}

static int implies(void)
{
	void *at;

	personality(READ_IMPLIES_EXEC); /* exec would take it back */
	at = map(RW);
	return change(at, PROT_READ);
}

/* The same without a call of mprotect. */
static int implies_mapped(void)
{
	personality(READ_IMPLIES_EXEC);
	return map(RW) == MAP_FAILED;
}

/* Sets PF_X of what can be written to, in a whole ELF file. */
static void spoil(char *file)
{
	const ElfW(Ehdr) *head = (const void *)file;

	for (unsigned int i = 0; i < head->e_phnum; i++) {
		ElfW(Phdr) *part = (void *)(file + head->e_phoff + i * head->e_phentsize);

		if (part->p_type == PT_LOAD && part->p_flags & PF_W)
			part->p_flags |= PF_X;
	}
}

/* Runs a copy of this program, at $JIT_COPY, with a segment that is writable and executable. */
static int segment(void)
{
	const char *path = getenv("JIT_COPY");
	int in = open(self, O_RDONLY);
	int out = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700) : -1;
	off_t len = in < 0 ? 0 : lseek(in, 0, SEEK_END);
	char *file = len > 0 ? malloc((size_t)len) : NULL;

	if (!file || out < 0 || pread(in, file, (size_t)len, 0) != len)
		return 2;
	spoil(file);
	if (write(out, file, (size_t)len) != len || close(out))
		return 2;
	close(in);
	free(file);
	return execl(path, path, "clean", (char *)NULL);
}

/* A library that lies beside this program. */
static int load(const char *name)
{
	const char *slash = strrchr(self, '/');
	char path[4096];

	if (!slash || snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - self), self, name) >=
			      (int)sizeof(path))
		return 2;
	if (access(path, R_OK))
		return 77;
	return !dlopen(path, RTLD_NOW);
}

static int textrel(void)
{
	return load("libtextrel.so");
}

static int execstack(void)
{
	return load("libexecstack.so");
}

static const struct mode {
	const char *name;
	int (*run)(void);
} modes[] = {
	{"clean", clean},
	{"relro", relro},
	{"flip", flip},
	{"keep", keep},
	{"rwx", rwx},
	{"anonymous", anonymous},
	{"again", again},
	{"text", text},
	{"shm", shm},
	{"shmw", shmw},
	{"many", many},
	{"child", child},
	{"daemon", leave_daemon},
	{"exec", exec_after},
	{"thread", thread_exec},
	{"mmap2", mmap2},
	{"oldmmap", old_mmap},
	{"implies", implies},
	{"impliesmap", implies_mapped},
	{"segment", segment},
	{"textrel", textrel},
	{"execstack", execstack},
};

#define LOAD(field)      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_ARG2        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LOW_ARG2)
#define IS(value, skip)  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define AND(value)       BPF_STMT(BPF_ALU | BPF_AND | BPF_K, value)
#define RETURN(value)    BPF_STMT(BPF_RET | BPF_K, value)
#define REFUSE           RETURN(SECCOMP_RET_ERRNO | EPERM)
#define RULE(call, bits) LOAD(nr), IS(call, 4), LOAD_ARG2, AND(bits), IS(bits, 1), REFUSE
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW_ARG2 (offsetof(struct seccomp_data, args[2]) + 4)
#else
#define LOW_ARG2 offsetof(struct seccomp_data, args[2])
#endif

/* As systemd's seccomp_memory_deny_write_execute() refuses. */
static int under_seccomp(void)
{
	struct sock_filter rules[] = {
		RULE(SYS_mmap, PROT_WRITE | PROT_EXEC),
		RULE(SYS_mprotect, PROT_EXEC),
		RULE(SYS_pkey_mprotect, PROT_EXEC),
		RULE(SYS_shmat, SHM_EXEC),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = {sizeof(rules) / sizeof(rules[0]), rules};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

static int under_mdwe(void)
{
	return prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
}

static int run_under(const char *policy, char **argv)
{
	bool other = argv[0] && !strcmp(argv[0], "--");

	if (strcmp(policy, "--under=mdwe") ? under_seccomp() : under_mdwe()) {
		puts("skip: the kernel has no such policy");
		return 77;
	}
	if (other)
		execvp(argv[1], argv + 1);
	else
		execl(self, self, argv[0], (char *)NULL);
	return 126;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[argc - 1] : "";
	int status = 2;

	self = argv[0];
	page = (size_t)sysconf(_SC_PAGESIZE);
	if (argc >= 3)
		return run_under(argv[1], argv + 2);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(modes[i].name, mode))
			status = modes[i].run();
	linger();
	return status == 0 ? 0 : status == 77 || status == 2 ? status : 1;
}
