#!/bin/bash
# Odd surroundings that a run has to stand, or has to refuse by their name: many open files, a /proc
# that hides processes, a pid namespace.
# needs: root tracefs jq unshare
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

# Descriptors beyond 1023, which select(2) cannot hold.
many() {
	ulimit -n 4096 2>"$tmp/null" || return 1
	local i fd
	for ((i = 0; i < 1500; i++)); do
		# shellcheck disable=SC2034 # it stays open, for mprottop to have
		exec {fd}</dev/null
	done
	exec "$MPROTTOP" -f json -n 2 -d 0.2 >"$tmp/out" 2>"$tmp/err"
}

if [ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 4096 ]; then
	(many)
	status=$?
	is '1,500 open files: the status' '0 ' "$status $(head -c 1000 "$tmp/err")"
	holds '1,500 open files: it traces' 'any(.[]; .type == "summary" and .seq == 2) and (last.type == "end")'
else
	skip '1,500 open files' "the hard limit of open files is $(ulimit -Hn)"
fi

# A mount of its own: what hidepid hides there is seen everywhere else.
# shellcheck disable=SC2317 # await calls it
updated() {
	[ "$(grep -c '"type":"summary"' "$tmp/out")" -gt $((updates + 1)) ]
}

if unshare --mount sh -c 'mount -t proc -o hidepid=2 proc /proc && [ -d /proc/1 ]' 2>"$tmp/null"; then
	: >"$tmp/out"
	hold hidden --name=hidden --calls=300
	unshare --mount sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh \
		"$MPROTTOP" -f json -d 0.5 >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	started="$started $pid"
	await 60 has_begun
	release hidden
	did hidden
	updates=$(grep -c '"type":"summary"' "$tmp/out")
	await 10 updated
	stop TERM
	is 'hidepid=2: the status' '0 ' "$status $(head -c 1000 "$tmp/err")"
	# shellcheck disable=SC2016 # jq's variable
	holds 'hidepid=2: all calls are counted, of whom is not told' \
		'[.[] | select(.type == "process" and .calls == $did[0].calls and .comm == null)
		| (.pid // .tid // $did[0].pid) == $did[0].pid] | any'
else
	skip 'hidepid=2' 'no proc with hidepid=2 can be mounted here'
fi

if unshare --pid --fork --mount-proc true 2>"$tmp/null"; then
	unshare --pid --fork --mount-proc "$MPROTTOP" -f json -n 2 -d 0.3 >"$tmp/out" 2>"$tmp/err"
	status=$?
	case $status in
	0)
		holds 'a pid namespace: it says that pids are those of the host' \
			'any(.[]; .type == "notice" and .cause == "pid_namespace")'
		;;
	1) finds 'a pid namespace: it is refused by name' 'pid namespace' "$tmp/err" ;;
	*) not_ok 'a pid namespace' "came: status $status" "$(head -c 1000 "$tmp/err")" ;;
	esac
else
	skip 'a pid namespace' 'none can be made here'
fi
await 10 no_leftovers
clean 'at the end'
finish
