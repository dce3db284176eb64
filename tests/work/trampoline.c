/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls a nested function through its address: GCC puts code for that on the stack, and has the
 * stack made executable, as the program begins. With "thread" also on the stack of a thread.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#ifdef __clang__
int main(void)
{
	puts("skip: the compiler has no nested functions");
	return 77;
}
#else
static int apply(int (*volatile function)(int), int n)
{
	return function(n);
}

static int add(int m, int n)
{
	int nested(int k)
	{
		return k + m;
	}

	return apply(nested, n);
}

static void *run(void *arg)
{
	return add(3, 4) == 7 ? arg : NULL;
}

int main(int argc, char **argv)
{
	void *got = run(argv);
	pthread_t thread;

	if (argc > 1 && !strcmp(argv[1], "thread")) {
		if (pthread_create(&thread, NULL, run, argv))
			return 1;
		pthread_join(thread, &got);
	}
	return got != argv;
}
#endif
