#!/bin/bash
# A recording that is begun and ended by a key: what the screen says, and what is in it.
# needs: root tracefs tmux pgrep
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

[ -x "$calls" ] || {
	echo "1..0 # SKIP $calls is not built"
	exit 0
}

# How many of the calls of a name a recording holds.
recorded() {
	"$mprottop" -r "$1" -b -q -F "$2" --columns=calls --raw -n1 --delay=3600 |
		awk '{ n += $1 } END { print n + 0 }'
}

is_whole() {
	[ -s "$1" ] && [ -z "$("$mprottop" -r "$1" -b -q 2>&1 >/dev/null)" ]
}

# Whose program is known though it ran before the recording began.
known_before() {
	"$mprottop" -r "$file" -b -q --columns=comm,exe,user,threads,calls |
		grep -qE "^before +[^ ]*/calls +$(id -un) +2 +[1-9]"
}

"$calls" --name=before --threads=2 --calls=1000000 --rate=50 >/dev/null &
jobs_ours+=($!)
live 100x30 -d 0.2
check 'a workload before it' on_screen ' before$'
file=$tmp/main/one.dat
key D
check 'D asks for a name' on_screen '^Record to: mprottop-.*-[0-9]{8}-[0-9]{6}\.dat'
now 'and says that it is a name alone' on_screen '^A name alone: .* the directory that mprottop was started in'
type_text ../one
press Enter
check 'a directory is not taken' on_screen 'a name without a directory'
press C-u
type_text one
press Enter
check 'the head says REC, and how large it is' on_screen '^mprottop REC [0-9.]+[KMG]? '
"$calls" --name=known --calls=40 >/dev/null
check 'the workload shows' on_screen ' known$'
key F8
check 'F8 ends it' on_screen '^recorded [0-9.]+[KMG]? to one\.dat'
check 'the head says so no more' off_screen '^mprottop REC'
now 'the file is whole' is_whole "$file"
now 'its mode is 0600' [ "$(stat -c %a "$file")" = 600 ]
now 'it holds the calls' [ "$(recorded "$file" known)" = 40 ]
now 'who was there before is known' known_before
key D
check 'D asks again' on_screen '^Record to:'
type_text one.dat
press Enter
check 'what is there is not replaced' on_screen 'one\.dat: cannot make the recording: File exists'
key D
type_text two.dat
press Enter
check 'another one' on_screen '^mprottop REC'
press q
check_end 'q' 0
now 'the end of the run ends the recording' is_whole "$tmp/main/two.dat"
now 'nothing else is left beside them' [ "$(find "$tmp/main" -name '.*dat*' | wc -l)" = 0 ]

live 100x30 -d 0.2 -w given.dat
check '--write records from the start' on_screen '^mprottop REC'
key D
check 'D ends that too' on_screen '^recorded [0-9.]+[KMG]? to given\.dat'
now 'it is whole' is_whole "$tmp/main/given.dat"
press q
check_end 'q' 0
plan
