#!/bin/sh
# Where nothing happens only the tick wakes the program, and the first call does.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

# switches PID: how often it went to sleep.
switches() {
	sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$1/status"
}

# shellcheck disable=SC2317 # await calls it
woken() {
	[ "$(switches "$mon")" -gt "$before" ]
}

# only PID...: our instances record nobody else.
only() {
	for one in $(objects | grep -x "mprottop_${pid}_[0-9]*\(_side\)\{0,1\}"); do
		for id; do
			echo "$id"
		done >"$tracefs/instances/$one/set_event_pid" || echo "# cannot limit $one"
	done
}

hold caller --calls=5
start --columns=pid,comm,calls
mon=$(monitor)
for one in $(objects | grep -x "mprottop_${pid}_[0-9]*\(_side\)\{0,1\}"); do
	is "no names are kept for $one" norecord-cmd \
		"$(grep -x '\(no\)\{0,1\}record-cmd' "$tracefs/instances/$one/trace_options")"
done
# shellcheck disable=SC2154 # hold sets it
only "$mon" "$hold_caller"
sleep 2
now
begun=$clock
before=$(switches "$mon") tracer=$(switches "$pid")
sleep 5
now
woken=$(($(switches "$mon") - before)) seconds=$(((clock - begun) / 100))
echo "# woken $woken times in $seconds s"
if [ "$woken" -le $((2 * seconds + 2)) ]; then
	ok 'the monitor sleeps but for the tick'
else
	not_ok 'the monitor sleeps but for the tick' "woken $woken times in $seconds s"
fi
is 'the tracer sleeps' "$tracer" "$(switches "$pid")"
# the watch is at whole seconds: the call is not
sleep 0.3
before=$(switches "$mon")
release caller
did caller || echo '# it did not call'
await 5 woken || echo "# it sleeps on after $await_limit s"
sleep 2
stop TERM
holds 'what called while it slept is counted' \
	'[.[] | select(.type == "process" and .comm == "calls")] | last | .calls >= 5'
clean 'at the end'
finish
