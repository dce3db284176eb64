#!/bin/bash
# The system tests on a distribution's kernel.
exec bash "$(dirname "$0")/system.sh" debian-6.1 two
