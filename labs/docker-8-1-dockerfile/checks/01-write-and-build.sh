#!/bin/bash
# The image was built by the instructions of the file, and greets whoever is named.

[ -f "/machine/home/$BERTH_USER/greeter/Dockerfile" ] || fail \
  'There is no file "Dockerfile" in the folder "greeter" yet.' '"greeter" 폴더에 아직 "Dockerfile" 파일이 없습니다.'
docker image inspect greeter:1.0 >/dev/null 2>&1 || fail \
  'There is no image greeter:1.0 yet: build it in the folder "greeter". What does the build say?' \
  '아직 greeter:1.0 이미지가 없습니다. "greeter" 폴더에서 빌드하세요. 빌드할 때 무엇이라고 나오나요?'
grep -qiE '^[[:space:]]*(COPY|ADD)[[:space:]]' "/machine/home/$BERTH_USER/greeter/Dockerfile" || fail \
  'The image greeter:1.0 was not made by a Dockerfile that copies the script: build it from yours.' \
  'greeter:1.0은 스크립트를 복사하는 Dockerfile로 만든 이미지가 아닙니다. 여러분의 Dockerfile로 빌드하세요.'
# What it has over ubuntu, the newest first. A container's own command, which a commit would note, begins otherwise.
over=$(($(docker image history -q greeter:1.0 | wc -l) - $(docker image history -q ubuntu 2>/dev/null | wc -l)))
docker image history --no-trunc --format '{{.CreatedBy}}' greeter:1.0 | head -n "$over" | grep -qE '^(/bin/sh -c #\(nop\) +)?(COPY|ADD) .* (in|#) ' || fail \
  'The image greeter:1.0 was not made by a Dockerfile that copies the script: build it from yours.' \
  'greeter:1.0은 스크립트를 복사하는 Dockerfile로 만든 이미지가 아닙니다. 여러분의 Dockerfile로 빌드하세요.'
# A name that nobody writes into the image beforehand.
name=Learner-$RANDOM
greeting=$(timeout 10 docker container run --rm --network none -e NAME=$name greeter:1.0 2>&1 | head -c 500)
[[ $greeting == *"Hello, $name!"* ]] || fail \
  "A container of greeter:1.0 should print \"Hello, $name!\" with -e NAME=$name, and printed: ${greeting:0:80}" \
  "greeter:1.0의 컨테이너는 -e NAME=$name 으로 실행했을 때 \"Hello, $name!\"를 찍어야 하는데 이렇게 나왔습니다: ${greeting:0:80}"
say 'Built by a recipe that anybody can read.' '누구나 읽을 수 있는 방법으로 빌드했습니다.'
