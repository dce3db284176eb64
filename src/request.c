/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request.h"
#include "keepsake.h"
#include "base/mem.h"

#include "model/locate.h"
#include "model/trail.h"
#include "record.h"
#include "base/text.h"
#include "reader/maps.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define TICK_NS      UINT64_C(10000000) /* who calls may be gone soon, and its mappings with it */
#define EXE_ASKED    128                /* at once */
#define EXE_WAITS    8192
#define EXE_WAIT_NS  UINT64_C(2000000000) /* what is not answered by then never will be */
#define EXE_TICK     64
#define MEND_WAIT_NS UINT64_C(2000000000) /* after the first time; doubled after each */
#define KTHREADD     2 /* the parent of all threads of the kernel, which run no program */
#define TICK_CPU_NS  UINT64_C(250000) /* a tick reads the buffers of each CPU */

/* What was asked comes first, in the order of the answers; then what waits to be. */
struct exe_asks {
	struct exe_ask {
		uint32_t pid;
		uint64_t start_ns, asked_ns;
	} asked[EXE_ASKED], waits[EXE_WAITS];
	unsigned int first, nr_asked;
	unsigned int next, nr_waits;
};

/* The walk over /proc goes round again, as it did not read them. */
static void read_more(struct monitor *m, uint32_t mask)
{
	if (!(mask & ~m->reads) || m->foreign)
		return;
	m->reads |= mask;
	if (m->reads & fact_mask("exe") && !m->exe_asks)
		m->exe_asks = mem_new(1, sizeof(*m->exe_asks));
	proc_want(m->proc, m->reads);
	m->scanning = true;
}

void request_facts(struct monitor *m, uint32_t mask)
{
	struct msg_want want = {(mask | fact_helpers(mask)) & ~fact_free()};

	if (mask & fact_mask("why") && !m->why) {
		m->why = true;
		table_why(m->table);
		join_detail(m->join);
		monitor_fold(m);
	}
	if (m->replay)
		return;
	read_more(m, mask & fact_told());
	mask = want.facts;
	if (!(mask & ~m->wanted) || m->tracer_gone || m->arming)
		return;
	m->wanted |= mask;
	m->arming = true;
	monitor_fold(m);
	msg_send(m->sock, MSG_WANT, &want, sizeof(want), NULL, 0);
}

uint64_t request_tick_ns(const struct monitor *m, uint64_t most_ns)
{
	uint64_t ns = m->info.cpus * TICK_CPU_NS;

	if (!(m->view.facts & fact_mask("site")) || ns > most_ns)
		return most_ns;
	return ns > TICK_NS ? ns : TICK_NS;
}

static void tell_fault(struct monitor *m, const struct fault *fault)
{
	struct notice notice = {.cause = "columns"};

	snprintf(notice.object, sizeof(notice.object), "%.127s", fault->object);
	snprintf(notice.text, sizeof(notice.text), "%.191s", fault->what);
	snprintf(notice.remedy, sizeof(notice.remedy), "%.191s", fault->remedy);
	monitor_notice(m, &notice);
}

/* A probe that cannot be read is as good as none. */
static void take_event(struct monitor *m, struct msg *msg)
{
	struct fault fault = {0};

	if (monitor_take_event(m, msg, &fault) < 0)
		tell_fault(m, &fault);
}

/* Calls are held until their return from now on, so that none that is under way then counts
 * twice. */
static void arm(struct monitor *m)
{
	struct join_config config = *join_configured(m->join);

	/* a moment at most: none that are folded come any more */
	while (source_folded(m->source))
		monitor_drain(m, false);
	config.returns |= m->wanted & fact_masks("ret,old,duration");
	join_configure(m->join, &config);
	record_facts(m);
	cost_again(&m->cost);
	msg_send(m->sock, MSG_ARM, NULL, 0, NULL, 0);
}

static void take_facts(struct monitor *m, const struct msg_facts *told)
{
	uint64_t now_ns = monitor_now_ns(m);

	m->arming = false;
	monitor_facts(m, told->facts, told->whole);
	canary_fire(&m->canary, now_ns);
	if (m->wanted & ~told->facts && told->fault.what[0])
		tell_fault(m, &told->fault);
}

unsigned int request_maps(struct monitor *m)
{
	struct locator *locator = table_locator(m->table);
	uint32_t ids[LOCATE_ASKS];
	uint64_t fed_ns = source_counts(m->source)->fed_ns, now_ns = monitor_now_ns(m);
	unsigned int nr;

	if (m->tracer_gone || m->foreign)
		return 0;
	record_wants(m, fed_ns, now_ns, false);
	nr = locate_wants(locator, fed_ns, now_ns, ids, LOCATE_ASKS);
	for (unsigned int i = 0; i < nr; i++)
		msg_send(m->sock, MSG_MAPS, &(struct msg_maps){ids[i]}, sizeof(struct msg_maps),
			NULL, 0);
	return locator->nr_asked;
}

void request_maps_end(struct monitor *m)
{
	uint64_t now_ns = monitor_now_ns(m);

	record_wants(m, UINT64_MAX, now_ns, true);
	locate_wants(table_locator(m->table), UINT64_MAX, now_ns, NULL, 0);
}

bool request_waits(const struct monitor *m)
{
	const struct exe_asks *asks = m->exe_asks;

	return table_locator(m->table)->nr_asked || (asks && (asks->nr_waits || asks->nr_asked));
}

static bool names_ready(const struct call *call, void *arg)
{
	struct monitor *m = arg;

	return m->tracer_gone || m->foreign || locate_look(table_locator(m->table), call);
}

static const char *names_site(const struct call *call, void *arg)
{
	struct monitor *m = arg;
	const struct image *image = locate_image(table_locator(m->table), call);
	uint64_t offset = 0;
	const struct name *name = image ? image_site(image, call->site, &offset) : NULL;
	bool bare =
		!name && image_site_can(call->site) && (!image || !image_name(image, call->site));

	if (!name && !bare)
		return NULL;
	if (bare)
		offset = call->site;
	image_site_text(m->name, sizeof(m->name), name, offset);
	return m->name;
}

static const char *names_backing(const struct call *call, const struct change *change, void *arg)
{
	struct monitor *m = arg;
	const struct image *image = locate_image(table_locator(m->table), call);
	const char *name = image ? image_name(image, change->start) : NULL;

	if (!name)
		return NULL;
	text_clean(m->name, sizeof(m->name), name, strlen(name));
	return m->name;
}

static const char *names_place(const struct call *call, const struct change *change, void *arg)
{
	struct monitor *m = arg;
	const struct image *image = locate_image(table_locator(m->table), call);

	if (!image || !image_place(image, change->start, m->name, sizeof(m->name)))
		return NULL;
	return m->name;
}

void request_names(struct monitor *m)
{
	m->names = (struct call_names){.ready = names_ready,
		.site = names_site,
		.place = names_place,
		.backing = names_backing,
		.arg = m};
}

/* Many mappings are long to read, and meanwhile nobody reads the buffers. */
static void take_maps(struct monitor *m, const struct msg *msg)
{
	struct locator *locator = table_locator(m->table);
	uint64_t begin_ns = monitor_now_ns(m), now_ns;

	if (!locate_affords(locator, begin_ns)) {
		record_no_maps(m, msg->u.maps.pid, TRAIL_BUSY, begin_ns);
		locate_busy(locator, msg->u.maps.pid, begin_ns);
		return;
	}
	maps_read(&m->maps, msg->fds[0]);
	now_ns = monitor_now_ns(m);
	record_maps(m, msg->u.maps.pid, &m->maps, now_ns);
	locate_take(locator, msg->u.maps.pid, m->maps.list, m->maps.nr, now_ns);
	now_ns = monitor_now_ns(m);
	record_spent(m, now_ns - begin_ns, now_ns);
	locate_spent(locator, now_ns - begin_ns, now_ns);
}

static const struct notice refused = {.cause = "columns",
	.object = "/proc/PID/maps",
	.text = "where calls of some processes come from cannot be read",
	.remedy = "run it as root or with CAP_SYS_PTRACE"};

static void take_no_maps(struct monitor *m, const struct msg_no_maps *none)
{
	struct locator *locator = table_locator(m->table);
	uint64_t now_ns = monitor_now_ns(m);

	record_no_maps(m, none->pid,
		none->err == EACCES  ? TRAIL_REFUSED
		: none->err == EBUSY ? TRAIL_BUSY
				     : TRAIL_GONE,
		now_ns);
	if (none->err == EACCES) {
		locate_refused(locator, none->pid);
		if (locator->nr_refused == 1)
			monitor_notice(m, &refused);
	} else if (none->err == EBUSY) {
		locate_busy(locator, none->pid, now_ns);
	} else {
		locate_take(locator, none->pid, NULL, 0, now_ns);
	}
}

static void exe_send(struct monitor *m, const struct exe_ask *ask)
{
	struct exe_asks *asks = m->exe_asks;
	struct exe_ask *to = &asks->asked[(asks->first + asks->nr_asked++) % EXE_ASKED];
	struct msg_maps msg = {ask->pid};

	*to = *ask;
	to->asked_ns = monitor_now_ns(m);
	msg_send(m->sock, MSG_EXE, &msg, sizeof(msg), NULL, 0);
}

void request_exe(struct monitor *m, const struct event *ident, bool calls)
{
	uint32_t pid = ident->u.ident.tgid, ppid = ident->u.ident.ppid;
	struct exe_asks *asks = m->exe_asks;
	struct exe_ask ask = {pid, ident->u.ident.start_ns, 0};

	if (!asks || m->tracer_gone || pid == KTHREADD || ppid == KTHREADD)
		return;
	if (calls && asks->nr_asked < EXE_ASKED)
		exe_send(m, &ask);
	else if (asks->nr_waits < EXE_WAITS)
		asks->waits[(asks->next + asks->nr_waits++) % EXE_WAITS] = ask;
}

static void exe_answered(struct exe_asks *asks)
{
	asks->first = (asks->first + 1) % EXE_ASKED;
	asks->nr_asked--;
}

void request_exes(struct monitor *m)
{
	struct exe_asks *asks = m->exe_asks;

	while (asks && asks->nr_asked &&
		asks->asked[asks->first].asked_ns + EXE_WAIT_NS < monitor_now_ns(m))
		exe_answered(asks);
	for (int i = 0; asks && !m->tracer_gone && i < EXE_TICK; i++) {
		if (!asks->nr_waits || asks->nr_asked == EXE_ASKED)
			return;
		exe_send(m, &asks->waits[asks->next]);
		asks->next = (asks->next + 1) % EXE_WAITS;
		asks->nr_waits--;
	}
}

/* The pid is still that of the same process, and was so all the while. */
static void take_exe(struct monitor *m, const struct msg *msg)
{
	struct exe_asks *asks = m->exe_asks;
	const struct exe_ask *ask;
	struct told told;

	/* those before it got no answer */
	while (asks && asks->nr_asked && asks->asked[asks->first].pid != msg->u.exe.pid)
		exe_answered(asks);
	if (!asks || !asks->nr_asked)
		return;
	ask = &asks->asked[asks->first];
	exe_answered(asks);
	told = (struct told){.ts_ns = ask->asked_ns,
		.pid = ask->pid,
		.start_ns = ask->start_ns,
		.what = TOLD_EXE,
		.text = msg->u.exe.path,
		.len = msg->len - offsetof(struct msg_exe, path)};
	if (told.len && ask->pid == msg->u.exe.pid &&
		proc_start(m->proc, ask->pid) == ask->start_ns) {
		record_told(m, &told);
		table_tell(m->table, &told);
	}
}

void request_mend(struct monitor *m)
{
	uint64_t now_ns = monitor_now_ns(m);

	if (m->tracer_gone || m->arming || now_ns < m->mend_ns)
		return;
	if (m->nr_mends == MSG_MEND_MOST) {
		m->probes_lost = m->stop = true;
		return;
	}
	m->mend_ns = now_ns + (MEND_WAIT_NS << m->nr_mends++);
	m->arming = true;
	monitor_fold(m);
	msg_send(m->sock, MSG_MEND, NULL, 0, NULL, 0);
}

void request_lacked(struct monitor *m, const struct msg *msg)
{
	static const struct notice lacked = {.cause = "open_files",
		.object = "RLIMIT_NOFILE",
		.text = "the limit of open files is reached, so that what was asked for cannot "
			"be read",
		.remedy = "raise it: ulimit -Hn (LimitNOFILE= in a unit)"};

	if (!m->lacked)
		monitor_notice(m, &lacked);
	m->lacked = true;
	/* asked for again later, as there may be room then */
	if (msg->kind == MSG_MAPS_OF) {
		const struct msg_no_maps none = {msg->u.maps.pid, EBUSY};

		take_no_maps(m, &none);
	} else if (msg->kind == MSG_KEEPER) {
		struct fault fault;

		fault_set(&fault, EMFILE, lacked.object, lacked.remedy, "cannot record");
		record_refused(m, &fault);
	}
}

void request_answered(struct monitor *m, struct msg *msg)
{
	if (msg->kind == MSG_EVENT)
		take_event(m, msg);
	else if (msg->kind == MSG_EVENTS)
		arm(m);
	else if (msg->kind == MSG_COSTS)
		cost_take(m, &msg->u.costs);
	else if (msg->kind == MSG_FACTS)
		take_facts(m, &msg->u.facts);
	else if (msg->kind == MSG_MAPS_OF)
		take_maps(m, msg);
	else if (msg->kind == MSG_NO_MAPS)
		take_no_maps(m, &msg->u.no_maps);
	else if (msg->kind == MSG_EXE_OF)
		take_exe(m, msg);
	else if (msg->kind == MSG_SAVED && m->ui)
		keepsake_saved(m, &msg->u.done);
	else if (msg->kind == MSG_KEEPER)
		record_take(m, msg_take(msg, 0), msg->u.keeper.pid);
	else if (msg->kind == MSG_KEPT)
		record_refused(m, &msg->u.done.fault);
}
