#!/bin/bash
# Which folder of src may include what, and which file alone a library's header.
set -eu

cd "${srcdir:-.}"
count=0
failed=0

# verdict NAME FINDINGS
verdict() {
	count=$((count + 1))
	if [ -z "$2" ]; then
		echo "ok $count - $1"
	else
		failed=$((failed + 1))
		echo "not ok $count - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# Prints "file:line header" of each quoted include, the header's path from src on.
quoted() {
	local file line header
	grep -rnoE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]+"[^"]+"' "$1" |
		while IFS=: read -r file line header; do
			header=${header#*\"}
			header=${header%\"}
			case $header in
			config.h) continue ;;
			*/*) ;;
			*) [ ! -e "$(dirname "$file")/$header" ] || header=$(dirname "${file#src/}")/$header ;;
			esac
			echo "$file:$line $header"
		done
}

# room FOLDER PATTERN: FOLDER includes only headers that match one of the patterns.
room() {
	local folder=$1 findings
	shift
	findings=$(quoted "src/$folder" | while read -r place header; do
		for pattern in "$folder/*" base/* "$@"; do
			# shellcheck disable=SC2053 # a pattern is meant
			[[ $header != $pattern ]] || continue 2
		done
		echo "$place includes $header"
	done)
	verdict "$folder includes only $folder base $*" "$findings"
}

# header REGEX FILE...: only these files include <REGEX>.
header() {
	local regex=$1 findings
	shift
	findings=$(grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]+<$regex>" src |
		while IFS=: read -r file line _; do
			case " $* " in
			*" $file "*) ;;
			*) echo "$file:$line" ;;
			esac
		done)
	verdict "<$regex> only in $*" "$findings"
}

room base
room model
room tracer model/event.h
room reader 'model/event.h' 'model/health.h'
room tui 'model/*'
room output 'model/*'

header '(.*/)?tracefs\.h' src/tracer/tracing.c src/reader/source_live.c
header '(.*/)?event-parse\.h' tests alone
header '(.*/)?trace-cmd\.h' src/reader/otherdat.c
header '(.*/)?n?curses\.h' src/tui/screen.c

verdict 'src holds no other folder' "$(find src -mindepth 1 -type d ! -path src/base ! -path src/model \
	! -path src/tracer ! -path src/reader ! -path src/tui ! -path src/output \
	! -name .deps ! -name .libs)"

echo "1..$count"
[ $failed -eq 0 ]
