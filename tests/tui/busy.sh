#!/bin/bash
# Real programs show by their names.
# needs: root tracefs tmux pgrep
# shellcheck disable=SC2317 # check calls functions by name
# shellcheck source=tests/tui/lib.sh
. "${srcdir:-.}/tests/tui/lib.sh"

# program NAME TOOL SCRIPT...: while it runs, a row is called NAME
program() {
	local name=$1 tool=$2 pid
	shift
	if ! "$tool" --version >/dev/null 2>&1; then
		skip "$name" "$tool is not installed"
		return
	fi
	timeout 300 "$@" >/dev/null 2>&1 &
	pid=$!
	check "$name shows" on_screen " ($name)\$"
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

compiler=${CC:-cc}
cat >"$tmp/file.c" <<'END'
#include <stdio.h>
int main(void) { return printf("%d\n", 1) < 0; }
END

# Low and wide, for a machine where many others call as well.
live 120x200 -d 0.2
program 'python3(\.[0-9]+)?' python3 -c '
import threading, time
while True:
	thread = threading.Thread(target=lambda: [bytearray(200000) for i in range(50)])
	thread.start()
	thread.join()
	time.sleep(0.01)'
program 'node|MainThread' node -e 'setInterval(() => { for (let i = 0; i < 1e5; i++) Array.from([i]); }, 20)'
program 'perl' perl -e 'while (1) { my @list = (1 .. 100000); select(undef, undef, undef, 0.02) }'
# shellcheck disable=SC2016
program 'cc1|clang(-[0-9]+)?|tcc' bash -c 'while :; do $1 -c -o /dev/null "$2"; done' - "$compiler" "$tmp/file.c"
press q
check_end 'q' 0
plan
