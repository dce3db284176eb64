#!/bin/sh
# The monitor has no privilege, and of tracefs only what it was given.
# needs: root tracefs jq
# shellcheck source=tests/sys/lib.sh
. "$(dirname "$0")/lib.sh"

# of WHAT: a line of the monitor's status.
of() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$monitor/status" | tr '\t' ' ' | sed 's/ *$//'
}

# powerless USER UID GID
powerless() {
	monitor=$(monitor)
	is "$1: uids" "$2 $2 $2 $2" "$(of Uid)"
	is "$1: gids" "$3 $3 $3 $3" "$(of Gid)"
	is "$1: no other groups" '' "$(of Groups)"
	is "$1: no capabilities" "0000000000000000 0000000000000000 0000000000000000 0000000000000000" \
		"$(of CapInh) $(of CapPrm) $(of CapEff) $(of CapAmb)"
	is "$1: none to be had" 0000000000000000 "$(of CapBnd)"
	is "$1: no_new_privs" 1 "$(of NoNewPrivs)"
}

# Descriptors of process $1 as "MODE PATH": r, w or rw.
descriptors() {
	for link in /proc/"$1"/fd/*; do
		mode=
		while read -r key value; do
			[ "$key" != flags: ] || case $value in
			*0) mode=r ;;
			*1) mode=w ;;
			*2) mode=rw ;;
			esac
		done <"/proc/$1/fdinfo/${link##*/}"
		echo "$mode $(readlink "$link")"
	done
}

# Whoever called, the monitor is nobody.
user=$(awk -F: '$3 >= 1000 && $3 < 60000 { print $3, $4; exit }' /etc/passwd)
unset SUDO_UID SUDO_GID
start -d 10
powerless nobody "$(id -u nobody)" "$(id -g nobody)"

descriptors "$monitor" | sort -u >"$tmp/descriptors"
mine="/instances/mprottop_${pid}_[0-9]+(_side)?"
cat >"$tmp/allowed" <<END
r .*$mine(/per_cpu/cpu[0-9]+/(trace_pipe_raw|stats))?
rw? .*$mine/(tracing_cpumask|options/overwrite)
rw .*$mine/(tracing_on|events/[a-z_0-9]+/[a-z_0-9]+/enable)
r .*$mine/(events/[a-z_0-9]+/[a-z_0-9]+/filter|set_event(_notrace)?_pid)
r .*$mine/(buffer_size_kb|buffer_subbuf_size_kb|trace_clock)
w .*$mine/free_buffer
r .*/kprobe_profile
r /proc/sys/kernel/ftrace_enabled
r /sys/kernel/debug/kprobes/enabled
r /proc/[0-9]+/smaps_rollup
r /proc
r /dev/null
w $tmp/(out|err)
rw (socket|anon_inode|pipe):\[?[a-z0-9]+\]?
r pipe:\[[0-9]+\]
END
is 'it holds no descriptor but those it needs' '' \
	"$(grep -vxE -f "$tmp/allowed" "$tmp/descriptors" | head -n 10)"
is 'none of tracefs can be written but switches of our own' '' \
	"$(grep '^r*w .*/tracing/' "$tmp/descriptors" | grep -vE "$mine/(tracing_on|free_buffer|events/.*/enable)\$")"
if grep -q 'trace_pipe_raw$' "$tmp/descriptors"; then
	ok 'it does hold the raw buffers'
else
	not_ok 'it does hold the raw buffers' "$(cat "$tmp/descriptors")"
fi
if su -s /bin/sh nobody -c "ls $tracefs/instances" >"$tmp/ls" 2>&1; then
	skip 'its user may not look into tracefs' "tracefs is open to all here"
else
	ok 'its user may not look into tracefs'
fi

guard=$(guard)
is 'the guard holds of tracefs only the list of kprobe events, and nothing of ours' '' \
	"$(descriptors "$guard" | grep -E "tracing|$tmp" | grep -vE '^[rw] [a-z/]*tracing/kprobe_events$')"
stop TERM

if [ -z "$user" ]; then
	skip 'SUDO_UID' 'no ordinary user in /etc/passwd'
else
	SUDO_UID=${user% *} SUDO_GID=${user#* }
	export SUDO_UID SUDO_GID
	start -d 10
	powerless 'SUDO_UID' "$(id -u nobody)" "$(id -g nobody)"
	stop TERM
	unset SUDO_GID
fi
for SUDO_UID in 0 nonsense 4294967296 -1; do
	export SUDO_UID
	start -d 10
	monitor=$(monitor)
	is "SUDO_UID=$SUDO_UID is nobody" "$(id -u nobody)" "$(of Uid | cut -d' ' -f1)"
	stop TERM
	[ -z "${MPROTTOP_GUEST-}" ] || break
done
clean 'at the end'
finish
