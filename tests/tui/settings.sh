#!/bin/bash
# What is saved comes back at the next start, from a file that can be trusted.
# needs: root tracefs tmux pgrep setpriv
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

rc=$tmp/home/mprottop/mprottoprc

run() {
	start 100x24 env -u SUDO_UID XDG_CONFIG_HOME="$tmp/home" "$mprottop" "$@"
	soon on_screen '^mprottop ' && soon find_processes
}

saved() {
	grep -qx -- "$1" "$rc"
}

work alpha --calls=100000000 --rate=50
run -d 0.2 -p "$worker"
soon on_screen ' alpha$'
key T; soon header 'TOTAL▼'
key R; soon header 'TOTAL▲'
key t; soon on_screen '^mprottop.* tree'
key W; check 'W saves' on_screen "^saved in $rc"
check 'the order' saved 'sort = -calls'
now 'the tree' saved 'tree = yes'
now 'the delay' saved 'delay = 0.200000000'
now 'for the caller alone' test "$(stat -c %a "$rc")" = 600
key q; check_end 'q quits' 0

run -p "$worker"
check 'the next start has the order' header 'TOTAL▲'
now 'the tree' on_screen '^mprottop.* tree'
now 'the delay' on_screen '^mprottop.* delay 0.2s'
key q; check_end 'q quits again' 0

run -p "$worker" -o +pid -d 0.3
check 'the command line goes first' header 'PID▼'
now 'also of the delay' on_screen '^mprottop.* delay 0.3s'
key q; check_end 'and q quits' 0

echo 'colour = red' >>"$rc"
run -p "$worker"
check 'what is no setting is told' on_screen '1 line not understood, the first is line [0-9]+: colour = red'
now 'and the rest is taken' header 'TOTAL▲'
key q; check_end 'q quits then' 0

run --no-config -p "$worker"
check '--no-config reads none' header 'CALLS/s▼'
key W; check 'and saves none' on_screen 'nothing is saved'
key q; check_end 'q quits without' 0

echo 'color = yes' >>"$rc"
start 100x24 env -u SUDO_UID XDG_CONFIG_HOME="$tmp/home" NO_COLOR=1 "$mprottop" -p "$worker"
soon on_screen '^mprottop ' && soon find_processes
colours() {
	screen_looks | grep -q $'\e\\[[0-9;]*[34][0-7]m'
}
soon header 'TOTAL▲'
check 'NO_COLOR goes first' eval '! colours'
key q; check_end 'q quits without colours' 0

chmod o+w "$rc"
run -p "$worker"
check 'a file that others can write is not read' on_screen 'the settings are not read'
now 'nothing is taken from it' header 'CALLS/s▼'
key W; check 'nor replaced' on_screen '^cannot write the file'
key q; check_end 'q quits there too' 0

run --config="$tmp/mine" -p "$worker"
key W; check '--config names another' on_screen "^saved in $tmp/mine"
key q; check_end 'q quits in the end' 0
plan
