#!/bin/bash
# Every C file is as clang-format and .clang-format lay it out.
# needs: clang-format
set -eu

cd "${srcdir:-.}"
oldest=14
version=$(clang-format --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
if [ "${version:-0}" -lt $oldest ]; then
	echo "1..0 # SKIP clang-format is older than $oldest"
	exit
fi

echo 1..1
if out=$(find src tests -name '*.[ch]' -exec clang-format --dry-run -Werror {} + 2>&1); then
	echo 'ok 1 - every C file is formatted'
else
	echo 'not ok 1 - every C file is formatted'
	printf '%s\n' "$out" | sed -n 's/^\([^:]*:[0-9]*\):.* error: .*/# \1/p' | uniq
	echo '# run clang-format -i on them'
	exit 1
fi
