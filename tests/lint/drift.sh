#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tables of options, columns, keys and causes hold, the manual page and the completion hold too,
# and the other way round. TAP. MPROTTOP is the built program, srcdir the top of the sources.
LC_ALL=C
export LC_ALL
MPROTTOP=${MPROTTOP:-./mprottop}
srcdir=${srcdir:-$(dirname "$0")/../..}
page=$srcdir/man/mprottop.8
dir=$(mktemp -d "${TMPDIR:-/tmp}/drift.XXXXXX") || exit 99
trap 'rm -rf "$dir"' EXIT
nr=0

# compare NAME FILE FILE: the same sorted lines
compare()
{
	nr=$((nr + 1))
	sort -u "$2" >"$dir/a"
	sort -u "$3" >"$dir/b"
	if [ ! -s "$dir/a" ]; then
		echo "not ok $nr - $1: nothing found"
	elif diff "$dir/a" "$dir/b" >"$dir/diff"; then
		echo "ok $nr - $1"
	else
		echo "not ok $nr - $1"
		sed 's/^/# /' "$dir/diff"
	fi
}

# section NAME: its lines without macros' quotes, fonts and backslashes
section()
{
	sed -n "/^\.SH $1\$/,/^\.SH /p" "$page" | sed '1d' | grep -v '^\.SH ' |
		sed 's/\\f[A-Z]//g; s/\\e/\x01/g; s/\\//g; s/\x01/\\/g'
}

# tags NAME: what stands behind .TP in a section
tags()
{
	section "$1" | awk 'tag { sub(/^\.[A-Z]+ /, ""); print } { tag = $0 == ".TP" }'
}

# pairs NAME: each tag in a section with what follows it
pairs()
{
	section "$1" | awk '
		tag { sub(/^\.[A-Z]+ /, ""); name = $0; tag = 0; next }
		name { print name "\t" $0; name = "" }
		{ tag = $0 == ".TP" }'
}

# Options as words: -x and --xyz
spellings()
{
	tr -c 'A-Za-z0-9-' '\n' | grep -E '^(-[A-Za-z0-9]|--[a-z][a-z-]*)$'
}

echo "1..7"
if ! "$MPROTTOP" --help >"$dir/help" || ! "$MPROTTOP" --list-columns >"$dir/columns" ||
	! "$MPROTTOP" --completion=bash >"$dir/completion"; then
	echo "Bail out! $MPROTTOP does not print its tables"
	exit 1
fi

# of --help the part before the text: two blanks or the end of the line
grep '^  *-' "$dir/help" | sed 's/^  *//; s/  .*//' | spellings >"$dir/in_help"
tags OPTIONS | sed 's/"//g' | spellings | grep -v -x -e --completion >"$dir/in_page"
compare "options of --help and the manual page" "$dir/in_help" "$dir/in_page"

sed -n 's/.*compgen -W " \(-[^"]*\)".*/\1/p' "$dir/completion" | spellings >"$dir/in_completion"
compare "options of --help and the completion" "$dir/in_help" "$dir/in_completion"

awk '{ print $1 }' "$dir/columns" >"$dir/in_list"
tags COLUMNS | sed 's/"//g' | awk '{ print $1 }' >"$dir/in_page"
compare "columns of --list-columns and the manual page" "$dir/in_list" "$dir/in_page"

"${builddir:-.}/tests/lint/list-keys" >"$dir/in_table"
pairs "SCREEN AND KEYS" >"$dir/in_page"
compare "the key table and the manual page" "$dir/in_table" "$dir/in_page"

"${builddir:-.}/tests/lint/list-keys" settings >"$dir/in_table"
pairs SETTINGS >"$dir/in_page"
compare "the settings and the manual page" "$dir/in_table" "$dir/in_page"

# {"FILE", "CAUSE", …} of knob.c, and where else a notice is filled in
{
	sed -n '/^static const struct knob_cause causes/,/^};/s/.*{"[^"]*", "\([^"]*\)".*/\1/p' \
		"$srcdir/src/reader/knob.c"
	cat "$srcdir"/src/*.c "$srcdir"/src/*/*.c |
		sed -n 's/.*\.cause = "\([a-z_]*\)".*/\1/p; s/.*->cause), "\([a-z_]*\)".*/\1/p
			s/.*tell(m, "\([a-z_]*\)",.*/\1/p'
} >"$dir/in_source"
tags NOTICES >"$dir/in_page"
compare "causes of notices and the manual page" "$dir/in_source" "$dir/in_page"

if ! command -v groff >/dev/null; then
	echo "ok 7 - the manual page formats # SKIP groff is not installed"
elif [ -z "$(groff -man -Tascii -ww -z "$page" 2>&1)" ]; then
	echo "ok 7 - the manual page formats"
else
	echo "not ok 7 - the manual page formats"
	groff -man -Tascii -ww -z "$page" 2>&1 | sed 's/^/# /'
fi
