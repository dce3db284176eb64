#!/bin/bash
# Exact figures on another distribution's kernel.
export VM_TESTS="${VM_TESTS:-count,kinds,events,related,site,rest}" VM_BRIEF=1
exec bash "$(dirname "$0")/system.sh" debian-6.12 two
