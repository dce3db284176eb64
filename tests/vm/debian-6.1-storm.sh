#!/bin/bash
# Storms with one CPU and with four, and that none of them is told as interference.
export VM_TESTS="${VM_TESTS:-calm}"
exec bash "$(dirname "$0")/system.sh" debian-6.1 two storm
