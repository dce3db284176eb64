#!/bin/sh
# The kernel is locked down while we run: what was made is taken back all the same. For a guest
# alone, since it stays locked down until it boots.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2317,SC2086,SC2046,SC2010 # functions are called by name; lists; names of ours
. "$(dirname "$0")/lib.sh"

file=/sys/kernel/security/lockdown
[ -n "${MPROTTOP_GUEST-}" ] || skip_all 'only a machine that is thrown away can be locked down'
[ -w $file ] || skip_all 'this kernel cannot be locked down'
list=/sys/kernel/debug/kprobes/list
own='\[FTRACE\]\|mprotect\|mmap\|shmat'

probes() {
	grep -c "$own" $list 2>/dev/null
}

no_probes() {
	[ "$(probes)" -le "$1" ]
}

no_process() {
	[ -z "$(processes "$one_run")" ]
}

# What nobody may list any more can still be counted by what the kernel has armed.
before=$(probes)
start -d 10
by_term=$pid
start -d 10
by_kill=$pid
kill_run=$run
start -d 10
by_all=$pid
all_run=$run
busy=$(probes)
is 'three runs have probes' 1 $((busy > before))
exec 8<$list
echo confidentiality >$file
is 'locked down' confidentiality "$(sed -n 's/.*\[\(.*\)\].*/\1/p' $file)"

pid=$by_term
stop TERM
is 'SIGTERM: the status' 0 "$status"
is 'SIGTERM: no instance is left' '' "$(ls $tracefs/instances | grep "^mprottop_${by_term}_")"

pid=$by_kill
kill -9 "$pid"
ended 5
one_run=$kill_run
await 20 no_process
is 'SIGKILL of the tracer: guard and monitor end' '' "$(processes "$kill_run" | paste -s -d, -)"
is 'SIGKILL of the tracer: no instance is left' '' "$(ls $tracefs/instances | grep "^mprottop_${by_kill}_")"

# Who starts now cannot list nor remove: the reason is told, and what helps.
kill -9 $(processes "$all_run")
one_run=$all_run
await 5 no_process
pid=$by_all
ended 5
go 20 --cleanup
is '--cleanup: the status' 1 "$status"
like '--cleanup: why it cannot, and what helps' \
	'^mprottop: .*locked down \(confidentiality\).*kprobe_events: .*; reboot' "$tmp/err"
is '--cleanup: instances are gone all the same' '' "$(ls $tracefs/instances | grep '^mprottop_[0-9]')"

# Opened before: the list as it is now. Only those of the run that lost its guard too remain.
left=$(grep -c "$own" <&8)
echo "# probes before: $before, of three runs: $busy, left by one: $left"
is 'the probes of the other two are gone' $((before + (busy - before) / 3)) "$left"
is 'and what is left is switched off' '' "$(grep "$own" <&8 | grep -v DISABLED)"
finish
