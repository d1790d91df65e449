#!/bin/bash
# As a terminal does it for Ctrl+C: SIGINT to a job of its own, which a background job would not hear otherwise.
set -m
~/counter > /tmp/printed &
until grep -q 3 /tmp/printed; do sleep 0.1; done
kill -INT -- -$!
wait
