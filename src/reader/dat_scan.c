/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/dat_scan.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

void dat_scan_begin(struct dat_scan *scan, const struct dat *dat, uint64_t at, struct fault *fault)
{
	scan->dat = dat;
	scan->fault = fault;
	scan->at = at;
	scan->err = 0;
	scan->window_at = 0;
	scan->window_len = 0;
}

int dat_scan_fail(struct dat_scan *scan, const char *what)
{
	if (!scan->err)
		scan->err = dat_damaged(scan->dat, scan->at, scan->fault, what);
	return scan->err;
}

static bool holds(struct dat_scan *scan, uint64_t len)
{
	if (!scan->err && (scan->at > scan->dat->size || len > scan->dat->size - scan->at))
		dat_scan_fail(scan, "it ends in the middle of what it holds");
	return !scan->err;
}

/* Brings the bytes from scan->at on into the window. */
static bool fill(struct dat_scan *scan)
{
	ssize_t n = pread(scan->dat->fd, scan->window, sizeof(scan->window), (off_t)scan->at);

	if (n <= 0) {
		dat_scan_fail(scan, n ? "it cannot be read" : "it became shorter meanwhile");
		return false;
	}
	scan->window_at = scan->at;
	scan->window_len = (size_t)n;
	return true;
}

int dat_scan_bytes(struct dat_scan *scan, void *to, size_t len)
{
	uint8_t *bytes = to;

	memset(to, 0, len);
	if (!holds(scan, len))
		return scan->err;
	while (len) {
		uint64_t into = scan->at - scan->window_at;
		size_t n;

		if (scan->at < scan->window_at || into >= scan->window_len) {
			if (!fill(scan))
				return scan->err;
			into = 0;
		}
		n = scan->window_len - (size_t)into;
		if (n > len)
			n = len;
		memcpy(bytes, scan->window + into, n);
		bytes += n;
		len -= n;
		scan->at += n;
	}
	return 0;
}

int dat_scan_skip(struct dat_scan *scan, uint64_t len)
{
	if (holds(scan, len))
		scan->at += len;
	return scan->err;
}

uint64_t dat_scan_number(struct dat_scan *scan, unsigned int size)
{
	uint8_t bytes[8];
	uint64_t value = 0;

	dat_scan_bytes(scan, bytes, size);
	for (unsigned int i = 0; i < size; i++)
		value = value << 8 | bytes[scan->dat->big_endian ? i : size - 1 - i];
	return value;
}

int dat_scan_part(struct dat_scan *scan, unsigned int size, struct dat_part *out)
{
	out->len = dat_scan_number(scan, size);
	out->at = scan->at;
	return dat_scan_skip(scan, out->len);
}

int dat_scan_text(struct dat_scan *scan, char *to, size_t size)
{
	size_t len = 0;
	char c;

	to[0] = '\0';
	for (unsigned int nr = 0; nr < DAT_TEXT_MOST; nr++) {
		if (dat_scan_bytes(scan, &c, 1) || !c)
			return scan->err;
		if (len + 1 < size) {
			to[len++] = c;
			to[len] = '\0';
		}
	}
	return dat_scan_fail(scan, "a name has no end");
}

int dat_scan_expect(struct dat_scan *scan, const void *bytes, size_t len, const char *missing)
{
	uint64_t at = scan->at;
	char found[16];

	if (dat_scan_bytes(scan, found, len))
		return scan->err;
	if (!memcmp(found, bytes, len))
		return 0;
	scan->at = at;
	return dat_scan_fail(scan, missing);
}
