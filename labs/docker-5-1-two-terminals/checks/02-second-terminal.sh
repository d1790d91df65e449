#!/bin/bash
# A running container must have the file. The engine reads it, not a program in the container.

running=$(docker container ls -q)
[ -n "$running" ] || fail \
  'No container is running: start "box" again with "docker container start box".' \
  '실행 중인 컨테이너가 없습니다. "docker container start box"로 "box"를 다시 시작하세요.'
while read -r id; do
  word=$(docker container cp "$id:/root/hello.txt" - 2>/dev/null | tar -xO 2>/dev/null | head -c 200 | tr -d '\0')
  [[ $word =~ [^[:space:]] ]] || continue
  say 'The file is in the container, and both terminals see it.' '어느 터미널에서 보든 컨테이너 안에 파일이 있습니다.'
  exit 0
done <<<"$running"
fail \
  'No running container has a /root/hello.txt with content: create it while the prompt says "root@".' \
  '실행 중인 컨테이너에 내용이 든 /root/hello.txt가 없습니다. 프롬프트가 "root@"로 시작할 때 만드세요.'
