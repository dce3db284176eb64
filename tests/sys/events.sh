#!/bin/sh
# A line a call: each is exact, they come in order of time, and losses stand among them.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016 # jq's and awk's variables
. "$(dirname "$0")/lib.sh"

events=$builddir/tests/work/events
[ -x "$events" ] || skip_all "$events is not built"

# Prints how the lines of calls differ from what the workload said, thread by thread.
differences() {
	jq -rs --slurpfile said "$tmp/did.json" --arg source "$source" '
		($said | last) as $did
		| [$did.threads[][] | .backed = [.changes[]?.backing]
			| select(if $source == "kprobe" then .refused | not else .compat | not end)
			| if $source == "kprobe" then . else .changes = null | .kinds = null end] as $want
		| ($want | map(.tid) | unique) as $tids
		| [.[] | select(.type == "call" and (.tid as $tid | $tids | index($tid)))] as $came
		| def plain: {tid, syscall, compat, addr, len, prot, prot_bits, pkey, ok, ret, errname,
			kinds, changes: (.changes | if . == null then . else map(
			if .backing != "anonymous" then .backing = "file" else . end) end)};
		$tids[] as $tid
		| [$want[] | select(.tid == $tid) | plain] as $w
		| [$came[] | select(.tid == $tid) | plain] as $c
		| (select(($w | length) == 0 or ($w | length) != ($c | length))
			| "thread \($tid): \($c | length) calls, expected \($w | length)"),
		(range([($w | length), ($c | length)] | max) | select($w[.] != $c[.])
			| "call \(.): \($c[.] | tojson)", "expected: \($w[.] | tojson)")' \
		"$tmp/out" 2>&1 | head -n 20
}

# made NAME OPTION...: the workload as COMMAND, in JSON.
made() {
	name=$1
	shift
	launch -f json --events --also=munmap,mmap -d 0.3 -- "$events" "$@"
	ended 60
	if [ "$status" = 77 ]; then
		skip "$name" "$(sed -n 's/^skip: //p' "$tmp/out")"
		return
	fi
	is "$name: the status is COMMAND's" 0 "$status"
	cp "$tmp/out" "$tmp/did.json"
	grep '^{' "$tmp/err" >"$tmp/out"
	is "$name: each call is exact" '' "$(differences)"
}

made 'known calls'
holds 'lines' '
	(first.type == "start") and (last.type == "end") and last.complete
	and (map(.type) | unique | . - ["call", "end", "notice", "start", "summary"] == [])
	and any(.[]; .type == "summary")' \
	'the keys of a call' '
	[.[] | select(.type == "call") | keys_unsorted] | unique == [["type", "time", "pid", "tid",
	"comm", "cpu", "syscall", "compat", "addr", "len", "prot", "prot_bits", "pkey", "ok", "ret",
	"errname", "duration_ns", "site", "site_addr", "why", "kinds", "changes"]]' \
	'no key has two types' '
	[.[] | to_entries[] | select(.value != null) | [.key, (.value | type)]] | unique
	| (map(.[0]) | length) == (map(.[0]) | unique | length)' \
	'who, where, how long, when' '
	(last.time - 60) as $early
	| all(.[] | select(.type == "call" and .tid != null); .pid == ($did | last.pid)
		and .comm == "events" and (.cpu | type == "number") and .time > $early)
	and all(.[] | select(.type == "call" and .addr != null); .duration_ns > 0)' \
	'times do not go backwards' '
	[.[] | select(.type == "call") | .time] | length > 20 and . == sort'
if [ "$source" = kprobe ]; then
	made '32-bit calls' --compat
else
	skip '32-bit calls' 'the tracepoints do not see them'
	holds 'what the tracepoints do not tell is null' '
	all(.[] | select(.type == "call"); .site == null and .changes == null and .kinds == null)'
fi

# Without --also no other calls.
launch -f json --events -- "$events"
ended 60
grep '^{' "$tmp/err" >"$tmp/out"
holds 'related calls only with --also' '
	[.[] | select(.type == "call") | .syscall] | unique == ["mprotect", "pkey_mprotect"]'

# CSV: a line a change, and of each call at least one.
go 60 -f csv --events --also=mmap,munmap -- "$events"
cp "$tmp/out" "$tmp/did.json"
grep -v '^mprottop: ' "$tmp/err" >"$tmp/rows"
want=$(jq -r --arg source "$source" '[.threads[][]
	| if $source == "kprobe" then select(.refused | not) | .changes // [] | [length, 1] | max
	else 1 end] | add' "$tmp/did.json")
tids=$(jq -r '[.threads[][0].tid | tostring] | join(" ")' "$tmp/did.json")
is 'CSV: a line a change' "$want" "$(awk -F, -v tids=" $tids " '
	index(tids, " " $3 " ") { nr++ } END { print nr + 0 }' "$tmp/rows")"
is 'CSV: as many fields in each line as in the header' 1 "$(awk -F, '{ print NF }' "$tmp/rows" | sort -u | wc -l)"
is 'CSV: the header' time,pid,tid,comm,cpu,syscall,compat,addr,len "$(head -n 1 "$tmp/rows" | cut -d, -f 1-9)"

# A table: the workload's odd call.
go 60 --events -T -- "$events"
finds 'table: a header' '^ *TIME +PID +COMMAND +CALL +ADDR +LEN +PROT +RESULT +TOOK' "$tmp/err"
finds 'table: a call' \
	'^ *[0-9:]{8}\.[0-9]{6} +[0-9]+ events +mprotect +0x[0-9a-f]+ +4\.0K r--\|0x800040 EINVAL ' "$tmp/err"
if [ "$source" = kprobe ]; then
	finds 'table: changes' 'rw- > r-x w>x anonymous, r-- > r-x \+x [^ ]+, rw- > r-x w>x anonymous$' "$tmp/err"
else
	skip 'table: changes' 'the tracepoints do not tell them'
fi
go 60 --events -q -- "$events"
is 'table: no header with -q' '' "$(grep TIME "$tmp/err")"

# How often time goes backwards in the lines of calls and losses.
backwards() {
	awk -v late="$tmp/late" '/^[{]"type":"(call|lost)"/ {
		split($0, part, /"time":|,/)
		inside = $0
		sub(/.*"duration_ns":/, "", inside)
		# one that was inside for longer than a second holds up no others
		if (part[3] + 0 < last + 0 && inside + 0 < 1000000000) {
			bad++
			print last ": " $0 >late
		}
		if (part[3] + 0 > last + 0)
			last = part[3]
	} END { print bad + 0 }' "$tmp/out"
}

# order NAME: of the lines of calls and losses.
order() {
	: >"$tmp/late"
	is "$1: time does not go backwards" 0 "$(backwards)"
	[ ! -s "$tmp/late" ] || sed 's/^/# after /' "$tmp/late"
}

# What does not depend on the kernel: not on each of them.
[ -z "${MPROTTOP_BRIEF-}" ] || finish
# A guest is some fifty times slower.
each=25000
[ -z "${MPROTTOP_GUEST-}" ] || each=5000
launch -f json --events --buffer-size=32M -d 0.5 -- "$calls" --threads=4 --calls=$each
ended 120
mv "$tmp/out" "$tmp/did.json"
mv "$tmp/err" "$tmp/out"
is 'calls of four threads: all are there' $((4 * each)) "$(grep -c "^{\"type\":\"call\".*\"comm\":\"calls\"" "$tmp/out")"
is 'nothing was lost' 0 "$(grep -c '^{"type":"lost"' "$tmp/out")"
order 'calls of four threads'

# Nobody reads until something is lost for sure. A call whose return was lost is told after a
# second: where the machine did not run the program for that long, it comes behind later ones.
for round in 1 2 3 4 5; do
	start --events --buffer-size=64k -d 0.5
	hold flood --threads=4 --calls=$((2 * each))
	asleep
	release flood
	await 20 overrun || echo "# nothing is overrun after $await_limit s"
	awake
	did flood
	rm "$tmp/flood.go"
	stop TERM
	[ "$(backwards)" != 0 ] || break
	echo "# round $round: calls that were told late: $(backwards)"
done
grep -v '^{"type":"call"' "$tmp/out" >"$tmp/few"
total=$(grep -c '^{"type":"call"' "$tmp/out")
order 'a full buffer'
mv "$tmp/few" "$tmp/out"
holds 'a full buffer: losses are told, and are all that was lost' '
	[.[] | select(.type == "lost")] as $lost | ($lost | length) > 0
	and ($lost | map(.count) | add) == last.lost and (last.complete | not)
	and ($lost | map(select(.cpu != null) | .count) | add) > 0.5 * last.lost'
is 'a full buffer: the lines and the account agree' "$total" "$(jq -r 'select(.type == "end") | .calls' "$tmp/out")"
finish
