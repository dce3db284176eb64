/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "tracer/priv.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define UID 65534u
#define GID 65533u

/* A check in a child of its own: dropping is for good. It returns the line that failed, or 0. */
static void in_child(int (*run)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int line = run();

		if (line)
			print_message("# line %d: %s\n", line, strerror(errno));
		fflush(NULL);
		_exit(line ? 1 : 0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define CHECK(condition)                                                                           \
	do                                                                                         \
		if (!(condition))                                                                  \
			return __LINE__;                                                           \
	while (0)

static void need_root(void)
{
	if (geteuid()) {
		print_message("# needs root\n");
		return;
	}
}

/* A line of /proc/self/status, behind its name. */
static bool status_line(const char *name, char *text, size_t size)
{
	char line[4096];
	FILE *f = fopen("/proc/self/status", "re");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		size_t len = strlen(name);

		found = !strncmp(line, name, len) && line[len] == ':';
		if (found)
			snprintf(text, size, "%s", line + len + 1);
	}
	if (f)
		fclose(f);
	return found;
}

static bool status_is(const char *name, const char *want)
{
	char text[4096], *end;

	if (!status_line(name, text, sizeof(text)))
		return false;
	end = text + strlen(text);
	while (end > text && strchr(" \t\n", end[-1]))
		*--end = '\0';
	return !strcmp(text + strspn(text, " \t"), want);
}

static int check_dropped(void)
{
	static const char *const sets[] = {"CapInh", "CapPrm", "CapEff", "CapAmb"};

	CHECK(status_is("Uid", "65534\t65534\t65534\t65534"));
	CHECK(status_is("Gid", "65533\t65533\t65533\t65533"));
	CHECK(status_is("Groups", ""));
	CHECK(status_is("NoNewPrivs", "1"));
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		CHECK(status_is(sets[i], "0000000000000000"));
	CHECK(status_is("CapBnd", "0000000000000000"));
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	CHECK(setuid(0) < 0 && errno == EPERM);
	CHECK(setresuid(0, 0, 0) < 0);
	CHECK(setgid(0) < 0);
	CHECK(setgroups(0, NULL) < 0);
	CHECK(access("/proc/1/environ", R_OK) < 0);
	return 0;
}

static int run_drop(void)
{
	const struct priv_user nobody = {.uid = UID, .gid = GID, .name = "nobody"};
	const gid_t groups[] = {0, 4, 27};
	struct fault fault = {0};

	CHECK(!setgroups(ARRAY_SIZE(groups), groups));
	CHECK(!priv_drop(&nobody, &fault));
	CHECK(!fault.what[0]);
	return check_dropped();
}

static void test_drop(void **state)
{
	(void)state;
	need_root();
	in_child(run_drop);
}

/* Capabilities kept over the change of uid, and ambient ones, go too. */
static int run_drop_kept(void)
{
	const struct priv_user nobody = {.uid = UID, .gid = GID, .name = ""};

	CHECK(!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	CHECK(!priv_drop(&nobody, NULL));
	return check_dropped();
}

static void test_drop_kept(void **state)
{
	(void)state;
	need_root();
	in_child(run_drop_kept);
}

/* Twice, and by one who has nothing to drop: the state is the same. */
static int run_drop_again(void)
{
	const struct priv_user nobody = {.uid = UID, .gid = GID, .name = "nobody"};

	CHECK(!priv_drop(&nobody, NULL));
	CHECK(!priv_drop(&nobody, NULL));
	return check_dropped();
}

static void test_drop_again(void **state)
{
	(void)state;
	need_root();
	in_child(run_drop_again);
}

/* Without the right to become that user there is a fault, and no way on. */
static int run_refused(void)
{
	const struct priv_user other = {.uid = 12345, .gid = 12345, .name = "other"};
	struct fault fault = {0};

	if (!geteuid())
		CHECK(!setresgid(GID, GID, GID) && !setresuid(UID, UID, UID));
	CHECK(priv_become(&other, &fault) == -EPERM);
	CHECK(fault.err == EPERM && fault.what[0] && fault.remedy[0]);
	CHECK(!strcmp(fault.object, "uid 12345"));
	CHECK(priv_drop(&other, NULL) == -EPERM);
	CHECK(geteuid() != 12345);
	return 0;
}

static void test_refused(void **state)
{
	(void)state;
	in_child(run_refused);
}

static int run_become(void)
{
	const struct priv_user user = {
		.uid = UID, .gid = GID, .name = "x", .nr_groups = 2, .groups = {7, 9}};

	CHECK(!priv_become(&user, NULL));
	CHECK(status_is("Uid", "65534\t65534\t65534\t65534"));
	CHECK(status_is("Gid", "65533\t65533\t65533\t65533"));
	CHECK(status_is("Groups", "7 9"));
	CHECK(status_is("CapEff", "0000000000000000"));
	CHECK(setuid(0) < 0);
	return 0;
}

static void test_become(void **state)
{
	(void)state;
	need_root();
	in_child(run_become);
}

/* A service's user with ambient capabilities, which a change to another user does not take. */
static int run_become_ambient(void)
{
	const struct priv_user user = {.uid = UID, .gid = GID, .name = "x"};
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	const char *const zero = "0000000000000000";
	const uint32_t caps = 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_DAC_OVERRIDE;
	struct __user_cap_data_struct have[2] = {{caps, caps, caps}, {0, 0, 0}};

	CHECK(!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	CHECK(!setresgid(UID - 7, UID - 7, UID - 7) && !setresuid(UID - 7, UID - 7, UID - 7));
	CHECK(!syscall(SYS_capset, &head, have));
	CHECK(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SETUID, 0, 0));
	CHECK(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0));
	CHECK(priv_become(&user, NULL) == 0);
	CHECK(geteuid() == UID);
	CHECK(status_is("CapPrm", zero) && status_is("CapEff", zero));
	CHECK(status_is("CapInh", zero) && status_is("CapAmb", zero));
	return 0;
}

static void test_become_ambient(void **state)
{
	(void)state;
	need_root();
	in_child(run_become_ambient);
}

/* The monitor is nobody, whoever called; files are made as who called. */
static void expect_users(const char *sudo_uid, uid_t caller, uid_t monitor, gid_t group)
{
	struct priv_user user;

	memset(&user, 0xff, sizeof(user));
	if (sudo_uid)
		setenv("SUDO_UID", sudo_uid, 1);
	else
		unsetenv("SUDO_UID");
	assert_int_equal(priv_monitor_user(&user, NULL), 0);
	assert_int_equal(user.uid, monitor);
	assert_int_equal(user.gid, group);
	assert_true(memchr(user.name, '\0', sizeof(user.name)) != NULL);
	assert_int_equal(user.nr_groups, 0);
	priv_caller(&user);
	assert_int_equal(user.uid, caller);
	unsetenv("SUDO_UID");
}

/* A uid, from 1 on, that no user has. */
static uid_t missing_uid(void)
{
	uid_t uid = 54321;

	while (getpwuid(uid))
		uid++;
	return uid;
}

/* Only the number of another user counts; whatever else it says, root called. */
static void test_sudo_uid(void **state)
{
	static const char *const garbage[] = {"0", "", " ", "-1", "+1", "1 ", " 1", "1x", "0x1",
		"root", "1e3", "00", "1\n", "4294967295", "4294967296", "18446744073709551616",
		"18446744073709551617", "99999999999999999999999999"};
	const struct passwd *pw = getpwnam("nobody");
	uid_t nobody = pw ? pw->pw_uid : 65534;
	gid_t nogroup = pw ? pw->pw_gid : 65534;
	char text[32];

	(void)state;
	need_root();
	expect_users(NULL, 0, nobody, nogroup);
	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++)
		expect_users(garbage[i], 0, nobody, nogroup);
	/* it is not root's only because no name goes with it */
	snprintf(text, sizeof(text), "%u", missing_uid());
	expect_users(text, missing_uid(), nobody, nogroup);
	/* whoever comes first in the list of users and is neither root nor nobody */
	setpwent();
	do
		pw = getpwent();
	while (pw && (!pw->pw_uid || pw->pw_uid == nobody));
	endpwent();
	if (!pw)
		return;
	snprintf(text, sizeof(text), "%u", pw->pw_uid);
	expect_users(text, pw->pw_uid, nobody, nogroup);
}

/* Who is not root stays who he is, whatever the variable says. */
static int run_sudo_uid_plain(void)
{
	struct priv_user user;

	if (!geteuid())
		CHECK(!setresgid(GID, GID, GID) && !setresuid(UID, UID, UID));
	setenv("SUDO_UID", "1", 1);
	CHECK(!priv_monitor_user(&user, NULL));
	CHECK(user.uid == geteuid() && user.gid == getegid());
	CHECK(!priv_drop(&user, NULL));
	CHECK(status_is("NoNewPrivs", "1"));
	CHECK(status_is("CapPrm", "0000000000000000"));
	return 0;
}

static void test_sudo_uid_plain(void **state)
{
	(void)state;
	in_child(run_sudo_uid_plain);
}

static bool in_groups(const struct priv_user *user, gid_t gid)
{
	for (int i = 0; i < user->nr_groups; i++)
		if (user->groups[i] == gid)
			return true;
	return false;
}

static void test_find_user(void **state)
{
	struct priv_user user;
	char text[32];

	(void)state;
	memset(&user, 0xff, sizeof(user));
	assert_int_equal(priv_find_user("root", &user, NULL), 0);
	assert_int_equal(user.uid, 0);
	assert_string_equal(user.name, "root");
	assert_true(in_groups(&user, user.gid));
	memset(&user, 0xff, sizeof(user));
	assert_int_equal(priv_find_user("0", &user, NULL), 0);
	assert_int_equal(user.uid, 0);
	assert_string_equal(user.name, "root");
	/* a number needs no user */
	memset(&user, 0xff, sizeof(user));
	snprintf(text, sizeof(text), "%u", missing_uid());
	assert_int_equal(priv_find_user(text, &user, NULL), 0);
	assert_int_equal(user.uid, missing_uid());
	assert_int_equal(user.gid, missing_uid());
	assert_string_equal(user.name, "");
	assert_int_equal(user.nr_groups, 0);
}

static void test_find_nobody(void **state)
{
	static const char *const garbage[] = {"", "no such user", "-1", "1x", "0x1", " 0", "root ",
		"4294967294", "4294967295", "4294967296", "99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++) {
		struct fault fault = {0};
		struct priv_user user;

		assert_true(priv_find_user(garbage[i], &user, &fault) < 0);
		assert_string_equal(fault.object, garbage[i]);
		assert_string_equal(fault.what, "no such user");
		assert_true(fault.remedy[0]);
	}
}

static int run_setuid(void)
{
	struct fault fault = {0};

	CHECK(!priv_refuse_setuid(&fault));
	CHECK(!fault.what[0]);
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	return 0;
}

/* Called as it should be, it goes on, and out of others' reach. */
static void test_setuid(void **state)
{
	(void)state;
	in_child(run_setuid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_drop_kept),
		cmocka_unit_test(test_drop_again),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_become),
		cmocka_unit_test(test_become_ambient),
		cmocka_unit_test(test_sudo_uid),
		cmocka_unit_test(test_sudo_uid_plain),
		cmocka_unit_test(test_find_user),
		cmocka_unit_test(test_find_nobody),
		cmocka_unit_test(test_setuid),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
