#!/bin/bash
# Ended in another way, before it was asked to stop.
set -m
~/counter &
kill -KILL -- -$!
wait
true
