#!/bin/bash
# Makes the recordings of tests/data: recordings.sh [KERNEL...]
# In the virtual machine mprottop records known workloads; what it printed live has to
# be what its replay prints here.  They are the input of tests/golden.sh.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
builddir=${builddir:-$PWD}
: "${MPROTTOP:=$builddir/mprottop}"
data=$here/../data
[ $# -gt 0 ] || set -- debian-5.10 debian-6.1 debian-6.12 debian-sid nobpf-6.1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/recordings.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
# shellcheck source=tests/vm/record-lib.sh
. "$here/record-lib.sh"
options='-f json --events --also=mmap,munmap -d 0.5'
work=/test/tests/work

mkdir -p "$tmp/tree/test"
cat >"$tmp/tree/test/work" <<END
#!/bin/sh
$work/events
for mode in clean flip rwx anonymous text; do
	$work/jit \$mode
done
$work/calls --threads=2 --calls=10
END
cat >"$tmp/tree/test/run" <<END
#!/bin/sh
mprottop -w /tmp/x.dat $options -- /test/work >/tmp/said 2>/tmp/live
echo "@@live"
cat /tmp/live
echo "@@data"
base64 /tmp/x.dat
echo "@@end"
END
chmod +x "$tmp/tree/test/work" "$tmp/tree/test/run"
workloads=()
for one in "$builddir"/tests/work/*; do
	[ -f "$one" ] && [ -x "$one" ] && workloads+=("$one:$work/${one##*/}")
done
pack "$tmp/image" "${workloads[@]}"

status=0
for kernel; do
	"$here/boot" -k "$kernel" -c 2 -t 300 "$tmp/image" >"$tmp/out"
	# shellcheck disable=SC2086 # several options
	take "$tmp/out" '' "record-${kernel#debian-}.dat" $options || status=1
done
exit $status
