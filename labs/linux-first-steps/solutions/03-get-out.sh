#!/bin/bash
# Sends SIGINT as a terminal does for Ctrl+C. The job needs its own process group: background jobs ignore SIGINT otherwise.
set -m
~/counter > /tmp/printed &
until grep -q 3 /tmp/printed; do sleep 0.1; done
kill -INT -- -$!
wait
