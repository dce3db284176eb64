/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output/output_call.h"
#include "base/fmt.h"

/* Empty fields are there: between puts the commas. */
static int csv_start(struct output *o, const struct run_info *info, double time)
{
	const char *between = "";

	(void)info;
	(void)time;
	if (o->config.quiet || !output_rows(o))
		return 0;
	if (o->config.timestamps) {
		buf_puts(&o->line, "time");
		between = ",";
	}
	for (int i = 0; i < o->config.nr_columns; i++) {
		buf_printf(&o->line, "%s%s", between, o->config.columns[i]->id);
		between = ",";
	}
	return output_line(o);
}

static int csv_row(struct output *o, const struct row *row, double time)
{
	char text[FMT_SIZE];
	const char *between = "";

	if (o->config.timestamps) {
		buf_puts(&o->line, fmt_fixed(text, time, 6));
		between = ",";
	}
	for (int i = 0; i < o->config.nr_columns; i++) {
		const struct column *c = o->config.columns[i];
		struct value value = {0};

		buf_puts(&o->line, between);
		c->get(row, &value);
		type_csv(c->type, &value, &o->line);
		between = ",";
	}
	return output_line(o);
}

static int csv_update(struct output *o, const struct snapshot *snap)
{
	int err = 0;

	for (size_t i = 0; i < snap->nr_rows && !err && output_rows(o); i++)
		err = csv_row(o, &snap->rows[i], snap->time);
	return err;
}

const struct format format_csv = {
	.name = "csv",
	.machine = true,
	.start = csv_start,
	.update = csv_update,
	.call_head = csv_call_head,
	.call = csv_call,
	.lost = csv_lost,
	.verdict_head = csv_verdict_head,
	.verdict = csv_verdict,
};
