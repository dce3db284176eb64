/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A storm: writers, each a process, make a known number of calls of mprotect as fast as they can,
 * every --fail-th of which fails with EINVAL, and stay until told to go, so that whoever reads of
 * them finds them there. Prints "ready PID" and waits for a line on stdin; "made CALLS ERRORS", all
 * of them in all, and waits again. Nothing else is called, given -static -Wl,-z,norelro.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_WRITERS 64

static void die(const char *what)
{
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		die("stdout");
}

static void wait_byte(int fd)
{
	char c;
	ssize_t n;

	while ((n = read(fd, &c, 1)) < 0 && errno == EINTR)
		;
	if (n != 1)
		_exit(n < 0);
}

static void wait_line(void)
{
	char c = 0;

	while (c != '\n' && read(STDIN_FILENO, &c, 1) == 1)
		;
}

/* go: a byte to begin, another to end; done: where it tells that it is through. */
static void writer_run(int go, int done, unsigned long calls, unsigned long fail)
{
	char *area = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (area == MAP_FAILED)
		die("mmap");
	wait_byte(go);
	for (unsigned long i = 1; i <= calls; i++) {
		int bad = fail && i % fail == 0;
		long ret = syscall(
			SYS_mprotect, area + bad, 4096, i & 1 ? PROT_READ : PROT_READ | PROT_WRITE);

		if ((ret != 0) != bad)
			die("mprotect");
	}
	if (write(done, "", 1) != 1)
		die("pipe");
	wait_byte(go);
	_exit(0);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"writers", required_argument, NULL, 'w'},
		{"calls", required_argument, NULL, 'c'}, {"fail", required_argument, NULL, 'f'},
		{NULL, 0, NULL, 0}};
	unsigned long writers = 1, calls = 1, fail = 0, n;
	int option, go[2], done[2];
	char text[96];

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return 2;
		*(option == 'w'         ? &writers
			: option == 'c' ? &calls
					: &fail) = strtoul(optarg, NULL, 10);
	}
	if (writers > MAX_WRITERS || pipe(go) || pipe(done))
		die("too many writers");
	for (n = 0; n < writers; n++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid)
			writer_run(go[0], done[1], calls, fail);
	}
	snprintf(text, sizeof(text), "ready %d\n", (int)getpid());
	say(text);
	wait_line();
	if (write(go[1], text, writers) != (ssize_t)writers)
		die("pipe");
	for (n = 0; n < writers; n++)
		wait_byte(done[0]);
	snprintf(text, sizeof(text), "made %lu %lu\n", writers * calls,
		fail ? writers * (calls / fail) : 0);
	say(text);
	wait_line();
	if (write(go[1], text, writers) != (ssize_t)writers)
		die("pipe");
	return 0;
}
