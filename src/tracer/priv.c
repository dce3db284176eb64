/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/priv.h"
#include "base/num.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY     65534 /* kernel's overflowuid, where no user is called nobody */
#define MAX_ID     4294967293u
#define LAST_PROBE 63 /* capabilities that could ever exist: the sets have 64 bits */

int priv_refuse_setuid(struct fault *fault)
{
	/* nor may anyone who is not root reach into us */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (!getauxval(AT_SECURE))
		return 0;
	return fault_set(fault, EPERM, "mprottop",
		"remove the set-user-ID bit or file capabilities and use sudo",
		"will not run with privilege that its caller does not have");
}

static void user_of(const struct passwd *pw, struct priv_user *user)
{
	*user = (struct priv_user){.uid = pw->pw_uid, .gid = pw->pw_gid};
	snprintf(user->name, sizeof(user->name), "%s", pw->pw_name);
}

int priv_find_user(const char *text, struct priv_user *user, struct fault *fault)
{
	const struct passwd *pw = getpwnam(text);
	uint64_t id;

	if (!pw && !num_u64(text, 0, MAX_ID, &id)) {
		pw = getpwuid((uid_t)id);
		if (!pw) {
			*user = (struct priv_user){.uid = (uid_t)id, .gid = (gid_t)id};
			return 0;
		}
	}
	if (!pw)
		return fault_set(
			fault, 0, text, "name a user of this system, or a number", "no such user");
	user_of(pw, user);
	user->nr_groups = PRIV_MAX_GROUPS;
	if (getgrouplist(user->name, user->gid, user->groups, &user->nr_groups) < 0)
		user->nr_groups = PRIV_MAX_GROUPS;
	return 0;
}

/* SUDO_UID's user, where root was got by sudo. */
static const struct passwd *sudo_user(void)
{
	const char *sudo = geteuid() ? NULL : getenv("SUDO_UID");
	const struct passwd *pw;
	uint64_t id;

	if (!sudo || num_u64(sudo, 1, MAX_ID, &id))
		return NULL;
	pw = getpwuid((uid_t)id);
	return pw && pw->pw_uid ? pw : NULL;
}

/* The same where no name goes with the number: it is root's no more for that. */
static void sudo_number(struct priv_user *user)
{
	const char *uid = geteuid() ? NULL : getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
	uint64_t id;

	if (!uid || num_u64(uid, 1, MAX_ID, &id))
		return;
	*user = (struct priv_user){.uid = (uid_t)id, .gid = (gid_t)id};
	if (gid && !num_u64(gid, 1, MAX_ID, &id))
		user->gid = (gid_t)id;
}

void priv_caller(struct priv_user *user)
{
	const struct passwd *pw = sudo_user();

	*user = (struct priv_user){.uid = geteuid(), .gid = getegid()};
	if (!pw) {
		sudo_number(user);
		return;
	}
	user_of(pw, user);
	user->nr_groups = PRIV_MAX_GROUPS;
	if (getgrouplist(user->name, user->gid, user->groups, &user->nr_groups) < 0)
		user->nr_groups = PRIV_MAX_GROUPS;
}

int priv_monitor_user(struct priv_user *user, struct fault *fault)
{
	const struct passwd *pw;

	(void)fault;
	*user = (struct priv_user){.uid = geteuid(), .gid = getegid()};
	if (user->uid)
		return 0;
	pw = getpwnam("nobody");
	if (pw && pw->pw_uid)
		user_of(pw, user);
	else
		*user = (struct priv_user){.uid = NOBODY, .gid = NOBODY};
	return 0;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) ? -errno : 0;
}

static bool is_user(const struct priv_user *user)
{
	return geteuid() && geteuid() == user->uid;
}

int priv_become(const struct priv_user *user, struct fault *fault)
{
	int err;

	if (!is_user(user) && (setgroups((size_t)user->nr_groups, user->groups) ||
				      setresgid(user->gid, user->gid, user->gid) ||
				      setresuid(user->uid, user->uid, user->uid))) {
		char id[32];

		err = errno;
		snprintf(id, sizeof(id), "uid %u", user->uid);
		return fault_set(fault, err, id,
			"give mprottop CAP_SETUID and CAP_SETGID, or run it as a user with "
			"CAP_DAC_OVERRIDE alone",
			"cannot become another user");
	}
	/* the kernel takes them at a change from root alone: one who came with ambient ones keeps
	 * them */
	err = user->uid ? drop_capabilities() : 0;
	return err ? fault_set(fault, -err, "capset", "run mprottop as root",
			     "cannot give up capabilities")
		   : 0;
}

/* True when nothing is left that could bring privilege back. */
static bool is_dropped(uid_t uid)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct have[2];
	uid_t r, e, s;

	if (syscall(SYS_capget, &head, have) || getresuid(&r, &e, &s))
		return false;
	for (int i = 0; i < 2; i++)
		if (have[i].effective || have[i].permitted || have[i].inheritable)
			return false;
	if (r != uid || e != uid || s != uid)
		return false;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))
		return false;
	return !uid || setuid(0) != 0;
}

int priv_drop(const struct priv_user *user, struct fault *fault)
{
	int err;

	/* needs CAP_SETPCAP: before the uid goes; without it the sets below suffice */
	for (int cap = 0; cap <= LAST_PROBE; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			break;
	err = priv_become(user, fault);
	if (err)
		return err;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fault_set(fault, errno, "no_new_privs", "use a kernel since 3.5",
			"cannot give up privilege");
	err = drop_capabilities();
	/* or another process of this user takes our descriptors (pidfd_getfd) */
	if (!err && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		err = -errno;
	if (err)
		return fault_set(fault, -err, "capset", "", "cannot give up capabilities");
	if (!is_dropped(user->uid))
		return fault_set(fault, EPERM, user->name, "report this", "privilege is not gone");
	return 0;
}
