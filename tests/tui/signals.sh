#!/bin/bash
# However it ends or stops: the terminal is whole, the exit status right, and
# nothing is left in tracefs.
# needs: root tracefs tmux pgrep
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

# No core files, and no report of a sanitizer in place of the signal.
ulimit -c 0
export ASAN_OPTIONS=${ASAN_OPTIONS-}:handle_segv=0 UBSAN_OPTIONS=${UBSAN_OPTIONS-}:handle_segv=0

# SIGNAL, whom, exit status: what is asked to end is done, what is killed failed.
cases=(
	'TERM tracer 0' 'HUP tracer 0' 'INT tracer 0' 'QUIT tracer 0' 'PIPE tracer 0'
	'SEGV tracer 139' 'ABRT tracer 134' 'KILL tracer 137'
	'TERM monitor 0' 'HUP monitor 0' 'INT monitor 0' 'QUIT monitor 0' 'PIPE monitor 0'
	'SEGV monitor 1' 'ABRT monitor 1' 'KILL monitor 1'
)

# Some at a time, as most of it is waiting for the kernel.
at_once=4

run_cases() {
	local signal who want
	local -A tracers=() monitors=()
	for pane; do
		start 80x24 "$mprottop" -d 0.2
	done
	for pane; do
		read -r signal who want <<<"$pane"
		soon on_screen '^mprottop .* traced' && soon find_processes
		tracers[$pane]=$tracer monitors[$pane]=$monitor
		kill "-$signal" "${!who}"
	done
	for pane; do
		read -r signal who want <<<"$pane"
		tracer=${tracers[$pane]} monitor=${monitors[$pane]}
		check_end "SIG$signal to the $who" "$want"
	done
	server_kill
	unset pane
}

for ((i = 0; i < ${#cases[@]}; i += at_once)); do
	run_cases "${cases[@]:i:at_once}"
done

live 80x24
kill -KILL "$tracer" "$monitor"
soon ended
rm "$tmp/main/status"
check 'after SIGKILL of both, too, nothing is left' nothing_left

live 80x24
kill -KILL "$monitor"
check 'a killed monitor is told' on_screen '^mprottop: the monitor process was killed: signal 9;'

# Job control, as a person meets it.
prompt_back() {
	screen | sed '/^ *$/d' | tail -n 1 | grep -qx 'ready> *'
}

stopped() {
	on_screen 'Stopped.*mprottop' && prompt_back
}

# What the shell sets itself while it waits for a line is out of the way in a command.
shell_stty() {
	rm -f "$tmp/$1"
	type_text "stty -a >'$tmp/$1'"
	press Enter
	soon test -s "$tmp/$1"
}

# The program in the shell in the terminal.
shell_processes() {
	tracer=$(pgrep -x -P "$(pgrep -P "$(tell '#{pane_pid}')" bash)" mprottop)
	monitor=$(pgrep -x -P "$tracer" mprottop)
}

shell_ends() {
	shell_stty after
	why=$(
		diff <(stty_lasting <"$tmp/begin") <(stty_lasting <"$tmp/after")
		tell 'alternate screen, cursor, mouse: #{alternate_on}#{cursor_flag}#{mouse_any_flag}'
	)
	[ "$why" = 'alternate screen, cursor, mouse: 010' ]
	verdict $? "$1: the terminal is whole"
}

gives_back() {
	check "$1: the prompt is back" stopped
	shell_ends "$1"
	press fg Enter
	check "$1: fg brings the screen back" on_screen '^mprottop .* traced'
	check "$1: and it goes on" goes_on
}

goes_on() {
	local before
	before=$(screen | head -n 1)
	soon changed "$before"
}

changed() {
	[ "$(screen | head -n 1)" != "$1" ]
}

start 80x24 env PS1='ready> ' bash --norc --noprofile -i
soon on_screen '^ready>'
shell_stty begin
type_text "'$mprottop' -d 0.2"
press Enter
soon on_screen '^mprottop .* traced'
shell_processes
press C-z
gives_back 'Ctrl-Z'
kill -TSTP "$tracer"
gives_back 'SIGTSTP to the tracer'
kill -TSTP "$monitor"
gives_back 'SIGTSTP to the monitor'
press C-z
soon stopped
resize 100x30
press fg Enter
check 'resized while stopped: the screen has the new size' on_screen '^ +PID.*HISTORY'
press q
soon prompt_back
type_text 'echo status $?'
press Enter
check 'q after all that' on_screen '^status 0'
shell_ends 'q after all that'

# The shell has the terminal again while the monitor still ends.
type_text "'$mprottop' -d 0.2"
press Enter
soon on_screen '^mprottop .* traced'
shell_processes
kill -KILL "$tracer"
check 'SIGKILL to the tracer, in a shell: it ends' gone "$tracer" "$monitor"
type_text 'echo killed: $?'
press Enter
check 'SIGKILL to the tracer, in a shell: the status' on_screen '^killed: 137'
shell_ends 'SIGKILL to the tracer, in a shell'

# The window is closed, the connection drops: it does not wait for an update, which is to come
# long after a check gives up.
vanishes() {
	check "$1: it ends" gone "$tracer" "$monitor"
	check "$1: nothing is left" nothing_left
}

live 80x24 -d 900
tm kill-pane -t main
vanishes 'the terminal vanishes'
live 80x24 -d 900
server_kill
vanishes 'the terminal server ends'
# shellcheck disable=SC2016
start 80x24 bash -c 'trap "" HUP; "$1" -d 900; true' - "$mprottop"
soon on_screen '^mprottop '
shell_processes
server_kill
vanishes 'the terminal vanishes and SIGHUP is ignored'
plan
