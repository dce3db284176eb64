#!/bin/bash
# Makes the recordings of real programs in tests/data, on debian-6.12: programs.sh [NAME...]
# Each runs under strace -k, which tells of each call the functions it came through; causes.awk
# makes of them what it was for, as NAME.causes beside the recording.  They are the input of
# tests/reasons.sh.  "all" is some of them beside each other, without strace, for the pictures.
# It needs what tests/vm/packages lists, and of Debian: dash, luajit, w3m and a JDK or JRE 17.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
builddir=${builddir:-$PWD}
: "${MPROTTOP:=$builddir/mprottop}"
data=$here/../data
tmp=$(mktemp -d "${TMPDIR:-/tmp}/programs.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP
# shellcheck source=tests/vm/record-lib.sh
. "$here/record-lib.sh"
# with where calls come from, or without
sites='-f json --events -d 3600'
shapes='-f json --columns=pid,comm,calls,why -d 3600'
beside='-f json -d 1 --duration=7'
at=/test/programs
jvm=$(readlink -f "$(command -v java)" || true)
jvm=${jvm%/bin/java}

# name, what is traced, and what runs it
programs() {
	cat <<-ROWS
	shell sites dash $at/shell
	python3 sites /usr/bin/python3 -S $at/python3.py
	node sites /usr/bin/node $at/node.js
	compiler sites gcc -O -o /tmp/x $at/compiler.i
	threads sites /test/tests/work/arenas 1 8
	luajit sites luajit $at/luajit.lua
	java shapes $jvm/bin/java -XX:+UseSerialGC -Xshare:auto -version
	w3m sites env GC_ENABLE_INCREMENTAL=1 GC_USE_GETWRITEWATCH=0 w3m -dump $at/page.html
	all beside sh $at/all
	ROWS
}

# Their libraries, where the initramfs does not look for those of what lies there.
libraries() {
	ldd "$@" 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 ":" $3 }' | sort -u
}

# Debian's own, whatever else the machine has in its PATH.
sources() {
	local path program file
	for program in strace dash ls sed cat env luajit w3m as ld; do
		path=$(PATH=/usr/bin:/bin command -v $program) || continue
		# not in the place of busybox's
		echo "$path:/usr/local/bin/$program"
	done
	for program in node python3 gcc; do
		path=$(PATH=/usr/bin:/bin command -v $program) && echo "$path:/usr/bin/$program"
	done
	for file in $(gcc -print-prog-name=cc1) $(gcc -print-prog-name=collect2) \
		$(gcc -print-file-name=liblto_plugin.so) $(gcc -print-file-name={libgcc.a,libgcc_s.so}) \
		$(gcc -print-file-name={crtbeginS,crtendS,Scrt1,crti,crtn}.o) \
		$(gcc -print-file-name={libc.so,libc_nonshared.a,libc.so.6}); do
		echo "$file:$(realpath -s "$file")"
	done
	libraries "$(gcc -print-prog-name=cc1)" "$(gcc -print-prog-name=collect2)"
	libraries "$(stdlib)"/lib-dynload/_ctypes.*.so
	[ ! -x "$jvm/bin/java" ] || libraries "$jvm/bin/java" "$jvm/lib/server/libjvm.so"
}

stdlib() {
	/usr/bin/python3 -c 'import os; print(os.path.dirname(os.__file__))'
}

# tree PART NAME...: for the guest; the list is of those programs, or of all
tree() {
	local library part=$1
	shift
	mkdir -p "$tmp/tree/test" "$tmp/tree/usr/lib"
	cp -a "$here/programs" "$tmp/tree/test/"
	library=$(stdlib)
	(cd "${library%/*}" && tar -cf - --exclude=__pycache__ --exclude=test --exclude=idlelib \
		--exclude='config-*' --exclude=pydoc_data --exclude=dist-packages "${library##*/}") |
		tar -xf - -C "$tmp/tree/usr/lib"
	if [ -x "$jvm/bin/java" ]; then
		mkdir -p "$tmp/tree$jvm"
		(cd "$jvm" && tar -chf - --exclude=src.zip --exclude=jmods --exclude=ct.sym --exclude=man .) |
			tar -xf - -C "$tmp/tree$jvm"
	fi
	cat >"$tmp/tree/test/run" <<-END
	#!/bin/sh
	strace='strace -f -q -k -e signal=none -e trace=mprotect,pkey_mprotect -o /tmp/strace'
	while read -r name traced command; do
		case \$traced in
		sites) options="$sites" ;;
		shapes) options="$shapes" ;;
		beside) options="$beside" strace= ;;
		esac
		timeout 200 mprottop -w /tmp/x.dat \$options --output=/tmp/live -- \\
			\$strace \$command </dev/null >/tmp/said 2>&1
		echo "@@said"
		tail -n 3 /tmp/said
		echo "@@\$name.live"
		cat /tmp/live
		echo "@@\$name.data"
		base64 /tmp/x.dat
		echo "@@\$name.strace"
		[ -z "\$strace" ] || cat /tmp/strace
		echo "@@end"
		rm -f /tmp/x.dat /tmp/x
	done </test/programs/list
	END
	chmod +x "$tmp/tree/test/run"
	programs | while read -r name command; do
		[ $# -eq 0 ] || [[ " $* " = *" $name "* ]] || continue
		[ "$part" = all ] && [ "$name" != all ] && continue
		[ "$part" != all ] && [ "$name" = all ] && continue
		echo "$name $command"
	done >"$tmp/tree/test/programs/list"
}

# run CPUS [ARGUMENT of boot...]: what the guest prints goes to $tmp/out
run() {
	local cpus=$1
	shift
	"$here/boot" -k debian-6.12 -c "$cpus" "$@" -m 3000 -t 1500 "$tmp/image" >"$tmp/out"
}

mapfile -t words < <(sources)
status=0
# By instructions, as a slow strace between two calls tells another story of them.
for part in traced all; do
	rm -rf "$tmp/tree"
	tree "$part" "$@"
	[ -s "$tmp/tree/test/programs/list" ] || continue
	pack "$tmp/image" "${words[@]}" "$builddir/tests/work/arenas:/test/tests/work/arenas"
	if [ $part = all ]; then
		run 2
	else
		run 1 -i
	fi
	while read -r name traced _; do
		# shellcheck disable=SC2086 # several options
		take "$tmp/out" "$name." "program-$name.dat" ${!traced} || status=1
		[ $part = all ] ||
			part "$tmp/out" "$name.strace" | awk -f "$here/causes.awk" >"$data/program-$name.causes"
	done <"$tmp/tree/test/programs/list"
done
exit $status
