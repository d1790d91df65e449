#!/bin/bash
# No container may be left, and the image must still exist.

left=$(docker container ls -aq) || fail \
  'Your engine does not answer. Try again in a moment.' '도커 엔진이 대답하지 않습니다. 잠시 뒤에 다시 해 보세요.'
[ -z "$left" ] || fail \
  "There are still containers, $(wc -l <<<"$left") of them: \"docker container ls -a\" shows which." \
  "아직 컨테이너가 $(wc -l <<<"$left")개 남아 있습니다. \"docker container ls -a\"로 볼 수 있습니다."
docker image inspect ubuntu >/dev/null 2>&1 || fail \
  'The containers are removed, but so is the image ubuntu: download it again with "docker image pull ubuntu".' \
  '컨테이너와 함께 ubuntu 이미지까지 없어졌습니다. "docker image pull ubuntu"로 다시 내려받으세요.'
say 'All containers are removed, and the image still exists.' '컨테이너는 모두 치웠고 이미지는 그대로 있습니다.'
