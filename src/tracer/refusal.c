/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer/refusal.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_SIZE 16384

#define ERROR   "error: "
#define COMMAND "Command: "

/* The last line that tells of command; NULL. */
static const char *find_command(const char *log, const char *command)
{
	const char *found = NULL;
	size_t len = strlen(command);

	for (const char *at = strstr(log, COMMAND); at; at = strstr(at + 1, COMMAND)) {
		const char *text = at + strlen(COMMAND);

		/* the kernel ends it with a blank or with the line */
		if (!strncmp(text, command, len) &&
			(text[len] == '\n' || text[len] == '\0' || !strncmp(text + len, " \n", 2)))
			found = at;
	}
	return found;
}

bool refusal_reason(
	const char *before, const char *after, const char *command, char *text, size_t size)
{
	const char *at = find_command(after, command), *from = NULL;

	if (!at || !strcmp(before, after))
		return false;
	for (const char *error = strstr(after, ERROR); error && error < at;
		error = strstr(error + 1, ERROR))
		from = error + strlen(ERROR);
	if (!from)
		return false;
	text_clean(text, size, from, strcspn(from, "\n"));
	return text[0] != '\0';
}

bool refusal_is_missing(const char *reason)
{
	return strstr(reason, "Invalid probed address or symbol");
}

char *refusal_log(const struct tracing *tracing)
{
	char *text = mem_new(LOG_SIZE, 1);

	if (tracing_text(tracing, TRACING_TOP, "error_log", text, LOG_SIZE) < 0)
		text[0] = '\0';
	return text;
}

int refusal_fault(const struct tracing *tracing, const char *before, const char *command, int err,
	const char *symbol, struct fault *fault)
{
	char *after = refusal_log(tracing), reason[128] = "", remedy[160] = "";

	if (refusal_reason(before, after, command, reason, sizeof(reason)))
		snprintf(remedy, sizeof(remedy), "the kernel says: %s", reason);
	else if (err == EACCES || err == EPERM)
		snprintf(remedy, sizeof(remedy), TRACING_REMEDY);
	free(after);
	/* ENOENT up to 6.1, EINVAL in 6.12, where what must not be probed has the same */
	if (err == EINVAL && (!reason[0] || refusal_is_missing(reason)))
		err = ENOENT;
	return fault_set(fault, err, symbol, remedy, "cannot make a kprobe event");
}
