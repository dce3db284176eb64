#!/bin/sh
# Where nobody interferes nothing is told, however much is going on.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

usual=partial
[ "$source" = tracepoint ] || usual=full
whole='.complete and .lost == 0 and (.missed // 0) == 0 and (.unaccounted // 0) == 0 and .lost_tasks == 0'
# An emulated machine has to have time for other things.
rate=
[ -z "${MPROTTOP_GUEST-}" ] || rate=--rate=2000

# unhurt NAME CONDITION: nothing is told.
unhurt() {
	holds "$1: no notice" 'all(.[]; .type != "notice")' "$1: the end" \
		"last | .type == \"end\" and .account == \"$usual\" and ($2)"
	is "$1: the run ends with 0" "0 " "$status $(head -c 1000 "$tmp/err")"
}

spawn() {
	while :; do
		/bin/true
		[ -z "$rate" ] || sleep 0.02
	done &
	started="$started $!"
}

# storm: as many calls as there can be, in $storm.
storm() {
	"$calls" --threads=4 --calls=100000000 $rate >"$tmp/said" &
	storm=$!
	started="$started $storm"
}

# stand_still SECONDS: the reader does, four times, with so much time between.
stand_still() {
	reader=$(monitor)
	for _ in 1 2 3 4; do
		sleep "$1"
		kill -STOP "$reader"
		sleep 1
		kill -CONT "$reader" "$pid"
	done
	sleep 1
}

start -d 0.5
sleep 2.5
stop TERM
unhurt 'nothing' "$whole"
load steady 500
start -d 0.5
sleep 2.5
stop TERM
unhurt 'a steady load' "$whole"
# Whether or not the canary is in the air.
start -d 0.5
stand_still 1.03
stop TERM
unhurt 'a reader that stands still' '(.unaccounted // 0) == 0 and (.missed // 0) == 0'
spawn
start -d 0.5 -H
sleep 2.5
stop TERM
unhurt 'processes come and go' "$whole"
launch -f json -d 0.5 -- "$calls" --threads=4 --calls=2000 --rate=1000
ended 60
mv "$tmp/out" "$tmp/did.json"
cp "$tmp/err" "$tmp/out"
: >"$tmp/err"
unhurt 'COMMAND' "$whole and .command_status == 0"
storm
start -d 0.5
sleep 5
stop TERM
unhurt 'a storm' '(.unaccounted // 0) == 0 and (.missed // 0) == 0'
# A reader that stands still for a while loses some, its canary too.
start -d 0.5 -H --buffer-size=64K
stand_still 1.3
stop TERM
unhurt 'a storm that loses' '.lost > 0 and (.unaccounted // 0) == 0 and (.missed // 0) == 0'
clean 'at the end'
finish
