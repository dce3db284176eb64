#!/bin/bash
# Each row of tests/FAULTS.md names tests that exist, with words that are in them, or says why there is none.
set -eu

cd "${srcdir:-.}"
count=0
failed=0

point() {
	count=$((count + 1))
	if [ -z "$2" ]; then
		echo "ok $count - $1"
	else
		failed=$((failed + 1))
		echo "not ok $count - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# wrong TESTS: what is wrong with the last column of a row.
wrong() {
	local test file words rest=$1
	while [ -n "$rest" ]; do
		test=${rest%%), *}
		if [ "$test" = "$rest" ]; then
			rest=
			test=${test%)}
		else
			rest=${rest#*), }
		fi
		file=${test%% (*}
		words=${test#* (}
		if [ "$file" = "$test" ]; then
			echo "'$test' has no words in parentheses"
		elif [ ! -f "$file" ]; then
			echo "$file is not there"
		elif ! grep -qF -- "$words" "$file"; then
			echo "$file has nothing like '$words'"
		fi
	done
}

rows=0
while IFS='|' read -r _ id fault does tests _; do
	id=${id// /}
	tests=$(sed 's/^ *//; s/ *$//' <<<"$tests")
	rows=$((rows + 1))
	if [ -z "$tests" ]; then
		[[ $does == *'no test: '* ]] && findings= || findings='no test, and no reason'
	else
		findings=$(wrong "$tests")
	fi
	point "$id:$fault" "$findings"
done < <(grep '^| F[0-9]' tests/FAULTS.md)
point 'there are rows' "$([ $rows -gt 40 ] || echo "only $rows")"
twice=$(grep -o '^| F[0-9]* ' tests/FAULTS.md | sort | uniq -d)
point 'no row stands twice' "$twice"
echo "1..$count"
[ $failed -eq 0 ]
