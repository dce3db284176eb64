/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recordings of tests/data with a trail that ends behind each of its records: a replay comes to
 * an end, or tells the file and the byte. Each file is tried in a process of its own.
 */
#include "base/mem.h"
#include "replayer.h"
#include "trailedit.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NAME "recording"

/* What a child does now. */
struct now {
	char what[32];
	size_t at;
	char told[256]; /* why it is wrong */
};

typedef void (*changer)(struct trailedit *edit, struct now *now);

static struct now *now_new(void)
{
	struct now *now =
		mmap(NULL, sizeof(*now), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(now != MAP_FAILED);
	return now;
}

static void load(const char *name, struct buf *out)
{
	const char *dir = getenv("srcdir");
	char where[512], bytes[4096];
	size_t len;
	FILE *f;

	snprintf(where, sizeof(where), "%s/tests/data/%s", dir ? dir : ".", name);
	f = fopen(where, "r");
	assert_non_null(f);
	while ((len = fread(bytes, 1, sizeof(bytes), f)))
		buf_add(out, bytes, len);
	fclose(f);
}

/* Ends the process where a replay neither ends well nor tells where the file is damaged. */
static void play(const struct trailedit *edit, struct now *now, const char *what, size_t at)
{
	struct options o = replayer_options(NAME);
	struct fault fault = {0};
	struct buf file = {0};
	int err;

	snprintf(now->what, sizeof(now->what), "%s", what);
	now->at = at;
	o.events = at % 3 == 1;
	o.audit = at % 3 == 2;
	trailedit_make(edit, &file);
	err = replayer_play(file.data, file.len, &o, &fault);
	buf_done(&file);
	if (!err || (strstr(fault.what, "damaged") && !strncmp(fault.object, NAME ", byte ", 16)))
		return;
	snprintf(now->told, sizeof(now->told), "%.80s: %.80s", fault.object, fault.what);
	_exit(1);
}

/* With sanitizers a few of each two kinds that stand side by side are enough. */
static bool is_enough(const struct trailedit *edit, size_t n)
{
#ifdef __SANITIZE_ADDRESS__
	static unsigned char nr[32][32];

	return n > 0 && n < edit->nr &&
	       nr[trailedit_kind(edit, n - 1) % 32][trailedit_kind(edit, n) % 32]++ >= 3;
#else
	(void)edit;
	(void)n;
	return false;
#endif
}

static void cut(struct trailedit *edit, struct now *now)
{
	for (size_t all = edit->nr, nr = all + 1; nr--;) {
		edit->nr = all;
		if (is_enough(edit, nr))
			continue;
		edit->nr = nr;
		play(edit, now, "cut behind", nr);
	}
}

static void try_file(const char *name, changer change)
{
	struct now *now = now_new();
	struct trailedit edit;
	struct buf file = {0};
	int status, null;
	pid_t pid;

	load(name, &file);
	if (!trailedit_load(&edit, file.data, file.len)) {
		buf_done(&file);
		return;
	}
	pid = fork();
	if (!pid) {
		/* the parent tells of a crash */
		signal(SIGSEGV, SIG_DFL);
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		change(&edit, now);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		print_error("%s, %s record %zu: status %#x %s\n", name, now->what, now->at,
			(unsigned int)status, now->told);
	assert_int_equal(status, 0);
	trailedit_done(&edit);
	buf_done(&file);
	munmap(now, sizeof(*now));
}

static void try_all(changer change)
{
	const char *dir = getenv("srcdir");
	char where[512];
	struct dirent *entry;
	unsigned int nr = 0;
	DIR *data;

	snprintf(where, sizeof(where), "%s/tests/data", dir ? dir : ".");
	data = opendir(where);
	assert_non_null(data);
	while ((entry = readdir(data))) {
		const char *end = strrchr(entry->d_name, '.');

		if (!end || strcmp(end, ".dat") != 0)
			continue;
		try_file(entry->d_name, change);
		nr++;
	}
	closedir(data);
	assert_true(nr > 10);
}

static void test_cut(void **state)
{
	(void)state;
	try_all(cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
