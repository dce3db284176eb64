#!/bin/sh
# Batch mode: CSV and tables, order, times, and where the lines go.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016,SC2317 # jq's and awk's variables
. "$(dirname "$0")/lib.sh"

[ -x "$calls" ] || skip_all "$calls is not built"

# ordered NAME FIELD SORT_OPTION...: the lines of the CSV are as sort(1) has them.
ordered() {
	name=$1
	field=$2
	shift 2
	cut -d, -f"$field" "$tmp/out" >"$tmp/column"
	LC_ALL=C sort "$@" "$tmp/column" >"$tmp/sorted"
	if [ "$(wc -l <"$tmp/column")" -ge 3 ] && cmp -s "$tmp/column" "$tmp/sorted"; then
		ok "$name"
	else
		not_ok "$name" "expected: $(paste -s -d' ' "$tmp/sorted")" \
			"came: $(paste -s -d' ' "$tmp/column")"
	fi
}

# thrice NAME: so many rows of it are there.
thrice() {
	[ "$(grep -c "\"comm\":\"$1\"" "$tmp/out")" -ge 3 ]
}

# batch OPTION...: a run; what started before lives through it.  Where each of them has to have
# called, -d 1 gives all a turn on a busy machine too.
batch() {
	go 30 -d 0.3 "$@"
	[ "$status" = 0 ] || not_ok "the status of $*" 'expected: 0' "came: $status" "$(cat "$tmp/err")"
}

load zulu 400
load alfa 100
load mike 25

# CSV
batch -d 1 -f csv -n 1 --columns=pid,comm,calls -s calls
is 'csv: the header is the ids' pid,comm,calls "$(head -n 1 "$tmp/out")"
sed -i 1d "$tmp/out"
ordered 'csv: -s calls, the most first' 3 -rn
batch -d 1 -f csv -q -n 1 --columns=comm,calls -o -calls
ordered 'csv: -q has no header; -o -calls, the least first' 2 -n
batch -d 1 -f csv -q -n 1 --columns=comm,calls --sort=COMMAND
ordered 'csv: --sort takes a header; text from A' 1
batch -d 1 -f csv -q -T -H -n 1 --columns=tid,pid,comm -s +tid
ordered 'csv: -s +tid, the largest first' 2 -rn
is 'csv: -T has the time first' '' "$(grep -vE '^1[0-9]{9}\.[0-9]+,[0-9]+,' "$tmp/out")"
is 'csv: -H has a row a thread' 'alfa 2 mike 2 zulu 2' \
	"$(cut -d, -f4 "$tmp/out" | sort | uniq -c | awk '/alfa|mike|zulu/ { print $2, $1 }' | paste -s -d' ')"

# Rows without calls
hold quiet --calls=5 --hold-ms=60000 --name=quiet
start -d 0.3 -i
release quiet
await 10 thrice quiet
stop TERM
holds '-i: a process stays that calls no more' '
	[.[] | select(.comm? == "quiet")] | length >= 3 and last.calls == 5 and last.calls_per_s == 0'
hold still --calls=5 --hold-ms=60000 --name=still
start -d 0.3
release still
await 10 thrice zulu
stop TERM
holds 'without -i it goes' '
	[.[] | select(.comm? == "still")] | length >= 1 and length <= 2 and all(.[]; .calls_per_s > 0)'

# Table
batch -b -n 2
is 'table: two headers' 2 "$(grep -cE '^ *PID USER ' "$tmp/out")"
is 'table: two rows of a caller' 2 "$(grep -cE '^ *[0-9]+ root .* zulu$' "$tmp/out")"
finds 'table: the source' "^mprottop .* $source " "$tmp/out"
batch -b -q -n 1 --columns=pid,+peak_per_s --width=12
is 'table: --width cuts, -q has rows alone' '' "$(grep -vE '^.{0,12}$' "$tmp/out")$(grep PID "$tmp/out")"

# Times
now
from=$clock
launch -f json -d 1m --duration=500ms
ended 20
now
is '--duration ends before the first update, with one last' '0 1 1' \
	"$status $(grep -c '"type":"summary"' "$tmp/out") $((clock - from >= 50))"

# Files
umask 0
batch -n 1 --output="$tmp/file"
is '--output: stdout stays empty' '' "$(cat "$tmp/out")"
is '--output: for its owner alone' '600 0' "$(stat -c '%a %u' "$tmp/file")"
finds '--output: the lines are there' ' zulu$' "$tmp/file"
echo 'what was there before' >"$tmp/victim"
chmod 644 "$tmp/victim"
ln -s "$tmp/victim" "$tmp/link"
go 20 -b -n 1 --output="$tmp/link"
is '--output: a link is refused' '1 what was there before' "$status $(cat "$tmp/victim")"
finds '--output: and named' "^mprottop: .*$tmp/link.*; " "$tmp/err"
batch -n 1 -f csv --output="$tmp/victim"
is '--output: a file is overwritten' pid "$(head -n 1 "$tmp/victim" | cut -d, -f1)"
go 20 -b -n 1 --output=/dev/full
is '--output: a full disk' 1 "$status"
finds '--output: is named' '^mprottop: .*/dev/full.*No space left' "$tmp/err"

# A text file for Prometheus, each time a new one.
mkdir "$tmp/prom"
launch -q -d 0.2 --metrics-file="$tmp/prom/m"
written() {
	grep -q '^mprottop_calls_total ' "$tmp/prom/m"
}
await 10 written
is '--metrics-file: without -b or -f nothing is printed' '' "$(cat "$tmp/out")"
inode=$(stat -c %i "$tmp/prom/m")
anew() {
	[ "$(stat -c %i "$tmp/prom/m")" != "$inode" ]
}
await 10 anew
ok '--metrics-file: the next takes its place'
stop TERM
is '--metrics-file: the status, and no other file' '0 m' "$status $(ls -A "$tmp/prom")"
is '--metrics-file: lines of the format alone' '' \
	"$(grep -vE '^(# (HELP|TYPE) mprottop_|mprottop_[a-z0-9_]+(\{.*\})? -?[0-9.]+$)' "$tmp/prom/m" | head -n 3)"
ln -s "$tmp/victim" "$tmp/prom/link"
go 20 -n 1 --metrics-file="$tmp/prom/link"
is '--metrics-file: a link is refused' 1 "$status"
finds '--metrics-file: and named' "^mprottop: .*$tmp/prom/link.*; " "$tmp/err"
clean 'at the end'
finish
