/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/cgroup.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ID_LEN   64 /* hex digits of a container's id */
#define ID_SHORT 12

/* A piece of the text, not terminated. */
struct part {
	const char *at;
	size_t len;
};

enum hierarchy {
	UNIFIED,
	SYSTEMD,
	OTHER,
};

static bool part_is(struct part part, const char *text)
{
	return part.len == strlen(text) && !memcmp(part.at, text, part.len);
}

static bool part_starts(struct part part, const char *text)
{
	return part.len >= strlen(text) && !memcmp(part.at, text, strlen(text));
}

static bool part_ends(struct part part, const char *text)
{
	size_t len = strlen(text);

	return part.len > len && !memcmp(part.at + part.len - len, text, len);
}

static struct part part_from(struct part part, size_t skip)
{
	return (struct part){part.at + skip, part.len - skip};
}

static void part_text(struct part part, char *out, size_t size)
{
	text_clean(out, size, part.at, part.len);
}

/* The path of the next line and whose it is; false: no more. */
static bool line_next(const char **text, struct part *path, enum hierarchy *which)
{
	while (**text) {
		struct part line = {*text, strcspn(*text, "\n")};
		const char *first = memchr(line.at, ':', line.len), *second;
		struct part controllers;

		*text += line.len + (line.at[line.len] == '\n');
		second = first ? memchr(first + 1, ':', line.at + line.len - first - 1) : NULL;
		if (!second || second + 1 == line.at + line.len || second[1] != '/')
			continue;
		controllers = (struct part){first + 1, second - first - 1};
		*path = (struct part){second + 1, line.at + line.len - second - 1};
		*which = !controllers.len                       ? UNIFIED
			 : part_is(controllers, "name=systemd") ? SYSTEMD
								: OTHER;
		return true;
	}
	return false;
}

/* The next component of a path; false: no more. */
static bool component_next(struct part *path, struct part *component)
{
	while (path->len && *path->at == '/')
		*path = part_from(*path, 1);
	if (!path->len)
		return false;
	component->at = path->at;
	component->len = 0;
	while (component->len < path->len && path->at[component->len] != '/')
		component->len++;
	*path = part_from(*path, component->len);
	return true;
}

/* The path of one hierarchy, the longest of OTHER; empty: it has none, or the root. */
static struct part path_of(const char *text, enum hierarchy wanted)
{
	struct part best = {"", 0}, path;
	enum hierarchy which;

	while (line_next(&text, &path, &which))
		if (which == wanted && path.len > 1 && path.len > best.len)
			best = path;
	return best;
}

void cgroup_path(const char *text, char *out, size_t size)
{
	struct part path = path_of(text, UNIFIED);
	enum hierarchy which;

	if (!path.len)
		path = path_of(text, SYSTEMD);
	if (!path.len)
		path = path_of(text, OTHER);
	/* all of them are roots */
	if (!path.len && !line_next(&text, &path, &which))
		path = (struct part){"", 0};
	part_text(path, out, size);
}

/* systemd.unit(5) names them; of these there are processes. */
static bool is_unit(struct part name)
{
	static const char *const kinds[] = {".service", ".scope", ".socket", ".mount", ".swap"};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (part_ends(name, kinds[i]))
			return true;
	return false;
}

/* systemd puts a "_" before a name that the kernel might take for a file of its own. */
static struct part unescape(struct part name)
{
	return part_starts(name, "_") ? part_from(name, 1) : name;
}

static bool unit_of(struct part path, char *out, size_t size)
{
	struct part name, unit = {"", 0}, slice = {"", 0}, inner = {"", 0};
	bool user = false;
	int len;

	while (!inner.len && component_next(&path, &name)) {
		name = unescape(name);
		if (user && is_unit(name))
			inner = name;
		else if (!unit.len && part_ends(name, ".slice"))
			slice = name;
		else if (!unit.len && is_unit(name))
			unit = name;
		else
			continue;
		user = part_starts(unit, "user@");
		if (unit.len && !user)
			break;
	}
	part_text(unit.len ? unit : slice, out, size);
	len = (int)strlen(out);
	if (inner.len && (size_t)len + 2 < size) {
		out[len] = '/';
		part_text(inner, out + len + 1, size - (size_t)len - 1);
	}
	return unit.len || slice.len;
}

void cgroup_unit(const char *text, char *out, size_t size)
{
	/* systemd keeps its units in the unified hierarchy alone, or in its own */
	if (unit_of(path_of(text, SYSTEMD), out, size))
		return;
	unit_of(path_of(text, UNIFIED), out, size);
}

static bool is_id(struct part part)
{
	for (size_t i = 0; i < part.len; i++)
		if (!isxdigit((unsigned char)part.at[i]) || isupper((unsigned char)part.at[i]))
			return false;
	return part.len == ID_LEN;
}

/* What stands before an id tells the runtime: "docker-ID.scope", "libpod-ID". */
static const struct runtime {
	const char *prefix, *name;
} runtimes[] = {
	{"docker-", "docker"},
	{"libpod-", "podman"},
	{"libpod-payload-", "podman"},
	{"cri-containerd-", "containerd"},
	{"containerd-", "containerd"},
	{"nerdctl-", "containerd"},
	{"crio-", "crio"},
};

/* "kubepods-pod1.slice:cri-containerd:ID", where runtime and kubelet disagree on who makes them. */
static const char *runtime_colons(struct part name, struct part *id)
{
	struct part before = name;

	if (name.len <= ID_LEN || name.at[name.len - ID_LEN - 1] != ':')
		return NULL;
	*id = part_from(name, name.len - ID_LEN);
	before.len -= ID_LEN + 1;
	for (size_t i = 0; i < ARRAY_SIZE(runtimes) && is_id(*id); i++) {
		size_t len = strlen(runtimes[i].prefix) - 1;

		if (before.len > len && before.at[before.len - len - 1] == ':' &&
			!memcmp(before.at + before.len - len, runtimes[i].prefix, len))
			return runtimes[i].name;
	}
	return NULL;
}

static const char *runtime_prefix(struct part name, struct part *id)
{
	if (part_ends(name, ".scope") || part_ends(name, ".slice"))
		name.len -= strlen(".scope");
	for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
		if (!part_starts(name, runtimes[i].prefix))
			continue;
		*id = part_from(name, strlen(runtimes[i].prefix));
		if (is_id(*id))
			return runtimes[i].name;
	}
	return NULL;
}

/* An id alone: by what it lies in. */
static const char *runtime_parent(struct part parent)
{
	if (part_is(parent, "docker"))
		return "docker";
	if (part_is(parent, "default") || part_is(parent, "k8s.io"))
		return "containerd"; /* its namespaces */
	if (part_starts(parent, "kubepods") || part_starts(parent, "pod"))
		return "k8s";
	return "id";
}

static bool say(const char *runtime, struct part name, char *out, size_t size)
{
	int len = snprintf(out, size, "%s:", runtime);

	if (!name.len || (size_t)len >= size) {
		out[0] = '\0';
		return false;
	}
	part_text(name, out + len, size - (size_t)len);
	return true;
}

/* A container that is called by a name. */
static bool container_named(struct part name, struct part parent, char *out, size_t size)
{
	static const char nspawn[] = "systemd-nspawn@", end[] = ".service";

	if (part_starts(name, "lxc.payload."))
		return say("lxc", part_from(name, strlen("lxc.payload.")), out, size);
	if (part_is(parent, "lxc") || part_is(parent, "lxc.payload"))
		return say("lxc", name, out, size);
	if (!part_starts(name, nspawn) || !part_ends(name, end))
		return false;
	name = part_from(name, strlen(nspawn));
	name.len -= strlen(end);
	return say("nspawn", name, out, size);
}

static bool container_of(struct part path, char *out, size_t size)
{
	struct part name, parent = {"", 0};
	bool found = false;

	while (component_next(&path, &name)) {
		struct part id = name;
		const char *runtime = runtime_prefix(name, &id);

		if (!runtime)
			runtime = runtime_colons(name, &id);
		if (!runtime && is_id(name))
			runtime = runtime_parent(parent);
		if (runtime)
			found |= say(runtime, (struct part){id.at, ID_SHORT}, out, size);
		else if (!part_is(name, "..")) /* beyond the namespace of whoever reads */
			found |= container_named(name, parent, out, size);
		parent = name;
	}
	return found;
}

void cgroup_container(const char *text, char *out, size_t size)
{
	struct part path;
	enum hierarchy which;

	out[0] = '\0';
	/* in version 1 some hierarchies may not have it */
	while (line_next(&text, &path, &which))
		if (container_of(path, out, size))
			return;
}
