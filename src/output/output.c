/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HELD_MOST (256 << 10) /* bytes that wait to be written */

const struct format *const formats[] = {
	&format_table, &format_csv, &format_json, &format_prometheus, NULL};

const struct format *format_find(const char *name)
{
	for (const struct format *const *f = formats; *f; f++)
		if (!strcmp((*f)->name, name))
			return *f;
	return NULL;
}

/* In front, unless it is there. */
static void add_column(struct output_config *c, const char *id)
{
	const struct column *column = column_find(id);

	assert(column);
	for (int i = 0; i < c->nr_columns; i++)
		if (c->columns[i] == column)
			return;
	assert(c->nr_columns < COLUMN_MAX);
	memmove(c->columns + 1, c->columns, c->nr_columns * sizeof(c->columns[0]));
	c->columns[0] = column;
	c->nr_columns++;
}

void output_columns(struct output_config *c)
{
	if (!c->columns_given) {
		/* a machine's set is fixed: there the unknown is null */
		if (c->format->machine) {
			c->nr_columns = column_machine(c->threads, c->columns, COLUMN_MAX);
			return;
		}
		c->nr_columns = column_screen(c->threads, false, c->columns, COLUMN_MAX);
		if (c->group)
			c->nr_columns = column_drop(c->columns, c->nr_columns, "pid");
		if (c->cmdline)
			column_names(c->columns, c->nr_columns, true);
		c->nr_columns = column_known(c->columns, c->nr_columns, c->facts);
		return;
	}
	if (!c->format->identity)
		return;
	add_column(c, "comm");
	add_column(c, "start_ns");
	if (c->threads)
		add_column(c, "tid");
	add_column(c, "pid");
}

struct output *output_new(const struct output_config *config)
{
	struct output *o = mem_new(1, sizeof(*o));

	o->config = *config;
	output_columns(&o->config);
	return o;
}

void output_free(struct output *o)
{
	if (!o)
		return;
	buf_done(&o->line);
	buf_done(&o->held);
	buf_done(&o->page);
	free(o);
}

static int output_write(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n >= 0) {
			data += n;
			len -= n;
		} else if (errno == EAGAIN) {
			/* somebody else made it non-blocking */
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int output_page(struct output *o)
{
	if (!o->err && o->page.len)
		o->err = output_write(o->config.fd, o->page.data, o->page.len);
	buf_reset(&o->page);
	return o->err;
}

static int write_held(struct output *o)
{
	if (!o->err && o->held.len)
		o->err = output_write(o->config.fd, o->held.data, o->held.len);
	buf_reset(&o->held);
	return o->err;
}

int output_line(struct output *o)
{
	struct buf *line = &o->line;

	/* the one gate: no format can let a stranger's bytes through */
	buf_puts(line, "");
	line->len = text_clean(line->data, line->len + 1, line->data, line->len);
	buf_putc(line, '\n');
	if (o->holding)
		buf_add(&o->held, line->data, line->len);
	else if (!o->err)
		o->err = output_write(o->config.fd, line->data, line->len);
	buf_reset(line);
	return o->held.len < HELD_MOST ? o->err : write_held(o);
}

int output_verdicts(struct output *o, const char *group, unsigned int applies)
{
	if (o->err || !o->config.format->verdict_head)
		return o->err;
	return o->config.format->verdict_head(o, group, applies);
}

int output_verdict(struct output *o, const struct verdict_line *line)
{
	return o->err ? o->err : o->config.format->verdict(o, line);
}

bool output_rows(const struct output *o)
{
	return !o->config.events && !o->config.audit;
}

void output_hold(struct output *o)
{
	o->holding = true;
}

int output_flush(struct output *o)
{
	o->holding = false;
	return write_held(o);
}

int output_start(struct output *o, const struct run_info *info, double time)
{
	const struct format *f = o->config.format;
	int err = o->err;

	if (!err && f->start)
		err = f->start(o, info, time);
	if (!err && o->config.events && f->call_head)
		err = f->call_head(o);
	return err;
}

int output_update(struct output *o, const struct snapshot *snap)
{
	return o->err ? o->err : o->config.format->update(o, snap);
}

int output_notice(struct output *o, const struct notice *notice, double time)
{
	if (o->err || !o->config.format->notice)
		return o->err;
	return o->config.format->notice(o, notice, time);
}

int output_end(struct output *o, const struct end_info *end)
{
	if (o->err || !o->config.format->end)
		return o->err;
	return o->config.format->end(o, end);
}

bool output_complete(const struct health *health)
{
	return !health->lost && !health->missed && !health->unaccounted && !health->impaired;
}

bool output_doubt(const struct health *health, struct buf *out)
{
	if (output_complete(health))
		return false;
	buf_puts(out, "figures may be too low:");
	if (health->lost)
		buf_printf(out, " %" PRIu64 " lost,", health->lost);
	if (health->missed)
		buf_printf(out, " %" PRIu64 " missed,", health->missed);
	if (health->unaccounted)
		buf_printf(out, " %" PRIu64 " unaccounted,", health->unaccounted);
	if (health->impaired)
		buf_puts(out, " tracing was off or damaged for a while,");
	out->data[--out->len] = '\0';
	return true;
}
