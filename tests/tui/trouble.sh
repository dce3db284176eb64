#!/bin/bash
# What others do to our instances stands in the head while it lasts, and then no more.
# needs: root tracefs tmux pgrep
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

live 100x30 -d 0.3
check 'the head is well' on_screen '^Probe +(kprobe|tracepoint) ok'
dir=$(compgen -G "$tracefs/instances/mprottop_${tracer}_*[0-9]")

# trouble NAME TEXT FILE WRONG RIGHT
trouble() {
	echo "$4" >"$dir/$3"
	check "$1: the head tells it" on_screen "^Probe +$2"
	[ -z "$5" ] || echo "$5" >"$dir/$3"
	check "$1: the head is well again" on_screen '^Probe +(kprobe|tracepoint) '
}

trouble 'stopped' 'somebody stopped the recording' tracing_on 0 1
trouble 'cleared' 'somebody cleared our buffer' trace '' ''
trouble 'a mode' 'somebody changed how our full buffer' options/overwrite 0 1
cat "$dir/trace_pipe" >"$tmp/stolen" &
reader=$!
check 'another reader: the head tells it' on_screen '^Probe +somebody else reads our buffer'
kill $reader
wait $reader 2>/dev/null
check 'another reader: the head is well again' on_screen '^Probe +(kprobe|tracepoint) '
press q
check_end 'q' 0
plan
