#!/bin/bash
# The system tests on a distribution's kernel: what is exact on all kernels, what a
# run may hold, and what a storm does.
all=count,kinds,events,related,site,privilege,status,canary,check,hotplug,json,record
export VM_TESTS=${VM_TESTS:-$all,storm}
exec bash "$(dirname "$0")/system.sh" debian-6.1 two
