#!/bin/sh
# Recordings: other tools see the same calls in them, a replay shows the same figures,
# and whatever ends them, what is there opens and nobody's file is touched.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016,SC2317 # jq's variables; await and lib.sh call functions by name
. "$(dirname "$0")/lib.sh"

events=$builddir/tests/work/events
storm=$builddir/tests/work/storm
[ -x "$events" ] || skip_all "$events is not built"
file=$tmp/x.dat
chmod 755 "$tmp"

tidy() {
	umount "$tmp/small" 2>/dev/null
	rmdir "$tmp/small" 2>/dev/null
}

# replay OPTION...: of $file, by nobody, into $tmp/replay.
replay() {
	"$MPROTTOP" -r "$file" -b "$@" >"$tmp/replay" 2>"$tmp/replay.err" </dev/null
}

opens() {
	if replay -q; then
		ok "$1"
	else
		not_ok "$1" "$(cat "$tmp/replay.err")" "$(ls -la "${file%/*}")"
	fi
}

# What differs between the live run, in $1, and its replay, but for the source.
differences() {
	sed 's/"source":"[a-z]*"//' "$1" >"$tmp/was"
	sed 's/"source":"[a-z]*"//' "$tmp/replay" >"$tmp/now"
	diff "$tmp/was" "$tmp/now" | head -n 5 | cut -c 1-1500
}

# same NAME OPTION...: a run of $work with these options and its replay give the same lines.
same() {
	name=$1
	shift
	# shellcheck disable=SC2086 # with its arguments
	go 60 "$@" $small -w "$file" -- $work
	is "$name: recorded" 0 "$status"
	grep -v '^mprottop: ' "$tmp/err" >"$tmp/live"
	replay "$@"
	is "$name: the replay is the same" '' "$(differences "$tmp/live")"
}

# Calls as other tools print them: thread, address, length, protection.
reported() {
	trace-cmd report "$file" 2>/dev/null | sed -nE '
		/mprotect/!d
		s/^ *[^ ]*-([0-9]+) .* addr=([0-9a-fx]+) len=([0-9a-fx]+) prot=([0-9a-fx]+).*/\1 \2 \3 \4/p
		s/^ *[^ ]*-([0-9]+) .*: *start: ([^,]+), len: ([^,]+), prot: ([0-9a-fx]+).*/\1 \2 \3 \4/p' |
		while read -r tid addr len prot; do
			printf '%d %x %x %x\n' "$tid" "$((addr))" "$((len))" "$((prot))"
		done | sort -s -n -k 1,1
}

# The same of the lines that mprottop wrote.
told() {
	jq -r 'def hex: if . < 16 then "0123456789abcdef"[.:. + 1]
			else (. / 16 | floor | hex) + (. % 16 | hex) end;
		select(.type == "call" and .addr != null)
		| "\(.tid) \(.addr[2:]) \(.len | tonumber | hex) \(.prot_bits | hex)"' "$tmp/live" |
		sort -s -n -k 1,1
}

ours() {
	cut -d ' ' -f 1 "$tmp/told" | sort -u >"$tmp/tids"
	awk 'NR == FNR { ours[$1]; next } $1 in ours' "$tmp/tids" "$tmp/reported"
}

work=$events
small=
same 'calls' -f json --events
# Of a run that traces nothing to speak of it is nearly all: the canary of each probe, and what is
# mapped at the start. What probes cost is measured with ten times as many, which are not in it.
own_most=130
if command -v trace-cmd >/dev/null; then
	told >"$tmp/told"
	reported >"$tmp/reported"
	ours >"$tmp/ours"
	is 'trace-cmd opens it' 0 "$(trace-cmd report "$file" >/dev/null 2>&1; echo $?)"
	if [ -s "$tmp/told" ] && cmp -s "$tmp/told" "$tmp/ours"; then
		ok 'trace-cmd report tells the same calls, line by line'
	else
		not_ok 'trace-cmd report tells the same calls, line by line' \
			"$(diff "$tmp/told" "$tmp/ours" | head -n 20)"
	fi
	trace-cmd report "$file" >"$tmp/report" 2>/dev/null
	own=$(grep -c "^ *$(basename "$run" | cut -c 1-15)-[0-9]" "$tmp/report")
	is 'few events in it are of mprottop itself' yes \
		"$([ "$own" -gt 0 ] && [ "$own" -le $own_most ] && echo yes || echo "$own")"
	finds 'it knows the names' "^ *events-$(head -n 1 "$tmp/tids") .* prot[=:]" "$tmp/report"
else
	skip 'trace-cmd report tells the same calls, line by line' 'trace-cmd is not installed'
fi
is 'its mode is 0600' 600 "$(stat -c %a "$file")"
same 'rows' -f json --columns=pid,comm,exe,cmdline,cgroup,calls,errors,p99_ns,why
if [ -z "${MPROTTOP_BRIEF-}" ]; then
	same 'verdicts' -f json --audit
	same 'threads' -f csv -H -d 0.1
	# more than the buffers hold: what was lost, and where, is part of it
	work="$calls --threads=4 --calls=20000"
	small=--buffer-size=64k
	same 'losses' -f json -d 0.2
fi

go 10 -w 5
is 'a number: the status' 2 "$status"
finds 'a number: --width is named' '--width' "$tmp/err"
go 10 -w -
is 'a pipe: the status' 2 "$status"
go 20 -w /nowhere/x.dat -- true
is 'no such directory, with a COMMAND: the status' 125 "$status"

# What stands there.
mkdir "$tmp/dir"
file=$tmp/dir/x.dat
ln -s "$tmp/dir/target" "$file"
go 20 -n1 -d 0.1 -w "$file"
is 'a link: the status' 1 "$status"
is 'a link: nothing is made' x.dat "$(ls -A "$tmp/dir")"
rm "$file"
echo precious >"$file"
go 20 -n1 -d 0.1 -w "$file"
is 'a file that is no recording: the status' 1 "$status"
is 'a file that is no recording: it stays' precious "$(cat "$file")"
rm "$file"
go 20 -n1 -d 0.1 -w "$file"
inode=$(stat -c %i "$file")
start -w "$file"
is 'meanwhile the one before is there' "$inode" "$(stat -c %i "$file")"
stop TERM
is 'SIGTERM: the status' 0 "$status"
opens 'SIGTERM: it opens'
is 'an earlier recording is replaced' other "$([ "$(stat -c %i "$file")" = "$inode" ] || echo other)"
rm "$file"
start -w "$file"
stop INT
opens 'SIGINT: it opens'
rm "$file"

start -w "$file"
child=$(monitor)
kill -9 "$pid"
ended 15
is_there() {
	[ -s "$file" ]
}
await 10 is_there
gone_too() {
	gone "$child"
}
await 10 gone_too
opens 'the tracer was killed: it opens'
rm "$file"
start -w "$file"
kill -9 "$(monitor)"
ended 15
is_empty() {
	[ -z "$(ls -A "$tmp/dir")" ]
}
await 10 is_empty
is 'the monitor was killed: nothing stays' '' "$(ls -A "$tmp/dir")"

# Under sudo with the rights of who called.
SUDO_UID=65534 go 20 -n1 -d 0.1 -w "$file"
is 'sudo: a directory that the caller may not write to' 1 "$status"
chmod 777 "$tmp/dir"
SUDO_UID=65534 go 20 -n1 -d 0.1 -w "$file"
is 'sudo: a directory of all' 0 "$status"
is 'sudo: it is the caller'"'"'s' 65534 "$(stat -c %u "$file")"

# A disk that gets full.
mkdir "$tmp/small"
if mount -t tmpfs -o size=2m,mode=755 none "$tmp/small"; then
	file=$tmp/small/x.dat
	start -w "$file" -d 0.3
	mkfifo "$tmp/fifo"
	"$storm" --calls=200000 <"$tmp/fifo" >"$tmp/said" &
	storm_pid=$!
	started="$started $storm_pid"
	exec 8>"$tmp/fifo"
	writer=$(pgrep -P "$storm_pid")
	echo >&8
	full() {
		grep -q '"cause":"recording"' "$tmp/out"
	}
	await 60 full
	is 'a full disk: the notice' '["recording"]' \
		"$(jq -sc '[.[] | select(.cause == "recording") | .cause]' "$tmp/out")"
	before=$(grep -c '"type":"summary"' "$tmp/out")
	goes_on() {
		[ "$(grep -c '"type":"summary"' "$tmp/out")" -gt $((before + 1)) ]
	}
	await 20 goes_on
	ok 'a full disk: tracing goes on'
	stop TERM
	exec 8>&-
	is 'a full disk: the status' 1 "$status"
	opens 'a full disk: it opens'
	is 'a full disk: no more than it' x.dat "$(ls -A "$tmp/small")"
	replay -f json
	is 'a full disk: it holds calls' true "$(jq -sc 'map(select(.type == "end")) | .[0].calls > 1000' "$tmp/replay")"
	if command -v trace-cmd >/dev/null; then
		replay -f csv -q --events
		made=$(reported | grep -c "^$writer ")
		is 'a full disk: all calls of the file' "$made" "$(cut -d , -f 2 "$tmp/replay" | grep -cx "$writer")"
		is 'a full disk: there are some' yes "$([ "$made" -gt 1000 ] && echo yes)"
	else
		skip 'a full disk: all calls of the file' 'trace-cmd is not installed'
	fi
else
	skip 'a full disk' 'no tmpfs can be mounted'
fi
clean 'recordings'
finish
