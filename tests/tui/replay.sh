#!/bin/bash
# A recording on the live screen: at its speed, and back and forth.
# needs: tmux
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

"${builddir:-.}/tests/work/dat" side=side >"$tmp/dat"

at() {
	on_screen "^mprottop REPLAY 0:00:0$1/0:00:03 "
}

at_of_4() {
	on_screen "^mprottop REPLAY 0:00:0$1/0:00:04 "
}

calls_are() {
	on_screen "^Calls .* $1 total "
}

ended() {
	[ -e "$tmp/main/status" ] && [ "$(cat "$tmp/main/status")" = "$1" ]
}

start 120x24 "$mprottop" -r "$tmp/dat" --speed=10
check 'the recording comes to its end and stays' on_screen '^mprottop REPLAY .* x10 ENDED '
now 'all its calls are there' calls_are 300
now 'the head names the recorded machine' on_screen '^mprottop .* elsewhere '
now 'a process that exited is marked' on_screen '^x +100 .* parent'

key '['; check '[ goes an update back, and pauses' calls_are 298
now 'and it says so' on_screen '^mprottop REPLAY .* PAUSED '
key '['; check '[ again' calls_are 198
key ']'; check '] goes an update forward' calls_are 298
key ']'; check '] comes to the end' on_screen ' PAUSED ENDED '
key 0; check '0 goes back to the start' at 0
now 'nothing was counted there' calls_are 0
key b; check 'b asks where to go' on_screen '^Go to: '
type_text 'x'; key Enter; check 'and says what a time is' on_screen 'as in 90, 1m or 1:30'
key BSpace; type_text '2.5'; key Enter; check 'b goes there' at 2
now 'the update before that shows' calls_are 198
key b; check 'b asks again' on_screen '^Go to: '
type_text '0:01'; key Enter; check 'b goes back too' calls_are 98
key p; check 'p goes on' on_screen ' ENDED '
key 2; check 'another screen shows' on_screen '\[2W\^X\]'
key q; check 'q quits' ended 0

start 80x24 "$mprottop" -r "$tmp/dat" --speed=0.01
check 'a slow one begins' at 0
now 'it has not come far' calls_are 0
key d; check 'd asks for the delay' on_screen '^Delay: '
type_text '0.1'; key Enter
key ']'; check 'updates come as often as asked for' calls_are '[89]'
key q; check 'q quits it too' ended 0

# Of a trail, whose steps are longer than an update.
"${builddir:-.}/tests/work/dat" trail >"$tmp/trail"
start 80x24 "$mprottop" -r "$tmp/trail" -d 0.1 --speed=0.01
check 'one with a trail begins' at_of_4 0
key ']'; check '] goes one update forward' calls_are 8
key ']'; check '] again' calls_are 18
key ']'; check 'and again' calls_are 28
key 2; check 'the breaches are as old as the rows' on_screen '^Last breaches +9 seen'
press e; type_text 'calls > 0'; press Enter
check 'of a filter that all pass all are' on_screen '^Last breaches +9 seen, 9 kept of the rows above'
press '='; check 'and without it' on_screen '^Last breaches +9 seen   '
key '['; check 'and so one update before' on_screen '^Last breaches +5 seen'
key q; check 'q quits that too' ended 0

head -c 3000 "$tmp/dat" >"$tmp/cut"
start 80x24 "$mprottop" -r "$tmp/cut"
check 'a damaged one ends at once' ended 1
now 'and says where it is damaged' on_screen 'cut, byte [0-9]+; record'

plan
