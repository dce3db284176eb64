/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/decode.h"
#include "base/mem.h"
#include "reader/format.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAX_FIELDS   6
#define NR_IDS       65536 /* common_type has 16 bits */
#define TYPE         "common_type"
#define CLONE_THREAD 0x00010000

struct format {
	void (*fill)(const struct decoder *d, const struct format *f, const uint8_t *data,
		struct event *out);
	uint32_t need; /* bytes up to the end of the last field */
	uint8_t flags;
	bool quick; /* an EVENT_CALL of the usual fields, all of them plain */
	struct field fields[MAX_FIELDS];
};

struct decoder {
	bool big_endian;
	bool foreign; /* other byte order than ours */
	struct field type, pid;
	uint32_t need; /* bytes up to the end of the type; UINT32_MAX: that is not known */
	uint64_t same; /* bits of the first word that tell event and thread */
	struct format **formats; /* by id */
};

/* Which fields a shape takes, in the order that fill expects; '|': either name; '?': may be away,
 * then its size is 0; '~': likewise where all such are, and then the event is EVENT_BARE. */
struct shape {
	const char *name;
	uint8_t kind;
	void (*fill)(const struct decoder *d, const struct format *f, const uint8_t *data,
		struct event *out);
	const char *fields[MAX_FIELDS];
};

static inline uint64_t load(const struct decoder *d, const struct field *f, const uint8_t *data)
{
	return field_load(f, d->foreign, data);
}

static inline uint32_t load_type(const struct decoder *d, const uint8_t *data)
{
	uint16_t value;

	memcpy(&value, data + d->type.offset, sizeof(value));
	return d->foreign ? __builtin_bswap16(value) : value;
}

static void load_comm(const struct field *f, const uint8_t *data, char comm[EVENT_COMM_LEN])
{
	size_t len = f->size < EVENT_COMM_LEN ? f->size : EVENT_COMM_LEN;

	memset(comm, 0, EVENT_COMM_LEN);
	memcpy(comm, data + f->offset, len);
}

static inline int64_t load_signed(
	const struct decoder *d, const struct field *f, const uint8_t *data)
{
	uint64_t value = load(d, f, data);

	return f->size == 4 ? (int32_t)value : (int64_t)value;
}

static inline void fill_asked(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->u.call.addr = load(d, &f->fields[0], data);
	out->u.call.len = f->fields[1].size ? load(d, &f->fields[1], data) : 0;
	out->u.call.prot = f->fields[2].size ? load(d, &f->fields[2], data) : 0;
	out->u.call.site = f->fields[3].size ? load(d, &f->fields[3], data) : 0;
	out->u.call.map =
		f->fields[5].size ? (uint32_t)load(d, &f->fields[5], data) | EVENT_MAP_TOLD : 0;
}

static void fill_call(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_CALL;
	fill_asked(d, f, data, out);
	out->u.call.key = f->fields[4].size ? (int32_t)load(d, &f->fields[4], data) : EVENT_NO_KEY;
}

/* A mapping that is made, by vm_flags: VM_SHARED is 8, and its lowest bits are the protection
 * (include/linux/mm.h). */
static void fill_region(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	uint64_t vm_flags = load(d, &f->fields[2], data);

	out->kind = EVENT_CALL;
	out->u.call.addr = load(d, &f->fields[0], data);
	out->u.call.len = load(d, &f->fields[1], data);
	out->u.call.prot = vm_flags & 7;
	out->u.call.site = 0;
	out->u.call.key = EVENT_NO_KEY;
	out->u.call.map = EVENT_MAP_TOLD | EVENT_MAP_MADE |
			  (vm_flags & 8 ? MAP_SHARED : MAP_PRIVATE) |
			  (load(d, &f->fields[3], data) ? 0 : MAP_ANONYMOUS);
}

/* What fill_call() does, where it has nothing to ask. */
static inline void fill_quick(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	memcpy(&out->tid, data + d->pid.offset, sizeof(out->tid));
	out->kind = EVENT_CALL;
	out->u.call.addr = field_word(data + f->fields[0].word);
	out->u.call.len = field_word(data + f->fields[1].word);
	out->u.call.prot = field_word(data + f->fields[2].word);
	out->u.call.site = 0;
	out->u.call.key = EVENT_NO_KEY;
	out->u.call.map = 0;
}

static void fill_whole(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_WHOLE;
	fill_asked(d, f, data, out);
	out->u.call.value = load_signed(d, &f->fields[4], data);
}

static void fill_site(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_SITE;
	out->u.site.addr = load(d, &f->fields[0], data);
}

static void fill_return(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_RETURN;
	out->u.ret.value = load_signed(d, &f->fields[0], data);
}

static void fill_change(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_CHANGE;
	out->u.change.file = load(d, &f->fields[0], data);
	out->u.change.start = load(d, &f->fields[1], data);
	out->u.change.end = load(d, &f->fields[2], data);
	out->u.change.after = (uint32_t)load(d, &f->fields[3], data);
	out->u.change.before = (uint32_t)load(d, &f->fields[4], data);
}

static void fill_failed(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	(void)d;
	(void)f;
	(void)data;
	out->kind = EVENT_FAILED;
}

static void fill_new(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_NEW;
	out->u.new.tid = (uint32_t)load(d, &f->fields[0], data);
	out->u.new.thread = !!(load(d, &f->fields[1], data) & CLONE_THREAD);
	load_comm(&f->fields[2], data, out->u.new.comm);
}

static void fill_name(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_NAME;
	out->u.name.tid = (uint32_t)load(d, &f->fields[0], data);
	load_comm(&f->fields[1], data, out->u.name.comm);
}

static void fill_exec(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_EXEC;
	out->tid = (uint32_t)load(d, &f->fields[0], data);
	out->u.exec.old_tid = (uint32_t)load(d, &f->fields[1], data);
}

static void fill_exit(
	const struct decoder *d, const struct format *f, const uint8_t *data, struct event *out)
{
	out->kind = EVENT_EXIT;
	out->tid = (uint32_t)load(d, &f->fields[0], data);
}

static const struct shape shapes[] = {
	{"call", EVENT_CALL, fill_call,
		{"addr|start", "~len", "~prot", "?site", "?key|pkey", "?flags"}},
	{"unmap", EVENT_CALL, fill_call, {"addr|start", "len", "?prot", "?site", "?key"}},
	{"attach", EVENT_CALL, fill_call, {"shmaddr", "?len", "shmflg", "?site", "?key"}},
	{"whole", EVENT_WHOLE, fill_whole,
		{"addr|start", "~len", "~prot", "?site", "ret", "?flags"}},
	{"region", EVENT_CALL, fill_region, {"addr", "len", "vm_flags", "file"}},
	{"site", EVENT_SITE, fill_site, {"site"}},
	{"return", EVENT_RETURN, fill_return, {"ret"}},
	{"change", EVENT_CHANGE, fill_change, {"file", "start", "end", "new", "old"}},
	{"failed", EVENT_FAILED, fill_failed, {"ret"}},
	{"new", EVENT_NEW, fill_new, {"pid", "clone_flags", "comm"}},
	{"name", EVENT_NAME, fill_name, {"pid", "newcomm"}},
	{"exec", EVENT_EXEC, fill_exec, {"pid", "old_pid"}},
	{"exit", EVENT_EXIT, fill_exit, {"pid"}},
};

static const struct shape *shape_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		if (!strcmp(shapes[i].name, name))
			return &shapes[i];
	return NULL;
}

bool decoder_shape(const char *shape)
{
	return shape_find(shape);
}

uint8_t decoder_kind(const char *shape)
{
	const struct shape *s = shape_find(shape);

	assert(s);
	return s->kind;
}

struct decoder *decoder_new(bool big_endian)
{
	struct decoder *d = mem_new(1, sizeof(*d));

	d->big_endian = big_endian;
	d->foreign = big_endian != (__BYTE_ORDER == __BIG_ENDIAN);
	d->formats = mem_new(NR_IDS, sizeof(struct format *));
	d->need = UINT32_MAX;
	return d;
}

bool decoder_big_endian(const struct decoder *d)
{
	return d->big_endian;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	for (size_t id = 0; id < NR_IDS; id++)
		free(d->formats[id]);
	free(d->formats);
	free(d);
}

/* One of the names in "a|b". */
static bool find_field(
	const struct format_text *format, const char *names, struct format_field *out)
{
	while (*names) {
		size_t len = strcspn(names, "|");
		char name[32];

		assert(len < sizeof(name));
		memcpy(name, names, len);
		name[len] = '\0';
		if (format_field(format, name, out))
			return true;
		names += len + (names[len] == '|');
	}
	return false;
}

static struct field place(const struct decoder *d, uint32_t offset, uint32_t size)
{
	struct field f = {.offset = (uint16_t)offset, .size = (uint16_t)size, .word = f.offset};

	f.plain = size == FIELD_WORD && !d->foreign;
	if (size >= FIELD_WORD)
		return f;
	f.word = (uint16_t)(offset + size < FIELD_WORD ? 0 : offset + size - FIELD_WORD);
	f.right = (uint8_t)(8 * (FIELD_WORD - size));
	f.left = d->big_endian ? f.right : 0;
	return f;
}

#define REMEDY "report this with the kernel's version and the event's format"

/* Numbers of 1, 2, 4 or 8 bytes, and arrays that load_comm cuts; both within 64 KiB, and where a
 * whole word may be read for them. */
static bool fits(const struct format_field *field, bool type)
{
	if (!field->size || field->size > UINT16_MAX || field->offset > UINT16_MAX - field->size)
		return false;
	if (type)
		return field->size == sizeof(uint16_t);
	return field->offset + field->size >= FIELD_WORD &&
	       (field->array || (!(field->size & (field->size - 1)) && field->size <= FIELD_WORD));
}

static int resolve(const struct decoder *d, const struct format_text *format, const char *event,
	const char *names, struct field *out, struct fault *fault)
{
	bool needed = names[0] != '?';
	struct format_field field;

	if (!find_field(format, names + !needed, &field)) {
		if (!needed)
			return 0;
		return fault_set(fault, ENOENT, event, REMEDY, "the event has no field %s", names);
	}
	if (!fits(&field, !strcmp(names, TYPE)))
		return fault_set(fault, EINVAL, event, REMEDY,
			"the event's field %s is not as expected", names);
	*out = place(d, field.offset, field.size);
	return 0;
}

/* The same place in every event, or an event could not be told by it. */
static int resolve_common(const struct decoder *d, const struct format_text *format,
	const char *event, const char *name, struct field *out, struct fault *fault)
{
	struct field found = {0};
	int err = resolve(d, format, event, name, &found, fault);

	if (!err && out->size && (out->size != found.size || out->offset != found.offset))
		err = fault_set(fault, EINVAL, event, REMEDY,
			"the event's field %s lies elsewhere than in others", name);
	if (!err)
		*out = found;
	return err;
}

static uint32_t field_end(const struct field *f)
{
	return (uint32_t)f->offset + f->size;
}

static bool is_bare(const struct format_text *format, const struct shape *shape)
{
	bool any = false, found = false;
	struct format_field field;

	for (size_t i = 0; i < MAX_FIELDS && shape->fields[i]; i++) {
		if (shape->fields[i][0] != '~')
			continue;
		any = true;
		found |= find_field(format, shape->fields[i] + 1, &field);
	}
	return any && !found;
}

/* 0: they lie elsewhere, and nothing is folded. */
static uint64_t same_mask(const struct decoder *d)
{
	uint8_t bytes[FIELD_WORD] = {0};
	uint64_t mask;

	if (field_end(&d->type) > FIELD_WORD || field_end(&d->pid) > FIELD_WORD)
		return 0;
	memset(bytes + d->type.offset, 0xff, d->type.size);
	memset(bytes + d->pid.offset, 0xff, d->pid.size);
	memcpy(&mask, bytes, sizeof(mask));
	return mask;
}

static int resolve_all(struct decoder *d, const struct format_text *format, const char *event,
	const struct shape *shape, struct format *f, struct fault *fault)
{
	int err = resolve_common(d, format, event, TYPE, &d->type, fault);
	bool bare = is_bare(format, shape);

	f->flags |= bare ? EVENT_BARE : 0;
	if (!err)
		err = resolve_common(d, format, event, "common_pid", &d->pid, fault);
	if (!err) {
		d->need = field_end(&d->type);
		d->same = same_mask(d);
	}
	if (!err)
		f->need = field_end(&d->pid) > d->need ? field_end(&d->pid) : d->need;
	for (size_t i = 0; i < MAX_FIELDS && shape->fields[i] && !err; i++) {
		const char *names = shape->fields[i];

		if (names[0] == '~' && bare)
			continue;
		err = resolve(d, format, event, names + (names[0] == '~'), &f->fields[i], fault);
		if (!err && field_end(&f->fields[i]) > f->need)
			f->need = field_end(&f->fields[i]);
	}
	return err;
}

int decoder_learn(struct decoder *d, const char *name, const char *shape_name, uint8_t flags,
	const struct format_text *format, struct fault *fault)
{
	const struct shape *shape = shape_find(shape_name);
	struct format_head head;
	struct format *f;
	int err;

	assert(shape);
	if (!format_head(format, &head) || head.name_len != strlen(name) ||
		memcmp(head.name, name, head.name_len) != 0)
		return fault_set(fault, EINVAL, name, REMEDY, "cannot parse the event's format");
	f = mem_new(1, sizeof(*f));
	f->fill = shape->fill;
	f->flags = flags;
	err = resolve_all(d, format, name, shape, f, fault);
	f->quick = shape->fill == fill_call && d->pid.size == sizeof(uint32_t) && !d->foreign &&
		   f->fields[0].plain && f->fields[1].plain && f->fields[2].plain &&
		   !f->fields[3].size && !f->fields[4].size && !f->fields[5].size;
	if (!err && (!head.id || head.id >= NR_IDS))
		err = fault_set(fault, ERANGE, name, "", "the event's id is out of range");
	if (err) {
		free(f);
		return err;
	}
	free(d->formats[head.id]);
	d->formats[head.id] = f;
	return (int)head.id;
}

int decoder_add(struct decoder *d, const char *name, const char *shape, uint8_t flags,
	const char *text, struct fault *fault)
{
	const struct format_text format = {text, strlen(text)};

	return decoder_learn(d, name, shape, flags, &format, fault);
}

int decoder_id(const struct decoder *d, const uint8_t *data, uint32_t len)
{
	if (!d->type.size || len < field_end(&d->type))
		return -1;
	return (int)load_type(d, data);
}

int decoder_event(const struct decoder *d, const uint8_t *data, uint32_t len, struct event *out)
{
	const struct format *f;

	if (len < d->need)
		return d->need < UINT32_MAX ? -1 : 0;
	f = d->formats[load_type(d, data)];
	if (!f)
		return 0;
	if (len < f->need)
		return -1;
	out->flags = f->flags;
	if (f->quick) {
		fill_quick(d, f, data, out);
		return 1;
	}
	out->tid = (uint32_t)load(d, &d->pid, data);
	f->fill(d, f, data, out);
	return 1;
}

bool decoder_asked(const struct decoder *d, const uint8_t *data, struct decoder_asked *out)
{
	const struct format *f = d->formats[load_type(d, data)];

	*out = (struct decoder_asked){
		.same = d->same, .foreign = d->foreign, .len = f->fields[1], .prot = f->fields[2]};
	return d->same;
}
