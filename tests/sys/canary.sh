#!/bin/sh
# A probe that is armed and does not fire is named, and never a table of zeros.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2317,SC2086 # lib.sh calls functions; paths have no blanks
. "$(dirname "$0")/lib.sh"

[ "$source" = kprobe ] || skip_all 'this kernel has no kprobes'
ftrace=/proc/sys/kernel/ftrace_enabled
kprobes=/sys/kernel/debug/kprobes/enabled

tidy() {
	[ ! -e $ftrace ] || echo 1 >$ftrace
	[ ! -e $kprobes ] || echo 1 >$kprobes
}

# dead_at_start NAME PATTERN
dead_at_start() {
	go 20 -b -n 2 -d 0.1 -f json
	is "$1 before the start: status 1 and no line" '1 0' "$status $(wc -c <"$tmp/out" | tr -d ' ')"
	finds "$1 before the start: the message names it" "^mprottop: .*$2.*; " "$tmp/err"
	is "$1 before the start: nothing left in tracefs" '' "$(objects | grep "_${pid}_")"
}

noticed() {
	grep -q '^{"type":"notice".*"cause":"'"$cause"'"' "$tmp/out"
}

# dead_later NAME CAUSE OBJECT: the notice comes within 5 s, with object and remedy.
dead_later() {
	cause=$2
	if in_time 5 noticed; then
		ok "$1 while tracing: a notice within 5 s"
	else
		not_ok "$1 while tracing: a notice within 5 s" "expected cause: $2" "came: $(grep notice "$tmp/out")"
	fi
	holds "$1 while tracing: it names what it is about, and the remedy" \
		"[.[] | select(.type == \"notice\" and .cause == \"$2\")]
		| length > 0 and length == (map(.object) | unique | length)
		and all(.[]; (.object | test(\"$3\")) and (.remedy | length > 0))"
	finds "$1 while tracing: on stderr too" "^mprottop: .*$3.*; " "$tmp/err"
}

# What follows is about a program that traces: to switch ftrace off under one that
# still arms its probes makes the kernel give it up (see why_ftrace_off()).
begin() {
	start -d 10
	if ! grep -q '^{"type":"start"' "$tmp/out"; then
		not_ok 'it traces' 'expected: a start' "came: $(cat "$tmp/err")"
		finish
	fi
	dir=$tracefs/instances/$(objects | grep "^mprottop_${pid}_[0-9]*\$" | head -n 1)
}

# over NAME STATUS
over() {
	stop TERM
	is "$1 while tracing: the end" "0, nothing left" "$status, nothing$(objects | grep "_${pid}_") left"
}

if [ -e $ftrace ]; then
	echo 0 >$ftrace
	dead_at_start 'kernel.ftrace_enabled=0' 'ftrace_enabled'
	echo 1 >$ftrace
	begin
	echo 0 >$ftrace
	dead_later 'kernel.ftrace_enabled=0' ftrace_disabled ftrace_enabled
	echo 1 >$ftrace
	over 'kernel.ftrace_enabled=0'
else
	skip 'kernel.ftrace_enabled=0' 'this kernel has no such switch'
fi

if [ -e $kprobes ]; then
	echo 0 >$kprobes
	dead_at_start 'kprobes/enabled 0' 'kprobes'
	echo 1 >$kprobes
	begin
	echo 0 >$kprobes
	dead_later 'kprobes/enabled 0' kprobes_disabled kprobes
	echo 1 >$kprobes
	over 'kprobes/enabled 0'
else
	skip 'kprobes/enabled 0' 'debugfs shows no such switch'
fi

begin
echo 0 | tee "$dir"/events/mprottop_"$pid"_*/*[0-9]_mprotect/enable >"$tmp/null"
dead_later 'an event switched off' probe_gone mprotect
over 'an event switched off'

begin
echo 0 >"$dir/tracing_on"
dead_later 'tracing_on 0' tracing_off tracing_on
over 'tracing_on 0'

# As trace-cmd reset does it: off, then removed.
begin
for enable in "$dir"/events/mprottop_"$pid"_*/*/enable; do
	echo 0 >"$enable"
	event=${enable%/enable}
	echo "-:${event#*/events/}" >>"$tracefs/kprobe_events"
done
dead_later 'our events removed' probe_gone .
over 'our events removed'
clean 'at the end'
finish
