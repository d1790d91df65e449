#!/bin/bash
# A running container must have been stopped before, and must have had the file since then.

again=
while read -r id; do
  finished=$(docker container inspect --format '{{.State.FinishedAt}}' "$id")
  [[ $finished != 0001-* ]] || continue
  again=yes
  docker container cp "$id:/root/hello.txt" - 2>/dev/null | tar -xO 2>/dev/null | grep -q . || continue
  say 'The same container is running again, with all its files.' '안에 있던 것이 그대로 남은, 바로 그 컨테이너입니다.'
  exit 0
done < <(docker container ls -q)
[ -z "$again" ] || fail \
  'A container is running again, but it has no /root/hello.txt. Is it another container?' \
  '다시 실행된 컨테이너가 있지만 /root/hello.txt가 없습니다. 다른 컨테이너는 아닌가요?'
fail \
  'No running container was stopped before: stop "box", then start the same container again.' \
  '멈추었다가 다시 실행된 컨테이너가 없습니다. "box"를 멈춘 다음 같은 컨테이너를 다시 시작하세요.'
