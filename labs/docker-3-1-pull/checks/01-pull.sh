#!/bin/bash
# The image must have been pulled from the registry.

# Whether an image was pulled under that name: the engine records the digest only for pulled images, not for new tags.
pulled() {
  docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1" 2>/dev/null | grep -q "^$1@sha256:"
}

pulled ubuntu || fail \
  'Your engine has no image ubuntu yet: "docker image ls" lists its images.' \
  '엔진에 아직 ubuntu 이미지가 없습니다. 있는 이미지는 "docker image ls"로 볼 수 있습니다.'
say 'The image is stored, and no container runs from it.' '내려받았습니다. 실행 중인 것은 아직 없습니다.'
