#!/bin/sh
# --audit against the real thing: what each policy lets a workload do is what was said of it.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016 # jq's variables
. "$(dirname "$0")/lib.sh"

jit=$builddir/tests/work/jit
[ -x "$jit" ] || skip_all "$jit is not built"

JIT_COPY=$tmp/jit
export JIT_COPY

# audit ARGUMENT...: the workload as COMMAND; all objects in $tmp/out.
audit() {
	go 60 --audit -f json -- "$jit" "$@"
	mv "$tmp/out" "$tmp/said"
	grep '^{' "$tmp/err" >"$tmp/out"
}

# results: of the process that COMMAND is, as mdwe, seccomp, selinux.
results() {
	jq -rs 'map(select(.type == "verdict" and .comm == "jit")) | first
		| [.mdwe, .seccomp, .selinux] | map(.result // "none") | join(" ")' "$tmp/out"
}

# real POLICY MODE: ran, failed, or that the kernel has no such policy.
real() {
	real_status=0
	"$jit" "--under=$1" "$2" >"$tmp/real" 2>&1 || real_status=$?
	case $real_status in
	0) echo ran ;;
	77) echo none ;;
	*) echo failed ;;
	esac
}

# expected MODE: the results that this source can tell, as mdwe, seccomp, selinux.
expected() {
	case $source,$1 in
	*,clean | *,relro) echo pass pass pass ;;
	*,rwx | *,shmw) echo break break break ;;
	*,anonymous) echo pass pass break ;;
	*,shm) echo pass break break ;;
	kprobe,again) echo pass break pass ;;
	kprobe,*) echo break break break ;;
	tracepoint,keep) echo break break unknown ;;
	tracepoint,*) echo unknown break unknown ;;
	esac
}

# A pass where it really ran, a break where it really failed.
agree() {
	case $1,$2 in
	pass,ran | break,failed | unknown,* | *,none) return 0 ;;
	esac
	return 1
}

echo "# mode       mdwe: predicted, real   seccomp: predicted, real   selinux: predicted"
for mode in clean relro flip keep rwx anonymous again text shm shmw; do
	audit "$mode"
	if [ "$status" -eq 77 ]; then
		skip "$mode" 'the kernel has no System V shared memory'
		continue
	fi
	is "$mode: the status is COMMAND's" 0 "$status"
	# shellcheck disable=SC2046 # three words
	set -- $(results)
	mdwe=$1 seccomp=$2 selinux=$3
	real_mdwe=$(real mdwe "$mode")
	real_seccomp=$(real seccomp "$mode")
	printf '# %-10s %-10s %-12s %-13s %-12s %s\n' "$mode" "$mdwe" "$real_mdwe" "$seccomp" "$real_seccomp" "$selinux"
	is "$mode: what the source can tell" "$(expected "$mode")" "$mdwe $seccomp $selinux"
	if agree "$mdwe" "$real_mdwe" && agree "$seccomp" "$real_seccomp"; then
		ok "$mode: as it really is"
	else
		not_ok "$mode: as it really is" "mdwe: $mdwe, $real_mdwe" "seccomp: $seccomp, $real_seccomp"
	fi
done

# What is gone before a busy machine looks at its mappings has no place where it called from.
sited() {
	[ "$source" != kprobe ] || jq -se 'any(.[]; .type == "verdict" and .comm == "jit" and .mdwe.call.site != null)' \
		"$tmp/out" >"$tmp/null"
}

for JIT_LINGER_MS in 150 1500 15000; do
	export JIT_LINGER_MS
	audit flip
	! sited || break
	echo "# after $JIT_LINGER_MS ms nobody has looked where it calls from"
done
unset JIT_LINGER_MS
holds 'a verdict has its keys' '
	first(.[] | select(.type == "verdict" and .comm == "jit")) | keys_unsorted
	== ["type", "time", "pid", "start_ns", "comm", "user", "unit", "container", "mdwe",
	"seccomp", "selinux", "applies", "remedy", "dropin"]
	and (.mdwe | keys_unsorted) == ["result", "reason", "call"]
	and (.applies == "mdwe" or .applies == "seccomp")' \
	'the call that breaks it' '
	first(.[] | select(.type == "verdict" and .comm == "jit")) | .seccomp.call
	| .syscall == "mprotect" and .len == "4096" and .prot == "r-x"
	and .comm == "jit" and .pid == .tid' \
	'no rows' 'any(.[]; .type == "process") | not'
if [ "$source" = kprobe ]; then
	holds 'what was before and after, where, and who did it' '
	first(.[] | select(.type == "verdict" and .comm == "jit")) | .mdwe.call
	| .old == "rw-" and .new == "r-x" and .backing == "anonymous"
	and (.site | test("^(jit|libc[.-][^+]*)[+]0x"))'
	audit implies
	is 'READ_IMPLIES_EXEC: mdwe breaks it' 'break pass break' "$(results)"
	audit impliesmap
	is 'though only mmap is called' 'break pass break' "$(results)"
	for mode in mmap2 oldmmap; do
		audit $mode
		if [ "$status" -eq 77 ]; then
			skip "32-bit $mode" 'this machine or kernel has no 32-bit calls'
			continue
		fi
		holds "32-bit $mode: told as what it is" '
			[.[] | select(.type == "verdict" and .comm == "jit")] | length == 1 and (first
			| .mdwe.result == "break" and .mdwe.reason == "maps memory writable and executable"
			and .seccomp.result == "break" and .selinux.result == "break")'
	done
	audit segment
	is 'a segment that is writable and executable: mdwe breaks it, seccomp does not' 'break pass break' "$(results)"
	is 'so it is under seccomp' 'ran ran ran' \
		"$(real seccomp implies) $(real seccomp segment) $(real seccomp impliesmap)"
	really="$(real mdwe implies) $(real mdwe segment) $(real mdwe impliesmap)"
	if [ "$really" = 'none none none' ]; then
		skip 'so it is under mdwe' 'the kernel has no such policy'
	else
		is 'so it is under mdwe' 'failed failed failed' "$really"
	fi
else
	skip 'what was before and after, where, and who did it' 'the tracepoints do not tell'
fi

# Forks go on with the same program, an exec begins another.
audit child
is 'a child of what broke a policy did, too' 'break break' "$(jq -r 'select(.comm == "jit") | .seccomp.result' "$tmp/out" |
	tr '\n' ' ' | sed 's/ $//')"
audit exec
is 'what broke a policy did, whatever it runs then' break "$(results | cut -d ' ' -f 2)"

# What still runs when the run ends never passes without a word.
audit daemon
holds 'a daemon that outlives COMMAND: no pass, or a notice that names it' '
	[.[] | select(.type == "verdict" and .comm == "jit")] | length == 3 and any(.[];
	.seccomp.result == "break" or (.seccomp.result == "unknown"
	and (.seccomp.reason | test("still ran")) and .dropin == null))' \
	'and the notice' '
	any(.[]; .seccomp?.result == "break") or any(.[]; .type == "notice"
	and .cause == "still_running" and (.text | test("jit [(][0-9]+[)]")) and (.remedy | length > 0))'
start --audit
sleep 100 &
sleeper=$!
await 5 grep -q '^sleep$' /proc/$sleeper/comm
stop INT
holds 'what goes on where the run was ended passes for now, and that is said' "
	any(.[]; .type == \"verdict\" and .pid == $sleeper and .seccomp.result == \"pass\"
	and (.seccomp.reason | test(\"still runs\"))) and any(.[]; .type == \"notice\"
	and .cause == \"still_running\" and (.text | test(\"sleep [(]${sleeper}[)]\")))"
kill $sleeper
go 60 --audit -q --fail-if 'comm eq jit and verdict.seccomp = break' -- "$jit" daemon
case $status in
3 | 4) ok '--fail-if: what still runs is not decided' ;;
*) not_ok '--fail-if: what still runs is not decided' "status $status" ;;
esac

# A thread other than the first begins it, several times, as it is a race with what /proc tells.
for try in 1 2 3 4; do
	audit thread
	holds "an exec by a thread: the new program's name, $try" '
		[.[] | select(.type == "verdict")] | length == 1 and (first
		| .comm == "exe" and .seccomp.result == "break" and .seccomp.call.comm == "exe")'
	go 60 --events -f json -- "$jit" thread
	grep '^{' "$tmp/err" >"$tmp/out"
	holds "and in its calls, $try" '
		[.[] | select(.type == "call" and .prot == "r-x") | .comm] == ["exe"]'
done

# Under the policy already.
for policy in mdwe seccomp; do
	audit --under=$policy flip
	if [ "$status" -eq 77 ]; then
		skip "under $policy: refused" 'the kernel has no such policy'
	else
		is "under $policy: refused" 'refused refused refused' "$(results)"
	fi
done

# Nobody knows what a process did before.
: >"$tmp/did.json"
load before 50
start --audit -n 2 -d 0.5 -p $!
ended 30
holds 'not observed from its start: unknown, and what to do' '
	[.[] | select(.type == "verdict")] | length == 1 and (first
	| .mdwe.result == "unknown" and .seccomp.result == "unknown" and .selinux.result == "unknown"
	and (.mdwe.reason | test("not observed")) and (.remedy | test("restart")))'
stop_all
# It calls while nobody reads.
start --audit --buffer-size=64k -- sh -c 'until [ -e "$1" ]; do sleep 0.1; done; exec "$0" --threads=4 --calls=10000' \
	"$calls" "$tmp/flood"
asleep
: >"$tmp/flood"
await 60 grep -q '^{' "$tmp/out" || echo "# it has not called after $await_limit s"
awake
ended 60
mv "$tmp/err" "$tmp/out"
sed -i '/^{/!d' "$tmp/out"
holds 'events were lost: unknown' '
	last.lost > 0 and (first(.[] | select(.type == "verdict" and .comm == "calls"))
	| .seccomp.result == "unknown" and (.seccomp.reason | test("lost")) and (.remedy | test("buffer")))'

go 60 --audit -- "$jit" rwx
finds 'table: a header' '^ *PID USER +COMMAND +MDWE +SECCOMP SELINUX WHY \((mdwe|seccomp) applies\)$' "$tmp/err"
finds 'table: a verdict' '^ *[0-9]+ [^ ]+ +jit +break +break +break +maps memory writable and executable; ([^ ]*: )?mmap rwx.*; let it use two mappings' "$tmp/err"
go 60 --audit -q -- "$jit" clean
if [ "$source" = tracepoint ]; then
	finds 'what a pass leaves out on this source' '[0-9] process(es)? with a pass of mdwe that leaves out' "$tmp/err"
else
	is 'a pass leaves nothing out' '' "$(grep 'leaves out' "$tmp/err")"
fi
is 'table: no header with -q' '' "$(grep COMMAND "$tmp/err")"
go 60 --audit -f csv -- "$jit" rwx
is 'CSV: as many fields in each line as in the header' 27 "$(grep -v '^mprottop' "$tmp/err" |
	sed 's/"[^"]*"//g' | awk -F, '{ print NF }' | sort -u)"

# Statuses, for CI.
fails() {
	go 60 --audit -q --fail-if "$3" -- "$jit" "$4"
	is "--fail-if: $1" "$2" "$status"
}
fails 'a verdict that holds' 3 'verdict.seccomp = break' rwx
fails 'one that does not: the status is that of COMMAND' 0 'verdict.seccomp = break' clean
fails 'the policy that applies' 3 'comm eq jit and verdict.applies eq break' rwx
fails 'what cannot be told' "$([ "$source" = kprobe ] && echo 0 || echo 4)" 'verdict.mdwe = refused' flip
if [ -n "${MPROTTOP_GUEST-}" ]; then
	skip '--fail-if: more processes than have room' 'a guest is too slow to make as many'
else
	fails 'more processes than have room: nobody knows' 4 'verdict.seccomp = break' many
fi
launch -b -n 1 --fail-if 'verdict.mdwe = break'
ended 10
is 'verdicts without --audit: a usage error' 2 "$status"

# Groups: all that was chosen counts, and the worst of it.
go 60 --audit -f json -g program -- sh -c "$jit clean; $jit rwx"
grep '^{' "$tmp/err" >"$tmp/out"
holds '-g program: the worst of two' '
	[.[] | select(.type == "verdict" and (.comm | test("/jit$")))] | length == 1 and (first
	| .group == "program" and .pid == null and .start_ns == null and .seccomp.result == "break"
	and .seccomp.call.comm == "jit" and .seccomp.call.pid > 0)'
go 60 --audit -g user -- "$jit" rwx
finds 'table: of groups, with who it was' '^root +break .*; ([^ ]+ )?in jit: mmap rwx' "$tmp/err"

# Units, by the control groups that a service manager makes.
slices=
for top in /sys/fs/cgroup/systemd /sys/fs/cgroup; do
	[ -n "$slices" ] || [ ! -e $top/cgroup.procs ] || slices=$top/mprottop$$.slice
done
payload=${slices%/*}/lxc.payload.mprottop$$
units='clean broken shared'
# shellcheck disable=SC2317 # called at the end
tidy() {
	[ -n "$slices" ] && [ -d "$slices" ] || return 0
	for unit in $units; do
		service=$slices/mprottop$$-$unit.service
		# shellcheck disable=SC2046 # numbers
		kill -9 $(cat "$service/cgroup.procs")
		await 3 rmdir "$service"
	done 2>/dev/null
	await 3 rmdir "$slices"
	rmdir "$payload/inner.service" "$payload"
}
# serve UNIT COMMAND...: as a service manager does, it is moved before it runs its program.
serve() {
	into=$slices/mprottop$$-$1.service/cgroup.procs
	shift
	sh -c 'echo $$ >"$0" && exec "$@"' "$into" "$@"
}
if [ -z "$slices" ] || ! mkdir -p "$slices" 2>/dev/null; then
	skip 'units' 'no control groups can be made here'
else
	for unit in $units; do
		mkdir "$slices/mprottop$$-$unit.service"
	done
	serve shared sleep 100 &
	await 10 grep -q . "$slices/mprottop$$-shared.service/cgroup.procs"
	start --audit -g unit -e "unit has mprottop$$-"
	serve clean "$jit" clean
	serve broken "$jit" clean
	serve broken "$jit" rwx
	serve shared "$jit" clean
	stop INT
	holds 'a unit that passes, and what to write' "
		[.[] | select(.unit? == \"mprottop$$-clean.service\")] | length == 1 and (first
		| .seccomp.result == \"pass\" and .mdwe.result == \"pass\" and .dropin
		== {path: \"/etc/systemd/system/mprottop$$-clean.service.d/memory-deny-write-execute.conf\",
		section: \"Service\", setting: \"MemoryDenyWriteExecute=yes\"})" \
		'a unit of which one breaks it' "
		[.[] | select(.unit? == \"mprottop$$-broken.service\")] | length == 1 and (first
		| .seccomp.result == \"break\" and .seccomp.call.comm == \"jit\" and .dropin == null)" \
		'a unit that also holds what ran before does not pass' "
		[.[] | select(.unit? == \"mprottop$$-shared.service\")] | length == 1 and (first
		| .seccomp.result == \"unknown\" and .dropin == null)"
	start --audit -e "unit has mprottop$$-"
	serve clean "$jit" clean
	serve shared "$jit" clean
	stop INT
	holds 'processes that pass: no more is said of their unit than holds of all in it' "
		[.[] | select(.type == \"verdict\" and .seccomp.result == \"pass\")]
		| (map(select(.unit == \"mprottop$$-clean.service\")) | length > 0 and all(.[]; .dropin != null))
		and (map(select(.unit == \"mprottop$$-shared.service\")) | length > 0 and all(.[]; .dropin == null))"

	start --audit -g unit -n 1 -d 0.5 -e "unit eq mprottop$$-shared.service" --fail-if 'verdict.applies ne pass'
	ended 30
	is 'a unit that is asked for, and of which nothing is known: that is told' 3 "$status"
	start --audit -n 1 -d 0.5 -e "unit eq mprottop$$-shared.service" --fail-if 'verdict.applies = break'
	ended 30
	is 'a process that is asked for: nobody knows' 4 "$status"
	holds 'it has its line' '[.[] | select(.type == "verdict") | .mdwe.result] == ["unknown"]'

	mkdir -p "$payload/inner.service"
	start --audit -g unit -e "unit eq inner.service"
	sh -c 'echo $$ >"$0" && exec "$@"' "$payload/inner.service/cgroup.procs" "$jit" clean
	stop INT
	holds 'a unit within a container passes, and is none to be changed on this host' '
		[.[] | select(.type == "verdict")] | length == 1 and (first | .seccomp.result == "pass"
		and .unit == "inner.service" and (.container | test("^lxc:")) and .dropin == null)'
fi

# Own processes are in no verdict, that of a recording neither.
go 60 --audit -i -f json -w "$tmp/audit.dat" -- "$jit" rwx
grep '^{' "$tmp/err" >"$tmp/out"
holds 'a recording is made by none of the processes that show' '
	[.[] | select(.type == "verdict") | .comm] == ["jit"]'
cp "$tmp/out" "$tmp/live"
go 60 -r "$tmp/audit.dat" --audit -i -f json
grep '"type":"verdict"' "$tmp/live" >"$tmp/live.verdicts"
grep '"type":"verdict"' "$tmp/out" >"$tmp/replay.verdicts"
is 'its replay says the same' '' "$(diff "$tmp/live.verdicts" "$tmp/replay.verdicts" 2>&1)"

# A recording that holds each mmap: a library's text is a file's, and breaks nothing. By a program with
# libraries in a guest too.
go 60 --events --also=mmap -q -f json -w "$tmp/mmap.dat" --output="$tmp/calls" -- jq -n 1
go 60 -r "$tmp/mmap.dat" --audit -f json
holds 'each mmap is recorded, and those of libraries are no break' '
	[.[] | select(.type == "verdict") | .mdwe, .seccomp, .selinux | .result]
	| length == 3 and all(.[]; . == "pass" or . == "unknown")'
is 'libraries were mapped to be executed' yes "$(grep -q '"syscall":"mmap".*"prot":"r-x"' "$tmp/calls" && echo yes)"
go 60 --events --also=mmap -q -f json -w "$tmp/mmap.dat" --output="$tmp/calls" -- "$jit" rwx
go 60 -r "$tmp/mmap.dat" --audit -f json
holds 'but for what is anonymous, and where that lies' '
	[.[] | select(.type == "verdict")] | length == 1 and (first | .mdwe.result == "break"
	and .selinux.result == "break" and .mdwe.reason == "maps memory writable and executable"
	and (.mdwe.call.addr | test("^0x[0-9a-f]{4,}$")))'
audit rwx
holds 'a call that maps is told with its address' '
	[.[] | select(.type == "verdict")] | first | .mdwe.call.addr | test("^0x[0-9a-f]{4,}$")'

launch --audit -f csv --events
ended 10
is '--audit with --events: a usage error' 2 "$status"
clean 'at the end'
finish
