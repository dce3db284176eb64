/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "tracer/why.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#define TRACEFS_MAGIC_NUMBER 0x74726163 /* uapi/linux/magic.h */
#define PROC_PID_INIT_INO    0xEFFFFFFC /* include/linux/proc_ns.h */
#define FTRACE_ENABLED       "/proc/sys/kernel/ftrace_enabled"
#define MOUNT_REMEDY         "mount it: mount -t tracefs tracefs /sys/kernel/tracing"

/* One line of a configuration: 'y', 'm', 'n', or 0 where it is about something else. */
static char config_line(const char *line, const char *symbol)
{
	size_t len = strlen(symbol);

	if (!strncmp(line, "CONFIG_", 7) && !strncmp(line + 7, symbol, len) && line[7 + len] == '=')
		return line[8 + len] == 'm' ? 'm' : 'y';
	if (!strncmp(line, "# CONFIG_", 9) && !strncmp(line + 9, symbol, len) &&
		line[9 + len] == ' ')
		return 'n';
	return 0;
}

static char config_file(const char *path, const char *symbol)
{
	char line[512], answer = 'n';
	FILE *f = fopen(path, "re");

	if (!f)
		return '?';
	while (fgets(line, sizeof(line), f)) {
		char c = config_line(line, symbol);

		if (c) {
			answer = c;
			break;
		}
	}
	fclose(f);
	return answer;
}

static char config_proc(const char *symbol)
{
#ifdef HAVE_ZLIB
	char line[512], answer = 'n';
	gzFile f = gzopen("/proc/config.gz", "re");

	if (!f)
		return '?';
	while (gzgets(f, line, sizeof(line))) {
		char c = config_line(line, symbol);

		if (c) {
			answer = c;
			break;
		}
	}
	gzclose(f);
	return answer;
#else
	(void)symbol;
	return '?';
#endif
}

char why_config(const char *symbol)
{
	char path[128], answer = config_proc(symbol);
	struct utsname uts;

	if (answer != '?' || uname(&uts))
		return answer;
	snprintf(path, sizeof(path), "/boot/config-%s", uts.release);
	answer = config_file(path, symbol);
	if (answer != '?')
		return answer;
	snprintf(path, sizeof(path), "/lib/modules/%s/config", uts.release);
	return config_file(path, symbol);
}

void why_lockdown(char *state, size_t size)
{
	char text[128] = "";
	FILE *f = fopen("/sys/kernel/security/lockdown", "re");
	char *from, *to;

	state[0] = '\0';
	if (!f)
		return;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	from = strchr(text, '[');
	to = from ? strchr(from, ']') : NULL;
	if (to)
		snprintf(state, size, "%.*s", (int)(to - from - 1), from + 1);
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* mountinfo writes blanks, and backslashes, as three octal digits: "\\040". */
static void unescape(char *text)
{
	char *out = text;

	for (char *in = text; *in; in++) {
		if (in[0] == '\\' && is_octal(in[1]) && is_octal(in[2]) && is_octal(in[3])) {
			*out++ = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0'));
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
}

bool why_mount_line(const char *line, const char *type, char *point, size_t size)
{
	const char *dash = strstr(line, " - ");
	char path[2048], fstype[64];

	if (!dash || sscanf(dash, " - %63s", fstype) != 1 || strcmp(fstype, type) != 0 ||
		sscanf(line, "%*s %*s %*s %*s %2047s", path) != 1)
		return false;
	unescape(path);
	snprintf(point, size, "%s", path);
	return true;
}

/* The mount point of the first (or the usual) file system of this type. */
static bool find_mount(const char *type, const char *usual, char *dir, size_t size)
{
	char line[4096], point[2048];
	FILE *f = fopen("/proc/self/mountinfo", "re");
	bool found = false;

	while (f && fgets(line, sizeof(line), f)) {
		if (!why_mount_line(line, type, point, sizeof(point)))
			continue;
		if (!found || !strcmp(point, usual))
			snprintf(dir, size, "%s", point);
		found = true;
	}
	if (f)
		fclose(f);
	return found;
}

/* Looking into debugfs/tracing lets the kernel mount tracefs there by itself. */
static void wake_automount(void)
{
	char dir[2048], path[2100];
	int fd;

	if (!find_mount("debugfs", "/sys/kernel/debug", dir, sizeof(dir)))
		return;
	snprintf(path, sizeof(path), "%s/tracing/events", dir);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
}

static bool kernel_knows(const char *type)
{
	char line[128], name[64];
	FILE *f = fopen("/proc/filesystems", "re");
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = (sscanf(line, "nodev %63s", name) == 1 ||
				sscanf(line, "%63s", name) == 1) &&
			!strcmp(name, type);
	if (f)
		fclose(f);
	return found;
}

static int explain_unmounted(struct fault *fault)
{
	/* which tells what is mounted, and what the kernel knows */
	if (access("/proc/self/mountinfo", F_OK))
		return fault_set(fault, ENOENT, "/proc/self/mountinfo",
			"mount it: mount -t proc proc /proc", "/proc is not mounted");
	if (!kernel_knows("tracefs"))
		return fault_set(fault, ENODEV, "tracefs",
			"boot a kernel built with CONFIG_FTRACE and CONFIG_KPROBE_EVENTS",
			"this kernel has no tracing (no tracefs in /proc/filesystems)");
	return fault_set(fault, ENOENT, "/sys/kernel/tracing",
		geteuid() ? "mount it as root: mount -t tracefs tracefs /sys/kernel/tracing"
			  : MOUNT_REMEDY,
		"tracefs is not mounted");
}

int why_tracefs(char *dir, size_t size, struct fault *fault)
{
	struct statfs fs;
	int fd, err;

	if (!find_mount("tracefs", "/sys/kernel/tracing", dir, size)) {
		wake_automount();
		if (!find_mount("tracefs", "/sys/kernel/tracing", dir, size))
			return explain_unmounted(fault);
	}
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		err = errno;
		return fault_set(fault, err, dir,
			err == EACCES || err == EPERM ? "run as root, or with CAP_DAC_OVERRIDE"
						      : MOUNT_REMEDY,
			"cannot open tracefs");
	}
	err = fstatfs(fd, &fs) ? errno : 0;
	close(fd);
	if (err || fs.f_type != TRACEFS_MAGIC_NUMBER)
		return fault_set(fault, err ? err : EINVAL, dir,
			"unmount what covers it: umount that directory",
			"another file system lies over tracefs");
	return 0;
}

/* access() would judge by the real uid and forget capabilities. */
static bool is_missing(const char *path)
{
	struct stat st;

	return stat(path, &st) && errno == ENOENT;
}

static int explain_lockdown(const char *dir, struct fault *fault)
{
	char path[2200], state[32];

	why_lockdown(state, sizeof(state));
	if (!strcmp(state, "confidentiality"))
		return fault_set(fault, EPERM, "/sys/kernel/security/lockdown",
			"boot with lockdown=integrity or without lockdown",
			"the kernel is locked down (confidentiality), which closes kprobes and "
			"tracepoints");
	snprintf(path, sizeof(path), "%s/instances", dir);
	if (is_missing(path))
		return fault_set(fault, ENOENT, path,
			state[0] ? "look for the cause in the kernel log"
				 : "mount securityfs to see the lockdown state; confidentiality "
				   "does this",
			"tracefs is empty");
	return 0;
}

static int explain_mount(const char *dir, struct fault *fault)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) || !(fs.f_flag & ST_RDONLY))
		return 0;
	return fault_set(fault, EROFS, dir, "remount it: mount -o remount,rw the directory",
		"tracefs is mounted read-only");
}

static int explain_missing(const char *what, const char *path, const char *symbol,
	const char *remedy, struct fault *fault)
{
	char set = why_config(symbol), text[200];

	if (set == 'n')
		snprintf(text, sizeof(text),
			"the kernel is built without %s (CONFIG_%s is not set)", what, symbol);
	else if (set == '?')
		snprintf(text, sizeof(text),
			"the kernel offers no %s, and its configuration cannot be read", what);
	else
		snprintf(text, sizeof(text), "the kernel offers no %s though CONFIG_%s is set",
			what, symbol);
	return fault_set(fault, ENOENT, path, remedy, "%s", text);
}

int why_source(const char *dir, const char *want, struct fault *fault)
{
	char kprobes[2200], calls[2200];
	bool no_kprobes, no_calls;
	int err = explain_lockdown(dir, fault);

	if (!err)
		err = explain_mount(dir, fault);
	if (err)
		return err;
	snprintf(kprobes, sizeof(kprobes), "%s/kprobe_events", dir);
	snprintf(calls, sizeof(calls), "%s/events/syscalls/sys_enter_mprotect", dir);
	no_kprobes = is_missing(kprobes);
	no_calls = is_missing(calls);
	if (no_kprobes && no_calls && !want)
		return explain_missing("kprobes and no system call tracepoints", kprobes,
			why_config("KPROBES") == 'n' ? "KPROBES" : "KPROBE_EVENTS",
			"boot a kernel with CONFIG_KPROBE_EVENTS or CONFIG_FTRACE_SYSCALLS", fault);
	if (no_kprobes && want && !strcmp(want, "kprobe"))
		return explain_missing("kprobe events", kprobes,
			why_config("KPROBES") == 'n' ? "KPROBES" : "KPROBE_EVENTS",
			"use --probe=tracepoint, or a kernel with CONFIG_KPROBE_EVENTS", fault);
	if (no_calls && want && !strcmp(want, "tracepoint"))
		return explain_missing("system call tracepoints", calls, "FTRACE_SYSCALLS",
			"use --probe=kprobe, or a kernel with CONFIG_FTRACE_SYSCALLS", fault);
	return 0;
}

bool why_pid_namespace(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino != PROC_PID_INIT_INO;
}

int why_ftrace_off(struct fault *fault)
{
	int fd = open(FTRACE_ENABLED, O_RDONLY | O_CLOEXEC);
	bool dead;
	char on;

	if (fd < 0)
		return 0;
	errno = 0;
	if (read(fd, &on, 1) != 1)
		on = '1';
	dead = errno == ENODEV;
	close(fd);
	/* kprobes that are made then stay in the kernel's lists when they are freed */
	if (dead)
		return fault_set(fault, ENODEV, FTRACE_ENABLED, "see dmesg, and boot again",
			"the kernel has given up function tracing after an error of its own");
	if (on != '0')
		return 0;
	return fault_set(fault, 0, FTRACE_ENABLED, "sysctl kernel.ftrace_enabled=1",
		"function tracing is switched off, so kprobes do not fire");
}

const char *why_probe_kind(const char *list, const char *symbol)
{
	size_t len = strlen(symbol);

	for (const char *line = list; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t end = strcspn(line, "\n");
		const char *at = memmem(line, end, symbol, len);

		/* "ffffffff81a3c5a0  k  SYMBOL+0x0    [DISABLED][FTRACE]" */
		if (!at || at == line || at[-1] != ' ' || strncmp(at + len, "+0x", 3) != 0)
			continue;
		end -= (size_t)(at - line);
		if (memmem(at, end, "[FTRACE]", strlen("[FTRACE]")))
			return "ftrace";
		return memmem(at, end, "[OPTIMIZED]", strlen("[OPTIMIZED]")) ? "jump" : "int3";
	}
	return NULL;
}
