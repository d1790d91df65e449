#!/bin/bash
# No container of the project is left, and its data is.

left=$(docker container ls -aq --filter label=com.docker.compose.service) || fail \
  'Your engine does not answer: try once more in a moment.' '도커 엔진이 대답하지 않습니다. 잠시 뒤에 다시 해 보세요.'
[ -z "$left" ] || fail \
  'There are still containers of the project: "docker compose down" removes them.' \
  '프로젝트의 컨테이너가 아직 남아 있습니다. "docker compose down"으로 지우세요.'
while read -r volume; do
  # A container that never runs: the engine hands the file out through it.
  container=$(docker container create --network none --entrypoint /bin/true -v "$volume:/shared" ubuntu) || continue
  docker container cp "$container:/shared/now" - 2>/dev/null | tar -xO 2>/dev/null | grep -qE '[0-9]{2}:[0-9]{2}:[0-9]{2}'
  found=$?
  docker container rm -f "$container" >/dev/null
  [ $found = 0 ] || continue
  say 'The containers are gone, and the last time is still there.' '컨테이너는 없어졌지만 마지막 시각은 그대로 있습니다.'
  exit 0
done < <(docker volume ls -q --filter label=com.docker.compose.volume)
fail \
  'The volume with the time is gone as well: bring the project up again, and take it down without "-v".' \
  '시각이 든 볼륨까지 없어졌습니다. 프로젝트를 다시 띄우고, "-v" 없이 내리세요.'
