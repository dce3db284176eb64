#!/bin/bash
# What trace-cmd sees in the recordings of tests/data: it opens them, and finds as many
# calls, of which processes.
# needs: trace-cmd jq
set -u

# of mprottop itself: 80 of the canary, and what it maps while it starts
OWN_MOST=130

: "${MPROTTOP:=${builddir:-$PWD}/mprottop}"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tracecmd.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
count=0
failed=0

# is NAME EXPECTED GOT
is() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		failed=$((failed + 1))
		echo "not ok $count - $1"
		printf '# expected: %s\n# came: %s\n' "$2" "$3"
	fi
}

for file in "${srcdir:-.}"/tests/data/record-*.dat; do
	name=${file##*/}
	trace-cmd report "$file" >"$tmp/report" 2>"$tmp/err"
	is "$name: it opens" 0 $?
	"$MPROTTOP" -r "$file" -f json --events >"$tmp/calls"
	# with those of mprottop itself
	is "$name: as many calls" "$(jq -s '.[-1] | .calls + .own_calls' "$tmp/calls")" \
		"$(grep -c 'mprotect.* addr=' "$tmp/report")"
	is "$name: of the same threads" \
		"$(jq -r 'select(.type == "call" and (.syscall | test("mprotect"))) | "\(.comm)-\(.tid)"' "$tmp/calls" | sort -u)" \
		"$(sed -nE 's/^ *([^ ]+-[0-9]+) .*mprotect.* addr=.*/\1/p' "$tmp/report" |
			grep -v '^mprottop-' | sort -u)"
	own=$(grep -c '^ *mprottop-[0-9]' "$tmp/report")
	is "$name: few events of mprottop itself" yes "$([ "$own" -le $OWN_MOST ] && echo yes || echo "$own")"
done
echo "1..$count"
[ $failed -eq 0 ] && [ $count -gt 0 ]
