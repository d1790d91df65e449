#!/bin/bash
# No container and no network of the project is left, and the data that "clock" wrote is.

left=$(docker container ls -aq --filter label=com.docker.compose.service) || fail \
  'Your engine does not answer. Try again in a moment.' '도커 엔진이 대답하지 않습니다. 잠시 뒤에 다시 해 보세요.'
[ -z "$left" ] || fail \
  'The project still has containers: "docker compose down" removes them.' \
  '프로젝트의 컨테이너가 아직 남아 있습니다. "docker compose down"으로 지우세요.'
[ -z "$(docker network ls -q --filter label=com.docker.compose.project)" ] || fail \
  'The network of the project still exists: "docker compose down" removes it with the containers.' \
  '프로젝트의 네트워크가 아직 남아 있습니다. "docker compose down"은 컨테이너와 함께 네트워크도 지웁니다.'

# The engine remembers its newest events: which containers let go of a volume, and which of them were "clock".
until=$(($(date +%s) + 1))
events() { docker events --since 1 --until "$until" "$@"; }
label() { echo "{{index .Actor.Attributes \"com.docker.compose.$1\"}}"; }
removed=$(events --filter type=container --filter event=destroy --filter label=com.docker.compose.service=clock \
  --format "{{.Actor.ID}} $(label project) $(label project.config_files)")
volumes=$(events --filter type=volume --format '{{.Action}} {{.Actor.ID}} {{index .Actor.Attributes "container"}}')
# The containers that had a volume, not those of an earlier one of the same name.
users_of() {
  awk -v volume="$1" '$2 != volume { next } $1 == "destroy" { delete ids } $1 == "unmount" { ids[$3] }
    END { for (id in ids) print id }' <<<"$volumes"
}
# Whether "clock" of the volume's own project, made of a file in the home, had this volume until it was removed.
was_clocks() {
  local project container
  project=$(docker volume inspect --format '{{index .Labels "com.docker.compose.project"}}' "$1")
  for container in $(users_of "$1"); do
    ! grep -qF -- "$container $project /home/" <<<"$removed" || return 0
  done
  return 1
}
has_time() {
  # A container that never runs: the engine reads the file through it.
  local container found
  container=$(docker container create --network none --entrypoint /bin/true -v "$1:/shared" ubuntu) || return 1
  docker container cp "$container:/shared/now" - 2>/dev/null | tar -xO 2>/dev/null | grep -qE '[0-9]{2}:[0-9]{2}:[0-9]{2}'
  found=$?
  docker container rm -f "$container" >/dev/null
  return $found
}

while read -r volume; do
  was_clocks "$volume" && has_time "$volume" || continue
  say 'The containers are removed, and the volume still has the last time.' '컨테이너는 없어졌지만 마지막 시각은 그대로 있습니다.'
  exit 0
done < <(docker volume ls -q --filter label=com.docker.compose.volume)
fail \
  'There is no volume with the time from "clock": start the project again, and use "down" without "-v".' \
  '"clock"이 시각을 쓴 볼륨이 남아 있지 않습니다. 프로젝트를 다시 띄우고, "-v" 없이 내리세요.'
