#!/bin/bash
# Verdicts against the real policies, on a kernel that has both: of workloads, and of real programs.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d "${TMPDIR:-/tmp}/programs.XXXXXX")
chmod 755 "$tree"
trap 'rm -rf "$tree"' EXIT
trap 'exit 130' INT TERM HUP

# Debian's own, whatever else the machine has in its PATH.
VM_SOURCES=
for program in strace perl node grep; do
	path=$(PATH=/usr/bin:/bin command -v $program) || continue
	# busybox has a grep without -P in its place
	[ $program != grep ] || path=$path:/usr/local/bin/grep
	VM_SOURCES="$VM_SOURCES $path"
done
if [ -x /usr/bin/python3 ]; then
	mkdir -p "$tree/usr/lib" "$tree/usr/share"
	library=$(/usr/bin/python3 -c 'import os; print(os.path.dirname(os.__file__))')
	(cd "${library%/*}" && tar -cf - --exclude=__pycache__ --exclude=test --exclude=idlelib \
		--exclude='config-*' --exclude=pydoc_data --exclude=dist-packages "${library##*/}") |
		tar -xf - -C "$tree/usr/lib"
	# the initramfs looks for libraries of programs alone
	mkdir -p "$tree/usr/libexec"
	cp "$library"/lib-dynload/_ctypes.*.so "$tree/usr/libexec/"
	VM_SOURCES="$VM_SOURCES /usr/bin/python3"
fi
# Debian's node has parts of itself there.
[ ! -d /usr/share/nodejs ] || cp -a /usr/share/nodejs "$tree/usr/share/"
VM_SOURCES="$VM_SOURCES $tree"
export VM_SOURCES VM_MEMORY=1536 VM_TESTS="${VM_TESTS:-audit,audit-real}"
bash "$here/system.sh" debian-6.12 two
