/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that allocate and free, as malloc's arenas of threads grow and shrink: the program of
 * whose calls most are malloc's. Runs for so many rounds, each of so many blocks.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define BLOCKS  64

static unsigned long rounds, nr_blocks = BLOCKS;

/* Each is larger than what malloc keeps free at the end of an arena, and less than what it maps. */
static void *allocate(void *arg)
{
	for (unsigned long i = 0; i < rounds; i++) {
		char *blocks[BLOCKS];

		for (unsigned long b = 0; b < nr_blocks; b++) {
			blocks[b] = malloc(100000);
			if (!blocks[b])
				exit(1);
			memset(blocks[b], 1, 4096);
		}
		for (unsigned long b = nr_blocks; b--;)
			free(blocks[b]);
	}
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	if (argc > 2)
		nr_blocks = strtoul(argv[2], NULL, 10);
	if (argc < 2 || argc > 3 || nr_blocks > BLOCKS) {
		fprintf(stderr, "usage: arenas ROUNDS [BLOCKS]\n");
		return 2;
	}
	rounds = strtoul(argv[1], NULL, 10);
	for (unsigned int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, allocate, NULL))
			return 1;
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
