#!/bin/sh
# Another program switches our events off or removes them, as trace-cmd reset does: they are had
# back, three times at most, the end is never complete, and a run without probes fails.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2317,SC2086 # functions are called by name; paths have no blanks
. "$(dirname "$0")/lib.sh"

# Every event off in each of our instances; those of ours that are kprobes are removed.
reset() {
	for one in "$tracefs"/instances/mprottop_"${pid}"_*; do
		echo 0 >"$one/events/enable"
	done
	[ "$source" = tracepoint ] || for event in "$one"/events/mprottop_"${pid}"_*/*/enable; do
		event=${event%/enable}
		echo "-:${event#*/events/}" >>"$tracefs/kprobe_events"
	done
} 2>"$tmp/null"

# A kprobe event that was removed comes back with another name.
has_events() {
	[ "$(cat $tracefs/instances/mprottop_"${pid}"_*[0-9]/events/enable)" != 0 ]
} 2>"$tmp/null"

notices() {
	grep -c '"cause":"probe_gone"' "$tmp/out"
}

noticed() {
	[ "$(notices)" -gt 0 ]
}

# How many calls the last summary tells of.
calls_of() {
	sed -n 's/^{"type":"summary".*"calls":\([0-9]*\).*/\1/p' "$tmp/out" | tail -n 1
}

more_calls() {
	[ "$(calls_of)" -gt $((seen + 100)) ]
}

load steady 200
start -d 0.5
sleep 1
reset
await 10 noticed
if await 15 has_events; then
	ok 'a reset: the events are there again'
else
	not_ok 'a reset: the events are there again' "$(cat "$tmp/err")"
fi
seen=$(calls_of)
if await 15 more_calls; then
	ok 'a reset: calls are counted again'
else
	not_ok 'a reset: calls are counted again' "before: $seen, now: $(calls_of)"
fi
stop TERM
is 'a reset: the status' 0 "$status"
holds 'a reset: told, and the end is not complete' \
	'(map(select(.cause? == "probe_gone")) | length > 0) and (last | .type == "end" and .complete == false)'
# The kernel clears its buffers when it frees the number of an event that was used.
is 'a reset: nothing else is told' '' \
	"$(sed -n 's/^{"type":"notice".*"cause":"\([a-z_]*\)".*"object":"\([^"]*\)".*/\1 \2/p' "$tmp/out" |
		grep -v '^probe_gone \|^cleared ' | paste -s -d, -)"
clean 'a reset'

# For as long as it runs.
start -d 1
while ! gone "$pid"; do
	reset
	sleep 0.3
done &
resets=$!
started="$started $resets"
ended 60
is 'resets without end: the run ends and fails' 1 "$status"
finds 'resets without end: the message' '^mprottop: another program took our probes away.*; end what resets' "$tmp/err"
holds 'resets without end: the end is not complete' 'last | .type == "end" and .complete == false'
wait $resets
forget $resets
clean 'resets without end'
finish
