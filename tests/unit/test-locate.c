/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose mappings are asked for when, and what the rows of their processes say then. */
#include "feed.h"
#include "model/locate.h"
#include "model/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

static const struct mapping prog = {.start = 0x400000,
	.end = 0x500000,
	.ino = 1,
	.exec = true,
	.name = "/bin/prog",
	.name_len = 9};
static const struct mapping next = {.start = 0x400000,
	.end = 0x500000,
	.ino = 2,
	.exec = true,
	.name = "/bin/next",
	.name_len = 9};

static struct feed begin(bool threads)
{
	struct feed f = feed_of(&feed_small, threads);

	feed_ident(&f, 10, 10, 0, 50, "ten");
	feed_new(&f, 10, 20, false, "twenty");
	feed_new(&f, 20, 21, true, "thread");
	return f;
}

static void calls(struct feed *f, uint32_t tid, uint64_t site, unsigned int nr)
{
	while (nr--)
		feed_joined(f, &(struct call){.tid = tid,
				       .len = 4096,
				       .prot = 3,
				       .site = site,
				       .known = CALL_ASKED});
}

/* Asks, all fed: who is asked about; 0: nobody. */
static uint32_t asks(struct feed *f)
{
	uint32_t ids[LOCATE_ASKS] = {0};
	unsigned int nr;

	f->now_ns += 20 * MS;
	nr = locate_wants(table_locator(f->table), f->now_ns, f->now_ns, ids, LOCATE_ASKS);
	assert_in_range(nr, 0, 1);
	return nr ? ids[0] : 0;
}

static void answer(struct feed *f, uint32_t id, const struct mapping *m)
{
	f->now_ns += FEED_STEP_NS;
	locate_take(table_locator(f->table), id, m, m ? 1 : 0, f->now_ns);
}

/* NULL: not known. */
static void site_is(struct feed *f, uint32_t pid, uint32_t tid, bool threads, const char *site)
{
	const struct table_row *row = feed_row(f->table, pid, tid, threads, 1);
	char text[96];

	if (!site) {
		assert_null(row->site);
		assert_int_equal(row->site_offset, 0);
		return;
	}
	assert_true(row->site || row->site_offset);
	image_site_text(text, sizeof(text), row->site, row->site_offset);
	assert_string_equal(text, site);
}

static void test_named(void **state)
{
	struct feed f = begin(true);

	(void)state;
	assert_int_equal(asks(&f), 0);
	feed_calls(&f, 20, 5);
	assert_int_equal(asks(&f), 0); /* 32-bit callers have no site */
	calls(&f, 20, 0x400100, 3);
	calls(&f, 20, 0x400200, 2);
	calls(&f, 21, 0x400300, 4);
	site_is(&f, 20, 20, false, NULL);
	assert_int_equal(asks(&f), 20);
	assert_int_equal(asks(&f), 0); /* once is enough */
	answer(&f, 20, &prog);
	site_is(&f, 20, 20, false, NULL); /* an exec might be on its way */
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "prog+0x300");
	site_is(&f, 20, 20, true, "prog+0x100");
	site_is(&f, 20, 21, true, "prog+0x300");
	/* known already, and then new ones of which the image can tell */
	calls(&f, 20, 0x400200, 9);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "prog+0x200");
	calls(&f, 20, 0x400400, 99);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "prog+0x400");
	feed_exit(&f, 21);
	feed_exit(&f, 20);
	site_is(&f, 20, 20, false, "prog+0x400");
	feed_close(&f, 0);
	table_free(f.table);
}

/* An address that lies nowhere is asked for again; one on no code is of nobody. */
static void test_elsewhere(void **state)
{
	struct feed f = begin(false);

	(void)state;
	calls(&f, 20, 0x400100, 1);
	assert_int_equal(asks(&f), 20);
	calls(&f, 20, 0x600000, 5);
	answer(&f, 20, &prog);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, NULL); /* the most frequent one is not known */
	calls(&f, 20, 0x700000, 1);
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &prog);
	assert_int_equal(asks(&f), 0);
	calls(&f, 20, 0x700000, 1);
	assert_int_equal(asks(&f), 0); /* it was not there */
	calls(&f, 20, 0x400100, 10);
	site_is(&f, 20, 20, false, "prog+0x100");
	/* what was read long ago may be of something else by now */
	f.now_ns += 2 * SITE_FRESH_NS;
	calls(&f, 20, 0x400500, 100);
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &next);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "next+0x500");
	table_free(f.table);
}

/* Where nobody read the mappings the address is known all the same. What cannot be one of code is
 * no caller: a number, or what lay in the ring buffer where user memory could not be read. */
static void test_address(void **state)
{
	struct feed f = begin(false);

	(void)state;
	calls(&f, 20, 0x700000, 3);
	calls(&f, 20, 0x700010, 2);
	site_is(&f, 20, 20, false, NULL); /* it waits */
	feed_exit(&f, 21);
	feed_exit(&f, 20);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "0x700000");
	table_free(f.table);
	f = begin(false);
	calls(&f, 20, 0x12, 3);
	calls(&f, 20, UINT64_C(0xffffffff81000000), 3);
	calls(&f, 20, UINT64_C(0x2020202020202020), 3);
	feed_exit(&f, 21);
	feed_exit(&f, 20);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, NULL);
	table_free(f.table);
}

static void test_exec(void **state)
{
	struct feed f = begin(false);

	(void)state;
	/* named before */
	calls(&f, 20, 0x400100, 10);
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &prog);
	assert_int_equal(asks(&f), 0);
	feed_exec(&f, 20, 20);
	calls(&f, 20, 0x400100, 4); /* the same address, another program */
	site_is(&f, 20, 20, false, "prog+0x100");
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &next);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "prog+0x100");
	calls(&f, 20, 0x400100, 7);
	site_is(&f, 20, 20, false, "next+0x100");
	/* asked before, answered after: nobody knows of which */
	feed_exec(&f, 20, 20);
	calls(&f, 20, 0x400200, 50);
	assert_int_equal(asks(&f), 20);
	feed_exec(&f, 20, 20);
	answer(&f, 20, &prog);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "0x400200");
	/* answered, and only then the exec was fed, which came before the answer */
	calls(&f, 20, 0x400300, 100);
	assert_int_equal(asks(&f), 20);
	locate_take(table_locator(f.table), 20, &next, 1, f.now_ns + 10 * MS);
	feed_exec(&f, 20, 20);
	f.now_ns += 20 * MS;
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "0x400300");
	/* it came after the answer */
	calls(&f, 20, 0x400400, 300);
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &next);
	feed_exec(&f, 20, 20);
	site_is(&f, 20, 20, false, "next+0x400");
	table_free(f.table);
}

static void test_exit(void **state)
{
	struct feed f = begin(false);

	(void)state;
	/* too late: the pid may be another's */
	calls(&f, 20, 0x400100, 1);
	assert_int_equal(asks(&f), 20);
	feed_exit(&f, 21);
	feed_exit(&f, 20);
	answer(&f, 20, &prog);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "0x400100");
	/* in time */
	feed_new(&f, 10, 30, false, "thirty");
	calls(&f, 30, 0x400100, 1);
	assert_int_equal(asks(&f), 30);
	answer(&f, 30, &prog);
	feed_exit(&f, 30);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 30, 30, false, "prog+0x100");
	/* before anybody could ask */
	feed_new(&f, 10, 40, false, "forty");
	calls(&f, 40, 0x400100, 1);
	feed_exit(&f, 40);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 40, 40, false, "0x400100");
	/* the row goes while an answer is to come */
	feed_new(&f, 10, 50, false, "fifty");
	calls(&f, 50, 0x400100, 1);
	assert_int_equal(asks(&f), 50);
	feed_exit(&f, 50);
	feed_close(&f, 0);
	feed_close(&f, 0);
	feed_close(&f, 0);
	assert_null(feed_row(f.table, 50, 50, false, 0));
	answer(&f, 50, &prog);
	answer(&f, 50, &prog); /* nobody asked for that */
	assert_int_equal(asks(&f), 0);
	table_free(f.table);
}

/* A single call is looked up: asked about, and told of its own address space alone. */
static void test_look(void **state)
{
	struct feed f = begin(false);
	struct locator *l = table_locator(f.table);
	struct change change = {.start = 0x400000, .end = 0x401000};
	struct call call = {.tid = 21, .len = 4096, .known = CALL_ASKED};
	const struct image *image;

	(void)state;
	feed_joined(&f, &call);
	call.ts_ns = f.now_ns;
	assert_true(locate_look(l, &call)); /* nothing to look for */
	call.changes = &change;
	call.nr_changes = 1;
	assert_false(locate_look(l, &call));
	assert_null(locate_image(l, &call));
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &prog);
	assert_false(locate_look(l, &call));
	assert_int_equal(asks(&f), 0);
	assert_true(locate_look(l, &call));
	image = locate_image(l, &call);
	assert_non_null(image);
	assert_string_equal(image_name(image, change.start), "prog");
	/* a later one, of a mapping that is not known */
	change.start = 0x700000;
	assert_true(locate_look(l, &call));
	call.ts_ns = f.now_ns + 1;
	assert_false(locate_look(l, &call));
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &next);
	assert_int_equal(asks(&f), 0);
	assert_true(locate_look(l, &call));
	/* of the program before, and of one that has ended */
	feed_exec(&f, 20, 20);
	assert_true(locate_look(l, &call));
	assert_null(locate_image(l, &call));
	feed_new(&f, 10, 30, false, "thirty");
	call.tid = 30;
	feed_joined(&f, &call);
	call.ts_ns = f.now_ns;
	feed_exit(&f, 30);
	assert_true(locate_look(l, &call));
	call.tid = 12345;
	assert_true(locate_look(l, &call));
	/* refused: not for ever */
	feed_new(&f, 10, 40, false, "forty");
	call.tid = 40;
	feed_joined(&f, &call);
	call.ts_ns = f.now_ns;
	for (unsigned int i = 0; i < 1000 && !locate_look(l, &call); i++) {
		uint32_t id = asks(&f);

		if (id)
			answer(&f, id, NULL);
	}
	assert_true(locate_look(l, &call));
	table_free(f.table);
}

/* Refused: it is asked again, later and later, of the thread too, and given up. */
static void test_refused(void **state)
{
	struct feed f = begin(false);
	unsigned int nr = 0, of_thread = 0;

	(void)state;
	calls(&f, 21, 0x400100, 1);
	for (unsigned int i = 0; i < 1000; i++) {
		uint32_t id = asks(&f);

		nr += id != 0;
		of_thread += id == 21;
		if (id)
			answer(&f, id, NULL);
	}
	assert_in_range(nr, 3, 20);
	assert_in_range(of_thread, 1, nr - 1);
	site_is(&f, 20, 20, false, "0x400100");
	table_free(f.table);
}

/* Nobody may read them: asked once, and again after the next exec alone. */
static void test_forbidden(void **state)
{
	struct feed f = begin(false);
	struct locator *l = table_locator(f.table);
	struct call call = {.tid = 20, .len = 4096, .site = 0x400100, .known = CALL_ASKED};

	(void)state;
	calls(&f, 20, 0x400100, 1);
	assert_int_equal(asks(&f), 20);
	call.ts_ns = f.now_ns;
	assert_false(locate_look(l, &call));
	locate_refused(l, 20);
	assert_int_equal(l->nr_refused, 1);
	/* no line waits for it */
	assert_true(locate_look(l, &call));
	call.ts_ns = f.now_ns + 1;
	assert_true(locate_look(l, &call));
	for (unsigned int i = 0; i < 100; i++) {
		calls(&f, 20, 0x400200 + i, 1);
		assert_int_equal(asks(&f), 0);
	}
	site_is(&f, 20, 20, false, "0x40025f"); /* of those told apart, all as frequent */
	feed_exec(&f, 20, 20);
	calls(&f, 20, 0x400300, 500);
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &prog);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "prog+0x300");
	table_free(f.table);
}

/* Too often asked: later again, and never given up for that. */
static void test_busy(void **state)
{
	struct feed f = begin(false);
	struct locator *l = table_locator(f.table);

	(void)state;
	calls(&f, 20, 0x400100, 1);
	for (unsigned int i = 0; i < 100; i++) {
		assert_int_equal(asks(&f), 20);
		locate_busy(l, 20, f.now_ns);
		assert_int_equal(locate_wants(l, f.now_ns, f.now_ns, &(uint32_t){0}, 1), 0);
	}
	assert_int_equal(asks(&f), 20);
	answer(&f, 20, &prog);
	assert_int_equal(asks(&f), 0);
	site_is(&f, 20, 20, false, "prog+0x100");
	table_free(f.table);
}

/* The most frequent of more addresses than are told apart. */
static void test_frequent(void **state)
{
	struct sites sites = {0};
	struct names names = {0};
	struct image *image = image_new(&names, &prog, 1);

	(void)state;
	for (unsigned int i = 0; i < 1000; i++) {
		sites_add(&sites, 0x400100, 1);
		sites_add(&sites, 0x400200 + i, 1);
	}
	assert_true(sites.waits);
	assert_null(sites_top(&sites));
	assert_false(sites_name(&sites, image, 2, false));
	assert_int_equal(sites_top(&sites)->offset, 0x100);
	assert_false(sites_add(&sites, 0x400100, 3));
	/* of two as frequent the lower */
	sites_done(&sites);
	sites_add(&sites, 0x400300, 1);
	sites_add(&sites, 0x400200, 1);
	sites_name(&sites, image, 2, false);
	assert_int_equal(sites_top(&sites)->offset, 0x200);
	sites_done(&sites);
	image_free(image);
	names_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_frequent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
