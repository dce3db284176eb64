#!/bin/bash
# Colours or none, ASCII or not, terminals that are not known, names that are not fit
# to be shown.
# needs: root tracefs tmux pgrep setpriv
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

known() {
	infocmp "$1" >/dev/null 2>&1
}

colours() {
	screen_looks | grep -qE $'\e\\[([0-9]+;)*(3[0-7]|4[0-7]|9[0-7]|10[0-7])(;[0-9]+)*m'
}

no_colours() {
	! colours
}

bytes_over_127() {
	screen | LC_ALL=C grep -q '[^ -~]'
}

ascii_only() {
	! bytes_over_127
}

reverse() {
	screen_looks | grep -qE $'\e\\[([0-9]+;)*7(;[0-9]+)*m'
}

# run_with OPTION...: what follows is about its screen; NAME=VALUE... come first
run_with() {
	local size=${size:-150x30}
	local -a settings=()
	while [[ ${1-} == [A-Z_]*=* ]]; do
		settings+=("$1")
		shift
	done
	start "$size" env "${settings[@]}" "$mprottop" -d 0.2 -p "$pids" "$@"
	soon on_screen '^mprottop .* traced' && soon find_processes
	soon on_screen "${row:- plain\$}"
}

# each_screen NAME TEST: that it holds on all of them, and what lies over
each_screen() {
	local name
	for name in 1 2 3 4 5 6; do
		key "$name"
		soon on_screen "^mprottop .*\\[$name"
		now "$1: screen $name" "$2"
	done
	key 1; soon on_screen '\[1Main\]'
	key Enter; soon on_screen '^mprottop .* process [0-9]+'
	now "$1: a detail" "$2"
	key Esc; soon on_screen '\[1Main\]'
	key F2; soon on_screen '^ Setup'
	now "$1: a menu" "$2"
	key Esc; soon off_screen '^ Setup'
}

says_colours() {
	press z
	soon on_screen "^colours: the terminal's own" && soon colours
}

quit() {
	press q
	check_end "$1: q" 0
}

work plain --calls=100000000 --rate=20
pids=$worker
work $'ev\e[7m\nil' --calls=100000000 --rate=20
pids=$pids,$worker
work $'\e]0;x\a\xff\xc3\xa9\xe6\xbc\xa2' --calls=100000000 --rate=20
pids=$pids,$worker

run_with
check 'colours' colours
check 'graphs of blocks' bytes_over_127
check 'a name with an escape and a newline' on_screen ' ev\?\[7m\?il$'
check 'a name with a title, a wrong byte and wide characters' on_screen ' \?\]0;x\?\?é漢$'
quit 'as it comes'

run_with NO_COLOR=1
check 'NO_COLOR: none' no_colours
now 'NO_COLOR: the header stands out all the same' reverse
quit NO_COLOR

run_with NO_COLOR=
check 'NO_COLOR, empty: colours' colours
quit 'NO_COLOR, empty'

run_with -C
check '-C: none' no_colours
each_screen '-C' no_colours
press 1
check '-C: z turns them on, and says so' says_colours
press z; check '-C: and off' on_screen '^no colours: bold and reverse'
quit -C

run_with NO_COLOR=1 --color=always
check '--color=always: colours, whatever NO_COLOR' colours
quit --color=always

run_with --ascii
check '--ascii: nothing else' ascii_only
check '--ascii: wide characters too' on_screen ' \?\]0;x'
each_screen '--ascii' ascii_only
press 1
press R
check '--ascii: sorted the other way round' on_screen 'CALLS/s\^'
now '--ascii: and still nothing else' ascii_only
press h
check '--ascii: help' on_screen '^Keys'
now '--ascii: help is ASCII' ascii_only
press q
quit --ascii

run_with LC_ALL=C
check 'LC_ALL=C: ASCII' ascii_only
check 'LC_ALL=C: the names' on_screen ' ev\?\[7m\?il$'
quit LC_ALL=C

run_with TERM=xterm-foo
check 'TERM=xterm-foo: says what it is taken for' on_screen '"xterm-foo" is not known, taken for (xterm-256color|vt100)'
quit TERM=xterm-foo
size=80x24 run_with TERM=nonsense
check 'TERM=nonsense: says what it is taken for' on_screen '"nonsense" is not known, taken for vt100'
check 'TERM=nonsense: the rows' on_screen ' plain$'
quit TERM=nonsense

for term in screen-256color xterm-256color linux vt100; do
	if known $term; then
		size=80x24 run_with TERM=$term
		check "TERM=$term" on_screen '^ +PID.*COMMAND'
		[ $term != vt100 ] || each_screen TERM=vt100 no_colours
		press q
		soon ended
		check "TERM=$term: q" grep -qx 0 "$tmp/main/status"
	else
		skip "TERM=$term" 'terminfo does not have it'
	fi
done

# refused NAME PATTERN SETTING: ends with 1 and a message that names the way out
refused() {
	start 80x24 env "$3" "$mprottop"
	soon ended
	now "$1: a message" on_screen "$2"
	now "$1: what to do about it" on_screen '--batch'
	now "$1: status 1" grep -qx 1 "$tmp/main/status"
	check "$1: the terminal is whole" terminal_whole
}

refused 'TERM=dumb' '^mprottop: no screen on this type of terminal: dumb' TERM=dumb
refused 'TERM empty' '^mprottop: .*TERM' TERM=
start 80x24 env TERM=nothing-like-this "$mprottop" --plain -d 0.3
check '--plain: whatever the terminal' on_screen '^>[ x!m*]+[0-9]+ '
check '--plain: no line is wider than the terminal' on_screen '^  mprottop .* delay 0\.3s$'
find_processes
now '--plain: the screen is not taken' test "$(tell '#{alternate_on}#{cursor_flag}')" = 01
press h; check '--plain: keys work' on_screen 'this help'
press q
press q; check_end '--plain: q quits' 0

plan
