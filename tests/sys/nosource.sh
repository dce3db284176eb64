#!/bin/sh
# Where tracefs cannot be used, one line says why and what to do.  In a mount
# namespace of its own, so that nobody else notices.
# needs: root tracefs jq unshare
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016 # for another shell
. "$(dirname "$0")/lib.sh"

unshare -m true 2>"$tmp/err" || skip_all "no mount namespaces: $(cat "$tmp/err")"

# None of TYPE is mounted.
unmount='unmount() {
	while grep -q " $1 " /proc/mounts; do
		umount "$(grep " $1 " /proc/mounts | tail -n 1 | cut -d" " -f2)" || exit 99
	done
}
'

# within SHELL_TEXT OPTION...: a run after the text.
within() {
	text=$1
	shift
	timeout 300 unshare -m sh -c "$unmount$text
		exec \"\$@\"" sh "$MPROTTOP" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
}

# fails NAME PATTERN
fails() {
	is "$1: status 1 and no line" '1 0' "$status $(wc -c <"$tmp/out" | tr -d ' ')"
	like "$1: why and what to do" "^mprottop: .*$2" "$tmp/err"
}

within 'unmount tracefs; unmount debugfs' -b -n 1
fails 'not mounted' 'not mounted.*; .*mount -t tracefs'
within 'unmount tracefs; unmount debugfs' --cleanup
fails 'not mounted, --cleanup' 'not mounted.*; .*mount -t tracefs'
within 'unmount tracefs; unmount debugfs' -- true
is 'not mounted, with a COMMAND' 125 "$status"
within 'unmount tracefs; unmount debugfs' --check
is 'not mounted, --check' 1 "$status"
finds 'not mounted, --check says so' '^tracefs +no .*mount -t tracefs' "$tmp/out"

within 'mount -o remount,bind,ro /sys/kernel/tracing' -b -n 1
fails 'read-only' 'read-only.*; .*remount'
within 'mount -t tmpfs tmpfs /sys/kernel/tracing' -b -n 1
fails 'covered' 'another file system.*; .*umount'

within 'unmount tracefs; unmount debugfs; mkdir -p "/tmp/a place.$$"
	mount -t tracefs tracefs "/tmp/a place.$$"' -b -n 1 -d 0.1 -f json
is 'mounted elsewhere: it works' "0 $source" \
	"$status $(jq -r 'select(.type == "start") | .source' "$tmp/out")"
rmdir /tmp/a\ place.*
if grep -q ' debugfs ' /proc/mounts; then
	within 'unmount tracefs' -b -n 1 -d 0.1 -f json
	is 'below debugfs only: it works' "0 $source" \
		"$status $(jq -r 'select(.type == "start") | .source' "$tmp/out")"
else
	skip 'below debugfs only: it works' 'debugfs is not mounted'
fi
clean 'at the end'
finish
