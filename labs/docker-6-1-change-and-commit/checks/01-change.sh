#!/bin/bash
# A running container of ubuntu must have the tool.

# Compares the container's tool with the one in the package. The image ubuntu includes the package if there is no
# internet. Otherwise the package's own checksums are used. No program in the container runs.
has_tool() {
  docker container cp "$1:/sbin/ifconfig" - 2>/dev/null | tar -xO >/tmp/tool 2>/dev/null
  [ "$(head -c 4 /tmp/tool | tail -c 3)" = ELF ] || return 1
  if [ -s /tmp/tool.own ]; then cmp -s /tmp/tool /tmp/tool.own; return; fi
  docker container cp "$1:/var/lib/dpkg/info/net-tools.md5sums" - 2>/dev/null | tar -xO 2>/dev/null |
    grep -q "^$(md5sum </tmp/tool | cut -d ' ' -f 1) .*sbin/ifconfig$"
}
# Extracts the tool from the package in the image ubuntu, if the image includes it.
find_own_tool() {
  local container
  container=$(docker container create --network none --entrypoint /bin/true ubuntu) || return
  docker container cp "$container:/usr/share/offline-packages" - 2>/dev/null | tar -x -C /tmp 2>/dev/null
  docker container rm -f "$container" >/dev/null
  dpkg-deb --fsys-tarfile /tmp/offline-packages/net-tools_*.deb 2>/dev/null |
    tar -xO --wildcards '*sbin/ifconfig' >/tmp/tool.own 2>/dev/null
}
docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' ubuntu 2>/dev/null | grep -q '^ubuntu@sha256:' || fail \
  'Your engine does not have the original image ubuntu: download it with "docker image pull ubuntu".' \
  '엔진에 내려받은 그대로의 ubuntu 이미지가 없습니다. "docker image pull ubuntu"로 내려받으세요.'
find_own_tool

ubuntu=$(docker image inspect --format '{{.Id}}' ubuntu 2>/dev/null)
running=
while read -r id; do
  [ "$(docker container inspect --format '{{.Image}}' "$id")" = "$ubuntu" ] || continue
  running=yes
  has_tool "$id" || continue
  say 'The tool works in the container.' '컨테이너의 네트워크가 보입니다.'
  exit 0
done < <(docker container ls -q)
[ -z "$running" ] || fail \
  'The container has no working "ifconfig" yet: install net-tools inside it.' \
  '컨테이너에 아직 쓸 수 있는 "ifconfig"가 없습니다. 그 안에 net-tools를 설치하세요.'
fail \
  'No container of ubuntu is running: start "worker" in terminal 1, and keep its shell open.' \
  '실행 중인 ubuntu 컨테이너가 없습니다. 터미널 1에서 "worker"를 시작하고 나오지 마세요.'
