#!/bin/bash
# What keys do to rows: their order, what columns count, marks, threads, counters, colours.
# needs: root tracefs tmux pgrep setpriv
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

# The figure of a row in a column of whole numbers, by the header's end.
figure() {
	screen | awk -v name="$1" -v column="$2" '
		/^ *PID/ { gsub(/▲|▼/, " "); end = index($0, column) + length(column) - 1 }
		$NF == name { text = substr($0, 1, end); sub(/.* /, "", text); print text; exit }'
}

# below NAME COLUMN MOST
below() {
	local now
	now=$(figure "$1" "$2")
	[[ $now =~ ^[0-9]+$ ]] && [ "$now" -lt "$3" ]
}

two_rows() {
	[ "$(rows | grep -c ' wide$')" -ge 2 ]
}

colours() {
	screen_looks | grep -q $'\e\\[[0-9;]*[34][0-7]m'
}

colourless() {
	! colours
}

pids=()
for name in alpha beta; do
	work $name --calls=100000000 --rate=50
	pids+=("$worker")
done
work wide --calls=100000000 --rate=20 --pages=1000 --threads=2
pids+=("$worker")
live 120x24 -d 0.1 -p "$(IFS=, && echo "${pids[*]}")" --columns=pid,calls,calls_per_s,comm
check 'rows show' on_screen ' wide$'

key X
if on_screen 'no earlier protection'; then
	check 'X tells that the source cannot' on_screen 'does not tell W>X'
	now 'and leaves the order' on_screen '^mprottop.* sort CALLS/s'
else
	check 'X sorts by W>X' on_screen '^mprottop.* sort W>X'
	key X; check 'and then by W+X' on_screen '^mprottop.* sort W\+X'
fi
key ';'; check '; lists what to sort by' on_screen '^ Sort by'
press Home; press Enter; check 'and takes one' header 'PID▲'
key .; soon on_screen '^ Sort by'; key Esc; check '. too, and Esc leaves it' off_screen '^ Sort by'
key F6; soon on_screen '^ Sort by'; press q; check 'F6 too' off_screen '^ Sort by'

check 'counts grow' on_screen ' [0-9]{3,} +[0-9.]+ alpha$'
key a; check 'a: of the interval alone' below alpha TOTAL 50
now 'the head says so' on_screen '^mprottop.* counts in interval'
key a; check 'a: a second on average' on_screen 'counts a second, on average'
check 'which is no whole number' on_screen ' [0-9]+\.[0-9] +[0-9.]+ alpha$'
key a; check 'a: since the start' on_screen ' [0-9]{3,} +[0-9.]+ alpha$'

key Space; check 'Space tags' on_screen '^\*.* alpha$'
now 'and adds up' on_screen '^1 tagged: '
key U; check 'U untags' off_screen '^\*'

key F; check 'F follows' on_screen '^the selection follows'
key R; check 'where it goes' selected beta
key Esc

key H; check 'H: a row a thread' header TID
check 'of a process with two of them' two_rows
key H; check 'H: a row a process' on_screen '^a row a process'

key r; check 'r asks' on_screen '^Zero all counters\?'
press n; check 'n: no' off_screen '^Zero'
was=$(figure alpha TOTAL)
key r; soon on_screen '^Zero'; press y; check 'y: counts begin anew' below alpha TOTAL "$was"

now 'there are colours' colours
key z; check 'z turns them off' colourless
key z; check 'and on' colours

key q; check_end 'q quits' 0

live 100x24 -i -d 0.1 -- sh -c "\"\$1\" --calls=100000000 --rate=20 --name=one &
	\"\$1\" --calls=100000000 --rate=30 --name=two & wait" sh "$calls"
soon on_screen ' one$'
key t; check 't: children below their parent' on_screen ' [├└]─ one$'
key -; check '- folds them into it' on_screen ' \+ sh$'
now 'and they are gone' off_screen ' one$'
key +; check '+ unfolds them' on_screen ' └─ (one|two)$'
key F5; check 'F5: no tree' off_screen '[├└]'
key q; check_end 'q ends COMMAND too' 143
start 80x24 env NO_COLOR=1 "$mprottop" -d 0.1
soon on_screen '^mprottop' && soon find_processes
now 'NO_COLOR: no colours' colourless
press z; check 'which z turns on' colours
press q; check_end 'q quits again' 0
plan
