#!/bin/sh
# Who a process is beyond its name, rows chosen by it, and rows folded.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016 # jq's variables
. "$(dirname "$0")/lib.sh"

[ -x "$calls" ] || skip_all "$calls is not built"

cp "$calls" "$tmp/mine"
chmod 755 "$tmp/mine"

# workloads: three processes of one program and one of another, with known calls.
workloads() {
	rm -f "$tmp"/*.go
	: >"$tmp/did.json"
	hold one --name=one --calls=100 --threads=1
	hold two --name=two --calls=10 --threads=2
	real=$calls
	calls=$tmp/mine
	hold three --name=three --calls=40 --threads=1
	calls=$real
}

# let_go SECONDS: then they call, and are gone.
let_go() {
	sleep "$1"
	for work in one two three; do
		release $work
		did $work
	done
}

# named PAUSE: all of them have their program.  Those of all that runs are asked for bit by bit,
# and nobody tells when: on a busy machine that takes longer.
named() {
	stop TERM
	jq -se '[.[] | select(.type == "process")] | length > 0 and all(.[]; .exe != null)' "$tmp/out" \
		>"$tmp/null" && return
	echo "# not all have their program after $1 s"
	return 1
}

expected=$(readlink -f "$calls")
for pause in 2 8 32; do
	workloads
	# shellcheck disable=SC2154 # set by hold
	cgroup=$(sed -n 's/^0:://p' "/proc/$hold_one/cgroup")
	line=$(tr '\0' ' ' <"/proc/$hold_one/cmdline" | sed 's/ $//')
	start -d 60 --columns=exe,cmdline,cgroup,calls -e 'comm eq one or comm eq two or comm eq three'
	let_go $pause
	sleep 0.5
	! named $pause || break
done
holds 'exe, cmdline and the pid' "
	[.[] | select(.comm? == \"one\")][0] | .exe == \"$expected\" and .cmdline == \"$line\"
	and .pid == $hold_one" \
	'the program of another user, told by the privileged half' "
	[.[] | select(.comm? == \"three\")][0].exe == \"$tmp/mine\"" \
	'-e leaves no other rows' '
	[.[] | select(.type == "process") | .comm] | unique == ["one", "three", "two"]'
case $cgroup in
/?*)
	holds 'cgroup' "[.[] | select(.comm? == \"one\")][0].cgroup == \"$cgroup\""
	;;
*)
	holds 'cgroup' '[.[] | select(.comm? == "one")][0].cgroup | startswith("/")'
	;;
esac

for pause in 2 8 32; do
	workloads
	start -d 60 -g program -F "$(basename "$calls")" --columns=exe,calls,threads
	let_go $pause
	sleep 0.5
	! named $pause || break
done
holds 'a row a program: its calls are those of its processes' "
	[.[] | select(.comm? == \"$expected\")] | length == 1 and .[0].type == \"process\"
	and .[0].group == \"program\" and .[0].pid == null and .[0].start_ns == null
	and .[0].exe == \"$expected\"
	and .[0].calls == ([\$did[] | select(.comm == \"one\" or .comm == \"two\") | .calls] | add)"

start -d 0.2 -n 4 -i -g user
ended 20
holds 'all rows of an update add up to its summary, gone processes too' '
	group_by(.seq) | all(.[] | select(.[0].seq != null);
		([.[] | select(.type == "process") | .calls] | add // 0)
		== (.[] | select(.type == "summary") | .calls))'
clean 'at the end'
finish
