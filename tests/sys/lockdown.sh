#!/bin/sh
# A locked-down kernel: integrity lets us trace, confidentiality is named.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

state=$(sed -n 's/.*\[\(.*\)\].*/\1/p' /sys/kernel/security/lockdown 2>/dev/null)
case $state in
integrity)
	hold load --calls=300
	start -d 10
	release load
	did load
	stop TERM
	# shellcheck disable=SC2016 # jq's variable
	holds 'integrity: exact' '(map(select(.pid? == $did[0].pid)) | last | .calls) == 300' \
		'integrity: complete' 'last.complete' \
		'integrity: the source' ".[0].source == \"$source\""
	clean integrity
	;;
confidentiality)
	go 20 -b -n 1
	is 'confidentiality: status 1 and no line' '1 0' "$status $(wc -c <"$tmp/out" | tr -d ' ')"
	like 'confidentiality: named, with what to do' \
		'^mprottop: .*locked down.*confidentiality.*; .*lockdown=integrity' "$tmp/err"
	go 20 --check
	is 'confidentiality: the status of --check' 1 "$status"
	finds 'confidentiality: --check says so' '^lockdown +no +confidentiality; ' "$tmp/out"
	go 20 -- true
	is 'confidentiality: with a COMMAND' 125 "$status"
	;;
*)
	skip_all "this kernel is not locked down (${state:-no such file})"
	;;
esac
finish
