#!/bin/bash
# A container of hello-world has run to its end.

# Images that were pulled under that name: the engine notes from where, and a new name for another image is none.
pulled() {
  docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1" 2>/dev/null | grep -q "^$1@sha256:"
}
pulled hello-world && image=$(docker image inspect --format '{{.Id}}' hello-world) || fail \
  'There is no image hello-world yet: "docker container run hello-world" fetches and runs it.' \
  '아직 hello-world 이미지가 없습니다. "docker container run hello-world"를 실행하면 내려받아 실행합니다.'
while read -r id; do
  state=$(docker container inspect --format '{{.Image}} {{.State.Status}} {{.State.ExitCode}}' "$id")
  [ "$state" != "$image exited 0" ] || { say 'It has greeted you.' '인사를 받았습니다.'; exit 0; }
done < <(docker container ls -aq)
fail \
  'The image is here, and no container of it has run yet (or it is gone again): use "docker container run", without "--rm".' \
  '이미지는 있지만 실행한 컨테이너가 없습니다(또는 지워졌습니다). "--rm" 없이 "docker container run"을 쓰세요.'
