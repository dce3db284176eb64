#!/bin/bash
# Where mprotect_fixup() has its arguments (TAP): type information and own calls
# give the same on every kernel that has both, own calls alone do where there is
# none, and the probe made of it shows what a known call did.  fixup.sh [KERNEL...]
# shellcheck disable=SC2317 # point calls the checks
set -eu

here=$(cd "$(dirname "$0")" && pwd)
builddir=${builddir:-$PWD}
[ $# -gt 0 ] || set -- debian-5.10 debian-6.1 debian-6.12 debian-sid nobpf-6.1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/fixup.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
count=0
failed=0

# point NAME COMMAND...: the TAP line, and what the guest printed if the command fails.
point() {
	local name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $kernel: $name"
		return
	fi
	failed=1
	echo "not ok $count - $kernel: $name"
	sed 's/^/# /' "$tmp/out"
}

# In the guest: the tool under several circumstances, each with a name in front of
# its lines and then what is left in tracefs.
guest_script() {
	mkdir -p "$tmp/tree/test"
	cat >"$tmp/tree/test/run" <<-'END'
	#!/bin/sh
	cd /sys/kernel/tracing || exit 1
	try() {
		name=$1
		shift
		"$@" >/tmp/out 2>&1
		echo "exit status=$?" >>/tmp/out
		echo "left events=$(grep -c . kprobe_events) instances=$(ls instances | wc -l)" >>/tmp/out
		sed "s/^/$name /" /tmp/out
	}
	try plain fixup-tool
	try namespace unshare -p -f --mount-proc fixup-tool
	for option in raw hex bin fields; do
		[ ! -e options/$option ] || echo 1 >options/$option
	done
	echo 0 >options/context-info
	try form fixup-tool
	echo 0 >/proc/sys/kernel/ftrace_enabled
	try silent fixup-tool
	exit 0
	END
	chmod +x "$tmp/tree/test/run"
}

# line CASE TAG: what stands behind them, of the first such line.
line() {
	sed -n "s/^$1 $2 //p" "$tmp/out" | head -n 1
}

# field CASE TAG KEY [NUMBER OF THE LINE]
field() {
	sed -n "s/^$1 $2 //p" "$tmp/out" | sed -n "${4:-1}p" | tr ' ' '\n' | sed -n "s/^$3=//p"
}

# agree CASE: calibration found all there is; the same as the type information, if any.
agree() {
	local own btf
	own=$(line "$1" calibration)
	btf=$(line "$1" btf)
	[ "${own%% *}" = how=calibration ] || return 1
	case $own in *=-*) return 1 ;; esac
	case $kernel in
	nobpf*) [ "${btf%% *}" = how=none ] ;;
	*) [ "$btf" = "how=btf ${own#* }" ] ;;
	esac
}

# shown CASE NUMBER: the probe showed the call of that number.
shown() {
	local key file
	for key in start end; do
		[ "$(field "$1" event "$key" "$2")" = "$(field "$1" expect "$key" "$2")" ] || return 1
	done
	for key in old new; do
		[ $(($(field "$1" event "$key" "$2") & 7)) -eq "$(field "$1" expect "$key" "$2")" ] || return 1
	done
	file=$(field "$1" event file "$2")
	if [ "$(field "$1" expect file "$2")" = 1 ]; then
		[ "$file" != 0x0 ]
	else
		[ "$file" = 0x0 ]
	fi
}

clean() {
	[ "$(line "$1" left)" = 'events=0 instances=0' ]
}

ended() {
	[ "$(line "$1" exit)" = "status=$2" ]
}

silent() {
	[[ $(line silent calibration) = 'how=none why='* ]] && clean silent
}

check_kernel() {
	kernel=$1
	good=0
	"$here/boot" -k "$kernel" "$tmp/image" >"$tmp/out" 2>&1 || good=$?
	point 'the machine came to its end' [ $good -eq 0 ]
	for name in plain namespace form; do
		point "$name: own calls tell all there is, and the same as type information" agree $name
		# the tool reads its own event only in the usual form
		[ $name = form ] || {
			point "$name: a mapping of a file is shown as it was" shown $name 1
			point "$name: one without is, too" shown $name 2
		}
		point "$name: ended well" ended $name 0
		point "$name: nothing is left" clean $name
	done
	point 'a probe that does not fire is told, and nothing is left' silent
	sed -n 's/^plain \(btf\|calibration\|time\|fetch\) /# \1 /p' "$tmp/out"
}

guest_script
"$here/initramfs" "$tmp/image" "$tmp/tree" "$builddir/tests/vm/fixup-tool"
for name in "$@"; do
	check_kernel "$name"
done
echo "1..$count"
exit $failed
