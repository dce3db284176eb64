#!/bin/sh
# A storm overruns a small buffer: what was lost is told to the call, and what is
# left of it is true.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

storm=$builddir/tests/work/storm
[ -x "$storm" ] || skip_all "$storm is not built"
cpu=/sys/devices/system/cpu/cpu1/online
writers=4
if [ -n "${MPROTTOP_GUEST-}" ]; then
	each=3000
else
	each=150000
	cpu=
fi
outcome=calls,errors,x_new,w_to_x,x_to_w,wx,max_ns,p_r,p_rw

# shellcheck disable=SC2317 # lib.sh calls it
tidy() {
	[ ! -w "$cpu" ] || echo 1 >"$cpu"
}

# shellcheck disable=SC2317 # await calls it
says() {
	grep -q "^$1" "$tmp/storm"
}

# shellcheck disable=SC2317 # await calls it
told() {
	grep -q '"cause":"overwrite"' "$tmp/out"
}

# Hits of the probes of this run; one with the same name may stand in another group.
hits() {
	[ "$source" = kprobe ] || return 0
	sed -n "s/^[a-z][0-9]*:mprottop_${pid}_[^/]*\/\([^ ]*\).*/\1/p" $tracefs/kprobe_events |
		awk 'FNR == NR { own[$1]; next } $1 in own { sum += $2 } END { print sum + 0 }' \
			- $tracefs/kprobe_profile
}

# CPU 1 goes, and comes back.
flicker() {
	[ ! -w "$cpu" ] || echo 0 >"$cpu"
	sleep 0.2
	[ ! -w "$cpu" ] || echo 1 >"$cpu"
	sleep 0.2
}

# Without a process that would call meanwhile: hits before the start are in no row.
quiet_start() {
	launch -f json "$@"
	line=
	until [ -n "$line" ] || gone "$pid"; do
		read -r line <"$tmp/out"
	done
}

# blow NAME MODE COLUMNS: sets made and bad, what the writers did, and hit.
blow() {
	name=$1
	[ -p "$tmp/go" ] || mkfifo "$tmp/go"
	"$storm" --writers=$writers --calls=$each --fail=5 <>"$tmp/go" >"$tmp/storm" &
	blower=$!
	started="$started $blower"
	await 10 says ready || echo "# the storm is not ready after $await_limit s"
	quiet_start -d 0.3 --buffer-size=64k --columns="$3"
	[ "$2" = overwrite ] || echo 0 >$tracefs/instances/"$(objects | grep -x "mprottop_${pid}_[0-9]*" |
		head -n 1)"/options/overwrite
	asleep
	echo >"$tmp/go"
	await 20 overrun || echo "# nothing is overrun after $await_limit s"
	flicker
	awake
	flicker
	await 120 says made || echo "# the storm has not ended after $await_limit s"
	[ "$2" = overwrite ] || await 5 told || echo "# no notice after $await_limit s"
	asleep
	hit=$(hits)
	kill -TERM "$mon"
	awake
	# nor after these hits
	now
	limit=$((clock + 12000))
	until gone "$pid" || [ "$clock" -gt "$limit" ]; do
		now
	done
	ended 1
	echo >"$tmp/go"
	wait "$blower" || echo "# the storm failed: $?"
	forget "$blower"
	read -r _ made bad <<-END
	$(grep '^made' "$tmp/storm")
	END
	echo "# $name: made $made, hits ${hit:--}: $(jq -c 'select(.type == "end")
		| {calls, own_calls, lost, missed, unaccounted, account}' "$tmp/out")"
	is "$name: the run ends with 0" 0 "$status"
}

# Of the writers' last rows the sum of COLUMN.
# shellcheck disable=SC2016 # jq's variable
sum='(map(select(.type == "process" and .comm == "storm")) | group_by([.pid, .start_ns])
	| map(last)) as $rows | def sum(f): $rows | map(f) | add;'
account=partial
[ "$source" = tracepoint ] || account=full

# one NAME MODE: with one event a call; together with what was lost they are all.
one() {
	blow "$1" "$2" pid,comm,calls
	# shellcheck disable=SC2016 # jq's variables
	set -- "$1: the loss is told" "last | .lost > 0 and .complete == false" \
		"$1: nothing unaccounted" 'last | (.unaccounted // 0) == 0 and (.missed // 0) == 0' \
		"$1: the account is $account" "last.account == \"$account\"" \
		"$1: calls and lost ones are all" \
		"$sum sum(.calls) <= $made and sum(.calls) + last.lost >= $made" \
		"$1: no writer twice, each named" "$sum (\$rows | length) <= $writers
			and all(\$rows[]; .pid != null)"
	[ "$source" = tracepoint ] || set -- "$@" \
		"$name: to the call" "last | .calls + .own_calls + .lost == $hit" \
		"$name: few hits are not the writers'" "$hit >= $made and $hit - $made < 100"
	holds "$@"
}

# all NAME MODE: with several events a call, of which some are lost.
all() {
	blow "$1" "$2" $outcome
	# shellcheck disable=SC2016 # jq's variables
	holds "$1: the loss is told" "last | .lost > 0 and .complete == false" \
		"$1: nothing unaccounted" 'last | (.unaccounted // 0) == 0 and (.missed // 0) == 0' \
		"$1: no call twice" "$sum sum(.calls) > 0 and sum(.calls) <= $made" \
		"$1: no error guessed" "$sum sum(.errors) > 0 and sum(.errors) <= $bad" \
		"$1: nothing asked for guessed" "$sum sum(.p_r + .p_rw) <= sum(.calls)
			and sum(.p_r) <= $made / 2 and sum(.p_rw) <= $made / 2" \
		"$1: no kind guessed" "$sum all(\$rows[]; (.x_new, .w_to_x, .x_to_w, .wx)
			| . == 0 or . == null)"
}

one 'overwritten' overwrite
one 'dropped' discard
all 'all events, overwritten' overwrite
all 'all events, dropped' discard
clean 'at the end'
finish
