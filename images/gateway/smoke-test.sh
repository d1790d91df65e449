#!/bin/sh
# Run in a container of the image after each build: what carries connections starts, and says so
# where nothing listens.
set -eu

perl -c /usr/lib/berth/linger.pl 2> /dev/null || { echo 'linger.pl does not start'; exit 1; }
answer=$(perl /usr/lib/berth/connect.pl 9 127.0.0.1 < /dev/null | tr -d '\0\006') || true
[ "$answer" = closed ] || { echo "connect.pl says: $answer"; exit 1; }
echo ok
