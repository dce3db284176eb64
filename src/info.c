/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "info.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

void info_fill(struct run_info *info, const struct options *o)
{
	struct utsname uts;
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	uname(&uts);
	info->version = PACKAGE_VERSION;
	info->delay_s = (double)o->delay_ns / 1e9;
	snprintf(info->host, sizeof(info->host), "%.64s", uts.nodename);
	snprintf(info->kernel, sizeof(info->kernel), "%.64s", uts.release);
	snprintf(info->machine, sizeof(info->machine), "%.64s", uts.machine);
	if (f && !fgets(info->boot_id, sizeof(info->boot_id), f))
		info->boot_id[0] = '\0';
	info->boot_id[strcspn(info->boot_id, "\n")] = '\0';
	if (f)
		fclose(f);
}
