#!/bin/bash
# Helpers of the tests of the live screen, to be sourced: a terminal (tmux, with a
# server of its own), keys into it, what is on it, and TAP. Nothing waits for a
# time to pass: it waits until something is there, a minute at most.

set -u
export LC_ALL=C.UTF-8
unset NO_COLOR COLUMNS LINES ESCDELAY TMUX
mprottop=${MPROTTOP:-$PWD/mprottop}
calls=${builddir:-$PWD}/tests/work/calls
tracefs=$(awk '$3 == "tracefs" { print $2; exit }' /proc/mounts)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mprottop-tui.XXXXXX")
export TMUX_TMPDIR=$tmp
server=mprottop-test-$$
limit=60
jobs_ours=()
count=0
failed=0

tm() {
	tmux -u -L "$server" -f "$tmp/conf" "$@"
}

finish() {
	tm kill-server 2>/dev/null
	[ ${#jobs_ours[@]} -eq 0 ] || kill -KILL "${jobs_ours[@]}" 2>/dev/null
	rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

cat >"$tmp/conf" <<'END'
set -g status off
set -g default-terminal screen
set -g history-limit 50000
END

# No shell with line editing: that would put the terminal back itself.
cat >"$tmp/pane" <<'END'
trap : INT QUIT
stty -a >before
. ./command
echo $? >status.new
mv status.new status
exec sleep 1000
END

screen() {
	tm capture-pane -p -t "${pane:-main}" 2>/dev/null
}

# With the escape sequences of its looks.
screen_looks() {
	tm capture-pane -e -p -t "${pane:-main}" 2>/dev/null
}

# With what has scrolled away above.
screen_all() {
	tm capture-pane -S - -p -t "${pane:-main}" 2>/dev/null
}

on_screen() {
	screen | grep -qE -- "$1"
}

off_screen() {
	! on_screen "$1"
}

# soon COMMAND...: until it succeeds, for at most $limit seconds.
soon() {
	local end=$((${EPOCHREALTIME/./} + limit * 1000000))
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.03
	done
}

# verdict STATUS NAME: a line of TAP, with the screen where it is not ok.
verdict() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $2"
	[ -z "${why-}" ] || printf '%s\n' "$why" | sed 's/^/# /'
	screen | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' -e 's/^/# |/'
}

# check NAME COMMAND...: that it succeeds soon.
check() {
	local name=$1 status=0
	shift
	why="waited for: $*"
	soon "$@" || status=1
	verdict $status "$name"
}

# now NAME COMMAND...: that it succeeds at once, but for the rest of the frame that is being drawn:
# a terminal shows it in pieces.
now() {
	local name=$1 status=0 limit=2
	shift
	why="is not so: $*"
	soon "$@" || status=1
	verdict $status "$name"
}

skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

plan() {
	echo "1..$count"
	[ $failed -eq 0 ]
	exit
}

# A session that stays, as the server ends with the last one.
server_start() {
	tm has-session -t keep 2>/dev/null || tm new-session -d -s keep 'exec sleep 1000'
}

server_kill() {
	local pid
	pid=$(tm display-message -p '#{pid}')
	tm kill-server
	soon gone "$pid"
}

# start WxH COMMAND...: in a new terminal of that size, named ${pane:-main}.
start() {
	local dir=$tmp/${pane:-main} size=$1
	shift
	server_start
	tm kill-session -t "${pane:-main}" 2>/dev/null
	rm -rf "$dir"
	mkdir "$dir"
	printf '%q ' "$@" >"$dir/command"
	tm new-session -d -s "${pane:-main}" -x "${size%x*}" -y "${size#*x}" -c "$dir" \
		"exec bash ../pane"
}

tell() {
	tm display-message -p -t "${pane:-main}" "$1" 2>/dev/null
}

# The two processes of the program in the terminal.
find_processes() {
	tracer=$(pgrep -x -P "$(tell '#{pane_pid}')" mprottop) && monitor=$(pgrep -x -P "$tracer" mprottop)
}

# live WxH OPTION...: mprottop there, its screen drawn.
live() {
	local size=$1
	shift
	start "$size" "$mprottop" "$@"
	soon on_screen '^mprottop ' && soon find_processes
}

# Puts bytes that no key of tmux makes into the terminal.
type_text() {
	tm send-keys -t "${pane:-main}" -l -- "$1"
}

press() {
	tm send-keys -t "${pane:-main}" "$@"
}

# key NAME...: as the help screen calls it. tests/lint/pressed.sh sees to it that none
# is left out.
key() {
	local name
	for name; do
		case $name in
		PgUp) name=PPage ;;
		PgDn) name=NPage ;;
		Esc) name=Escape ;;
		Backspace) name=BSpace ;;
		Shift-Tab) name=BTab ;;
		Ctrl-?) name=${name,,} name=C-${name#ctrl-} ;;
		';') name='\;' ;;
		esac
		press "$name"
	done
}

# mouse BUTTON X Y: cells from 0, down and up again, as the mouse mode that is on
# wants it
mouse() {
	local x=$(($2 + 1)) y=$(($3 + 1)) bytes
	if [ "$(tell '#{mouse_sgr_flag}')" = 1 ]; then
		type_text $'\e'"[<$1;$x;${y}M"$'\e'"[<$1;$x;${y}m"
		return
	fi
	printf -v bytes '\\e[M\\x%02x\\x%02x\\x%02x' $((32 + $1)) $((32 + x)) $((32 + y)) \
		$((32 + 3)) $((32 + x)) $((32 + y))
	type_text "$(printf '%b' "$bytes")"
}

click() {
	mouse 0 "$1" "$2"
}

wheel() {
	if [ "$1" = up ]; then mouse 64 10 10; else mouse 65 10 10; fi
}

# The cell where a word of the screen begins, as x and y.
find_cell() {
	local found
	found=$(screen | awk -v word="$1" '{ x = index($0, word); if (x) { print x - 1, NR - 1; exit } }')
	x=${found% *} y=${found#* }
}

header() {
	screen | grep -m 1 '^ *PID' | grep -qF -- "$1"
}

rows() {
	screen | sed '1,/^ *PID/d; $d'
}

first_row() {
	rows | head -n 1 | grep -qw -- "$1"
}

sorted_by() {
	header "$1" && first_row "$2"
}

# The row in front of the cursor's colour.
selected() {
	screen_looks | sed $'1,/PID/d; /\e\\[[0-9;]*46m/!d' | head -n 1 | grep -qw -- "$1"
}

resize() {
	tm resize-window -t "${pane:-main}" -x "${1%x*}" -y "${1#*x}"
}

# work NAME OPTION...: a process of this name that makes calls; its pid in $worker.
# With --wait it is told to begin by a line into $tmp/NAME.
work() {
	local name=$1
	shift
	[ -p "$tmp/$name" ] || mkfifo "$tmp/$name"
	setpriv --pdeathsig KILL "$calls" --name="$name" "$@" <>"$tmp/$name" >/dev/null 2>&1 &
	worker=$!
	disown
	jobs_ours+=("$worker")
}

ended() {
	[ -e "$tmp/${pane:-main}/status" ]
}

gone() {
	local pid
	for pid; do
		! kill -0 "$pid" 2>/dev/null || [ "$(ps -o stat= -p "$pid" | cut -c1)" = Z ] || return 1
	done
}

stty_lasting() {
	sed 's/rows [0-9]*; columns [0-9]*;//'
}

# Not in the alternate screen, the cursor to be seen, neither mouse reports nor a
# keypad of its own, and every setting of the line as it was.
terminal_whole() {
	why=$(
		modes=$(tell '#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{keypad_cursor_flag}#{keypad_flag}')
		[ "$modes" = 01000 ] || echo "alternate screen, cursor, mouse, cursor keys, keypad: $modes"
		diff <(stty_lasting <"$tmp/${pane:-main}/before") \
			<(stty -a -F "$(tell '#{pane_tty}')" | stty_lasting)
	)
	[ -z "$why" ]
}

nothing_left() {
	! compgen -G "$tracefs/instances/mprottop_${tracer}_*" >/dev/null
}

# check_end NAME STATUS: it ended so, and left nothing behind.
check_end() {
	local name=$1 status=0 got
	soon ended
	got=$(cat "$tmp/${pane:-main}/status" 2>/dev/null)
	soon terminal_whole || status=1
	[ "$got" = "$2" ] || why="$why${why:+$'\n'}exit status $got, not $2"
	soon gone "$tracer" "$monitor" || why="$why${why:+$'\n'}still there: $(
		ps -o pid,stat,comm -p "$tracer,$monitor")"
	soon nothing_left || why="$why${why:+$'\n'}left in tracefs: $(ls "$tracefs/instances")"
	[ -z "$why" ] || status=1
	verdict $status "$name"
}
