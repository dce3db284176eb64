/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the kernel's type information, and what is asked of it. */
#include "base/fault.h"
#include "tracer/btf.h"
#include "fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btf btf = {.data = malloc(size + !size)};
	struct fault fault = {0};
	int arg, member, err;

	fuzz_check(btf.data);
	memcpy(btf.data, data, size);
	err = btf_parse(&btf, size, "fuzzed", &fault);
	fuzz_check(err <= 0 && !err == !fault.what[0]);
	fuzz_check(!err || !btf.data);
	if (!err) {
		arg = btf_func_arg(&btf, "mprotect_fixup", "newflags");
		member = btf_member(&btf, "vm_area_struct", "vm_flags");
		fuzz_check(arg == -ENOENT || (arg >= 0 && arg <= UINT16_MAX));
		fuzz_check(member == -ENOENT || member >= 0);
	}
	btf_close(&btf);
	return 0;
}
