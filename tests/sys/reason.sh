#!/bin/sh
# Why real programs call: the most frequent reason of each, as the shape of its calls tells.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016 # jq's variables
. "$(dirname "$0")/lib.sh"

arenas=$builddir/tests/work/arenas
[ -x "$arenas" ] || skip_all "$arenas is not built"

# why COMM COMMAND...: the reason in the last row of a process of that name, with its calls.
why() {
	comm=$1
	shift
	timeout 300 "$MPROTTOP" -f json -i -d 30 --columns=comm,calls,why,ask_x --output="$tmp/why.json" \
		-- "$@" </dev/null >/dev/null 2>"$tmp/err"
	jq -r --arg comm "$comm" -s '[.[] | select(.comm? == $comm and .calls > 0)] | last
		| .why // "nothing"' "$tmp/why.json"
}

# told NAME REASON COMM COMMAND...
told() {
	name=$1 reason=$2
	shift 2
	if ! command -v "$2" >/dev/null; then
		skip "$name: $reason" "there is no $2"
		return
	fi
	is "$name: $reason" "$reason" "$(why "$@")"
}

# A static program is not relocated: busybox's shell makes no call at all.
if [ -n "$(ldd "$(command -v bash)" 2>/dev/null)" ]; then
	told 'a shell that starts' relro bash bash -c true
else
	skip 'a shell that starts: relro' 'there is no bash that is loaded'
fi
told 'python3 that starts' relro python3 python3 -S -c pass
echo 'int main(void) { return 0; }' >"$tmp/main.c"
told 'a compiler' relro cc1 gcc -c -o "$tmp/main.o" "$tmp/main.c"
told 'threads that allocate' arena arenas "$arenas" 20
told 'node, told by how it treats memory or by nothing' "$(
	# without the protection before, much of what it does has no shape
	if [ $source = kprobe ]; then echo reserve; else echo unknown; fi
)" node node -e 1

# As a filter and as a group's.
timeout 300 "$MPROTTOP" -f json -i -d 30 --columns=comm,calls,why -e 'why eq arena' \
	--output="$tmp/some.json" -- "$arenas" 20 </dev/null >/dev/null 2>&1
is '-e takes it' arenas "$(jq -r -s '[.[] | select(.type == "process") | .comm] | unique | join(" ")' "$tmp/some.json")"
timeout 300 "$MPROTTOP" -f json -i -d 30 --columns=comm,calls,why -e 'why ne arena' \
	--output="$tmp/rest.json" -- "$arenas" 20 </dev/null >/dev/null 2>&1
is 'and leaves the others out' '' "$(jq -r -s '[.[] | select(.comm? == "arenas") | .comm] | unique | join(" ")' "$tmp/rest.json")"
finish
