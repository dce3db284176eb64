/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output_call.h"
#include "base/mem.h"
#include "jsoncheck.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TIME 50607.25

static const struct run_info info = {.version = "0.1.0", .machine = "x86_64"};

static const char *site(const struct call *call, void *arg)
{
	(void)arg;
	return call->site ? "libfoo.so+0x1a2b" : NULL;
}

static const struct call_names names = {.site = site};

static const struct change changes[] = {
	{0x7f0000001000, 0x7f0000002000, 0x73, 0x75, false, false},
	{0x7f0000002000, 0x7f0000004000, 0x71, 0x75, true, false},
	{0x7f0000004000, 0x7f0000005000, 0x73, 0x75, false, true},
};

/* It failed half-way. */
static struct journal_entry half(void)
{
	return (struct journal_entry){.pid = 4242,
		.comm = "node",
		.why = "jit",
		.call = {.ts_ns = 1,
			.duration_ns = 1230,
			.addr = 0x7f0000001000,
			.len = 0x4000,
			.prot = 0x01000045,
			.site = 1,
			.ret = -ENOMEM,
			.key = EVENT_NO_KEY,
			.tid = 4243,
			.cpu = 3,
			.known = CALL_ASKED | CALL_RETURNED | CALL_TIMED | CALL_CHANGED,
			.kinds = 2 | 8,
			.maps = 3,
			.nr_changes = 3,
			.changes = changes}};
}

/* Only that it was, and that it was refused. */
static struct journal_entry refused(void)
{
	return (struct journal_entry){.pid = EVENT_NO_ID,
		.call = {.tid = 99,
			.ret = -EPERM,
			.key = EVENT_NO_KEY,
			.flags = EVENT_PKEY | EVENT_COMPAT,
			.known = CALL_RETURNED | CALL_REFUSED}};
}

static struct journal_entry mapped(void)
{
	return (struct journal_entry){.pid = 7,
		.comm = "a,\"b\033",
		.call = {.tid = 7,
			.len = 8192,
			.prot = 3,
			.ret = 0x7f0000000000,
			.key = EVENT_NO_KEY,
			.flags = EVENT_MMAP,
			.known = CALL_ASKED | CALL_RETURNED}};
}

static struct output_config config_of(const char *format)
{
	struct output_config config = {.format = format_find(format),
		.events = true,
		.names = &names,
		.machine = "x86_64"};
	FILE *file = tmpfile();

	assert_non_null(config.format);
	assert_non_null(file);
	config.fd = dup(fileno(file));
	fclose(file);
	return config;
}

/* The caller frees. */
static char *written(const struct output_config *config, const struct journal_entry *entry)
{
	struct call_line line = {.entry = entry, .time = TIME, .since_s = 0.125};
	struct output *o = output_new(config);
	char *text;
	off_t len;

	if (strcmp(config->format->name, "json"))
		assert_int_equal(output_start(o, &info, TIME), 0);
	assert_int_equal(output_call(o, &line), 0);
	output_free(o);
	len = lseek(config->fd, 0, SEEK_END);
	text = mem_new(len + 1, 1);
	assert_int_equal(pread(config->fd, text, len, 0), len);
	close(config->fd);
	return text;
}

static void check(const char *format, const struct journal_entry *entry, const char *want)
{
	struct output_config config = config_of(format);
	char *got;

	config.quiet = true;
	got = written(&config, entry);
	assert_string_equal(got, want);
	if (!strcmp(format, "json"))
		assert_int_equal(jsoncheck_lines(got), 1);
	free(got);
}

static void test_json(void **state)
{
	struct journal_entry entry = half();

	(void)state;
	check("json", &entry,
		"{\"type\":\"call\",\"time\":50607.25,\"pid\":4242,\"tid\":4243,\"comm\":\"node\","
		"\"cpu\":3,\"syscall\":\"mprotect\",\"compat\":false,\"addr\":\"0x7f0000001000\","
		"\"len\":\"16384\",\"prot\":\"r-x|GROWSDOWN|0x40\",\"prot_bits\":16777285,"
		"\"pkey\":null,\"ok\":false,\"ret\":-12,\"errname\":\"ENOMEM\","
		"\"duration_ns\":1230,\"site\":\"libfoo.so+0x1a2b\",\"site_addr\":\"0x1\",\"why\":"
		"\"jit\",\"kinds\":[\"w>"
		"x\",\"+x\"],"
		"\"changes\":["
		"{\"addr\":\"0x7f0000001000\",\"len\":\"4096\",\"old\":\"rw-\",\"new\":\"r-x\","
		"\"kind\":\"w>x\",\"backing\":\"anonymous\"},"
		"{\"addr\":\"0x7f0000002000\",\"len\":\"8192\",\"old\":\"r--\",\"new\":\"r-x\","
		"\"kind\":\"+x\",\"backing\":\"file\"},"
		"{\"addr\":\"0x7f0000004000\",\"len\":\"4096\",\"old\":\"rw-\",\"new\":\"rw-\","
		"\"kind\":null,\"backing\":\"anonymous\"}]}\n");
	entry = refused();
	check("json", &entry,
		"{\"type\":\"call\",\"time\":50607.25,\"pid\":null,\"tid\":99,\"comm\":null,"
		"\"cpu\":0,\"syscall\":\"pkey_mprotect\",\"compat\":true,\"addr\":null,"
		"\"len\":null,\"prot\":null,\"prot_bits\":null,\"pkey\":null,\"ok\":false,"
		"\"ret\":-1,\"errname\":\"EPERM\",\"duration_ns\":null,\"site\":null,\"site_addr\":"
		"null,"
		"\"why\":null,\"kinds\":null,\"changes\":null}\n");
	entry = mapped();
	check("json", &entry,
		"{\"type\":\"call\",\"time\":50607.25,\"pid\":7,\"tid\":7,\"comm\":\"a,\\\"b?\","
		"\"cpu\":0,\"syscall\":\"mmap\",\"compat\":false,\"addr\":\"0x7f0000000000\","
		"\"len\":\"8192\",\"prot\":\"rw-\",\"prot_bits\":3,\"pkey\":null,\"ok\":true,"
		"\"ret\":139637976727552,\"errname\":null,\"duration_ns\":null,\"site\":null,"
		"\"site_addr\":null,"
		"\"why\":null,\"kinds\":null,\"changes\":null}\n");
}

/* What is known changes what is shown, and nothing else does. */
static void test_json_known(void **state)
{
	struct journal_entry entry = half();
	struct output_config config = config_of("json");
	char *got;

	(void)state;
	/* its changes may be another's: there, yet not told */
	entry.call.known = CALL_ASKED;
	entry.call.flags = EVENT_PKEY;
	got = written(&config, &entry);
	assert_non_null(strstr(got, "\"pkey\":-1,\"ok\":null,\"ret\":null,\"errname\":null,"
				    "\"duration_ns\":null,"));
	assert_non_null(strstr(got, "\"kinds\":null,\"changes\":null}"));
	free(got);
	entry = mapped();
	entry.call.flags = EVENT_MUNMAP;
	entry.call.ret = 0;
	config = config_of("json");
	got = written(&config, &entry);
	assert_non_null(strstr(got, "\"syscall\":\"munmap\",\"compat\":false,\"addr\":\"0x0\","
				    "\"len\":\"8192\",\"prot\":null,\"prot_bits\":null,"));
	free(got);
	/* more than a double holds */
	entry.call.ret = INT64_C(1) << 53;
	config = config_of("json");
	got = written(&config, &entry);
	assert_non_null(strstr(got, "\"ok\":true,\"ret\":null,"));
	free(got);
	/* nothing was touched: known, and none */
	entry = half();
	entry.call.nr_changes = entry.call.kinds = 0;
	config = config_of("json");
	got = written(&config, &entry);
	assert_non_null(strstr(got, "\"kinds\":[],\"changes\":[]}"));
	free(got);
}

static void test_csv(void **state)
{
	struct output_config config = config_of("csv");
	struct journal_entry entry = refused();
	char *got = written(&config, &entry);

	(void)state;
	assert_string_equal(got,
		"time,pid,tid,comm,cpu,syscall,compat,addr,len,prot,prot_bits,pkey,ok,ret,errname,"
		"duration_ns,site,kinds,change_addr,change_len,old,new,kind,backing,why,lost\n"
		"50607.250000,,99,,0,pkey_mprotect,true,,,,,,false,-1,EPERM,,,,,,,,,,,\n");
	free(got);
	entry = half();
#define FIELDS                                                                                     \
	"50607.250000,4242,4243,node,3,mprotect,false,0x7f0000001000,16384,r-x|GROWSDOWN|0x40,"    \
	"16777285,,false,-12,ENOMEM,1230,libfoo.so+0x1a2b,w>x +x,"
	check("csv", &entry,
		FIELDS "0x7f0000001000,4096,rw-,r-x,w>x,anonymous,jit,\n" FIELDS
		       "0x7f0000002000,8192,r--,r-x,+x,file,jit,\n" FIELDS
		       "0x7f0000004000,4096,rw-,rw-,,anonymous,jit,\n");
	entry = mapped();
	check("csv", &entry,
		"50607.250000,7,7,\"a,\"\"b?\",0,mmap,false,0x7f0000000000,8192,rw-,3,,true,"
		"139637976727552,,,,,,,,,,,,\n");
	entry.call.known = CALL_ASKED;
	entry.comm[0] = '\0';
	check("csv", &entry, "50607.250000,7,7,,0,mmap,false,0x0,8192,rw-,3,,,,,,,,,,,,,,,\n");
}

static void test_lost(void **state)
{
	struct journal_entry entry = {.lost = 123, .call.cpu = 1};

	(void)state;
	check("json", &entry, "{\"type\":\"lost\",\"time\":50607.25,\"cpu\":1,\"count\":123}\n");
	check("csv", &entry, "50607.250000,,,,1,,,,,,,,,,,,,,,,,,,,,123\n");
	check("table", &entry, "       0.125000 -- 123 events lost on CPU 1 --\n");
	entry.nowhere = true;
	entry.lost = 1;
	check("json", &entry, "{\"type\":\"lost\",\"time\":50607.25,\"cpu\":null,\"count\":1}\n");
	check("csv", &entry, "50607.250000,,,,,,,,,,,,,,,,,,,,,,,,,1\n");
	check("table", &entry, "       0.125000 -- 1 event lost, time and CPU not known --\n");
}

static void test_table(void **state)
{
	struct output_config config = config_of("table");
	struct journal_entry entry = half();
	char *got;

	(void)state;
	check("table", &entry,
		"       0.125000    4242 node            mprotect      0x7f0000001000 16.0K "
		"r-x|GROWSDOWN|0x40 ENOMEM  1.23us libfoo.so+0x1a2b         jit         "
		"rw- > r-x w>x anonymous, r-- > r-x +x file, rw- > rw- anonymous failed\n");
	entry = refused();
	check("table", &entry,
		"       0.125000     99? -               pkey_mprotect              -     - -    "
		"EPERM        - -                        -           -\n");
	entry = half();
	entry.call.flags = EVENT_PKEY;
	entry.call.prot = 1;
	entry.call.key = 5;
	entry.call.nr_changes = 0;
	entry.call.ret = 0;
	config.raw = config.timestamps = true;
	got = written(&config, &entry);
	assert_string_equal(got,
		"           TIME     PID COMMAND         CALL                    ADDR   LEN PROT "
		"RESULT    TOOK SITE                     WHY         CHANGES\n"
		"14:03:27.250000    4242 node            pkey_mprotect 0x7f0000001000 16384 "
		"r-- key 5 ok        1230 libfoo.so+0x1a2b         jit         none\n");
	free(got);
}

static void test_table_many(void **state)
{
	struct change many[20];
	struct journal_entry entry = half();
	struct output_config config = config_of("table");
	char *got;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = changes[0];
	entry.call.changes = many;
	entry.call.nr_changes = ARRAY_SIZE(many);
	config.quiet = true;
	got = written(&config, &entry);
	assert_non_null(strstr(got, "anonymous, 12 more\n"));
	free(got);
	config = config_of("table");
	config.quiet = true;
	config.width = 41;
	strcpy(entry.comm, "\xe2\x82\xac\nx");
	got = written(&config, &entry);
	assert_string_equal(got, "       0.125000    4242 \xe2\x82\xac?x             m\n");
	free(got);
}

/* A stranger's name on the line, and lines held until they are wanted. */
static void test_hold(void **state)
{
	struct output_config config = config_of("json");
	struct journal_entry entry = mapped();
	struct call_line line = {.entry = &entry, .time = TIME};
	struct output *o = output_new(&config);

	(void)state;
	output_hold(o);
	assert_int_equal(output_call(o, &line), 0);
	assert_int_equal(output_call(o, &line), 0);
	assert_int_equal(lseek(config.fd, 0, SEEK_END), 0);
	assert_int_equal(output_flush(o), 0);
	assert_true(lseek(config.fd, 0, SEEK_END) > 0);
	/* not without end */
	output_hold(o);
	ftruncate(config.fd, 0);
	for (unsigned int i = 0; i < 5000; i++)
		output_call(o, &line);
	assert_true(lseek(config.fd, 0, SEEK_END) > 0);
	output_free(o);
	close(config.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_known),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_many),
		cmocka_unit_test(test_hold),
	};

	setenv("TZ", "UTC", 1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
