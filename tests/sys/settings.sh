#!/bin/sh
# Who changes our settings is told of within 5 s, and the end is true to it.
# needs: root tracefs jq
# shellcheck source=tests/sys/told.sh
# shellcheck disable=SC2317,SC2086 # functions are called by name; paths have no blanks
. "$(dirname "$0")/told.sh"

ftrace=/proc/sys/kernel/ftrace_enabled
kprobes=/sys/kernel/debug/kprobes/enabled

tidy() {
	[ "$source" = tracepoint ] || [ ! -e $ftrace ] || echo 1 >$ftrace
	[ "$source" = tracepoint ] || [ ! -e $kprobes ] || echo 1 >$kprobes
}

load steady 200

# What is not recorded counts as a hit; without hits nobody knows.
hidden='(.unaccounted // 0) == 0'
[ "$source" = tracepoint ] || hidden='.unaccounted > 0'

act() {
	echo 'common_pid == 1' >"$event/filter"
	sleep 3
}
begin
told 'a filter' filter 'mprotect(_whole)?/filter$' partial "$hidden"

act() {
	echo 'common_pid == 1' >"$side/events/sched/sched_process_exit/filter"
}
begin
told 'a filter of the side buffer' filter '/filter$' $usual '(.unaccounted // 0) == 0'

act() {
	echo 1 >"$dir/set_event_pid"
	sleep 3
}
begin
told 'set_event_pid' filter '/set_event_pid$' partial "$hidden"

if [ -e $tracefs/set_event_notrace_pid ]; then
	act() {
		echo 1 >"$dir/set_event_notrace_pid"
	}
	begin
	told 'set_event_notrace_pid' filter '/set_event_notrace_pid$' partial
else
	skip 'set_event_notrace_pid' 'this kernel has no such file'
fi

act() {
	echo 1024 >"$dir/buffer_size_kb"
}
begin
told 'the size of the buffer' buffer_size '/buffer_size_kb$' $usual

act() {
	echo 0 >"$dir/options/overwrite"
}
begin
told 'overwrite' overwrite '/overwrite$' $usual

act() {
	echo boot >"$dir/trace_clock"
}
begin
told 'the clock' clock '/trace_clock$' $usual true '"cleared", "probe_gone"'

act() {
	echo 0 >"$event/enable"
}
begin
told 'an event switched off' probe_gone 'mprotect' $usual

if [ "$source" = tracepoint ]; then
	skip 'switches of kprobes' 'this kernel has no kprobes'
else
	# Kernels up to 6.1 break where a kprobe is disarmed meanwhile.
	mend() {
		tidy
	}
	act() {
		echo 0 >$ftrace
	}
	begin
	told 'kernel.ftrace_enabled=0' ftrace_disabled 'ftrace_enabled$' $usual
	if [ -e $kprobes ]; then
		act() {
			echo 0 >$kprobes
		}
		begin
		told 'kprobes/enabled 0' kprobes_disabled 'kprobes' $usual
	else
		skip 'kprobes/enabled 0' 'debugfs shows no such switch'
	fi
fi

# It resets everybody's, so in the virtual machine only.
if [ -z "${MPROTTOP_GUEST-}" ]; then
	skip 'trace-cmd reset' 'in the virtual machine only'
elif ! command -v trace-cmd >"$tmp/null"; then
	skip 'trace-cmd reset' 'trace-cmd is not in this machine'
else
	act() {
		trace-cmd reset -a
	}
	begin
	told 'trace-cmd reset' probe_gone . partial true \
		'"cleared", "tracing_off", "filter", "buffer_size", "overwrite", "clock", "cpumask"'
fi

# Put right again, the trouble goes from the head; complete it was not.
blocks() {
	awk '/^Probe/ { n++ } END { exit n < '"$1"' }' "$tmp/out"
}

head_says() {
	grep -q 'somebody stopped the recording' "$tmp/out"
}

head_is_well() {
	tail -n 30 "$tmp/out" | awk '/^Probe/ { bad = 0 } /somebody stopped/ { bad = 1 } END { exit bad }'
}

noticed_twice() {
	[ "$(grep -c '"cause":"tracing_off"' "$tmp/out")" -ge 2 ]
}

launch -b -d 0.5
await 20 blocks 1
find_dir
echo 0 >"$dir/tracing_on"
await 5 head_says
is 'the head of a table tells it' 0 $?
echo 1 >"$dir/tracing_on"
sleep 1
await 5 head_is_well
is 'the head is well again' 0 $?
stop TERM
finds 'a table: on stderr too' '^mprottop: .*tracing_on: somebody' "$tmp/err"
begin
echo 0 >"$dir/tracing_on"
cause=tracing_off
await 5 noticed
echo 1 >"$dir/tracing_on"
sleep 2
echo 0 >"$dir/tracing_on"
await 5 noticed_twice
echo 1 >"$dir/tracing_on"
stop TERM
holds 'each time is told once' 'map(select(.type == "notice") | .cause) == ["tracing_off", "tracing_off"]' \
	'put right, the end is still not complete' 'last.complete == false'
clean 'at the end'
finish
