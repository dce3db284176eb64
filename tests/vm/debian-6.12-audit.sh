#!/bin/bash
# Verdicts against the real policies, on a kernel that has both.
export VM_TESTS="${VM_TESTS:-audit}"
exec bash "$(dirname "$0")/system.sh" debian-6.12 two
