/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the text of /proc/PID/cgroup says of a process: its path, its systemd unit, its container.
 * By the names in the paths alone, so nobody is asked; a stranger who may make cgroups may choose
 * them. Pure; all results are clean text, empty where there is none.
 *
 * Lines are "ID:CONTROLLERS:PATH" (cgroups(7)): the unified hierarchy has ID 0 and no controllers,
 * systemd's own is "name=systemd"; in version 1 each controller may have another path.
 */
#ifndef MPROTTOP_CGROUP_H
#define MPROTTOP_CGROUP_H

#include <stddef.h>

/* The path of the unified hierarchy, or of systemd's, whichever is not the root; else the longest
 * of another. */
void cgroup_path(const char *text, char *out, size_t size);

/* "nginx.service", "session-3.scope"; of a unit of a user's manager "user@1000.service/UNIT"; of
 * one that is in a slice alone, the slice. */
void cgroup_unit(const char *text, char *out, size_t size);

/* "docker:0123456789ab", as docker ps shows it; podman, containerd, crio, lxc:NAME, nspawn:NAME;
 * "k8s" and "id" where the runtime is not told. The innermost one. */
void cgroup_container(const char *text, char *out, size_t size);

#endif
