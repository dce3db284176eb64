#!/bin/bash
# What overruns the buffers, with one CPU and with four.
exec bash "$(dirname "$0")/system.sh" debian-6.1 storm
