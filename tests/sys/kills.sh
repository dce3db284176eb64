#!/bin/sh
# SIGKILL at a random moment of the start or soon after it: the next start leaves nothing of such a
# run. MPROTTOP_ROUNDS: how many runs are killed.
# needs: root tracefs
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2086 # numbers need no quotes
. "$(dirname "$0")/lib.sh"

rounds=${MPROTTOP_ROUNDS:-50}
seed=$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')
echo "# seed $seed, $rounds rounds"

# The next random number, in seed.
draw() {
	seed=$(((seed * 25173 + 13849) % 65536))
}

# A pause of 0 to 20 ms.
pause() {
	draw
	sleep "0.0$(printf %02d $((seed / 64 % 21)))"
}

# shellcheck disable=SC2317 # await calls it
none_runs() {
	[ -z "$(processes)" ]
}

# The first instance that anybody makes lets the buffer of the top level grow to its size.
go 30 -b -n 1 -d 0.1
before=$(foreign)
round=0
killed=0
while [ $round -lt $rounds ]; do
	round=$((round + 1))
	if [ $((round % 2)) -eq 0 ]; then
		launch -b -d 10
		pause
	else
		start -d 10
		pause
		draw
		case $((seed / 256 % 3)) in
		0) victim=$(monitor) ;;
		1) victim=$(guard) ;;
		*) victim= ;;
		esac
		[ -z "$victim" ] || kill -9 $victim 2>"$tmp/null"
	fi
	! kill -9 "$pid" 2>"$tmp/null" || killed=$((killed + 1))
	ended 10
done
go 30 -b -n 1 -d 0.1
is "after $rounds rounds a run works" 0 "$status"
is "of $rounds runs at least half were alive to be killed" 1 $((2 * killed >= rounds))
await 10 no_leftovers
clean "after SIGKILL of $rounds runs"
await 10 none_runs || echo "# still there: $(processes | tr '\n' ' ')"
is 'no process is left' '' "$(processes | tr '\n' ' ')"
is 'nothing of others was touched' "$before" "$(foreign)"
finish
