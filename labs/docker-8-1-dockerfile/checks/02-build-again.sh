#!/bin/bash
# Each version must print its own greeting.

greeting() { timeout 8 docker container run --rm --network none "greeter:$1" 2>&1 | head -c 500; }

docker image inspect greeter:1.1 >/dev/null 2>&1 || fail \
  'There is no image greeter:1.1 yet.' '아직 greeter:1.1 이미지가 없습니다.'
old=$(greeting 1.0)
[[ $old == *'Hello, world!'* ]] || fail \
  'The image greeter:1.0 should still greet the world: build it again without the new line.' \
  'greeter:1.0은 여전히 world에게 인사해야 합니다. 새 줄을 빼고 1.0을 다시 빌드하세요.'
new=$(greeting 1.1)
[[ $new =~ Hello,\ (.+)! && ${BASH_REMATCH[1]} != world ]] || fail \
  "The image greeter:1.1 should greet the name that you chose, but prints: ${new:0:80}" \
  "greeter:1.1은 여러분이 정한 이름에게 인사해야 하는데 이렇게 나왔습니다: ${new:0:80}"
say "Two versions side by side: \"${old:0:40}\" and \"${new:0:40}\"." "두 버전이 나란히 있습니다: \"${old:0:40}\" 와 \"${new:0:40}\""
