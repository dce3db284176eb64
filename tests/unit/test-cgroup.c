/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"
#include "model/cgroup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SHORT "0123456789ab"
#define ID    SHORT "cdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD   "pod2f48c2bf-f8b1-4a1f-8a4e-2b4f0f0b8c55"
#define SLICE "kubepods-burstable-pod2f48c2bf_f8b1_4a1f.slice"

/* As machines have them; NULL: as the text, without what is in front of it. */
static const struct {
	const char *text, *path, *unit, *container;
} cases[] = {
	/* version 2, systemd */
	{"0::/\n", "/", "", ""},
	{"0::/init.scope\n", NULL, "init.scope", ""},
	{"0::/system.slice/nginx.service\n", NULL, "nginx.service", ""},
	{"0::/system.slice/nginx.service", NULL, "nginx.service", ""},
	{"0::/system.slice/system-getty.slice/getty@tty1.service\n", NULL, "getty@tty1.service",
		""},
	{"0::/system.slice/system-postgresql.slice/postgresql@15-main.service\n", NULL,
		"postgresql@15-main.service", ""},
	{"0::/system.slice/dbus.socket\n", NULL, "dbus.socket", ""},
	{"0::/system.slice/_cpu.service\n", NULL, "cpu.service", ""},
	{"0::/system.slice/foo.service/worker/deep.service\n", NULL, "foo.service", ""},
	{"0::/system.slice/run-r1f.scope\n", NULL, "run-r1f.scope", ""},
	{"0::/user.slice/user-1000.slice/session-3.scope\n", NULL, "session-3.scope", ""},
	{"0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", NULL,
		"user@1000.service/init.scope", ""},
	{"0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
	 "app-gnome-firefox-4242.scope\n",
		NULL, "user@1000.service/app-gnome-firefox-4242.scope", ""},
	{"0::/user.slice/user-1000.slice/user@1000.service/session.slice/pipewire.service\n", NULL,
		"user@1000.service/pipewire.service", ""},
	{"0::/user.slice/user-1000.slice/user@1000.service\n", NULL, "user@1000.service", ""},
	{"0::/batch.slice\n", NULL, "batch.slice", ""},
	{"0::/a.slice/a-b.slice/x\n", NULL, "a-b.slice", ""},
	{"0::/mine\n", NULL, "", ""},
	{"0::/../../system.slice/cron.service\n", NULL, "cron.service", ""},
	/* containers */
	{"0::/system.slice/docker-" ID ".scope\n", NULL, "docker-" ID ".scope", "docker:" SHORT},
	{"0::/docker/" ID "\n", NULL, "", "docker:" SHORT},
	{"0::/docker/" ID "/init\n", NULL, "", "docker:" SHORT},
	{"0::/docker/" ID "/kubelet/kubepods/besteffort/" POD "/abcdef" ID "\n", NULL, "",
		"docker:" SHORT},
	{"0::/system.slice/docker.service\n", NULL, "docker.service", ""},
	{"0::/machine.slice/libpod-" ID ".scope/container\n", NULL, "libpod-" ID ".scope",
		"podman:" SHORT},
	{"0::/machine.slice/libpod-conmon-" ID ".scope\n", NULL, "libpod-conmon-" ID ".scope", ""},
	{"0::/libpod_parent/libpod-" ID "\n", NULL, "", "podman:" SHORT},
	{"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
	 ".scope/container\n",
		NULL, "user@1000.service/libpod-" ID ".scope", "podman:" SHORT},
	{"0::/system.slice/nerdctl-" ID ".scope\n", NULL, "nerdctl-" ID ".scope",
		"containerd:" SHORT},
	{"0::/default/" ID "\n", NULL, "", "containerd:" SHORT},
	{"0::/kubepods.slice/kubepods-burstable.slice/" SLICE "/cri-containerd-" ID ".scope\n",
		NULL, "cri-containerd-" ID ".scope", "containerd:" SHORT},
	{"0::/kubepods.slice/kubepods-besteffort.slice/" SLICE "/crio-" ID ".scope\n", NULL,
		"crio-" ID ".scope", "crio:" SHORT},
	{"0::/kubepods.slice/" SLICE "/crio-conmon-" ID ".scope\n", NULL,
		"crio-conmon-" ID ".scope", ""},
	{"0::/kubepods.slice/" SLICE "/docker-" ID ".scope\n", NULL, "docker-" ID ".scope",
		"docker:" SHORT},
	{"0::/kubepods/burstable/" POD "/" ID "\n", NULL, "", "k8s:" SHORT},
	{"0::/kubepods/" POD "/" ID "\n", NULL, "", "k8s:" SHORT},
	{"0::/system.slice/containerd.service/" SLICE ":cri-containerd:" ID "\n", NULL,
		"containerd.service", "containerd:" SHORT},
	{"0::/system.slice:docker:" ID "\n", NULL, "", "docker:" SHORT},
	{"0::/ecs/5f/" ID "\n", NULL, "", "id:" SHORT},
	{"0::/lxc.payload.web/system.slice/nginx.service\n", NULL, "nginx.service", "lxc:web"},
	{"0::/lxc.monitor.web\n", NULL, "", ""},
	{"0::/lxc/db-1\n", NULL, "", "lxc:db-1"},
	{"0::/machine.slice/systemd-nspawn@sid.service/payload/system.slice/cron.service\n", NULL,
		"systemd-nspawn@sid.service", "nspawn:sid"},
	{"0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope\n", NULL,
		"machine-qemu\\x2d1\\x2dvm.scope", ""},
	/* not quite an id */
	{"0::/docker/" SHORT "\n", NULL, "", ""},
	{"0::/docker/" ID "0\n", NULL, "", ""},
	{"0::/docker/X" SHORT "cdef0123456789abcdef0123456789abcdef0123456789abcde\n", NULL, "",
		""},
	/* version 1 */
	{"12:devices:/system.slice/ssh.service\n11:cpu,cpuacct:/\n"
	 "1:name=systemd:/system.slice/ssh.service\n",
		"/system.slice/ssh.service", "ssh.service", ""},
	{"11:memory:/docker/" ID "\n10:cpuset:/docker/" ID "\n1:name=systemd:/docker/" ID "\n",
		"/docker/" ID, "", "docker:" SHORT},
	{"4:memory:/lxc/web\n3:cpu:/\n1:name=systemd:/lxc/web/system.slice/cron.service\n",
		"/lxc/web/system.slice/cron.service", "cron.service", "lxc:web"},
	{"2:freezer:/kubepods/besteffort/" POD "/" ID "\n1:cpu:/\n",
		"/kubepods/besteffort/" POD "/" ID, "", "k8s:" SHORT},
	{"2:cpuset:/\n1:cpu:/\n", "/", "", ""},
	/* both: systemd holds its units in each, docker its containers in version 1 alone */
	{"13:pids:/system.slice/ssh.service\n1:name=systemd:/system.slice/ssh.service\n"
	 "0::/system.slice/ssh.service\n",
		"/system.slice/ssh.service", "ssh.service", ""},
	{"13:pids:/docker/" ID "\n1:name=systemd:/docker/" ID
	 "\n0::/system.slice/containerd.service\n",
		"/system.slice/containerd.service", "containerd.service", "docker:" SHORT},
	{"1:name=systemd:/user.slice/user-0.slice/session-1.scope\n0::/\n",
		"/user.slice/user-0.slice/session-1.scope", "session-1.scope", ""},
	/* nonsense, and bytes of a stranger */
	{"", "", "", ""},
	{"\n\n", "", "", ""},
	{"0:", "", "", ""},
	{"0::", "", "", ""},
	{"0::relative\n", "", "", ""},
	{"::::/\n", "", "", ""},
	{"0::/a\033[2J/b.service\n", "/a?[2J/b.service", "b.service", ""},
	{"0::/a:b/c.service\n", "/a:b/c.service", "c.service", ""},
	{"0:://///x.service///\n", "/////x.service///", "x.service", ""},
	{"0::/.service/.slice\n", "/.service/.slice", "", ""},
	{"0::/lxc.payload.\n", NULL, "", ""},
	{"0::/systemd-nspawn@.service\n", NULL, "systemd-nspawn@.service", ""},
};

static void expect(size_t i, const char *got, const char *want)
{
	if (strcmp(got, want))
		print_error("%s: %s, not %s\n", cases[i].text, got, want);
	assert_string_equal(got, want);
}

static void test_cases(void **state)
{
	char text[512], path[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(path, sizeof(path), "%s", cases[i].text + (cases[i].path ? 0 : 3));
		path[strcspn(path, "\n")] = '\0';
		cgroup_path(cases[i].text, text, sizeof(text));
		expect(i, text, cases[i].path ? cases[i].path : path);
		cgroup_unit(cases[i].text, text, sizeof(text));
		expect(i, text, cases[i].unit);
		cgroup_container(cases[i].text, text, sizeof(text));
		expect(i, text, cases[i].container);
	}
}

/* Whatever the room, and wherever the text ends. */
static void test_cut(void **state)
{
	static void (*const all[])(const char *, char *, size_t) = {
		cgroup_path, cgroup_unit, cgroup_container};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t len = 0; len <= strlen(cases[i].text); len++) {
			char *text = strndup(cases[i].text, len);

			for (size_t f = 0; f < ARRAY_SIZE(all); f++) {
				size_t size = len % 97 + 1;
				char *out = test_malloc(size);

				all[f](text, out, size);
				assert_true(strnlen(out, size) < size);
				test_free(out);
			}
			free(text);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
