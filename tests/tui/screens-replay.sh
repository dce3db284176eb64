#!/bin/bash
# The screens beside Main, of a recording: all of it from its start, also once begun anew.
# needs: tmux
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

"${builddir:-.}/tests/work/dat" side=side >"$tmp/dat"

ended() {
	[ -e "$tmp/main/status" ] && [ "$(cat "$tmp/main/status")" = "$1" ]
}

lines_are() {
	on_screen "^Calls .* $1 of $1 lines kept"
}

start 120x40 "$mprottop" -r "$tmp/dat" --speed=10
check 'the recording comes to its end' on_screen '^mprottop REPLAY .* x10 ENDED '
key 3; check 'Events has all calls' lines_are 300
key 0; check 'none at the start' on_screen '^Calls .* 0 of 0 lines kept'
key ']'; check 'some behind it' on_screen '^Calls .* [1-9][0-9]* of '
key ']' ']' ']' ']'; check 'all again at the end' lines_are 300
key 1; soon on_screen '\[1Main\]'
key Home Enter; check 'a process has its detail' on_screen '^mprottop .* process [0-9]+ '
now 'with reasons, though it is over' on_screen '^ +(relro|unknown|jit|arena) +[0-9]+ +[0-9.]+%'
key 4; check 'Latency has times, or none' on_screen '^Time in calls'
key 2; check 'W^X shows' on_screen '^Last breaches'
key q; check 'q quits' ended 0

data=$(cd "$(dirname "$0")/../data" && pwd)
# the time of day and the process of the first breach, as lines have them, with how often between
then=$(TZ=UTC "$mprottop" -r "$data/record-6.12.dat" --events -q -T -e 'kinds has w+x' |
	sed -n '1s/^\([0-9:]*\)\.[0-9]* *\([0-9]*\) \([^ ]*\) .*/\1 +[0-9]+ +\2 \3 /p')
start 80x24 env TZ=UTC "$mprottop" -r "$data/record-6.12.dat" --speed=10
check 'a recording of a kernel comes to its end' on_screen '^mprottop REPLAY .* ENDED '
key 2; check 'W^X has the time of day of then' on_screen "^  ${then:-none} "
key 6; check 'Self has an account that is whole' on_screen '^  hits ([1-9][0-9]*)  delivered \1 '
now 'and no CPU time of now' on_screen '^  monitor +-% CPU '
key q; check 'q quits that' ended 0

# Breaches of those alone whose rows are chosen, whatever W^X itself shows of them.
first=${then##* +}
first=${first%% *}
start 80x24 env TZ=UTC "$mprottop" -r "$data/record-6.12.dat" --speed=100 -e "pid eq ${first:-0}"
check 'a chosen process comes to its end' on_screen '^mprottop REPLAY .* ENDED '
key 2; check 'W^X has its breaches' on_screen "^  ${then:-none} "
key e C-u; type_text "pid ne ${first:-0}"; key Enter
check 'its own no more where it is not chosen' off_screen "^  ${then:-none} "
check 'but those of others' on_screen '^ +[0-9:]{8} .* (made|refused) '
key q; check 'q quits it' ended 0

# Reasons of a program, as many as its stacks tell.
arenas=$(sed -n 's/^threads: \([0-9]*\) arena: arena$/\1/p' "$data/../REASONS")
start 80x60 "$mprottop" -r "$data/program-threads.dat" --speed=100 --metrics-file="$tmp/metrics"
check 'a recording of a program comes to its end' on_screen '^mprottop REPLAY .* ENDED '
key /; type_text arenas; key Enter Enter
check 'its detail breaks down why it called' on_screen "^ +arena +${arenas:-none} +[0-9.]+%"
key q q; check 'q quits that, too' ended 0
drawn() {
	grep -qE '^mprottop_frames_total [1-9]' "$tmp/metrics"
}
check 'its metrics have what was drawn' drawn
plan
