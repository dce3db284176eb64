#!/bin/bash
# Runs that are killed at random moments, on a kernel that panics at the first warning; two that start
# at once; CPUs that are possible and not there. VM_ROUNDS: how many runs are killed.
export VM_ROUNDS="${VM_ROUNDS:-50}"
exec bash "$(dirname "$0")/system.sh" debian-6.1 kills cpus
