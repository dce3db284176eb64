#!/bin/bash
# Every key of the help screen does what it says there.
# needs: root tracefs tmux pgrep setpriv
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

lines_from() {
	on_screen "^mprottop .* lines $1 to "
}

main_screen() {
	header COMMAND
}

paused_at() {
	on_screen '^mprottop PAUSED' && still=$(screen | sed '$d')
}

# The last column of a row that goes on calling tells a time.
timed() {
	rows | grep -qE ' [0-9.]+[num]s .*row[01][0-9]'
}

# A page of help further, or to its end.
scrolled() {
	lines_from 22 || on_screen '^mprottop .* to ([0-9]+) of \1$'
}

# many makes its calls at once when it is told to, and none from then on.
workers_start() {
	local i
	pids=()
	for i in $(seq -w 1 23); do
		case $i in
		02) work wide --calls=100000000 --rate=20 --pages=100000 ;;
		03) work fast --calls=100000000 --rate=300 ;;
		04) work many --wait --calls=50000 --hold-ms=1000000 ;;
		*) work "row$i" --calls=100000000 --rate=10 ;;
		esac
		pids+=("$worker")
	done
}

workers_start
# The numbers of processes start again from below at pid_max.
[ "${pids[0]}" -lt "${pids[22]}" ] || workers_start

live 80x24 -d 0.1 -p "$(IFS=, && echo "${pids[*]}")"
check 'a row shows' on_screen row01
key i; check 'i tells what it does' on_screen 'rows without calls too'
echo >"$tmp/many"

key T; check 'T sorts by total' sorted_by 'TOTAL▼' many
key M; check 'M sorts by range' sorted_by 'RANGE/s▼' wide
key P; check 'P sorts by rate' sorted_by 'CALLS/s▼' fast
key R; check 'R reverses' header 'CALLS/s▲'
key I; check 'I reverses again' sorted_by 'CALLS/s▼' fast
key '>'; check '> sorts by the next column' sorted_by 'TOTAL▼' many
key '<'; check '< sorts by the one before' sorted_by 'CALLS/s▼' fast
key '<'; check '< again' header 'USER▲'
key N; check 'N sorts by PID' sorted_by 'PID▲' row01

# Rows stand still from now on.
key Down; check 'Down' selected wide
key j; check 'j' selected fast
key k; check 'k' selected wide
key Up; check 'Up' selected row01
key PgDn; check 'PgDn' selected row16
key PgUp; check 'PgUp' selected row01
key End; check 'End' selected row23
key Home; check 'Home' selected row01
wheel down; check 'the wheel, down' selected many
wheel up; check 'the wheel, up' selected row01
find_cell row07
click $((x + 1)) "$y"; check 'a click selects a row' selected row07
key Esc; check 'Esc goes to the top' selected row01
key Down; soon selected wide
key Backspace; check 'Backspace does too' selected row01

find_cell TOTAL
click "$x" "$y"; check 'a click on a header sorts' sorted_by 'TOTAL▼' many
click "$x" "$y"; check 'and reverses the second time' header 'TOTAL▲'
find_cell 'F1 Help'
click "$x" "$y"; check 'a click on the bottom line is its key' lines_from 1
key q; check 'q leaves help' main_screen
key N; soon header 'PID▲'

key i; check 'i hides rows without calls' off_screen many
key i; check 'i shows them again' on_screen many
key End; soon selected row23
kill -KILL "${pids[22]}"
check 'an exited row is marked' on_screen '^x.*row23'
key x; check 'x: always' on_screen 'always'
key x; check 'x: never' off_screen row23
key x; soon on_screen 'stay 10 s'

key c; check 'c shows command lines' on_screen ' /[^ ]+$'
key c; check 'c shows names again' off_screen ' /[^ ]+$'
key g; check 'g: a row a program' on_screen 'a row a program'
key F7; check 'F7: a row a user, and no process' off_screen row01
key F7; check 'F7: a row a unit' on_screen 'a row a unit'
key g; check 'g: a row a container' on_screen 'a row a container'
key g; check 'g: a row a process again' on_screen row01

key Z; check 'Z says paused' paused_at
sleep 0.5 # five updates
now 'the figures stand still' test "$still" = "$(screen | sed '$d')"
key p; check 'p goes on' off_screen PAUSED
key p; check 'p pauses too' paused_at
printf 'RUBBISH' >"$(tell '#{pane_tty}')"
check 'another program spoils the screen' on_screen RUBBISH
key Ctrl-L; check 'Ctrl-L draws it anew' off_screen RUBBISH
key Z; check 'Z goes on' off_screen PAUSED

key d; check 'd asks' on_screen '^Delay: 0.1'
type_text abc; press Enter; check 'and says what is wrong' on_screen 'Delay: abc +not a time of 0.1 to'
press C-u; type_text 0.01; press Enter; check 'out of range too' on_screen 'Delay: 0.01 +not a time of 0.1 to'
press C-u; type_text 500ms; press Enter; check 'and takes what is right' on_screen '^mprottop.* delay 0.5s'
key s; check 's asks' on_screen '^Delay: 0.5'
press 2 Escape; check 'Esc leaves it as it was' off_screen '^Delay:'
now 'the delay is the same' on_screen '^mprottop.* delay 0.5s'
key f; check 'f lists columns and setup' on_screen '^ Setup'
press Enter; check 'and asks for columns by name' on_screen '^Columns:'
type_text nonsense; press Enter; check 'and knows them' on_screen 'nonsense: the nearest is'
press C-u; type_text 'pid,calls,ask_x,comm'; press Enter
check 'columns are as given' header 'PID▲   TOTAL  ASK X COMMAND'
key F2; soon on_screen '^ Setup'; press Enter; soon on_screen '^Columns:'; type_text +max_ns,errname; press Enter
check 'a + adds, before the names' header 'MAX ERRNAME  COMMAND'
# its probe is switched on meanwhile: calls are timed from then on
check 'and what it needs is traced' timed
key S; soon on_screen '^ Setup'; press Enter; soon on_screen '^Columns:'; type_text -max_ns,errname,ask_x; press Enter
check 'a - takes away' header 'PID▲   TOTAL COMMAND'
press y; check 'a key without an action says so' on_screen 'nothing is on the key y'

for name in h '?' F1; do
	key "$name"; check "$name shows help" lines_from 1
	key "$name"; check "$name leaves it" main_screen
done
key h; soon lines_from 1
key Down; check 'help: Down' lines_from 2
key Up; check 'help: Up' lines_from 1
key PgDn; check 'help: PgDn' scrolled
key PgUp; check 'help: PgUp' lines_from 1
key End; check 'help: End' on_screen '^mprottop .* to ([0-9]+) of \1$'
key Home; check 'help: Home' lines_from 1
wheel down; check 'help: wheel' lines_from 4
key Esc; check 'help: Esc' main_screen
key h; soon lines_from 1
key F10; check 'help: F10' main_screen

# The screens: each by its key, and round the ring either way.
shows() {
	on_screen "^mprottop .*\\[$1\\]"
}
key 6; check '6 shows Self' shows 6Self
now 'with the account' on_screen '^ *hits .* delivered [0-9]+'
key 2; check '2 shows W^X' shows '2W\^X'
now 'with what broke it last' on_screen '^Last breaches'
key 3; check '3 shows Events' shows 3Events
check 'with a line a call' on_screen ' row[012][0-9] .* r[w-]- +ok '
key Up; check 'Up stops following' on_screen 'not following'
key End; check 'End follows again' on_screen 'following the newest'
key 4; check '4 shows Latency' shows 4Lat
check 'with times' on_screen '^Time in calls .* timed'
key 5; check '5 shows Sites' shows 5Sites
key 1; check '1 shows Main' shows 1Main
key Enter; check 'Enter: the detail of a process' on_screen '^Asked for'
press Escape; check 'Esc leaves it' shows 1Main
key F9; check 'F9 too' on_screen '^mprottop .* process [0-9]'
press BSpace; check 'and Backspace leaves it' shows 1Main
key Shift-Tab; check 'Shift-Tab: the screen before' shows 6Self
key Tab; check 'Tab: the next' shows 1Main

key q; soon main_screen
key q; check_end 'q quits' 0

for name in F10 C-c; do
	live 80x24
	key "$name"; check_end "$name quits" 0
done
live 80x24
press h; soon lines_from 1
press C-c; check_end 'Ctrl-C quits from help' 0
live 80x24
press d; soon on_screen '^Delay:'
press C-c; check_end 'Ctrl-C quits from a question' 0
plan
