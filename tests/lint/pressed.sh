#!/bin/bash
# Each key of the table is pressed by a test of the live screen: as a word behind key, click or
# wheel, or in a loop over names. TAP.
set -eu

# Words as the shell sees them; $name is of a loop.
pressed() {
	local kind words list
	sed 's/; /\n/g' "${srcdir:-.}"/tests/tui/*.sh |
		sed -nE 's/^\t*(key|wheel) (.*)$/\1 \2/p; s/^\t*click .*/click/p
			s/^\t*for name in (.*)$/key \1/p' | grep -vF '"$' |
		while read -r kind words; do
			eval "list=($words)"
			case $kind in
			click) echo click ;;
			wheel) printf 'wheel %s\n' "${list[@]}" ;;
			*) printf '%s\n' "${list[@]}" ;;
			esac
		done
}

# One a line; "wheel up" is one.
listed() {
	"${builddir:-.}/tests/lint/list-keys" | cut -f 1 |
		sed 's/^wheel /wheel_/; s/ /\n/g' | sed 's/^wheel_/wheel /'
}

left=$(listed | LC_ALL=C sort -u | LC_ALL=C comm -23 - <(pressed | LC_ALL=C sort -u))
echo 1..1
if [ -z "$left" ] && [ -n "$(listed)" ]; then
	echo 'ok 1 - each key is pressed'
else
	echo 'not ok 1 - each key is pressed'
	printf '%s\n' "$left" | sed 's/^/# /'
	exit 1
fi
