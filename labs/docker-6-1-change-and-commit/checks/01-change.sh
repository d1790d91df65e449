#!/bin/bash
# A container of ubuntu that runs has the tool, and it works.

ubuntu=$(docker image inspect --format '{{.Id}}' ubuntu 2>/dev/null)
running=
while read -r id; do
  [ "$(docker container inspect --format '{{.Image}}' "$id")" = "$ubuntu" ] || continue
  running=yes
  docker container exec "$id" ifconfig 2>/dev/null | grep -q 'inet ' || continue
  say 'It shows the network of the container.' '컨테이너의 네트워크가 보입니다.'
  exit 0
done < <(docker container ls -q)
[ -z "$running" ] || fail \
  'The container has no "ifconfig" that works yet: install net-tools inside of it.' \
  '컨테이너에 아직 쓸 수 있는 "ifconfig"가 없습니다. 그 안에 net-tools를 설치하세요.'
fail \
  'No container of ubuntu runs: start "worker" in terminal 1, and stay in it.' \
  '실행 중인 ubuntu 컨테이너가 없습니다. 터미널 1에서 "worker"를 시작하고 나오지 마세요.'
