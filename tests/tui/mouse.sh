#!/bin/bash
# The mouse, in either way that terminals tell of it, and without it: tabs, rows, headers, the
# wheel, the bottom line, menus.
# needs: tmux
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

data=$(cd "$(dirname "$0")/../data" && pwd)

shows() {
	on_screen "^mprottop .*\\[$1\\]"
}

mode_is() {
	tell '#{mouse_any_flag}#{mouse_button_flag}#{mouse_standard_flag}#{mouse_sgr_flag}' | grep -qx "$1"
}

finished() {
	[ -e "$tmp/main/status" ] && [ "$(cat "$tmp/main/status")" = 0 ]
}

help_from() {
	on_screen "^mprottop .* lines $1 to "
}

# begin TERM OPTION...
begin() {
	local term=$1
	shift
	start 100x24 env "TERM=$term" "$mprottop" -r "$data/record-6.12.dat" --speed=100 -i "$@"
	soon on_screen '^mprottop REPLAY .* ENDED '
	rows >"$tmp/rows"
}

# The name in the nth row, and its place.
nth() {
	name=$(screen | sed -n "$(($1 + 8))p" | awk '{ print $(NF < 4 ? 1 : ($1 ~ /^[x!m*]/ ? 2 : 1)) }')
	y=$(($1 + 7)) x=30
}

try_all() {
	nth 3; click $x $y; check "$1: a click selects a row" selected "$name"
	nth 1; wheel up; check "$1: the wheel goes up" selected "$name"
	nth 4; wheel down; check "$1: and down, three rows" selected "$name"
	find_cell TOTAL; click $((x + 1)) "$y"; check "$1: a click on a header sorts" header 'TOTAL▼'
	find_cell TOTAL; click $((x + 1)) "$y"; check "$1: and again the other way" header 'TOTAL▲'
	find_cell '2W^X'; click "$x" "$y"; check "$1: a click on a name in the title leads there" shows '2W\^X'
	find_cell '…'; click "$x" "$y"; check "$1: on … to the one beside" shows 1Main
	key 3; soon shows 3Events
	name=$(screen | sed -n 9p | grep -oE ' [0-9a-f]{8,} ')
	click 20 8; check "$1: a click selects a line" selected "${name// /}"
	key 1; soon shows 1Main
	find_cell 'F6 SortBy'; click $((x + 4)) "$y"; check "$1: a click on the bottom line is its key" on_screen '^ Sort by'
	find_cell 'USER  '; click "$x" "$y"; check "$1: a click in a menu takes" header 'USER▲'
	find_cell 'F1 Help'; click "$x" "$y"; check "$1: help" help_from 1
	wheel down; check "$1: the wheel scrolls it" help_from 4
	find_cell 'F10 Back'; click "$x" "$y"; check "$1: and back" shows 1Main
}

begin screen
check 'the terminal tells of clicks' mode_is '101.'
try_all 'as it is'
key q; check 'q quits' finished
check 'and it tells of none' mode_is 0000

if infocmp xterm-256color >/dev/null 2>&1; then
	begin xterm-256color
	check 'SGR: the terminal tells of clicks' mode_is 1011
	try_all SGR
	key q; check 'SGR: q quits' finished
	check 'SGR: and it tells of none' mode_is 0000
else
	skip SGR 'terminfo does not have xterm-256color'
fi

begin screen -M
check '-M: the mouse is left to the terminal' mode_is 0000
key q; check '-M: q quits' finished
plan
