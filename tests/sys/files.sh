#!/bin/sh
# Files that the command line names: which are taken, and with whose rights they are opened.
# needs: root tracefs jq unshare
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2016,SC2317 # variables of another shell
. "$(dirname "$0")/lib.sh"

caller=12345
stranger=54321
cp "$(dirname "$0")/../data/record-6.1.dat" "$tmp/dat"
chmod 644 "$tmp/dat"
mkdir "$tmp/roots" "$tmp/his" "$tmp/sticky" "$tmp/deep"
chmod 755 "$tmp/roots"
chown $caller:$caller "$tmp/his"
chmod 1777 "$tmp/sticky"
chmod 700 "$tmp/deep"

# What a test of the kernel's own protection has changed.
was=$(cat /proc/sys/fs/protected_regular 2>/dev/null)
tidy() {
	[ -z "$was" ] || echo "$was" >/proc/sys/fs/protected_regular
} 2>/dev/null

# A replay, as the user who called sudo where that is asked for.
replay() {
	status=0
	timeout 300 "$MPROTTOP" -b -f csv "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

by_sudo() {
	status=0
	SUDO_UID=$caller SUDO_GID=$caller timeout 300 "$MPROTTOP" -b -f csv "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# refused NAME PATTERN: the run failed, and its one line of error is like that.
refused() {
	is "$1: the status" 1 "$status"
	like "$1: the reason and what to do" "^mprottop: .*$2" "$tmp/err"
}

# rows NAME FILE: the replay is in it.
rows() {
	finds "$1" '^[0-9]+,' "$2"
}

# Of root.
echo kept >"$tmp/kept"
ln -s "$tmp/kept" "$tmp/link"
replay -r "$tmp/dat" --output="$tmp/link"
refused '--output: a link' "$tmp/link.*not a link"
echo kept >"$tmp/other"
chown $stranger "$tmp/other"
replay -r "$tmp/dat" --output="$tmp/other"
refused "--output: somebody else's" "somebody else.*$tmp/other.*sudo tee FILE"
mkfifo "$tmp/fifo"
replay -r "$tmp/dat" --output="$tmp/fifo"
refused '--output: a FIFO without a reader' "$tmp/fifo.*--output"
replay -r "$tmp/fifo"
refused '--read: a FIFO without a writer' "$tmp/fifo.*trace.dat"
replay -r /dev/zero
refused '--read: a device' '/dev/zero.*trace.dat'
replay -r "$tmp/dat" --output=/dev/full
refused '--output: a full disk' '/dev/full.*No space left'
replay -r "$tmp/dat" --output=/dev/null
is '--output: /dev/null' 0 "$status"
ln -s "$tmp/roots" "$tmp/way"
replay -r "$tmp/dat" --output="$tmp/way/file"
rows '--output: a link in the way to a directory of his own' "$tmp/roots/file"
for file in kept other; do
	is "what was refused is as it was: $file" kept "$(cat "$tmp/$file")"
done

# In a directory like /tmp, with the kernel's protection and without.
for level in 0 2; do
	if ! echo $level 2>/dev/null >/proc/sys/fs/protected_regular; then
		skip "protected_regular=$level" 'it cannot be set here'
		continue
	fi
	echo kept >"$tmp/sticky/file"
	chown $stranger "$tmp/sticky/file"
	chmod 666 "$tmp/sticky/file"
	replay -r "$tmp/dat" --output="$tmp/sticky/file"
	refused "protected_regular=$level: root" "$tmp/sticky/file: Permission denied; .*sudo tee FILE"
	by_sudo -r "$tmp/dat" --output="$tmp/sticky/file"
	refused "protected_regular=$level: by sudo" "$tmp/sticky/file: Permission denied; .*sudo tee FILE"
	is "protected_regular=$level: the file is as it was" kept "$(cat "$tmp/sticky/file")"
	rm "$tmp/sticky/file"
done
tidy

# Descriptors that the caller gave.
for name in - /dev/stdout /dev/fd/1 /proc/self/fd/1; do
	replay -r "$tmp/dat" --output=$name
	rows "--output=$name is standard output" "$tmp/out"
done
is 'none of them is a file' '' "$(find . -maxdepth 1 -name -)"
"$MPROTTOP" -b -f csv -r "$tmp/dat" --output=/dev/stdout | cat >"$tmp/piped"
rows '--output=/dev/stdout: a pipe' "$tmp/piped"
"$MPROTTOP" -b -f csv -r - <"$tmp/dat" >"$tmp/out"
rows '-r - is standard input' "$tmp/out"
if command -v bash >/dev/null; then
	MPROTTOP=$MPROTTOP bash -c '"$MPROTTOP" -b -f csv -r <(cat "$1") >"$2"' - "$tmp/dat" "$tmp/out"
	rows '-r <(...)' "$tmp/out"
	MPROTTOP=$MPROTTOP bash -c '"$MPROTTOP" -b -f csv -r "$1" --output=>(cat >"$2"; : >"$2.done")' \
		- "$tmp/dat" "$tmp/through"
	await 10 test -e "$tmp/through.done"
	rows '--output=>(...)' "$tmp/through"
fi

# By sudo.
by_sudo -r "$tmp/dat" --output="$tmp/roots/new"
refused "sudo: a new file in root's directory" \
	"$tmp/roots/new: Permission denied; .*mprottop -b --output=- \.\.\. \| sudo tee FILE"
echo kept >"$tmp/roots/old"
by_sudo -r "$tmp/dat" --output="$tmp/roots/old"
refused "sudo: root's file" "$tmp/roots/old: Permission denied; .*sudo tee FILE"
is "sudo: root's file is as it was" kept "$(cat "$tmp/roots/old")"
cp "$tmp/dat" "$tmp/secret"
chmod 600 "$tmp/secret"
by_sudo -r "$tmp/secret"
refused 'sudo: a recording that only root may read' \
	"$tmp/secret: Permission denied; sudo cat FILE \| mprottop -r -"
cp "$tmp/dat" "$tmp/deep/dat"
by_sudo -r "$tmp/deep/dat"
refused 'sudo: a directory that only root may enter' "$tmp/deep/dat: Permission denied; sudo cat"
by_sudo -r - <"$tmp/secret"
refused 'sudo: no standard input' '-.*trace.dat'
SUDO_UID=$caller "$MPROTTOP" -b -f csv -r - <"$tmp/secret" >"$tmp/out"
rows 'sudo: one that root has opened' "$tmp/out"
by_sudo -r "$tmp/dat" --output="$tmp/his/file"
is 'sudo: the output belongs to who called' "$caller $caller 600" \
	"$(stat -c '%u %g %a' "$tmp/his/file")"
rows 'sudo: and has the rows' "$tmp/his/file"
chgrp $caller "$tmp/secret"
chmod 640 "$tmp/secret"
by_sudo -r "$tmp/secret"
rows 'sudo: a recording that his group may read' "$tmp/out"
mkdir "$tmp/his/m"
chown $caller:$caller "$tmp/his/m"
SUDO_UID=$caller SUDO_GID=$caller "$MPROTTOP" -n 1 -d 0.2 -w "$tmp/his/w.dat" \
	--metrics-file="$tmp/his/m/prom" -b >"$tmp/out" 2>"$tmp/err" </dev/null
is 'sudo: so do recordings and metrics' "$caller $caller" \
	"$(stat -c %u "$tmp/his/w.dat" "$tmp/his/m/prom" | tr '\n' ' ' | sed 's/ $//')"

# Metrics tell of all processes.
SUDO_UID=$caller "$MPROTTOP" -n 1 -d 0.2 --metrics-file="$tmp/his/m/prom" -b >"$tmp/out" 2>&1
is '--metrics-file: all may read it' 644 "$(stat -c %a "$tmp/his/m/prom")"
case $(uname -r) in
[1-4].* | 5.[0-7].*) skip 'but not under hidepid' 'hidepid would be that of the whole machine' ;;
*)
	# of a mount of its own
	unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' - \
		"$MPROTTOP" -n 1 -d 0.2 --metrics-file="$tmp/his/m/hid" -b >"$tmp/out" 2>"$tmp/err"
	is 'but not under hidepid' 640 "$(stat -c %a "$tmp/his/m/hid")"
	;;
esac

# COMMAND's standard output is ours where that is asked for.
go 20 -f csv --columns=comm,calls --output=- -- "$calls" --name=mine --calls=5
is '--output=- with COMMAND: the status' 0 "$status"
finds '--output=- with COMMAND: the rows' '^mine,5$' "$tmp/out"
is '--output=- with COMMAND: and not on standard error' 0 "$(grep -c '^mine,' "$tmp/err")"
go 20 -f csv --columns=comm,calls -- "$calls" --name=mine --calls=5
finds 'without it they are on standard error' '^mine,5$' "$tmp/err"
clean 'at the end'
finish
