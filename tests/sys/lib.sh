#!/bin/sh
# For the system tests to source: TAP, mprottop in the background, and what is in
# tracefs.  Runs in bash and in busybox's sh.  Expects MPROTTOP, and builddir for
# the workload.
# shellcheck disable=SC2034 # much of it is for the tests

: "${MPROTTOP:?names the program to test}"
: "${builddir:=.}"
calls=$builddir/tests/work/calls
tracefs=/sys/kernel/tracing
if [ -e $tracefs/kprobe_events ]; then
	source=kprobe
else
	source=tracepoint
fi
# How many times as long as it takes at most on a machine that is idle.
patience=6
points=0
failed=0
started=
status=
pid=
tmp=$(mktemp -d "${TMPDIR:-/tmp}/mprottop-sys.XXXXXX")
chmod 755 "$tmp"
: >"$tmp/did.json"
# Each run has a path of its own, by which all its processes are known.
runs=0
run=$tmp/run
trap 'tidy; stop_all; rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

# What a test has to put right at its end; tests define their own.
tidy() {
	:
}

stop_all() {
	for one in $started $(processes); do
		kill -9 "$one" 2>/dev/null
	done
}

# ok NAME, not_ok NAME [LINE...]: a point, and why it failed.
ok() {
	points=$((points + 1))
	echo "ok $points - $1"
}

not_ok() {
	points=$((points + 1))
	failed=1
	echo "not ok $points - $1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

skip() {
	points=$((points + 1))
	echo "ok $points - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $*"
	exit 0
}

finish() {
	echo "1..$points"
	exit $failed
}

# is NAME EXPECTED GOT
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "expected: $2" "came: $3"
	fi
}

# like NAME PATTERN FILE: one line of FILE matches, and there is no other line.
like() {
	if [ "$(wc -l <"$3")" -eq 1 ] && grep -qE -- "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "expected: one line like /$2/" "came: $(head -c 2000 "$3")"
	fi
}

# finds NAME PATTERN FILE
finds() {
	if grep -qE -- "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "expected: a line like /$2/" "came: $(head -c 2000 "$3")"
	fi
}

# holds [NAME EXPRESSION]...: true of the list of all objects in $tmp/out; $did is
# that of what workloads did.  One jq for all, since it starts slowly in a guest.
holds() {
	program='"the output is not JSON"'
	nr=0
	for word; do
		nr=$((nr + 1))
		[ $((nr % 2)) -eq 1 ] || program="$program, (try ($word) catch .)"
	done
	jq -sc --slurpfile did "$tmp/did.json" "[$program][1:][]" "$tmp/out" >"$tmp/answers" 2>&1
	while [ $# -gt 0 ]; do
		read -r answer || answer='no answer'
		if [ "$answer" = true ]; then
			ok "$1"
		else
			not_ok "$1" "expected: true from $2" "came: $answer" \
				"of: $(tail -n 3 "$tmp/out" | cut -c 1-800)"
		fi
		shift 2
	done <"$tmp/answers"
}

# Hundredths of a second since the boot.
now() {
	read -r uptime _ </proc/uptime
	clock=${uptime%.*}${uptime#*.}
}

# in_time SECONDS COMMAND...: until it succeeds; fails when that takes longer.
in_time() {
	now
	await_end=$((clock + 100 * $1))
	shift
	until "$@"; do
		now
		[ "$clock" -lt "$await_end" ] || return 1
		sleep 0.02
	done
}

# await SECONDS COMMAND...: the same, where how long it takes is not what is tested: of a machine
# that is busy with other things it takes many times as long.
await() {
	await_limit=$(($1 * patience))
	shift
	in_time "$await_limit" "$@"
}

# A zombie is gone too; its parent may be this shell, which has yet to wait.
gone() {
	stat=
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null
	case ${stat##*) } in
	'' | [ZX]*) return 0 ;;
	esac
	return 1
}

# launch OPTION...: mprottop in the background.  Its own descriptors only: one of
# this shell's would keep a pipe of the runner open.
launch() {
	: >"$tmp/out"
	: >"$tmp/err"
	runs=$((runs + 1))
	run=$tmp/run.$runs.
	ln -s "$MPROTTOP" "$run"
	"$run" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &
	pid=$!
	started="$started $pid"
}

has_begun() {
	grep -q '^{"type":"start"' "$tmp/out" "$tmp/err" || gone "$pid"
}

# start OPTION...: until it traces.  The lines are JSON, in $tmp/out, or with a
# COMMAND in $tmp/err.
start() {
	launch -f json "$@"
	await 60 has_begun || echo "# no start after $await_limit s: $(cat "$tmp/err")"
}

# forget PID: it has been waited for, and the number may be another's soon.
forget() {
	case " $started " in
	*" $1 "*)
		list=" $started "
		started="${list%% "$1" *} ${list#* "$1" }"
		;;
	esac
}

# ended SECONDS: waits for mprottop, as await does, and sets status.
ended() {
	if await "$1" gone "$pid"; then
		wait "$pid"
		status=$?
	else
		kill -9 "$pid"
		status="none, no end after $await_limit s"
	fi
	forget "$pid"
}

# go SECONDS OPTION...: a whole run in the foreground.
go() {
	go_limit=$1
	shift
	launch "$@"
	ended "$go_limit"
}

stop() {
	kill "-${1:-TERM}" "$pid"
	ended 15
}

# Of all our runs, or of that whose path is given.  pgrep is slow in a guest.
processes() {
	for dir in /proc/[0-9]*; do
		line=
		read -r line <"$dir/cmdline"
		case $line in
		"${1-$tmp/run.}"*) gone "${dir#/proc/}" || echo "${dir#/proc/}" ;;
		esac
	done 2>/dev/null
}

monitor() {
	for one in $(processes "$run"); do
		read -r stat <"/proc/$one/stat" || continue
		# shellcheck disable=SC2086 # its fields
		set -- ${stat##*) }
		[ "$2" != "$pid" ] || [ "${stat%) *}" != "$one (${run##*/}" ] || echo "$one"
	done 2>/dev/null
}

guard() {
	for one in $(processes "$run"); do
		read -r line <"/proc/$one/comm" && [ "$line" = mptop-guard ] && echo "$one"
	done 2>/dev/null
}

# The monitor reads nothing until awake: what comes meanwhile overruns a small buffer for sure.
asleep() {
	mon=$(monitor)
	kill -STOP "$mon"
	await 5 is_asleep "$mon" || echo "# it does not stop after $await_limit s"
}

is_asleep() {
	stat=
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null
	case ${stat##*) } in
	T*) return 0 ;;
	esac
	return 1
}

awake() {
	kill -CONT "$pid" "$mon"
}

# A buffer of the run has lost something.
overrun() {
	cat "$tracefs/instances/mprottop_${pid}_"*/per_cpu/cpu*/stats |
		grep -qE '^(overrun|dropped events): [1-9]'
}

# load NAME RATE: a workload that calls until the end of the test.
load() {
	"$calls" --name="$1" --threads=2 --calls=100000000 --rate="$2" >"$tmp/said" &
	started="$started $!"
}

# hold NAME OPTION...: a workload that is there and waits for release NAME.
hold() {
	hold_name=$1
	shift
	mkfifo "$tmp/$hold_name.go"
	"$calls" --wait "$@" <>"$tmp/$hold_name.go" >"$tmp/$hold_name.said" &
	eval "hold_$hold_name=$!"
	started="$started $!"
	await 10 holding || echo "# the workload $hold_name is not ready after $await_limit s"
}

holding() {
	grep -qs '^ready\|^skip' "$tmp/$hold_name.said"
}

release() {
	echo >"$tmp/$1.go"
}

# What it did, at the end of did.json; fails where the machine cannot do it.
did() {
	worker=
	eval "worker=\$hold_$1"
	wait "$worker"
	worked=$?
	forget "$worker"
	case $worked in
	0) grep '^{' "$tmp/$1.said" >>"$tmp/did.json" ;;
	77) return 1 ;;
	*) echo "# the workload $1 failed: $(cat "$tmp/$1.said")" ;;
	esac
}

# Instances and kprobe events of all runs.
objects() {
	{
		ls $tracefs/instances
		sed -n 's/^[a-z][0-9]*:\([^ ]*\).*/\1/p' $tracefs/kprobe_events 2>/dev/null
	} | grep '^mprottop_[0-9]'
}

# Those of runs whose process is no more.
leftovers() {
	objects | while read -r object; do
		owner=${object#mprottop_}
		! gone "${owner%%_*}" || echo "$object"
	done
}

# nothing_of PID
nothing_of() {
	! objects | grep -q "^mprottop_$1_"
}

no_leftovers() {
	[ -z "$(leftovers)" ]
}

# clean NAME: nothing of a dead run is there.  Another's guard may be at work yet.
clean() {
	await 3 no_leftovers
	is "$1: nothing left in tracefs" '' "$(leftovers | tr '\n' ' ')"
}

# Everything in tracefs that is not ours and could be changed by mistake.
foreign() {
	find $tracefs/instances -mindepth 1 -maxdepth 1 ! -name 'mprottop_[0-9]*'
	cd $tracefs || return
	grep -v ':mprottop_[0-9]' kprobe_events 2>/dev/null
	head -n 99 tracing_on current_tracer trace_clock buffer_size_kb set_event trace_options \
		tracing_cpumask events/enable
	cd "$OLDPWD" || return
}
