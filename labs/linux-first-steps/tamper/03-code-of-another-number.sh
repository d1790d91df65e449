#!/bin/bash
# Stopped too soon, and another number before the same code.
rm -f ~/counted.txt
set -m
~/counter > /tmp/printed &
until grep -q 1 /tmp/printed; do sleep 0.1; done
kill -INT -- -$!
wait
sed -i 's/^[0-9]*/7/' ~/counted.txt
