#!/bin/sh
# A recording replays to what the live run printed, to the last digit, and with no
# privilege.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

# What differs at every run: the time of day, where events come from, and what the audit says to do
# next.
settled() {
	sed -E 's/"time":[0-9.]*,//; /"type":"start"/s/"source":"[a-z]*"//
		/"type":"verdict"|"cause":"audit"/s/"remedy":("[^"]*"|null)//' "$1"
}

# twice NAME OPTION...: live, recorded, and replayed.
twice() {
	name=$1
	shift
	go 60 -f json -w "$tmp/dat" "$@"
	cp "$tmp/out" "$tmp/live"
	is "$name: recorded" 0 "$status"
	go 60 -f json -r "$tmp/dat" "$@"
	is "$name: replayed" 0 "$status"
	settled "$tmp/live" >"$tmp/live.settled"
	settled "$tmp/out" >"$tmp/out.settled"
	if [ "$(wc -l <"$tmp/live.settled")" -gt 4 ] &&
		cmp -s "$tmp/live.settled" "$tmp/out.settled"; then
		ok "$name: every line is the same"
	else
		not_ok "$name: every line is the same" "$(wc -l <"$tmp/live.settled") lines, first:" \
			"$(diff "$tmp/live.settled" "$tmp/out.settled" | head -n 6 | cut -c 1-1500)"
	fi
}

load steady 300
# Those that come and go, as long as the test does.
while :; do
	"$calls" --name=brief --threads=2 --calls=50 >"$tmp/brief"
	sleep 0.05
done &
started="$started $!"

twice rows -d 0.3 -n 4
twice threads -H -d 0.3 -n 2
all=pid,comm,cmdline,exe,user,calls,peak_per_s,p50_ns,p99_ns,max_ns,history,errname,x_new,w_to_x,wx
twice columns -d 0.4 -n 3 "--columns=$all,site,why,maps_per_call,idle_s,threads" -i
twice groups -d 0.4 -n 2 -g program
# as many updates, not as long: an update that came late is in the recording as it came
twice events --events -d 0.5 -n 2
twice audit --audit --idle -d 0.5 -n 2

# Other updates than those that were recorded come to the same totals.
go 60 -f json -w "$tmp/dat" -d 0.3 -n 3
cp "$tmp/out" "$tmp/live"
go 60 -f json -r "$tmp/dat" -d 0.1
cat "$tmp/live" >>"$tmp/out"
holds 'shorter intervals: more updates' '[.[] | select(.type == "end").updates] | .[0] > .[1]' \
	'shorter intervals: the same totals' '[.[] | select(.type == "end") |
		del(.time, .updates)] | .[0] == .[1]' \
	'shorter intervals: each is 0.1 s long' '[.[] | select(.type == "summary")][0].interval_s
		| . > 0.099 and . < 0.101'

# of WHAT: a line of the monitor's status.
of() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$monitor/status" | tr '\t' ' ' | sed 's/ *$//'
}

# shellcheck disable=SC2317 # await calls it
begun() {
	grep -q '"type":"start"' "$tmp/out"
}

chmod 600 "$tmp/dat"
unset SUDO_UID SUDO_GID
launch -f json -r "$tmp/dat" --speed=0.01
await 10 begun
monitor=$(monitor)
nobody=$(id -u nobody)
is 'a replay by root is nobody' "$nobody $nobody $nobody $nobody" "$(of Uid)"
is 'without capabilities' '0000000000000000 0000000000000000 0000000000000000' \
	"$(of CapInh) $(of CapPrm) $(of CapEff)"
is 'and none to be had' '0000000000000000 1' "$(of CapBnd) $(of NoNewPrivs)"
for link in /proc/"$monitor"/fd/*; do
	readlink "$link"
done >"$tmp/links"
is 'and of tracefs it has nothing' '' "$(grep tracing "$tmp/links")"
stop TERM

if command -v setpriv >"$tmp/null" && setpriv --help 2>&1 | grep -q reuid; then
	chmod 644 "$tmp/dat"
	go 60 -f json -r "$tmp/dat"
	cp "$tmp/out" "$tmp/live"
	setpriv --reuid="$nobody" --clear-groups "$MPROTTOP" -f json -r "$tmp/dat" \
		>"$tmp/out" 2>"$tmp/err"
	is 'nobody may replay' 0 $?
	cmp "$tmp/live" "$tmp/out" >"$tmp/differs"
	is 'to the same lines' '' "$(cat "$tmp/differs")"
else
	skip 'nobody may replay' 'no setpriv here'
fi

size=$(wc -c <"$tmp/dat")
for part in 4 2; do
	head -c $((size * (part - 1) / part)) "$tmp/dat" >"$tmp/cut"
	go 60 -f json -r "$tmp/cut"
	is "cut at $((part - 1))/$part: an error" 1 "$status"
	finds "cut at $((part - 1))/$part: it says where" \
		"the recording is damaged: .*: $tmp/cut, byte [0-9]+" "$tmp/err"
done
finish
