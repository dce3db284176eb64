#!/bin/bash
# The tree and what lists it agree; marks of unfinished work and files without a
# licence do not get in.
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
		failed=1
		echo "not ok $count - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# The paths on stdin that Makefile.am lists neither so nor, as a program, without
# the ".c".
unlisted() {
	local path
	while read -r path; do
		printf '%s\n' "$listed" | grep -qxF -e "$path" -e "${path%.c}" || echo "$path"
	done
}

c_files() {
	find src tests -name '*.[ch]' | LC_ALL=C sort
}

# The mark is split so that this file does not hold it.
marks='T''ODO|F''IXME|X''XX'

listed=$(sed -n 's/#.*//; s/\\$//; p' Makefile.am | grep -oE '\<(src|tests|man)/[A-Za-z0-9_./-]+' |
	LC_ALL=C sort -u)

verdict 'Makefile.am lists every source file' "$(c_files | grep ^src | unlisted)"
verdict 'Makefile.am lists every test program' "$(c_files | grep ^tests | unlisted)"
verdict 'Makefile.am lists every test script' "$(find tests -name '*.sh' | LC_ALL=C sort | unlisted)"
verdict 'what Makefile.am lists exists' "$(for path in $listed; do
	# libraries are built, locks come and go
	[ "$path" != "${path%.a}" ] || [ "$path" != "${path%.so}" ] || [ "$path" != "${path%.lock}" ] || [ -e "$path" ] || [ -e "$path.c" ] || echo "$path"
done)"
verdict 'no marks of unfinished work' "$(grep -rnIwE "$marks" src tests man bootstrap configure.ac \
	Makefile.am README.md || true)"
verdict 'each C file names its licence in the first line' "$(c_files | while read -r file; do
	[ "$(head -n 1 "$file")" = '/* SPDX-License-Identifier: GPL-2.0-or-later */' ] || echo "$file"
done)"
verdict 'scripts are executable' "$(find bootstrap tests -type f ! -perm -u+x \
	! -path 'tests/fuzz/corpus/*' ! -path 'tests/data/*' -exec awk '
	FNR == 1 && /^#!/ { print FILENAME }' {} +)"

echo "1..$count"
exit $failed
