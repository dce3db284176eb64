#!/bin/sh
# What this machine or its administrator keeps from us is named as what it is.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016,SC2317,SC3045 # words are of another shell; functions are called by name
. "$(dirname "$0")/lib.sh"

# under WORDS OPTION...: mprottop started by a shell that does WORDS first.
under() {
	words=$1
	shift
	: >"$tmp/out"
	: >"$tmp/err"
	timeout 300 sh -c "$words"' && exec "$0" "$@"' "$MPROTTOP" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
}

under 'ulimit -n 40' -b -n 1 -d 0.1
is 'open files: the status' 1 "$status"
like 'open files: the limit and what is needed are named' \
	'^mprottop: .*open files.*: 40 allowed, [0-9]+ needed .*; .*ulimit -Hn [0-9]+' "$tmp/err"
needed=$(sed -n 's/.* \([0-9]*\) needed.*/\1/p' "$tmp/err")
under "ulimit -n ${needed:-0}" -b -n 1 -d 0.1
is 'open files: with what is needed it runs' "0 " "$status $(cat "$tmp/err")"

# Only maps of others are asked for while it runs: their descriptors find no room at the limit.
load callers 500
start -d 1 --columns=pid,comm,calls,site
sleep 1
monitor=$(monitor)
if [ "$source" = tracepoint ]; then
	skip 'open files: at the limit while it runs' 'without kprobes no maps are asked for'
	stop TERM
elif ! prlimit --pid "$monitor" --nofile=4:4 2>"$tmp/null"; then
	skip 'open files: at the limit while it runs' 'prlimit(1) is missing or may not'
	stop TERM
else
	load late 500
	noticed() {
		grep -q '^{"type":"notice".*"cause":"open_files"' "$tmp/out"
	}
	await 10 noticed
	is 'open files: at the limit while it runs' 1 "$(grep -c '"cause":"open_files"' "$tmp/out")"
	sleep 1
	stop TERM
	is 'open files: the run goes on' '0 1' "$status $(tail -n 1 "$tmp/out" | grep -c '"end"')"
fi

if unshare -m umount -l /proc 2>"$tmp/null"; then
	timeout 300 unshare -m sh -c 'umount -l /proc; exec "$0" -b -n 1' "$MPROTTOP" >"$tmp/out" 2>"$tmp/err"
	is 'no /proc: the status' 1 $?
	like 'no /proc: it says so' '^mprottop: /proc is not mounted.*; .*mount -t proc' "$tmp/err"
else
	skip 'no /proc' 'it cannot be unmounted here'
fi

denied=$builddir/tests/work/denied
"$denied" true
if [ $? -eq 77 ]; then
	skip 'a filter of system calls' 'it is written for x86-64'
else
	"$denied" "$MPROTTOP" --audit -f json -- true >"$tmp/out" 2>"$tmp/err"
	is 'a filter that refuses W+X: it audits' 0 $?
	grep '^{' "$tmp/err" >"$tmp/out"
	holds 'a filter that refuses W+X: to the end' 'last.type == "end"' \
		'a filter that refuses W+X: that a probe is not proved is told, once' \
		'[.[] | select(.cause? == "seccomp") | .text | test("seccomp filter refuses")] == [true]'
	"$denied" "$MPROTTOP" -b -n 1 -d 0.1 >"$tmp/out" 2>"$tmp/err"
	is 'where no such call is needed nothing is told' '0 ' "$? $(cat "$tmp/err")"
fi
clean 'at the end'
finish
