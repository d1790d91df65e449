#!/bin/bash
# Run in a container of the image after each build: the engine's programs start, and no program makes
# anyone root. That the engine itself runs needs the rights of its profile.
set -euo pipefail

for tool in dockerd containerd runc rootlesskit slirp4netns newuidmap newgidmap iptables docker-proxy engine; do
  command -v "$tool" > /dev/null || { echo "missing: $tool"; exit 1; }
done
docker --version > /dev/null
docker compose version > /dev/null
docker buildx version > /dev/null

[ "$(id -u):$(id -g)" = 1000:1000 ] || { echo 'the user of the image is not 1000:1000'; exit 1; }
set_ids=$(find / -xdev -type f -perm /6000 2> /dev/null || true)
[ -z "$set_ids" ] || { echo "run as somebody else: $set_ids"; exit 1; }
[ -w /var/lib/docker ] && [ -w "$XDG_RUNTIME_DIR" ] || { echo 'the engine can not write where it must'; exit 1; }
echo ok
