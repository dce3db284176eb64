#!/bin/bash
# The system tests on a distribution's kernel with one CPU, and on it locked down.
exec bash "$(dirname "$0")/system.sh" debian-6.1 one lockdown
