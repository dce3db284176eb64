#!/bin/bash
# Every shell script passes shellcheck.
# needs: shellcheck
set -eu

cd "${srcdir:-.}"
files=()
while read -r file; do
	case $(head -c 40 "$file" | head -n 1 | tr -d '\0') in
	'#!'*sh) files+=("$file") ;;
	esac
done < <(
	echo bootstrap
	[ ! -e .ci/run ] || echo .ci/run
	find tests -type f ! -path 'tests/fuzz/corpus/*' ! -path 'tests/data/*' | LC_ALL=C sort
)

echo 1..1
if out=$(shellcheck -f gcc "${files[@]}"); then
	echo "ok 1 - ${#files[@]} scripts"
else
	echo "not ok 1 - ${#files[@]} scripts"
	printf '%s\n' "$out" | sed 's/^/# /'
	exit 1
fi
