/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/page.h"

#include "base/fault.h"
#include "base/num.h"

#include <byteswap.h>
#include <errno.h>

#define PAGE_TEXT_MAX 4096

/* kernel/trace/ring_buffer.c: RB_MISSED_EVENTS, RB_MISSED_STORED, TS_SHIFT, TS_MSB */
#define PAGE_MISSED   0x80000000u
#define PAGE_STORED   0x40000000u
#define PAGE_TS_SHIFT 27
#define PAGE_TS_MASK  ((1u << PAGE_TS_SHIFT) - 1)
#define PAGE_TS_MSB   (0xf8ull << 56)

/* include/linux/ring_buffer.h: enum ring_buffer_type */
#define PAGE_TYPE_DATA_MAX 28
#define PAGE_TYPE_PADDING  29
#define PAGE_TYPE_EXTEND   30

static const char *const page_errors[PAGE_NR_ERRORS] = {
	[PAGE_OK] = "no error",
	[PAGE_BAD_LAYOUT] = "bad layout",
	[PAGE_SHORT_HEADER] = "short header",
	[PAGE_COMMIT_BEYOND] = "commit beyond sub-buffer",
	[PAGE_TRUNCATED] = "truncated",
	[PAGE_RECORD_BEYOND] = "record beyond commit",
	[PAGE_ZERO_LENGTH] = "zero-length record",
	[PAGE_BAD_PADDING] = "bad padding",
};

const char *page_error_name(enum page_error error)
{
	return (unsigned int)error < PAGE_NR_ERRORS ? page_errors[error] : "unknown error";
}

static uint32_t page_u32(const struct page *p, const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return p->foreign ? bswap_32(value) : value;
}

static uint64_t page_u64(const struct page *p, const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return p->foreign ? bswap_64(value) : value;
}

static uint64_t page_lost(const struct page *p, const struct page_layout *layout, uint32_t word,
	const uint8_t *stored, size_t left)
{
	uint64_t lost;

	if (!(word & PAGE_MISSED))
		return 0;
	if (!(word & PAGE_STORED) || left < layout->long_size)
		return PAGE_LOST_UNKNOWN;
	lost = layout->long_size == 8 ? page_u64(p, stored) : page_u32(p, stored);
	return lost ? lost : PAGE_LOST_UNKNOWN;
}

static bool page_layout_ok(const struct page_layout *layout)
{
	return (layout->long_size == 4 || layout->long_size == 8) &&
	       layout->header_len >= 8 + layout->long_size && layout->header_len < layout->size &&
	       layout->size <= PAGE_SIZE_MAX;
}

static struct page page_refused(struct page p, enum page_error error)
{
	p.error = error;
	return p;
}

struct page page_start(const struct page_layout *layout, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	struct page p = {.at = bytes, .big_endian = layout->big_endian};
	uint32_t word, commit;
	size_t have;

	p.foreign = layout->big_endian != (__BYTE_ORDER == __BIG_ENDIAN);
	if (!page_layout_ok(layout))
		return page_refused(p, PAGE_BAD_LAYOUT);
	if (len < layout->header_len)
		return page_refused(p, PAGE_SHORT_HEADER);
	p.ts = page_u64(&p, bytes);
	/* the flags are added to a long as int: the high half may be all ones */
	word = page_u32(&p, bytes + (layout->big_endian && layout->long_size == 8 ? 12 : 8));
	commit = word & ~(PAGE_MISSED | PAGE_STORED);
	if (commit > layout->size - layout->header_len)
		return page_refused(p, PAGE_COMMIT_BEYOND);
	have = (len < layout->size ? len : layout->size) - layout->header_len;
	p.truncated = commit > have;
	if (p.truncated)
		commit = (uint32_t)have;
	p.at = bytes + layout->header_len;
	p.left = commit;
	p.lost_before = page_lost(&p, layout, word, p.at + commit, have - commit);
	return p;
}

static bool page_stop(struct page *p, enum page_error error)
{
	if (p->truncated && (error == PAGE_OK || error == PAGE_RECORD_BEYOND))
		error = PAGE_TRUNCATED;
	if (!p->error)
		p->error = error;
	p->left = 0;
	p->truncated = false;
	return false;
}

static void page_advance(struct page *p, uint32_t len)
{
	p->at += len;
	p->left -= len;
}

static bool page_give(struct page *p, struct page_record *out, unsigned int skip, uint32_t len)
{
	out->data = p->at + skip;
	out->len = len;
	out->ts = p->ts;
	page_advance(p, skip + len);
	return true;
}

/* Absolute stamps have 59 bits: rb_fix_abs_ts() */
static uint64_t page_stamp(uint64_t stamp, uint64_t before)
{
	if (!(before & PAGE_TS_MSB))
		return stamp;
	stamp |= before & PAGE_TS_MSB;
	return stamp < before ? stamp + (1ull << 59) : stamp;
}

/* Steps over padding with a length, or a time; false: stopped. */
static bool page_skip(struct page *p, unsigned int type, uint32_t delta, uint32_t word)
{
	uint64_t time = ((uint64_t)word << PAGE_TS_SHIFT) + delta;

	if (type == PAGE_TYPE_PADDING) {
		if (word < 4 || word % 4)
			return page_stop(p, PAGE_BAD_PADDING);
		if (word > p->left - 4)
			return page_stop(p, PAGE_RECORD_BEYOND);
		/* 1 stands for 0 there: check_buffer() */
		p->ts += delta == 1 ? 0 : delta;
		page_advance(p, 4 + word);
		return true;
	}
	p->ts = type == PAGE_TYPE_EXTEND ? p->ts + time : page_stamp(time, p->ts);
	page_advance(p, 8);
	return true;
}

/* A record whose length, itself included, is in the word before the data. */
static bool page_next_long(struct page *p, struct page_record *out, uint32_t delta, uint32_t word)
{
	uint32_t len = (word - 1) & ~3u;

	if (word <= 4)
		return page_stop(p, PAGE_ZERO_LENGTH);
	if (len > p->left - 8)
		return page_stop(p, PAGE_RECORD_BEYOND);
	p->ts += delta;
	return page_give(p, out, 8, len);
}

bool page_next_other(struct page *p, struct page_record *out)
{
	while (p->left) {
		uint32_t head, delta, type, word;

		if (p->left < 4)
			return page_stop(p, PAGE_RECORD_BEYOND);
		head = page_u32(p, p->at);
		type = p->big_endian ? head >> PAGE_TS_SHIFT : head & 31;
		delta = p->big_endian ? head & PAGE_TS_MASK : head >> 5;
		if (type == PAGE_TYPE_PADDING && delta == 0)
			break;
		if (p->left < 8)
			return page_stop(p, PAGE_RECORD_BEYOND);
		word = page_u32(p, p->at + 4);
		if (type == 0)
			return page_next_long(p, out, delta, word);
		if (type <= PAGE_TYPE_DATA_MAX) {
			if (type * 4 > p->left - 4)
				return page_stop(p, PAGE_RECORD_BEYOND);
			p->ts += delta;
			return page_give(p, out, 4, type * 4);
		}
		if (!page_skip(p, type, delta, word))
			return false;
	}
	return page_stop(p, PAGE_OK);
}

static bool page_number(const char *line, const char *key, unsigned int *out)
{
	const char *s = strstr(line, key);
	char digits[12] = "";
	uint64_t value;
	size_t len;

	if (!s)
		return false;
	s += strlen(key);
	len = strcspn(s, ";");
	if (!s[len] || len >= sizeof(digits))
		return false;
	memcpy(digits, s, len);
	if (num_u64(digits, 0, PAGE_SIZE_MAX, &value) != 0)
		return false;
	*out = (unsigned int)value;
	return true;
}

struct page_field {
	unsigned int offset;
	unsigned int size; /* 0: not seen */
};

/* "field: char data; offset:16; size:4080;" when it is of that name */
static bool page_field(const char *line, const char *name, struct page_field *out)
{
	const char *start = strstr(line, "field:");
	size_t len = strlen(name);
	const char *end;

	if (!start)
		return false;
	start += strlen("field:");
	end = start + strcspn(start, ";[");
	if ((size_t)(end - start) <= len || memcmp(end - len, name, len) != 0 ||
		!strchr(" \t*", end[-(ptrdiff_t)len - 1]))
		return false;
	return page_number(end, "offset:", &out->offset) && page_number(end, "size:", &out->size);
}

int page_layout_parse(
	struct page_layout *out, const char *text, bool big_endian, struct fault *fault)
{
	struct page_field ts = {0}, commit = {0}, data = {0};
	const char *limit = text + strnlen(text, PAGE_TEXT_MAX);

	while (text < limit) {
		size_t len = strcspn(text, "\n");
		char line[160];

		if (len < sizeof(line) && len <= (size_t)(limit - text)) {
			memcpy(line, text, len);
			line[len] = '\0';
			if (!page_field(line, "timestamp", &ts) &&
				!page_field(line, "commit", &commit))
				page_field(line, "data", &data);
		}
		text += len + 1;
	}
	*out = (struct page_layout){.long_size = commit.size,
		.header_len = data.offset,
		.size = data.offset + data.size,
		.big_endian = big_endian};
	if (ts.offset == 0 && ts.size == 8 && commit.offset == 8 && page_layout_ok(out))
		return 0;
	return fault_set(fault, EINVAL, "events/header_page", "please report the kernel version",
		"this kernel's trace pages have a layout that is not known");
}
