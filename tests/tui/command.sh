#!/bin/bash
# A COMMAND under the live screen: only its rows, its end, its output, its status.
# needs: root tracefs tmux pgrep setpriv
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

work stranger --calls=100000000 --rate=50

# Ends when the test says so, which is once its rows were looked at.
mkfifo "$tmp/go"
cat >"$tmp/command" <<'END'
echo "stdin is $(readlink /proc/self/fd/0)"
"$1" --name=grandson --calls=100000000 --rate=20 >/dev/null &
"$1" --name=son --calls=100000000 --rate=20 >/dev/null &
read -r go <"$2"
kill %1 %2
wait
echo 'last words'
echo 'and worst' >&2
exit 7
END

live 80x24 -d 0.2 -- bash "$tmp/command" "$calls" "$tmp/go"
check 'a child shows' on_screen ' son$'
check 'another too' on_screen ' grandson$'
now 'no stranger does' off_screen stranger
now 'the head counts all, and what is shown' on_screen '^Calls .*/s, shown '
echo >"$tmp/go"
check 'the end is marked' on_screen '^mprottop ENDED'
check 'its rows as well' on_screen '^x .* grandson$'
now 'its output has not spoilt the screen' off_screen 'last words'
press q
check_end 'its exit status is ours' 7
now 'its stdin was /dev/null' on_screen '^stdin is /dev/null$'
now 'its output follows' on_screen '^last words$'
now 'that to stderr too' on_screen '^and worst$'

# ends_with NAME STATUS COMMAND...: seen to its end
ends_with() {
	local name=$1 status=$2
	shift 2
	live 80x24 -d 0.2 -- "$@"
	soon on_screen '^mprottop ENDED'
	press q
	check_end "$name" "$status"
}

# shellcheck disable=SC2016
ends_with 'ended by a signal: 128 and its number' 143 bash -c 'kill -TERM $$'
ends_with 'much output' 0 seq 1 20000
now 'its end follows' on_screen '^20000$'
now '64 KiB of it' test "$(screen_all | grep -cx '[0-9]\{5\}')" -gt 9990
now 'and no more' test "$(screen_all | sed -n '/^[0-9]*$/p' | head -n 2 | tail -n 1)" -gt 5000

live 80x24 -d 0.2 -- bash -c 'trap "" TERM; trap "echo interrupted; exit 9" INT; while :; do sleep 0.05; done'
soon on_screen ' bash$'
press C-c
check_end 'Ctrl-C reaches both' 9
now 'it was COMMAND that heard it' on_screen '^interrupted$'

live 80x24 -d 0.2 -- sleep 1000
soon on_screen ' sleep$'
press q
check_end 'q ends it too' 143

start 80x24 "$mprottop" -- "$tmp/nothing"
check 'one that is not there is told' on_screen "cannot find COMMAND: $tmp"
tracer=0 monitor=0
soon ended
now 'by status 127' grep -qx 127 "$tmp/main/status"
check 'and the terminal is whole' terminal_whole
start 80x24 "$mprottop" -- "$tmp"
check 'one that cannot run is told' on_screen "cannot run COMMAND: $tmp"
soon ended
now 'by status 126' grep -qx 126 "$tmp/main/status"
plan
