#!/bin/sh
# For tests that interfere with a run to source: lib.sh, and what must be told then.
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2012,SC2034,SC2086,SC2317 # for the tests, which define act; paths have no blanks
. "$(dirname "$0")/lib.sh"

usual=partial
[ "$source" = tracepoint ] || usual=full

# What has to be right again before the run ends; tests define their own.
mend() {
	:
}

find_dir() {
	dir=$tracefs/instances/$(objects | grep "^mprottop_${pid}_[0-9]*\$" | head -n 1)
	side=${dir}_side
	if [ "$source" = kprobe ]; then
		event=$(ls -d "$dir"/events/mprottop_"${pid}"_*/*[0-9]_mprotect \
			"$dir"/events/mprottop_"${pid}"_*/*[0-9]_mprotect_whole 2>"$tmp/null" | head -n 1)
	else
		event=$dir/events/syscalls/sys_enter_mprotect
	fi
}

noticed() {
	grep -q '^{"type":"notice".*"cause":"'"$cause"'"' "$tmp/out"
}

# A run that has read something of each kind.
begin() {
	start -d 1
	find_dir
	sleep 0.5
}

# told NAME CAUSE OBJECT ACCOUNT [CONDITION [ALSO]]: after ACT was called, the notice,
# once and in time, and the end.  ALSO are other causes that come along.
told() {
	name=$1
	cause=$2
	# A busy machine may take turns from the program: one time in three has to do.
	for round in 1 2 3; do
		[ $round -eq 1 ] || begin
		at=$(jq -n now)
		act >"$tmp/acted" 2>&1 || echo "# cannot interfere: $(cat "$tmp/acted")"
		await 8 noticed || echo "# no notice after $await_limit s"
		sleep 0.3
		mend
		stop TERM
		late=$(jq -s "[.[] | select(.type == \"notice\" and .cause == \"$2\")] | .[0].time - $at" "$tmp/out")
		! awk -v late="$late" 'BEGIN { exit !(late > 0 && late < 5) }' || break
		echo "# round $round: told after ${late:-no} s"
	done
	holds "$name: told within 5 s" \
		"[.[] | select(.type == \"notice\" and .cause == \"$2\")] | .[0].time - $at | . > 0 and . < 5" \
		"$name: once for each object, with the remedy" \
		"[.[] | select(.type == \"notice\" and .cause == \"$2\")]
		| length > 0 and length == (map(.object) | unique | length)
		and all(.[]; (.object | test(\"$3\")) and (.remedy | length > 0))" \
		"$name: nothing else is told" \
		"[.[] | select(.type == \"notice\") | .cause] - [\"$2\"${6:+, $6}] == []" \
		"$name: the end is not complete" 'last | .type == "end" and .complete == false' \
		"$name: the account is $4" "last.account == \"$4\"" \
		"$name: what the account says" "last | (${5:-true})"
	object=${3#^}
	finds "$name: on stderr too" "^mprottop: .*${object%\$}.*: .*; " "$tmp/err"
	is "$name: the run ends with 0" 0 "$status"
}
