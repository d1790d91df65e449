#!/bin/sh
# Run in a container of the image after each build: the tools that scripts are promised start.
set -eu

for tool in 'bash --version' 'curl --version' 'docker --version' 'file --version' 'jq --version' 'nc -h' 'openssl version' 'xz --version'; do
  $tool > /dev/null 2>&1 || { echo "$tool does not start"; exit 1; }
done
[ "$(id -u)" != 0 ] || { echo 'it runs as root'; exit 1; }
echo ok
