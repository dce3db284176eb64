#!/bin/bash
# What mprottop's own probes cost a call of mprotect stays within limits (TAP): guest
# instructions, which no load of the host changes.  The limits are what was measured
# (tests/bench/RESULTS.md) and 5 in a hundred.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
kernel=debian-6.1
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cost.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
count=0
failed=0

# verdict STATUS NAME
verdict() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $kernel: $2"
	else
		failed=1
		echo "not ok $count - $kernel: $2"
	fi
}

# limit KIND ROW MEASURED NAME: the ratio to the untraced call.
limit() {
	local ratio good=0
	ratio=$(awk -v kind="$1" -v row="$2" '$2 == kind && $3 == row { print $5 }' "$tmp/out")
	# far below is as wrong: then the probes do not do what they did
	awk -v r="${ratio:-0}" -v m="$3" 'BEGIN { exit !(r >= m * 0.9 && r <= m * 1.05) }' || good=1
	verdict $good "$4"
	echo "# ${ratio:-no ratio}, $3 when it was measured"
}

# agrees ROW: what mprottop says that its probes add, with what was counted of them.  A
# part of that lies within the times that are shown, where there are any.
agrees() {
	local good=0
	awk -v row="$1" '
		$2 == "noop" && $3 == "untraced" { bare = $4 }
		$2 == "noop" && $3 == row { added = $4 - bare }
		$2 == "price" && $3 == row { call = $4; inside = $5 }
		END {
			printf "# %s ns a call, %s of it within its time; %.0f instructions were counted\n", call, inside, added
			exit !(call > added * 0.85 && call < added * 1.15 &&
				(row == "counts" ? inside == "-" : inside + 0 > 0 && inside + 0 < call + 0))
		}' "$tmp/out" >"$tmp/agrees" || good=1
	verdict $good "$1: what Self and Latency say agrees"
	cat "$tmp/agrees"
}

status=0
bash "$here/../bench/vm-cost" -p -r untraced,counts,outcome,earlier,price,again "$kernel" >"$tmp/out" 2>"$tmp/err" || status=$?
verdict $status 'instructions were counted, the reader stood still, the untraced call stayed the same'
sed 's/^/# /' "$tmp/out" "$tmp/err"
limit noop counts 1.960 'counts only, a call that changes nothing'
limit change counts 1.369 'counts only, a call that changes a page'
limit noop outcome 2.994 'outcome and time, a call that changes nothing'
limit change outcome 1.767 'outcome and time, a call that changes a page'
limit change earlier 2.734 'and the earlier protection, a call that changes a page'
agrees counts
agrees outcome
agrees earlier
echo "1..$count"
exit $failed
