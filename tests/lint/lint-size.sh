#!/bin/bash
# A function has at most 60 lines, a file at most 500.
set -eu

cd "${srcdir:-.}"

mapfile -t files < <(find src tests -name '*.[ch]' | LC_ALL=C sort)

# The format puts the brace that opens a function, and no other that a ")" stands
# before, in column 0.  The head above it counts.
long_functions() {
	awk '
		FNR == 1 { head = 0; open = 0 }
		/^[A-Za-z_].*\(/ && !/;$/ && !/^#/ { head = FNR; name = $0 }
		/^{/ && head { open = head }
		/^}/ {
			if (open && FNR - open + 1 > 60) {
				sub(/\(.*/, "", name)
				sub(/.*[ *]/, "", name)
				printf "%s:%d %s() has %d lines\n", FILENAME, open, name, FNR - open + 1
			}
			open = 0
			head = 0
		}
		/^$/ { if (!open) head = 0 }' "${files[@]}"
}

long_files() {
	awk '
		FNR > 500 { lines[FILENAME] = FNR }
		END { for (file in lines) printf "%s has %d lines\n", file, lines[file] }' "${files[@]}" | LC_ALL=C sort
}

failed=0

# verdict NUMBER NAME FINDINGS
verdict() {
	if [ -z "$3" ]; then
		echo "ok $1 - $2"
	else
		failed=1
		echo "not ok $1 - $2"
		printf '%s\n' "$3" | sed 's/^/# /'
	fi
}

echo 1..2
verdict 1 'no function over 60 lines' "$(long_functions)"
verdict 2 'no file over 500 lines' "$(long_files)"
exit $failed
