#!/bin/sh
# What others hold, stop or kill does not keep anything of ours in tracefs, and no process
# waits for ever.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2317,SC2086,SC2016 # functions are called by name; numbers need no quotes; $0 is of another shell
. "$(dirname "$0")/lib.sh"

tidy() {
	[ -z "${holder-}" ] || kill -9 "$holder" 2>/dev/null
}

dir_of() {
	dir=$tracefs/instances/$(objects | grep "^mprottop_${pid}_[0-9]*\$" | head -n 1)
}

other_guard() {
	new=$(guard)
	[ -n "$new" ] && [ "$new" != "$old" ]
}

no_process() {
	[ -z "$(processes)" ]
}

# take COMMAND...: it holds a file of the instance open.
take() {
	dir_of
	"$@" sleep 600 9<"$dir/tracing_on" >"$tmp/null" 2>&1 &
	holder=$!
	started="$started $holder"
	await 5 taken
}

taken() {
	[ "$(tr '\0' ' ' <"/proc/$holder/cmdline")" = 'sleep 600 ' ]
}

# A guard that died has a successor, and that does its work.
start -d 10
old=$(guard)
kill -9 "$old"
if await 5 other_guard; then
	ok 'a dead guard: another is started'
else
	not_ok 'a dead guard: another is started' "guard: $(guard)"
fi
old=$(guard)
[ -z "$old" ] || kill -9 "$old"
await 5 other_guard || echo '# no third guard'
kill -9 "$pid"
await 10 nothing_of "$pid"
is 'a dead guard: its successor cleans up after the tracer' '' "$(objects | grep "^mprottop_${pid}_")"
ended 1
await 5 no_process

start -d 10
old=$(guard)
kill -9 "$old"
await 5 other_guard
stop TERM
is 'a dead guard: the run ends well' '0 1' "$status $(tail -n 1 "$tmp/out" | grep -c '"end"')"
await 5 no_process
is 'a dead guard: no process is left' '' "$(processes | paste -s -d, -)"

# When memory runs out, others are ended first.
was=$(cat /proc/$$/oom_score_adj)
least=$was
! (echo -1000 >/proc/self/oom_score_adj) 2>"$tmp/null" || least=-1000
start -d 10 -- sh -c 'cat /proc/self/oom_score_adj >"$0"; sleep 600' "$tmp/adj"
await 10 test -s "$tmp/adj"
is 'memory: the tracer, its guard, the monitor and COMMAND' "$least $least $was $was" \
	"$(cat "/proc/$pid/oom_score_adj" "/proc/$(guard)/oom_score_adj" "/proc/$(monitor)/oom_score_adj" "$tmp/adj" | paste -s -d' ' -)"
stop TERM

# Somebody else holds a file: told who, and the guard goes on until it is let go.
start -d 10
take env
stop TERM
is 'held by another: the status' 1 "$status"
finds 'held by another: the message names the process' \
	"^mprottop: cannot take back .*/mprottop_${pid}_[0-9]*: .*busy; end process $holder \\(sleep\\)" "$tmp/err"
go_pid=$pid
go 20 --cleanup
is 'held by another: --cleanup says so too' 1 "$status"
finds 'held by another: and whom' "; end process $holder \\(sleep\\)" "$tmp/err"
kill "$holder"
holder=
pid=$go_pid
await 10 nothing_of "$pid"
is 'held by another: all is gone once it is let go' '' "$(objects | grep "^mprottop_${pid}_")"
await 5 no_process

# What bears the marks of the monitor's children is ended.
if ! command -v setpriv >"$tmp/null" || ! setpriv --bounding-set=-all --no-new-privs true 2>"$tmp/null"; then
	skip 'held by what the monitor bore' 'no setpriv(1) that can drop the bounding set'
else
	born='setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs'
	start -d 10
	take $born
	stop TERM
	is 'held by what the monitor bore: the status' 0 "$status"
	is 'held by what the monitor bore: it is ended' yes "$(gone "$holder" && echo yes)"
	clean 'held by what the monitor bore'
	start -d 10
	take $born
	kill -9 "$pid"
	await 15 nothing_of "$pid"
	is 'held by what the monitor bore: the guard does the same' '' "$(objects | grep "^mprottop_${pid}_")"
	ended 1
	await 5 no_process
fi

# The monitor stands still before it has taken over. It is a race: some rounds are lost.
stop_early() {
	launch -d 10 -f json
	until gone "$pid"; do
		read -r children <"/proc/$pid/task/$pid/children" || :
		for child in $children; do
			if grep -q '^Uid:.65534' "/proc/$child/status"; then
				kill -STOP "$child"
				return
			fi
		done
	done 2>"$tmp/null"
}

round=0
rounds=20
[ -z "${MPROTTOP_GUEST-}" ] || rounds=5
caught=
while [ -z "$caught" ] && [ $round -lt $rounds ]; do
	round=$((round + 1))
	stop_early
	sleep 0.3
	kill -TERM "$pid"
	ended 10
	! grep -q 'handed over' "$tmp/err" || caught=1
	[ "$status" = 1 ] || break
done
is "stopped at the start, round $round: it ends, with a failure" 1 "$status"
if [ -z "$caught" ]; then
	skip 'stopped at the start' 'the monitor was never caught before it had taken over'
else
	await 5 nothing_of "$pid"
	is 'stopped at the start: nothing is left' '' "$(objects | grep "^mprottop_${pid}_")"
fi
clean 'at the end'
finish
