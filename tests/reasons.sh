#!/bin/bash
# Reasons of calls of real programs: tests/REASONS says of each recording how many calls that were
# made for what, as their stacks told, are to be told as what. Both come from tests/vm/programs.sh.
# A call that is told otherwise needs a line there that says why.
set -u

srcdir=${srcdir:-.}
data=$srcdir/tests/data
list=$srcdir/tests/REASONS
: "${MPROTTOP:=${builddir:-$PWD}/mprottop}"
export LC_ALL=C.UTF-8 TZ=UTC
tmp=$(mktemp -d "${TMPDIR:-/tmp}/reasons.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
count=0
failed=0

# same NAME WANTED GOT: files
same() {
	count=$((count + 1))
	if cmp -s "$2" "$3"; then
		echo "ok $count - $1"
		return
	fi
	failed=1
	echo "not ok $count - $1"
	diff "$2" "$3" | head -n 20 | sed 's/^/# /'
}

# The n-th call of a thread in the recording is its n-th in strace's output: "cause: told" of
# each, or what does not agree. Changes of one call are lines that follow each other.
told() {
	"$MPROTTOP" -r "$data/program-$1.dat" --events -f csv | awk -v causes="$data/program-$1.causes" '
	BEGIN {
		while ((getline <causes) > 0) {
			known[$1]++
			at[$1, known[$1]] = $2
			cause[$1, known[$1]] = substr($0, length($1 $2 $3 $4) + 5)
		}
		FS = ","
	}
	NR == 1 {
		for (i = 1; i <= NF; i++)
			field[$i] = i
		next
	}
	{
		tid = $field["tid"]
		call = tid " " $1
		if (!(tid in known) || call == last)
			next
		last = call
		nr = ++seen[tid]
		if (at[tid, nr] != $field["addr"])
			print "thread " tid ", call " nr ": at " $field["addr"] ", by strace at " at[tid, nr]
		else
			print cause[tid, nr] ": " ($field["why"] == "" ? "nothing" : $field["why"])
	}
	END {
		for (tid in known)
			if (known[tid] != seen[tid])
				print "thread " tid ": " seen[tid] + 0 " calls, by strace " known[tid]
	}' | sort | uniq -c | awk '{ $1 = $1; print }'
}

# "program: count cause: told", then why it errs
grep -v '^#' "$list" | sed 's/ *(.*//' >"$tmp/list"
for file in "$data"/program-*.causes; do
	name=${file##*/program-}
	name=${name%.causes}
	sed -n "s/^$name: //p" "$tmp/list" | sort >"$tmp/wanted"
	told "$name" | tee "$tmp/told.$name" | sort >"$tmp/got"
	same "$name" "$tmp/wanted" "$tmp/got"
done

# What is told otherwise is explained, and nothing else.
: >"$tmp/none"
grep -v '^#' "$list" | sed 's/^[a-z0-9]*: [0-9]* //' | awk -F ': | *\\(' '
	($1 == $2) != (NF == 2) { print }' >"$tmp/odd"
same 'what is told otherwise is explained' "$tmp/none" "$tmp/odd"

# Each reason was met in a program for which it is true.
for reason in relro arena 'stack guard' jit 'gc barrier' reserve; do
	grep -q "^[a-z0-9]*: [1-9][0-9]* $reason: $reason\$" "$tmp/list" || echo "$reason"
done >"$tmp/unmet"
same 'each reason is met' "$tmp/none" "$tmp/unmet"

# As a filter, of all calls that are told as it; rows tell the most frequent.
for pair in 'threads arena' 'luajit jit' 'node reserve' 'w3m gc barrier'; do
	name=${pair%% *} reason=${pair#* }
	comm=$name
	[ "$name" != threads ] || comm=arenas
	awk -v told=": $reason\$" '$0 ~ told { sum += $1 } END { print sum + 0 }' "$tmp/told.$name" >"$tmp/wanted"
	"$MPROTTOP" -r "$data/program-$name.dat" --events -f json \
		-e "why eq '$reason' and comm ne strace" | grep -c '"type":"call"' >"$tmp/got"
	same "$name: calls filtered by $reason" "$tmp/wanted" "$tmp/got"
	awk -F ': ' '{ split($1, word, " "); sum[$2] += word[1] }
		END { for (told in sum) print sum[told], told }' "$tmp/told.$name" |
		sort -rn | sed -n '1s/^[0-9]* //p' >"$tmp/wanted"
	"$MPROTTOP" -r "$data/program-$name.dat" -f csv -n1 -d 3600 --columns=comm,why |
		sed -n "s/^$comm,//p" | tail -n 1 >"$tmp/got"
	same "$name: most calls of its row" "$tmp/wanted" "$tmp/got"
done
echo "1..$count"
exit $failed
