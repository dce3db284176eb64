#!/bin/sh
# Known calls are counted exactly: per process and in all, whoever makes them.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

[ -x "$calls" ] || skip_all "$calls is not built"

# Prints how the rows of $tmp/out differ from what the workloads said they did.
# The last row of a process holds its counts.
differences() {
	# shellcheck disable=SC2016 # jq's variables
	jq -rs --slurpfile said "$1" '
		map(select(.type == "process"))
		| (group_by([.pid, .start_ns]) | map(last) | group_by(.pid)
			| map({key: "\(.[0].pid)", value: .}) | from_entries) as $rows
		| [$said[] | .children[]?, select(.children == null)][] as $did
		| ($rows["\($did.pid)"] // []) as $found
		| if ($found | length) != 1 then
			"pid \($did.pid): \($found | length) rows, expected 1"
		else
			$found[0] as $row
			| [["comm", $did.comm], ["calls", $did.calls], ["range", $did.range],
				["ask_x", $did.ask_x]] + [$did.p | to_entries[] | ["p_\(.key)", .value]]
			| .[] | select($row[.[0]] != .[1])
			| "pid \($did.pid): \(.[0]) is \($row[.[0]]), expected \(.[1])"
		end' "$tmp/out" 2>&1 | head -n 10
}

# counted NAME FILE
counted() {
	is "$1" '' "$(differences "$2")"
}

# What is true of every run without loss.
account() {
	account=partial
	[ "$source" = tracepoint ] || account=full
	holds "$1: complete, nothing lost" 'last | .type == "end" and .complete and
		.lost == 0 and .missed == 0 and .unaccounted == 0 and .lost_tasks == 0'
	is "$1: source and account" "$source $account" \
		"$(jq -rs '"\(.[0].source) \(last.account)"' "$tmp/out")"
}

# Who was there before us, and who comes after.
started_before() {
	hold one --calls=1000 --name='a "b" \c'
	hold threads --threads=8 --calls=500 --prot=rw,r
	hold prots --calls=900 --prot=none,r,w,x,rw,rx,wx,rwx,other --pages=3
	hold pkey --syscall=pkey --calls=70 --prot=rx,rw
	hold compat --compat --calls=31 --prot=rw,none
	hold renamed --exec --calls=12
	start -d 0.3
	own=$(processes | tr '\n' ',')
	for name in one threads prots pkey compat renamed; do
		release $name
	done
	"$calls" --calls=77 >"$tmp/later.json"
	"$calls" --procs=300 --calls=3 --rate=1000 --name-prefix=brief >"$tmp/brief.json"
	for name in one threads prots pkey; do
		did $name
	done
	has_compat=0
	! did compat || has_compat=1
	did renamed
	stop
	is 'the run ends with 0' 0 "$status"
}

started_before
counted 'a process with one thread' "$tmp/one.json"
counted 'a process with eight threads' "$tmp/threads.json"
counted 'each class of protection, PROT_EXEC and the range' "$tmp/prots.json"
counted 'pkey_mprotect' "$tmp/pkey.json"
counted 'a process that began after us' "$tmp/later.json"
counted '300 processes of 3 ms' "$tmp/brief.json"
is '300 of them' 300 "$(jq '.children | length' "$tmp/brief.json")"
if [ $has_compat -eq 0 ]; then
	skip '32-bit callers' "$(sed -n 's/^skip: //p' "$tmp/compat.said")"
elif [ "$source" = kprobe ]; then
	counted '32-bit callers' "$tmp/compat.json"
else
	holds '32-bit callers are not seen, and the start says so' \
		"(.[0].compat_visible == false) and
		all(.[]; .pid != $(jq .pid "$tmp/compat.json"))"
fi
holds 'a process that calls before and after its exec is one row with both' \
	"map(select(.type == \"process\" and .pid == $(jq .pid "$tmp/renamed.json")))
	| (map(.start_ns) | unique | length) == 1
	and (last | [.calls, .comm]) == [$(jq -c '.calls, .comm' "$tmp/renamed.json" | paste -s -d, -)]"
account 'started before'
holds 'own calls are in no row, and are counted' \
	"last.own_calls > 0 and all(.[]; .pid as \$pid | [${own%,}] | index(\$pid) == null)"

# shellcheck disable=SC2016 # jq's variables
holds 'the rows add up to the summary' '
	(map(select(.type == "summary")) | last) as $summary
	| (map(select(.type == "process")) | group_by([.pid, .start_ns]) | map(last)) as $rows
	| ($rows | map(.calls) | add) == $summary.calls and $summary.calls == last.calls
	and ($rows | map(.range) | add) == last.range
	and ($rows | length) == $summary.processes
	and all($rows[]; .p_none + .p_r + .p_w + .p_x + .p_rw + .p_rx + .p_wx + .p_rwx
		+ .p_other == .calls)'

# command NAME OPTION...: the workload as COMMAND; no other process has a row.
command() {
	name=$1
	shift
	launch -f json -d 0.3 -- "$calls" "$@"
	ended 60
	is "$name: the status is COMMAND's" 0 "$status"
	cp "$tmp/out" "$tmp/did.json"
	cp "$tmp/err" "$tmp/out"
	counted "$name: exact" "$tmp/did.json"
	if [ "$(jq .startup "$tmp/did.json")" = 0 ]; then
		is "$name: no other rows" \
			"$(jq -c '[.children // [.] | .[].pid] | sort' "$tmp/did.json")" \
			"$(jq -sc 'map(select(.type == "process") | .pid) | unique' "$tmp/out")"
	else
		skip "$name: no other rows" 'the workload is not static: its loader calls too'
	fi
	is "$name: its status at the end" 0 "$(jq -s 'last.command_status' "$tmp/out")"
	account "$name"
}

command 'COMMAND with one thread' --calls=5000 --prot=rw,r
command 'COMMAND with many threads' --threads=64 --calls=100
command 'COMMAND with many processes' --procs=100 --calls=3 --name-prefix=kid
finish
