#!/bin/sh
# The exit status and the message of each way to end.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

# ends STATUS PATTERN NAME: the last run: its status, a line on stderr that matches
# ('' for none at all), nothing of it in tracefs.
ends() {
	if [ "$status" != "$1" ]; then
		not_ok "$3" "expected status: $1" "came: $status" "$(head -c 1000 "$tmp/err")"
	elif ! nothing_of "$pid"; then
		not_ok "$3" 'expected: nothing left in tracefs' "came: $(objects | grep "_${pid}_")"
	elif [ -n "$2" ]; then
		finds "$3" "^mprottop: .*$2" "$tmp/err"
	else
		is "$3" '' "$(head -c 1000 "$tmp/err")"
	fi
}

# usage NAME OPTION...: status 2, a hint, nothing on stdout.
usage() {
	name=$1
	shift
	go 10 "$@"
	is "$name: status 2, a message with a hint, nothing on stdout" '2 1 yes 0' \
		"$status $(grep -c '^mprottop: ' "$tmp/err") $(grep -q -e --help "$tmp/err" && echo yes) \
$(wc -c <"$tmp/out" | tr -d ' ')"
}

# With a COMMAND.
go 20 -d 10 -- sh -c 'echo out; echo err >&2; exit 7'
is "COMMAND's status and stdout" '7 out' "$status $(cat "$tmp/out")"
finds "COMMAND's stderr" '^err$' "$tmp/err"
go 20 -q -d 10 -- sh -c 'kill -KILL $$'
is 'COMMAND killed by a signal' 137 "$status"
go 20 -q -- "$tmp/absent"
ends 127 "$tmp/absent" 'COMMAND that is not there'
echo >"$tmp/plain"
go 20 -q -- "$tmp/plain"
ends 126 "$tmp/plain" 'COMMAND that cannot be executed'
go 20 --command-user=no-such-user -- true
ends 125 'no-such-user' 'no such user for COMMAND'
go 10 --columns=nonsense -- true
is 'bad options with a COMMAND' 125 "$status"
# shellcheck disable=SC2016 # COMMAND's
start -d 10 -- sh -c 'trap "exit 9" TERM; : >"$0"; while :; do sleep 0.1; done' "$tmp/trapped"
await 20 test -e "$tmp/trapped"
stop TERM
is 'TERM reaches COMMAND too, whose status counts' 9 "$status"

# --pid
sleep 100 &
sleeper=$!
started="$started $sleeper"
sh -c : &
dead=$!
wait "$dead"
go 20 -b -n 1 -p "$dead"
ends 1 "$dead.*;" 'all of --pid are gone'
start -d 10 -p "$sleeper,$dead"
is 'some of --pid are gone: a warning' 'pid_gone' "$(jq -r 'select(.type == "notice") | .cause' "$tmp/out")"
finds 'some of --pid are gone: on stderr' "^mprottop: .*$dead" "$tmp/err"
kill "$sleeper"
ended 10
is 'the last of --pid ends: status' 0 "$status"
is 'the last of --pid ends: a last update' '"end"' "$(tail -n 1 "$tmp/out" | jq .type)"

# Standard output
launch_into() {
	: >"$tmp/err"
	"$MPROTTOP" -b -f json -d 0.1 -n 3 2>"$tmp/err"
	status=$?
}

launch_into >/dev/full
ends 1 'standard output.*No space left' 'stdout is full'
launch_into >&-
ends 1 'standard output' 'stdout is closed'
(launch_into; echo "$status" >"$tmp/status") | head -n 1 >"$tmp/head"
read -r status <"$tmp/status"
ends 0 '' '| head -n 1'
is '| head -n 1: the line' start "$(jq -r .type "$tmp/head")"
for option in --help --version --list-columns --check; do
	status=0
	"$MPROTTOP" $option >/dev/full 2>"$tmp/err" || status=$?
	ends 1 'standard output.*No space left' "$option into a full stdout"
done

# Rights: tracefs is closed to all but root here and nearly everywhere.
chmod 755 "$tmp"
status=0
timeout 200 su -s /bin/sh nobody -c "exec '$MPROTTOP' -b -n 1" >"$tmp/out" 2>"$tmp/err" || status=$?
ends 1 '/sys/kernel/.*; run as root' 'no rights'
status=0
timeout 200 su -s /bin/sh nobody -c "exec '$MPROTTOP' -- true" >"$tmp/out" 2>"$tmp/err" || status=$?
ends 125 '/sys/kernel/.*; run as root' 'no rights, with a COMMAND'
if [ "$source" = tracepoint ]; then
	go 20 -b -n 1 --probe=kprobe
	ends 1 'kprobe.*--probe=tracepoint' 'a source that this kernel lacks'
elif [ ! -e "$tracefs/events/syscalls" ]; then
	go 20 -b -n 1 --probe=tracepoint
	ends 1 'tracepoint.*--probe=kprobe' 'a source that this kernel lacks'
else
	go 20 -b -n 1 -d 0.1 -f json --probe=tracepoint
	is 'the other source by --probe' tracepoint "$(jq -r 'select(.source).source' "$tmp/out")"
fi
if [ "$(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo)" -lt $((2 * 1024 * 1024)) ]; then
	go 20 -b -n 1 --buffer-size=1G
	ends 1 'memory.*; .*--buffer-size' 'more buffer than half of the memory'
else
	skip 'more buffer than half of the memory' 'there is too much memory here'
fi

# Usage
usage 'an unknown option' --no-such-option
usage 'an option without its value' --columns
usage 'an unknown column' --columns=pid,nonsense
usage 'a delay of nonsense' -d soon
usage 'a delay out of range' -d 0.01
usage 'a pid of nonsense' -p 12x
usage 'pid 0' -p 0
usage 'an iteration count of nonsense' -n -3
usage 'an unknown format' -f xml
usage 'an unknown source' --probe=ebpf
usage 'an argument without --' argument
usage 'a separator without COMMAND' --
usage 'an empty value' --sort=
clean 'at the end'
finish
