/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int fault_set(
	struct fault *f, int err, const char *object, const char *remedy, const char *what, ...)
{
	va_list ap;

	if (!f)
		return err ? -err : -EINVAL;
	f->err = err;
	f->status = 0;
	va_start(ap, what);
	vsnprintf(f->what, sizeof(f->what), what, ap);
	va_end(ap);
	snprintf(f->object, sizeof(f->object), "%s", object ? object : "");
	snprintf(f->remedy, sizeof(f->remedy), "%s", remedy ? remedy : "");
	return err ? -err : -EINVAL;
}

void fault_text(const struct fault *f, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s%s%s%s", f->what, f->object[0] ? ": " : "", f->object,
		f->err ? ": " : "", f->err ? strerror(f->err) : "", f->remedy[0] ? "; " : "",
		f->remedy);
}
