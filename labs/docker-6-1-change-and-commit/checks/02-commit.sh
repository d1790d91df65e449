#!/bin/bash
# The image of that name must have the tool, whatever its command is.

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

docker image inspect my-ubuntu:0.1 >/dev/null 2>&1 || fail \
  'There is no image my-ubuntu:0.1 yet: "docker image ls" lists all images.' \
  '아직 my-ubuntu:0.1 이미지가 없습니다. 있는 이미지는 "docker image ls"로 볼 수 있습니다.'
container=$(docker container create --network none --entrypoint /bin/true my-ubuntu:0.1) && has_tool "$container"
found=$?
[ -z "$container" ] || docker container rm -f "$container" >/dev/null
[ $found = 0 ] || fail \
  'The image my-ubuntu:0.1 has no "ifconfig": commit the container in which you installed it.' \
  'my-ubuntu:0.1 이미지가 있지만 "ifconfig"가 들어 있지 않습니다. 설치한 컨테이너를 commit하세요.'
say 'You have your own image, with a tool that ubuntu does not have.' 'ubuntu에는 없는 도구가 든, 나만의 이미지입니다.'
