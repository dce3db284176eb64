#!/bin/sh
# Who reads, clears or stops our buffers is told of within 5 s, and the end is true to it.
# needs: root tracefs jq
# shellcheck source=tests/sys/told.sh
# shellcheck disable=SC2317,SC2086 # functions are called by name; paths have no blanks
. "$(dirname "$0")/told.sh"

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
		sleep 0.2
	done &
	started="$started $!"
	spawner=$!
}

load steady 200
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
told 'the side buffer cleared' cleared '_side/trace$' $usual '(.unaccounted // 0) == 0'

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
told 'another reader of the side buffer' other_reader '_side/trace_pipe$' $usual '(.unaccounted // 0) == 0'
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
told 'tracing_on of the side buffer' tracing_off '_side/tracing_on$' $usual '(.unaccounted // 0) == 0'

act() {
	echo 0 >"$dir/tracing_cpumask"
}
begin
told 'tracing_cpumask' cpumask '/tracing_cpumask$' $usual
clean 'at the end'
finish
