#!/bin/sh
# Run in a container of the image after each build: both kinds of iptables are there and start.
set -eu

for tool in iptables-nft iptables-legacy iptables-nft-restore iptables-legacy-restore; do
  "$tool" --version > /dev/null || { echo "missing: $tool"; exit 1; }
done
command -v iptables iptables-restore > /dev/null || { echo 'there is no default iptables'; exit 1; }
echo ok
