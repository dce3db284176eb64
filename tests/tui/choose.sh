#!/bin/bash
# Filters and search: which rows are let through, and which one is found.
# needs: root tracefs tmux pgrep setpriv
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

only() {
	on_screen " $1\$" && ! rows | grep -v "^ *\$" | grep -qv -- "$1"
}

events_of() {
	on_screen " $1 .* ok "
}

only_events_of() {
	events_of "$1" && ! screen | grep ' ok ' | grep -qv -- " $1 "
}

both_figures() {
	on_screen '^Calls +[0-9.]+k?/s, shown [0-9.]+k?/s'
}

pids=()
for name in alpha beta gamma; do
	work $name --calls=100000000 --rate=50
	pids+=("$worker")
done
live 100x24 -d 0.1 -p "$(IFS=, && echo "${pids[*]}")"
check 'rows show' on_screen ' gamma$'
now 'tracing has just begun' on_screen '^mprottop.* traced 0:00:'
now 'no filter is on but of the command line' on_screen 'filter 3 pids$'

key "\\"; check 'it asks for a text' on_screen '^Filter:'
type_text al; check 'rows go while it is typed' only alpha
press Escape; check 'Esc: as it was' on_screen ' beta$'
key F4; soon on_screen '^Filter:'; type_text eta; press Enter
check 'a filter stays' only beta
check 'the head says so' on_screen '^Procs.* filter "eta", 3 pids$'
now 'and has a second figure' both_figures
key e; check 'e asks for an expression' on_screen '^Rows where:'
type_text 'calls'; press Enter; check 'and says what is wrong' on_screen 'no comparison with'
press C-u; type_text 'calls > 1000000000'; press Enter
check 'no row is left' on_screen 'no row passes the filters; = takes them away'
key '='; check '= lets all through' on_screen ' gamma$'
now 'and the head says so' on_screen 'filter 3 pids$'
key o; soon on_screen '^Rows where:'; type_text 'comm = gamma & max_ns > 1ns'; press Enter
check 'an expression, and what it needs is traced' only gamma
key '='; soon on_screen ' alpha$'

key u; check 'u lists the users' on_screen '^ all users'
key Down; press Enter; check 'one is taken' on_screen '^Procs.* filter user '
key '='; check '= lets all users through' on_screen 'filter 3 pids$'

key 3; check 'Events has calls of all' events_of alpha
key e; check 'e asks about calls there' on_screen '^Calls where:'
now 'and names what can be asked' on_screen '^keys: pid tid comm '
type_text 'calls > 1'; press Enter; check 'of calls' on_screen "no such key of a call: 'calls' at character 1"
press C-u; type_text 'comm = beta & ok = true'; press Enter
check 'only those show' only_events_of beta
now 'and it is told' on_screen '^filter comm = beta & ok = true, 3 pids$'
key "\\"; soon on_screen '^Filter:'; type_text alph; press Enter
check 'the text holds too' on_screen 'no call passes the filters; = takes them away'
key '='; check '= lets all calls through' events_of alpha
key 1; soon on_screen '\[1Main\]'

key N; soon header 'PID▲' # rows stand still
key /; check '/ asks for a text' on_screen '^Search:'
type_text gam; check 'the row is found while it is typed' selected gamma
press Enter; soon off_screen '^Search:'
key /; soon on_screen '^Search:'; type_text a; press Enter
soon on_screen 'n the next match'
key n n n; check 'n goes round' selected gamma
key N; check 'N goes back' selected beta
key Esc; key P; soon header 'CALLS/s▼'
key N; check 'once it ended, N sorts' header 'PID▲'
key F3; soon on_screen '^Search:'; type_text zzz
check 'what is not there is told' on_screen 'no such row'
press Escape

key q; check_end 'q quits' 0
plan
