#!/bin/bash
# In a storm that overruns a small buffer the screen goes on, answers keys, says what
# to do, and tells the losses to the call.
# needs: root tracefs tmux pgrep
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

storm=${builddir:-$PWD}/tests/work/storm
writers=4
counts=pid,comm,calls

# writers CALLS: they are there, and wait.
brew() {
	rm -f "$tmp/go"
	mkfifo "$tmp/go"
	: >"$tmp/said"
	"$storm" --writers=$writers --calls="$1" <>"$tmp/go" >"$tmp/said" 2>&1 &
	jobs_ours+=($!)
	disown
	soon grep -q '^ready' "$tmp/said"
}

made() {
	grep -q '^made' "$tmp/said"
}

traced() {
	screen | sed -n 's/.* traced \([0-9:]*\).*/\1/p'
}

# A frame of another second than the one before.
goes_on() {
	[ "$(traced)" != "$at" ]
}

head_of() {
	screen | sed -n 's/^Probe .* lost \([0-9]*\).*/\1/p'
}

lossy() {
	local lost
	lost=$(head_of)
	[ "${lost:-0}" -gt 0 ]
}

# What the rows of the writers and the losses come to.
adds_up() {
	local sum lost all
	all=$(sed -n 's/^made \([0-9]*\).*/\1/p' "$tmp/said")
	sum=$(screen | awk '$NF == "storm" || $2 == "storm" { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+$/) last = $i; n += last } END { print n + 0 }')
	lost=$(head_of)
	why="rows $sum, lost ${lost:-none}, made $all"
	[ "$sum" -gt 0 ] && [ "$sum" -le "$all" ] && [ $((sum + ${lost:-0})) -ge "$all" ]
}

# For as long as the keys take: many calls are left when they have.
brew 100000000
live 80x24 -d 0.3 --buffer-size=64k --no-config
echo >"$tmp/go"
check 'the loss is told' lossy
now 'the storm goes on' eval '! made'
check 'the head says what to do' on_screen '^Probe .* LOSSY .*raise --buffer-size; fewer columns'
for round in 1 2 3; do
	at=$(traced)
	check "frames go on, $round" goes_on
	key 6
	check "a key is answered, $round" on_screen '\[6Self\]'
	key 1
	check "another is, $round" on_screen '\[1Main\]'
done
now 'it went on all the while' eval '! made'
resize 140x30
check 'with room it says which columns' on_screen '^Probe .*raise --buffer-size or take --columns=pid,comm,calls'
key q
check_end 'q' 0
kill -KILL "${jobs_ours[@]}"
jobs_ours=()

brew 150000
live 80x24 -d 0.3 --buffer-size=64k --no-config --columns=$counts -F storm
stopped=$monitor
kill -STOP "$stopped"
echo >"$tmp/go"
soon made
kill -CONT "$stopped" "$tracer"
check 'the losses are told to the call' adds_up
now 'something was lost' lossy
now 'the head leaves out what would not help' off_screen 'fewer columns|take --columns'
key q
check_end 'q, after it' 0
plan
