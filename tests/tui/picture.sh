#!/bin/bash
# The pictures in the README, text and images, are what the program draws of that recording.
# needs: tmux
set -u
srcdir=${srcdir:-.}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mprottop-picture.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

# Its blank lines apart, each line stands there.
"$srcdir/tests/picture" "$srcdir/tests/data/program-all.dat" >"$tmp/drawn" 2>"$tmp/error"
status=$?
grep -v '^$' "$tmp/drawn" | grep -vxFf "$srcdir/README.md" >"$tmp/missing"
# An image holds its screen's text, as it is.
while IFS= read -r line; do
	[ -z "$line" ] || cat "$srcdir"/man/mprottop-{main,wx}.png | grep -aqF -- "$line" || printf '%s\n' "$line"
done <"$tmp/drawn" >"$tmp/other"
echo 1..3
if [ $status -eq 0 ] && [ "$(grep -c '^mprottop ' "$tmp/drawn")" = 2 ]; then
	echo 'ok 1 - two screens are drawn'
else
	echo 'not ok 1 - two screens are drawn'
	sed 's/^/# /' "$tmp/error" "$tmp/drawn"
	failed=1
fi
if [ ! -s "$tmp/missing" ]; then
	echo 'ok 2 - the README has them'
else
	echo 'not ok 2 - the README has them'
	sed 's/^/# /' "$tmp/missing"
	failed=1
fi
if [ -s "$tmp/drawn" ] && [ ! -s "$tmp/other" ]; then
	echo 'ok 3 - the images have them'
else
	echo 'not ok 3 - the images have them'
	sed 's/^/# /' "$tmp/other"
	failed=1
fi
[ -z "${failed-}" ]
