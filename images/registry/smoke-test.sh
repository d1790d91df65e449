#!/bin/sh
# Run in a container of the image after each build: the registry takes its settings, and the front
# hands on reading and nothing else.
set -eu

docker-registry serve /etc/berth/reader.yml &
nginx -c /etc/berth/front.conf 2> /tmp/nginx.log &

tries=0
until [ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:5000/v2/)" = 200 ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo 'the registry does not answer through the front'; cat /tmp/nginx.log; exit 1; }
  sleep 0.1
done
answer=$(curl -s -o /dev/null -w '%{http_code}' -X POST http://127.0.0.1:5000/v2/x/blobs/uploads/)
[ "$answer" = 403 ] || { echo "a push is answered with $answer"; exit 1; }
echo ok
