/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fd.h"
#include "base/text.h"
#include "monitor.h"
#include "options.h"
#include "run.h"

#include <locale.h>
#include <stdio.h>

static void say(const struct fault *fault)
{
	char text[1024];

	fault_text(fault, text, sizeof(text));
	text_clean(text, sizeof(text), text, sizeof(text));
	fprintf(stderr, "mprottop: %s\n", text);
}

int main(int argc, char **argv)
{
	struct options o;
	struct fault fault = {0};
	int status;

	fd_fill_standard();
	setlocale(LC_ALL, "");
	if (options_parse(argc, argv, &o, &fault))
		status = fault.status;
	else
		status = run(&o, &fault);
	if (fault.what[0])
		say(&fault);
	options_done(&o);
	return status;
}
