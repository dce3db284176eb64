#!/bin/sh
# Thousands of processes that make three calls and are gone: each has its row, its
# name and its count, also where its number or its user is another by then.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

swarm=$builddir/tests/work/swarm
[ -x "$swarm" ] || skip_all "$swarm is not built"
pid_max=$(cat /proc/sys/kernel/pid_max)
if [ -n "${MPROTTOP_GUEST-}" ]; then
	: "${SWARM_PROCS:=600}" # they take 10 ms each there
else
	: "${SWARM_PROCS:=10000}"
fi

# shellcheck disable=SC2317 # lib.sh calls it
tidy() {
	[ -z "${MPROTTOP_GUEST-}" ] || echo "$pid_max" >/proc/sys/kernel/pid_max
}

# The last row of each process: PID COMM CALLS USER INHERITED.
rows() {
	grep '^{"type":"process"' "$tmp/err" |
		jq -r '"\(.start_ns) \(.pid) \(.comm) \(.calls) \(.user) \(.user_inherited)"' |
		awk '{ row[$1, $2] = $2 " " $3 " " $4 " " $5 " " $6 }
			END { for (i in row) print row[i] }'
}

# What was expected and did not come, and the other way round; how much as a whole.
compare() {
	awk '
		FNR == NR { want[$1 " " $2 " " $3]++; made += $3; next }
		{ counted += $3; rows++ }
		want[$1 " " $2 " " $3] { want[$1 " " $2 " " $3]--; next }
		{ print "a row too many: " $0 > "/dev/stderr" }
		END {
			for (i in want)
				for (missing += want[i]; want[i] > 0; want[i]--)
					print "no row for: " i > "/dev/stderr"
			print missing + 0, made, counted, rows
		}' "$tmp/out" "$tmp/rows" 2>"$tmp/differences"
}

# Who shows another user than it had, and not as inherited.  Seen before its setuid
# it had the parent's.
users() {
	awk '
		FNR == NR { user[$1] = $4 ? $4 : "root"; next }
		$4 != "root" && $4 != user[$1]
		$5 != "true" && $5 != "false"
		$4 == user[$1] && user[$1] != "root" { seen++ }
		END { print seen + 0 > "/dev/stderr" }' "$tmp/out" "$tmp/rows" 2>"$tmp/seen"
}

# swarm NAME PROCS OPTION...
swarm() {
	name=$1
	procs=$2
	shift 2
	launch -f json -d 0.5 --columns=user,calls -- "$swarm" --procs="$procs" "$@"
	ended 200
	if [ "$status" = 77 ]; then
		skip "$name" "$(sed -n 's/^skip: //p' "$tmp/out")"
		return
	fi
	is "$name: the status is COMMAND's" 0 "$status"
	[ "$status" = 0 ] || grep -v '^{' "$tmp/err" | sed 's/^/# /'
	rows >"$tmp/rows"
	compare >"$tmp/sums"
	read -r missing made counted nr <"$tmp/sums"
	if [ "$missing" -le $((procs / 10000)) ]; then
		ok "$name: named and counted ($missing of $procs not)"
	else
		not_ok "$name: named and counted" "$missing of $procs are not" \
			"$(head -n 6 "$tmp/differences")"
	fi
	is "$name: the total" "$made" "$counted"
	is "$name: a row a process" "$procs" "$nr"
	is "$name: each shows its own user or its parent's" '' "$(users | head -n 5)"
	echo "# $(cat "$tmp/seen") of another user were seen in time"
	tail -n 1 "$tmp/err" >"$tmp/end"
	like "$name: complete, nothing lost" \
		'"lost":0,"missed":(0|null),"unaccounted":(0|null),"lost_tasks":0,.*"complete":true' "$tmp/end"
}

swarm "$SWARM_PROCS processes of three calls" "$SWARM_PROCS" --calls=3 --dir="$tmp"
swarm 'four at a time' 200 --calls=3 --jobs=4 --dir="$tmp"
swarm 'another user' 200 --calls=3 --uid=4242 --dir="$tmp"
if [ -n "${MPROTTOP_GUEST-}" ]; then
	echo 400 >/proc/sys/kernel/pid_max
	swarm 'few numbers' 400 --calls=3 --jobs=3 --dir="$tmp"
	numbers=$(cut -d ' ' -f 1 "$tmp/out" | sort -u | wc -l)
	if [ "$numbers" -lt 150 ]; then
		ok "few numbers: $numbers were used again"
	else
		not_ok 'few numbers' "$numbers for 400 processes"
	fi
	echo "$pid_max" >/proc/sys/kernel/pid_max
else
	skip 'few numbers' 'the limit is the whole machine'\''s'
fi
clean 'at the end'
finish
