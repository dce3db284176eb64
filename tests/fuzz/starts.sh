#!/bin/bash
# Each fuzz target's long run begins, and finds nothing in some seconds: what it needs is kept alive.
set -eu

seconds=5
here=$(cd "${srcdir:-.}" && pwd)
MPROTTOP_FUZZ=$PWD/build-fuzz
export MPROTTOP_FUZZ
# The make that runs this test hands down what it was told.
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS TEST_LOGS MAKEOVERRIDES

skip() {
	echo "1..0 # SKIP $*"
	exit
}

command -v clang >/dev/null || skip "clang is not installed (see $here/tests/packages)"
mkdir -p "$MPROTTOP_FUZZ"
echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return d && n < 0; }' |
	clang -fsanitize=fuzzer,address,undefined -x c -o "$MPROTTOP_FUZZ/probe" - 2>/dev/null ||
	skip "clang has no libFuzzer or sanitizers here (see $here/tests/packages)"
[ ! -e "$here/config.status" ] || skip "a build in $here itself has no room for another; build elsewhere"

# run NAME: what it printed is in NAME.out, and NAME.failed is there where that is of interest.
run() {
	local out=$MPROTTOP_FUZZ/$1
	rm -f "$out.failed"
	"$here/tests/fuzz/long" "$1" $seconds >"$out.out" 2>&1 </dev/null || : >"$out.failed"
}

if ! "$here/tests/fuzz/long" --build >"$MPROTTOP_FUZZ/build.out" 2>&1; then
	echo 'not ok 1 - all of them can be built'
	tail -n 30 "$MPROTTOP_FUZZ/build.out" | sed 's/^/# /'
	echo 1..1
	exit 1
fi
names=()
for source in "$here"/tests/fuzz/fuzz-*.c; do
	source=${source##*/fuzz-}
	names+=("${source%.c}")
done
for name in "${names[@]}"; do
	run "$name" &
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
		wait -n || :
	done
done
wait

count=0
failed=0
for name in "${names[@]}"; do
	count=$((count + 1))
	# The line that it ends with: "Done 4711 runs in 6 second(s)".
	if [ ! -e "$MPROTTOP_FUZZ/$name.failed" ] && done=$(grep '^Done [1-9]' "$MPROTTOP_FUZZ/$name.out"); then
		echo "ok $count - $name: $done"
	else
		failed=1
		echo "not ok $count - $name"
		tail -n 40 "$MPROTTOP_FUZZ/$name.out" | sed 's/^/# /'
	fi
done
echo "1..$count"
exit $failed
