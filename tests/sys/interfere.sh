#!/bin/sh
# What others do to our instances is told within 5 s, and the end is true to it.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2317,SC2086 # functions are called by name; paths have no blanks
. "$(dirname "$0")/lib.sh"

ftrace=/proc/sys/kernel/ftrace_enabled
kprobes=/sys/kernel/debug/kprobes/enabled
usual=partial
[ "$source" = tracepoint ] || usual=full

tidy() {
	[ "$source" = tracepoint ] || [ ! -e $ftrace ] || echo 1 >$ftrace
	[ "$source" = tracepoint ] || [ ! -e $kprobes ] || echo 1 >$kprobes
}

find_dir() {
	dir=$tracefs/instances/$(objects | grep "^mprottop_${pid}_[0-9]*\$" | head -n 1)
	side=${dir}_side
	if [ "$source" = kprobe ]; then
		event=$(ls -d "$dir"/events/mprottop_"${pid}"_*/*[0-9]_mprotect)
	else
		event=$dir/events/syscalls/sys_enter_mprotect
	fi
}

noticed() {
	grep -q '^{"type":"notice".*"cause":"'"$cause"'"' "$tmp/out"
}

# A run that has read something of each kind.
begin() {
	start -d 1
	find_dir
	sleep 0.5
}

# told NAME CAUSE OBJECT ACCOUNT [CONDITION [ALSO]]: after ACT was called, the notice,
# once and in time, and the end.  ALSO are other causes that come along.
told() {
	name=$1
	cause=$2
	at=$(jq -n now)
	act >"$tmp/acted" 2>&1 || echo "# cannot interfere: $(cat "$tmp/acted")"
	await 8 noticed || echo "# no notice after 8 s"
	sleep 0.3
	stop TERM
	holds "$name: told within 5 s" \
		"[.[] | select(.type == \"notice\" and .cause == \"$2\")] | .[0].time - $at | . > 0 and . < 5" \
		"$name: once for each object, with the remedy" \
		"[.[] | select(.type == \"notice\" and .cause == \"$2\")]
		| length > 0 and length == (map(.object) | unique | length)
		and all(.[]; (.object | test(\"$3\")) and (.remedy | length > 0))" \
		"$name: nothing else is told" \
		"[.[] | select(.type == \"notice\") | .cause] - [\"$2\"${6:+, $6}] == []" \
		"$name: the end is not complete" 'last | .type == "end" and .complete == false' \
		"$name: the account is $4" "last.account == \"$4\"" \
		"$name: what the account says" "last | (${5:-true})"
	object=${3#^}
	finds "$name: on stderr too" "^mprottop: .*${object%\$}: .*; " "$tmp/err"
	is "$name: the run ends with 0" 0 "$status"
}

# Does as if it read nothing but what it is told, for two seconds.
take() {
	cat "$1" >"$tmp/stolen" &
	reader=$!
	sleep 2
	kill "$reader"
	wait "$reader"
	reader=$(wc -c <"$tmp/stolen")
	[ "$reader" -gt 0 ]
}

spawn() {
	while :; do
		sleep 0.05
	done &
	started="$started $!"
	spawner=$!
}

load steady 500
spawn

act() {
	echo >"$dir/trace"
}
begin
told 'the buffer cleared' cleared '^instances/mprottop_[0-9]*_[0-9]*/trace$' $usual

act() {
	echo >"$side/trace"
}
begin
told 'the side buffer cleared' cleared '_side/trace$' $usual '.unaccounted == 0'

# The canary has been on some CPU: clear each.
act() {
	for file in "$dir"/per_cpu/cpu*/trace; do
		echo >"$file"
	done
}
begin
told 'the buffers of CPUs cleared' cleared '^instances/mprottop_[0-9]*_[0-9]*/trace$' $usual

act() {
	take "$dir/trace_pipe"
}
begin
told 'another reader' other_reader '^instances/mprottop_[0-9]*_[0-9]*/trace_pipe$' $usual \
	'.unaccounted > 0'

act() {
	for raw in "$dir"/per_cpu/cpu*/trace_pipe_raw; do
		take "$raw"
	done
	[ "$reader" -gt 0 ]
}
begin
told 'another reader of raw pages' other_reader \
	'^instances/mprottop_[0-9]*_[0-9]*/trace_pipe$' $usual '.unaccounted > 0'

act() {
	take "$side/trace_pipe"
}
begin
told 'another reader of the side buffer' other_reader '_side/trace_pipe$' $usual '.unaccounted == 0'
kill "$spawner"

act() {
	echo 0 >"$dir/tracing_on"
}
begin
told 'tracing_on' tracing_off '/tracing_on$' $usual

act() {
	echo 0 >"$side/tracing_on"
}
begin
told 'tracing_on of the side buffer' tracing_off '_side/tracing_on$' $usual '.unaccounted == 0'

act() {
	echo 0 >"$dir/tracing_cpumask"
}
begin
told 'tracing_cpumask' cpumask '/tracing_cpumask$' $usual

# What is not recorded counts as a hit; without hits nobody knows.
hidden='.unaccounted == 0'
[ "$source" = tracepoint ] || hidden='.unaccounted > 0'

act() {
	echo 'common_pid == 1' >"$event/filter"
	sleep 3
}
begin
told 'a filter' filter 'mprotect/filter$' partial "$hidden"

act() {
	echo 'common_pid == 1' >"$side/events/sched/sched_process_exit/filter"
}
begin
told 'a filter of the side buffer' filter '/filter$' $usual '.unaccounted == 0'

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
	act() {
		echo 0 >$ftrace
	}
	begin
	told 'kernel.ftrace_enabled=0' ftrace_disabled 'ftrace_enabled$' $usual
	echo 1 >$ftrace
	if [ -e $kprobes ]; then
		act() {
			echo 0 >$kprobes
		}
		begin
		told 'kprobes/enabled 0' kprobes_disabled 'kprobes' $usual
		echo 1 >$kprobes
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
sleep 2
echo 1 >"$dir/tracing_on"
stop TERM
holds 'each time is told once' 'map(select(.type == "notice") | .cause) == ["tracing_off", "tracing_off"]' \
	'put right, the end is still not complete' 'last.complete == false'
clean 'at the end'
finish
