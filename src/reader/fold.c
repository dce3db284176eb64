/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader/fold.h"

#define RECORD_LEAST 8

/* What adds up. */
struct fold {
	uint64_t range, other_x, last_ns;
	uint16_t prot[PROT_NR_CLASSES];
};

static inline void fold_add(struct fold *fold, uint64_t len, uint64_t prot)
{
	unsigned int class = prot_class(prot);

	if (__builtin_add_overflow(fold->range, len, &fold->range))
		fold->range = UINT64_MAX;
	fold->prot[class]++;
	if (class == PROT_NR_CLASSES - 1)
		fold->other_x += prot >> 2 & 1;
}

/* How what was asked for is told. */
enum fold_way {
	FOLD_BARE,
	FOLD_PLAIN,
	FOLD_OTHER
};

/* A loop of each way is made, so that all that it uses is in registers. */
static inline __attribute__((always_inline)) bool fold_run(const struct decoder_asked *asked,
	enum fold_way way, struct page *page, struct page_record *next, struct fold *out)
{
	const uint64_t same = field_word(next->data), mask = asked->same;
	const uint64_t until_ns = next->ts + FOLD_NS;
	const struct field len = asked->len, prot = asked->prot;
	const uint32_t size = next->len;
	struct page_record r = *next;
	struct fold fold = *out;
	struct page p = *page;
	bool more;

	while ((more = page_next(&p, &r)) && r.len == size &&
		!((field_word(r.data) ^ same) & mask) && r.ts <= until_ns) {
		if (way == FOLD_BARE)
			fold_add(&fold, 0, 0);
		else if (way == FOLD_PLAIN)
			fold_add(&fold, field_word(r.data + len.word),
				field_word(r.data + prot.word));
		else
			fold_add(&fold, field_load(&len, asked->foreign, r.data),
				field_load(&prot, asked->foreign, r.data));
		fold.last_ns = r.ts;
	}
	*page = p;
	*next = r;
	*out = fold;
	return more;
}

static void fold_end(const struct fold *fold, struct event *call)
{
	static const uint16_t nothing[PROT_NR_CLASSES];
	const uint16_t *prot = fold->prot;
	uint32_t nr = 0;

	for (unsigned int i = 0; i < PROT_NR_CLASSES; i++)
		nr += prot[i];
	if (nr == 1)
		return;
	call->kind = EVENT_CALLS;
	call->ts_ns = fold->last_ns;
	call->u.calls.nr = nr;
	call->u.calls.range = fold->range;
	/* there they only counted */
	if (call->flags & EVENT_BARE)
		prot = nothing;
	call->u.calls.ask_x = (uint16_t)(fold->other_x + prot[4] + prot[5] + prot[6] + prot[7]);
	memcpy(call->u.calls.prot, prot, sizeof(fold->prot));
}

bool fold_calls(const struct decoder *decoder, struct page *page, struct event *call,
	struct page_record *record)
{
	struct fold fold = {.last_ns = record->ts};
	struct decoder_asked asked;
	bool more;

	/* a count of calls has 16 bits */
	if (!decoder_asked(decoder, record->data, &asked) ||
		page->left > RECORD_LEAST * (UINT16_MAX - 1))
		return page_next(page, record);
	fold_add(&fold, call->u.call.len, call->u.call.prot);
	if (call->flags & EVENT_BARE)
		more = fold_run(&asked, FOLD_BARE, page, record, &fold);
	else if (asked.len.plain && asked.prot.plain)
		more = fold_run(&asked, FOLD_PLAIN, page, record, &fold);
	else
		more = fold_run(&asked, FOLD_OTHER, page, record, &fold);
	fold_end(&fold, call);
	return more;
}
