#!/bin/bash
# Tests the rig itself (TAP): every way in which a run in the virtual machine can
# fail must come through as a failure.  selftest.sh [KERNEL...]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- debian-6.1 nobpf-6.1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/selftest.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
count=0
failed=0

# verdict STATUS NAME: prints the TAP line, and what the boot printed if not ok.
verdict() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $2"
	cat "$tmp/out" "$tmp/err" | sed 's/^/# /'
}

# run GUEST_SCRIPT BOOT_OPTION...: boots, keeps output and exit status.
run() {
	local script=$1
	shift
	status=0
	"$here/boot" -a "vm.run=/test/$script" "$@" "$tmp/image" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# expect NAME STATUS PATTERN: of the last boot; PATTERN is a line of its output.
expect() {
	local good=1
	if [ "$status" -eq "$2" ] && grep -qE -- "$3" "$tmp/out"; then
		good=0
	fi
	[ $good -eq 0 ] || echo "# exit status $status, expected $2 and /$3/"
	verdict $good "$1"
}

script() {
	{
		echo '#!/bin/sh'
		cat
	} >"$tmp/tree/test/$1"
	chmod +x "$tmp/tree/test/$1"
}

guest_scripts() {
	script look <<-'END'
	cd /sys/kernel/tracing || exit 1
	echo "cpus $(grep -c ^processor /proc/cpuinfo)"
	bpf-enosys
	[ -f kprobe_events ] && echo 'has kprobe_events'
	for f in __x64_sys_mprotect __ia32_sys_mprotect; do
		echo "p:probe$f $f" >kprobe_events && grep -q "$f" kprobe_events && echo "probed $f"
		echo >kprobe_events
	done
	su tester -c 'echo "user $(id -un) $(id -u)"'
	echo '{"tool": "jq"}' | jq -r .tool
	for t in pgrep pkill timeout setsid script mount awk sed seq usleep stty; do
		command -v $t >/dev/null || echo "lacks $t"
	done
	TERM=screen-256color script -qc 'stty size; tty' /dev/null
	[ -t 1 ] || echo 'no terminal'
	END
	script fail <<-'END'
	echo 'not ok 1 - on purpose'
	printf 'unfinished'
	exit 3
	END
	script killed <<-'END'
	sleep 1000 &
	echo 'before'
	kill -9 $$
	END
	script hang <<-'END'
	echo 'hanging'
	sleep 1000
	END
	script off <<-'END'
	echo 'ok 1'
	usleep 300000
	poweroff -f
	END
	script panic <<-'END'
	echo 'ok 1'
	echo c >/proc/sysrq-trigger
	END
	script warn <<-'END'
	echo 'ok 1'
	echo '<4>WARNING: CPU: 0 PID: 1 at on/purpose.c:1' >/dev/kmsg
	END
	script warnnew <<-'END'
	echo 'ok 1'
	echo '<4>WARNING: on/purpose.c:1 at on_purpose+0x1/0x2, CPU#0: sh/1' >/dev/kmsg
	END
	script starved <<-'END'
	echo 'ok 1'
	while read -r line; do
		echo "<3>$line" >/dev/kmsg
	done <<-'LINES'
	rcu: INFO: rcu_preempt self-detected stall on CPU
	rcu: INFO: rcu_sched detected stalls on CPUs/tasks:
	rcu: INFO: rcu_sched detected expedited stalls on CPUs/tasks: { 1-... } 26 jiffies s: 33 root: 0x2/.
	rcu: rcu_sched kthread starved for 5252 jiffies! g1 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x0 ->cpu=1
	INFO: task sh:7 blocked for more than 120 seconds.
	watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [sh:7]
	BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 31s!
	clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as unstable because the skew is too large:
	sched: RT throttling activated
	LINES
	END
	script both <<-'END'
	echo '<3>rcu: INFO: rcu_preempt self-detected stall on CPU' >/dev/kmsg
	echo '<1>BUG: KASAN: use-after-free in on_purpose+0x1/0x2' >/dev/kmsg
	END
}

# What every kernel must offer, and what tells the one without BPF from the others.
check_kernel() {
	local kernel=$1 cpus=$2 line bpf='bpf: (made a map|E[A-Z]+)'
	run look -k "$kernel" -c "$cpus"
	expect "$kernel boots on $cpus CPU" 0 "^cpus $cpus\$"
	case $kernel in
	nobpf-*) bpf='bpf: ENOSYS' ;;
	debian-*) bpf='bpf: made a map' ;;
	esac
	for line in "$bpf" 'has kprobe_events' 'probed __x64_sys_mprotect' 'probed __ia32_sys_mprotect' \
		'user tester 1000' 'jq' '/dev/pts/0' 'no terminal'; do
		expect "$kernel, $cpus CPU: $line" 0 "^$line.?\$"
	done
	status=0
	! grep -q '^lacks' "$tmp/out" || status=1
	verdict $status "$kernel, $cpus CPU: no tool is missing"
}

check_failures() {
	local kernel=$1
	run fail -k "$kernel"
	expect "$kernel: the exit status of a failing test comes through" 3 '^not ok 1 - on purpose$'
	expect "$kernel: an unfinished last line comes through" 3 '^unfinished$'
	run killed -k "$kernel"
	expect "$kernel: a killed test fails in spite of a process left behind" 137 '^before$'
	run absent -k "$kernel"
	expect "$kernel: a missing test fails" 127 '^Bail out! /test/absent'
	# as long as it takes to boot
	for limit in 10 40 160; do
		run hang -k "$kernel" -t $limit
		! grep -q '^hanging$' "$tmp/out" || break
	done
	expect "$kernel: a hung guest ends by the time-out" 125 "^Bail out! .*no end after $limit seconds"
	expect "$kernel: the lines before the hang come through" 125 '^hanging$'
	run off -k "$kernel"
	expect "$kernel: a power-off without the marker fails" 125 '^Bail out! .*without its end marker'
	run panic -k "$kernel"
	expect "$kernel: a panic fails" 125 '^Bail out! .*Kernel panic'
	run warn -k "$kernel"
	expect "$kernel: a warning of the kernel fails" 125 '^Bail out! .*WARNING: CPU: 0'
	run warnnew -k "$kernel"
	expect "$kernel: a warning as newer kernels write it fails" 125 '^Bail out! .*WARNING: on/purpose'
	run starved -k "$kernel"
	expect "$kernel: a guest that was not run for a while does not fail" 0 '^ok 1$'
	expect "$kernel: it is told" 0 '^# .* was starved: .*rcu_preempt self-detected stall'
	run both -k "$kernel"
	expect "$kernel: a fault of the kernel fails one that was starved" 125 '^Bail out! .*BUG: KASAN'
}

mkdir -p "$tmp/tree/test"
guest_scripts
${CC:-cc} -O -Wall -Wextra -o "$tmp/bpf-enosys" "$here/bpf-enosys.c"
"$here/initramfs" "$tmp/image" "$tmp/tree" "$tmp/bpf-enosys"
for kernel in "$@"; do
	check_kernel "$kernel" 1
	check_kernel "$kernel" 2
done
# The last one named is enough here: these are about the rig, not the kernel.
check_failures "$kernel"
echo "1..$count"
[ $failed -eq 0 ]
