#!/bin/sh
# The live screens, in a terminal of tmux, over processes that make code: what each draws of
# them, keys, and the terminal after q.
# needs: root tracefs tmux
# shellcheck source=tests/sys/lib.sh
# shellcheck disable=SC2317 # await calls them
. "$(dirname "$0")/lib.sh"

command -v tmux >/dev/null || skip_all 'tmux is not installed'
export LC_ALL=C.UTF-8 TMUX_TMPDIR="$tmp"
unset TMUX NO_COLOR COLUMNS LINES

tm() {
	tmux -u -L screens -f "$tmp/conf" "$@"
}

tidy() {
	tm kill-server 2>/dev/null
}

screen() {
	tm capture-pane -p 2>/dev/null
}

on_screen() {
	screen | grep -qE -- "$1"
}

# soon NAME COMMAND...: that it succeeds
soon() {
	name=$1
	shift
	if await 30 "$@"; then
		ok "$name"
	else
		not_ok "$name" "waited for: $*" "$(screen)"
	fi
}

# shows NAME PATTERN
shows() {
	soon "$1" on_screen "$2"
}

# told NAME PATTERN: where the source tells what became of mappings
told() {
	if [ $source = kprobe ]; then
		shows "$@"
	else
		skip "$1" 'the tracepoints do not tell'
	fi
}

key() {
	tm send-keys "$@"
}

# say TEXT: as typed, and Enter
say() {
	tm send-keys -l -- "$1"
	tm send-keys Enter
}

# How much is in the column W>X, or ASK X, of the process of that name.
flips() {
	screen | awk -v name="$1" '
		/^ *PID / {
			for (i = 1; i <= NF; i++)
				if ($i == "W>X")
					end = index($0, "W>X") + 3
			if (!end)
				end = index($0, "ASK X") + 5
		}
		$NF == name && end { print substr($0, end - 6, 6) + 0; exit }'
}

flips_more() {
	now=$(flips "$1")
	[ "${now:-0}" -gt "${2:-0}" ]
}

has_status() {
	[ -s "$tmp/status" ]
}

# worker NAME PROTECTIONS: calls with each in turn, all the time
worker() {
	"$calls" --name="$1" --prot="$2" --rate=50 --calls=1000000 >/dev/null 2>&1 &
	started="$started $!"
}

worker wx-flip rw,rx
flipper=$!
worker wx-both rwx,rw
printf 'set -g status off\nset -g default-terminal screen\n' >"$tmp/conf"
cat >"$tmp/pane" <<END
stty -a >$tmp/before
$MPROTTOP --no-config -d 0.5 -F wx-
echo \$? >$tmp/status.new
stty -a >$tmp/after
mv $tmp/status.new $tmp/status
exec sleep 1000
END
tm new-session -d -x 140 -y 40 "exec sh $tmp/pane"

shows 'it comes up' '^mprottop '
[ $failed -eq 0 ] || finish
shows 'Main: the probe works' "^Probe +$source ok.* lost 0 "
shows 'Main: rates' '^ *PID +USER .*CALLS/s'
shows 'Main: who flips, and how often' "^m? +$flipper +root +[0-9.]+ .* wx-flip\$"
told 'Main: marked by what is known of it' "^m +$flipper "
told 'Main: marked, who has both at once' '^! +[0-9]+ .* wx-both$'
soon 'Main: flips are counted' flips_more wx-flip 0
soon 'Main: and on' flips_more wx-flip "$(flips wx-flip)"

key 2
shows 'W^X shows' '\[2W\^X\]'
told 'W^X: a verdict' "^m +$flipper +root +mdwe "
told 'W^X: a breach' " $flipper wx-flip .* rw- > r-x made "

key 3
shows 'Events shows' '\[3Events\]'
shows 'Events: a call' " $flipper wx-flip .* r-x +ok "
told 'Events: old and new, and why' " wx-flip .* rw- > r-x w>x +jit"
key e
say 'comm has both'
shows 'Events: those of an expression' '^Calls .* of [0-9]+ lines kept.*|comm has both'
no_flipper() {
	on_screen ' wx-both ' && ! on_screen ' wx-flip '
}
soon 'Events: and no others' no_flipper
key '='

key 4
shows 'Latency: a distribution' '^Time in calls'
shows 'Latency: who spends it' ' wx-flip'
key 5
shows 'Sites shows' '\[5Sites\]'
told 'Sites: where it calls from' ' calls\+0x[0-9a-f]+'
key 6
shows 'Self: the probes' '^  [a-z0-9_]+mprotect +[1-9-]'
told 'Self: each with its hits' '^  m[0-9_]+mprotect_fixup +[1-9][0-9]* +0 +~?[0-9-]'

key 1
shows 'Main again' '\[1Main\]'
key /
say wx-fl
key Enter
shows 'a search leads to it, Enter to its detail' "process $flipper .*wx-flip|wx-flip .*process $flipper"
told 'its detail: why' '^ *jit +[0-9]+ '
key q
shows 'q leaves the detail' '\[1Main\]'
key h
shows 'h: the keys' 'quit'
key q
shows 'q leaves them' '^ *PID '

key q
if await 10 has_status; then
	is 'q: the status' 0 "$(cat "$tmp/status")"
	is 'q: the settings of the line' "$(cat "$tmp/before")" "$(cat "$tmp/after")"
	is 'q: the terminal' 01000 \
		"$(tm display-message -p '#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{keypad_cursor_flag}#{keypad_flag}')"
else
	not_ok 'q: it ends' "$(screen)"
fi
clean 'screens'
finish
