#!/bin/bash
# Any size of terminal, and any change of it.
# needs: root tracefs tmux pgrep setpriv
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

work busybody --calls=100000000 --rate=50

# What a terminal of this size shows: no line too long, none missing.
whole_screen() {
	local width=${1%x*} height=${1#*x} shown pattern
	local patterns=('^mprottop ' '^ +PID.*COMMAND' ' busybody$')
	[ "$width" -lt 80 ] || [ "$height" -lt 24 ] ||
		patterns+=('^Probe ' '^Calls .*/s' '^Procs .* active' '^Asked .*/s')
	# the graph
	[ "$width" -lt 140 ] || [ "$height" -lt 24 ] || patterns+=('[▁▂▃▄▅▆▇█]')
	shown=$(screen; echo .)
	[ "$(wc -l <<<"$shown")" -eq $((height + 1)) ] || return 1
	! grep -q ".\{$((width + 1))\}" <<<"$shown" || return 1
	sed -n "${height}p" <<<"$shown" | grep -q 'F1 Help' || return 1
	for pattern in "${patterns[@]}"; do
		grep -qE "$pattern" <<<"$shown" || return 1
	done
}

for size in 20x5 80x24 200x50 300x100; do
	live $size -d 0.2 -p "$worker"
	check "started at $size" whole_screen $size
	press q
	check_end "q at $size" 0
done

live 80x24 -d 0.2 -p "$worker"
soon whole_screen 80x24
for size in 1x1 2x2 500x3 19x24 80x4 20x5 21x6 40x7 40x8 60x10 79x23 81x25 139x40 140x40 500x500 300x100 1x100 100x1; do
	resize $size
	width=${size%x*} height=${size#*x}
	if [ "$width" -ge 20 ] && [ "$height" -ge 5 ]; then
		check "resized to $size" whole_screen $size
	else
		notice='mprottop needs 20x5, this is '$size
		notice=${notice:0:width}
		# some terminals have no way to write into the last cell
		[ "$size" != 1x1 ] || notice='m?'
		check "resized to $size: the notice" on_screen "^${notice}\$"
	fi
done

# The count goes on where there is no room to show it.
total() {
	screen | sed -n 's/^Calls .* \([0-9]*\) total.*/\1/p'
}

more_than() {
	local total
	total=$(total)
	[ "${total:-0}" -gt "$1" ]
}

resize 80x24
soon whole_screen 80x24
before=$(total)
resize 19x4
check 'too small: the notice' on_screen '^mprottop needs 20x5'
"$calls" --calls=1000 >/dev/null
resize 80x24
check 'back at 80x24: the whole screen' whole_screen 80x24
check 'tracing went on' more_than $((before + 1000))

# At once: the next update is to come long after a check gives up.
press d
soon on_screen '^Delay:'
type_text 900
press Enter
soon on_screen 'delay 900'
resize 100x30
check 'a resize is drawn without waiting for an update' whole_screen 100x30

# Faster than it can draw.
for i in $(seq 1 60); do
	resize $((1 + i * 7 % 160))x$((1 + i * 5 % 60))
done
resize 80x24
check 'after a storm of sizes: the whole screen' whole_screen 80x24
press q
check_end 'q after all that' 0

live 80x24 -d 0.2
resize 1x1
press q
check_end 'q at 1x1' 0
plan
