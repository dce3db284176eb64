/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "self.h"
#include "base/fd.h"
#include "base/mem.h"
#include "monitor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MEASURE_LEAST_NS 500000000ULL
#define MEMORY_LEAST_NS  5000000000ULL /* it costs the most, and changes little */
#define SELF_CPUS        1024          /* buffers listed */

static uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts))
		return 0;
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void read_cpu(const struct monitor *m, uint64_t cpu_ns[2])
{
	clockid_t id;

	cpu_ns[1] = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	cpu_ns[0] = 0;
	if (!clock_getcpuclockid((pid_t)m->run.tracer_pid, &id))
		cpu_ns[0] = clock_ns(id);
}

static void read_memory(struct monitor *m)
{
	char text[2048];

	m->health.self_pss_bytes = 0;
	for (size_t i = 0; i < ARRAY_SIZE(m->self.pss_bytes); i++) {
		const char *pss;

		if (m->memory[i] < 0 || fd_piece(m->memory[i], text, sizeof(text)) <= 0)
			continue;
		pss = strstr(text, "\nPss:");
		m->self.pss_bytes[i] = pss ? strtoull(pss + 5, NULL, 10) * 1024 : 0;
		m->health.self_pss_bytes += m->self.pss_bytes[i];
	}
}

void self_begin(struct monitor *m, uint64_t now_ns)
{
	m->self.at_ns = now_ns;
	read_cpu(m, m->self.cpu_ns);
}

void self_measure(struct monitor *m, uint64_t now_ns)
{
	struct self *self = &m->self;
	uint64_t cpu_ns[2], ns = now_ns - self->at_ns;

	if (!m->health.self_pss_bytes || now_ns - self->memory_ns >= MEMORY_LEAST_NS) {
		read_memory(m);
		self->memory_ns = now_ns;
	}
	if (ns < MEASURE_LEAST_NS)
		return;
	read_cpu(m, cpu_ns);
	m->health.self_cpu_pct = 0;
	for (int i = 0; i < 2; i++) {
		/* the tracer may be gone */
		uint64_t used = cpu_ns[i] > self->cpu_ns[i] ? cpu_ns[i] - self->cpu_ns[i] : 0;

		self->cpu_pct[i] = 100.0 * (double)used / (double)ns;
		self->cpu_ns[i] = cpu_ns[i];
		m->health.self_cpu_pct += self->cpu_pct[i];
	}
	self->at_ns = now_ns;
}

static void tell_account(const struct monitor *m, struct self_stat *stat)
{
	struct source_stats stats;

	source_stats(m->source, SOURCE_COUNTED, &stats);
	stat->probes = m->account.probes;
	stat->nr_probes = m->account.nr;
	stat->beside = m->account.beside;
	stat->nr_beside = m->account.nr_beside;
	stat->hits_known = !m->health.partial;
	stat->hits = m->account.hits;
	stat->delivered = source_counts(m->source)->records[SOURCE_COUNTED];
	stat->lost = m->account.lost;
	stat->waiting = stats.waiting;
	stat->stolen = stats.stolen;
}

void self_tell(struct monitor *m)
{
	struct self *self = &m->self;
	struct self_stat *stat = &m->snap.self;

	if (!self->cpus)
		self->cpus = mem_new(SELF_CPUS, sizeof(*self->cpus));
	self->nr_cpus = source_cpus(m->source, self->cpus, SELF_CPUS);
	*stat = (struct self_stat){.cpus = self->cpus,
		.nr_cpus = self->nr_cpus,
		.buffer_bytes = m->run.buffer_bytes,
		.frames = m->frames,
		.longest_frame_ms = m->longest_frame_ms};
	for (int i = 0; i < 2; i++) {
		stat->cpu_pct[i] = m->replay ? NAN : self->cpu_pct[i];
		stat->pss_bytes[i] = self->pss_bytes[i];
	}
	tell_account(m, stat);
}

void self_done(struct self *self)
{
	free(self->cpus);
	self->cpus = NULL;
}
