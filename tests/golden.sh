#!/bin/bash
# Golden tests: what replays of recordings print, each a line of tests/LIST. With
# MPROTTOP_GOLDEN=write it writes what it should have compared with: make golden.
set -u

srcdir=${srcdir:-.}
list=$srcdir/tests/LIST
: "${MPROTTOP:=${builddir:-$PWD}/mprottop}"
export LC_ALL=C.UTF-8 TZ=UTC
unset COLUMNS LINES NO_COLOR
tmp=$(mktemp -d "${TMPDIR:-/tmp}/golden.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
count=0
failed=0

# name recording expected options...
while read -r name recording expected options; do
	case $name in
	'' | '#'*) continue ;;
	esac
	count=$((count + 1))
	# shellcheck disable=SC2086 # several options
	eval "set -- $options"
	"$MPROTTOP" -r "$srcdir/tests/data/$recording" "$@" >"$tmp/out" 2>&1 </dev/null
	echo "status $?" >>"$tmp/out"
	if [ "${MPROTTOP_GOLDEN-}" = write ]; then
		cp "$tmp/out" "$srcdir/tests/golden/$expected"
		echo "ok $count - $name # SKIP written"
	elif cmp -s "$srcdir/tests/golden/$expected" "$tmp/out"; then
		echo "ok $count - $name"
	else
		failed=$((failed + 1))
		echo "not ok $count - $name"
		diff "$srcdir/tests/golden/$expected" "$tmp/out" | head -n 10 | cut -c 1-200 | sed 's/^/# /'
	fi
done <"$list"
echo "1..$count"
[ $failed -eq 0 ]
