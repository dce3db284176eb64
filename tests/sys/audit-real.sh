#!/bin/sh
# --audit of real programs against the real policies: where it says break, a call is refused or the
# program fails under that policy; where it says pass, none is and it runs.
# needs: root tracefs jq strace
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2317 # what call() is given
. "$(dirname "$0")/lib.sh"

jit=$builddir/tests/work/jit
trampoline=$builddir/tests/work/trampoline
[ -x "$jit" ] || skip_all "$jit is not built"
command -v strace >/dev/null || skip_all 'strace is not installed'

# busybox has one without -P, which its shell prefers.
grep=/usr/local/bin/grep
[ -x $grep ] || grep=$(command -v grep)

# A name, and the command; | is a blank in a word of it.
cat >"$tmp/programs" <<END
shell sh -c :
perl perl -e print(1)
python3 python3 -c print(1)
callback python3 -c import|ctypes;f=ctypes.CFUNCTYPE(ctypes.c_int)(lambda:7);assert(f()==7)
node node -e let|s=0;for(let|i=0;i<1e6;i++)s+=i;console.log(s)
jitless node --jitless -e console.log(1)
java java -version
regex $grep -cP [rx]o*t /etc/passwd
clean $jit clean
relro $jit relro
flip $jit flip
keep $jit keep
textrel $jit textrel
execstack $jit execstack
trampoline $trampoline
threads $trampoline thread
END

# call FUNCTION PROGRAM WORD...
call() {
	how=$1
	shift
	words=$#
	for word; do
		set -- "$@" "$(echo "$word" | tr '|' ' ')"
	done
	shift "$words"
	"$how" "$@"
}

plainly() {
	plain=0
	"$@" >"$tmp/plain" 2>&1 </dev/null || plain=$?
}

audited() {
	go 120 --audit -f json -- "$@"
	grep '^{' "$tmp/err" >"$tmp/said"
}

# What really becomes of it: ran, failed, or none where the kernel has no such policy.
under() {
	real_status=0
	{
		strace -f -qq -o "$tmp/trace" -e trace=mmap,mprotect,pkey_mprotect,shmat \
			"$jit" "--under=$policy" -- "$@" >"$tmp/real" 2>&1 </dev/null || real_status=$?
	} 2>/dev/null
	if [ "$real_status" -eq 77 ]; then
		really=none
	elif [ "$real_status" -ne "$plain" ] || grep -qE ' = -1 E(ACCES|PERM)' "$tmp/trace"; then
		really=failed
	else
		really=ran
	fi
}

# The worst of all processes that it was.
said() {
	jq -rs --arg policy "$1" '["pass", "unknown", "refused", "break"] as $order
		| [.[] | select(.type == "verdict") | .[$policy].result]
		| max_by(. as $one | $order | index($one)) // "none"' "$tmp/said"
}

# Only what this source cannot tell may be unknown.
agree() {
	case $1,$2 in
	pass,ran | break,failed | *,none) return 0 ;;
	unknown,*) [ "$source,$3" = tracepoint,mdwe ] ;;
	*) return 1 ;;
	esac
}

echo "# program    mdwe: predicted, real   seccomp: predicted, real"
# shellcheck disable=SC2086 # words
while read -r name line; do
	command -v "${line%% *}" >/dev/null || {
		skip "$name" "${line%% *} is not here"
		continue
	}
	call plainly $line
	if [ "$plain" -eq 77 ]; then
		skip "$name" "$(head -n 1 "$tmp/plain")"
		continue
	fi
	call audited $line
	is "$name: runs as it does without" "$plain" "$status"
	row=
	for policy in mdwe seccomp; do
		predicted=$(said $policy)
		call under $line
		row="$row $predicted $really"
		if agree "$predicted" "$really" $policy; then
			ok "$name: $policy as it really is"
		else
			not_ok "$name: $policy as it really is" "predicted: $predicted" "really: $really" \
				"$(grep -E ' = -1 E(ACCES|PERM)' "$tmp/trace" | head -n 3)" "$(head -n 3 "$tmp/real")"
		fi
	done
	printf '# %-10s %-10s %-12s %-13s %s\n' "$name" $row
done <"$tmp/programs"
clean 'at the end'
finish
