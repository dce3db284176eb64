/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pagegen.h"

#include <byteswap.h>

static bool pagegen_foreign(const struct pagegen *gen)
{
	return gen->layout.big_endian != (__BYTE_ORDER == __BIG_ENDIAN);
}

static void pagegen_put32(struct pagegen *gen, unsigned int at, uint32_t value)
{
	value = pagegen_foreign(gen) ? bswap_32(value) : value;
	memcpy(gen->page + at, &value, sizeof(value));
}

static void pagegen_put64(struct pagegen *gen, unsigned int at, uint64_t value)
{
	value = pagegen_foreign(gen) ? bswap_64(value) : value;
	memcpy(gen->page + at, &value, sizeof(value));
}

static void pagegen_put_long(struct pagegen *gen, unsigned int at, uint64_t value)
{
	if (gen->layout.long_size == 8)
		pagegen_put64(gen, at, value);
	else
		pagegen_put32(gen, at, (uint32_t)value);
}

static unsigned int pagegen_room(const struct pagegen *gen)
{
	return gen->layout.size - gen->layout.header_len - gen->used;
}

struct page_layout pagegen_layout(unsigned int long_size, bool big_endian, unsigned int size)
{
	return (struct page_layout){.long_size = long_size,
		.header_len = 8 + long_size,
		.size = size,
		.big_endian = big_endian};
}

void pagegen_begin(
	struct pagegen *gen, const struct page_layout *layout, uint8_t *page, uint64_t ts)
{
	*gen = (struct pagegen){.layout = *layout, .page = page};
	memset(page, 0, layout->size);
	pagegen_put64(gen, 0, ts);
}

bool pagegen_word(struct pagegen *gen, uint32_t word)
{
	if (pagegen_room(gen) < 4)
		return false;
	pagegen_put32(gen, gen->layout.header_len + gen->used, word);
	gen->used += 4;
	return true;
}

bool pagegen_raw(struct pagegen *gen, unsigned int type, uint32_t delta)
{
	delta &= PAGEGEN_DELTA_MAX;
	return pagegen_word(gen, gen->layout.big_endian ? type << 27 | delta : delta << 5 | type);
}

static void pagegen_bytes(struct pagegen *gen, const void *data, uint32_t len)
{
	uint8_t *to = gen->page + gen->layout.header_len + gen->used;

	if (data)
		memcpy(to, data, len);
	for (uint32_t i = 0; !data && i < len; i++)
		to[i] = (uint8_t)(gen->used + i);
	gen->used += (len + 3) & ~3u;
}

bool pagegen_long(struct pagegen *gen, uint32_t delta, const void *data, uint32_t len)
{
	if (pagegen_room(gen) < 8 + ((len + 3) & ~3u))
		return false;
	pagegen_raw(gen, 0, delta);
	pagegen_word(gen, 4 + ((len + 3) & ~3u));
	pagegen_bytes(gen, data, len);
	return true;
}

bool pagegen_data(struct pagegen *gen, uint32_t delta, const void *data, uint32_t len)
{
	if (len > 28 * 4)
		return pagegen_long(gen, delta, data, len);
	if (pagegen_room(gen) < 4 + ((len + 3) & ~3u))
		return false;
	pagegen_raw(gen, (len + 3) / 4, delta);
	pagegen_bytes(gen, data, len);
	return true;
}

bool pagegen_discard(struct pagegen *gen, uint32_t delta, uint32_t len)
{
	len = (len + 3) & ~3u;
	if (len < 4 || pagegen_room(gen) < 4 + len)
		return false;
	pagegen_raw(gen, 29, delta ? delta : 1);
	pagegen_word(gen, len);
	pagegen_bytes(gen, NULL, len - 4);
	return true;
}

bool pagegen_rest(struct pagegen *gen)
{
	return pagegen_raw(gen, 29, 0);
}

static bool pagegen_time(struct pagegen *gen, unsigned int type, uint64_t time)
{
	return pagegen_room(gen) >= 8 && pagegen_raw(gen, type, (uint32_t)time) &&
	       pagegen_word(gen, (uint32_t)(time >> 27));
}

bool pagegen_extend(struct pagegen *gen, uint64_t delta)
{
	return pagegen_time(gen, 30, delta);
}

bool pagegen_stamp(struct pagegen *gen, uint64_t ts)
{
	return pagegen_time(gen, 31, ts);
}

void pagegen_end(struct pagegen *gen, uint64_t lost)
{
	uint64_t commit = gen->used;

	/* the kernel adds 1 << 30 and the negative 1 << 31 */
	if (lost && lost != PAGE_LOST_UNKNOWN && pagegen_room(gen) >= gen->layout.long_size) {
		pagegen_put_long(gen, gen->layout.header_len + gen->used, lost);
		commit += 1u << 30;
	}
	if (lost)
		commit -= 1u << 31;
	pagegen_put_long(gen, 8, commit);
}

void pagegen_commit(struct pagegen *gen, uint32_t word)
{
	pagegen_put_long(gen, 8, word);
}

/* splitmix64 */
uint32_t pagegen_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (uint32_t)(z ^ z >> 31);
}
