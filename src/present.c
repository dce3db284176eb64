/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "present.h"
#include "job.h"
#include "keepsake.h"
#include "output/output.h"
#include "base/buf.h"
#include "base/text.h"
#include "replay.h"
#include "tui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STATUS_HELD      3
#define STATUS_UNDECIDED 4

void present_lines(struct monitor *m)
{
	const struct options *o = m->config->options;
	struct output_config config = {.format = o->format,
		.nr_columns = o->nr_columns,
		.columns_given = o->nr_columns > 0,
		.facts = m->view.facts,
		.quiet = o->quiet,
		.timestamps = o->timestamps,
		.raw = o->raw,
		.events = o->events,
		.audit = o->audit,
		.names = &m->names,
		.machine = m->info.machine,
		.threads = o->threads,
		.group = o->group != NULL,
		.tree = o->tree,
		.cmdline = o->cmdline,
		.ascii = o->ascii || !screen_utf8(),
		.width = o->width,
		.fd = m->config->output_fd};

	/* when tracing began, of the clock that all other times are of */
	double start_s = m->replay ? monitor_wall_s(m) : daytime_s(&m->daytime, m->begin_ns);

	memcpy(config.columns, o->columns, sizeof(config.columns));
	m->output = output_new(&config);
	output_start(m->output, &m->info, start_s);
}

void present_view(const struct monitor *m, struct view *view)
{
	const struct options *o = m->config->options;

	*view = (struct view){.facts = m->view.facts,
		.sort = o->sort ? o->sort : column_find("calls_per_s"),
		.ascending = o->ascending,
		.threads = o->threads,
		.cmdline = o->cmdline && (m->config->live || !o->format->machine),
		.group = o->group,
		.tree = o->tree,
		.idle = o->idle,
		.command = m->replay ? replay_command(m) : o->command != NULL,
		.user = o->user_given,
		.user_not = o->user_not,
		.uid = m->replay ? replay_uid(m) : o->user,
		.text = o->text,
		.where = o->events ? NULL : o->where,
		.fail = o->fail_if,
		.pids = o->pids,
		.nr_pids = o->nr_pids};
}

/* Keys come from the terminal even where stdin is something else. */
static int open_keys(void)
{
	return isatty(STDIN_FILENO) ? STDIN_FILENO : open("/dev/tty", O_RDONLY | O_CLOEXEC);
}

static void default_columns(struct monitor *m, struct ui_config *ui)
{
	ui->nr_columns = column_screen(ui->threads, false, m->columns, COLUMN_MAX);
	ui->nr_columns = column_known(m->columns, ui->nr_columns, m->view.facts);
	ui->columns = m->columns;
	ui->nr_wide = column_screen(ui->threads, true, m->wide, COLUMN_MAX);
	ui->nr_wide = column_known(m->wide, ui->nr_wide, m->view.facts);
	ui->wide = m->wide;
}

/* "COMMAND make", "pid 12", "3 pids"; of a recording it is not told what COMMAND was. */
static void tell_scope(const struct monitor *m, char *out, size_t size)
{
	const struct options *o = m->config->options;
	const char *name = o->command ? o->command[0] : "";
	struct buf text = {0};

	if (m->replay ? replay_command(m) : o->command != NULL)
		buf_printf(&text, "COMMAND%s%s", name[0] ? " " : "",
			strrchr(name, '/') ? strrchr(name, '/') + 1 : name);
	if (o->nr_pids)
		buf_puts(&text, text.len ? ", " : "");
	if (o->nr_pids == 1)
		buf_printf(&text, "pid %" PRIu32, o->pids[0]);
	else if (o->nr_pids)
		buf_printf(&text, "%u pids", o->nr_pids);
	text_clean(out, size, text.len ? text.data : "", text.len);
	buf_done(&text);
}

int present_screen(struct monitor *m, struct fault *fault)
{
	const struct options *o = m->config->options;
	struct screen_config config = {.out_fd = STDOUT_FILENO,
		.color = strcmp(o->color, "never") &&
			 (!strcmp(o->color, "always") || screen_color_wanted()),
		.mouse = !o->no_mouse,
		.plain = o->plain};
	char user_name[SNAPSHOT_USER] = "", scope[96];
	struct ui_config ui = {.columns = o->columns,
		.nr_columns = o->nr_columns,
		.sort = o->sort,
		.ascending = o->ascending,
		.ascii = o->ascii || !screen_utf8(),
		.color = config.color,
		.idle = o->idle,
		.threads = o->threads,
		.group = o->group,
		.tree = o->tree,
		.cmdline = o->cmdline,
		.text = o->text,
		.where = o->where ? filter_text(o->where) : NULL,
		.user = o->user_given,
		.user_not = o->user_not,
		.uid = m->view.uid,
		.user_name = user_name,
		.delay_s = (double)o->delay_ns / 1e9,
		.scope = scope,
		.replay = m->replay,
		/* a "?" stands behind the id of a thread whose process is not known */
		.pid_digits =
			(m->replay ? replay_pid_digits(m) : monitor_pid_digits()) + m->foreign};
	char note[160], restore[1024];
	size_t len;
	int err;

	if (o->user_given)
		monitor_user(m, m->view.uid, user_name, sizeof(user_name));
	tell_scope(m, scope, sizeof(scope));
	keepsake_read(m, &ui);
	config.color = ui.color;
	job_wait_foreground();
	config.in_fd = m->keys_fd = open_keys();
	if (m->keys_fd < 0)
		return fault_set(fault, errno, "/dev/tty", "use --batch",
			"there is no terminal to read keys from");
	err = screen_open(&config, note, sizeof(note), fault);
	if (err)
		return err;
	len = screen_restore_text(restore, sizeof(restore));
	msg_send(m->sock, MSG_RESTORE, restore, len, NULL, 0);
	if (!ui.nr_columns)
		default_columns(m, &ui);
	m->ui = ui_new(&ui);
	keepsake_begin(m);
	if (note[0])
		ui_tell(m->ui, note);
	return 0;
}

void present_tell(struct monitor *m)
{
	const struct filter *fail = m->config->options->fail_if;
	struct notice notice = {.cause = "columns",
		.object = "--fail-if",
		.text = "the source does not tell all that it asks for",
		.remedy = "see --check"};
	struct buf ids = {0};

	if (!(filter_facts(fail) & ~m->view.facts))
		return;
	filter_lacks(fail, m->view.facts, &ids);
	if (m->replay) {
		snprintf(notice.text, sizeof(notice.text),
			"the recording does not tell all that it asks for");
		snprintf(notice.remedy, sizeof(notice.remedy),
			"record with --columns=+%.90s -w FILE%s", ids.data ? ids.data : "",
			m->knobs.kprobes ? "" : ", where the kernel has kprobes");
	}
	monitor_notice(m, &notice);
	buf_done(&ids);
}

void present_end(struct monitor *m)
{
	struct end_info end = {.totals = table_totals(m->table),
		.health = &m->health,
		.time = monitor_wall_s(m),
		.traced_s = (double)(table_totals(m->table)->closed_ns - m->begin_ns) / 1e9,
		.updates = m->seq,
		.has_command = m->command_ended,
		.command_status = m->command_status,
		.has_frames = m->ui != NULL,
		.frames = m->frames,
		.longest_frame_ms = m->longest_frame_ms};

	output_end(m->output, &end);
}

/* What --fail-if says; it cannot say no where something may have escaped it. */
static int fail_status(const struct monitor *m)
{
	const struct filter *fail = m->config->options->fail_if;

	if (!fail)
		return 0;
	if (m->failed)
		return STATUS_HELD;
	if (m->undecided || !output_complete(&m->health) || m->health.lost_side ||
		filter_facts(fail) & ~m->view.facts)
		return STATUS_UNDECIDED;
	return 0;
}

/* A broken pipe is how "| head" ends; anything else is an error. */
int present_result(const struct monitor *m, struct fault *fault)
{
	const char *name = m->config->options->output;

	if (!m->output || !m->output->err || m->output->err == -EPIPE)
		return fail_status(m);
	return fault_set(fault, -m->output->err, name ? name : "standard output",
		"make room or choose another --output", "cannot write");
}
