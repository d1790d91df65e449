#!/bin/bash
# Stopped as soon as it counted.
set -m
~/counter > /tmp/printed &
until grep -q 1 /tmp/printed; do sleep 0.1; done
kill -INT -- -$!
wait
true
