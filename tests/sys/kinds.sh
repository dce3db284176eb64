#!/bin/sh
# What calls did to protections, their outcome and their time are exact.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

kinds=$builddir/tests/work/kinds
[ -x "$kinds" ] || skip_all "$kinds is not built"
columns=calls,errors,errname,x_refused,x_new,w_to_x,x_to_w,wx,maps_per_call
times=,p50_ns,p99_ns,max_ns,time_pct

# Prints how the last row of the workload differs from what it said.
differences() {
	# shellcheck disable=SC2016 # jq's variables
	jq -rs --slurpfile said "$tmp/did.json" --arg source "$source" --argjson threads "$1" '
		($said | last) as $did
		| (map(select(.type == "process" and .pid == $did.pid)) | last) as $row
		| if $source == "kprobe" then {x_refused: $did.x_refused,
				x_new: $did.x_new, w_to_x: $did.w_to_x, x_to_w: $did.x_to_w, wx: $did.wx}
		else {x_refused: ($did.x_refused + $did.refused),
				x_new: null, w_to_x: null, x_to_w: null, wx: null, maps_per_call: null}
		end
		| . + {calls: $did.calls, errors: $did.errors, errname: $did.errname}
		| (to_entries[] | .key as $key
			| select(($row | has($key) | not) or $row[$key] != .value)
			| "\(.key) is \($row[.key]), expected \(.value)"),
		($row | (select($source == "kprobe" and
				((.maps_per_call // -1) - $did.maps / $did.calls | fabs) > 0.00051)
			| "maps_per_call is \(.maps_per_call), expected \($did.maps) / \($did.calls)"),
			(select(has("p50_ns"))
			| select((.p50_ns > 0 and .p50_ns <= .p99_ns and .p99_ns <= .max_ns) | not)
			| "p50, p99, max are \(.p50_ns), \(.p99_ns), \(.max_ns)"),
			(select(has("time_pct"))
			| select((.time_pct != null and .time_pct > 0 and .time_pct <= 110 * $threads) | not)
			| "time_pct is \(.time_pct)"))' "$tmp/out" 2>&1 | head -n 20
}

# kinds NAME THREADS OPTION...: the workload as COMMAND.
kinds() {
	name=$1
	threads=$2
	shift 2
	launch -b -f json -d 0.3 --columns=$columns$times -- "$kinds" "$@"
	ended 60
	if [ "$status" = 77 ]; then
		skip "$name" "$(sed -n 's/^skip: //p' "$tmp/out")"
		return
	fi
	is "$name: the status is COMMAND's" 0 "$status"
	[ "$status" = 0 ] || sed 's/^/# /' "$tmp/err" | grep -v '^# {'
	cp "$tmp/out" "$tmp/did.json"
	grep '^{' "$tmp/err" >"$tmp/out"
	is "$name: exact" '' "$(differences "$threads")"
	holds "$name: complete, nothing lost" 'last | .type == "end" and .complete and
		.lost == 0 and (.missed // 0) == 0 and (.unaccounted // 0) == 0'
}

# What a further kernel may do otherwise, in few runs; each takes seconds in a guest.
if [ -n "${MPROTTOP_BRIEF-}" ]; then
	kinds 'matrix, holes, spans, refusals' 1 --matrix --holes --span --refused
	kinds 'matrix, stack' 1 --matrix --backing=stack
else
	for backing in anon file shared stack; do
		kinds "matrix, $backing" 1 --matrix --backing=$backing
	done
	kinds 'over holes' 1 --holes
	kinds 'over several mappings' 1 --span
	kinds 'refused by the kernel' 1 --refused
	kinds '64 threads, stack, pkey_mprotect' 64 --threads=64 --matrix --backing=stack --syscall=pkey
fi
kinds 'pkey_mprotect' 1 --syscall=pkey --matrix --holes --span --refused
if [ "$source" = kprobe ]; then
	kinds '32-bit calls' 1 --syscall=compat --matrix --holes --span --refused
else
	skip '32-bit calls' 'the tracepoints do not see them'
fi
kinds 'READ_IMPLIES_EXEC' 1 --personality --matrix --holes --span --refused
kinds '64 threads' 64 --threads=64 --matrix --holes --span --refused
kinds 'refused by seccomp' 1 --seccomp
kinds 'refused by PR_SET_MDWE' 1 --mdwe
# One event a call, on the way back, where the kernel can; without times.
times=
kinds 'without times' 1 --matrix --holes --span --refused
kinds 'without times, pkey_mprotect, 8 threads' 8 --threads=8 --syscall=pkey --matrix --span
[ "$source" != kprobe ] || kinds 'without times, 32-bit calls' 1 --syscall=compat --matrix --span
# The limit is the whole machine's.
if [ -n "${MPROTTOP_GUEST-}" ]; then
	kinds 'at the limit of mappings' 1 --maxmap
else
	skip 'at the limit of mappings' 'not in a virtual machine'
fi
finish
