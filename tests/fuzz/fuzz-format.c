/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the format of an event, and others as a record of it. Byte 0 chooses: bit 0 the byte
 * order, the rest the shape. The format goes up to a NUL; then follow a second one, which may say
 * otherwise where the common fields lie, up to another, and the record.
 */
#include "base/fault.h"
#include "base/mem.h"
#include "model/event.h"
#include "reader/decode.h"
#include "reader/format.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static const char *const shapes[] = {"call", "unmap", "attach", "whole", "site", "return", "change",
	"failed", "new", "name", "exec", "exit"};

/* What is before a NUL, in a block of its own: nothing readable behind it. */
static char *fuzz_part(const uint8_t **data, size_t *size, size_t *len)
{
	const uint8_t *end = memchr(*data, '\0', *size);
	char *part;

	*len = end ? (size_t)(end - *data) : *size;
	part = malloc(*len + !*len);
	fuzz_check(part);
	memcpy(part, *data, *len);
	*data += *len + !!end;
	*size -= *len + !!end;
	return part;
}

static int fuzz_learn(struct decoder *decoder, const char *shape, const char *text, size_t len)
{
	const struct format_text format = {text, len};
	struct format_head head;
	struct fault fault = {0};
	char name[64] = "x";
	int id;

	if (format_head(&format, &head)) {
		fuzz_check(head.name >= text && head.name + head.name_len <= text + len);
		if (head.name_len < sizeof(name) && !memchr(head.name, '\0', head.name_len)) {
			memcpy(name, head.name, head.name_len);
			name[head.name_len] = '\0';
		}
	}
	id = decoder_learn(decoder, name, shape, 0, &format, &fault);
	fuzz_check(id > 0 ? id <= UINT16_MAX && !fault.what[0] : fault.what[0]);
	return id;
}

static void fuzz_decode(const struct decoder *decoder, const uint8_t *record, uint32_t len)
{
	struct event event = {0};
	struct decoder_asked asked;
	int id = decoder_id(decoder, record, len);
	int got = decoder_event(decoder, record, len, &event);

	fuzz_check(id <= UINT16_MAX && (got <= 0 || id >= 0));
	if (got > 0 && event.kind == EVENT_CALL)
		decoder_asked(decoder, record, &asked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder *decoder;
	const char *shape;
	uint8_t *record;

	if (size < 1)
		return 0;
	decoder = decoder_new(data[0] & 1);
	shape = shapes[(data[0] >> 1) % ARRAY_SIZE(shapes)];
	data++;
	size--;
	for (int i = 0; i < 2; i++) {
		size_t len;
		char *text = fuzz_part(&data, &size, &len);

		fuzz_learn(decoder, i ? "site" : shape, text, len);
		free(text);
	}
	record = malloc(size + !size);
	fuzz_check(record);
	memcpy(record, data, size);
	fuzz_decode(decoder, record, (uint32_t)size);
	free(record);
	decoder_free(decoder);
	return 0;
}
