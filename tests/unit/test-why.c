/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "tracer/why.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define TRACEFS 0x74726163 /* uapi/linux/magic.h */

static void test_probe_kind(void **state)
{
	static const char list[] =
		"ffffffff81a3c5a0  k  __x64_sys_mprotect+0x4    [DISABLED][FTRACE]\n"
		"ffffffff81a3c5b0  k  other__ia32_sys_mprotect+0x0    [FTRACE]\n"
		"ffffffff81a3c5c0  r  __ia32_sys_mprotect+0x9  [OPTIMIZED]\n"
		"ffffffff81a3c5d0  k  mprotect_fixup+0x0  ext4 ";

	(void)state;
	assert_string_equal(why_probe_kind(list, "__x64_sys_mprotect"), "ftrace");
	assert_string_equal(why_probe_kind(list, "__ia32_sys_mprotect"), "jump");
	assert_string_equal(why_probe_kind(list, "mprotect_fixup"), "int3");
	assert_null(why_probe_kind(list, "mprotect"));
	assert_null(why_probe_kind(list, "__x64_sys_munmap"));
	assert_null(why_probe_kind("", "mprotect_fixup"));
}

static void test_lockdown(void **state)
{
	static const char *const answers[] = {"", "none", "integrity", "confidentiality"};
	char text[32];
	bool known = false;

	(void)state;
	memset(text, '#', sizeof(text));
	why_lockdown(text, sizeof(text));
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		known |= !strcmp(text, answers[i]);
	assert_true(known);
	if (access("/sys/kernel/security/lockdown", R_OK))
		assert_string_equal(text, "");
	memset(text, '#', sizeof(text));
	why_lockdown(text, 2);
	assert_true(strlen(text) < 2);
	assert_int_equal(text[2], '#');
}

/* One symbol every running kernel of ours has, one that none has, and names that only start alike.
 */
static void test_config(void **state)
{
	const char readable = why_config("PROC_FS");

	(void)state;
	assert_non_null(strchr("y?", readable));
	if (readable == '?') {
		assert_int_equal(why_config("NO_SUCH_OPTION"), '?');
		print_message("# the kernel's configuration cannot be read\n");
		return;
	}
	assert_int_equal(why_config("NO_SUCH_OPTION"), 'n');
	assert_int_equal(why_config("PROC_F"), 'n');
	assert_int_equal(why_config("ROC_FS"), 'n');
	assert_int_equal(why_config(""), 'n');
	assert_non_null(strchr("ymn", why_config("KPROBES")));
	assert_non_null(strchr("ymn", why_config("FTRACE_SYSCALLS")));
	assert_non_null(strchr("yn", why_config("64BIT")));
}

static void expect_fault(const struct fault *fault, int err)
{
	assert_true(err < 0);
	assert_true(fault->what[0]);
	assert_true(fault->object[0]);
	assert_true(fault->remedy[0]);
}

static void test_tracefs(void **state)
{
	struct fault fault = {0};
	struct statfs fs;
	char dir[2048] = "";
	int err = why_tracefs(dir, sizeof(dir), &fault);

	(void)state;
	if (err) {
		expect_fault(&fault, err);
		return;
	}
	assert_int_equal(dir[0], '/');
	assert_int_equal(statfs(dir, &fs), 0);
	assert_int_equal(fs.f_type, TRACEFS);
	assert_string_equal(fault.what, "");
}

/* 0 where the directory stays usable, else the errno. */
static int ask(const char *want, struct fault *fault)
{
	char dir[] = "/tmp/test-why-XXXXXX";
	int err;

	assert_non_null(mkdtemp(dir));
	err = why_source(dir, want, fault);
	rmdir(dir);
	return err;
}

/* A directory that holds neither source, as under lockdown. */
static void test_empty(void **state)
{
	static const char *const wants[] = {NULL, "kprobe", "tracepoint"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wants); i++) {
		struct fault fault = {0};
		int err = ask(wants[i], &fault);

		expect_fault(&fault, err);
		if (err == -ENOENT)
			assert_non_null(strstr(fault.object, "/instances"));
	}
}

/* With instances, but without one or the other source. */
static void test_missing(void **state)
{
	char dir[] = "/tmp/test-why-XXXXXX", path[64], lockdown[32];
	struct fault fault = {0};

	(void)state;
	why_lockdown(lockdown, sizeof(lockdown));
	if (!strcmp(lockdown, "confidentiality"))
		return;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/instances", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	expect_fault(&fault, why_source(dir, NULL, &fault));
	assert_non_null(strstr(fault.what, "kprobes and no system call tracepoints"));
	fault = (struct fault){0};
	expect_fault(&fault, why_source(dir, "kprobe", &fault));
	assert_non_null(strstr(fault.what, "kprobe"));
	assert_non_null(strstr(fault.object, "kprobe_events"));
	assert_non_null(strstr(fault.remedy, "--probe=tracepoint"));
	fault = (struct fault){0};
	expect_fault(&fault, why_source(dir, "tracepoint", &fault));
	assert_non_null(strstr(fault.what, "tracepoint"));
	assert_non_null(strstr(fault.object, "sys_enter_mprotect"));
	assert_non_null(strstr(fault.remedy, "--probe=kprobe"));
	rmdir(path);
	rmdir(dir);
}

/* Something else lies over tracefs: in a mount namespace of our own. */
static int run_covered(void)
{
	struct fault fault = {0};
	char dir[2048];
	int err;

	if (why_tracefs(dir, sizeof(dir), &fault))
		return 77;
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		mount("none", dir, "tmpfs", 0, NULL))
		return 77;
	err = why_tracefs(dir, sizeof(dir), &fault);
	return err < 0 && strstr(fault.what, "lies over") && strstr(fault.remedy, "umount") ? 0 : 1;
}

static void test_covered(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(run_covered());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		print_message("# needs root and tracefs\n");
		return;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_pid_namespace(void **state)
{
	struct stat st;

	(void)state;
	if (stat("/proc/self/ns/pid", &st))
		assert_false(why_pid_namespace());
	else
		assert_int_equal(why_pid_namespace(), st.st_ino != 0xEFFFFFFC);
}

static void expect_point(const char *line, size_t size, const char *point)
{
	char out[64] = "";

	assert_true(why_mount_line(line, "tracefs", out, size));
	assert_string_equal(out, point);
}

static void test_mount_line(void **state)
{
	char out[64];

	(void)state;
	expect_point("31 22 0:11 / /sys/kernel/tracing rw,nosuid shared:12 - tracefs tracefs rw\n",
		sizeof(out), "/sys/kernel/tracing");
	expect_point("31 22 0:11 / /mnt/a\\040b\\134\\011c rw - tracefs none rw\n", sizeof(out),
		"/mnt/a b\\\tc");
	/* no escapes, and the room ends before the text does */
	expect_point("31 22 0:11 / /a\\0 rw - tracefs none rw\n", sizeof(out), "/a\\0");
	expect_point("31 22 0:11 / /a\\+12\\ rw - tracefs none rw\n", sizeof(out), "/a\\+12\\");
	expect_point("31 22 0:11 / /sys/kernel/tracing rw - tracefs none rw\n", 5, "/sys");
	assert_false(why_mount_line(
		"24 1 8:1 / /tracefs rw - ext4 /dev/sda1 rw\n", "tracefs", out, sizeof(out)));
	assert_false(why_mount_line("31 22 - tracefs", "tracefs", out, sizeof(out)));
	assert_false(why_mount_line("", "tracefs", out, sizeof(out)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe_kind),
		cmocka_unit_test(test_lockdown),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_mount_line),
		cmocka_unit_test(test_tracefs),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_covered),
		cmocka_unit_test(test_pid_namespace),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
