#!/bin/bash
# Tests the runner: one deliberate failure of any kind must turn "make check" red.
# needs: make
set -eu

tmp=$(mktemp -d "${TMPDIR:-/tmp}/runner.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
cd "${builddir:-.}"
# The make that runs this test hands down what it was told.
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS TEST_LOGS MAKEOVERRIDES
count=0
failed=0

# expect NAME STATUS LINE TEST...: "make check" of these ends so, LINE its last
# line; STATUS is 0 or 1 for any other.
expect() {
	local name=$1 wanted=$2 line=$3 status=0 last
	shift 3
	make -s check TESTS="$*" TEST_SUITE_LOG="$tmp/suite.log" SHOW_TALLY=: TALLY="$tmp/tally" \
		>"$tmp/out" 2>&1 </dev/null || status=1
	last=$(cat "$tmp/tally" 2>/dev/null || true)
	count=$((count + 1))
	if [ "$status" = "$wanted" ] && [ "$last" = "$line" ]; then
		echo "ok $count - $name"
	else
		failed=1
		echo "not ok $count - $name"
		echo "# status $status, expected $wanted; '$last', expected '$line'"
		sed 's/^/# /' "$tmp/out"
	fi
	rm -f "$tmp/tally"
}

# script NAME: a test script from stdin.
script() {
	{
		echo '#!/bin/sh'
		cat
	} >"$tmp/$1.sh"
}

script green <<-'END'
	printf '%s\n' 1..3 'ok 1 - one' 'ok 2 - two' 'ok 3 - three # SKIP a reason'
END
script red <<-'END'
	printf '%s\n' 'ok 1 - one' 'not ok 2 - on purpose' 'ok 3 - three' 1..3
END
script short <<-'END'
	printf '%s\n' 1..3 'ok 1 - one'
END
script died <<-'END'
	printf '%s\n' 1..1 'ok 1 - one'
	kill -9 $$
END
script bail <<-'END'
	echo 1..1
	echo 'Bail out! on purpose'
END
script mute <<-'END'
	:
END
script skipped <<-'END'
	echo '1..0 # SKIP a reason'
END
script needy <<-'END'
	# needs: no-such-tool
	echo 1..1
	echo 'not ok 1 - ran without its tool'
END

expect 'all is well' 0 '2 passed, 0 failed, 1 skipped' "$tmp/green.sh"
expect 'a failed point' 1 '2 passed, 1 failed, 0 skipped' "$tmp/red.sh"
expect 'a failed point among good tests' 1 '4 passed, 1 failed, 1 skipped' "$tmp/green.sh" "$tmp/red.sh"
expect 'fewer points than planned' 1 '1 passed, 1 failed, 0 skipped' "$tmp/short.sh"
expect 'a test that was killed' 1 '1 passed, 1 failed, 0 skipped' "$tmp/died.sh"
expect 'a test that bails out' 1 '0 passed, 1 failed, 0 skipped' "$tmp/bail.sh"
expect 'a test that prints nothing' 1 '0 passed, 1 failed, 0 skipped' "$tmp/mute.sh"
expect 'a skipped test' 0 '0 passed, 0 failed, 1 skipped' "$tmp/skipped.sh"
expect 'a tool that is missing' 0 '0 passed, 0 failed, 1 skipped' "$tmp/needy.sh"
expect 'a test that is not there' 1 '0 passed, 1 failed, 0 skipped' "$tmp/absent.sh"

echo "1..$count"
exit $failed
