/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sub-buffer of the kernel's ring buffer ("page", though it may be larger) as records and losses.
 * Owns nothing and allocates nothing: a record points into the caller's bytes and lives as long as
 * they do; a struct page is a plain value. The walk never reads outside the bytes it was given,
 * takes at least four bytes a step, and ends at the first thing that no kernel writes: p->error
 * then has a name, the records before it stand, and the caller counts it and goes on with the next
 * page. Only page_layout_parse() can fail otherwise: it fills a fault.
 *
 * Kernel sources: kernel/trace/ring_buffer.c (struct buffer_data_page, rb_update_event,
 * rb_fix_abs_ts, ring_buffer_read_page, check_buffer) and include/linux/ring_buffer.h.
 */
#ifndef MPROTTOP_PAGE_H
#define MPROTTOP_PAGE_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PAGE_SIZE_MAX     (1u << 20)
#define PAGE_LOST_UNKNOWN UINT64_MAX

struct fault;

struct page_layout {
	unsigned int long_size;  /* 4 or 8: of the commit word and of the stored count */
	unsigned int header_len; /* offset of the data */
	unsigned int size;       /* of the whole sub-buffer, at most PAGE_SIZE_MAX */
	bool big_endian;         /* who wrote it, not who reads it */
};

enum page_error {
	PAGE_OK,
	PAGE_BAD_LAYOUT,    /* the layout itself makes no sense */
	PAGE_SHORT_HEADER,  /* fewer bytes than a header */
	PAGE_COMMIT_BEYOND, /* more committed than a sub-buffer holds */
	PAGE_TRUNCATED,     /* committed bytes were not handed over */
	PAGE_RECORD_BEYOND, /* a record or padding ends behind the commit */
	PAGE_ZERO_LENGTH,   /* a data record without data: mostly a zeroed tail */
	PAGE_BAD_PADDING,   /* padding of a length that none has */
	PAGE_NR_ERRORS
};

struct page_record {
	const uint8_t *data;
	uint32_t len; /* in bytes, rounded up to four as the kernel does */
	uint64_t ts;
};

struct page {
	const uint8_t *at;
	uint64_t lost_before; /* records lost before this page; PAGE_LOST_UNKNOWN: some */
	uint64_t ts;          /* of the page, then of the record last given */
	uint32_t left;        /* bytes from at on */
	enum page_error error;
	bool foreign; /* the other byte order than ours */
	bool big_endian;
	bool truncated;
};

/*
 * The text of events/header_page; takes the fields in any order and skips those it does not know.
 * Returns 0, or -EINVAL and fills fault.
 */
int page_layout_parse(
	struct page_layout *out, const char *text, bool big_endian, struct fault *fault);

/* What stands behind page_begin() and page_next(), for all but the plain case. */
struct page page_start(const struct page_layout *layout, const void *data, size_t len);
bool page_next_other(struct page *p, struct page_record *out);

/* "record beyond commit"; never NULL. */
const char *page_error_name(enum page_error error);

/* Returns p->error; a page that fails here has no records, and page_next() gives none. */
static inline enum page_error page_begin(
	struct page *p, const struct page_layout *layout, const void *data, size_t len)
{
	*p = page_start(layout, data, len);
	return p->error;
}

/* Copies, so that the caller's struct page can live in registers: half the time. */
static inline bool page_next_slowly(struct page *p, struct page_record *out)
{
	struct page copy = *p;
	struct page_record record;
	bool more = page_next_other(&copy, &record);

	*p = copy;
	if (more)
		*out = record;
	return more;
}

/* False at the end, or where p->error was set. */
static inline bool page_next(struct page *p, struct page_record *out)
{
	uint32_t head, len;

	if (__builtin_expect(p->foreign || p->left < sizeof(head), 0))
		return page_next_slowly(p, out);
	memcpy(&head, p->at, sizeof(head));
#if __BYTE_ORDER == __LITTLE_ENDIAN
	len = (head & 31) * 4;
	head >>= 5;
#else
	len = (head >> 27) * 4;
	head &= (1u << 27) - 1;
#endif
	/* 0 wraps: one comparison for 1 to 28 */
	if (__builtin_expect(len - 4 > 28 * 4 - 4 || len > p->left - 4, 0))
		return page_next_slowly(p, out);
	out->data = p->at + 4;
	out->len = len;
	out->ts = p->ts += head;
	p->at += 4 + len;
	p->left -= 4 + len;
	return true;
}

#endif
