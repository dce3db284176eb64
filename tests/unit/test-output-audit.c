/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "output/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct audit_reason bad = {"makes it, \"so\"", "do not"};
static const struct audit_reason good = {"nothing", "set it"};

static const struct audit_call call = {
	.call = {.ts_ns = 2000000000,
		.addr = 0x7f0000001000,
		.len = 8192,
		.prot = 7,
		.tid = 4243,
		.nr_changes = 1,
		.known = CALL_ASKED | CALL_RETURNED | CALL_CHANGED},
	.change = {0x7f0000002000, 0x7f0000003000, 3, 7, false, false},
	.pid = 4242,
	.comm = "fpm\033worker",
	.site = "libpcre2-8.so.0+0x1a2b",
	.backing = "anonymous",
};

/* Broken by a process with a hostile name; and one that passes, of a unit. */
static const struct audit broken = {.of = {{AUDIT_BREAK, &bad, &call}, {AUDIT_REFUSED, &bad, NULL},
					    {AUDIT_UNKNOWN, &bad, NULL}}};
static const struct audit passed = {
	.of = {{AUDIT_PASS, &good, NULL}, {AUDIT_PASS, &good, NULL}, {AUDIT_PASS, &good, NULL}},
	.applies = AUDIT_SECCOMP};

static const struct row rows[] = {
	{.t = {.pid = 4242, .start_ns = 9007199254740993},
		.user = "www",
		.comm = "php?fpm",
		.audit = &broken},
	{.t = {.pid = 7}, .unit = "a@b.service", .audit = &passed},
	{.t = {.pid = EVENT_NO_ID, .start_ns = 77, .flags = ROW_GROUP},
		.name = "c.service",
		.unit = "c.service",
		.container = "docker:0123456789ab",
		.audit = &broken},
};

static const struct daytime daytime = {.offset_s = 998};

static const struct verdict_line lines[] = {
	{.time = 1000.5, .row = &rows[0], .daytime = &daytime, .begin_s = 1.5},
	{.time = 1000.5, .row = &rows[1], .unit_passes = true, .dropin = true},
};

/* A unit of several processes; one that passes has its text once. */
static const struct verdict_line units[] = {
	{.time = 1000.5, .row = &rows[2], .group = "unit", .daytime = &daytime, .begin_s = 1.5},
	{.time = 1000.5, .row = &rows[1], .unit_passes = true},
};

/* What a format writes of both, in text. */
static void write_lines(
	const char *format, const struct verdict_line *list, bool quiet, char *text, size_t size)
{
	FILE *file = tmpfile();
	struct output_config config = {.format = format_find(format),
		.audit = true,
		.quiet = quiet,
		.machine = "x86_64",
		.fd = fileno(file)};
	struct output *o = output_new(&config);
	ssize_t len;

	assert_false(output_rows(o));
	assert_int_equal(output_verdicts(o, list[0].group, AUDIT_SECCOMP), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(output_verdict(o, &list[i]), 0);
	output_free(o);
	len = pread(fileno(file), text, size - 1, 0);
	assert_true(len > 0);
	text[len] = '\0';
	fclose(file);
}

static void write_all(const char *format, bool quiet, char *text, size_t size)
{
	write_lines(format, lines, quiet, text, size);
}

static void test_table(void **state)
{
	static const char head[] =
		"    PID USER     COMMAND         MDWE    SECCOMP SELINUX WHY (seccomp applies)\n";
	static const char body[] =
		"   4242 www      php?fpm         break   refused unknown makes it, \"so\"; "
		"libpcre2-8.so.0+0x1a2b: mprotect rw- > rwx anonymous, 4.0K at "
		"0x7f0000002000, after 0.500 s; do not\n"
		"      7 -        -               pass    pass    pass    nothing; set it\n"
		"        /etc/systemd/system/a@b.service.d/memory-deny-write-execute.conf: "
		"[Service] MemoryDenyWriteExecute=yes\n";
	char text[2048];

	(void)state;
	write_all("table", false, text, sizeof(text));
	assert_memory_equal(text, head, strlen(head));
	assert_string_equal(text + strlen(head), body);
	write_all("table", true, text, sizeof(text));
	assert_string_equal(text, body);
}

static void test_csv(void **state)
{
	static const char head[] =
		"time,pid,start_ns,comm,user,unit,container,mdwe,mdwe_reason,seccomp,seccomp_"
		"reason,selinux,"
		"selinux_reason,applies,call_time,call_pid,call_comm,syscall,addr,len,prot,old,new,"
		"backing,site,library,remedy\n";
	static const char body[] =
		"1000.500000,4242,9007199254740993,php?fpm,www,,,break,\"makes it, \"\"so\"\"\","
		"refused,\"makes it, \"\"so\"\"\",unknown,\"makes it, "
		"\"\"so\"\"\",mdwe,1000.000000,4242,"
		"fpm?worker,mprotect,"
		"0x7f0000002000,4096,rwx,rw-,rwx,anonymous,libpcre2-8.so.0+0x1a2b,"
		"libpcre2-8.so.0,do not\n"
		"1000.500000,7,,,,a@b.service,,pass,nothing,pass,nothing,pass,nothing,seccomp,"
		",,,,,,,,,,,,set it\n";
	char text[2048];

	(void)state;
	write_all("csv", false, text, sizeof(text));
	assert_memory_equal(text, head, strlen(head));
	assert_string_equal(text + strlen(head), body);
	write_all("csv", true, text, sizeof(text));
	assert_string_equal(text, body);
}

static void test_json(void **state)
{
	static const char want[] =
		"{\"type\":\"verdict\",\"time\":1000.5,\"pid\":4242,"
		"\"start_ns\":\"9007199254740993\",\"comm\":\"php?fpm\",\"user\":\"www\","
		"\"unit\":null,\"container\":null,\"mdwe\":{\"result\":\"break\",\"reason\":"
		"\"makes it, \\\"so\\\"\","
		"\"call\":{\"time\":1000.0,\"pid\":4242,\"tid\":4243,\"comm\":\"fpm?worker\","
		"\"syscall\":\"mprotect\",\"compat\":false,"
		"\"addr\":\"0x7f0000002000\",\"len\":\"4096\",\"prot\":\"rwx\",\"old\":\"rw-\","
		"\"new\":\"rwx\",\"backing\":\"anonymous\",\"site\":\"libpcre2-8.so.0+0x1a2b\","
		"\"library\":\"libpcre2-8.so.0\"}},"
		"\"seccomp\":{\"result\":\"refused\",\"reason\":\"makes it, \\\"so\\\"\","
		"\"call\":null},\"selinux\":{\"result\":\"unknown\",\"reason\":\"makes it, "
		"\\\"so\\\"\",\"call\":null},\"applies\":\"mdwe\",\"remedy\":\"do not\","
		"\"dropin\":null}\n"
		"{\"type\":\"verdict\",\"time\":1000.5,\"pid\":7,\"start_ns\":null,\"comm\":null,"
		"\"user\":null,\"unit\":\"a@b.service\",\"container\":null,\"mdwe\":{\"result\":"
		"\"pass\","
		"\"reason\":\"nothing\",\"call\":null},\"seccomp\":{\"result\":\"pass\","
		"\"reason\":\"nothing\",\"call\":null},\"selinux\":{\"result\":\"pass\","
		"\"reason\":\"nothing\",\"call\":null},\"applies\":\"seccomp\","
		"\"remedy\":\"set it\",\"dropin\":{\"path\":\"/etc/systemd/system/a@b.service.d/"
		"memory-deny-write-execute.conf\",\"section\":\"Service\","
		"\"setting\":\"MemoryDenyWriteExecute=yes\"}}\n";
	char text[4096];

	(void)state;
	write_all("json", false, text, sizeof(text));
	assert_string_equal(text, want);
}

static void test_groups(void **state)
{
	static const char table[] =
		"UNIT                         MDWE    SECCOMP SELINUX WHY (seccomp applies)\n"
		"c.service                    break   refused unknown makes it, \"so\"; "
		"libpcre2-8.so.0+0x1a2b in fpm?worker: mprotect rw- > rwx anonymous, 4.0K at "
		"0x7f0000002000, after 0.500 s; do not\n"
		"      7 -        -               pass    pass    pass    nothing; set it\n";
	static const char csv[] = "\n1000.500000,,,c.service,,c.service,docker:0123456789ab,break,";
	static const char json[] =
		"{\"type\":\"verdict\",\"time\":1000.5,\"group\":\"unit\",\"pid\":null,"
		"\"start_ns\":null,\"comm\":\"c.service\",\"user\":null,"
		"\"unit\":\"c.service\",\"container\":\"docker:0123456789ab\",\"mdwe\":{";
	char text[4096];

	(void)state;
	write_lines("table", units, false, text, sizeof(text));
	assert_string_equal(text, table);
	write_lines("csv", units, false, text, sizeof(text));
	assert_non_null(strstr(text, csv));
	write_lines("json", units, false, text, sizeof(text));
	assert_memory_equal(text, json, strlen(json));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_groups),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
