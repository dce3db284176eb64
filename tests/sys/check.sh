#!/bin/sh
# --check tells what works here, and leaves nothing.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

# line NAME WHAT WORD: the table's line about WHAT says yes, part or no.
line() {
	finds "$1" "^$2 +$3  " "$tmp/out"
}

# The first buffer since the boot that is given a size changes what the top level's tells of its own.
first=$tracefs/instances/mprottop-first
mkdir "$first" && echo 8 >"$first/buffer_size_kb" && rmdir "$first"
before=$(foreign)
go 20 --check
is 'the status' 0 "$status"
is 'nothing on stderr' '' "$(cat "$tmp/err")"
finds 'the kernel' "^kernel +yes +$(uname -r) $(uname -m)" "$tmp/out"
finds 'where tracefs is' '^tracefs +yes +/sys/kernel/' "$tmp/out"
finds 'the source it takes' "^mprottop takes the source $source here" "$tmp/out"
if [ "$source" = kprobe ]; then
	line 'kprobes work' 'source kprobe' yes
	for symbol in __x64_sys_mprotect __x64_sys_pkey_mprotect __ia32_sys_mprotect; do
		grep -q " $symbol\$" /proc/kallsyms || continue
		finds "the probe on $symbol" "yes +$symbol" "$tmp/out"
	done
	finds 'whether a call takes one event' '^one event a call +(yes|part)  ' "$tmp/out"
else
	line 'kprobes do not' 'source kprobe' no
	finds 'and why' '^source kprobe .*kprobe' "$tmp/out"
fi
if [ -e "$tracefs/events/syscalls/sys_enter_mprotect" ]; then
	line 'tracepoints work in part' 'source tracepoint' part
	finds 'and what they miss' '^source tracepoint .*32-bit' "$tmp/out"
else
	line 'tracepoints do not' 'source tracepoint' no
fi
is 'each line that says no gives a reason' '' "$(grep -E '^.{24} no +$' "$tmp/out")"
clean --check
is 'nothing of others was touched' "$before" "$(foreign)"

if [ "$source" = kprobe ]; then
	launch --check
	while nothing_of "$pid" && ! gone "$pid"; do
		:
	done
	kill -9 "$pid"
	ended 5
	await 10 nothing_of "$pid"
	is 'SIGKILL: its guard removes all' '' "$(objects | grep "^mprottop_${pid}_")"
fi

chmod 755 "$tmp"
su -s /bin/sh nobody -c "'$MPROTTOP' --check" >"$tmp/out" 2>"$tmp/err"
status=$?
is 'without rights: the status' 1 "$status"
finds 'without rights: what is missing and what to do' 'run as root' "$tmp/out"
clean 'without rights'
finish
