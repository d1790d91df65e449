#!/bin/bash
# A container of the new image must have run the tool or a shell.

image=$(docker image inspect --format '{{.Id}}' my-ubuntu:0.1 2>/dev/null) || fail \
  'The image my-ubuntu:0.1 no longer exists: commit the container again.' \
  'my-ubuntu:0.1 이미지가 없어졌습니다. 컨테이너를 다시 commit하세요.'
while read -r id; do
  state=$(docker container inspect --format '{{.Image}} {{.State.StartedAt}} {{.Path}}' "$id")
  [[ $state =~ ^"$image "[1-9].*\ (.*/)?(ifconfig|bash|sh)$ ]] || continue
  say 'Every container of this image has the tool.' '이 이미지가 있으면 누구나 그 도구를 쓸 수 있습니다.'
  exit 0
done < <(docker container ls -aq)
fail \
  'No container of my-ubuntu:0.1 has run a shell or "ifconfig" yet, or it was removed: run one without "--rm".' \
  'my-ubuntu:0.1로 셸이나 "ifconfig"를 실행한 컨테이너가 없거나 이미 지워졌습니다. "--rm" 없이 실행하세요.'
