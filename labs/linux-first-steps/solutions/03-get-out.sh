#!/bin/bash
# As a terminal does it for Ctrl+C: SIGINT to a job of its own, which a background job would not hear otherwise.
set -m
~/counter &
sleep 2.5
kill -INT -- -$!
wait
