#!/bin/bash
# The system tests on a kernel without bpf(2): what is exact on all kernels, and what
# a run leaves.
all=count,kinds,events,related,site,cleanup,status,canary,hotplug,json,nosource
export VM_TESTS=${VM_TESTS:-$all,swarm}
exec bash "$(dirname "$0")/system.sh" nobpf-6.1 two
