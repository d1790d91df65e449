#!/bin/bash
# The image of that name has the tool.

docker image inspect my-ubuntu:0.1 >/dev/null 2>&1 || fail \
  'There is no image my-ubuntu:0.1 yet: "docker image ls" lists those that there are.' \
  '아직 my-ubuntu:0.1 이미지가 없습니다. 있는 이미지는 "docker image ls"로 볼 수 있습니다.'
docker container run --rm --network none my-ubuntu:0.1 ifconfig >/dev/null 2>&1 || fail \
  'There is an image my-ubuntu:0.1, but no "ifconfig" in it: commit the container in which you installed it.' \
  'my-ubuntu:0.1 이미지가 있지만 "ifconfig"가 들어 있지 않습니다. 설치한 컨테이너를 commit하세요.'
say 'An image of your own, with a tool that ubuntu does not have.' 'ubuntu에는 없는 도구가 든, 나만의 이미지입니다.'
