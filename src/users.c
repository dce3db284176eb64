/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "users.h"
#include "base/text.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define ENTRY_SIZE 4096

static void look_up(uint32_t uid, char *text, size_t size)
{
	struct passwd entry, *found = NULL;
	char space[ENTRY_SIZE];

	text[0] = '\0';
	if (!getpwuid_r(uid, &entry, space, sizeof(space), &found) && found)
		snprintf(text, size, "%s", found->pw_name);
}

void users_name(struct users *users, uint32_t uid, char *text, size_t size)
{
	const char *known = replay_names_find(&users->names, uid);
	char found[256], name[REPLAY_NAME_LEN];

	if (known) {
		snprintf(text, size, "%s", known);
		return;
	}
	snprintf(name, sizeof(name), "%" PRIu32, uid);
	if (users->names.nr < REPLAY_NAMES_MOST) {
		(users->look_up ? users->look_up : look_up)(uid, found, sizeof(found));
		if (found[0])
			text_clean(name, sizeof(name), found, strlen(found));
		replay_names_set(&users->names, uid, name, strlen(name));
	}
	snprintf(text, size, "%s", name);
}

void users_done(struct users *users)
{
	replay_names_done(&users->names);
}
