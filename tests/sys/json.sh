#!/bin/sh
# What the lines of JSON hold, and when they come.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016 # jq's and awk's variables
. "$(dirname "$0")/lib.sh"

[ -x "$calls" ] || skip_all "$calls is not built"

# batch OPTION...: a run; what started before lives through it.
batch() {
	go 30 -d 0.3 "$@"
	[ "$status" = 0 ] || not_ok "the status of $*" 'expected: 0' "came: $status" "$(cat "$tmp/err")"
}

load zulu 400
load alfa 100
load mike 25

# A busy machine may take turns from us and from the load: one time in ten has to do.
times=0.25
[ -z "${MPROTTOP_GUEST-}" ] || times=0.5
for round in 1 2 3 4 5 6 7 8 9 10; do
	batch -f json -n 3
	late=$(jq -sr '.[0].time as $begin | [.[] | select(.type == "summary") | [.time - $begin - 0.3 * .seq, .processes]]
		| "\(map(.[0]) | max) \(map(.[1]) | min)"' "$tmp/out")
	awk -v late="$late" -v limit=$times 'BEGIN { split(late, is, " "); exit !(is[1] < limit && is[2] >= 3) }' && break
	echo "# round $round: an update was late by ${late% *} s, one has ${late#* } processes"
done
holds 'start is first and once, end is last and once' '
	(first.type == "start") and (last.type == "end")
	and (map(select(.type == "start" or .type == "end")) | length == 2)' \
	'-n 3 makes three updates, each with its processes before its summary' '
	([.[1:-1][] | select(.type != "notice")] | map(.seq) == (map(.seq) | sort))
	and (map(select(.type == "summary") | .seq) == [1, 2, 3])
	and ([.[1:-1][] | select(.type != "notice")] | group_by(.seq)
		| all(.[]; last.type == "summary" and (.[:-1] | length >= 3 and all(.[]; .type == "process"))))' \
	'update k comes k times the delay after the start' "
	first.time as \$begin | [.[] | select(.type == \"summary\")]
	| all(.[]; .time - \$begin - 0.3 * .seq | . > -0.02 and . < $times)" \
	'start' '
	first | .schema == 1 and (.version | length > 0) and (.host | length > 0)
	and (.boot_id | test("^[0-9a-f-]{36}$")) and (.kernel | length > 0) and (.machine | length > 0)
	and (.probes | length > 0 and all(.[]; type == "string")) and .delay_s == 0.3 and .cpus >= 1' \
	'each object has a type and a time' '
	all(.[]; (.type | type == "string") and (.time | type == "number" and . > 1.0e9))' \
	'the keys of a process' '
	[.[] | select(.type == "process") | keys_unsorted] | unique == [["type", "time", "seq",
	"interval_s", "pid", "start_ns", "state", "user", "user_inherited", "comm", "calls_per_s", "calls",
	"range_per_s", "range", "p_none", "p_r", "p_w", "p_x", "p_rw", "p_rx", "p_wx", "p_rwx",
	"p_other", "ask_x", "x_new", "w_to_x", "x_to_w", "wx", "x_refused", "errors", "errname"]]' \
	'no key has two types' '
	[.[] | to_entries[] | select(.value != null) | [.key, (.value | type)]] | unique
	| (map(.[0]) | length) == (map(.[0]) | unique | length)' \
	'counts grow, and a rate is what came since the update before' '
	[.[] | select(.comm? == "zulu")] | length == 3 and .[0].calls < .[1].calls
	and (.[1] as $row | ($row.calls - .[0].calls) / $row.interval_s - $row.calls_per_s | fabs < 1)
	and (.[0].start_ns | type == "string")' \
	'summary' '
	all(.[] | select(.type == "summary"); .processes >= 3 and .calls > 0 and .lost == 0
	and .own_calls > 0 and (.buffer_pct | type == "number") and (.self_cpu_pct | type == "number")
	and .self_pss_bytes > 0 and (.missed // 0) == 0 and (.unaccounted // 0) == 0)' \
	'end: complete, though the calls go on' '
	last | .command_status == null and (.frames | type == "null") and .complete == true'
batch -f json -n 1 --columns=calls,user -H
holds '--columns, with the identity' '
	[.[] | select(.type == "process") | keys_unsorted[4:] | sort] | unique
	== [["calls", "comm", "pid", "start_ns", "tid", "user", "user_inherited"]]'
clean 'at the end'
finish
