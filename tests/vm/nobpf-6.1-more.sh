#!/bin/bash
# Who interferes is told of, on a kernel without bpf(2), and figures with one CPU.
export VM_TESTS="${VM_TESTS:-interfere,settings}"
exec bash "$(dirname "$0")/system.sh" nobpf-6.1 two one
