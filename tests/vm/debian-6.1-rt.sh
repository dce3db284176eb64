#!/bin/bash
# The system tests on a PREEMPT_RT kernel.
export VM_TESTS="${VM_TESTS:-count,kinds,storm,cleanup}"
exec bash "$(dirname "$0")/system.sh" debian-6.1-rt two
