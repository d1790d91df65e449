#!/bin/bash
# The file must build an image that greets a given name, and the learner's image must do so too.

recipe=/machine/home/$BERTH_USER/greeter
[ -f "$recipe/Dockerfile" ] || fail \
  'There is no file "Dockerfile" in the folder "greeter" yet.' '"greeter" 폴더에 아직 "Dockerfile" 파일이 없습니다.'
docker image inspect greeter:1.0 >/dev/null 2>&1 || fail \
  'There is no image greeter:1.0 yet: build it in the folder "greeter", and read the output of the build.' \
  '아직 greeter:1.0 이미지가 없습니다. "greeter" 폴더에서 빌드하세요. 빌드할 때 무엇이라고 나오나요?'
grep -qiE '^[[:space:]]*(COPY|ADD)[[:space:]]' "$recipe/Dockerfile" || fail \
  'The image greeter:1.0 was not built from a Dockerfile that copies the script: build it from yours.' \
  'greeter:1.0은 스크립트를 복사하는 Dockerfile로 만든 이미지가 아닙니다. 여러분의 Dockerfile로 빌드하세요.'

# Builds again, because an image can be created in many ways and its history can be forged.
again=check-$RANDOM:again
DOCKER_BUILDKIT=0 timeout 40 docker image build -q --force-rm --network none -t "$again" "$recipe" >/tmp/build 2>&1 || fail \
  "Your Dockerfile does not build: $(tail -n 1 /tmp/build | head -c 200)" \
  "Dockerfile이 빌드되지 않습니다: $(tail -n 1 /tmp/build | head -c 200)"
# A random name, which no image can contain in advance.
name=Learner-$RANDOM
greeting() { timeout 10 docker container run --rm --network none -e NAME=$name "$1" 2>&1 | head -c 500; }
built=$(greeting "$again")
docker image rm -f "$again" >/dev/null 2>&1
[[ $built == *"Hello, $name!"* ]] || fail \
  "An image built from your Dockerfile should print \"Hello, $name!\" with -e NAME=$name, but prints: ${built:0:80}" \
  "여러분의 Dockerfile로 만든 이미지는 -e NAME=$name 으로 실행했을 때 \"Hello, $name!\"를 찍어야 하는데 이렇게 나왔습니다: ${built:0:80}"
given=$(greeting greeter:1.0)
[[ $given == *"Hello, $name!"* ]] || fail \
  "A container of greeter:1.0 should print \"Hello, $name!\" with -e NAME=$name, but prints: ${given:0:80}" \
  "greeter:1.0의 컨테이너는 -e NAME=$name 으로 실행했을 때 \"Hello, $name!\"를 찍어야 하는데 이렇게 나왔습니다: ${given:0:80}"
say 'The image was built from a recipe that anyone can read.' '누구나 읽을 수 있는 방법으로 빌드했습니다.'
