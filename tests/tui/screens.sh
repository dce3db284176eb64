#!/bin/bash
# The screens beside Main, over processes that are known.
# needs: root tracefs tmux pgrep setpriv
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

shows() {
	on_screen "^mprottop .*\\[$1\\]"
}

# In the row of a process, in front of its name.
row_of() {
	screen | grep -qE -- "$2.* $1 *$"
}

events_of() {
	on_screen " $1 .* $2 +ok "
}

detail_of() {
	on_screen "^mprottop +$1 +process $2 "
}

frames() {
	screen | sed -n 's/^ *frames *\([0-9]*\) drawn.*/\1/p'
}

more_frames() {
	local now
	now=$(frames)
	[ -n "$now" ] && [ "$now" -gt "$1" ]
}

work breaker --calls=100000000 --rate=20 --prot=rwx
breaker=$worker
work calm --calls=100000000 --rate=50 --prot=rw
calm=$worker
work storm --calls=100000000 --rate=10000 --prot=r
storm=$worker

live 100x40 -d 0.2 -p "$breaker,$calm"
# kprobes tell that nothing changes where it was so before
marked() {
	row_of breaker '^! ' || { on_screen '^Probe +kprobe ' && row_of breaker '^m '; }
}
check 'a call that PR_SET_MDWE would refuse is marked' marked
now 'others are not' row_of calm '^  '

key 2; check 'W^X shows' shows '2W\^X'
check 'with who did' row_of breaker '(mdwe|w\+x)'
now 'and nobody else' off_screen ' calm *$'
now 'the last times are below' on_screen ' breaker .* rwx +(made|no change) '
made() {
	on_screen '^W.X .* [1-9][0-9.k]* w[+]x .* ! 1 (process )?broke' || on_screen '^Probe +kprobe '
}
now 'and the head counts what is told as made' made
key Enter; check 'Enter: all about it' detail_of breaker "$breaker"
now 'what it asked for' on_screen '^ +rwx +[0-9.]+[kM]? +100.0%'
check 'and the threads that call' on_screen "^ +$breaker +[0-9.]+[kM]? .* s ago"
key h; check 'help lies over it' on_screen '^mprottop .* lines 1 to '
key q; check 'and leads back to it' detail_of breaker "$breaker"
kill -KILL "$breaker"
check 'that it exited is told' on_screen '^mprottop +breaker .* exited '
now 'what was seen stays' on_screen '^ +rwx +[0-9.]+[kM]? +100.0%'
key Backspace; check 'Backspace leads back' shows '2W\^X'

key 3; check 'Events shows' shows 3Events
check 'a line a call' events_of calm rw-
now 'following' on_screen '^Calls +following the newest'
# a letter: the sequence of an arrow may come in two parts where the machine is busy
key k; check 'up stops it' on_screen '^Calls +not following'
key F3; check 'a search asks' on_screen '^Search:'
type_text calm; key Enter; key Enter; check 'a line leads to its process' detail_of calm "$calm"
key Esc; check 'and back' shows 3Events
key Z; check 'Z holds it' on_screen '^Calls +paused'
# A held screen tells of no update: three must have passed.
sleep 0.6
# It moves up as more come: held again, it is somewhere above.
came() {
	on_screen ' -- [0-9]+ calls? came while ' || { key PgUp; false; }
}
kept() {
	screen | sed -n 's/.* of \([0-9]*\) lines kept.*/\1/p'
}
more_kept() {
	[ "$(kept)" -gt "$1" ]
}
held=$(kept)
key Z End; check 'it follows again' more_kept "$held"
key Z; check 'and is held' on_screen '^Calls +paused'
check 'what came meanwhile is told' came
key Z
key q; check_end 'q quits' 0

live 100x40 -p "$storm"
check 'ten thousand calls a second' on_screen '^Calls +([0-9.]+k/s|[0-9]{4,}/s)'
key 3; check 'each is a line' events_of storm r--
for name in Up Up Up Up Up Up Up Up PgUp PgUp; do
	key "$name"
done
check 'keys are answered' on_screen '^Calls +not following'
key 6; check 'Self tells of it' more_frames 5
key 4; check 'Latency has times' on_screen '^Time in calls .* timed'
now 'and who spends it' on_screen ' storm *$'
key 5; check 'Sites has callers, or says that it cannot' \
	on_screen '^Callers +([0-9]+, of|this source does not tell)'
key q; check_end 'q quits it' 0
plan
