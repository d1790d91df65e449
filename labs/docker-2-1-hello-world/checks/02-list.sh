#!/bin/bash
# The container of that name must have run.

# Whether an image was pulled under that name: the engine records the digest only for pulled images, not for new tags.
pulled() {
  docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1" 2>/dev/null | grep -q "^$1@sha256:"
}

format='{{.Config.Image}} {{.Image}} {{.State.Status}} {{.State.ExitCode}}'
state=$(docker container inspect --format "$format" greeting 2>/dev/null) || fail \
  'There is no container named "greeting" yet: "docker container ls -a" lists all containers.' \
  '"greeting"이라는 이름의 컨테이너가 아직 없습니다. 어떤 것이 있는지는 "docker container ls -a"로 볼 수 있습니다.'
read -r image id status code <<<"$state"
pulled hello-world && [ "$id" = "$(docker image inspect --format '{{.Id}}' hello-world)" ] || fail \
  "The container \"greeting\" was created from $image: remove it with \"docker container rm greeting\", and create it from hello-world." \
  "\"greeting\" 컨테이너는 $image 이미지로 만들었습니다. \"docker container rm greeting\"으로 지우고 hello-world로 다시 만드세요."
[ "$status $code" = 'exited 0' ] || fail \
  'The container "greeting" exists but has not run: start it with "docker container start greeting".' \
  '"greeting" 컨테이너가 있지만 실행된 적이 없습니다. "docker container start greeting"으로 시작하세요.'
say 'It is in the list of all containers, but not in the list of running ones.' \
  '모든 컨테이너 목록에는 있고, 실행 중인 컨테이너 목록에는 없습니다.'
