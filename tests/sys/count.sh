#!/bin/sh
# Known calls are counted exactly: per process and in all, whoever makes them.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016 # jq's variables
. "$(dirname "$0")/lib.sh"

[ -x "$calls" ] || skip_all "$calls is not built"

# Prints how the rows differ from what the workloads did, "N: DIFFERENCE" for the
# Nth of did.json.  The last row of a process holds its counts.
differences() {
	jq -rs --slurpfile did "$tmp/did.json" '
		map(select(.type == "process"))
		| (group_by([.pid, .start_ns]) | map(last) | group_by(.pid)
			| map({key: "\(.[0].pid)", value: .}) | from_entries) as $rows
		| range($did | length) as $n
		| $did[$n] | (.children // [.])[] as $did
		| ($rows["\($did.pid)"] // []) as $found
		| if ($found | length) != 1 then
			"\($n): pid \($did.pid): \($found | length) rows, expected 1"
		else
			$found[0] as $row
			| [["comm", $did.comm], ["calls", $did.calls], ["range", $did.range],
				["ask_x", $did.ask_x]] + [$did.p | to_entries[] | ["p_\(.key)", .value]]
			| .[] | select($row[.[0]] != .[1])
			| "\($n): pid \($did.pid): \(.[0]) is \($row[.[0]]), expected \(.[1])"
		end' "$tmp/out" >"$tmp/differences" 2>&1 || sed 's/^/# /' "$tmp/differences"
}

# counted N NAME: what the Nth workload did.
counted() {
	is "$2" '' "$(sed -n "s/^$1: //p" "$tmp/differences" | head -n 10)"
}

account=partial
[ "$source" = tracepoint ] || account=full
whole='last | .type == "end" and .complete and
	.lost == 0 and (.missed // 0) == 0 and (.unaccounted // 0) == 0 and .lost_tasks == 0'
truth="(.[0].source == \"$source\") and (last.account == \"$account\")"

# Who was there before us, and who comes after.
hold one --calls=1000 --name='a "b" \c'
hold threads --threads=8 --calls=500 --prot=rw,r
hold prots --calls=900 --prot=none,r,w,x,rw,rx,wx,rwx,other --pages=3
hold renamed --exec --calls=12
hold compat --compat --calls=31 --prot=rw,none
has_pkey=1
"$calls" --syscall=pkey 2>"$tmp/no_pkey" >"$tmp/said" || has_pkey=0
[ $has_pkey -eq 0 ] || hold pkey --syscall=pkey --calls=70 --prot=rx,rw
start -d 0.3
own=$(processes | paste -s -d, -)
for name in one threads prots renamed compat; do
	release $name
done
for name in one threads prots renamed; do
	did $name
done
"$calls" --calls=77 >>"$tmp/did.json"
"$calls" --procs=300 --calls=3 --rate=1000 --name-prefix=brief >>"$tmp/did.json"
if [ $has_pkey -eq 1 ]; then
	release pkey
	did pkey
fi
has_compat=0
! did compat || has_compat=1
stop TERM
is 'the run ends with 0' 0 "$status"
differences
counted 0 'a process with one thread'
counted 1 'a process with eight threads'
counted 2 'each class of protection, PROT_EXEC and the range'
counted 3 'a process that calls before and after its exec'
counted 4 'a process that began after us'
counted 5 '300 processes of 3 ms'
holds 'they were 300' '$did[5].children | length == 300' \
	'before and after the exec it is one process' \
	'map(select(.pid? == $did[3].pid) | .start_ns) | unique | length == 1' \
	'complete, nothing lost' "$whole" \
	'source and account' "$truth" \
	'own calls are in no row, and are counted' \
	"last.own_calls > 0 and all(.[]; .pid as \$pid | [$own] | index(\$pid) == null)" \
	'the rows add up to the summary' '
	(map(select(.type == "summary")) | last) as $summary
	| (map(select(.type == "process")) | group_by([.pid, .start_ns]) | map(last)) as $rows
	| ($rows | map(.calls) | add) == $summary.calls and $summary.calls == last.calls
	and ($rows | map(.range) | add) == last.range
	and ($rows | length) == $summary.processes
	and all($rows[]; .p_none + .p_r + .p_w + .p_x + .p_rw + .p_rx + .p_wx + .p_rwx
		+ .p_other == .calls)'
if [ $has_pkey -eq 1 ]; then
	counted 6 'pkey_mprotect'
else
	skip 'pkey_mprotect' "$(cat "$tmp/no_pkey")"
fi
compat=$((6 + has_pkey))
if [ $has_compat -eq 0 ]; then
	skip '32-bit callers' "$(sed -n 's/^skip: //p' "$tmp/compat.said")"
elif [ "$source" = kprobe ]; then
	counted $compat '32-bit callers'
else
	holds '32-bit callers are not seen, and the start says so' \
		"(.[0].compat_visible == false) and all(.[]; .pid != \$did[$compat].pid)"
fi

# as_command NAME OPTION...: the workload as COMMAND; no other process has a row.
as_command() {
	name=$1
	shift
	launch -f json -d 0.3 -- "$calls" "$@"
	ended 60
	is "$name: the status is COMMAND's" 0 "$status"
	mv "$tmp/out" "$tmp/did.json"
	mv "$tmp/err" "$tmp/out"
	differences
	counted 0 "$name: exact"
	holds "$name: no other rows" '
		(map(select(.type == "process") | .pid) | unique)
		== ([$did[] | (.children // [.])[].pid] + (if $did[0].startup == 0 then []
			else [$did[0].pid] end) | unique)' \
		"$name: its status at the end" 'last.command_status == 0' \
		"$name: complete, nothing lost" "$whole" \
		"$name: source and account" "$truth"
}

as_command 'COMMAND with one thread' --calls=5000 --prot=rw,r
as_command 'COMMAND with many threads' --threads=64 --calls=100
as_command 'COMMAND with many processes' --procs=100 --calls=3 --name-prefix=kid
finish
