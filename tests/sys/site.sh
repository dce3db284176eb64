#!/bin/sh
# Known call sites are named, from where their file is loaded; what is not known is null.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

sites=$builddir/tests/work/sites
library=$builddir/tests/work/libsites.so
[ -x "$sites" ] || skip_all "$sites is not built"

# Processes live on for so many ms, in a guest, which is slow, for more.
long=100
short=25
[ -z "${MPROTTOP_GUEST-}" ] || long=1000 short=300

# Prints how the last rows of the workload's processes differ from what it said.
differences() {
	jq -rs --slurpfile said "$tmp/did.json" --arg source "$source" '
		(map(select(.type == "process")) | group_by(.pid)
			| map({key: (.[0].pid | tostring), value: last}) | from_entries) as $rows
		| $said[] | .site = (if $source == "kprobe" then .site else null end)
		| $rows[.pid | tostring] as $row
		| if $row == null or ($row | has("site") | not) then "\(.place): no row"
		elif $row.site != .site then "\(.place): \($row.site), expected \(.site)"
		else empty end' "$tmp/out" 2>&1
}

# named NAME COLUMNS PROGRAM LIBRARY MS
named() {
	ms=$5 differences=
	# what a busy machine does not look at in time is gone
	for round in 1 2 3; do
		launch -b -i -f json -d 0.3 --columns="$2" -- "$3" "$4" "$ms"
		ended 60
		cp "$tmp/out" "$tmp/did.json"
		grep -v '^{' "$tmp/err" >"$tmp/said"
		grep '^{' "$tmp/err" >"$tmp/out"
		[ "$status" = 0 ] || break
		differences=$(differences)
		[ -n "$differences" ] || break
		echo "# round $round: not all are known after $ms ms"
		ms=$((4 * ms))
	done
	is "$1: the status is COMMAND's" 0 "$status"
	[ "$status" = 0 ] || sed 's/^/# /' "$tmp/said"
	is "$1: each caller" '' "$differences"
	# shellcheck disable=SC2016 # jq's variable
	holds "$1: complete, nothing lost" 'last | .type == "end" and .complete and
		.lost == 0 and (.missed // 0) == 0 and (.unaccounted // 0) == 0' \
		"$1: all said" '$did | length >= 6'
}

[ -n "${MPROTTOP_BRIEF-}" ] || named 'position-independent' site,calls "$sites" "$library" $long
named 'with the time' site,p50_ns "$sites" "$library" $long
named 'with the outcome alone' site,errors "$sites" "$library" $long
named 'with changes' site,w_to_x,errors "$sites" "$library" $long
[ -n "${MPROTTOP_BRIEF-}" ] || named 'at a fixed address' site "$sites-nopie" "$library" $long
named 'static' site "$sites-static" - $long
named 'static, short-lived' site "$sites-static" - $short

go 30 --check
if [ "$source" = kprobe ]; then
	finds 'the check says so' '^call site +yes +' "$tmp/out"
else
	finds 'the check says why' '^call site +no +this source does not tell it' "$tmp/out"
fi
clean site
finish
