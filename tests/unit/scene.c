/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scene.h"
#include "base/mem.h"
#include "model/reason.h"
#include "model/verdict.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"node", "java", "php-fpm8.3", "cc1", "漢字テスト", "bad?[2J??",
	"a-long-name-0123", "", "qemu-system-x86", "firefox", "Isolated Web Co", "sshd"};
static const char *const users[] = {"alice", "bob", "www-data", "systemd-resolve", "", "root"};

static const uint64_t scene_end_ns = 100000000000;

static struct run_info info_make(void)
{
	struct run_info info = {.version = "0.1.0",
		.host = "node7",
		.source = "kprobe",
		.compat_visible = true,
		.delay_s = 1,
		.cpus = 8};

	return info;
}

struct counts scene_counts(uint64_t calls)
{
	struct counts counts = {.calls = calls,
		.range = calls * 12288,
		.ask_x = calls / 50,
		.returned = calls,
		.errors = calls / 1000,
		.mapped = calls,
		.maps = 2 * calls};

	counts.kinds[0] = calls / 2000;
	counts.kinds[1] = calls / 60;
	counts.prot[0] = calls / 15;
	counts.prot[1] = calls * 3 / 10;
	counts.prot[5] = calls / 50;
	counts.prot[3] = calls - counts.prot[0] - counts.prot[1] - counts.prot[5];
	return counts;
}

static void row_add(struct scene *scene, uint64_t calls, uint32_t flags)
{
	struct snapshot *snap = &scene->snap;
	unsigned int n = scene->made++;
	struct row *row = &snap->rows[snap->nr_rows++];

	/* as where no probe tells of outcomes, in one row */
	*row = (struct row){
		.interval_s = snap->interval_s, .facts = n == 7 ? fact_mask("asked") : UINT32_MAX};
	row->t.pid = row->t.tid = 1000 + 37 * n;
	row->t.start_ns = 5000000000ULL + n;
	row->t.flags = flags;
	row->t.nr_threads = 1 + n % 4;
	row->t.delta = scene_counts(calls);
	row->t.total = scene_counts(calls * 250 + n);
	row->t.peak_per_s = calls * 1.25;
	for (unsigned int i = 0; i < TABLE_HISTORY; i++) {
		row->t.history[i] = i < n % 24 ? 0 : calls * ((i * 7 + n) % 10) / 9;
		snap->totals.history[i] += row->t.history[i];
	}
	snprintf(row->comm, sizeof(row->comm), "%s", names[n % ARRAY_SIZE(names)]);
	snprintf(row->user, sizeof(row->user), "%s", users[n % ARRAY_SIZE(users)]);
	counts_add(&snap->totals.delta, &row->t.delta);
	counts_add(&snap->totals.total, &row->t.total);
	snap->totals.active += calls > 0;
	snap->totals.threads += row->t.nr_threads;
	snap->totals.exited += flags & ROW_EXITED ? 1 : 0;
	snap->totals.processes++;
}

void scene_sort(struct scene *scene)
{
	struct view view = {0};

	ui_view(scene->ui, &view);
	snapshot_sort(&scene->snap, &view);
}

static void self_make(struct scene *scene)
{
	static const char *const places[] = {
		"__x64_sys_mprotect", "__ia32_sys_mprotect", "mprotect_fixup"};
	struct self_stat *self = &scene->snap.self;

	for (unsigned int i = 0; i < ARRAY_SIZE(scene->probes); i++) {
		struct probe_stat *probe = &scene->probes[i];

		*probe = (struct probe_stat){.hits = 4321000 >> (3 * i),
			.missed = i == 2 ? 12 : 0,
			.hits_known = true,
			.listed = i != 1,
			.cost_ns = i == 1 ? NAN : 308.7 - 120 * i};
		snprintf(probe->name, sizeof(probe->name), "mprottop_4242_777/p%u", i);
		snprintf(probe->place, sizeof(probe->place), "%s", places[i]);
		self->hits += probe->hits;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(scene->cpus); i++)
		scene->cpus[i] = (struct cpu_stat){.cpu = i / 2,
			.side = i % 2,
			.delivered = 100000 * (i + 1),
			.lost = i == 3 ? 17 : 0,
			.waiting = i,
			.fill_pct = 3.3 * i};
	for (unsigned int i = 0; i < ARRAY_SIZE(scene->beside); i++) {
		struct probe_stat *probe = &scene->beside[i];

		*probe = (struct probe_stat){.cost_ns = i ? NAN : 91.2};
		snprintf(probe->name, sizeof(probe->name), "%s",
			i ? "sched_process_exit" : "mprottop_4242_777/p3_with_a_long_name");
		snprintf(probe->place, sizeof(probe->place), "%s", i ? "sched" : "mprotect_fixup");
	}
	scene->snap.cost = (struct probe_cost){1238, 412, 3.2};
	self->beside = scene->beside;
	self->nr_beside = ARRAY_SIZE(scene->beside);
	self->probes = scene->probes;
	self->nr_probes = ARRAY_SIZE(scene->probes);
	self->cpus = scene->cpus;
	self->nr_cpus = ARRAY_SIZE(scene->cpus);
	self->hits_known = true;
	self->delivered = self->hits;
	self->cpu_pct[1] = 0.4;
	self->pss_bytes[0] = 1200000;
	self->pss_bytes[1] = 8342041;
	self->buffer_bytes = 8 << 20;
	self->frames = 312;
	self->longest_frame_ms = 1.26;
}

static void breaches_make(struct scene *scene)
{
	static const uint32_t vm[][2] = {{3, 5}, {1, 7}, {0, 4}, {3, 7}};
	struct snapshot *snap = &scene->snap;

	for (unsigned int i = 0; i < ARRAY_SIZE(scene->breaches); i++) {
		struct breach_line *line = &scene->breaches[i];
		struct breach *b = &line->breach;

		b->result = i % 5 == 4 ? BREACH_REFUSED : BREACH_MADE;
		b->nr = i % 2 ? 1 : 1u << i;
		b->pid = i == 3 ? EVENT_NO_ID : 1000 + 37 * i;
		b->call = (struct call){.tid = 1000 + 37 * i,
			.addr = 0x7f0000000000 + i * 0x11000,
			.len = 4096u << i,
			.prot = 5,
			.ret = i % 5 == 4 ? -13 : 0,
			.known = CALL_ASKED | CALL_RETURNED | CALL_CHANGED,
			.nr_changes = b->result == BREACH_MADE};
		b->change = (struct change){.start = b->call.addr,
			.end = b->call.addr + 4096,
			.before = vm[i % 4][0],
			.after = vm[i % 4][1]};
		snprintf(b->backing, sizeof(b->backing), "%s",
			i % 3 ? "anonymous" : "libjvm-with-a-long-name.so.17.0");
		snprintf(b->site, sizeof(b->site), "libjvm.so+0x%x", 0x1a2b0 + i);
		snprintf(line->comm, sizeof(line->comm), "%s", names[i % ARRAY_SIZE(names)]);
		line->time = 1700000000 - i;
	}
	scene->breaches[5].breach.call.known = CALL_REFUSED;
	scene->breaches[5].breach.call.nr_changes = 0;
	scene->breaches[5].breach.result = BREACH_REFUSED;
	scene->breaches[3].breach.result = BREACH_SAME;
	scene->breaches[3].breach.change.before = scene->breaches[3].breach.change.after;
	scene->breaches[6].breach.call.nr_changes = 0;
	scene->breaches[6].breach.result = BREACH_PERHAPS;
	scene->breaches[7].breach.call.flags = EVENT_MMAP;
	scene->breaches[7].breach.call.nr_changes = 0;
	scene->breaches[7].breach.call.addr = 0;
	scene->breaches[7].breach.call.ret = 0x7f123456000;
	scene->breaches[6].breach.site[0] = scene->breaches[6].breach.backing[0] = '\0';
	snap->breaches = scene->breaches;
	snap->nr_breaches = ARRAY_SIZE(scene->breaches);
	snap->breaches_seen = 1234;
}

static const char *log_text(const struct call *call, void *arg)
{
	(void)arg;
	return call->site % 3 ? "libjvm.so+0x1a2b3c" : "node+0x123";
}

static const char *log_memory(const struct call *call, const struct change *change, void *arg)
{
	(void)call;
	(void)arg;
	return change->start % 0x3000 ? "[heap]" : "memfd:jit\x1b[2J";
}

void scene_log(struct scene *scene, unsigned int nr)
{
	static const uint32_t vm[][2] = {{3, 1}, {1, 3}, {3, 5}, {3, 7}, {5, 5}};
	const struct call_names calls = {.site = log_text, .backing = log_memory};

	for (unsigned int n = 0; n < nr; n++) {
		unsigned int i = (unsigned int)log_seen(scene->log);
		const struct change change = {.start = 0x7f0000000000 + i * 0x1000,
			.end = 0x7f0000001000 + i * 0x1000,
			.before = vm[i % 5][0],
			.after = vm[i % 5][1]};
		struct journal_entry entry = {
			.call = {.addr = change.start,
				.len = 4096u << i % 9,
				.prot = change.after,
				.site = i % 4,
				.ret = i % 7 == 6 ? -12 : 0,
				.duration_ns = 700 * (i % 13 + 1),
				.tid = 1001 + i % 5,
				.known = CALL_ASKED | CALL_RETURNED | CALL_TIMED | CALL_CHANGED,
				.kinds = kind_mask(change.before, change.after),
				.nr_changes = i % 7 != 6,
				.changes = &change},
			.pid = i % 11 ? 1000 + 37 * (i % 12) : EVENT_NO_ID,
			.why = i % 6 ? reasons[i % 6].name : NULL};

		snprintf(entry.comm, sizeof(entry.comm), "%.16s", names[i % ARRAY_SIZE(names)]);
		entry.lost = i % 20 == 19 ? i : 0;
		log_add(scene->log, &entry, 1700000000 + i * 0.0037, &calls);
	}
}

static void callers_make(struct scene *scene)
{
	static const char *const sites[] = {"libjvm.so+0x1a2b3c", "node+0x123456", "libc.so.6+0x9f",
		"libpcre2-8.so.0.11.2-with-a-name-that-goes-on+0x5c1d"};
	struct callers *c = &scene->snap.callers;

	c->nr = c->cap = ARRAY_SIZE(sites) + 1;
	c->list = mem_new(c->nr, sizeof(*c->list));
	scene->snap.totals.closed_ns = scene_end_ns;
	for (unsigned int i = 0; i < c->nr; i++) {
		struct caller *caller = &c->list[i];

		caller->nr = 100000 >> (3 * i);
		caller->processes = i + 1;
		caller->last_ns = scene->snap.totals.closed_ns - i * i * 7000000000;
		snprintf(caller->comm, sizeof(caller->comm), "%s", names[i]);
		c->calls += caller->nr;
		if (i == ARRAY_SIZE(sites))
			break;
		caller->name = (const struct name *)(const void *)scene; /* it is known */
		snprintf(caller->text, sizeof(caller->text), "%s", sites[i]);
	}
}

static void times_make(struct hist *hist, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		hist_add(hist, i % 97 ? 200 + (i * 7919) % 3000 : 90000 + i * 100);
}

static void study_make(struct study *study)
{
	*study = (struct study){.since_ns = 40000000000, .changes = 100};
	study->matrix[3][5] = 4411;
	study->matrix[5][3] = 4409;
	study->matrix[0][3] = 1234567;
	study->matrix[3][7] = 2;
	for (unsigned int i = 0; i < 5; i++) {
		study->regions[i] = (struct study_region){.start = 0x7f0000000000 + i * 0x4000000,
			.end = 0x7f0000021000 + i * 0x4000000,
			.nr = 50000 >> (2 * i),
			.before = 3,
			.after = i % 2 ? 5 : 1,
			.told = i != 4,
			.reason = (uint8_t)i};
		study->threads[i] = (struct study_thread){
			1000 + i, 90000 >> (3 * i), scene_end_ns - i * 100000000};
	}
}

static void detail_make(struct scene *scene)
{
	struct detail *d = &scene->snap.detail;

	if (!scene->snap.nr_rows)
		return;
	d->row = mem_new(1, sizeof(*d->row));
	*d->row = scene->snap.rows[0];
	d->row->exe = "/usr/lib/jvm/java-17/bin/java";
	d->row->cmdline =
		"java -jar a-service.jar --with=many --words=in --its=command --line=of it";
	d->row->unit = "a.service";
	d->row->cgroup = "/system.slice/a.service";
	d->row->mean_per_s = 640;
	snprintf(d->row->errname, sizeof(d->row->errname), "EACCES");
	d->row->t.ppid = 1;
	d->id = (struct detail_id){d->row->t.pid, d->row->t.pid, d->row->t.start_ns};
	d->found = d->there = d->why = d->studied = true;
	for (unsigned int i = 0; i < 7; i++)
		d->reasons[i] = 10000 >> (2 * i);
	times_make(&d->times, 5000);
	study_make(&d->study);
	snprintf(d->regions[0], DETAIL_NAME, "libjvm.so+0x1a2000");
	snprintf(d->regions[1], DETAIL_NAME, "[heap]");
	snprintf(d->regions[2], DETAIL_NAME, "anonymous");
	for (unsigned int i = 0; i < 4; i++) {
		snprintf(d->threads[i], sizeof(d->threads[i]), "%s", names[i + 2]);
		snprintf(d->sites[i].text, DETAIL_NAME, "libjvm.so+0x1a2b3%u", i);
		d->sites[i].nr = 9000 >> (3 * i);
	}
	d->sites[3].text[0] = '\0';
	d->nr_sites = 4;
}

void scene_init(struct scene *scene, unsigned int nr_rows, bool ascii)
{
	const struct column *list[COLUMN_MAX], *wide[COLUMN_MAX];
	int nr = column_screen(false, false, list, COLUMN_MAX);
	int nr_wide = column_screen(false, true, wide, COLUMN_MAX);
	struct ui_config config = {.columns = list,
		.wide = wide,
		.nr_columns = nr,
		.nr_wide = nr_wide,
		.ascii = ascii,
		.delay_s = 1,
		.pid_digits = 7};

	*scene = (struct scene){.info = info_make()};
	scene->ui = ui_new(&config);
	scene->snap.info = &scene->info;
	scene->snap.rows = mem_new(SCENE_ROWS, sizeof(*scene->snap.rows));
	scene->snap.cap_rows = SCENE_ROWS;
	scene->snap.interval_s = 1;
	scene->snap.facts = UINT32_MAX;
	scene->snap.traced_s = 312;
	scene->snap.time = 1700000000;
	scene->snap.health.buffer_pct = 3.4;
	scene->snap.health.self_cpu_pct = 0.4;
	scene->snap.health.self_pss_bytes = 9542041;
	self_make(scene);
	breaches_make(scene);
	scene->snap.log = scene->log = log_new(1000);
	for (unsigned int i = 0; i < nr_rows; i++)
		row_add(scene, i % 5 == 4 ? 0 : 9000 / (i * i + 1), i % 7 == 6 ? ROW_EXITED : 0);
	for (unsigned int i = 0; i < nr_rows; i++)
		scene->snap.rows[i].share =
			100.0 * scene->snap.rows[i].t.delta.calls / scene->snap.totals.delta.calls;
	scene->snap.totals.errors[0] =
		(struct error_count){12, scene->snap.totals.total.errors / 4};
	scene->snap.totals.errors[1] = (struct error_count){
		13, scene->snap.totals.total.errors - scene->snap.totals.errors[0].nr};
	scene->snap.totals.broke = nr_rows / 4;
	scene_sort(scene);
	callers_make(scene);
	times_make(&scene->snap.times, 20000);
	detail_make(scene);
}

void scene_done(struct scene *scene)
{
	ui_free(scene->ui);
	log_free(scene->log);
	canvas_done(&scene->canvas);
	snapshot_done(&scene->snap);
}

const char *scene_draw(struct scene *scene, int width, int height, struct buf *text)
{
	canvas_resize(&scene->canvas, width, height);
	ui_draw(scene->ui, &scene->snap, &scene->canvas);
	buf_reset(text);
	canvas_text(&scene->canvas, text);
	return text->data;
}

unsigned int scene_click(struct scene *scene, uint32_t code, int x, int y)
{
	unsigned int react = ui_key(scene->ui, &(struct key_press){code, x, y});

	if (react & REACT_RESORT)
		scene_sort(scene);
	return react;
}

unsigned int scene_press(struct scene *scene, uint32_t code)
{
	return scene_click(scene, code, 0, 0);
}

unsigned int scene_type(struct scene *scene, const char *text)
{
	unsigned int react = 0;

	while (*text)
		react |= scene_press(scene, *text++);
	return react;
}
