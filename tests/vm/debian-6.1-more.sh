#!/bin/bash
# The system tests on a distribution's kernel with one CPU, and on it locked down; the screens.
VM_SOURCES=$(PATH=/usr/bin:/bin command -v tmux || true)
# it wants UTF-8
[ ! -d /usr/lib/locale/C.utf8 ] || VM_SOURCES="$VM_SOURCES /usr/lib/locale/C.utf8:/usr/lib/locale/C.utf8"
export VM_SOURCES VM_TESTS="${VM_TESTS:-screens}"
exec bash "$(dirname "$0")/system.sh" debian-6.1 one two lockdown
