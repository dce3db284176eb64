#!/bin/bash
# What scripts that make recordings in the virtual machine share; to be sourced. They set
# here, tmp, data and MPROTTOP.
# shellcheck disable=SC2154

# Packs an image with that program and the files of more words: pack OUT SOURCE...
pack() {
	local out=$1
	shift
	# another build may come meanwhile
	[ -e "$tmp/mprottop" ] || cp "$MPROTTOP" "$tmp/mprottop"
	MPROTTOP=$tmp/mprottop
	"$here/initramfs" "$out" "$tmp/tree" "$MPROTTOP:/usr/local/bin/mprottop" "$@"
}

# The lines behind a mark, up to the next: part FILE MARK
part() {
	sed -n "/^@@$2\$/,/^@@/p" "$1" | grep -v '^@@'
}

# What a guest showed live, and its recording, behind the marks NAMElive and NAMEdata: the
# recording is kept where its replay says the same.  take FILE NAME TO OPTION...
take() {
	local out=$1 name=$2 to=$3
	shift 3
	part "$out" "${name}data" | base64 -d >"$tmp/x.dat"
	part "$out" "${name}live" | sed 's/"source":"[a-z]*"/"source":"recording"/' >"$tmp/live"
	"$MPROTTOP" -r "$tmp/x.dat" "$@" >"$tmp/replay"
	if [ -s "$tmp/live" ] && cmp -s "$tmp/live" "$tmp/replay"; then
		cp "$tmp/x.dat" "$data/$to"
		ls -l "$data/$to"
		return
	fi
	echo "$to: the replay differs from what was shown live:"
	diff "$tmp/live" "$tmp/replay" | cut -c 1-300 | head -n 20
	return 1
}
