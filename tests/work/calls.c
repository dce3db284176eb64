/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes exactly known calls of mprotect and prints, as one line of JSON, what mprottop must say of
 * them. All come through syscall(2) or int $0x80; threads run on mapped stacks and call no malloc,
 * so that libc adds none. At its start libc may make some (RELRO): "startup" tells how many, null
 * where that depends on the dynamic loader; 0 with -static -Wl,-z,norelro.
 * Exit status: 0 done, 1 failed, 2 usage, 77 not possible here, with the reason on stdout.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* MAP_32BIT */
#endif
#include <errno.h>
#include <getopt.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NR_CLASSES  9
#define STACK_SIZE  (256 * 1024)
#define MAX_THREADS 1024
#define MAX_PROTS   16

static const struct {
	const char *name;
	unsigned long prot;
} prots[NR_CLASSES] = {
	{"none", 0}, {"r", 1}, {"w", 2}, {"x", 4}, {"rw", 3}, {"rx", 5}, {"wx", 6}, {"rwx", 7},
	{"other", 0x01000000 | 1}, /* GROWSDOWN: refused, yet asked */
};

struct work {
	unsigned long calls, threads, procs, rate, hold_ms, pages;
	unsigned int prots[MAX_PROTS]; /* indices, taken in turn */
	unsigned int nr_prots;
	bool pkey, compat, wait, exec;
	unsigned long done; /* before the exec */
	const char *name, *name_prefix;
	size_t len;
	uint32_t tids[MAX_THREADS];
};

static const struct option options[] = {
	{"calls", required_argument, NULL, 'c'},
	{"threads", required_argument, NULL, 't'},
	{"prot", required_argument, NULL, 'p'},
	{"syscall", required_argument, NULL, 's'},
	{"compat", no_argument, NULL, '3'},
	{"procs", required_argument, NULL, 'f'},
	{"name-prefix", required_argument, NULL, 'P'},
	{"name", required_argument, NULL, 'n'},
	{"hold-ms", required_argument, NULL, 'h'},
	{"wait", no_argument, NULL, 'w'},
	{"exec", no_argument, NULL, 'x'},
	{"rate", required_argument, NULL, 'r'},
	{"pages", required_argument, NULL, 'l'},
	{"done", required_argument, NULL, 'd'}, /* by ourselves, across --exec */
	{NULL, 0, NULL, 0},
};

static void die(const char *what)
{
	fprintf(stderr, "calls: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(const char *what)
{
	fprintf(stderr, "calls: bad %s; options:", what);
	for (const struct option *o = options; o->name; o++)
		fprintf(stderr, " --%s%s", o->name, o->has_arg ? "=" : "");
	fputc('\n', stderr);
	exit(2);
}

/* Without stdio, so that nothing is allocated. */
static char said[65536];
static size_t said_len;

static void say_out(void)
{
	for (size_t at = 0; at < said_len;) {
		ssize_t put = write(STDOUT_FILENO, said + at, said_len - at);

		if (put < 0)
			die("stdout");
		at += put;
	}
	said_len = 0;
}

static __attribute__((format(printf, 1, 2))) void say(const char *format, ...)
{
	va_list ap;

	if (said_len > sizeof(said) - 512)
		say_out();
	va_start(ap, format);
	said_len += vsnprintf(said + said_len, 512, format, ap);
	va_end(ap);
}

#ifdef __x86_64__
static long call_compat(
	unsigned long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static bool compat_works(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (!pid)
		_exit((int)call_compat(20, 0, 0, 0, 0) != getpid());
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}
#else
#define call_compat(nr, a, b, c, d) (-1L)

static bool compat_works(void)
{
	return false;
}
#endif

static void call(const struct work *work, void *area, unsigned int class)
{
	unsigned long prot = prots[class].prot;
	long ret;

	/* the numbers of arch/x86/entry/syscalls/syscall_32.tbl */
	if (work->compat)
		ret = call_compat(work->pkey ? 380 : 125, (unsigned long)area, work->len, prot, -1);
	else if (work->pkey)
		ret = syscall(SYS_pkey_mprotect, area, work->len, prot, -1);
	else
		ret = syscall(SYS_mprotect, area, work->len, prot);
	/* a security module may refuse EXEC; nothing should refuse the rest */
	if (ret && prot < PROT_EXEC)
		die("mprotect");
}

static void *area_new(const struct work *work)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *area;

#ifdef MAP_32BIT
	if (work->compat)
		flags |= MAP_32BIT;
#endif
	area = mmap(NULL, work->len, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (area == MAP_FAILED)
		die("mmap");
	return area;
}

static void sleep_ns(unsigned long ns)
{
	struct timespec ts = {ns / 1000000000, ns % 1000000000};

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

static void calls_make(const struct work *work, void *area)
{
	for (unsigned long i = 0; i < work->calls; i++) {
		call(work, area, work->prots[i % work->nr_prots]);
		if (work->rate)
			sleep_ns(1000000000 / work->rate);
	}
}

struct thread {
	struct work *work;
	void *area;
	unsigned long nr;
};

static void *thread_run(void *arg)
{
	struct thread *thread = arg;

	thread->work->tids[thread->nr] = syscall(SYS_gettid);
	calls_make(thread->work, thread->area);
	return NULL;
}

static void threads_run(struct work *work)
{
	static struct thread threads[MAX_THREADS];
	static pthread_t ids[MAX_THREADS];

	for (unsigned long i = 0; i < work->threads; i++) {
		pthread_attr_t attr;
		void *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

		if (stack == MAP_FAILED)
			die("mmap");
		threads[i] = (struct thread){work, area_new(work), i};
		pthread_attr_init(&attr);
		pthread_attr_setstack(&attr, stack, STACK_SIZE);
		errno = pthread_create(&ids[i], &attr, thread_run, &threads[i]);
		if (errno)
			die("pthread_create");
	}
	for (unsigned long i = 0; i < work->threads; i++)
		pthread_join(ids[i], NULL);
}

static void say_name(void)
{
	char name[17] = "";

	prctl(PR_GET_NAME, name);
	say("%s", "\"comm\":\"");
	for (const char *c = name; *c; c++)
		if (*c == '"' || *c == '\\')
			say("\\%c", *c);
		else
			say("%c", (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c);
	say("\",");
}

/* What makers threads, each with all calls, add up to; and what an exec left behind. */
static void say_counts(const struct work *work, unsigned long makers)
{
	unsigned long all = work->calls * makers + work->done, ask_x = 0;
	unsigned long runs = makers + (work->done ? 1 : 0);

	say("\"calls\":%lu,\"range\":%lu,\"p\":{", all, all * work->len);
	for (unsigned int class = 0; class < NR_CLASSES; class ++) {
		unsigned long nr = 0;

		for (unsigned long i = 0; i < work->calls; i++)
			nr += work->prots[i % work->nr_prots] == class;
		nr *= runs;
		if (prots[class].prot & PROT_EXEC)
			ask_x += nr;
		say("%s\"%s\":%lu", class ? "," : "", prots[class].name, nr);
	}
	say("},\"ask_x\":%lu,\"threads\":%lu", ask_x, makers);
}

static void procs_run(struct work *work)
{
	void *area = area_new(work);
	char name[32];

	for (unsigned long i = 0; i < work->procs; i++) {
		pid_t pid;

		if (work->name_prefix)
			snprintf(name, sizeof(name), "%.10s-%lu", work->name_prefix, i);
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			if (work->name_prefix)
				prctl(PR_SET_NAME, name);
			calls_make(work, area);
			_exit(0);
		}
		if (waitpid(pid, NULL, 0) != pid)
			die("waitpid");
		say("%s{\"pid\":%d,", i ? "," : "", pid);
		if (work->name_prefix)
			say("\"comm\":\"%.15s\",", name);
		else
			say_name();
		say_counts(work, 1);
		say("}");
	}
}

/* A static program has no loader: its libc protects RELRO itself, by one call. */
static int relro_count(struct dl_phdr_info *info, size_t size, void *arg)
{
	int *nr = arg;

	(void)size;
	for (unsigned int i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			*nr = -2;
		*nr += info->dlpi_phdr[i].p_type == PT_GNU_RELRO;
	}
	return 1; /* ourselves, who come first, are enough */
}

static void say_startup(const struct work *work)
{
	int nr = 0;

	dl_iterate_phdr(relro_count, &nr);
	say(nr < 0 ? ",\"startup\":null" : ",\"startup\":%d", work->done ? 2 * nr : nr);
}

static void say_report(struct work *work)
{
	unsigned long makers = work->threads ? work->threads : 1;

	say("{\"pid\":%d,", (int)getpid());
	say_name();
	if (work->procs) {
		say("\"calls\":0,\"children\":[");
		procs_run(work);
		say("]");
	} else {
		say_counts(work, makers);
		say(",\"tids\":[");
		for (unsigned long i = 0; i < work->threads; i++)
			say("%s%u", i ? "," : "", work->tids[i]);
		say("]");
	}
	say_startup(work);
	say("}\n");
	say_out();
}

static unsigned long number(const char *text, unsigned long max, const char *what)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n > max)
		usage(what);
	return n;
}

static void prots_parse(struct work *work, const char *text)
{
	work->nr_prots = 0;
	for (;; text++) {
		size_t len = strcspn(text, ",");
		unsigned int i;

		for (i = 0; i < NR_CLASSES; i++)
			if (strlen(prots[i].name) == len && !memcmp(prots[i].name, text, len))
				break;
		if (i == NR_CLASSES || work->nr_prots == MAX_PROTS)
			usage("--prot");
		work->prots[work->nr_prots++] = i;
		text += len;
		if (!*text)
			return;
	}
}

static void option_take(struct work *work, int option)
{
	switch (option) {
	case 'c':
		work->calls = number(optarg, 1000000000, "--calls");
		break;
	case 't':
		work->threads = number(optarg, MAX_THREADS, "--threads");
		break;
	case 'p':
		prots_parse(work, optarg);
		break;
	case 's':
		work->pkey = !strcmp(optarg, "pkey");
		if (!work->pkey && strcmp(optarg, "mprotect"))
			usage("--syscall");
		break;
	case 'f':
		work->procs = number(optarg, 1000000, "--procs");
		break;
	case 'h':
		work->hold_ms = number(optarg, 3600000, "--hold-ms");
		break;
	case 'r':
		work->rate = number(optarg, 1000000, "--rate");
		break;
	case 'l':
		work->pages = number(optarg, 1 << 18, "--pages");
		break;
	case 'd':
		work->done = number(optarg, ~0ul, "--done");
		break;
	default:
		usage("option");
	}
}

static void options_parse(struct work *work, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '3')
			work->compat = true;
		else if (option == 'w')
			work->wait = true;
		else if (option == 'x')
			work->exec = true;
		else if (option == 'n')
			work->name = optarg;
		else if (option == 'P')
			work->name_prefix = optarg;
		else
			option_take(work, option);
	}
	if (optind != argc || !work->pages)
		usage("argument");
	if (work->exec && (work->threads || work->procs))
		usage("--exec, with threads or procs");
	work->len = work->pages * sysconf(_SC_PAGESIZE);
}

/* The kernel names the process after the file, "exe"; the one that follows makes the calls anew. */
static void exec_again(struct work *work, int argc, char **argv)
{
	char **again = calloc(argc + 2, sizeof(*again));
	char done[48];
	int nr = 0;

	snprintf(done, sizeof(done), "--done=%lu", work->calls);
	again[nr++] = "calls-again";
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--exec") && strcmp(argv[i], "--wait") &&
			strncmp(argv[i], "--name=", 7))
			again[nr++] = argv[i];
	again[nr++] = done;
	execv("/proc/self/exe", again);
	die("exec");
}

static void wait_line(void)
{
	char c = 0;

	say("ready\n");
	say_out();
	while (c != '\n' && read(STDIN_FILENO, &c, 1) == 1)
		;
}

int main(int argc, char **argv)
{
	static struct work work = {.calls = 1, .pages = 1, .prots = {4}, .nr_prots = 1};

	options_parse(&work, argc, argv);
	if (work.compat && !compat_works()) {
		say("skip: no int $0x80 here\n");
		say_out();
		return 77;
	}
	if (work.name)
		prctl(PR_SET_NAME, work.name);
	if (work.wait)
		wait_line();
	if (work.threads && !work.procs)
		threads_run(&work);
	else if (!work.procs)
		calls_make(&work, area_new(&work));
	if (work.exec)
		exec_again(&work, argc, argv);
	say_report(&work);
	sleep_ns(work.hold_ms * 1000000);
	return 0;
}
