/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/fill.h"
#include "base/errname.h"
#include "base/text.h"
#include "model/cgroup.h"
#include "model/image.h"
#include "model/part.h"
#include "model/reason.h"

#include <stdio.h>
#include <string.h>

#define CGROUP_MORE 64 /* than the text of a cgroup, for what is told by it */

static double seconds(uint64_t from_ns, uint64_t to_ns)
{
	return to_ns > from_ns ? (to_ns - from_ns) / 1e9 : 0;
}

/* A process may live shorter than an interval; its mean must not pass its peak for that. */
static double row_seen(const struct fill *fill, const struct table_row *t)
{
	uint64_t begin = t->start_ns > fill->begin_ns ? t->start_ns : fill->begin_ns;
	uint64_t end = t->flags & ROW_EXITED ? t->exit_ns : fill->totals->closed_ns;
	double s = seconds(begin, end);

	return s < fill->interval_s ? fill->interval_s : s;
}

/* A text of a process, clean. */
static const char *row_text(struct pool *pool, const struct name *name)
{
	size_t len = name ? strlen(name->text) : 0;
	char *text;

	if (!name)
		return NULL;
	text = pool_room(pool, len + 1);
	text_clean(text, len + 1, name->text, len);
	return pool_text(pool, text);
}

static const char *row_cgroup(struct pool *pool, const struct name *name,
	void (*part)(const char *text, char *out, size_t size))
{
	size_t size;
	char *text;

	if (!name)
		return NULL;
	size = strlen(name->text) + CGROUP_MORE;
	text = pool_room(pool, size);
	part(name->text, text, size);
	return pool_text(pool, text);
}

static const char *row_bare(struct pool *pool, const char *comm)
{
	size_t size = strlen(comm) + 3;
	char *text;

	if (!comm[0])
		return NULL;
	text = pool_room(pool, size);
	snprintf(text, size, "[%s]", comm);
	return text;
}

static void fill_texts(const struct fill *fill, struct row *row)
{
	const struct name *const *texts = row->t.texts;
	const struct name *cgroup = texts[TOLD_CGROUP];
	struct pool *pool = fill->texts;

	row->exe = row_text(pool, texts[TOLD_EXE]);
	row->cmdline = row_text(pool, texts[TOLD_CMDLINE]);
	if (!row->cmdline && fill->cmdline)
		row->cmdline = row_bare(pool, row->comm);
	row->cgroup = row_cgroup(pool, cgroup, cgroup_path);
	row->unit = row_cgroup(pool, cgroup, cgroup_unit);
	row->container = row_cgroup(pool, cgroup, cgroup_container);
}

static void fill_user(struct fill *fill, struct row *row)
{
	uint32_t uid = row->t.uid;
	struct fill_user *user = &fill->users[uid % FILL_USERS];

	row->user[0] = '\0';
	if (uid == EVENT_NO_ID || !fill->user)
		return;
	if (!user->asked || user->uid != uid) {
		fill->user(fill->user_arg, uid, user->name, sizeof(user->name));
		user->uid = uid;
		user->asked = true;
	}
	memcpy(row->user, user->name, sizeof(row->user));
}

void fill_figures(const struct fill *fill, struct row *row)
{
	const struct table_totals *totals = fill->totals;
	const struct table_row *t = &row->t;

	row->share = totals->delta.calls ? 100.0 * t->delta.calls / totals->delta.calls : 0;
	row->seen_s = row_seen(fill, t);
	row->mean_per_s = row->seen_s > 0 ? t->total.calls / row->seen_s : 0;
	row->idle_s = seconds(t->last_ns, totals->closed_ns);
}

void fill_parts(struct fill *fill, unsigned int parts, struct row *row)
{
	const struct table_row *t = &row->t;

	parts = part_needs(parts);
	row->facts = fill->facts;
	row->interval_s = fill->interval_s;
	row->name = NULL;
	row->mode = NULL; /* what is compared with figures means the total */
	if (parts & PART_COMM)
		text_clean(row->comm, sizeof(row->comm), t->comm, sizeof(t->comm));
	if (parts & PART_USER)
		fill_user(fill, row);
	row->errname[0] = '\0';
	if (parts & PART_ERRNAME && t->total.errors)
		errname_text(row->errname, t->error);
	row->site[0] = '\0';
	if (parts & PART_SITE && (t->site || t->site_offset))
		image_site_text(row->site, sizeof(row->site), t->site, t->site_offset);
	if (parts & PART_TEXTS)
		fill_texts(fill, row);
	if (parts & PART_WHY)
		row->why = t->reasons ? reasons_top(t->reasons) : NULL;
	if (parts & PART_FIGURES)
		fill_figures(fill, row);
}

void fill_rest(struct fill *fill, struct row *row)
{
	fill_parts(fill, PART_ALL, row);
	row->call = NULL;
	row->audit = NULL;
	row->listed = false;
	row->leaf = (struct leaf){0};
}

void fill_row(struct fill *fill, const struct table_row *t, struct row *row)
{
	row->t = *t;
	fill_rest(fill, row);
}
