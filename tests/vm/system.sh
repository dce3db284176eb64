#!/bin/bash
# Runs the system tests in the virtual machine: system.sh KERNEL PART...
#   two       with two CPUs those that VM_TESTS names, or what is exact on all kernels
#   one       with one CPU those about counts and clean-up
#   storm     what overruns the buffers, with one and with four CPUs
#   lockdown  the kernel locked down, either way, and while it is traced; what others hold
#   cpus      more CPUs possible than there are, and more there than are used
#   kills     SIGKILL at random moments, on a kernel that panics at the first warning
# VM_BRIEF is set: in fewer runs of the program.  VM_SOURCES: more for the initramfs, words.
# VM_MEMORY: in MiB, where the usual is too little. VM_ROUNDS: of tests that repeat.
# Prints one stream of TAP.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
kernel=$1
shift
builddir=${builddir:-$PWD}
# mawk else waits for 4 KiB before it looks at any.
awk=(awk)
! awk -W version 2>&1 </dev/null | grep -q '^mawk' || awk=(awk -W interactive)
: "${MPROTTOP:=$builddir/mprottop}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/system.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# Scripts for the guest: vm.tests= names the tests that it runs.
guest_scripts() {
	mkdir -p "$tmp/tree/test"
	cat >"$tmp/tree/test/run" <<-'END'
	#!/bin/sh
	export MPROTTOP=/usr/local/bin/mprottop builddir=/test MPROTTOP_GUEST=1
	! grep -q vm.brief /proc/cmdline || export MPROTTOP_BRIEF=1
	! grep -q vm.rounds= /proc/cmdline ||
		export MPROTTOP_ROUNDS=$(sed 's/.*vm\.rounds=\([0-9]*\).*/\1/' /proc/cmdline)
	for name in $(sed 's/.*vm\.tests=\([^ ]*\).*/\1/; s/,/ /g' /proc/cmdline); do
		echo "@@begin $name"
		read -r begin _ </proc/uptime
		if [ "$name" = enosys ]; then
			bpf-enosys >/tmp/bpf && echo "ok 1 - $(cat /tmp/bpf)" || echo "not ok 1 - $(cat /tmp/bpf)"
			echo 1..1
			status=0
		else
			timeout -s KILL $((1200 + 10 * ${MPROTTOP_ROUNDS:-0})) sh "tests/sys/$name.sh" 2>&1
			status=$?
		fi
		read -r end _ </proc/uptime
		echo "@@end $status $begin $end"
	done
	END
	chmod +x "$tmp/tree/test/run"
}

# One stream out of those between the marks, numbered on from $1.  What a test
# planned, ran and returned has to agree.
renumber() {
	# shellcheck disable=SC2016 # awk's
	"${awk[@]}" -v count="$1" -v machine="$2" -v file="$tmp/count" '
		function point(good, name) {
			print (good ? "ok " : "not ok ") ++count " - " machine " " name
			fflush()
			red += !good
		}
		/^@@begin / { test = $2; plan = -1; ran = bad = 0; next }
		/^@@end / {
			if (plan != ran)
				point(0, test ": planned " plan ", ran " ran)
			else if ($2 != 0 && !bad)
				point(0, test ": exit status " $2)
			printf "# %s took %.1f s\n", test, $4 - $3
			test = ""
			next
		}
		/^1\.\.0 # SKIP/ { plan = ran = 1; sub(/^1\.\.0 /, ""); point(1, test " " $0); next }
		/^1\.\.[0-9]+$/ { plan = substr($0, 4); next }
		/^(not )?ok [0-9]+ - / {
			good = /^ok/
			sub(/^(not )?ok [0-9]+ - /, "")
			ran++
			bad += !good
			point(good, test ": " $0)
			next
		}
		/^Bail out!/ { print; red++; next }
		{ print "# " $0; fflush() }
		END {
			if (test != "")
				point(0, test ": did not end")
			print count > file
			exit red > 0
		}'
}

# boot CPUS TEST,TEST... [KERNEL ARGUMENT]
boot() {
	local good=0
	"$here/boot" -k "$kernel" -c "$1" ${VM_MEMORY+-m "$VM_MEMORY"} -t $((2400 + 10 * ${VM_ROUNDS:-0})) -a "vm.tests=$2 ${VM_BRIEF+vm.brief} ${VM_ROUNDS+vm.rounds=$VM_ROUNDS} ${3-}" "$tmp/image" |
		renumber "$(cat "$tmp/count")" "$kernel, $1 CPU${3+, $3}," || good=1
	failed=$((failed | good))
}

guest_scripts
# the test that wants it says so where it is missing
trace_cmd=$(command -v trace-cmd || true)
prlimit=$(command -v prlimit || true)
${CC:-cc} -O -Wall -Wextra -o "$tmp/bpf-enosys" "$here/bpf-enosys.c"
workloads=()
for work in "$builddir"/tests/work/*; do
	[ -f "$work" ] && [ -x "$work" ] && workloads+=("$work:/test/tests/work/${work##*/}")
done
# shellcheck disable=SC2086 # words
"$here/initramfs" "$tmp/image" "$tmp/tree" "$MPROTTOP:/usr/local/bin/mprottop" \
	"${workloads[@]}" "$here/../sys:/test/tests/sys" "$tmp/bpf-enosys" \
	${trace_cmd:+"$trace_cmd"} ${prlimit:+"$prlimit"} ${VM_SOURCES-}
echo 0 >"$tmp/count"
failed=0
first=
[ "${kernel#nobpf}" = "$kernel" ] || first=enosys,
for part; do
	case $part in
	two) boot 2 "$first${VM_TESTS:-count,kinds,events,related,site}" ;;
	one) boot 1 "${first}count,cleanup" ;;
	storm)
		boot 1 storm
		boot 4 storm
		;;
	lockdown)
		boot 1 lockdown lockdown=confidentiality
		boot 1 lockdown lockdown=integrity
		boot 2 undo,limits,lockdown-later
		;;
	cpus)
		boot 2,maxcpus=255 count
		boot 2 count maxcpus=1
		;;
	kills) boot 2 kills panic_on_warn=1 ;;
	esac
done
echo "1..$(cat "$tmp/count")"
exit $failed
