#!/bin/sh
# A CPU that goes and comes back under load is no error, and no call is missed.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

cpu=/sys/devices/system/cpu/cpu1/online
[ -n "${MPROTTOP_GUEST-}" ] || skip_all 'takes a CPU away: in the virtual machine only'
[ -w "$cpu" ] || skip_all 'there is no second CPU that can go offline'

# shellcheck disable=SC2317 # lib.sh calls it
tidy() {
	echo 1 >"$cpu"
}

exact() {
	# shellcheck disable=SC2016 # jq's variable
	holds "$1: exact" '(map(select(.pid? == $did[0].pid)) | last | .calls) == $did[0].calls' \
		"$1: complete" 'last | .type == "end" and .complete' \
		"$1: no notice" 'all(.[]; .type != "notice")'
	is "$1: the end" '0 ' "$status $(head -c 1000 "$tmp/err")"
	: >"$tmp/did.json"
}

hold load --threads=4 --calls=2000 --rate=1000
start -d 0.3
release load
for state in 0 1 0 1; do
	sleep 0.4
	echo $state >"$cpu"
done
did load
stop TERM
exact 'off and on under load'

echo 0 >"$cpu"
hold late --threads=4 --calls=1000 --rate=2000
start -d 0.3
echo 1 >"$cpu"
release late
did late
stop TERM
exact 'on after the start'

start -d 0.3
echo 0 >"$cpu"
"$calls" --calls=500 >"$tmp/did.json"
stop TERM
exact 'off until the end'
echo 1 >"$cpu"
clean 'at the end'
finish
