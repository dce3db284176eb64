/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/trail.h"

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

#define FIELDS_MOST 20
#define PAIR_LEN    8

enum trail_type {
	U32 = 1,
	U64, /* and f64, by its bits */
	TEXT,
	LIST, /* a text of pairs */
};

struct trail_field {
	uint8_t type;
	uint16_t at; /* in struct trail_record */
};

#define AT(type, field)                                                                            \
	{                                                                                          \
		type, offsetof(struct trail_record, u.field)                                       \
	}

static const struct trail_kind_row {
	const char *name;
	struct trail_field fields[FIELDS_MOST]; /* ends with type 0 */
	enum trail_place place;
} trail_kinds[TRAIL_NR_KINDS] = {
	[TRAIL_SETTINGS] = {"settings",
		{AT(U32, settings.version), AT(U32, settings.flags), AT(U32, settings.cpus),
			AT(U32, settings.pid_digits), AT(U32, settings.applies),
			AT(U32, settings.canary_tid), AT(U64, settings.canary_ns),
			AT(U64, settings.start_ns), AT(U64, settings.buffer_size),
			AT(U64, settings.delay_s), AT(U64, settings.offset_s),
			AT(TEXT, settings.program), AT(TEXT, settings.host),
			AT(TEXT, settings.kernel), AT(TEXT, settings.machine),
			AT(TEXT, settings.boot_id), AT(TEXT, settings.source),
			AT(TEXT, settings.run)},
		TRAIL_FIRST},
	[TRAIL_STREAM] = {"stream", {AT(U32, stream.which), AT(U32, stream.cpu)}, TRAIL_UNPULLED},
	[TRAIL_EVENT] = {"event",
		{AT(U32, event.which), AT(U32, event.id), AT(U32, event.flags),
			AT(TEXT, event.name), AT(TEXT, event.system), AT(TEXT, event.event),
			AT(TEXT, event.place), AT(TEXT, event.shape)},
		TRAIL_ANYWHERE},
	[TRAIL_FACTS] = {"facts", {AT(U32, facts.view), AT(U32, facts.join)}, TRAIL_ANYWHERE},
	[TRAIL_OWN] = {"own", {AT(U32, task.pid)}, TRAIL_ANYWHERE},
	[TRAIL_COMMAND] = {"command", {AT(U32, task.pid)}, TRAIL_ANYWHERE},
	[TRAIL_ENDED] = {"ended", {AT(U32, ended.status)}, TRAIL_BEGUN},
	[TRAIL_BEGIN] = {"begin", {{0, 0}}, TRAIL_ONCE},
	[TRAIL_USER] = {"user", {AT(U32, user.uid), AT(TEXT, user.name)}, TRAIL_ANYWHERE},
	[TRAIL_IDENT] = {"ident",
		{AT(U32, ident.tid), AT(U32, ident.tgid), AT(U32, ident.ppid), AT(U32, ident.uid),
			AT(U64, ident.start_ns), AT(TEXT, ident.comm)},
		TRAIL_ANYWHERE},
	[TRAIL_TOLD] = {"told",
		{AT(U32, told.pid), AT(U32, told.what), AT(U64, told.start_ns),
			AT(TEXT, told.text)},
		TRAIL_ANYWHERE},
	[TRAIL_ASK] = {"ask", {AT(U32, ask.tid), AT(U32, ask.nr)}, TRAIL_ANYWHERE},
	[TRAIL_LOST] = {"lost", {AT(U32, lost.stream), AT(U64, lost.at), AT(U64, lost.count)},
		TRAIL_ANYWHERE},
	[TRAIL_PULL] = {"pull", {AT(LIST, pull.list)}, TRAIL_ANYWHERE},
	[TRAIL_SETTLE] = {"settle", {{0, 0}}, TRAIL_BEGUN},
	[TRAIL_FLUSH] = {"flush", {{0, 0}}, TRAIL_BEGUN},
	[TRAIL_WANTS] = {"wants", {AT(U64, wants.fed_ns)}, TRAIL_BEGUN},
	[TRAIL_MAPS] = {"maps", {AT(U32, maps.id), AT(TEXT, maps.text)}, TRAIL_BEGUN},
	[TRAIL_NO_MAPS] = {"no maps", {AT(U32, no_maps.id), AT(U32, no_maps.why)}, TRAIL_BEGUN},
	[TRAIL_SPENT] = {"spent", {AT(U64, spent.ns)}, TRAIL_BEGUN},
	[TRAIL_HEALTH] = {"health",
		{AT(U64, health.lost), AT(U64, health.lost_side), AT(U64, health.missed),
			AT(U64, health.unaccounted), AT(U64, health.pss_bytes),
			AT(U32, health.flags), AT(U64, health.buffer_pct), AT(U64, health.cpu_pct),
			AT(TEXT, health.trouble)},
		TRAIL_BEGUN},
	[TRAIL_PROBE] = {"probe",
		{AT(U32, probe.number), AT(U32, probe.flags), AT(U64, probe.hits),
			AT(U64, probe.missed)},
		TRAIL_BEGUN},
	[TRAIL_NOTICE] = {"notice",
		{AT(U64, notice.time), AT(TEXT, notice.cause), AT(TEXT, notice.object),
			AT(TEXT, notice.text), AT(TEXT, notice.remedy)},
		TRAIL_BEGUN},
	[TRAIL_UPDATE] = {"update", {AT(U64, update.time)}, TRAIL_BEGUN},
	[TRAIL_MARK] = {"mark", {{0, 0}}, TRAIL_BEGUN},
	[TRAIL_COST] = {"cost", {AT(U64, cost.ns), AT(TEXT, cost.event)}, TRAIL_BEGUN},
	[TRAIL_COSTS] = {"costs",
		{AT(U64, costs.call_ns), AT(U64, costs.inside_ns), AT(U64, costs.other_ns)},
		TRAIL_BEGUN},
	[TRAIL_CAME] = {"came", {AT(U32, came.stream), AT(U64, came.nr)}, TRAIL_BEGUN},
	[TRAIL_SUSPENDED] = {"suspended", {AT(U64, suspended.ns)}, TRAIL_BEGUN},
};

static uint32_t get_32(const uint8_t *at, bool big_endian)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return big_endian ? be32toh(n) : le32toh(n);
}

static uint64_t get_64(const uint8_t *at, bool big_endian)
{
	uint64_t n;

	memcpy(&n, at, sizeof(n));
	return big_endian ? be64toh(n) : le64toh(n);
}

static void put_32(struct buf *buf, uint32_t n, bool big_endian)
{
	n = big_endian ? htobe32(n) : htole32(n);
	buf_add(buf, &n, sizeof(n));
}

static void put_64(struct buf *buf, uint64_t n, bool big_endian)
{
	n = big_endian ? htobe64(n) : htole64(n);
	buf_add(buf, &n, sizeof(n));
}

static void put_head(struct buf *buf, const struct trail_record *record, uint32_t len, bool big)
{
	uint16_t words[2] = {record->kind, record->flags};

	for (int i = 0; i < 2; i++)
		words[i] = big ? htobe16(words[i]) : htole16(words[i]);
	buf_add(buf, words, sizeof(words));
	put_32(buf, len, big);
	put_64(buf, record->ts_ns, big);
}

static uint32_t field_len(const struct trail_field *field, const void *value)
{
	const struct trail_text *text = value;

	return field->type == U32 ? 4 : field->type == U64 ? 8 : 4 + text->len;
}

static void put_field(
	struct buf *buf, const struct trail_field *field, const void *value, bool big_endian)
{
	const struct trail_text *text = value;
	uint64_t wide;

	if (field->type == U32) {
		put_32(buf, *(const uint32_t *)value, big_endian);
	} else if (field->type == U64) {
		memcpy(&wide, value, sizeof(wide));
		put_64(buf, wide, big_endian);
	} else {
		put_32(buf, text->len, big_endian);
		buf_add(buf, text->data, text->len);
	}
}

void trail_add(struct buf *buf, const struct trail_record *record, bool big_endian)
{
	const struct trail_kind_row *row = &trail_kinds[record->kind];
	const char *base = (const char *)record;
	uint32_t len = 0;

	assert(trail_kind_name(record->kind));
	for (const struct trail_field *f = row->fields; f->type; f++)
		len += field_len(f, base + f->at);
	put_head(buf, record, len, big_endian);
	for (const struct trail_field *f = row->fields; f->type; f++)
		put_field(buf, f, base + f->at, big_endian);
}

void trail_begin(struct trail *trail, const void *data, size_t len, bool big_endian)
{
	*trail = (struct trail){.data = data, .len = len, .big_endian = big_endian};
}

/* Takes a field of the len bytes at at; how many it has, 0: it ends behind them. */
static uint32_t take_field(
	const struct trail_field *field, const uint8_t *at, uint32_t len, void *value, bool big)
{
	uint32_t need = field->type == U64 ? 8 : 4;
	struct trail_text *text = value;
	uint64_t wide;

	if (len < need)
		return 0;
	if (field->type == U32) {
		*(uint32_t *)value = get_32(at, big);
	} else if (field->type == U64) {
		wide = get_64(at, big);
		memcpy(value, &wide, sizeof(wide));
	} else {
		text->len = get_32(at, big);
		text->data = (const char *)at + need;
		if (text->len > len - need)
			return 0;
		need += text->len;
	}
	return need;
}

static enum trail_error take_fields(
	struct trail_record *out, const uint8_t *at, uint32_t len, bool big)
{
	const struct trail_field *f = trail_kinds[out->kind].fields;

	for (; f->type; f++) {
		void *value = (char *)out + f->at;
		uint32_t took = take_field(f, at, len, value, big);

		if (!took)
			return TRAIL_FIELD_BEYOND;
		if (f->type == LIST && ((const struct trail_text *)value)->len % PAIR_LEN)
			return TRAIL_BAD_LIST;
		at += took;
		len -= took;
	}
	return len ? TRAIL_LEFT_OVER : TRAIL_OK;
}

bool trail_next(struct trail *trail, struct trail_record *out)
{
	size_t left = trail->len - trail->at;
	bool big = trail->big_endian;
	const uint8_t *at;
	uint32_t len;

	*out = (struct trail_record){.kind = 0};
	if (!left || trail->error)
		return false;
	at = trail->data + trail->at;
	if (left < TRAIL_HEAD) {
		trail->error = TRAIL_SHORT_HEAD;
		return false;
	}
	out->swapped = big != (__BYTE_ORDER == __BIG_ENDIAN);
	out->kind = (uint16_t)(get_32(at, big) >> (big ? 16 : 0));
	out->flags = (uint16_t)(get_32(at, big) >> (big ? 0 : 16));
	out->ts_ns = get_64(at + 8, big);
	len = get_32(at + 4, big);
	if (!trail_kind_name(out->kind))
		trail->error = TRAIL_BAD_KIND;
	else if (len > TRAIL_LEN_MOST)
		trail->error = TRAIL_LONG;
	else if (len > left - TRAIL_HEAD)
		trail->error = TRAIL_BEYOND;
	else
		trail->error = take_fields(out, at + TRAIL_HEAD, len, big);
	/* nobody gets half a record */
	if (trail->error) {
		*out = (struct trail_record){.kind = 0};
		return false;
	}
	trail->at += TRAIL_HEAD + len;
	return true;
}

const char *trail_error_name(enum trail_error error)
{
	static const char *const names[TRAIL_NR_ERRORS] = {
		[TRAIL_OK] = "no error",
		[TRAIL_SHORT_HEAD] = "truncated head of a record",
		[TRAIL_BEYOND] = "record beyond the end",
		[TRAIL_BAD_KIND] = "record of no kind",
		[TRAIL_LONG] = "record too long",
		[TRAIL_FIELD_BEYOND] = "field beyond its record",
		[TRAIL_LEFT_OVER] = "record longer than its fields",
		[TRAIL_BAD_LIST] = "list of half a pair",
	};

	return (unsigned int)error < TRAIL_NR_ERRORS ? names[error] : "unknown error";
}

const char *trail_kind_name(unsigned int kind)
{
	return kind < TRAIL_NR_KINDS ? trail_kinds[kind].name : NULL;
}

enum trail_place trail_place(unsigned int kind)
{
	assert(trail_kind_name(kind));
	return trail_kinds[kind].place;
}

void trail_pair_add(struct buf *list, uint32_t a, uint32_t b, bool big_endian)
{
	put_32(list, a, big_endian);
	put_32(list, b, big_endian);
}

uint32_t trail_pairs(const struct trail_text *list)
{
	return list->len / PAIR_LEN;
}

void trail_pair(const struct trail_record *record, uint32_t n, uint32_t *a, uint32_t *b)
{
	bool big = record->swapped != (__BYTE_ORDER == __BIG_ENDIAN);
	const uint8_t *at = (const uint8_t *)record->u.pull.list.data + (size_t)n * PAIR_LEN;

	assert(n < trail_pairs(&record->u.pull.list));
	*a = get_32(at, big);
	*b = get_32(at + 4, big);
}

struct trail_text trail_text(const char *text)
{
	return (struct trail_text){text, (uint32_t)strlen(text)};
}

void trail_copy(char *to, size_t size, const struct trail_text *text)
{
	size_t len = text->len < size ? text->len : size - 1;

	memcpy(to, text->data, len);
	to[len] = '\0';
}
