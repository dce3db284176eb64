#!/bin/sh
# Two that start at the same time do not disturb each other: both trace, both end well, and of
# neither anything is left. MPROTTOP_ROUNDS: how many pairs.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

rounds=${MPROTTOP_ROUNDS:-10}
# The first instance that anybody makes lets the buffer of the top level grow to its size.
go 30 -b -n 1 -d 0.1
before=$(foreign)
round=0
good=0
while [ "$round" -lt "$rounds" ]; do
	round=$((round + 1))
	"$MPROTTOP" -f json -n 1 -d 0.1 >"$tmp/first" 2>"$tmp/first.err" </dev/null &
	first=$!
	started="$started $first"
	launch -f json -n 1 -d 0.1
	ended 60
	second=$status
	pid=$first
	ended 60
	ends=$(cat "$tmp/first" "$tmp/out" | jq -sc 'map(select(.type == "end") | .complete | tostring) | sort | join(" ")')
	if [ "$status $second" = '0 0' ] && [ "$ends" != '' ] && [ "$(cat "$tmp/first" "$tmp/out" | grep -c '"type":"end"')" -eq 2 ]; then
		good=$((good + 1))
	else
		echo "# round $round: status $status and $second, complete: $ends: $(cat "$tmp/first.err" "$tmp/err")"
	fi
done
is "both of $rounds pairs trace and end well" "$rounds" "$good"
clean "after $rounds pairs"
is 'nothing of others was touched' "$before" "$(foreign)"
finish
