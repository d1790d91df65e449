#!/bin/bash
# The image is there, as the registry has it.

# Images that were pulled under that name: the engine notes from where, and a new name for another image is none.
pulled() {
  docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1" 2>/dev/null | grep -q "^$1@sha256:"
}

pulled ubuntu || fail \
  'Your engine has no image ubuntu yet: "docker image ls" lists those that it has.' \
  '엔진에 아직 ubuntu 이미지가 없습니다. 있는 이미지는 "docker image ls"로 볼 수 있습니다.'
say 'There it is, and nothing of it runs.' '내려받았습니다. 실행 중인 것은 아직 없습니다.'
