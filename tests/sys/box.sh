#!/bin/sh
# Every process of a run but the first of a live one and its guard is shut in: no capabilities,
# no_new_privs, a list of system calls, no processes and no core files.
# needs: root tracefs tmux
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2317 # lib.sh and await call functions by name
. "$(dirname "$0")/lib.sh"

session=mprottop-box-$$
tidy() {
	tmux kill-session -t "$session" 2>"$tmp/null"
}

# of PID WHAT: a line of its status.
of() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' ' | sed 's/ *$//'
}

# limit PID NAME: both of a limit.
limit() {
	sed -n "s/^$2  *\([0-9a-z]*\)  *\([0-9a-z]*\) .*/\1 \2/p" "/proc/$1/limits"
}

# A kernel without seccomp has no such line.
filtered=
[ -z "$(of self Seccomp)" ] || filtered=2

# shut NAME PID UID [CAPABLE]
shut() {
	is "$1: its user" "$3 $3 $3 $3" "$(of "$2" Uid)"
	[ -n "${4-}" ] || is "$1: no capabilities" "0000000000000000 0000000000000000 0000000000000000" \
		"$(of "$2" CapPrm) $(of "$2" CapEff) $(of "$2" CapAmb)"
	is "$1: no new privileges" 1 "$(of "$2" NoNewPrivs)"
	is "$1: a list of calls" "$filtered" "$(of "$2" Seccomp)"
	is "$1: no processes, no core files" '0 0, 0 0' \
		"$(limit "$2" 'Max processes'), $(limit "$2" 'Max core file size')"
}

# named COMM: the process of this test with that name; they end with the run that made them.
named() {
	for one in $(processes); do
		read -r line <"/proc/$one/comm" && [ "$line" = "$1" ] && echo "$one"
	done 2>"$tmp/null"
}

# all_shut NAME: all of the run but the first one, the guard and COMMAND; caller: who makes files.
all_shut() {
	nr=0
	for one in $(processes "$run"); do
		read -r line <"/proc/$one/comm"
		[ "$one" != "$pid" ] || continue
		case $line in
		mptop-guard) continue ;;
		mptop-*) shut "$1, $line" "$one" "$caller" "$capable" ;;
		*) shut "$1, monitor" "$one" "$nobody" ;;
		esac
		nr=$((nr + 1))
	done
	is "$1: how many there are" "$2" "$nr"
}

nobody=$(id -u nobody)
caller=0
capable=yes
unset SUDO_UID SUDO_GID
start -d 1
all_shut 'a live run' 1
stop TERM
is 'it ends well' 0 "$status"

user=$(awk -F: '$3 >= 1 && $3 < 60000 { print $3; exit }' /etc/passwd)
SUDO_UID=$user SUDO_GID=$user
export SUDO_UID SUDO_GID
caller=$user
capable=
mkdir "$tmp/theirs"
chown "$user" "$tmp/theirs"
start -d 0.2 -w "$tmp/theirs/one.dat" --metrics-file="$tmp/theirs/metrics"
all_shut 'under sudo, with files' 3
await 10 [ -s "$tmp/theirs/metrics" ]
stop TERM
is 'under sudo it ends well' 0 "$status"
is 'and the files are of who called' "$user $user" \
	"$(stat -c %u "$tmp/theirs/one.dat") $(stat -c %u "$tmp/theirs/metrics")"
cp "$tmp/theirs/one.dat" "$tmp/dat"
chmod 644 "$tmp/dat"

# begun PATTERN: it is on the screen.
begun() {
	tmux capture-pane -p -t "$session" 2>"$tmp/null" | grep -q "$1"
}

# screen OPTION...: in a terminal of its own, with a place for settings.
screen() {
	runs=$((runs + 1))
	run=$tmp/run.$runs.
	ln -s "$MPROTTOP" "$run"
	tmux -f /dev/null new-session -d -s "$session" -x 100 -y 24 \
		"exec env TERM=screen XDG_CONFIG_HOME='$tmp/config' $run $*"
	await 30 begun 'CALLS/s'
	pid=$(tmux list-panes -t "$session" -F '#{pane_pid}')
}

# closed: the screen is left, and the session with it.
closed() {
	! tmux has-session -t "$session" 2>"$tmp/null"
}

unset SUDO_UID SUDO_GID
caller=0
capable=yes
if command -v tmux >"$tmp/null"; then
	screen -d 1
	all_shut 'a live screen' 1
	tmux send-keys -t "$session" q
	await 10 closed
	screen -r "$tmp/dat" --speed=0.01
	first=$pid
	all_shut 'a screen of a recording' 2
	shut 'a screen of a recording, the first' "$first" "$nobody"
	tmux send-keys -t "$session" W
	await 10 begun 'saved in'
	is 'it saves the settings' root "$(stat -c %U "$tmp/config/mprottop/mprottoprc")"
	tmux send-keys -t "$session" q
	await 10 closed
	is 'and nothing of it stays' '' "$(processes "$run")"
else
	skip 'screens' 'no tmux here'
fi

has_line() {
	grep -q '"type":"start"' "$tmp/out"
}
launch -f json -r "$tmp/dat" --speed=0.01
await 10 has_line
all_shut 'a replay' 1
shut 'a replay, the first' "$pid" "$nobody"
stop TERM
is 'it ends well' 0 "$status"

# A COMMAND that runs as another user has root's terminal, and cannot type there.
if [ -n "$filtered" ]; then
	go 20 -n 1 -d 0.1 --command-user=nobody -- \
		sh -c "grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status >&2"
	is 'of COMMAND as another user' '0 2' "$(sed -n 's/^\(NoNewPrivs\|Seccomp\):[^0-9]*//p' "$tmp/err" | tr '\n' ' ' | sed 's/ $//')"
	go 20 -n 1 -d 0.1 -- sh -c "grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status >&2"
	is 'and as the same' '0 0' "$(sed -n 's/^\(NoNewPrivs\|Seccomp\):[^0-9]*//p' "$tmp/err" | tr '\n' ' ' | sed 's/ $//')"
else
	skip 'of COMMAND' 'no seccomp here'
fi

# On a terminal: what is typed there is not for COMMAND.
: >"$tmp/seen"
chmod 666 "$tmp/seen"
cat >"$tmp/looks" <<-END
	{
		readlink /proc/self/fd/0
		sed -n 's/^flags:.*\\(.\\)\$/\\1/p' /proc/self/fdinfo/2
		(: </dev/tty) 2>/dev/null && echo tty || echo none
	} >"$tmp/seen"
END
looked() {
	[ "$(wc -l <"$tmp/seen")" -eq 3 ]
}
tmux -f /dev/null new-session -d -s "$session" \
	"'$MPROTTOP' -b -n 1 -d 0.1 --command-user=nobody -- sh '$tmp/looks'; cat"
await 20 looked
is 'COMMAND as another user cannot read the terminal' '/dev/null 1 none' "$(tr '\n' ' ' <"$tmp/seen" | sed 's/ $//')"
tmux kill-session -t "$session"
clean 'at the end'
finish
