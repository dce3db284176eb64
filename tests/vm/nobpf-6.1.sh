#!/bin/bash
# The system tests on a kernel without bpf(2).
exec bash "$(dirname "$0")/system.sh" nobpf-6.1 two one
