/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving up privilege for good, and proving it: after priv_drop() the process is another user
 * than root, has no capability in any set, no_new_privs set, and cannot get root back. Each
 * function returns 0 or -errno with a fault; on a fault the process must end.
 *
 * Kernel sources: capabilities(7), credentials(7), prctl(2).
 */
#ifndef MPROTTOP_PRIV_H
#define MPROTTOP_PRIV_H

#include "base/fault.h"

#include <stdbool.h>
#include <sys/types.h>

#define PRIV_MAX_GROUPS 256

struct priv_user {
	uid_t uid;
	gid_t gid;
	char name[64];
	int nr_groups; /* supplementary ones */
	gid_t groups[PRIV_MAX_GROUPS];
};

/* Refuses to run set-user-ID or with file capabilities that the caller did not have. */
int priv_refuse_setuid(struct fault *fault);

/* Who the monitor becomes: nobody, also where root was got by sudo, since who calls has more to
 * lose than nobody; the process's own user where it is not root. */
int priv_monitor_user(struct priv_user *user, struct fault *fault);

/* Who called: SUDO_UID's user where root was got by sudo, else the process's own. With its groups.
 */
void priv_caller(struct priv_user *user);

/* Looks a user and its groups up by name or number, for --command-user. */
int priv_find_user(const char *text, struct priv_user *user, struct fault *fault);

/* Becomes user with its groups; keeps nothing of root, and no capability unless user is root. Asks
 * no name service. */
int priv_become(const struct priv_user *user, struct fault *fault);

/* priv_become, then drops every capability and proves it. */
int priv_drop(const struct priv_user *user, struct fault *fault);

#endif
