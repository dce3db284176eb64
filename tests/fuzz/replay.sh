#!/bin/bash
# Replays every corpus through its fuzz target: corpus/NAME through fuzz-NAME.
set -eu

count=0
failed=0
for corpus in "${srcdir:-.}"/tests/fuzz/corpus/*/; do
	name=$(basename "$corpus")
	count=$((count + 1))
	if out=$("tests/fuzz/fuzz-$name" "$corpus"* 2>&1); then
		echo "ok $count - $name: $out"
	else
		failed=$((failed + 1))
		echo "not ok $count - $name"
		printf '%s\n' "$out" | tail -n 30 | sed 's/^/# /'
	fi
done
echo "1..$count"
[ $failed -eq 0 ] && [ $count -gt 0 ]
