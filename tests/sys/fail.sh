#!/bin/sh
# What --fail-if makes of the exit status.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

[ -x "$calls" ] || skip_all "$calls is not built"

# ends NAME STATUS OPTION...: a run of a COMMAND that makes 50 calls and exits with 7.
ends() {
	name=$1
	expected=$2
	shift 2
	go 30 -d 60 -q "$@" -- sh -c "$calls --name=mine --calls=50 --threads=1 >/dev/null; exit 7"
	is "$name" "$expected" "$status"
}

ends 'it held, and goes before the status of COMMAND' 3 --fail-if='comm eq mine and calls ge 50'
ends 'it did not hold: the status of COMMAND' 7 --fail-if='comm eq mine and calls gt 1000'
ends 'it is tested on groups' 3 -g user --fail-if='calls ge 50'
ends 'and on what was chosen alone' 7 -F mine --fail-if='not comm eq mine'
go 20 -b -n 1 -d 0.2 -q --fail-if='pid eq 0'
is 'without COMMAND' 0 "$status"
go 20 --fail-if='calls' -- true
is 'what is no expression' 125 "$status"
if [ "$source" = tracepoint ]; then
	ends 'what the source does not tell' 4 --fail-if='comm eq mine and w_to_x gt 1000'
	finds 'what the source does not tell: said so' '^mprottop: --fail-if: ' "$tmp/err"
else
	ends 'what the source tells' 7 --fail-if='comm eq mine and w_to_x gt 1000'
fi

# A buffer that is too small for what comes while nobody reads.
start -d 60 --buffer-size=64k --columns=pid,calls --fail-if='calls gt 1000000000'
asleep
"$calls" --name=flood --calls=200000 --threads=1 >/dev/null
awake
stop TERM
is 'events were lost' yes "$([ "$(tail -n 1 "$tmp/out" | jq .lost)" -gt 0 ] && echo yes)"
is 'events were lost: nobody knows' 4 "$status"

load endless 50
now
begin=$clock
go 30 -b -d 0.2 -q --fail-fast --fail-if='comm eq endless and calls gt 5'
now
is '--fail-fast: status' 3 "$status"
if [ $((clock - begin)) -lt 1000 ]; then
	ok '--fail-fast stops at once'
else
	not_ok '--fail-fast stops at once' "took $((clock - begin)) hundredths"
fi
clean 'at the end'
finish
