#!/bin/sh
# mmap_wx counts exactly the mappings made writable and executable at once, and
# costs nothing where it is not shown.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

mapper=$builddir/tests/work/mapper
[ -x "$mapper" ] || skip_all "$mapper is not built"

# mapper NAME EXPRESSION OPTION... -- ARGUMENT...: the workload as COMMAND.
mapper() {
	name=$1
	columns=$2
	shift 2
	launch -b -f json -d 0.3 --columns="$columns" -- "$mapper" "$@"
	ended 60
	is "$name: the status is COMMAND's" 0 "$status"
	cp "$tmp/out" "$tmp/did.json"
	grep '^{' "$tmp/err" >"$tmp/out"
	# shellcheck disable=SC2016 # jq's variables
	holds "$name: exact" '$did[0] as $did |
		map(select(.type == "process" and .pid == $did.pid)) | last |
		.mmap_wx == $did.made' \
		"$name: complete, nothing lost" 'last | .type == "end" and .complete and
		.lost == 0 and (.missed // 0) == 0 and (.unaccounted // 0) == 0' \
		"$name: the calls themselves are those of mprotect" '$did[0] as $did |
		map(select(.type == "process" and .pid == $did.pid)) | last |
		.calls >= $did.failed / 3 and .calls < $did.failed / 3 + 30'
}

# events: those of mmap that exist, and that are on, in instances of ours.
events() {
	cat $tracefs/instances/mprottop_*/events/syscalls/sys_*_mmap/enable \
		$tracefs/instances/mprottop_*/events/mprottop_*/*_mmap*/enable 2>/dev/null |
		grep -c 1
}

mapper 'those of a quick process' mmap_wx,calls 100 0
mapper 'those of one that goes on' mmap_wx,calls 50 1500
mapper 'beside outcome and time' mmap_wx,calls,errors,p99_ns 100 0
if [ "$source" = kprobe ]; then
	mapper 'of a 32-bit caller' mmap_wx,calls 20 0 compat
else
	skip 'of a 32-bit caller' 'the tracepoints do not see them'
fi

start -b -d 1 --columns=pid,calls,errors
is 'no event of mmap while it is not shown' 0 "$(events)"
kill -TERM "$pid"
ended 10
start -b -d 1 --columns=pid,mmap_wx
finds_some() { [ "$(events)" -gt 0 ]; }
if finds_some; then ok 'and some while it is'; else not_ok 'and some while it is'; fi
kill -TERM "$pid"
ended 10
finish
