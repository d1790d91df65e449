#!/bin/bash
# A container of hello-world must have ended successfully.

# Whether an image was pulled under that name: the engine records the digest only for pulled images, not for new tags.
pulled() {
  docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1" 2>/dev/null | grep -q "^$1@sha256:"
}
pulled hello-world && image=$(docker image inspect --format '{{.Id}}' hello-world) || fail \
  'Your engine has no image hello-world yet: "docker container run hello-world" downloads and runs it.' \
  '아직 hello-world 이미지가 없습니다. "docker container run hello-world"를 실행하면 내려받아 실행합니다.'
while read -r id; do
  state=$(docker container inspect --format '{{.Image}} {{.State.Status}} {{.State.ExitCode}}' "$id")
  [ "$state" != "$image exited 0" ] || { say 'The container has printed its greeting.' '인사를 받았습니다.'; exit 0; }
done < <(docker container ls -aq)
fail \
  'The image is here, but no container from it has run yet, or it was removed: use "docker container run", without "--rm".' \
  '이미지는 있지만 실행한 컨테이너가 없습니다(또는 지워졌습니다). "--rm" 없이 "docker container run"을 쓰세요.'
