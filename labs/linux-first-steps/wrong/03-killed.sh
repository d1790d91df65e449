#!/bin/bash
# Killed instead of stopped with Ctrl+C.
set -m
~/counter &
kill -KILL -- -$!
wait
true
